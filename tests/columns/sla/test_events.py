"""What happened to a case, from the journal, from columns of times, from imported snapshots."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from sheetops.columns.sla.compute import compute
from sheetops.columns.sla.history import from_entries, from_snapshots
from sheetops.columns.sla.settings import Settings
from sheetops.model.record import Actor, Entry, Op, Source

from .telling import CALENDARS, RESOLUTION, at, changes, policies, records, run, shown

SOURCE = Source(Actor.TRACKER, "north", "D17")
SETTINGS = Settings(timezone="Europe/London")


def _entry(
    seq: int, when: str, op: Op, field: str | None, old: Any, new: Any, effective: datetime | None = None
) -> Entry:
    return Entry("cases", "C1", op, SOURCE, field, old, new, effective, seq, "r1", at(when))


def test_the_journal_tells_when_a_case_was_born_and_what_became_of_it() -> None:
    journal = [
        _entry(1, "4 10:00", Op.ADD, None, None, {"status": "Waiting", "team": "North"}),
        _entry(2, "4 12:00", Op.SET, "status", "Waiting", "Open"),
        _entry(3, "4 12:00", Op.AGREE, "status", None, "Open"),
        _entry(4, "4 16:00", Op.SET, "status", "Open", "Resolved", at("4 14:30")),
    ]
    history = from_entries(journal, "cases")
    case = shown(run({"status": "Resolved"}, history.iloc[::-1], RESOLUTION, "4 17:00"))
    assert (case["state"], case["elapsed"], case["paused_total"]) == ("met", 150, 120)


def test_an_archived_record_can_cancel_its_goals() -> None:
    journal = [
        _entry(1, "4 10:00", Op.ADD, None, None, {"status": "Open"}),
        _entry(2, "4 11:00", Op.ARCHIVE, None, None, None),
    ]
    history = from_entries(journal, "cases")
    case = shown(run({"status": "Open"}, history, {**RESOLUTION, "cancel": "archived"}, "4 17:00"))
    assert (case["state"], case["elapsed"]) == ("cancelled", 60)


def test_what_was_so_before_the_first_change_is_its_old_value() -> None:
    history = changes(("4 12:00", "status", "Waiting", "Open"))
    record = {"status": "Open", "opened_at": at("4 10:00")}
    case = shown(run(record, history, {**RESOLUTION, "start": "opened_at is filled"}, "4 13:00"))
    assert (case["elapsed"], case["paused_total"]) == (60, 120)


def test_a_column_without_history_holds_from_the_beginning() -> None:
    rows = {**RESOLUTION, "priority": "P1"}
    assert (
        shown(
            run(
                {"status": "Open", "priority": "P1"},
                changes(("4 10:00", "status", None, "Open")),
                rows,
                "4 12:00",
            )
        )["elapsed"]
        == 120
    )


def test_changes_of_one_second_follow_the_chain_from_old_to_new() -> None:
    said = [
        ("4 10:00", "status", None, "Open"),
        ("4 11:00", "status", "Open", "Resolved"),
        ("4 11:00", "status", "Resolved", "Waiting"),
    ]
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        history = changes(*(said[n] for n in order))
        assert shown(run({"status": "Waiting"}, history, RESOLUTION, "4 17:00"))["state"] == "paused"


def test_snapshots_are_a_history() -> None:
    log = pd.DataFrame(
        {
            "case": ["C1", "C1", "C1"],
            "time": [at("4 10:00"), at("4 11:00"), at("4 12:00")],
            "status": ["Open", "Waiting", "Resolved"],
            "team": ["A", "A", "B"],
        }
    )
    case = shown(run({}, from_snapshots(log, "case", "time"), RESOLUTION, "4 17:00"))
    assert (case["state"], case["elapsed"], case["paused_total"]) == ("met", 60, 60)


def test_a_date_as_a_target_lasts_to_the_end_of_its_day() -> None:
    policy = {"goal": "follow_up", "target": "until due_on", "calendar": "24x7", "start": "due_on != blank"}
    history = changes(("4 10:00", "due_on", None, date(2026, 5, 6)))
    frame = records({"due_on": date(2026, 5, 6)})
    frame["due_on"] = pd.to_datetime(frame["due_on"])
    case = shown(run(frame, history, policy, "6 23:59"), "follow_up")
    assert (case["due"], case["state"]) == ("7 00:00", "at risk")


def test_a_postponed_follow_up_is_due_when_it_says_now() -> None:
    policy = {"goal": "follow_up", "target": "until due_at", "calendar": "24x7", "start": "due_at != blank"}
    history = changes(
        ("4 10:00", "due_at", None, at("5 10:00")), ("5 09:00", "due_at", at("5 10:00"), at("7 10:00"))
    )
    case = shown(run({"due_at": at("7 10:00")}, history, policy, "5 12:00"), "follow_up")
    assert (case["due"], case["original_due"], case["state"]) == ("7 10:00", "5 10:00", "on track")


def test_time_with_each_team_is_a_goal_of_its_own() -> None:
    policy = {
        "goal": "ola",
        "target": "2h",
        "start": "team == 'A'",
        "stop": "team != 'A'",
        "repeat": "each start",
    }
    history = changes(
        ("4 10:00", "team", None, "A"), ("4 11:00", "team", "A", "B"), ("4 12:00", "team", "B", "A")
    )
    result = run({"team": "A"}, history, policy, "4 15:00")
    assert list(result.verdicts["state"]) == ["met", "breached"]
    assert list(result.verdicts["elapsed"].dt.total_seconds()) == [3600, 10800]


def test_nothing_to_judge_gives_empty_columns_and_no_error() -> None:
    none = pd.DataFrame({"key": pd.Series([], dtype="string")})
    assert compute(none, None, policies(RESOLUTION), CALENDARS, at("4 10:00"), SETTINGS).columns.empty
    one = compute(records({"status": "Open"}), None, [], CALENDARS, at("4 10:00"), SETTINGS)
    assert one.columns.shape == (1, 0)
    assert one.verdicts.empty


def test_a_key_in_two_records_is_told_and_the_last_taken() -> None:
    frame = records({"status": "Open"}, {"status": "Waiting"})
    result = run(frame, changes(("4 10:00", "priority", None, "P1")), RESOLUTION, "4 12:00")
    assert shown(result)["state"] == "paused"
    assert [found.kind for found in result.findings] == ["duplicate key"]
