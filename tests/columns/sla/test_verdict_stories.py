"""Harder stories: what changes mid-way, long windows, odd dates, and what nobody typed as it was meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from sheetops.columns.sla.calendar import BusinessCalendar
from sheetops.columns.sla.compute import SlaResult, compute
from sheetops.columns.sla.policies import read_policies
from sheetops.columns.sla.settings import Settings

from .telling import CALENDARS, RESOLUTION, at, changes, policies, records, run, shown

OPENED = ("4 10:00", "status", None, "Open")
CENTURY = {"24x7": BusinessCalendar("24x7", "UTC", name="24x7", horizon=(2020, 2110))}


def utc(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def window(target: str, opened: str, as_of: str, **row: Any) -> dict[str, Any]:
    """Return the verdict on a window of wall time that opened at a UTC time."""
    policy = policies({"goal": "appeal", "target": target, "calendar": "24x7", "start": "told_at is filled",
                       "stop": "appealed_at is filled", **row})  # fmt: skip
    frame = records({"told_at": utc(opened), "appealed_at": None})
    found = compute(frame, None, policy, CENTURY, utc(as_of), Settings(timezone="UTC"))
    return found.verdicts.iloc[0].to_dict()


# --- created paused, and between two polls -----------------------------------------------------------


def test_a_case_created_paused_starts_to_count_when_the_wait_ends() -> None:
    history = changes(("4 10:00", "status", None, "Waiting"), ("4 15:00", "status", "Waiting", "Open"))
    case = shown(run({"status": "Open"}, history, RESOLUTION, "4 17:00"))
    assert (case["elapsed"], case["paused_total"], case["due"], case["original_due"]) == (
        120,
        300,
        "5 10:00",
        "4 14:00",
    )


def test_resolved_between_two_polls_counts_up_to_when_it_was_resolved() -> None:
    # nobody synced on Tuesday: both changes became known on Wednesday
    history = changes(("6 09:00", "status", None, "Open"), ("6 09:00", "status", "Open", "Resolved"))
    history["effective_at"] = [at("4 10:00"), at("4 13:00")]
    case = shown(run({"status": "Resolved"}, history, RESOLUTION, "6 10:00"))
    assert (case["state"], case["elapsed"]) == ("met", 180)


def test_a_pause_that_began_and_ended_in_one_second_took_no_time() -> None:
    history = changes(
        OPENED, ("4 11:00", "status", "Open", "Waiting"), ("4 11:00", "status", "Waiting", "Open")
    )
    case = shown(run({"status": "Open"}, history, RESOLUTION, "4 12:00"))
    assert (case["elapsed"], case["paused_total"], case["state"]) == (120, 0, "on track")


def test_a_case_met_late_that_is_reopened_stays_late() -> None:
    history = changes(
        OPENED, ("4 15:00", "status", "Open", "Resolved"), ("5 09:00", "status", "Resolved", "Open")
    )
    case = shown(run({"status": "Open"}, history, RESOLUTION, "5 09:30"))
    assert (case["state"], case["breached_at"], case["elapsed"]) == ("breached", "4 14:00", 330)


def test_a_case_met_in_time_that_is_reopened_can_become_late() -> None:
    history = changes(
        OPENED, ("4 13:00", "status", "Open", "Resolved"), ("6 09:00", "status", "Resolved", "Open")
    )
    case = shown(run({"status": "Open"}, history, RESOLUTION, "6 10:01"))
    assert (case["state"], case["breached_at"], case["due"]) == ("breached", "6 10:00", "6 10:00")


# --- what changes mid-way ----------------------------------------------------------------------------


def priorities(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{**RESOLUTION, "policy": p, "priority": p, "target": t} for p, t in rows]


def test_a_lower_priority_gives_more_time_and_takes_a_breach_back() -> None:
    rows = priorities(("P1", "2h"), ("P3", "8h"))
    history = changes(OPENED, ("4 10:00", "priority", None, "P1"), ("4 13:00", "priority", "P1", "P3"))
    before = shown(run({"status": "Open", "priority": "P3"}, history, rows, "4 12:30"))
    after = shown(run({"status": "Open", "priority": "P3"}, history, rows, "4 14:00"))
    assert (before["state"], before["due"]) == ("breached", "4 12:00")
    assert (after["state"], after["due"], after["original_due"]) == ("on track", "4 18:00", "4 12:00")


def test_a_priority_that_no_policy_knows_makes_the_goal_void_until_it_has_one_that_is_known() -> None:
    rows = priorities(("P1", "2h"))
    history = changes(OPENED, ("4 10:00", "priority", None, "P1"), ("4 11:00", "priority", "P1", "P9"))
    void = shown(run({"status": "Open", "priority": "P9"}, history, rows, "4 15:00"))
    assert (void["state"], void["due"], void["elapsed"]) == ("cancelled", None, 60)
    back = changes(OPENED, ("4 10:00", "priority", None, "P1"), ("4 11:00", "priority", "P1", "P9"),
                   ("4 14:00", "priority", "P9", "P1"))  # fmt: skip
    again = shown(run({"status": "Open", "priority": "P1"}, back, rows, "4 14:30"))
    assert (again["state"], again["due"], again["elapsed"]) == ("on track", "4 15:00", 90)


def test_a_policy_that_is_replaced_leaves_running_clocks_alone_even_through_a_new_priority() -> None:
    old = [{**row, "policy": row["policy"] + " old", "effective_to": "2026-05-05"} for row in priorities(("P1", "2h"), ("P3", "8h"))]  # fmt: skip
    new = [{**row, "effective_from": "2026-05-05"} for row in priorities(("P1", "1h"), ("P3", "4h"))]
    history = changes(OPENED, ("4 10:00", "priority", None, "P3"), ("5 09:00", "priority", "P3", "P1"))
    result = run({"status": "Open", "priority": "P1"}, history, [*old, *new], "5 10:00")
    assert result.verdicts["policy"][0] == "P1 old"


def test_a_retroactive_policy_cannot_make_a_case_late_before_it_was_in_force() -> None:
    rows = [
        {**RESOLUTION, "policy": "old", "target": "20h", "effective_to": "2026-05-05"},
        {**RESOLUTION, "policy": "new", "target": "1h", "effective_from": "2026-05-05", "retroactive": True},
    ]
    result = run({"status": "Open"}, changes(OPENED), rows, "5 10:00")
    assert (shown(result)["state"], shown(result)["breached_at"]) == (
        "breached",
        "5 01:00",
    )  # midnight in UTC


def test_a_case_that_was_finished_before_keeps_its_verdict_under_a_retroactive_policy() -> None:
    rows = [
        {**RESOLUTION, "policy": "old", "target": "20h", "effective_to": "2026-05-05"},
        {**RESOLUTION, "policy": "new", "target": "1h", "effective_from": "2026-05-05", "retroactive": True},
    ]
    history = changes(OPENED, ("4 15:00", "status", "Open", "Resolved"))
    result = run({"status": "Resolved"}, history, rows, "6 10:00")
    assert (result.verdicts["policy"][0], shown(result)["state"]) == ("old", "met")


def test_a_case_that_goes_round_the_world_and_back() -> None:
    policy = {**RESOLUTION, "target": "30h", "calendar": "by team: Manila = manila; London = london"}
    history = changes(
        ("4 09:00", "team", None, "London"),
        ("4 18:00", "team", "London", "Manila"),  # nine hours of London's Monday
        ("5 11:00", "team", "Manila", "London"),  # nine of Manila's Tuesday, 02:00-11:00 in London
    )
    case = shown(run({"team": "London"}, history, policy, "5 17:00"))
    assert (case["elapsed"] / 60, case["due"], case["state"]) == (9 + 9 + 6, "6 14:00", "at risk")


# --- windows and dates -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "opened", "due"),
    [
        ("6mo", "2026-01-15 09:00", "2026-07-15 09:00"),
        ("6mo", "2025-08-31 09:00", "2026-02-28 09:00"),
        ("6mo", "2027-08-31 09:00", "2028-02-29 09:00"),
        ("1y", "2028-02-29 12:00", "2029-02-28 12:00"),
        ("1d", "2028-02-28 12:00", "2028-02-29 12:00"),
        ("4y", "2024-02-29 12:00", "2028-02-29 12:00"),
    ],
)
def test_a_window_in_months_ends_on_the_same_date_or_the_last_of_its_month(
    target: str, opened: str, due: str
) -> None:
    assert window(target, opened, opened)["due"] == utc(due)


def test_an_appeal_in_the_last_second_is_in_time() -> None:
    last, next_ = (window("6mo", "2026-01-15 09:00", said) for said in ("2026-07-15 09:00:00", "2026-07-15 09:00:01"))  # fmt: skip
    assert (last["state"], next_["state"]) == ("at risk", "breached")


def test_a_restriction_that_is_prolonged_ends_later() -> None:
    policy = {"goal": "restriction", "target": "until ends_at", "calendar": "24x7",
              "start": "ends_at != blank", "stop": "lifted_at is filled"}  # fmt: skip
    history = changes(("4 10:00", "ends_at", None, at("6 10:00")), ("5 10:00", "ends_at", at("6 10:00"), at("8 10:00")))  # fmt: skip
    frame = {"ends_at": at("8 10:00"), "lifted_at": at("8 09:00")}
    case = shown(run(frame, history, policy, "9 10:00"), "restriction")
    assert (case["state"], case["due"], case["original_due"]) == ("met", "8 10:00", "6 10:00")
    late = shown(run({**frame, "lifted_at": at("8 10:01")}, history, policy, "9 10:00"), "restriction")
    assert (late["state"], late["breached_at"]) == ("met late", "8 10:00")


def test_a_date_of_year_9999_says_never_and_is_told() -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    policy = {**RESOLUTION, "start": "opened_at is filled", "stop": "resolved_at is filled"}
    frame = records({"opened_at": at("4 10:00"), "resolved_at": far}, {"key": "C2", "opened_at": far})
    result = run(frame, None, policy, "4 11:00")
    assert result.verdicts["state"].tolist() == ["on track"]  # C1 is not resolved yet, C2 has not begun


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Manila", "Pacific/Kiritimati"])
def test_a_policy_may_be_in_force_until_the_end_of_time(zone: str) -> None:
    row = {**RESOLUTION, "effective_from": "1000-01-01", "effective_to": "9999-12-31"}
    (policy,), problems = read_policies([row], zone)
    assert problems == []
    assert policy.effective_to > 2**37


def test_a_time_that_no_clock_can_show_in_utc_is_a_bad_cell_and_no_crash() -> None:
    row = {**RESOLUTION, "effective_to": datetime(9999, 12, 31, 23)}
    read, (problem,) = read_policies([row], "America/New_York")
    assert read == []
    assert "is not a date" in problem.message


# --- what was typed otherwise ------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["4h", "4 hrs", "4 Hours", "240 min", "3h 60m", "4hr"])
def test_a_target_can_be_typed_in_several_ways(typed: str) -> None:
    case = run({"status": "Open"}, changes(OPENED), {**RESOLUTION, "target": typed}, "4 12:00")
    assert shown(case)["due"] == "4 14:00"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0h", "has no length"), ("4x", "there is no unit 'x'"), ("4", "Did you mean '4h'?"), ("", "is blank"),
     ("-4h", "cannot be negative"), ("1h 2d", "different clocks")],
)  # fmt: skip
def test_a_target_that_is_none_is_refused_in_words_and_its_row_left_out(typed: str, said: str) -> None:
    read, (problem,) = read_policies([{**RESOLUTION, "target": typed}])
    assert read == []
    assert said in problem.message
    assert (problem.policy, problem.column) == ("res", "target")


def test_a_policy_that_matches_nothing_leaves_its_columns_blank_and_others_alone() -> None:
    rows = [{**RESOLUTION, "applies_when": "market == 'UK'"}, {**RESOLUTION, "policy": "ola", "goal": "ola"}]
    result = run({"status": "Open", "market": "DE"}, changes(OPENED), rows, "4 12:00")
    assert result.columns.filter(like="resolution_").isna().all(axis=None)
    assert shown(result, "ola")["state"] == "on track"


def test_in_a_status_that_the_policy_does_not_know_the_clock_runs() -> None:
    history = changes(OPENED, ("4 11:00", "status", "Open", "Somewhere"))
    assert shown(run({"status": "Somewhere"}, history, RESOLUTION, "4 12:00"))["elapsed"] == 120


def kinds(result: SlaResult) -> set[str]:
    return {finding.kind for finding in result.findings}


def test_a_case_without_a_start_is_told_and_the_others_go_on() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled"}
    frame = records({"opened_at": None}, {"key": "C2", "opened_at": at("4 10:00")})
    result = run(frame, None, policy, "4 12:00")
    assert kinds(result) == {"missing start"}
    assert shown(result)["state"] is None
    assert shown(result, key="C2")["elapsed"] == 120


def test_naive_times_are_wall_time_of_the_tracker_and_refused_without_a_zone() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled"}
    frame = records({"opened_at": pd.Timestamp("2026-05-04 10:00")})
    assert shown(run(frame, None, policy, "4 12:00"))["elapsed"] == 120
    refused = run(frame, None, policy, "4 12:00", Settings())
    assert kinds(refused) == {"naive times", "missing start"}


def test_two_resolutions_end_with_the_last() -> None:
    history = changes(OPENED, ("4 11:00", "status", "Open", "Resolved"), ("4 12:00", "status", "Resolved", "Open"),
                      ("4 13:00", "status", "Open", "Resolved"))  # fmt: skip
    result = run({"status": "Resolved"}, history, RESOLUTION, "5 10:00")
    assert (shown(result)["elapsed"], shown(result)["state"]) == (120, "met")
    assert result.verdicts["end"].tolist() == [pd.Timestamp(at("4 13:00"))]


def test_a_stop_before_the_start_is_not_judged_until_one_of_them_is_corrected() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled", "stop": "resolved_at is filled"}
    wrong = run({"opened_at": at("5 10:00"), "resolved_at": at("4 10:00")}, None, policy, "6 10:00")
    assert kinds(wrong) == {"stop before start"}
    assert shown(wrong)["elapsed"] is None
    right = run({"opened_at": at("4 10:00"), "resolved_at": at("4 11:00")}, None, policy, "6 10:00")
    assert (kinds(right), shown(right)["elapsed"]) == (set(), 60)


def test_a_calendar_that_is_not_there_leaves_its_goal_unjudged_and_says_so() -> None:
    rows = [{**RESOLUTION, "calendar": "paris"}, {**RESOLUTION, "policy": "ola", "goal": "ola"}]
    result = run({"status": "Open"}, changes(OPENED), rows, "4 12:00")
    assert kinds(result) == {"calendar"}
    assert (shown(result)["state"], shown(result, "ola")["state"]) == (None, "on track")
    assert "default" in CALENDARS
