"""A workbook that is open in Excel, and the person who sits before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyopenvba.apps.excel import ExcelApplication

from sheetops.trackers.excel_live.spreadsheet import ExcelLive

from .. import workbooks
from ..contract import CASES
from . import shim


class OpenBook:
    """A workbook in Excel: `spreadsheet` is how sheetops has it, the rest is what a person does and sees there."""

    def __init__(
        self, path: Path, rows: workbooks.Rows, *, table: bool = False, patience: float = 0.3
    ) -> None:
        self.path = workbooks.make(path, rows, table=table)
        self.open(patience)

    def open(self, patience: float = 0.3) -> None:
        """Open the file in an Excel of its own."""
        self.book = shim.open_book(self.path)
        assert shim.DESK.excel is not None
        self.excel: ExcelApplication = shim.DESK.excel
        self.spreadsheet = ExcelLive(self.book, [CASES], patience=patience)

    def sheet(self, tab: str = "Cases") -> Any:
        """The tab as Excel has it, with no xlwings between."""
        return self.excel.workbook.sheet_named(tab)

    def run(self, member: str, *arguments: Any, tab: str = "Cases", at: str = "A1", **named: Any) -> Any:
        """What a person does with a range or (at = "") with the tab: a method of Excel's."""
        target = self.sheet(tab).vba_get("Range", [at]) if at else self.sheet(tab)
        return target.vba_get(member, list(arguments), named)

    def put(self, row: int, column: int, value: Any) -> None:
        """A person types into a cell."""
        self.sheet().vba_get("Cells", [row, column]).vba_set("Value", shim.inward(value))

    def put_formula(self, row: int, column: int, formula: str, result: Any) -> None:
        """A person types a formula."""
        self.sheet().vba_get("Cells", [row, column]).vba_set("Formula", formula)

    def rows(self, tab: str = "Cases") -> list[list[Any]]:
        """What an independent reader finds in the workbook when it is saved now."""
        copy = self.path.with_name("saved.xlsx")
        self.book.api.SaveCopyAs(str(copy))
        return workbooks.rows(copy, tab=tab)
