"""Policy rows as people type them: what is understood, and what is refused in which words."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from sheetops.columns.sla.policies import Until, read_policies
from sheetops.columns.sla.policy_table import POLICY_TABLE
from sheetops.columns.sla.steps import Moment
from sheetops.columns.sla.triggers import Trigger

GOOD = {"policy": "res", "goal": "Resolution", "target": "4h"}


def _problem(**cells: Any) -> str:
    policies, problems = read_policies([{**GOOD, **cells}])
    assert not policies
    assert len(problems) == 1
    return problems[0].message


def test_a_row_is_read_into_what_the_clock_follows() -> None:
    row = {
        **GOOD,
        "target": "4 hrs",
        "priority": "P1, P2",
        "applies_when": "market == 'UK'",
        "calendar": "by team: Manila = ph; else london",
        "at_risk": 0.75,
        "escalation": "75: next_action_due = now + 4h; 50: level + 1",
        "effective_from": date(2026, 1, 1),
        "retroactive": "yes",
    }
    (policy,), problems = read_policies([row])
    assert not problems
    assert (policy.goal, str(policy.target), policy.at_risk, policy.retroactive) == (
        "resolution",
        "4h",
        75,
        True,
    )
    assert policy.applies_when is not None
    assert policy.applies_when.matches({"market": "UK", "priority": "P2"})
    assert not policy.applies_when.matches({"market": "UK", "priority": "P3"})
    assert (policy.calendar.of("Manila"), policy.calendar.of("Dublin")) == ("ph", "london")
    assert [(step.percent, step.field, step.add) for step in policy.escalation] == [
        (50, "level", 1),
        (75, "next_action_due", None),
    ]
    assert policy.escalation[1].value == Moment("now", 14_400)
    assert policy.effective_from == 1_767_225_600


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"target": "4x"}, "Did you mean"),
        ({"target": "0h"}, "no length"),
        ({"target": None}, "is blank"),
        ({"goal": " "}, "a policy needs a goal"),
        ({"applies_when": "market = 'UK'"}, "cannot be read"),
        ({"stop": "len(status)"}, "which conditions do not have"),
        ({"at_risk": "120"}, "not a percentage"),
        ({"at_risk": "soon"}, "not a number"),
        ({"escalation": "at 50 tell Ann"}, "is no escalation step"),
        ({"escalation": "50: tell Ann"}, "changes nothing"),
        ({"repeat": "each stop"}, "Did you mean 'each start'?"),
        ({"resume": "status == 'Open'"}, "has nothing to resume"),
        ({"effective_from": "next week"}, "is not a date"),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "never holds"),
        ({"pasue": "status == 'Waiting'"}, "Did you mean 'pause'?"),
        ({"calendar": "by team: Manila"}, "chooses no calendar"),
        ({"target": "until next week"}, "names no column"),
        ({"retroactive": "maybe"}, "neither yes nor no"),
    ],
)
def test_a_bad_cell_is_named_in_words_and_its_row_left_out(cells: dict[str, Any], said: str) -> None:
    assert said in _problem(**cells)


def test_one_bad_row_stops_no_other() -> None:
    policies, problems = read_policies(
        [{**GOOD, "policy": "bad", "target": "4x"}, GOOD, {"policy": None, "goal": float("nan")}]
    )
    assert [policy.id for policy in policies] == ["res"]
    assert [(problem.row, problem.policy, problem.column) for problem in problems] == [(1, "bad", "target")]


def test_a_pasted_copy_of_a_row_holds_once() -> None:
    policies, problems = read_policies([GOOD, {**GOOD, "target": "8h"}])
    assert [str(policy.target) for policy in policies] == ["4h"]
    assert "another policy 'res'" in problems[0].message


def test_the_version_of_a_policy_is_what_it_says() -> None:
    (one,), _ = read_policies([GOOD])
    (same,), _ = read_policies([dict(GOOD)])
    (other,), _ = read_policies([{**GOOD, "pause": "status == 'Waiting'"}])
    assert one.version == same.version != other.version


def test_is_filled_stands_beside_other_conditions_and_not_inside_quotes() -> None:
    trigger = Trigger("resolved_at is filled or note == 'x is filled'")
    assert (trigger.moments, trigger.fields) == ({"resolved_at"}, {"note"})
    assert trigger.condition.matches({"note": "x is filled"})
    assert Trigger("a is not filled").condition.matches({})


def test_the_shipped_goals_are_right_and_name_their_source() -> None:
    text = (files("sheetops.columns.sla") / "goals.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["policy"]
    policies, problems = read_policies(rows)
    assert not problems
    assert all(policy.source and policy.market for policy in policies)
    assert {policy.goal for policy in policies} == {
        "first_response", "next_response", "periodic_update", "resolution", "escalation_acknowledgement", "follow_up",
        "appeal_window", "appeal_decision", "out_of_court_decision", "termination_notice", "restriction_end", "ola_first_line",
    }  # fmt: skip
    targets = {policy.id: str(policy.target) for policy in policies if not isinstance(policy.target, Until)}
    assert targets["appeal window"] == "6mo"
    assert (targets["out-of-court decision"], targets["out-of-court decision, complex dispute"]) == (
        "90d",
        "180d",
    )
    assert targets["notice before termination"] == "30d"


def test_the_table_of_policies_describes_every_column() -> None:
    assert all(field.description for field in POLICY_TABLE.fields)
    assert POLICY_TABLE.key == "policy"
