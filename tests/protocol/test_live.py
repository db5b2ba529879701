"""States that run with the clock: a small formula in the tracker, which nobody typed and no sync minds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sheetops.model.live import is_live
from sheetops.ooxml import moved, parse_cell
from sheetops.sandbox import Sandbox

from .files import FileStory
from .sheets import GoogleStory
from .story import HEADERS, Story, tracker
from .test_sla import CONFIG, FIELDS, K1, K2, MONDAY, Desk

COLUMNS = (*FIELDS, "resolution_due", "resolution_at_risk_at", "resolution_state")
HEADER = [HEADERS.get(name, name) for name in COLUMNS]
TEXT = CONFIG.replace("[[sla.cases.policy]]", "live = true\n[[sla.cases.policy]]").replace("escalation", "# escalation")  # fmt: skip
K3 = "CASE-0003"
OPENED = dt.datetime(2026, 1, 5, 9)


class LiveDesk(Desk):
    """A desk whose spreadsheets calculate: `tick` brings the results of formulas up to the time."""

    def at(self, hour: int, minute: int = 0, day: int = 5) -> None:
        super().at(hour, minute, day)
        for name in self.books:
            self.tick(name)

    def formulas(self, name: str) -> dict[tuple[int, int], str]:
        """The formulas of the tab by their places."""
        book = self.books[name]
        assert "Cases" in book.tabs  # whoever looks sees what has been written meanwhile
        return book.formulas.setdefault("Cases", {})  # type: ignore[no-any-return]

    def place(self, name: str, key: str) -> tuple[int, int]:
        """Where the state of a case stands."""
        rows = self.books[name].tabs["Cases"]
        return next(n for n, row in enumerate(rows, 1) if row and row[0] == key), len(COLUMNS)

    def formula(self, name: str, key: str) -> str | None:  # type: ignore[override]
        """The formula in the state of a case."""
        return self.formulas(name).get(self.place(name, key))

    def tick(self, name: str) -> None:
        """Calculate all formulas of ours, as a spreadsheet does."""
        rows = self.books[name].tabs["Cases"]
        now = self.time.replace(tzinfo=None)
        for (row, column), text in self.formulas(name).items():
            if is_live(text):
                _, due, risk = (_cell(rows, ref) for ref in re.findall(r"\b[A-Z]{1,2}\d+\b", text))
                late = "breached" if now > due else "at risk" if now >= risk else "on track"
                rows[row - 1][column - 1] = late

    def reverse(self, name: str, *, adjust: bool = True) -> None:
        """Turn the rows round. `adjust`: formulas go on naming their own row, as after a sort."""
        rows = self.books[name].tabs["Cases"]
        last = len(rows)
        rows[1:] = rows[:0:-1]
        turned = {(last + 2 - r, c): (text, last + 2 - 2 * r) for (r, c), text in self.formulas(name).items()}
        self.books[name].formulas["Cases"] = {
            place: moved(text, by if adjust else 0, 0) for place, (text, by) in turned.items()
        }

    def begin(
        self, folder: Path, rows: list[list[Any]], text: str = TEXT, columns: Any = COLUMNS
    ) -> LiveDesk:
        """Begin the story on Monday at nine."""
        self.time = MONDAY
        text += "\n".join(tracker(name, columns) for name in ("north", "south"))
        header = [HEADERS.get(name, name) for name in columns]
        Story.__init__(self, folder, {"north": [header, *rows], "south": [header]}, text)
        self.time = MONDAY
        self.settle()
        return self


def _cell(rows: list[list[Any]], ref: str) -> Any:
    row, column = parse_cell(ref)
    return rows[row - 1][column - 1]


def rows(*keys: str) -> list[list[Any]]:
    return [[key, "open", OPENED, "ann", 0] for key in keys]


@pytest.fixture
def desk(tmp_path: Path) -> LiveDesk:
    return LiveDesk.__new__(LiveDesk).begin(tmp_path, rows(K1, K2))


def ours(row: int, due: str = "F", risk: str = "G") -> str:
    """The formula for a row of these trackers."""
    return (
        f'=IF({due}{row}="","",IF(NOW()>{due}{row},"breached",IF(NOW()>={risk}{row},"at risk","on track")))'
    )


def state(desk: LiveDesk, key: str, name: str = "north") -> Any:
    return desk.cell(name, key, "resolution_state")


# --- it appears ------------------------------------------------------------------------------------------------


def test_open_states_are_formulas_in_rows_that_are_there_and_in_new_ones(desk: LiveDesk) -> None:
    assert [desk.formula("north", key) for key in (K1, K2)] == [ours(2), ours(3)]
    assert [desk.formula("south", key) for key in (K1, K2)] == [ours(2), ours(3)], "appended rows"
    assert state(desk, K1) == state(desk, K1, "south") == desk.value(K1, "resolution_state") == "on track"
    assert desk.held() == {}
    assert desk.idle()


def test_the_plan_says_so_in_words(tmp_path: Path) -> None:
    desk = LiveDesk.__new__(LiveDesk)
    desk.begin(tmp_path, rows(K1), text=TEXT.replace("live = true", ""))
    assert desk.formula("north", K1) is None
    desk.open(TEXT + "\n".join(tracker(name, COLUMNS) for name in ("north", "south")))
    north = next(t for t in desk.ws.plan().trackers if t.tracker == "north")
    shown = [(c.address, c.old, c.new) for c in north.shown]
    assert shown == [("H2", "on track", "on track (live)")]
    desk.settle()
    assert desk.formula("north", K1) == ours(2)


def test_without_the_times_among_its_columns_a_tracker_gets_the_plain_state(tmp_path: Path) -> None:
    columns = (*FIELDS, "resolution_due", "resolution_state")
    desk = LiveDesk.__new__(LiveDesk).begin(tmp_path, rows(K1), columns=columns)
    assert desk.formulas("north") == {}
    assert desk.cell("north", K1, "resolution_state") == "on track"


def test_it_ends_when_the_setting_does(desk: LiveDesk) -> None:
    desk.open(
        TEXT.replace("live = true", "") + "\n".join(tracker(name, COLUMNS) for name in ("north", "south"))
    )
    desk.settle()
    assert desk.formulas("north") == desk.formulas("south") == {}
    assert state(desk, K1) == "on track"


# --- it is nobody's edit ----------------------------------------------------------------------------------------


def test_hours_later_the_result_alone_is_no_change(desk: LiveDesk) -> None:
    desk.at(12, 30)
    assert state(desk, K1) == "at risk", "the sheet knows before any sync"
    before = desk.books["north"].writes
    done = desk.sync()
    assert desk.value(K1, "resolution_state") == "at risk"
    assert done.counts["edits_ignored"] == 0
    assert desk.books["north"].writes == before, "the formula says it already"
    assert desk.idle()


def test_a_result_ahead_of_the_dataset_touches_no_row(desk: LiveDesk) -> None:
    """The spreadsheet's clock may be fast: what its formulas come to is nobody's edit."""
    for word in ("at risk", "breached"):
        for key in (K1, K2):
            desk.type("north", key, resolution_state=word)
        if word == "at risk":
            assert desk.idle()
    plan = desk.ws.plan()
    north = next(t for t in plan.trackers if t.tracker == "north")
    assert (plan.is_empty, north.shown, north.ignored, north.memory) == (True, (), (), {})
    assert desk.idle()


def test_another_spelling_of_the_formula_is_left_alone(desk: LiveDesk) -> None:
    spelled = ours(2).replace(",", "; ").replace("IF", "If").replace("NOW", "now")
    desk.formulas("north")[desk.place("north", K1)] = spelled
    assert desk.idle()
    assert desk.formula("north", K1) == spelled


# --- people move and type ----------------------------------------------------------------------------------------


def test_it_follows_a_sort(desk: LiveDesk) -> None:
    desk.reverse("north")
    assert desk.formula("north", K1) == ours(3)
    assert desk.idle(), "every formula still names its own row"


def test_formulas_that_name_another_row_are_mended(desk: LiveDesk) -> None:
    desk.reverse("north", adjust=False)
    assert desk.formula("north", K1) == ours(2), "its row is the third now"
    done = desk.sync()
    assert [desk.formula("north", key) for key in (K1, K2)] == [ours(3), ours(2)]
    assert done.counts["edits_ignored"] == 0
    assert desk.idle()


def test_what_is_typed_over_it_is_put_back_and_listed(desk: LiveDesk) -> None:
    del desk.formulas("north")[desk.place("north", K1)]
    desk.type("north", K1, resolution_state="met")
    done = desk.sync()
    assert desk.formula("north", K1) == ours(2)
    assert done.counts["edits_ignored"] == 1
    assert desk.idle()


def test_the_same_word_typed_over_it_is_put_back_too(desk: LiveDesk) -> None:
    del desk.formulas("north")[desk.place("north", K1)]
    desk.sync()
    assert desk.formula("north", K1) == ours(2)
    assert desk.idle()


def test_a_persons_own_formula_is_respected(desk: LiveDesk) -> None:
    mine = '=IF(F2<TODAY(),"late","fine")'
    desk.formulas("north")[desk.place("north", K1)] = mine
    desk.type("north", K1, resolution_state="fine")
    desk.settle()
    assert desk.formula("north", K1) == mine
    desk.type("south", K1, status="closed")
    desk.settle()
    assert desk.formula("north", K1) == mine, "not even when the case is met"
    assert state(desk, K1, "south") == "met"


def test_a_new_row_of_theirs_gets_one(desk: LiveDesk) -> None:
    desk.append("north", rows(K3)[0])
    desk.sync()
    assert desk.formula("north", K3) == desk.formula("south", K3) == ours(4)
    assert desk.idle()


def test_a_key_edited_hours_later_is_still_known_as_the_same_row(desk: LiveDesk) -> None:
    desk.at(13, 1)
    desk.type("north", K1, case_id="CASE-9")
    desk.sync()
    assert desk.held()["north", K1, None] == "re-key"


# --- it becomes something else -----------------------------------------------------------------------------------


def test_a_met_or_paused_case_shows_the_plain_word(desk: LiveDesk) -> None:
    desk.at(12)
    desk.type("south", K1, status="closed")
    desk.type("south", K2, status="waiting")
    desk.sync()
    assert desk.formulas("north") == desk.formulas("south") == {}
    assert [state(desk, key) for key in (K1, K2)] == ["met", "paused"]
    desk.at(15)
    desk.type("south", K2, status="open")
    desk.sync()
    assert desk.formula("south", K2) == ours(3), "it runs again"
    assert desk.idle()


def test_an_undo_takes_added_rows_out_with_their_formulas(desk: LiveDesk) -> None:
    desk.append("north", rows(K3)[0])
    done = desk.sync()
    assert done.id is not None
    desk.ws.undo(done.id)
    desk.settle()
    assert not any(desk.rows("south")[2])
    assert (4, len(COLUMNS)) not in desk.formulas("south")
    assert (desk.formula("north", K3), state(desk, K3)) == (None, "on track"), (
        "an archived case's clock stands"
    )


# --- in workbooks -------------------------------------------------------------------------------------------------


class LiveFiles(FileStory, LiveDesk):
    """The same with real workbooks, in which openpyxl is the person's hand."""

    def tick(self, name: str) -> None:
        """Nothing calculates a workbook that nobody opens."""


