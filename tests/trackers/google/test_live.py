"""States that run with the clock, in Google Sheets: calculated by the spreadsheet, in its own words, at no extra request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from sheetops.model.live import Live, bare
from sheetops.model.schema import Column, Mode, TrackerSpec
from sheetops.model.sheet import (
    CellWrite,
    Formula,
    RowAppend,
    Spreadsheet,
    SpreadsheetWrite,
    Stamp,
    TabWrite,
)
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.wording import follow

from . import books

STATE = Live("due", "risk", "breached", "at risk", "on track")
NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
HEADER = ["ID", "Due", "Risk", "State"]
TRACKER = TrackerSpec(
    "t1", "cases", "book", "Cases",
    (Column("id", "ID"), *(Column(name, name.title(), Mode.COMPUTED) for name in ("due", "risk", "state"))),
)  # fmt: skip


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(seed=4, clock=clock) as box:
        yield box


def formula(row: int) -> Formula:
    return Formula(STATE.formula(f"B{row}", f"C{row}"), "on track")


def opened(box: Sandbox, timezone: str = "Etc/UTC") -> tuple[str, Spreadsheet]:
    """A spreadsheet with one case that is due at 15:00 and at risk from 14:00, by its own clock."""
    rows = [HEADER, ["A", dt.datetime(2026, 1, 5, 15), dt.datetime(2026, 1, 5, 14), None]]
    spreadsheet = books.make(box, {"Cases": rows}, timezone=timezone)
    return spreadsheet, books.open_book(box, spreadsheet, [TRACKER])


def write(sheet: Spreadsheet, *cells: CellWrite, appends: tuple[RowAppend, ...] = ()) -> str:
    change = TabWrite(cells, appends, (), 2, Stamp("w0", "t1", 1))
    return sheet.write(sheet.read([TRACKER]), SpreadsheetWrite({"t1": change}, ())).identity


def shown(box: Sandbox, spreadsheet: str, cell: str) -> Any:
    """What people see in a cell."""
    url = f"{box.url}/v4/spreadsheets/{spreadsheet}/values/Cases!{cell}"
    return books.HTTP.get(url, timeout=20).json()["values"][0][0]


def entered(box: Sandbox, spreadsheet: str, cell: str) -> Any:
    url = f"{box.url}/v4/spreadsheets/{spreadsheet}/values/Cases!{cell}?valueRenderOption=FORMULA"
    return books.HTTP.get(url, timeout=20).json()["values"][0][0]


def test_the_grid_shows_the_state_of_the_moment(box: Sandbox, clock: Clock) -> None:
    spreadsheet, sheet = opened(box)
    write(sheet, CellWrite(2, 4, formula(2), "A"))
    said = []
    for hour, minute in ((12, 0), (14, 0), (15, 0), (15, 1)):
        clock.time = NOON.replace(hour=hour, minute=minute)
        said.append(shown(box, spreadsheet, "D2"))
    assert said == ["on track", "at risk", "at risk", "breached"]


def test_the_clock_is_the_spreadsheets_own(box: Sandbox) -> None:
    """Noon in UTC is 15:00 in Moscow and 17:00 in Tashkent."""
    spreadsheet, sheet = opened(box, "Asia/Tashkent")
    write(sheet, CellWrite(2, 4, formula(2), "A"))
    assert shown(box, spreadsheet, "D2") == "breached"


def test_a_blank_due_time_shows_nothing(box: Sandbox) -> None:
    spreadsheet, sheet = opened(box)
    write(sheet, CellWrite(2, 4, formula(3), "A"))
    url = f"{box.url}/v4/spreadsheets/{spreadsheet}/values/Cases!D2"
    assert books.HTTP.get(url, timeout=20).json().get("values", [[""]]) == [[""]]


def test_hours_later_it_reads_the_same_in_one_request(box: Sandbox, clock: Clock) -> None:
    _, sheet = opened(box)
    identity = write(sheet, CellWrite(2, 4, formula(2), "A"))
    clock.time += dt.timedelta(hours=5)
    sheet.used()
    assert sheet.identity() == identity
    assert sheet.used() == "1 read"


@pytest.mark.parametrize(("locale", "mark"), [("en_GB", ","), ("de_DE", ";"), ("xx_XX", ";"), ("ja_JP", ",")])
def test_arguments_are_divided_as_the_locale_does(box: Sandbox, locale: str, mark: str) -> None:
    spreadsheet, sheet = opened(box)
    request = {"updateSpreadsheetProperties": {"properties": {"locale": locale}, "fields": "locale"}}
    books.change(box, spreadsheet, request)
    appended = RowAppend("B", {1: "B", 4: formula(3)})
    write(sheet, CellWrite(2, 4, formula(2), "A"), appends=(appended,))
    assert entered(box, spreadsheet, "D2") == formula(2).text.replace(",", mark)
    assert entered(box, spreadsheet, "D3") == formula(3).text.replace(",", mark)
    grid = sheet.read([TRACKER]).tabs["t1"].grid
    assert bare(grid.formulas[2, 4]) == bare(formula(2).text)


def test_a_persons_formula_in_the_column_is_read_with_its_result(box: Sandbox) -> None:
    spreadsheet, sheet = opened(box)
    write(sheet, CellWrite(2, 4, formula(2), "A"))
    books.put(box, spreadsheet, 2, 4, '=IF(B2="","none","some")')
    assert sheet.read([TRACKER]).tabs["t1"].grid.value(2, 4) == "some"


def test_a_formula_follows_its_row_when_people_move_it_meanwhile() -> None:
    """Row 7 became row 4, and a column came before the times."""
    said = follow({"formulaValue": formula(7).text}, lambda place: (place[0] - 3, place[1] + 1))
    assert said == {"formulaValue": STATE.formula("C4", "D4")}
    assert follow({"formulaValue": "=B7+1"}, lambda place: (1, 1)) == {"formulaValue": "=B7+1"}
    assert follow({"stringValue": formula(7).text}, lambda place: (1, 1)) == {"stringValue": formula(7).text}


def test_rows_inserted_above_between_read_and_write(box: Sandbox) -> None:
    spreadsheet, sheet = opened(box)
    snapshot = sheet.read([TRACKER])
    area = {"sheetId": 0, "dimension": "ROWS"}
    books.change(box, spreadsheet, {"insertDimension": {"range": {**area, "startIndex": 1, "endIndex": 3}}})
    new = RowAppend("B", {1: "B", 2: dt.datetime(2026, 1, 5, 11), 3: dt.datetime(2026, 1, 5, 10), 4: formula(3)})  # fmt: skip
    change = TabWrite((CellWrite(2, 4, formula(2), "A"),), (new,), (), 2, Stamp("w0", "t1", 1))
    sheet.write(snapshot, SpreadsheetWrite({"t1": change}, ()))
    assert [row[0] for row in books.rows(box, spreadsheet)[3:5]] == ["A", "B"]
    assert [entered(box, spreadsheet, cell) for cell in ("D4", "D5")] == [formula(4).text, formula(5).text]
    assert [shown(box, spreadsheet, cell) for cell in ("D4", "D5")] == ["on track", "breached"]
