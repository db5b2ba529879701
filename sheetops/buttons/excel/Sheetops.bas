Attribute VB_Name = "Sheetops"
' The buttons on the tab "sheetops". https://pypi.org/project/sheetops, docs/buttons.md
'
' A button saves this workbook, lets go of the file, and starts sheetops: by a program on this computer, or by
' asking a `sheetops serve`. Then it looks once a second whether the answer is there, and shows it. It reads and
' writes only this workbook and files named "sheetops-..."; what to start stands in sheetops-buttons.json beside the
' workbook. It sends the name of the action, of the tracker and of the selected row's record, never the sheet.
Option Explicit

Private Const TAB_NAME = "sheetops"
Private Const STATUS_CELL = "A2"
Private Const FIRST_LINE = 5
Private Const PATIENCE = 600
Private Const START_PATIENCE = 30
Private Const READ_ONLY = 3
Private Const READ_WRITE = 2

Private Running As String
Private Began As Date
Private AnswerFile As String
Private Request As Object

Public Sub SheetopsPreview()
    Press "preview"
End Sub

Public Sub SheetopsSync()
    Press "sync"
End Sub

Public Sub SheetopsRefresh()
    Press "refresh"
End Sub

Public Sub SheetopsUndo()
    Press "undo"
End Sub

Public Sub SheetopsExplain()
    Press "explain"
End Sub

Private Sub Press(action As String)
    Dim problem As String, key As String
    If Running <> "" Then Exit Sub ' a double click: the first one is on its way
    On Error GoTo Failed
    problem = WhyNot()
    If problem <> "" Then
        Say problem
        Exit Sub
    End If
    If action = "explain" Then key = SelectedKey()
    LetGo
    Running = action
    Began = Now
    Say "Running since " & Format(Began, "hh:mm") & ": " & action & ". Please do not type until it is done."
    ThisWorkbook.Saved = True ' the person's own changes are; from here on, a change is one typed while it runs
    Start action, key
    LookAgain
    Exit Sub
Failed:
    problem = Err.Description
    TakeBack
    Say "The button '" & action & "' did nothing: " & problem & ". " & HowElse()
End Sub

' Why a press cannot be carried out, with the next step; "" when it can.
Private Function WhyNot() As String
    Dim here As String
    here = ThisWorkbook.Path
    If Left(here, 4) = "http" Then
        WhyNot = "This workbook is open from the web, where sheetops cannot reach it. Nothing was done. " & _
            "Open it from the synchronised folder on this computer, with AutoSave off."
    ElseIf here = "" Or Dir(SettingsFile()) = "" Then
        WhyNot = "This is a copy, an e-mail attachment, or was moved: there is no sheetops-buttons.json in " & here & ". " & _
            "Nothing was done. Open the workbook in the team's folder, or run there: sheetops button excel " & ThisWorkbook.Name
    ElseIf Texts(ReadFile(SettingsFile()), ThisWorkbook.Name).Count = 0 Then
        WhyNot = "The workbook was renamed: no tracker of this folder is named " & ThisWorkbook.Name & ". Nothing was done. " & _
            "Rename it back, or run: sheetops button excel " & ThisWorkbook.Name
    ElseIf IsReadOnly() Then
        WhyNot = "The workbook is open read-only: somebody else has it open, or it is protected. Nothing was done. " & _
            "Close it, and open it again when it is free."
    ElseIf Setting("server") <> "" And Dir(Setting("token")) = "" Then
        WhyNot = "The file with the token is not there: " & Setting("token") & ". Nothing was done. " & _
            "Run: sheetops button excel " & ThisWorkbook.Name & " --server URL --token FILE"
    ElseIf Not HasToken() Then
        WhyNot = "There is no whole token in " & Setting("token") & ". Nothing was done. " & _
            "Save there what `sheetops token add NAME` shows, from the first letter to the last."
    ElseIf Setting("server") = "" And Dir(Setting("python")) = "" Then
        WhyNot = "Python is not where it was: " & Setting("python") & ". Nothing was done. " & HowElse()
    End If
End Function

