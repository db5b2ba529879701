"""What the checks find: one story for each thing that goes wrong in policies, calendars and cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from sheetops.columns.sla.calendar import BusinessCalendar
from sheetops.columns.sla.case_checks import check_cases, check_policies
from sheetops.columns.sla.compute import compute
from sheetops.columns.sla.findings import Finding
from sheetops.columns.sla.settings import Settings

from .telling import CALENDARS, RESOLUTION, at, changes, policies, records, run

OPENED = ("4 10:00", "status", None, "Open")
KNOWN = ("key", "status", "priority", "market", "resolved_at")


def of_policies(*rows: dict[str, Any], known: Sequence[str] = KNOWN, **calendars: Any) -> dict[str, str]:
    return kinds(check_policies(policies(*rows), {**CALENDARS, **calendars}, known))


def kinds(found: Sequence[Finding]) -> dict[str, str]:
    return {finding.kind: finding.message for finding in found}


def of_cases(record: Any, history: pd.DataFrame | None, *rows: dict[str, Any], when: str = "6 10:00") -> dict[str, str]:  # fmt: skip
    frame = record if isinstance(record, pd.DataFrame) else records(record)
    result = run(frame, history, rows, when)
    return kinds([*result.findings, *check_cases(result.cases, frame, history)])


# --- policies and calendars --------------------------------------------------------------------------


def test_rows_that_are_right_have_no_findings() -> None:
    assert of_policies(RESOLUTION) == {}


def test_overlapping_intervals_of_a_calendar() -> None:
    twice = BusinessCalendar({"mon": [("09:00", "13:00"), ("12:00", "18:00")]}, "UTC", horizon=(2025, 2030))
    found = of_policies({**RESOLUTION, "calendar": "twice"}, twice=twice)
    assert found["calendar"] == "Calendar 'twice': mon: 09:00-13:00 and 12:00-18:00 overlap; what they share counts once."  # fmt: skip


def test_a_row_that_is_never_reached_because_one_before_it_fits_all_its_cases() -> None:
    found = of_policies(RESOLUTION, {**RESOLUTION, "policy": "uk", "applies_when": "market == 'UK'"})
    assert found == {
        "unreachable": "Policy 'uk' is never reached: 'res' stands before it and fits all its cases."
    }
    assert of_policies({**RESOLUTION, "policy": "uk", "applies_when": "market == 'UK'"}, RESOLUTION) == {}


def test_rows_that_follow_one_another_in_time_are_both_reached() -> None:
    old, new = {**RESOLUTION, "effective_to": "2026-05-05"}, {**RESOLUTION, "policy": "new", "effective_from": "2026-05-05"}  # fmt: skip
    assert of_policies(old, new) == {}


def test_a_calendar_or_column_that_is_not_there_is_named_with_the_nearest() -> None:
    found = of_policies({**RESOLUTION, "calendar": "lodnon", "stop": "resolvd_at is filled"})
    assert found["calendar"] == "Policy 'res': there is no calendar 'lodnon'. Did you mean 'london'?"
    assert found["column"] == "Policy 'res' names 'resolvd_at', which is no field of the cases. Did you mean 'resolved_at'?"  # fmt: skip


def test_whether_a_record_was_archived_can_always_be_asked() -> None:
    assert of_policies({**RESOLUTION, "cancel": "archived"}) == {}


def test_rows_of_one_goal_that_repeat_otherwise() -> None:
    other = {**RESOLUTION, "policy": "uk", "applies_when": "market == 'UK'", "repeat": "each start"}
    assert set(of_policies(other, {**RESOLUTION})) == {"repeat"}


# --- cases -------------------------------------------------------------------------------------------


def test_a_case_that_is_right_has_no_findings() -> None:
    history = changes(OPENED, ("4 11:00", "status", "Open", "Waiting"), ("4 13:00", "status", "Waiting", "Resolved"))  # fmt: skip
    policy = {**RESOLUTION, "start": "status == 'Open'"}
    assert of_cases({"status": "Resolved"}, history, policy) == {}


def test_statuses_that_no_policy_names_and_names_that_no_case_has() -> None:
    history = changes(OPENED, ("4 11:00", "status", "Open", "Waitin"))
    found = of_cases({"status": "Waitin"}, history, RESOLUTION)
    assert found["unmapped status"] == "No policy names the status 'Open', 'Waitin': the clock runs in it"
    assert "Policies name the status 'Waiting', which no case ever had. Did you mean 'Waitin'?" in {
        f.message for f in check_cases(run({"status": "Waitin"}, history, RESOLUTION, "6 10:00").cases,
                                       records({"status": "Waitin"}), history)
    }  # fmt: skip


def test_a_stop_before_its_start_is_told_by_every_run() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled", "stop": "resolved_at is filled"}
    result = run({"opened_at": at("5 10:00"), "resolved_at": at("4 10:00")}, None, policy, "6 10:00")
    assert kinds(result.findings)["stop before start"] == "resolution: the stop lies before the start; these are not judged (C1)"  # fmt: skip


def test_two_resolutions_are_a_note_and_a_reopened_case_that_is_still_open_is_none() -> None:
    history = changes(OPENED, ("4 11:00", "status", "Open", "Resolved"), ("4 12:00", "status", "Resolved", "Open"),
                      ("4 13:00", "status", "Open", "Resolved"))  # fmt: skip
    assert "two resolutions" in of_cases({"status": "Resolved"}, history, RESOLUTION)
    assert "two resolutions" not in of_cases({"status": "Open"}, history[:3], RESOLUTION)


def test_changes_that_became_known_after_later_ones() -> None:
    history = changes(("6 09:00", "status", None, "Open"), ("7 09:00", "status", "Open", "Resolved"))
    history["effective_at"] = [at("5 10:00"), at("4 10:00")]
    assert "out of order" in of_cases({"status": "Resolved"}, history, RESOLUTION, when="8 10:00")


def test_a_policy_that_follows_the_calendar_of_its_team_and_finds_none() -> None:
    found = of_cases({"team": "Paris"}, changes(("4 10:00", "team", None, "Paris")), {**RESOLUTION, "calendar": "by team"})  # fmt: skip
    assert found["calendar"] == "resolution is not judged: no calendar of that name. (C1)"


def test_a_local_time_that_comes_twice() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled"}
    record = {"opened_at": pd.Timestamp("2025-10-26 01:30")}
    assert of_cases(record, None, policy)["ambiguous time"] == (
        "'opened_at' shows a time that comes twice in Europe/London (clocks go back); the first was taken (C1)"
    )


def test_dates_in_the_future() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled"}
    assert "future date" in of_cases({"opened_at": at("12 10:00")}, None, policy)
    assert "future date" not in of_cases({"opened_at": at("5 10:00")}, None, policy)


def test_a_policy_of_next_month_is_no_event_of_the_cases() -> None:
    later = {**RESOLUTION, "policy": "new", "effective_from": "2026-06-01", "retroactive": True}
    old = {**RESOLUTION, "effective_to": "2026-06-01"}
    found = of_cases({"status": "Open"}, changes(OPENED), old, later)
    assert "future date" not in found
    assert "matches nothing" not in found


def test_a_due_date_behind_the_horizon_is_an_error_of_that_case_only() -> None:
    frame = records({"until": datetime(9999, 12, 31, tzinfo=UTC)}, {"key": "C2", "until": at("8 10:00")})
    history = changes(OPENED, (*OPENED, "C2"))
    policy = {**RESOLUTION, "target": "until until", "pause": None}
    result = run(frame, history, policy, "6 10:00")
    assert "9999-12-31 00:00:00 UTC is outside the horizon" in kinds(result.findings)["horizon"]
    assert result.verdicts["due"].notna().tolist() == [False, True]


def test_a_calendar_that_ends_within_a_year() -> None:
    short = BusinessCalendar("mon-fri 09:00-18:00", "Europe/London", name="short", horizon=(2020, 2026))
    policy = policies({**RESOLUTION, "calendar": "short"})
    frame, history = records({"status": "Open"}), changes(OPENED)
    result = compute(frame, history, policy, {"short": short}, at("6 10:00"), Settings(timezone="UTC"))
    found = kinds(check_cases(result.cases, frame, history))
    assert found["horizon end"] == "Calendar 'short' ends with 2026: later due times are errors. Give it more years."  # fmt: skip


def test_a_policy_that_matches_nothing() -> None:
    uk = {**RESOLUTION, "policy": "uk", "applies_when": "market == 'UK'"}
    found = of_cases({"status": "Open"}, changes(OPENED), uk, RESOLUTION)
    assert found["matches nothing"] == "Policy 'uk' fits no case of the data."


def test_a_date_that_the_target_waits_for_is_blank() -> None:
    policy = {**RESOLUTION, "target": "until promised_at"}
    found = of_cases({"status": "Open", "promised_at": None}, changes(OPENED), policy)
    assert found["missing date"] == "resolution is not judged: the date that its target waits for is blank. (C1)"  # fmt: skip


def test_a_record_that_says_something_else_than_its_history() -> None:
    assert "history incomplete" in of_cases({"status": "Resolved"}, changes(OPENED), RESOLUTION)


def test_a_key_that_stands_twice_stops_no_check() -> None:
    frame = records({"status": "Waiting"}, {"status": "Open"})
    found = of_cases(frame, changes(OPENED), RESOLUTION)
    assert "duplicate key" in found
    assert "history incomplete" not in found


def test_a_case_without_any_moment() -> None:
    assert "missing start" in of_cases({"status": "Open"}, None, RESOLUTION)


def test_naive_times_in_a_tracker_without_a_zone() -> None:
    policy = {**RESOLUTION, "start": "opened_at is filled"}
    frame = records({"opened_at": pd.Timestamp("2026-05-04 10:00")})
    result = run(frame, None, policy, "6 10:00", Settings(timezone=""))
    assert "naive times" in kinds(result.findings)
    assert result.verdicts.empty
