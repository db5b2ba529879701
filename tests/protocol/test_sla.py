"""SLA goals in a sync: the clock follows the status history of the journal, tracker and dataset show one verdict."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sheetops.columns.sla import made
from sheetops.model.record import Actor

from .story import HEADERS, Rows, Story, tracker

UTC = dt.UTC
FIELDS = ("case_id", "status", "opened_at", "owner", "level")
SLA = ("resolution_due", "resolution_state", "resolution_why")
CONFIG = """
[workspace]
name = "story"
timezone = "UTC"
[calendars.desk]
timezone = "UTC"
hours = "mon-fri 09:00-17:00"
[tables.cases]
key = "case_id"
key_format = "CASE-{:04d}"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "waiting", "closed"] }
opened_at = { type = "datetime" }
owner = { type = "text" }
level = { type = "integer", default = 0 }
[sla.cases]
goals = ["resolution"]
opened = "opened_at"
[[sla.cases.policy]]
policy = "usual"
goal = "resolution"
target = "4h"
calendar = "desk"
pause = "status == 'waiting'"
stop = "status == 'closed'"
escalation = "100: level + 1"
"""
K1, K2 = "CASE-0001", "CASE-0002"
MONDAY = dt.datetime(2026, 1, 5, 9, tzinfo=UTC)


class Desk(Story):
    """A story that begins on a Monday at nine, and whose clock stands still until somebody lets it go on."""

    def __init__(self, folder: Path, sheets: dict[str, Rows], text: str) -> None:
        super().__init__(folder, sheets, text)
        self.time = MONDAY

    def _now(self) -> dt.datetime:
        return self.time

    def at(self, hour: int, minute: int = 0, day: int = 5) -> None:
        self.time = dt.datetime(2026, 1, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    columns = (*FIELDS, *SLA)
    text = CONFIG + "\n".join(tracker(name, columns) for name in ("north", "south"))
    header = [HEADERS.get(name, name) for name in columns]
    opened = dt.datetime(2026, 1, 5, 9)
    rows = [header, [K1, "open", opened, "ann", 0], [K2, "open", opened, "bob", 0]]
    story = Desk(tmp_path, {"north": rows, "south": [header]}, text)
    story.settle()
    return story


def state(desk: Desk, key: str, name: str = "north") -> str:
    return str(desk.cell(name, key, "resolution_state"))


def test_both_trackers_show_when_it_is_due(desk: Desk) -> None:
    assert desk.cell("north", K1, "resolution_due") == dt.datetime(2026, 1, 5, 13)
    assert state(desk, K1) == state(desk, K1, "south") == "on track"
    assert desk.held() == {}


def test_the_state_changes_with_the_time_alone_and_the_run_knows_when(desk: Desk) -> None:
    desk.at(11)
    assert desk.idle(), "nothing changes before it is at risk"
    desk.at(12, 30)
    assert desk.sync().run is not None
    assert state(desk, K1) == state(desk, K1, "south") == "at risk"
    desk.at(13, 1)
    desk.sync()
    assert state(desk, K1) == "breached"
    assert desk.idle()


def test_a_pause_in_the_history_is_not_counted(desk: Desk) -> None:
    desk.at(10)
    desk.type("north", K1, status="waiting")
    desk.sync()
    assert state(desk, K1, "south") == "paused"
    desk.at(15)
    desk.type("south", K1, status="open")
    desk.sync()
    assert desk.cell("north", K1, "resolution_due") == dt.datetime(2026, 1, 6, 10)
    assert state(desk, K1) == "on track"
    desk.sync()
    assert state(desk, K2) == "breached"


def test_closed_in_time_is_met_and_stays_met(desk: Desk) -> None:
    desk.at(12)
    desk.type("south", K1, status="closed")
    desk.sync()
    assert state(desk, K1) == "met"
    desk.at(9, day=20)
    desk.sync()
    assert state(desk, K1) == "met"


def test_an_escalation_step_raises_the_level_once(desk: Desk) -> None:
    desk.at(14)
    done = desk.sync()
    assert desk.cell("north", K1, "level") == desk.cell("south", K1, "level") == 1
    assert done.counts["cells_computed"] >= 2
    last = desk.ws.history(K1, "level")[-1]
    assert last.source.actor is Actor.COMPUTED
    assert "100 %" in last.source.who
    desk.at(16)
    desk.settle()
    assert desk.value(K1, "level") == 1
    desk.type("north", K1, level=0)
    desk.settle()
    assert desk.value(K1, "level") == 0, "what a person puts back stays"


def test_a_plan_says_what_would_change_and_writes_nothing(desk: Desk) -> None:
    desk.at(13, 30)
    before = desk.everything()
    plan = desk.ws.plan()
    said = {(c.key, c.field): c.new for c in plan.changes if c.source.actor is Actor.COMPUTED}
    assert said[K1, "resolution_state"] == "breached"
    assert said[K1, "level"] == 1
    assert desk.everything() == before


def test_once_late_or_in_two_halves_the_answer_is_the_same(desk: Desk, tmp_path: Path) -> None:
    """Synced every half hour, or once at the end: due, state and why are equal."""
    for minute in range(30, 8 * 60, 30):
        desk.time = MONDAY + dt.timedelta(minutes=minute)
        desk.sync()
    late = desk.ws.table("cases")[K1]
    shown = {name: late[name] for name in SLA}
    other = tmp_path / "other"
    rows = [
        [HEADERS.get(name, name) for name in (*FIELDS, *SLA)],
        [K1, "open", dt.datetime(2026, 1, 5, 9), "ann", 0],
    ]
    text = CONFIG + tracker("north", (*FIELDS, *SLA))
    once = Desk(other, {"north": rows}, text)
    once.time = desk.time
    once.settle()
    assert {name: once.value(K1, name) for name in SLA} == shown


def test_a_history_from_before_the_journal_counts(tmp_path: Path) -> None:
    """An old system knew that the case waited from ten to twelve: two hours that are nobody's."""
    columns = (*FIELDS, *SLA)
    text = CONFIG.replace('opened = "opened_at"', 'opened = "opened_at"\nhistory = "case_history"')
    told = tracker("told", ("change", "case", "field", "value", "at")).replace(
        'table = "cases"', 'table = "case_history"'
    )
    rows = [[HEADERS.get(name, name) for name in columns], [K1, "open", dt.datetime(2026, 1, 5, 9), "ann", 0]]
    changes = [
        ["change", "case", "field", "value", "at"],
        ["H1", K1, "status", "open", dt.datetime(2026, 1, 5, 9)],
        ["H2", K1, "status", "waiting", dt.datetime(2026, 1, 5, 10)],
        ["H3", K1, "status", "open", dt.datetime(2026, 1, 5, 12)],
    ]
    sheets = {"north": rows, "told": changes}
    desk = Desk(tmp_path, sheets, text + tracker("north", columns) + told)
    desk.time = dt.datetime(2026, 1, 5, 14, tzinfo=UTC)
    desk.settle()
    assert state(desk, K1) == "on track"
    assert desk.cell("north", K1, "resolution_due") == dt.datetime(2026, 1, 5, 15)
    desk.ws.close()