Private Function HowElse() As String
    HowElse = "Run on this computer: sheetops button excel " & ThisWorkbook.Name & " (and then: sheetops doctor)"
End Function

' ---- start: by a program of this computer, or by HTTP

Private Sub Start(action As String, key As String)
    Dim known As Collection, nonce As String, at As String
    Randomize
    nonce = Format(Now, "yyyymmddhhnnss") & Int(Rnd * 1000000) & Int(Rnd * 1000000)
    AnswerFile = TempFolder() & "sheetops-" & nonce & ".json"
    Set Request = Nothing
    If Setting("server") <> "" Then
        Set known = Texts(ReadFile(SettingsFile()), ThisWorkbook.Name)
        at = UtcSeconds()
        Post "{""action"": " & Json(action) & ", ""workspace"": " & Json(Setting("workspace")) & _
            ", ""tracker"": " & Json(known(1)) & ", ""key"": " & Json(key) & _
            ", ""nonce"": " & Json(nonce) & ", ""at"": " & at & "}", at, nonce
    Else
        Shell Quoted(Setting("python")) & " -m sheetops press " & action & " --workbook " & Quoted(FullPath()) & _
            " --answer " & Quoted(AnswerFile) & " --key " & Quoted(key), 0
    End If
End Sub

' What stands in the file with the token, "ID.SECRET", without what an editor puts behind it.
Private Function Token() As String
    Token = Trim(Replace(Replace(ReadFile(Setting("token")), vbLf, ""), vbCr, ""))
End Function

' Whether there is one, or none is needed.
Private Function HasToken() As Boolean
    HasToken = Setting("server") = ""
    If Not HasToken Then HasToken = IsSecret(SecretOf(Token()))
End Function

Private Function SecretOf(text As String) As String
    If InStr(text, ".") > 0 Then SecretOf = Mid(text, InStrRev(text, ".") + 1)
End Function

Private Sub Post(body As String, at As String, nonce As String)
    Dim url As String, id As String, signed As String
    url = Setting("server") & "/v1/run"
    id = Left(Token(), InStrRev(Token(), ".") - 1)
    signed = Proof(SecretOf(Token()), at, nonce, body)
    On Error Resume Next
    If Not InLibreOffice() Then Set Request = CreateObject("WinHttp.WinHttpRequest.5.1")
    On Error GoTo 0
    If Not Request Is Nothing Then
        Request.Open "POST", url, True
        Request.SetTimeouts 5000, 5000, 30000, PATIENCE * 1000
        Request.SetRequestHeader "Content-Type", "application/json"
        Request.SetRequestHeader "Prefer", "wait=" & PATIENCE
        Request.SetRequestHeader "X-Sheetops-Token-Id", id
        Request.SetRequestHeader "X-Sheetops-Signature", signed
        Request.Send body
    Else ' not on Windows; curl's --data leaves out the end of the line, which is not signed
        WriteFile AnswerFile & ".headers", "Content-Type: application/json" & vbLf & "Prefer: wait=" & PATIENCE & vbLf & _
            "X-Sheetops-Token-Id: " & id & vbLf & "X-Sheetops-Signature: " & signed & vbLf
        WriteFile AnswerFile & ".body", body
        Shell Quoted(Setting("curl")) & " -sS -m " & PATIENCE & " --stderr " & Quoted(AnswerFile & ".err") & _
            " -o " & Quoted(AnswerFile) & " -H " & Quoted("@" & AnswerFile & ".headers") & _
            " --data " & Quoted("@" & AnswerFile & ".body") & " " & Quoted(url), 0
    End If
End Sub

' ---- wait, and show the answer

Private Sub LookAgain()
    Application.OnTime Now + TimeSerial(0, 0, 1), "'" & ThisWorkbook.Name & "'!SheetopsLook"
End Sub

Public Sub SheetopsLook()
    Dim text As String, problem As String
    If Running = "" Then Exit Sub
    On Error GoTo Failed
    text = Answer(problem)
    If text = "" And problem = "" Then
        LookAgain
        Exit Sub
    End If
    Finish text, problem
    Exit Sub