@pytest.fixture
def files(tmp_path: Path) -> LiveFiles:
    files = LiveFiles.__new__(LiveFiles)
    files.begin(tmp_path, rows(K1, K2))
    return files


def test_workbooks_hold_the_formula_and_a_second_sync_does_nothing(files: LiveFiles) -> None:
    assert [state(files, K1), state(files, K2, "south")] == [ours(2), ours(3)]
    files.at(13, 1)
    files.sync()
    assert files.value(K1, "resolution_state") == "breached"
    assert state(files, K1) == ours(2)
    assert files.idle()


def test_a_workbook_saved_without_results_holds_nothing(files: LiveFiles) -> None:
    """openpyxl stores no results: a formula of ours without one is no unreadable cell."""
    files.type("north", K1, owner="eve")
    done = files.sync()
    assert files.value(K1, "owner") == "eve"
    assert (files.held(), done.counts["edits_ignored"]) == ({}, 0)
    files.type("south", K1, status="closed")
    files.sync()
    assert [state(files, K1), state(files, K2)] == ["met", ours(3)]
    assert files.idle()


# --- in Google Sheets ---------------------------------------------------------------------------------------------


class LiveSheets(GoogleStory, LiveDesk):
    """The same on a sandbox, which calculates by the story's clock."""

    def tick(self, name: str) -> None:
        """The spreadsheet does that."""


