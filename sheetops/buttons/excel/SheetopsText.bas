Attribute VB_Name = "SheetopsText"
' Files of text, and as much JSON as the module Sheetops needs.
Option Explicit

Public Function ReadFile(path As String) As String
    Dim number As Integer, part As String
    number = FreeFile
    Open path For Input As #number
    Do While Not EOF(number)
        Line Input #number, part
        ReadFile = ReadFile & part & vbLf
    Loop
    Close #number
End Function

Public Sub WriteFile(path As String, text As String)
    Dim number As Integer
    number = FreeFile
    Open path For Output As #number
    Print #number, text
    Close #number
End Sub

Public Function Quoted(text As String) As String
    Quoted = """" & Replace(text, """", "") & """"
End Function

' The texts that are the value of a name: one of "x": "a", two of "x": ["a", "b"].
Public Function Texts(source As String, name As String) As Collection
    Dim at As Long, sign As String, found As New Collection
    Set Texts = found
    at = 1
    Do
        at = InStr(at, source, Json(name))
        If at = 0 Then Exit Function
        at = SkipBlanks(source, at + Len(Json(name)))
    Loop While Mid(source, at, 1) <> ":"
    at = SkipBlanks(source, at + 1)
    sign = Mid(source, at, 1)
    If sign = """" Then found.Add TextAt(source, at)
    If sign <> "[" Then Exit Function
    at = SkipBlanks(source, at + 1)
    Do While Mid(source, at, 1) = """"
        found.Add TextAt(source, at)
        at = SkipBlanks(source, at)
        If Mid(source, at, 1) = "," Then at = SkipBlanks(source, at + 1)
    Loop
End Function

Private Function SkipBlanks(source As String, ByVal at As Long) As Long
    Do While at <= Len(source) And InStr(" " & vbLf & vbCr & vbTab, Mid(source, at, 1)) > 0
        at = at + 1
    Loop
    SkipBlanks = at
End Function

' The text in quotation marks at a place, which then is the place behind it.
Private Function TextAt(source As String, at As Long) As String
    Dim sign As String
    at = at + 1
    sign = Mid(source, at, 1)
    Do While sign <> """" And at <= Len(source)
        If sign = "\" Then
            at = at + 1
            sign = Mid(source, at, 1)
            If sign = "n" Then
                sign = vbLf
            ElseIf sign = "t" Then
                sign = vbTab
            ElseIf sign = "u" Then
                sign = ChrW(CLng("&H" & Mid(source, at + 1, 4)))
                at = at + 4
            End If
        End If
        TextAt = TextAt & sign
        at = at + 1
        sign = Mid(source, at, 1)
    Loop
    at = at + 1
End Function

Public Function Json(text As String) As String
    Dim n As Long, sign As String, code As Long
    For n = 1 To Len(text)
        sign = Mid(text, n, 1)
        code = AscW(sign)
        If code < 0 Then code = code + 65536
        If sign = """" Or sign = "\" Then
            Json = Json & "\" & sign
        ElseIf code < 32 Or code > 126 Then
            Json = Json & "\u" & LCase(Right("000" & Hex(code), 4))
        Else
            Json = Json & sign
        End If
    Next
    Json = """" & Json & """"
End Function
