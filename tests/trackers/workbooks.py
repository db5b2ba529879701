"""Workbooks as people make and edit them: written and read by openpyxl, which knows nothing of sheetops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.table import Table

Rows = list[list[Any]]


def make(path: Path, rows: Rows, *, tab: str = "Cases", table: bool = False) -> Path:
    """Write a workbook with one tab; with `table`, its rows are a ListObject."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = tab
    for row in rows:
        sheet.append(row)
    if table:
        sheet.add_table(
            Table(displayName="CasesTable", ref=f"A1:{sheet.cell(1, len(rows[0])).column_letter}{len(rows)}")
        )
    book.save(path)
    return path


def edit(path: Path, cells: Mapping[str, Any], *, tab: str = "Cases") -> None:
    """A person opens the workbook, types into cells ("D17") and saves."""
    change(
        path, lambda sheet: [sheet.__setitem__(address, value) for address, value in cells.items()], tab=tab
    )


def change(path: Path, act: Callable[[Any], Any], *, tab: str = "Cases") -> None:
    """A person opens the workbook, does something to the tab and saves."""
    book = openpyxl.load_workbook(path)
    act(book[tab])
    book.save(path)


def rows(path: Path, *, tab: str = "Cases") -> Rows:
    """What stands in a tab (its first 2,000 rows and 50 columns), without blank rows and cells at the end."""
    sheet = openpyxl.load_workbook(path)[tab]
    size = {"max_row": min(sheet.max_row, 2000), "max_col": min(sheet.max_column, 50)}
    found = [[cell.value for cell in row] for row in sheet.iter_rows(**size)]
    for row in found:
        while row and row[-1] is None:
            row.pop()
    while found and not found[-1]:
        found.pop()
    return found
