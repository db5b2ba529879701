"""A spreadsheet in Google Sheets keeps the contract; and what only Google has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sheetops.model.sheet import CellError, CellWrite, TabWrite
from sheetops.sandbox import Sandbox

from ..contract import CASES, OTHER, ROWS, SpreadsheetContract, write
from . import books


class GoogleFar:
    """The spreadsheet, as the API shows it to somebody who knows nothing of sheetops."""

    def __init__(self, box: Sandbox, **options: Any) -> None:
        self.box = box
        self.id = books.make(box, {"Cases": ROWS})
        self.spreadsheet = books.open_book(box, self.id, [CASES], **options)

    def put(self, row: int, column: int, value: Any) -> None:
        books.put(self.box, self.id, row, column, value)

    def put_formula(self, row: int, column: int, formula: str, result: Any) -> None:
        self.put(row, column, formula)

    def rows(self, tab: str = "Cases") -> list[list[Any]]:
        return books.rows(self.box, self.id, tab)


class OnGoogle(SpreadsheetContract):
    options: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def far(self) -> Iterator[GoogleFar]:
        with Sandbox(seed=3) as box:
            yield GoogleFar(box, **self.options)

    def backed_up(self, far: Any, folder: Path) -> list[list[Any]]:
        kept = json.loads((folder / f"{far.id}.R7.json").read_text(encoding="utf-8"))
        lines = kept["sheets"][0]["data"][0]["rowData"]
        return [
            [cell.get("userEnteredValue", {}).get("stringValue") for cell in line["values"]] for line in lines
        ]


class TestGoogle(OnGoogle):
    def test_saved_between_read_and_write(self, far: Any) -> None:
        """Google knows no "only if nothing changed": what a person typed elsewhere stays, and ours lands."""
        snapshot = far.spreadsheet.read([CASES])
        far.put(3, 2, "typed meanwhile")
        write(far, snapshot=snapshot, cells=(CellWrite(2, 2, "changed", "A"),))
        assert far.rows() == [ROWS[0], ["A", "changed", "x"], ["B", "typed meanwhile", "y"]]

    def test_a_formula_is_read_with_its_result(self, far: Any) -> None:
        far.put_formula(2, 2, "=1+1", 2)
        grid = far.spreadsheet.read([CASES]).tabs["t1"].grid
        assert grid.value(2, 2) == 2

    def test_an_error_value(self, far: Any) -> None:
        far.put_formula(2, 2, "=1/0", None)
        assert far.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2) == CellError("#DIV/0!")

    def test_a_formula_is_refused_as_a_place_to_write(self, far: Any) -> None:
        far.put_formula(2, 2, "=1+1", 2)
        plan = TabWrite((CellWrite(2, 2, "x", "A"), CellWrite(3, 2, "y", "B")), last_row=3)
        refused = far.spreadsheet.refused(far.spreadsheet.read([CASES]), {"t1": plan})
        assert list(refused.cells) == [("t1", 2, 2)]

    def test_the_tabs_there_are_named_when_one_is_missing(self, far: Any) -> None:
        with pytest.raises(Exception, match=r"Its tabs are 'Cases'"):
            far.spreadsheet.read([OTHER])


class TestGoogleLocked(OnGoogle):
    """`lock = true` is as strict as a file: an edit between read and write stops the write."""

    options: ClassVar[dict[str, Any]] = {"lock": True}
