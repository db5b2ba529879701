"""What every backend promises: one suite, inherited by a test module for each."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from sheetops.model.errors import TrackerChanged, TrackerUnreadable
from sheetops.model.live import Live, bare
from sheetops.model.schema import Column, Mode, TrackerSpec
from sheetops.model.sheet import (
    CellWrite,
    Formula,
    RowAppend,
    Snapshot,
    Spreadsheet,
    SpreadsheetWrite,
    Stamp,
    TabLine,
    TabWrite,
)

CASES = TrackerSpec("t1", "cases", "book", "Cases", (Column("id", "ID"), Column("note", "Note")))
OTHER = TrackerSpec("t2", "cases", "book", "Other", (Column("id", "ID"),))
OWNED = replace(CASES, columns=(Column("id", "ID"), Column("note", "Note", Mode.COMPUTED)))
"""The same with a column that sheetops fills in."""
STAMP = Stamp("w0", "t1", 1)
ROWS: list[list[Any]] = [["ID", "Note", "Mine"], ["A", "one", "x"], ["B", "two", "y"]]


class Far(Protocol):
    """The far side of a backend: a spreadsheet as a person, or another program, has it."""

    spreadsheet: Spreadsheet

    def put(self, row: int, column: int, value: Any) -> None:
        """A person types into a cell and saves."""

    def put_formula(self, row: int, column: int, formula: str, result: Any) -> None:
        """A person types a formula."""

    def rows(self, tab: str = "Cases") -> list[list[Any]]:
        """What an independent reader finds."""


def write(far: Far, *, snapshot: Snapshot | None = None, lines: tuple[TabLine, ...] = (), **tab: Any) -> str:
    """Write to the tab Cases, with a stamp."""
    seen = snapshot or far.spreadsheet.read([CASES])
    change = TabWrite(**{"last_row": 3, "stamp": STAMP, **tab})
    return far.spreadsheet.write(seen, SpreadsheetWrite({"t1": change}, lines)).identity


LIVE = Formula(Live("due", "risk", "breached", "at risk", "on track").formula("D2", "E2"), "on track")
"""The state of row 2, whose due time is in D and whose warning time in E."""


def live(far: Far, **tab: Any) -> str:
    """Write to the tab Cases, whose column Note is sheetops' own."""
    return write(far, snapshot=far.spreadsheet.read([OWNED]), **tab)


VALUES = [
    "text",
    "00123",
    "=1+1 as text",
    "@home",
    " spaces kept ",
    "Zoë 東京 🙂",
    "two\nlines",
    12,
    -3.25,
    1e20,
    True,
    False,
    dt.date(2024, 2, 29),
    dt.datetime(2024, 2, 29, 13, 5, 7),
    dt.timedelta(hours=30, minutes=15),
]