Failed:
    Finish "", "The answer could not be had: " & Err.Description & ". See with: sheetops status"
End Sub

' The answer as JSON, "" while there is none; `problem` when there will be none.
Private Function Answer(problem As String) As String
    Dim waited As Double
    waited = (Now - Began) * 86400
    If Not Request Is Nothing Then
        On Error Resume Next
        If Request.WaitForResponse(0) Then Answer = Request.ResponseText
        If Err.Number <> 0 Then problem = NoServer(Err.Description)
        On Error GoTo 0
    ElseIf Dir(AnswerFile & ".err") <> "" Then
        If FileLen(AnswerFile & ".err") > 0 Then problem = NoServer(ReadFile(AnswerFile & ".err"))
    End If
    If Request Is Nothing And Dir(AnswerFile) <> "" Then Answer = Trim(ReadFile(AnswerFile))
    If Right(Answer, 1) = vbLf Then Answer = Left(Answer, Len(Answer) - 1)
    If Answer <> "" And Right(Answer, 1) <> "}" Then Answer = "" ' it is being written
    If Answer = "" And problem = "" Then
        If waited > PATIENCE Then
            problem = "No answer in " & PATIENCE / 60 & " minutes; it may still be at work. See with: sheetops status"
        ElseIf waited > START_PATIENCE And Setting("server") = "" And Dir(AnswerFile) = "" Then
            problem = "sheetops did not start: it is not installed for " & Setting("python") & ", or a security rule stops " & _
                "programs that Excel starts. Nothing was done. Run: sheetops doctor"
        End If
    End If
End Function

Private Function NoServer(said As String) As String
    NoServer = Trim(Replace("The sheetops service at " & Setting("server") & " does not answer (" & said & ")", vbLf, "")) & _
        ". Nothing was done as far as is known. Start it (sheetops serve), and press again."
End Function

Private Sub Finish(text As String, problem As String)
    Dim action As String, said As Collection, typed As Boolean
    action = Running
    typed = Not ThisWorkbook.Saved
    Set said = Texts(text, "sentence")
    If problem = "" And said.Count = 0 Then problem = "The service gave an answer that is none: " & Left(text, 200)
    If problem <> "" Then
        TakeBack
        Say problem
        ThisWorkbook.Saved = Not typed
    ElseIf Texts(text, "run").Count = 0 Then ' nothing was written: the sheet is as it is
        TakeBack
        Show action, said(1), Texts(text, "lines")
        ThisWorkbook.Saved = Not typed ' an answer is nothing to save
    ElseIf typed Then
        Running = ""
        RemoveFiles
        Say said(1) & " What you typed since " & Format(Began, "hh:mm") & " is only in this window: copy it, close without saving, open again, and paste it."
    Else
        Running = ""
        RemoveFiles
        Reload
    End If
End Sub

Private Sub Say(text As String)
    On Error Resume Next
    With ThisWorkbook.Worksheets(TAB_NAME).Range(STATUS_CELL)
        .NumberFormat = "@"
        .Value = IIf(Left(text, 1) = "'", "'" & text, text)
    End With
End Sub

' The sentence goes into the status cell, the lines below the buttons, in place of those of the press before.
Private Sub Show(action As String, sentence As String, lines As Collection)
    Dim sheet As Object, row As Long, said As Variant
    Set sheet = ThisWorkbook.Worksheets(TAB_NAME)
    Say sentence
    If Left(sheet.Cells(FIRST_LINE, 1).Value, 10) = "Answer to " Then
        row = FIRST_LINE
        Do While sheet.Cells(row, 1).Value <> "End of the answer" And row < FIRST_LINE + 1000
            row = row + 1
        Loop
        If row < FIRST_LINE + 1000 Then sheet.Range(sheet.Cells(FIRST_LINE, 1), sheet.Cells(row, 1)).EntireRow.Delete
    End If
    If lines.Count = 0 Then Exit Sub
    sheet.Range(sheet.Cells(FIRST_LINE, 1), sheet.Cells(FIRST_LINE + lines.Count + 1, 1)).EntireRow.Insert
    sheet.Cells(FIRST_LINE, 1).Value = "Answer to " & action & ", " & Format(Now, "hh:mm") & ":"
    row = FIRST_LINE
    For Each said In lines
        row = row + 1
        sheet.Cells(row, 2).NumberFormat = "@"
        sheet.Cells(row, 2).Value = said
    Next
    sheet.Cells(row + 1, 1).Value = "End of the answer"
