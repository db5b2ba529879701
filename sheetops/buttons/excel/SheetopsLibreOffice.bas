Attribute VB_Name = "SheetopsLibreOffice"
' What LibreOffice calls otherwise than Excel. Names such as ThisComponent exist in LibreOffice only: Excel takes
' them for empty variables, and so there is no `Option Explicit` here.

Public Function InLibreOffice() As Boolean
    InLibreOffice = IsObject(ThisComponent)
End Function

Public Function IsReadOnlyInLibreOffice() As Boolean
    IsReadOnlyInLibreOffice = ThisComponent.isReadonly()
End Function

' LibreOffice's hold on a file is a file beside it.
Public Sub LetGoInLibreOffice()
    If ThisComponent.isModified() Then ThisComponent.store
    If Dir(LockFile()) <> "" Then FileCopy LockFile(), LockFile() & ".sheetops"
    If Dir(LockFile()) <> "" Then Kill LockFile()
End Sub

Public Sub TakeBackInLibreOffice()
    If Dir(LockFile() & ".sheetops") = "" Then Exit Sub
    If Dir(LockFile()) = "" Then FileCopy LockFile() & ".sheetops", LockFile()
    Kill LockFile() & ".sheetops"
End Sub

Public Sub ReloadInLibreOffice()
    TakeBackInLibreOffice
    ThisComponent.setModified False
    Set services = GetProcessServiceManager
    Set dispatcher = services.createInstance("com.sun.star.frame.DispatchHelper")
    dispatcher.executeDispatch ThisComponent.CurrentController.Frame, ".uno:Reload", "", 0, Array()
End Sub

' The time in UTC, as a date.
Public Function UtcInLibreOffice() As Double
    Set services = GetProcessServiceManager
    Set calendar = services.createInstance("com.sun.star.i18n.LocaleCalendar2")
    calendar.loadDefaultCalendar ThisComponent.CharLocale
    calendar.setLocalDateTime Now - DateSerial(1970, 1, 1)
    UtcInLibreOffice = calendar.getDateTime() + DateSerial(1970, 1, 1)
End Function

Private Function LockFile() As String
    LockFile = ThisWorkbook.Path & "/.~lock." & ThisWorkbook.Name & "#"
End Function
