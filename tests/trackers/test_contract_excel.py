"""A workbook on disk keeps the contract, plain and with its rows in a ListObject; and what only files have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.model.errors import TrackerBusy
from sheetops.model.sheet import UNCACHED, CellError, CellWrite, RowAppend, TabWrite
from sheetops.trackers.backups import KEPT as BACKUPS_KEPT
from sheetops.trackers.excel_file import ExcelFile

from . import workbooks
from .contract import CASES, ROWS, SpreadsheetContract, write


class ExcelFar:
    """The file, as openpyxl reads and writes it."""

    def __init__(self, path: Path, *, table: bool) -> None:
        self.path = workbooks.make(path, ROWS, table=table)
        self.spreadsheet = ExcelFile(path)

    def put(self, row: int, column: int, value: Any) -> None:
        workbooks.change(self.path, lambda sheet: sheet.cell(row, column, value))

    def put_formula(self, row: int, column: int, formula: str, result: Any) -> None:
        self.put(row, column, formula)

    def rows(self, tab: str = "Cases") -> list[list[Any]]:
        return workbooks.rows(self.path, tab=tab)


class OnDisk(SpreadsheetContract):
    table = False

    @pytest.fixture
    def far(self, tmp_path: Path) -> ExcelFar:
        return ExcelFar(tmp_path / "Book.xlsx", table=self.table)

    def backed_up(self, far: Any, folder: Path) -> list[list[Any]]:
        return workbooks.rows(folder / "Book.R7.xlsx")


class TestExcel(OnDisk):
    def test_busy_while_excel_has_it_open(self, far: ExcelFar) -> None:
        snapshot = far.spreadsheet.read([CASES])
        owner = far.path.with_name("~$Book.xlsx")
        owner.write_bytes(bytes([3]) + b"Ann" + b" " * 51 + b"\x03\x00" + "Ann".encode("utf-16-le"))
        assert far.spreadsheet.busy() == "Ann"
        before = far.path.read_bytes()
        with pytest.raises(TrackerBusy, match=r"Book\.xlsx is open \(Ann\)"):
            write(far, snapshot=snapshot, cells=(CellWrite(2, 2, "x"),))
        assert far.path.read_bytes() == before
        owner.unlink()
        write(far, snapshot=snapshot, cells=(CellWrite(2, 2, "x"),))

    def test_a_file_that_was_only_touched_is_the_same(self, far: ExcelFar) -> None:
        before = far.spreadsheet.identity()
        far.path.touch()
        assert far.spreadsheet.identity() == before

    def test_a_formula_nobody_calculated(self, far: ExcelFar) -> None:
        far.put_formula(2, 2, "=1+1", 2)
        assert far.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2) is UNCACHED

    def test_an_error_value(self, far: ExcelFar) -> None:
        far.put(2, 2, "#REF!")
        assert far.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2) == CellError("#REF!")

    def test_a_formula_is_refused_as_a_place_to_write(self, far: ExcelFar) -> None:
        far.put_formula(2, 2, "=1+1", 2)
        snapshot = far.spreadsheet.read([CASES])
        plan = TabWrite((CellWrite(2, 2, "x"), CellWrite(3, 2, "y")), last_row=3)
        refused = far.spreadsheet.refused(snapshot, {"t1": plan})
        assert list(refused.cells) == [("t1", 2, 2)]
        write(far, snapshot=snapshot, cells=(CellWrite(3, 2, "y"),))
        assert [row[1] for row in far.rows()] == ["Note", "=1+1", "y"]

    def test_a_formula_goes_when_a_person_decided_so(self, far: ExcelFar) -> None:
        far.put_formula(2, 2, "=1+1", 2)
        write(far, cells=(CellWrite(2, 2, "x", over_formula=True),))
        assert far.rows()[1][1] == "x"

    def test_a_cell_inside_a_merged_range_is_refused(self, far: ExcelFar) -> None:
        workbooks.change(far.path, lambda sheet: sheet.merge_cells("A2:B2"))
        snapshot = far.spreadsheet.read([CASES])
        refused = far.spreadsheet.refused(snapshot, {"t1": TabWrite((CellWrite(2, 2, "x"),), last_row=3)})
        assert ("t1", 2, 2) in refused.cells

    def test_only_so_many_backups_are_kept(self, far: ExcelFar, tmp_path: Path) -> None:
        for number in range(1, BACKUPS_KEPT + 4):
            far.spreadsheet.backup(str(tmp_path / "kept"), f"R{number}")
        names = {path.name for path in (tmp_path / "kept").iterdir()}
        assert len(names) == BACKUPS_KEPT
        assert f"Book.R{BACKUPS_KEPT + 3}.xlsx" in names
        assert "Book.R1.xlsx" not in names


class TestExcelTable(OnDisk):
    table = True

    def test_an_appended_row_is_part_of_the_table(self, far: ExcelFar) -> None:
        write(far, appends=(RowAppend("C", {1: "C", 2: "three"}),))
        sheet = openpyxl.load_workbook(far.path)["Cases"]
        assert [table.ref for table in sheet.tables.values()] == ["A1:C4"]