End Sub

' ---- the workbook's file: let go of it, take hold of it again, read it anew

Private Sub LetGo()
    If InLibreOffice() Then
        LetGoInLibreOffice
    Else
        If Not ThisWorkbook.Saved Then ThisWorkbook.Save
        ThisWorkbook.ChangeFileAccess READ_ONLY
    End If
    Interact False
End Sub

Private Sub TakeBack()
    Running = ""
    Interact True
    RemoveFiles
    On Error Resume Next
    If InLibreOffice() Then
        TakeBackInLibreOffice
    ElseIf ThisWorkbook.ReadOnly Then
        ThisWorkbook.ChangeFileAccess READ_WRITE
    End If
End Sub

Private Sub Reload()
    Interact True
    If InLibreOffice() Then
        ReloadInLibreOffice
    Else
        ThisWorkbook.ChangeFileAccess READ_WRITE ' Excel reads a file that changed anew
    End If
End Sub

' Nobody can type between the save and the answer.
Private Sub Interact(allowed As Boolean)
    On Error Resume Next
    Application.Interactive = allowed
End Sub

Private Function IsReadOnly() As Boolean
    If InLibreOffice() Then IsReadOnly = IsReadOnlyInLibreOffice() Else IsReadOnly = ThisWorkbook.ReadOnly
End Function

Private Function FullPath() As String
    FullPath = ThisWorkbook.Path & Application.PathSeparator & ThisWorkbook.Name
End Function

' ---- the record of the row that is selected on the tracker's tab

Private Function SelectedKey() As String
    Dim known As Collection, n As Long, sheet As Object, row As Long, column As Long
    Set known = Texts(ReadFile(SettingsFile()), ThisWorkbook.Name) ' the source, then a tab and its key's header, and so on
    For n = 2 To known.Count - 1 Step 2
        Set sheet = ThisWorkbook.Worksheets(known(n))
        sheet.Activate
        row = ActiveCell.Row
        column = ColumnOf(sheet, known(n + 1), row)
        If column > 0 Then SelectedKey = Trim(CStr(sheet.Cells(row, column).Value))
        If SelectedKey <> "" Then Exit For
    Next
    ThisWorkbook.Worksheets(TAB_NAME).Activate
End Function

' The column of a header that stands above a row; 0 where there is none.
Private Function ColumnOf(sheet As Object, header As String, below As Long) As Long
    Dim row As Long, column As Long
    For row = 1 To IIf(below - 1 < 50, below - 1, 50)
        For column = 1 To 200
            If Trim(sheet.Cells(row, column).Text) = header Then
                ColumnOf = column
                Exit Function
            End If
        Next
    Next
End Function

' ---- settings and files

Private Function SettingsFile() As String
    SettingsFile = ThisWorkbook.Path & Application.PathSeparator & "sheetops-buttons.json"
End Function

Private Function Setting(name As String) As String
    Dim found As Collection
    Set found = Texts(ReadFile(SettingsFile()), name)
    If found.Count > 0 Then Setting = found(1)
End Function

Private Function TempFolder() As String
    TempFolder = Environ("TEMP")
    If TempFolder = "" Then TempFolder = Environ("TMPDIR")
    If TempFolder = "" Then TempFolder = "/tmp"
    If Right(TempFolder, 1) <> Application.PathSeparator Then TempFolder = TempFolder & Application.PathSeparator
End Function

Private Sub RemoveFiles()
    Dim ending As Variant
    On Error Resume Next
    For Each ending In Array("", ".err", ".headers", ".body")
        If AnswerFile <> "" Then
            If Dir(AnswerFile & ending) <> "" Then Kill AnswerFile & ending
        End If
    Next
End Sub
