"""What is read of an open workbook: values as they are, whatever COM makes of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sheetops.model.errors import TrackerUnreadable
from sheetops.model.sheet import TITLE, CellError, Grid

from ..contract import CASES, ROWS
from .open_books import OpenBook
from .shim import DESK


@pytest.fixture
def desk(tmp_path: Path) -> OpenBook:
    return OpenBook(tmp_path / "Book.xlsx", ROWS)


def grid(desk: OpenBook) -> Grid:
    return desk.spreadsheet.read([CASES]).tabs["t1"].grid


def test_an_error_is_its_text(desk: OpenBook) -> None:
    desk.put_formula(2, 2, "=1/0", None)
    desk.put(3, 2, "'#REF!")
    assert grid(desk).value(2, 2) == CellError("#DIV/0!")
    assert grid(desk).value(3, 2) == "#REF!", "a text that looks like one is a text"


def test_a_formula_is_read_with_what_it_comes_to(desk: OpenBook) -> None:
    desk.put_formula(2, 2, "=1+1", 2)
    assert grid(desk).formulas == {(2, 2): "=1+1"}
    assert grid(desk).value(2, 2) == 2


def test_a_text_that_begins_like_a_formula_is_none(desk: OpenBook) -> None:
    desk.put(2, 2, "'=1+1")
    assert grid(desk).formulas == {}
    assert grid(desk).value(2, 2) == "=1+1"


def test_money_keeps_all_its_digits(desk: OpenBook) -> None:
    desk.put(2, 2, 1.2345678)
    desk.sheet().vba_get("Range", ["B2"]).vba_set("NumberFormat", "$#,##0.00")
    assert grid(desk).value(2, 2) == 1.2345678


@pytest.mark.parametrize(
    ("number", "number_format", "value"),
    [
        (45351.0, "yyyy-mm-dd", dt.date(2024, 2, 29)),
        (45351.545, "dd/mm/yyyy hh:mm", dt.datetime(2024, 2, 29, 13, 4, 48)),
        (0.5, "hh:mm", dt.time(12)),
        (1.25, "[h]:mm", dt.timedelta(hours=30)),
        (45351.0, "0.00", 45351.0),
        (0.25, "0%", 0.25),
    ],
)
def test_a_number_is_what_its_format_says(
    desk: OpenBook, number: float, number_format: str, value: Any
) -> None:
    desk.put(2, 2, number)
    desk.sheet().vba_get("Range", ["B2"]).vba_set("NumberFormat", number_format)
    found = grid(desk).value(2, 2)
    assert (found, type(found)) == (value, type(value))


def test_merged_cells_are_found(desk: OpenBook) -> None:
    desk.run("Merge", at="A2:B2")
    desk.run("Merge", at="C2:C3")
    assert grid(desk).merged == ((2, 1, 2, 2), (2, 3, 3, 3))


def test_formats_far_below_the_data_are_no_rows(desk: OpenBook) -> None:
    desk.sheet().vba_get("Range", ["AZ60000"]).vba_set("NumberFormat", "0.00")
    assert len(grid(desk).rows) == 3


def test_reading_changes_nothing(desk: OpenBook) -> None:
    desk.spreadsheet.read([CASES])
    desk.spreadsheet.identity()
    assert [call for call in DESK.calls if call.endswith("=")] == []
    assert desk.excel.workbook.saved


def test_a_tab_of_our_name_that_somebody_made(desk: OpenBook) -> None:
    desk.book.sheets.add("sheetops").range("A1").value = "Our own list"
    with pytest.raises(TrackerUnreadable, match="did not make"):
        desk.spreadsheet.read([CASES])
    desk.book.sheets["sheetops"].range("A1").value = TITLE
    desk.spreadsheet.read([CASES])


def test_a_workbook_that_is_open_read_only(desk: OpenBook) -> None:
    desk.excel.workbook.opened_read_only = True  # type: ignore[attr-defined]
    with pytest.raises(TrackerUnreadable, match=r"Book\.xlsx is open read-only"):
        desk.spreadsheet.read([CASES])
