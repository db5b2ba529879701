"""Somebody is at work in Excel: a cell being edited, an edit between two calls, a program that goes away."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sheetops.model.errors import TrackerBusy, TrackerChanged, TrackerNotWritten
from sheetops.model.sheet import CellWrite, RowAppend, SpreadsheetWrite, Stamp, TabLine, TabWrite
from sheetops.trackers.excel_live.spreadsheet import ExcelLive

from ..contract import CASES, OTHER, ROWS, STAMP, write
from . import shim
from .open_books import OpenBook
from .shim import DESK

LINES = (TabLine(("sheetops keeps this",)),)


@pytest.fixture
def desk(tmp_path: Path) -> OpenBook:
    return OpenBook(tmp_path / "Book.xlsx", ROWS)


def after(number: int, member: str, act: Callable[[], None]) -> Callable[[str], None]:
    """Act once, right before the n-th call of a member."""
    left = [number]

    def before(called: str) -> None:
        if called == member:
            left[0] -= 1
            if left[0] == 0:
                act()

    return before


def settings(desk: OpenBook) -> tuple[Any, ...]:
    """What a person would notice if it were not as before."""
    app, window = desk.excel.application, desk.book.api.Windows(1)
    return (
        app.screen_updating, app.enable_events, app.calculation, app.display_alerts, app.active_book.active_sheet.name,
        desk.book.app.api.AutoCorrect.AutoFillFormulasInLists,
        desk.book.app.selection.address, window.ScrollRow, window.ScrollColumn,
    )  # fmt: skip


@pytest.mark.parametrize("code", [shim.REJECTED, shim.IGNORED])
def test_a_cell_that_stays_in_edit_mode(desk: OpenBook, code: int) -> None:
    snapshot = desk.spreadsheet.read([CASES])
    before = desk.rows()

    def refuse(member: str) -> None:
        raise shim.rejected(code)

    DESK.before = refuse
    with pytest.raises(TrackerBusy, match="a cell is being edited") as busy:
        write(desk, snapshot=snapshot, cells=(CellWrite(2, 2, "changed"),))
    DESK.before = lambda member: None
    assert "Press Enter or Esc" in busy.value.next_step
    assert desk.rows() == before


def test_a_cell_that_is_left_soon_is_waited_for(desk: OpenBook) -> None:
    refusals = [2]

    def refuse(member: str) -> None:
        if refusals[0]:
            refusals[0] -= 1
            raise shim.rejected()

    snapshot = desk.spreadsheet.read([CASES])
    DESK.before = refuse
    write(desk, snapshot=snapshot, cells=(CellWrite(2, 2, "changed"),))
    assert desk.rows()[1][1] == "changed"


def test_an_edit_that_was_begun_before_the_write_wins(desk: OpenBook) -> None:
    """The write meets a cell in edit mode; when the person is done, what they typed is seen, not overwritten."""
    snapshot = desk.spreadsheet.read([CASES])

    def edit() -> None:
        desk.put(2, 2, "typed")
        raise shim.rejected()

    DESK.before = after(1, "Value =", edit)
    with pytest.raises(TrackerChanged, match=r"Cases!B2"):
        write(desk, snapshot=snapshot, cells=(CellWrite(2, 2, "changed"),))
    assert desk.rows()[1] == ["A", "typed", "x"]


def test_what_was_written_before_somebody_typed_is_taken_back(desk: OpenBook) -> None:
    snapshot = desk.spreadsheet.read([CASES])
    DESK.before = after(2, "Value =", lambda: None)

    def type_then(member: str) -> None:
        if member == "Value =" and desk.sheet().vba_get("Range", ["A2"]).vba_get("Value") == "A2 now":
            desk.put(3, 3, "typed")
            DESK.before = lambda member: None
            raise shim.rejected()

    DESK.before = type_then
    with pytest.raises(TrackerChanged, match=r"Cases!C3"):
        write(desk, snapshot=snapshot, cells=(CellWrite(2, 1, "A2 now"), CellWrite(3, 3, "C3 now")))
    assert desk.rows() == [ROWS[0], ROWS[1], ["B", "two", "typed"]]
    assert desk.spreadsheet.read([CASES]).tabs["t1"].stamp is None


def test_a_row_that_was_put_in_above_is_seen(desk: OpenBook) -> None:
    snapshot = desk.spreadsheet.read([CASES])

    def insert() -> None:
        desk.sheet().vba_get("Rows", [2]).vba_get("Insert")
        raise shim.rejected()

    DESK.before = after(1, "Value =", insert)
    with pytest.raises(TrackerChanged):
        write(desk, snapshot=snapshot, cells=(CellWrite(2, 4, "new"), CellWrite(3, 4, "new")))
    assert all(len(row) < 4 for row in desk.rows())


def test_what_is_typed_elsewhere_meanwhile_makes_the_next_sync_look(desk: OpenBook) -> None:
    snapshot = desk.spreadsheet.read([CASES])
    DESK.before = after(1, "Value =", lambda: desk.put(3, 3, "typed"))
    identity = write(desk, snapshot=snapshot, cells=(CellWrite(2, 2, "changed"),))
    assert identity != desk.spreadsheet.identity()
    assert [row[1:] for row in desk.rows()[1:]] == [["changed", "x"], ["two", "typed"]]


def test_all_is_as_the_person_had_it(desk: OpenBook) -> None:
    app = desk.excel.application
    app.vba_set("Calculation", -4135)
    desk.run("Select", at="B3")
    desk.book.api.Windows(1).ScrollRow = 2
    before = settings(desk)
    write(
        desk, cells=(CellWrite(2, 2, "changed"),), lines=LINES
    )  # makes the tab `sheetops`, which Excel shows
    assert settings(desk) == before
    assert [sheet.name for sheet in desk.book.sheets] == ["Cases", "sheetops"]


@pytest.mark.parametrize("nth", range(1, 30))
def test_all_is_as_the_person_had_it_whatever_goes_wrong(desk: OpenBook, nth: int) -> None:
    """The n-th thing that is set or added fails, once: settings, cells, a new row, the tab, its looks."""
    desk.run("Select", at="B3")
    before, rows = settings(desk), desk.rows()
    calls = [0]

    def break_once(member: str) -> None:
        calls[0] += member.endswith("=") or member == "Add"
        if calls[0] == nth:
            calls[0] += 1
            said = (0, "", "Out of memory", "", 0, -2146827284)
            raise shim.ComError(shim.EXCEPTION, "Exception occurred.", said)

    snapshot = desk.spreadsheet.read([CASES])
    DESK.before = break_once
    cells = (CellWrite(2, 2, "changed"), CellWrite(3, 3, 5.0))
    lines = (
        *LINES,
        TabLine(("No.", "Where"), "header"),
        TabLine((1, "B2"), choices=("a", "b"), choices_at=0),
    )
    with pytest.raises(TrackerNotWritten, match="Out of memory"):
        write(desk, snapshot=snapshot, cells=cells, appends=(RowAppend("C", {1: "C"}),), lines=lines)
    DESK.before = lambda member: None
    assert (settings(desk), desk.rows()) == (before, rows)
    again = desk.spreadsheet.read([CASES])
    assert (again.tabs["t1"].stamp, again.held_tab) == (None, None)


def test_a_stamp_never_stays_without_what_it_stands_for(desk: OpenBook) -> None:
    """Two trackers of one workbook: the second stamp fails, and the first says again what it said."""
    desk.book.sheets.add("Other").range("A1").value = [["ID"], ["Z"]]
    both = ExcelLive(desk.book, [CASES, OTHER], patience=0.2)
    snapshot = both.read([CASES, OTHER])
    added = [0]

    def fail(member: str) -> None:
        added[0] += member == "Add"
        if added[0] == 2 + 1:  # the tab, the first stamp, the second
            added[0] += 1
            raise shim.ComError(shim.EXCEPTION, "", (0, "", "Out of memory", "", 0, -2146827284))

    tabs = {
        "t1": TabWrite((CellWrite(2, 2, "x"),), last_row=3, stamp=STAMP),
        "t2": TabWrite((CellWrite(2, 1, "y"),), last_row=2, stamp=Stamp("w0", "t2", 1)),
    }
    DESK.before = fail
    with pytest.raises(TrackerNotWritten, match="Out of memory"):
        both.write(snapshot, SpreadsheetWrite(tabs, LINES))
    DESK.before = lambda member: None
    again = both.read([CASES, OTHER])
    assert [tab.stamp for tab in again.tabs.values()] == [None, None]
    assert desk.rows() == ROWS
    assert desk.rows("Other") == [["ID"], ["Z"]]


def test_excel_is_closed_meanwhile(desk: OpenBook) -> None:
    snapshot = desk.spreadsheet.read([CASES])

    def gone(member: str) -> None:
        raise shim.ComError(-2147023174, "The RPC server is unavailable.")

    DESK.before = gone
    with pytest.raises(TrackerNotWritten, match="was closed"):
        write(desk, snapshot=snapshot, cells=(CellWrite(2, 2, "x"),))


def test_xlwings_asks_for_ever_again_when_we_are_done(desk: OpenBook) -> None:
    engine = sys.modules["xlwings._xlwindows"]
    desk.spreadsheet.read([CASES])
    assert engine.N_COM_ATTEMPTS == 0


def test_hidden_excels_are_not_killed_when_python_ends(
    monkeypatch: pytest.MonkeyPatch, desk: OpenBook
) -> None:
    taken_off: list[object] = []
    monkeypatch.setattr(atexit, "unregister", taken_off.append)
    desk.open()
    assert taken_off == [sys.modules["xlwings._xlwindows"].cleanup]
