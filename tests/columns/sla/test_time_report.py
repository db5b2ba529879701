"""Who burned the clock: every minute of every case belongs to one owner, team and status."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings

from sheetops.columns.sla.settings import Settings
from sheetops.columns.sla.time_report import time_report
from sheetops.columns.sla.triggers import Trigger

from .histories import histories
from .telling import RESOLUTION, changes, records, run

CLOSED = Trigger("status == 'Resolved'")
STORY = changes(
    ("4 09:00", "status", None, "Open"),
    ("4 09:00", "owner", None, "Ana"),
    ("4 09:00", "team", None, "North"),
    ("4 11:00", "owner", "Ana", "Ben"),
    ("4 12:00", "owner", "Ben", None),
    ("4 13:00", "owner", None, "Ana"),
    ("4 14:00", "team", "North", "South"),
    ("4 15:00", "status", "Open", "Resolved"),
    ("5 09:00", "status", "Resolved", "Open"),
)
NOW = {"status": "Open", "owner": "Ana", "team": "South"}


def hours(frame: pd.DataFrame, name: str, column: str = "open") -> dict[str, float]:
    return {
        str(key): time.total_seconds() / 3600
        for key, time in zip(frame[name].astype(object), frame[column], strict=True)
    }


def test_time_goes_to_whoever_had_the_case() -> None:
    report = time_report(run(NOW, STORY, RESOLUTION, "5 10:00").cases, "london", CLOSED)
    assert hours(report.totals["owner"], "owner") == {"Ana": 5, "Ben": 1, "nan": 1}
    assert hours(report.totals["team"], "team") == {"North": 5, "South": 2}
    assert hours(report.totals["status"], "status") == {"Open": 7}
    assert report.totals["owner"]["share"].round(3).tolist() == [0.714, 0.143, 0.143]
    assert report.totals["owner"]["cases"].tolist() == [1, 1, 1]


def test_open_time_is_that_of_a_calendar_and_wall_time_is_all_of_it() -> None:
    report = time_report(run(NOW, STORY, RESOLUTION, "6 09:00").cases, "london", CLOSED)
    assert report.cases["open"].dt.total_seconds().tolist() == [15 * 3600]
    assert report.cases["wall"].dt.total_seconds().tolist() == [30 * 3600]


def test_handovers_ping_pong_and_reopening_are_counted() -> None:
    case = time_report(run(NOW, STORY, RESOLUTION, "5 10:00").cases, "london", CLOSED).cases.iloc[0]
    assert (case["owner_handovers"], case["owner_ping_pong"]) == (2, 1)  # Ana, Ben, Ana again
    assert (case["team_handovers"], case["team_ping_pong"], case["reopened"]) == (1, 0, 1)


def test_without_a_closed_condition_all_time_is_somebodys() -> None:
    report = time_report(run(NOW, STORY, RESOLUTION, "5 10:00").cases, "24x7")
    assert hours(report.totals["status"], "status") == {"Open": 7, "Resolved": 18}
    assert report.cases["reopened"].tolist() == [0]


def test_fields_that_the_table_does_not_have_are_not_reported() -> None:
    settings = Settings(owner="", team="squad", timezone="Europe/London")
    history = changes(("4 09:00", "status", None, "Open"), ("4 09:00", "priority", None, "P1"))
    report = time_report(run({"status": "Open"}, history, RESOLUTION, "4 10:00", settings).cases, "london")
    assert list(report.totals) == ["status"]
    assert list(report.cases.columns) == ["key", "wall", "open", "reopened"]


def test_a_case_that_was_born_closed_or_has_no_history_took_no_time() -> None:
    history = changes(("4 09:00", "status", None, "Resolved"), ("4 09:00", "status", None, "Open", "C2"))
    frame = records({"status": "Resolved"}, {"key": "C2", "status": "Open"}, {"key": "C3", "status": "Open"})
    report = time_report(run(frame, history, RESOLUTION, "4 10:00").cases, "london", CLOSED)
    assert dict(zip(report.cases["key"], report.cases["open"].dt.total_seconds(), strict=True)) == {
        "C1": 0,
        "C2": 3600,
        "C3": 0,
    }


@settings(max_examples=40)
@given(histories())
def test_the_parts_are_the_whole(story) -> None:
    result = run(records(*story.records), story.history, RESOLUTION, "29 12:00")
    report = time_report(result.cases, "london")
    for column in ("wall", "open"):
        whole = report.cases[column].sum()
        assert report.spent[column].sum() == whole
        assert all(totals[column].sum() == whole for totals in report.totals.values())
    first = story.history.groupby("key")["recorded_at"].min()
    assert report.cases["wall"].sum() == (pd.Timestamp("2026-05-29 11:00Z") - first).sum()
