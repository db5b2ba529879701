"""A lossless editor for .xlsx and .xlsm workbooks.

    with Workbook.open("cases.xlsx") as wb:
        wb["Cases"].set("D17", "closed")
        wb.save()

The promise: only the bytes of the touched cells change. Every other cell of the sheet, and every other part of the
file (drawings, charts, pivots, slicers, macros, comments, whatever else is in it) is byte for byte what it was.
What cannot be done within that promise is refused, with the reason, and the file is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetops.ooxml.archive import Identity
    from sheetops.ooxml.buttons import Button, Corner, add_buttons
    from sheetops.ooxml.errors import (
        AppendRefused,
        BrokenWorkbook,
        CellRefused,
        EncryptedWorkbook,
        NotAWorkbook,
        SaveFailed,
        SheetMissing,
        SignedWorkbook,
        WorkbookChanged,
        WorkbookError,
        WorkbookLocked,
        WorkbookUnavailable,
    )
    from sheetops.ooxml.formulas import moved
    from sheetops.ooxml.grid import Grid
    from sheetops.ooxml.locks import conflict_copies, is_placeholder, lock_owner
    from sheetops.ooxml.macros import stream_names
    from sheetops.ooxml.refs import Range, cell_name, column_letters, column_number, parse_cell
    from sheetops.ooxml.sheet import Cell, Sheet
    from sheetops.ooxml.tab import ListValidation, SheetCell, SheetContent
    from sheetops.ooxml.tables import Table
    from sheetops.ooxml.values import CellError, Value
    from sheetops.ooxml.workbook import Workbook

__all__ = [
    "AppendRefused",
    "BrokenWorkbook",
    "Button",
    "Cell",
    "CellError",
    "CellRefused",
    "Corner",
    "EncryptedWorkbook",
    "Grid",
    "Identity",
    "ListValidation",
    "NotAWorkbook",
    "Range",
    "SaveFailed",
    "Sheet",
    "SheetCell",
    "SheetContent",
    "SheetMissing",
    "SignedWorkbook",
    "Table",
    "Value",
    "Workbook",
    "WorkbookChanged",
    "WorkbookError",
    "WorkbookLocked",
    "WorkbookUnavailable",
    "add_buttons",
    "cell_name",
    "column_letters",
    "column_number",
    "conflict_copies",
    "is_placeholder",
    "lock_owner",
    "moved",
    "parse_cell",
    "stream_names",
]

_MODULES = {
    "archive": "Identity",
    "buttons": "Button Corner add_buttons",
    "macros": "stream_names",
    "errors": "AppendRefused BrokenWorkbook CellRefused EncryptedWorkbook NotAWorkbook SaveFailed SheetMissing SignedWorkbook WorkbookChanged WorkbookError WorkbookLocked WorkbookUnavailable",
    "formulas": "moved",
    "grid": "Grid",
    "locks": "conflict_copies is_placeholder lock_owner",
    "refs": "Range cell_name column_letters column_number parse_cell",
    "sheet": "Cell Sheet",
    "tab": "ListValidation SheetCell SheetContent",
    "tables": "Table",
    "values": "CellError Value",
    "workbook": "Workbook",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: telling a file from another takes a fraction of all this."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
