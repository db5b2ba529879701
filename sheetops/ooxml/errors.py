"""What can go wrong with a workbook, in words for the person who owns it.

Every message says what happened, that nothing was written, and what to do next.
"""

from __future__ import annotations


class WorkbookError(Exception):
    """Base of everything this package raises on purpose."""


class NotAWorkbook(WorkbookError):
    """The file is something other than an .xlsx or .xlsm workbook."""


class EncryptedWorkbook(WorkbookError):
    """The workbook has an open-password; passwords are not handled."""


class SignedWorkbook(WorkbookError):
    """The workbook carries a digital signature, which any change would break."""


class BrokenWorkbook(WorkbookError):
    """The workbook is damaged, or built in a way that cannot be changed safely."""


class WorkbookChanged(WorkbookError):
    """The file is no longer the one that was read."""


class WorkbookLocked(WorkbookError):
    """Another program holds the file."""


class WorkbookUnavailable(WorkbookError):
    """The file is a cloud placeholder that has not been downloaded, or cannot be reached."""


class SheetMissing(WorkbookError):
    """There is no worksheet of that name."""


class CellRefused(WorkbookError):
    """A cell cannot be written without damaging something."""


class AppendRefused(CellRefused):
    """Rows or a column cannot be added there without damaging something."""


class SaveFailed(WorkbookError):
    """The new file did not pass its check, or could not be put in place; the old file stands."""
