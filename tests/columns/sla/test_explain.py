"""Every second of a clock has one explanation, and the sums are the verdict's own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from sheetops.columns.sla.compute import SlaResult
from sheetops.columns.sla.explain import explain, explain_lines

from .histories import STATUSES, histories
from .telling import RESOLUTION, at, changes, records, run

STORY = changes(
    ("4 16:00", "status", None, "Open"),
    ("4 17:00", "status", "Open", "Waiting"),
    ("5 10:00", "status", "Waiting", "Open"),
    ("5 11:30", "status", "Open", "Resolved"),
)


def told(result: SlaResult, key: str = "C1") -> list[tuple[str, int, int]]:
    """Return (what, minutes, minutes counted so far) of each interval."""
    frame = explain(result.cases, key)
    return [
        (what, seconds // 60, running // 60)
        for what, seconds, running in zip(frame["what"], frame["seconds"], frame["running"], strict=True)
    ]


def test_each_interval_is_counted_paused_or_closed_and_the_sum_grows() -> None:
    result = run({"status": "Resolved"}, STORY, RESOLUTION, "6 09:00")
    assert told(result) == [
        ("counted", 60, 60),
        ("paused", 60, 60),
        ("closed", 15 * 60, 60),
        ("paused", 60, 60),
        ("counted", 90, 150),
    ]


def test_time_between_a_stop_and_a_reopening_is_stopped() -> None:
    history = changes(
        ("4 10:00", "status", None, "Open"),
        ("4 11:00", "status", "Open", "Resolved"),
        ("4 13:00", "status", "Resolved", "Open"),
    )
    assert told(run({"status": "Open"}, history, RESOLUTION, "4 14:00")) == [
        ("counted", 60, 60),
        ("stopped", 120, 60),
        ("counted", 60, 120),
    ]


def test_a_goal_of_several_cycles_is_explained_cycle_by_cycle() -> None:
    policy = {**RESOLUTION, "start": "status != 'Resolved'", "repeat": "each start"}
    history = changes(
        ("4 10:00", "status", None, "Open"),
        ("4 11:00", "status", "Open", "Resolved"),
        ("4 13:00", "status", "Resolved", "Open"),
    )
    frame = explain(run({"status": "Open"}, history, policy, "4 14:00").cases, "C1")
    assert frame[["cycle", "seconds"]].to_numpy().tolist() == [[1, 3600], [2, 3600]]


def test_who_had_the_case_and_which_policy_and_calendar_said_so() -> None:
    history = changes(("4 10:00", "status", None, "Open"), ("4 10:00", "owner", None, "Ana"))
    result = run({"status": "Open", "owner": "Ana"}, history, RESOLUTION, "4 11:00")
    row = explain(result.cases, "C1").iloc[0]
    assert (row["owner"], row["policy"], row["calendar"]) == ("Ana", "res", "default")
    verdict = result.verdicts.iloc[0]
    assert row["policy_version"] == verdict["policy_version"]
    assert row["calendar_version"] == verdict["calendar_version"]


def test_a_handover_is_explained_by_each_calendar_in_turn() -> None:
    policy = {**RESOLUTION, "target": "10h", "calendar": "by team: Manila = manila; else = london"}
    history = changes(("4 17:00", "team", None, "London"), ("4 18:30", "team", "London", "Manila"))
    frame = explain(run({"team": "Manila"}, history, policy, "5 03:00").cases, "C1")
    assert list(zip(frame["what"], frame["calendar"], frame["seconds"] // 60, strict=True)) == [
        ("counted", "london", 60),
        ("closed", "london", 30),
        ("closed", "manila", 450),
        ("counted", "manila", 60),
    ]


def test_without_a_calendar_nothing_counts() -> None:
    policy = {**RESOLUTION, "calendar": "by team"}
    result = run({"team": "Paris"}, changes(("4 10:00", "team", None, "Paris")), policy, "4 12:00")
    assert told(result) == [("closed", 120, 0)]
    assert "  no calendar" in explain_lines(result.cases, "C1")


def test_one_goal_of_several_can_be_asked_for() -> None:
    rows = [RESOLUTION, {**RESOLUTION, "policy": "other", "goal": "ola"}]
    cases = run({"status": "Open"}, changes(("4 10:00", "status", None, "Open")), rows, "4 12:00").cases
    assert set(explain(cases, "C1")["goal"]) == {"resolution", "ola"}
    assert set(explain(cases, "C1", "ola")["goal"]) == {"ola"}


def test_a_key_that_is_not_there_is_an_error_and_a_case_without_a_clock_is_empty() -> None:
    policy = {**RESOLUTION, "applies_when": "market == 'UK'"}
    cases = run({"status": "Open"}, changes(("4 10:00", "status", None, "Open")), policy, "4 12:00").cases
    assert explain(cases, "C1").empty
    assert explain_lines(cases, "C1") == []
    with pytest.raises(KeyError):
        explain(cases, "C9")


def test_as_lines_it_reads_like_a_statement() -> None:
    result = run({"status": "Resolved"}, STORY, RESOLUTION, "6 09:00")
    lines = explain_lines(result.cases, "C1", "resolution")
    version = result.verdicts["calendar_version"].iloc[0]
    assert lines[0] == "C1 resolution, cycle 1"
    assert lines[1] == "  Mon 4 May 16:00 - Mon 4 May 17:00  counted            1 h  sum          1 h  Open"
    assert lines[6:9] == [
        "  counted: 2 h 30 min (9,000 s)",
        "  paused: 2 h (7,200 s)",
        "  closed: 15 h (54,000 s)",
    ]
    assert lines[-1] == f"  calendar default: Mon-Fri 09:00-18:00 (Europe/London) (version {version})"


def test_a_clock_that_starts_afresh_is_explained_from_there() -> None:
    policy = {**RESOLUTION, "reset": "status == 'Escalated'"}
    history = changes(("4 10:00", "status", None, "Open"), ("4 12:00", "status", "Open", "Escalated"))
    frame = explain(run({"status": "Escalated"}, history, policy, "4 13:00").cases, "C1")
    assert frame["from"].iloc[0] == at("4 12:00")


@settings(max_examples=60)
@given(histories())
def test_counted_paused_stopped_and_closed_are_the_whole_of_the_wall_time(story) -> None:
    rows = [
        {**RESOLUTION, "pause": "status in ['Waiting', 'Blocked']"},
        {**RESOLUTION, "policy": "r", "goal": "again", "start": "status == 'Open'", "repeat": "each start"},
        {
            **RESOLUTION,
            "policy": "f",
            "goal": "follow",
            "calendar": "by team: Manila = manila; else = london",
        },
    ]
    result = run(records(*story.records), story.history, rows, "29 12:00")
    assert set(story.history["new"].dropna()) <= {*STATUSES, "London", "Manila"}
    for verdict in result.verdicts.itertuples(index=False):
        frame = explain(result.cases, verdict.key, verdict.goal)
        mine = frame[frame["cycle"] == verdict.cycle]
        seconds = mine.groupby("what")["seconds"].sum()
        end = at("29 12:00") if verdict.end != verdict.end else verdict.end
        assert mine["seconds"].sum() == (end - verdict.start).total_seconds()
        assert seconds.get("counted", 0) == verdict.elapsed.total_seconds()
        assert seconds.get("paused", 0) == verdict.paused_total.total_seconds()
        assert (mine["from"].to_numpy()[1:] == mine["to"].to_numpy()[:-1]).all()
        assert mine.empty or mine["running"].iloc[-1] == verdict.elapsed.total_seconds()
