"""Workbooks made at test time by independent writers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table


@pytest.fixture
def tracker(tmp_path: Path) -> Path:
    """A tracker as openpyxl writes it: a header, five cases, a formula column, a merged title beside it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Cases"
    sheet.append(["Key", "Status", "Opened", "Twice"])
    for n in range(1, 6):
        sheet.append([f"C-{n}", "open", dt.datetime(2024, 1, n), f"=ROW()*{n}"])
    sheet.merge_cells("G1:H2")
    sheet["G1"] = "Notes of the team"
    book.create_sheet("Other")["A1"] = "untouched"
    book.save(tmp_path / "tracker.xlsx")
    return tmp_path / "tracker.xlsx"


@pytest.fixture
def table_tracker(tmp_path: Path) -> Path:
    """The same as an Excel table named Cases, A1:C6."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Cases"
    sheet.append(["Key", "Status", "Opened"])
    for n in range(1, 6):
        sheet.append([f"C-{n}", "open", dt.datetime(2024, 1, n)])
    sheet.add_table(Table(displayName="CaseTable", ref="A1:C6"))
    book.save(tmp_path / "table.xlsx")
    return tmp_path / "table.xlsx"
