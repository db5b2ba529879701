"""What an open workbook takes, what it refuses and in which words, and that a value stays what it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sheetops.model.errors import TrackerNotWritten
from sheetops.model.sheet import CellWrite, Formula, HeaderWrite, Refused, RowAppend, TabLine, TabWrite
from sheetops.trackers.excel_live.blocks import Block, blocks

from ..contract import CASES, ROWS, write
from .open_books import OpenBook
from .shim import DESK, inward

LONG = [["ID", "Note", "Mine"], *([f"K{n}", f"note {n}", n] for n in range(1, 21))]


@pytest.fixture
def desk(tmp_path: Path) -> OpenBook:
    return OpenBook(tmp_path / "Book.xlsx", ROWS)


def refused(desk: OpenBook, *cells: CellWrite, **tab: Any) -> Refused:
    snapshot = desk.spreadsheet.read([CASES])
    return desk.spreadsheet.refused(snapshot, {"t1": TabWrite(cells, **{"last_row": 3, **tab})})


def formats(desk: OpenBook, cell: str) -> Any:
    return desk.run("NumberFormat", at=cell)


# --- blocks ------------------------------------------------------------------------------------------------


def test_cells_that_touch_are_one_block() -> None:
    cells = {(r, c): "v" for r in (2, 3, 4) for c in (1, 2)} | {(9, 9): "v", (5, 1): "f"}
    assert blocks(cells) == [
        (Block(2, 1, 4, 2), "v"),
        (Block(5, 1, 5, 1), "f"),
        (Block(9, 9, 9, 9), "v"),
    ]


def test_a_column_is_one_call_however_long(tmp_path: Path) -> None:
    desk = OpenBook(tmp_path / "Long.xlsx", LONG)
    snapshot = desk.spreadsheet.read([CASES])
    DESK.calls.clear()
    write(desk, snapshot=snapshot, cells=tuple(CellWrite(n, 2, "new") for n in range(2, 22)), last_row=21)
    assert DESK.calls.count("Value =") == 1
    assert [row[1] for row in desk.rows()[1:]] == ["new"] * 20


# --- a value stays what it is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["00123", "1/2", "May 5", "1E5", "=1+1", "-x", "+x", "'quoted", "#REF!", "5%", "£5"]
)
def test_a_text_stays_a_text(desk: OpenBook, text: str) -> None:
    write(desk, cells=(CellWrite(2, 2, text),))
    assert desk.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2) == text
    assert desk.rows()[1][1] == text
    assert formats(desk, "B2") == "General"


@pytest.mark.parametrize("text", ["00123", "open"])
def test_a_text_in_a_cell_that_is_formatted_as_text(desk: OpenBook, text: str) -> None:
    desk.sheet().vba_get("Range", ["B2"]).vba_set("NumberFormat", "@")
    write(desk, cells=(CellWrite(2, 2, text),))
    assert desk.rows()[1][1] == text


def test_a_word_that_excel_takes_for_true(desk: OpenBook) -> None:
    write(desk, cells=(CellWrite(2, 2, "TRUE"), CellWrite(3, 2, "True")))
    assert [row[1] for row in desk.rows()[1:]] == ["TRUE", "True"]


def test_a_date_gets_a_format_that_shows_it_and_keeps_one_it_has(desk: OpenBook) -> None:
    desk.sheet().vba_get("Range", ["B3"]).vba_set("NumberFormat", "dd.mm.yyyy")
    day = dt.date(2024, 2, 29)
    write(desk, cells=(CellWrite(2, 2, day), CellWrite(3, 2, day)))
    assert [formats(desk, "B2"), formats(desk, "B3")] == ["m/d/yyyy", "dd.mm.yyyy"]
    assert [row[1] for row in desk.rows()[1:]] == [dt.datetime(2024, 2, 29)] * 2


# --- refused -----------------------------------------------------------------------------------------------


def test_a_formula_is_refused_as_a_place_to_write(desk: OpenBook) -> None:
    desk.put_formula(2, 2, "=1+1", 2)
    found = refused(desk, CellWrite(2, 2, "x"), CellWrite(3, 2, "y"))
    assert list(found.cells) == [("t1", 2, 2)]
    assert "Cases!B2 holds a formula" in found.cells["t1", 2, 2]
    assert not refused(desk, CellWrite(2, 2, "x", over_formula=True))


def test_a_cell_that_a_formula_elsewhere_fills(desk: OpenBook) -> None:
    desk.sheet().vba_get("Range", ["E2"]).vba_set("Formula2", "=SEQUENCE(2)")
    assert "filled by a formula" in refused(desk, CellWrite(3, 5, "x")).cells["t1", 3, 5]


def test_a_cell_inside_a_merged_range(desk: OpenBook) -> None:
    desk.run("Merge", at="A2:B2")
    assert "A2:B2" in refused(desk, CellWrite(2, 2, "x")).cells["t1", 2, 2]


def test_a_locked_cell_of_a_protected_tab(desk: OpenBook) -> None:
    desk.sheet().vba_get("Range", ["C1:C9"]).vba_set("Locked", False)
    desk.run("Protect", at="")
    found = refused(desk, CellWrite(2, 2, "x"), CellWrite(2, 3, "y"))
    assert list(found.cells) == [("t1", 2, 2)]
    assert "the tab 'Cases' is protected" in found.cells["t1", 2, 2]
    assert "Unprotect the tab" in found.cells["t1", 2, 2]
    write(desk, cells=(CellWrite(2, 3, "y"),))
    assert desk.rows()[1] == ["A", "one", "y"]


def test_a_date_for_a_protected_cell_that_shows_none(desk: OpenBook) -> None:
    desk.sheet().vba_get("Range", ["C1:C9"]).vba_set("Locked", False)
    desk.sheet().vba_get("Range", ["C3"]).vba_set("NumberFormat", "yyyy-mm-dd")
    desk.run("Protect", at="")
    day = dt.date(2024, 2, 29)
    found = refused(desk, CellWrite(2, 3, day), CellWrite(3, 3, day))
    assert list(found.cells) == [("t1", 2, 3)]
    assert "date format" in found.cells["t1", 2, 3]


def test_rows_for_a_protected_tab(desk: OpenBook) -> None:
    desk.run("Protect", at="")
    assert "protected" in refused(desk, appends=(RowAppend("C", {1: "C"}),)).appends["t1"]


def test_a_tab_that_is_protected_between_asking_and_writing(desk: OpenBook) -> None:
    """Excel says no in the middle of the write: nothing of it stays."""
    snapshot = desk.spreadsheet.read([CASES])
    desk.run("Protect", at="")
    with pytest.raises(TrackerNotWritten, match="on a protected sheet"):
        write(desk, snapshot=snapshot, cells=(CellWrite(2, 2, "x"),))
    assert desk.rows() == ROWS


def test_the_own_tab_is_protected(desk: OpenBook) -> None:
    write(desk, lines=(TabLine(("Nothing is held.",)),))
    desk.run("Protect", at="", tab="sheetops")
    with pytest.raises(TrackerNotWritten, match=r"The tab 'sheetops' of Book\.xlsx is protected"):
        write(desk, cells=(CellWrite(2, 2, "x"),))
    assert desk.rows() == ROWS


def test_the_workbook_lets_nobody_add_a_tab(desk: OpenBook) -> None:
    desk.excel.workbook.vba_get("Protect", ["", True])
    with pytest.raises(TrackerNotWritten, match="cannot add its tab"):
        write(desk, cells=(CellWrite(2, 2, "x"),), lines=(TabLine(("Nothing is held.",)),))
    assert desk.rows() == ROWS


# --- filters, tables, new columns --------------------------------------------------------------------------


def test_rows_that_a_filter_hides_are_written_too(tmp_path: Path) -> None:
    """Excel writes a range that is partly hidden only where it shows, the first value into the first row that does."""
    desk = OpenBook(tmp_path / "Long.xlsx", LONG)
    desk.run("AutoFilter", 3, ">10", at="A1:C21")
    write(desk, cells=tuple(CellWrite(n, 2, f"new {n}") for n in range(2, 22)), last_row=21)
    assert [row[1] for row in desk.rows()[1:]] == [f"new {n}" for n in range(2, 22)]


def test_a_table_grows_with_its_rows(tmp_path: Path) -> None:
    desk = OpenBook(tmp_path / "Book.xlsx", ROWS, table=True)
    write(desk, appends=(RowAppend("C", {1: "C", 2: "three"}), RowAppend("D", {1: "D"})))
    assert desk.book.sheets["Cases"].tables[0].range.address == "$A$1:$C$5"


def test_a_table_grows_with_a_column(tmp_path: Path) -> None:
    desk = OpenBook(tmp_path / "Book.xlsx", ROWS, table=True)
    write(desk, headers=(HeaderWrite(1, 4, "SLA"),), cells=(CellWrite(2, 4, "met"),))
    assert desk.book.sheets["Cases"].tables[0].range.address == "$A$1:$D$3"
    assert desk.rows()[:2] == [["ID", "Note", "Mine", "SLA"], ["A", "one", "x", "met"]]


def test_a_table_with_a_totals_row_says_what_to_do(tmp_path: Path) -> None:
    desk = OpenBook(tmp_path / "Book.xlsx", ROWS, table=True)
    desk.book.sheets["Cases"].tables[0].show_totals = True
    found = refused(desk, appends=(RowAppend("C", {1: "C"}),))
    assert "Total" in found.appends["t1"] or "not empty" in found.appends["t1"]


# --- the program's own tab ---------------------------------------------------------------------------------


def test_the_own_tab_looks_as_it_does_in_a_file(desk: OpenBook) -> None:
    lines = (
        TabLine(("sheetops keeps this spreadsheet and the team's dataset in agreement",), "title"),
        TabLine(("No.", "Where", "Your decision"), "header"),
        TabLine((1, "Cases!B2", None), links={1: "'Cases'!B2"}, choices=("keep mine", "take the dataset's"), choices_at=2, inputs=(2,)),
    )  # fmt: skip
    write(desk, lines=lines)
    tab = desk.book.sheets["sheetops"]
    assert (tab.range("A1").font.bold, tab.range("A1").font.size) == (True, 14)
    assert (tab.range("A2").font.bold, tab.range("B2").color) == (True, (0x44, 0x54, 0x6A))
    assert tab.range("C3").data_validation.source == "keep mine,take the dataset's"
    assert tab.range("C3").color == (0xFF, 0xF2, 0xCC)
    assert tab.range("B3").api.Hyperlinks(1).SubAddress == "'Cases'!B2"
    assert tab.range("B3").value == "Cases!B2"
    assert tab.range("A1").column_width == 6


def test_a_list_that_is_too_long_for_a_drop_down(desk: OpenBook) -> None:
    words = tuple(f"a rather long word, number {n}" for n in range(20))
    write(desk, lines=(TabLine(("Nothing is held.", None), choices=words, choices_at=1),))
    rule = desk.book.sheets["sheetops"].range("B1").data_validation
    assert rule.source.startswith("=")
    assert rule.type == "list"


def test_a_page_with_fewer_lines_leaves_nothing_of_the_old_one(desk: OpenBook) -> None:
    write(desk, lines=tuple(TabLine((f"line {n}",), "header") for n in range(5)))
    write(desk, lines=(TabLine(("one line",)),))
    tab = desk.book.sheets["sheetops"]
    assert desk.rows("sheetops") == [["one line"]]
    assert tab.range("A3").color is None


def test_a_formula_of_ours_and_values_beside_it(desk: OpenBook) -> None:
    cells = (CellWrite(2, 2, Formula('=IF(C2="x","yes","no")', "yes")), CellWrite(3, 2, "v"))
    write(desk, cells=cells)
    assert desk.rows()[1][1] == '=IF(C2="x","yes","no")'
    assert desk.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2) == "yes"


def test_what_typed_looks_like_is_not_changed_by_us(desk: OpenBook) -> None:
    desk.sheet().vba_get("Range", ["C2"]).vba_set("Value", inward(dt.datetime(2024, 1, 5)))
    write(desk, cells=(CellWrite(2, 2, "changed"),))
    assert formats(desk, "C2") == "m/d/yyyy"