def test_a_step_between_two_states_is_proposed_in_time(tmp_path: Path) -> None:
    columns = (*FIELDS, *SLA)
    text = CONFIG.replace('"100: level + 1"', '"50: level + 1; 100: level + 1"') + tracker("north", columns)
    rows = [[HEADERS.get(name, name) for name in columns], [K1, "open", dt.datetime(2026, 1, 5, 9), "ann", 0]]
    desk = Desk(tmp_path, {"north": rows}, text)
    desk.settle()
    desk.at(11, 1)
    desk.sync()
    assert desk.cell("north", K1, "level") == 1
    desk.at(14)
    desk.sync()
    assert desk.cell("north", K1, "level") == 2
    desk.ws.close()


def test_a_case_that_no_policy_fits_has_blank_columns_of_every_type(tmp_path: Path) -> None:
    shown = ("resolution_cycle", "resolution_percent", "resolution_elapsed", "resolution_state")
    columns = (*FIELDS, *shown)
    text = CONFIG.replace('goals = ["resolution"]', f'goals = ["resolution"]\ncolumns = {list(made.NAMES)}')
    text = text.replace('target = "4h"', 'target = "4h"\napplies_when = "owner == \'ann\'"') + tracker(
        "north", columns
    )
    opened = dt.datetime(2026, 1, 5, 9)
    rows = [[K1, "open", opened, "ann", 0], [K2, "open", opened, "bob", 0]]
    desk = Desk(tmp_path, {"north": [[HEADERS.get(name, name) for name in columns], *rows]}, text)
    desk.at(10)
    desk.settle()
    assert desk.cell("north", K1, "resolution_cycle") == 1
    assert [desk.value(K2, name) for name in shown] == [None] * 4
    desk.ws.close()