class SpreadsheetContract:
    """Every backend's tests inherit from this and give a fixture `far`."""

    @pytest.mark.parametrize("value", VALUES, ids=repr)
    def test_a_value_comes_back_as_it_was_written(self, far: Far, value: Any) -> None:
        write(far, cells=(CellWrite(2, 2, value),))
        found = far.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2)
        assert found == value or found == _midnight(value)
        assert isinstance(found, str) == isinstance(value, str)

    def test_a_cell_can_be_emptied(self, far: Far) -> None:
        write(far, cells=(CellWrite(2, 2, None),))
        assert far.spreadsheet.read([CASES]).tabs["t1"].grid.value(2, 2) in (None, "")
        assert far.rows()[1][1] is None

    def test_nothing_else_changes(self, far: Far) -> None:
        write(far, cells=(CellWrite(2, 2, "changed"),))
        assert far.rows() == [ROWS[0], ["A", "changed", "x"], ROWS[2]]

    def test_read_names_rows_and_columns_from_one(self, far: Far) -> None:
        grid = far.spreadsheet.read([CASES]).tabs["t1"].grid
        assert [grid.value(1, 1), grid.value(3, 2), grid.value(9, 9)] == ["ID", "two", None]

    def test_a_missing_tab_is_an_error_that_names_it(self, far: Far) -> None:
        with pytest.raises(TrackerUnreadable, match="Other"):
            far.spreadsheet.read([OTHER])

    # --- the stamp and the program's own tab ----------------------------------------------------------

    def test_the_stamp_is_written_with_the_data(self, far: Far) -> None:
        assert far.spreadsheet.read([CASES]).tabs["t1"].stamp is None
        write(far)
        assert far.spreadsheet.read([CASES]).tabs["t1"].stamp == STAMP
        write(far, stamp=Stamp("w0", "t1", 2))
        assert far.spreadsheet.read([CASES]).tabs["t1"].stamp == Stamp("w0", "t1", 2)

    def test_the_own_tab_is_written_and_read_back(self, far: Far) -> None:
        assert far.spreadsheet.read([CASES]).held_tab is None
        lines = (TabLine(("No.", "Where")), TabLine((1, "Cases!B2"), links={1: "'Cases'!B2"}))
        write(far, lines=lines)
        tab = far.spreadsheet.read([CASES]).held_tab
        assert tab is not None
        assert [tab.value(1, 1), tab.value(2, 1), tab.value(2, 2)] == ["No.", 1, "Cases!B2"]
        write(far, lines=(TabLine(("Nothing is held.",)),))
        tab = far.spreadsheet.read([CASES]).held_tab
        assert tab is not None
        assert (tab.value(1, 1), tab.value(2, 1)) == ("Nothing is held.", None)

    # --- identity -----------------------------------------------------------------------------------------

    def test_identity_is_stable_when_nothing_changes(self, far: Far) -> None:
        before = far.spreadsheet.identity()
        snapshot = far.spreadsheet.read([CASES])
        assert snapshot.identity == far.spreadsheet.identity() == before

    def test_identity_after_a_write_is_the_one_returned(self, far: Far) -> None:
        before = far.spreadsheet.identity()
        after = write(far, cells=(CellWrite(2, 2, "changed"),))
        assert after == far.spreadsheet.identity() == far.spreadsheet.read([CASES]).identity
        assert after != before

    def test_identity_changes_when_a_person_saves(self, far: Far) -> None:
        before = far.spreadsheet.identity()
        far.put(2, 2, "typed")
        assert far.spreadsheet.identity() != before

    # --- atomic, and never over somebody's work -----------------------------------------------------------------

    def test_saved_between_read_and_write(self, far: Far) -> None:
        snapshot = far.spreadsheet.read([CASES])
        far.put(3, 2, "typed meanwhile")
        with pytest.raises(TrackerChanged):
            write(far, snapshot=snapshot, cells=(CellWrite(2, 2, "changed"),))
        assert far.rows() == [ROWS[0], ROWS[1], ["B", "typed meanwhile", "y"]]
        assert far.spreadsheet.read([CASES]).tabs["t1"].stamp is None

    def test_nobody_is_busy(self, far: Far) -> None:
        assert far.spreadsheet.busy() is None

    # --- rows below the data ----------------------------------------------------------------------------------------

    def test_rows_are_appended_below_the_data(self, far: Far) -> None:
        rows = (RowAppend("C", {1: "C", 2: "three"}), RowAppend("D", {1: "D"}))
        write(far, appends=rows)
        grid = far.spreadsheet.read([CASES]).tabs["t1"].grid
        assert [grid.value(4, 1), grid.value(4, 2), grid.value(5, 1)] == ["C", "three", "D"]
        assert far.rows()[:3] == ROWS

    def test_an_append_that_would_meet_something_is_refused(self, far: Far) -> None:
        far.put(4, 2, "in the way")
        snapshot = far.spreadsheet.read([CASES])
        append = TabWrite((), (RowAppend("C", {1: "C", 2: "three"}),), last_row=3)
        refused = far.spreadsheet.refused(snapshot, {"t1": append})
        assert "B4" in refused.appends["t1"] or "A4" in refused.appends["t1"]
        write(far, snapshot=snapshot, cells=(CellWrite(2, 2, "the rest goes on"),))
        assert far.rows()[1][1] == "the rest goes on"
        assert far.rows()[3][1] == "in the way"

    def test_what_was_asked_about_is_not_written(self, far: Far) -> None:
        """A plan may be asked about and then replaced by another: only the other is written."""
        snapshot = far.spreadsheet.read([CASES])
        first = TabWrite((CellWrite(2, 2, "not this"),), (RowAppend("C", {1: "C"}),), last_row=3)
        assert not far.spreadsheet.refused(snapshot, {"t1": first})
        second = TabWrite((CellWrite(3, 2, "but this"),), (RowAppend("D", {1: "D"}),), last_row=3)
        assert not far.spreadsheet.refused(snapshot, {"t1": second})
        write(far, snapshot=snapshot, cells=second.cells, appends=second.appends)
        assert [row[:2] for row in far.rows()[1:3]] == [["A", "one"], ["B", "but this"]]
        assert far.rows()[3][0] == "D"

    # --- formulas ---------------------------------------------------------------------------------------------------

    def test_a_formula_is_seen(self, far: Far) -> None:
        far.put_formula(2, 2, "=1+1", 2)
        grid = far.spreadsheet.read([CASES]).tabs["t1"].grid
        assert (2, 2) in grid.formulas
        assert (3, 2) not in grid.formulas

    def test_a_formula_is_written_and_read_back(self, far: Far) -> None:
        identity = live(far, cells=(CellWrite(2, 2, LIVE),))
        assert identity == far.spreadsheet.read([OWNED]).identity
        grid = far.spreadsheet.read([OWNED]).tabs["t1"].grid
        assert bare(grid.formulas[2, 2]) == bare(LIVE.text)
        assert grid.value(2, 2) in (LIVE.result, None)
        assert grid.value(3, 2) == "two"

    def test_a_formula_of_ours_is_replaced_and_goes(self, far: Far) -> None:
        live(far, cells=(CellWrite(2, 2, LIVE),))
        other = Formula(LIVE.text.replace("D2", "E2"), "met")
        live(far, cells=(CellWrite(2, 2, other, over_formula=True),))
        assert bare(far.spreadsheet.read([OWNED]).tabs["t1"].grid.formulas.get((2, 2), "")) == other.text[1:]
        live(far, cells=(CellWrite(2, 2, "met", over_formula=True),))
        grid = far.spreadsheet.read([OWNED]).tabs["t1"].grid
        assert ((2, 2) in grid.formulas, grid.value(2, 2)) == (False, "met")

    def test_an_added_row_brings_its_formula(self, far: Far) -> None:
        formula = Formula(LIVE.text.replace("2", "4"), "on track")
        live(far, appends=(RowAppend("C", {1: "C", 2: formula}),))
        grid = far.spreadsheet.read([OWNED]).tabs["t1"].grid
        assert grid.value(4, 1) == "C"
        assert bare(grid.formulas[4, 2]) == bare(formula.text)
        assert far.rows()[:3] == ROWS

    def test_a_text_that_looks_like_one_stays_a_text(self, far: Far) -> None:
        live(far, cells=(CellWrite(2, 2, LIVE.text),))
        grid = far.spreadsheet.read([OWNED]).tabs["t1"].grid
        assert ((2, 2) in grid.formulas, grid.value(2, 2)) == (False, LIVE.text)

    def test_a_backup_is_kept(self, far: Far, tmp_path: Path) -> None:
        far.spreadsheet.backup(str(tmp_path / "backups"), "R7")
        write(far, cells=(CellWrite(2, 2, "changed"),))
        assert self.backed_up(far, tmp_path / "backups")[1][1] == "one"

    def backed_up(self, far: Far, folder: Path) -> list[list[Any]]:
        """Return the rows of the tab Cases in the backup of R7."""
        raise NotImplementedError


def _midnight(value: Any) -> Any:
    return dt.datetime.combine(value, dt.time()) if type(value) is dt.date else value