@pytest.fixture
def sheets(tmp_path: Path) -> Iterator[LiveSheets]:
    sheets = LiveSheets.__new__(LiveSheets)
    with Sandbox(seed=6, clock=lambda: sheets.time) as box:
        sheets.box = box
        sheets.time = MONDAY
        yield sheets.begin(tmp_path, rows(K1, K2))  # type: ignore[misc]


def seen(sheets: LiveSheets, key: str, name: str = "north") -> Any:
    sheets.books[name].load()
    return state(sheets, key, name)


def test_a_google_sheet_calculates_what_the_dataset_says(sheets: LiveSheets) -> None:
    assert [sheets.formula("south", key) for key in (K1, K2)] == [ours(2), ours(3)]
    for hour, minute, said in ((9, 0, "on track"), (12, 30, "at risk"), (13, 0, "at risk"), (13, 1, "breached")):  # fmt: skip
        sheets.at(hour, minute)
        assert seen(sheets, K1) == seen(sheets, K1, "south") == said
        sheets.sync()
        assert sheets.value(K1, "resolution_state") == said
        assert sheets.idle()


def test_a_google_sheet_shows_the_plain_word_of_a_met_case(sheets: LiveSheets) -> None:
    sheets.type("south", K1, status="closed")
    sheets.sync()
    assert (seen(sheets, K1), sheets.formula("north", K1)) == ("met", None)
    assert sheets.formula("north", K2) == ours(3)
    assert sheets.idle()
