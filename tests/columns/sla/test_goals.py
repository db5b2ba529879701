"""The goals that are shipped: every row reads, and what is law says which."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib.resources import files

import pandas as pd
import pytest

from sheetops.columns.sla.case_checks import check_policies
from sheetops.columns.sla.compute import compute
from sheetops.columns.sla.policies import Policy, Until, read_policies
from sheetops.columns.sla.settings import Settings

from .telling import CALENDARS

ROWS = tomllib.loads((files("sheetops.columns.sla") / "goals.toml").read_text(encoding="utf-8"))["policy"]
POLICIES, PROBLEMS = read_policies(ROWS)
BY_NAME = {policy.id: policy for policy in POLICIES}


def judged(policy: Policy, as_of: datetime, **moments: object) -> pd.Series:
    """Return the one verdict of a case by one shipped row."""
    record = pd.DataFrame([{"key": "C1", **moments}])
    found = compute(record, None, [policy], CALENDARS, as_of, Settings(timezone="UTC"))
    return found.verdicts.iloc[0]


def day(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def test_every_row_reads_without_a_problem() -> None:
    assert PROBLEMS == []
    assert len(POLICIES) == len(ROWS)


def test_every_row_says_where_it_comes_from_and_where_it_applies() -> None:
    assert all(policy.source and policy.market for policy in POLICIES)
    legal = [policy for policy in POLICIES if "Regulation" in policy.source]
    assert len(legal) >= 5
    assert all(policy.market == "EU" and "art." in policy.source for policy in legal)
    others = [policy for policy in POLICIES if policy not in legal]
    assert all("xample" in p.source or isinstance(p.target, Until) for p in others)


def test_all_goals_of_the_field_are_there() -> None:
    assert {policy.goal for policy in POLICIES} >= {
        "first_response", "next_response", "periodic_update", "resolution", "escalation_acknowledgement",
        "follow_up", "appeal_window", "appeal_decision", "out_of_court_decision", "termination_notice",
        "restriction_end", "ola_first_line",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("appeal window", "6mo"),
        ("out-of-court decision", "90d"),
        ("out-of-court decision, complex dispute", "180d"),
        ("notice before termination", "30d"),
    ],
)
def test_statutory_windows(name: str, target: str) -> None:
    assert str(BY_NAME[name].target) == target
    assert BY_NAME[name].calendar.name == "24x7"


def test_a_complaint_can_be_made_for_at_least_six_months() -> None:
    told = day("2026-03-31 10:00")
    verdict = judged(BY_NAME["appeal window"], day("2026-09-30 10:00"), decision_notified_at=told)
    assert (verdict["due"], verdict["state"]) == (day("2026-09-30 10:00"), "at risk")


def test_ninety_days_become_a_hundred_and_eighty_when_they_are_extended() -> None:
    plain, complex_ = BY_NAME["out-of-court decision"], BY_NAME["out-of-court decision, complex dispute"]
    assert POLICIES.index(complex_) < POLICIES.index(plain)
    received = day("2026-01-10 09:00")
    for extended, due in ((False, "2026-04-10 09:00"), (True, "2026-07-09 09:00")):
        record = pd.DataFrame(
            [{"key": "C1", "out_of_court_received_at": received, "out_of_court_extended": extended}]
        )
        found = compute(
            record, None, [complex_, plain], CALENDARS, day("2026-02-01"), Settings(timezone="UTC")
        )
        assert found.verdicts["due"].tolist() == [day(due)]


def test_a_notice_that_was_too_short_is_met_before_its_thirty_days_are_over() -> None:
    policy, told = BY_NAME["notice before termination"], day("2026-05-01 09:00")
    short = judged(policy, day("2026-07-01"), termination_notified_at=told, terminates_at=day("2026-05-20"))
    enough = judged(policy, day("2026-07-01"), termination_notified_at=told, terminates_at=day("2026-06-02"))
    assert (short["state"], enough["state"]) == ("met", "met late")


def test_a_restriction_should_be_lifted_when_it_ends() -> None:
    policy = BY_NAME["restriction end"]
    kept = judged(policy, day("2026-07-01"), opened_at=day("2026-05-01"), restriction_ends_at=day("2026-06-01"),
                  restriction_lifted_at=day("2026-06-01"))  # fmt: skip
    assert (kept["state"], kept["due"]) == ("met", day("2026-06-01"))


def test_the_rows_have_no_fault_that_the_checks_know() -> None:
    columns = {name for policy in POLICIES for name in policy.watched | policy.moments}
    assert [f for f in check_policies(POLICIES, CALENDARS, columns) if f.kind != "calendar"] == []
