Attribute VB_Name = "SheetopsSigning"
' How a press proves that it has the token's secret, without sending it: SCRAM's formula (RFC 5802 section 3) with
' HMAC-SHA-256 (RFC 2104, FIPS 180-4), as docs/serve.md says it. Bytes are texts of hex digits. VBA knows no number
' without a sign and stops where a sum is too large, so words of 32 bits are added in halves.
Option Explicit

Private Power(0 To 30) As Long
Private Constants(0 To 63) As Long

' The proof for a body of ASCII. `secret` is 64 hex digits, `at` seconds since 1970 (UTC).
Public Function Proof(secret As String, at As String, nonce As String, body As String) As String
    Dim signature As String, n As Long
    signature = Hmac(Sha256(secret), HexOf(at & vbLf & nonce & vbLf & body))
    For n = 1 To Len(secret) Step 2
        Proof = Proof & HexByte(ByteAt(secret, n) Xor ByteAt(signature, n))
    Next
End Function

Public Function IsSecret(text As String) As Boolean
    Dim n As Long
    For n = 1 To Len(text)
        If InStr("0123456789abcdef", Mid(text, n, 1)) = 0 Then Exit Function
    Next
    IsSecret = Len(text) = 64
End Function

' Seconds since 1970 in UTC, as digits: the clock's own time, and what this computer's time zone makes of it.
Public Function UtcSeconds() As String
    Dim stamp As Object
    If InLibreOffice() Then
        UtcSeconds = Format((UtcInLibreOffice() - DateSerial(1970, 1, 1)) * 86400, "0")
    Else
        Set stamp = CreateObject("WbemScripting.SWbemDateTime")
        stamp.SetVarDate Now, True
        UtcSeconds = Format((stamp.GetVarDate(False) - DateSerial(1970, 1, 1)) * 86400, "0")
    End If
End Function

Private Function Hmac(key As String, message As String) As String
    Dim inner As String, outer As String, n As Long, one As Long
    For n = 1 To 128 Step 2 ' a block of 64 bytes; keys here are shorter, and are filled up with zeros
        one = 0
        If n < Len(key) Then one = ByteAt(key, n)
        inner = inner & HexByte(one Xor 54)
        outer = outer & HexByte(one Xor 92)
    Next
    Hmac = Sha256(outer & Sha256(inner & message))
End Function

Public Function Sha256(message As String) As String
    Dim h(0 To 7) As Long, padded As String, at As Long, n As Long
    Prepare h
    padded = message & "80"
    Do While Len(padded) Mod 128 <> 112
        padded = padded & "00"
    Loop
    padded = padded & "00000000" & HexWord(Len(message) * 4)
    For at = 1 To Len(padded) Step 128
        Compress h, padded, at
    Next
    For n = 0 To 7
        Sha256 = Sha256 & HexWord(h(n))
    Next
End Function

' FIPS 180-4, 6.2.2: one block of 64 bytes.
Private Sub Compress(h() As Long, padded As String, start As Long)
    Dim w(0 To 63) As Long, v(0 To 7) As Long, t As Long, n As Long, one As Long, two As Long
    For t = 0 To 63
        If t < 16 Then
            w(t) = WordAt(padded, start + t * 8)
        Else
            one = Rotated(w(t - 15), 7) Xor Rotated(w(t - 15), 18) Xor Shifted(w(t - 15), 3)
            two = Rotated(w(t - 2), 17) Xor Rotated(w(t - 2), 19) Xor Shifted(w(t - 2), 10)
            w(t) = Sum(Sum(w(t - 16), one), Sum(w(t - 7), two))
        End If
    Next
    For n = 0 To 7
        v(n) = h(n)
    Next
    For t = 0 To 63
        one = Rotated(v(4), 6) Xor Rotated(v(4), 11) Xor Rotated(v(4), 25)
        one = Sum(Sum(Sum(v(7), one), (v(4) And v(5)) Xor ((Not v(4)) And v(6))), Sum(Constants(t), w(t)))
        two = Rotated(v(0), 2) Xor Rotated(v(0), 13) Xor Rotated(v(0), 22)
        two = Sum(two, (v(0) And v(1)) Xor (v(0) And v(2)) Xor (v(1) And v(2)))
        For n = 7 To 1 Step -1
            v(n) = v(n - 1)
        Next
        v(4) = Sum(v(4), one)
        v(0) = Sum(one, two)
    Next
    For n = 0 To 7
        h(n) = Sum(h(n), v(n))
    Next
End Sub

' The first value of each word of the hash, and the constants of FIPS 180-4, 4.2.2.
Private Sub Prepare(h() As Long)
    Dim first As String, known As String, n As Long
    first = "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19"
    For n = 0 To 7
        h(n) = WordAt(first, n * 8 + 1)
    Next
    If Power(0) = 1 Then Exit Sub
    Power(0) = 1
    For n = 1 To 30
        Power(n) = Power(n - 1) * 2
    Next
    known = "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc3" & _
        "72be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da" & _
        "983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13" & _
        "650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070" & _
        "19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc70208" & _
        "90befffaa4506cebbef9a3f7c67178f2"
    For n = 0 To 63
        Constants(n) = WordAt(known, n * 8 + 1)
    Next
End Sub

' The sum of two words of 32 bits, without what is carried out of it.
Private Function Sum(a As Long, b As Long) As Long
    Dim low As Long
    low = (a And 65535) + (b And 65535)
    Sum = Joined(UpperHalf(a) + UpperHalf(b) + low \ 65536, low And 65535)
End Function

Private Function UpperHalf(a As Long) As Long
    UpperHalf = ((a And -65536) \ 65536) And 65535
End Function

Private Function Joined(ByVal upper As Long, low As Long) As Long
    upper = upper And 65535
    If upper >= 32768 Then upper = upper - 65536
    Joined = upper * 65536 Or low
End Function

Private Function Shifted(a As Long, bits As Long) As Long
    If a >= 0 Then
        Shifted = a \ Power(bits)
    Else
        Shifted = ((a And 2147483647) \ Power(bits)) Or Power(31 - bits)
    End If
End Function

Private Function Rotated(a As Long, bits As Long) As Long
    Dim moved As Long
    moved = (a And (Power(bits - 1) - 1)) * Power(32 - bits)
    If (a And Power(bits - 1)) <> 0 Then moved = moved Or (-2147483647 - 1)
    Rotated = Shifted(a, bits) Or moved
End Function

Private Function HexOf(text As String) As String
    Dim n As Long
    For n = 1 To Len(text)
        HexOf = HexOf & HexByte(Asc(Mid(text, n, 1)))
    Next
End Function

Private Function ByteAt(digits As String, at As Long) As Long
    ByteAt = (InStr("0123456789abcdef", Mid(digits, at, 1)) - 1) * 16 + InStr("0123456789abcdef", Mid(digits, at + 1, 1)) - 1
End Function

Private Function WordAt(digits As String, at As Long) As Long
    WordAt = Joined(ByteAt(digits, at) * 256 + ByteAt(digits, at + 2), ByteAt(digits, at + 4) * 256 + ByteAt(digits, at + 6))
End Function

Private Function HexByte(value As Long) As String
    HexByte = Mid("0123456789abcdef", value \ 16 + 1, 1) & Mid("0123456789abcdef", (value And 15) + 1, 1)
End Function

Private Function HexWord(value As Long) As String
    Dim upper As Long, low As Long
    upper = UpperHalf(value)
    low = value And 65535
    HexWord = HexByte(upper \ 256) & HexByte(upper And 255) & HexByte(low \ 256) & HexByte(low And 255)
End Function
