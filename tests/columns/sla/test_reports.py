"""What people read and act on: explanations, time by owner, what-if, proposals, escalation steps, checks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sheetops.columns.sla.case_checks import check_cases, check_policies
from sheetops.columns.sla.compute import compute
from sheetops.columns.sla.explain import explain, explain_lines
from sheetops.columns.sla.settings import Settings
from sheetops.columns.sla.time_report import time_report
from sheetops.columns.sla.triggers import Trigger
from sheetops.columns.sla.what_if import propose_target, what_if

from .telling import CALENDARS, RESOLUTION, at, changes, policies, records, run, shown

OPENED = ("4 10:00", "status", None, "Open")
PAUSED = ("4 16:00", "status", "Open", "Waiting")
RESUMED = ("5 10:00", "status", "Waiting", "Open")
SETTINGS = Settings(timezone="Europe/London")


def test_every_second_of_a_clock_is_explained() -> None:
    result = run(
        {"status": "Open"}, changes(OPENED, PAUSED, RESUMED), {**RESOLUTION, "target": "8h"}, "5 11:30"
    )
    table = explain(result.cases, "C1")
    assert list(zip(table["what"], table["seconds"], strict=True)) == [
        ("counted", 6 * 3600),
        ("paused", 2 * 3600),
        ("closed", 15 * 3600),
        ("paused", 3600),
        ("counted", 5400),
    ]
    assert table["running"].iloc[-1] == shown(result)["elapsed"] * 60
    assert (table["to"].to_numpy()[:-1] == table["from"].to_numpy()[1:]).all()
    assert table["policy_version"].nunique() == table["calendar_version"].nunique() == 1


def test_the_explanation_in_lines_ends_with_sums_and_versions() -> None:
    result = run(
        {"status": "Open"}, changes(OPENED, PAUSED, RESUMED), {**RESOLUTION, "target": "8h"}, "5 11:30"
    )
    lines = explain_lines(result.cases, "C1")
    assert lines[0] == "C1 resolution, cycle 1"
    assert (
        " ".join(lines[1].split()) == "Mon 4 May 2026 10:00 - Mon 4 May 2026 16:00 counted 6 h sum 6 h Open"
    )
    assert "  counted: 7 h 30 min (27,000 s)" in lines
    assert "  paused: 3 h (10,800 s)" in lines
    assert lines[-1].startswith("  calendar default: Mon-Fri 09:00-18:00 (Europe/London) (version ")


def test_an_unknown_case_cannot_be_explained() -> None:
    result = run({"status": "Open"}, changes(OPENED), RESOLUTION, "4 12:00")
    with pytest.raises(KeyError):
        explain(result.cases, "C9")


def test_time_is_told_by_owner_and_team_and_going_back_and_forth_is_counted() -> None:
    history = changes(
        OPENED,
        ("4 10:00", "owner", None, "Ann"),
        ("4 12:00", "owner", "Ann", "Bob"),
        ("4 13:00", "owner", "Bob", "Ann"),
        ("4 17:00", "status", "Open", "Resolved"),
        ("5 09:00", "status", "Resolved", "Open"),
        ("5 10:00", "status", "Open", "Resolved"),
    )
    result = run({"status": "Resolved", "owner": "Ann"}, history, RESOLUTION, "8 17:00")
    report = time_report(result.cases, "london", Trigger("status == 'Resolved'"))
    owners = report.totals["owner"].set_index("owner")
    assert owners.loc["Ann", "open"] == pd.Timedelta(hours=7)
    assert owners.loc["Bob", "wall"] == pd.Timedelta(hours=1)
    case = report.cases.iloc[0]
    assert (case["owner_handovers"], case["owner_ping_pong"], case["reopened"]) == (2, 1, 1)


def test_what_if_names_the_cases_that_would_flip() -> None:
    history = changes(
        OPENED, ("4 10:00", "status", None, "Open", "C2"), ("4 12:00", "status", "Open", "Resolved", "C2")
    )
    frame = records({"status": "Open"}, {"key": "C2", "status": "Resolved"})
    sides = [policies({**RESOLUTION, "target": target}) for target in ("8h", "1h")]
    answer = what_if(frame, history, sides[0], sides[1], CALENDARS, at("4 12:30"), SETTINGS)
    assert list(answer.flips["key"]) == ["C1", "C2"]
    assert answer.lines() == [
        "resolution: 1 case met -> met late (C2)",
        "resolution: 1 case on track -> breached (C1)",
    ] or answer.lines() == [
        "resolution: 1 case on track -> breached (C1)",
        "resolution: 1 case met -> met late (C2)",
    ]
    same = what_if(frame, history, sides[0], sides[0], CALENDARS, at("4 12:30"), SETTINGS)
    assert same.lines() == ["No state and no due time would change."]


def test_a_target_is_proposed_from_what_the_past_needed() -> None:
    said = []
    for n in range(10):
        said += [
            ("4 10:00", "status", None, "Open", f"C{n}"),
            (f"4 11:{n * 5:02d}", "status", "Open", "Resolved", f"C{n}"),
        ]
    frame = pd.DataFrame({"key": [f"C{n}" for n in range(11)]})
    said.append(("4 10:00", "status", None, "Open", "C10"))
    result = run(frame, changes(*said), RESOLUTION, "5 12:00")
    proposed = propose_target(result.verdicts, "resolution", 90).set_index("policy").loc["res"]
    assert (proposed["finished"], proposed["open"], proposed["kept"], proposed["proposed"]) == (
        10,
        1,
        1.0,
        "1h 45m",
    )


def test_steps_propose_changes_once_for_each_cycle() -> None:
    policy = {
        **RESOLUTION,
        "escalation": "50: level + 1; 75: level + 1; 100: needs_follow_up = true; 100: next_action_due = due",
    }
    frame = records({"status": "Open", "level": 1})
    rows = policies(policy)
    first = compute(frame, changes(OPENED), rows, CALENDARS, at("4 13:30"), SETTINGS)
    assert [(p.field, p.value) for p in first.escalations] == [("level", 3)]
    assert "75 % of 4h" in first.escalations[0].reason
    again = compute(frame, changes(OPENED), rows, CALENDARS, at("4 13:45"), SETTINGS, first.reached)
    assert again.escalations == []
    late = compute(frame, changes(OPENED), rows, CALENDARS, at("4 15:00"), SETTINGS, first.reached)
    assert [(p.field, p.value) for p in late.escalations] == [
        ("needs_follow_up", True),
        ("next_action_due", at("4 14:00")),
    ]


def test_a_paused_goal_escalates_nothing() -> None:
    policy = {**RESOLUTION, "escalation": "1: level + 1"}
    result = run({"status": "Waiting"}, changes(OPENED, PAUSED), policy, "4 17:00")
    assert shown(result)["state"] == "breached"
    history = changes(OPENED, ("4 11:00", "status", "Open", "Waiting"))
    assert run({"status": "Waiting"}, history, policy, "4 17:00").escalations == []


def _kinds(found: list[Any]) -> set[str]:
    return {item.kind for item in found}


def test_policies_are_checked_before_any_case() -> None:
    rows = policies(
        RESOLUTION,
        {**RESOLUTION, "policy": "never", "applies_when": "market == 'UK'"},
        {
            **RESOLUTION,
            "policy": "lost",
            "goal": "other",
            "calendar": "lodnon",
            "stop": "staus == 'Resolved'",
        },
    )
    found = check_policies(rows, CALENDARS, ["key", "status", "market"])
    said = " ".join(item.message for item in found)
    assert "Policy 'never' is never reached: 'res' stands before it" in said
    assert "there is no calendar 'lodnon'. Did you mean 'london'?" in said
    assert "names 'staus', which is no field of the cases. Did you mean 'status'?" in said


def test_cases_are_checked_for_what_no_policy_says() -> None:
    history = changes(
        OPENED,
        ("4 11:00", "status", "Open", "Resolved"),
        ("4 12:00", "status", "Resolved", "Parked"),
        ("4 13:00", "status", "Parked", "Resolved"),
    )
    result = run({"status": "Closed"}, history, RESOLUTION, "4 17:00")
    found = check_cases(result.cases, records({"status": "Closed"}), history)
    assert _kinds(found) == {"unmapped status", "unknown status", "two resolutions", "history incomplete"}


def test_events_out_of_order_and_dates_to_come_are_told() -> None:
    history = changes(
        OPENED, ("4 12:00", "status", "Open", "Waiting"), ("4 13:00", "status", "Waiting", "Open")
    )
    history["effective_at"] = [at("4 10:00"), at("4 12:00"), at("4 11:00")]
    record = {"status": "Open", "ends_at": at("20 10:00")}
    result = run(record, history, {**RESOLUTION, "stop": "ends_at is filled"}, "4 17:00")
    assert {"out of order", "future date"} <= _kinds(check_cases(result.cases, records(record), history))


def test_bad_times_are_findings_and_stop_no_other_case() -> None:
    policy = {
        "goal": "resolution",
        "target": "1h",
        "start": "opened_at is filled",
        "stop": "resolved_at is filled",
    }
    frame = records(
        {"opened_at": at("5 10:00"), "resolved_at": at("4 10:00")},
        {"key": "C2", "opened_at": at("5 10:00").replace(year=1900)},
        {"key": "C3", "opened_at": at("5 10:00"), "resolved_at": at("5 10:00").replace(year=9999)},
        {"key": "C4", "resolved_at": at("5 10:00")},
        {"key": "C5"},
    )
    result = run(frame, None, policy, "5 10:30")
    assert [str(state) for state in result.columns["resolution_state"]] == [
        "nan",
        "nan",
        "on track",
        "nan",
        "nan",
    ]
    assert _kinds(result.findings) == {"stop before start", "horizon", "missing start"}


def test_naive_times_need_a_zone() -> None:
    policy = {"goal": "resolution", "target": "1h", "start": "opened_at is filled"}
    frame = pd.DataFrame({"key": ["C1"], "opened_at": pd.to_datetime(["2026-05-04 10:00"])})
    refused = run(frame, None, policy, "4 10:30", Settings())
    assert _kinds(refused.findings) == {"naive times", "missing start"}
    assert shown(run(frame, None, policy, "4 10:30"))["elapsed"] == 30


def test_a_time_that_comes_twice_is_told() -> None:
    policy = {"goal": "resolution", "target": "1h", "start": "opened_at is filled"}
    frame = pd.DataFrame({"key": ["C1"], "opened_at": pd.to_datetime(["2025-10-26 01:30"])})
    assert _kinds(run(frame, None, policy, "4 10:30").findings) == {"ambiguous time"}
