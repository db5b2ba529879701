"""Escalation steps are proposed as changes of cells, once for each cycle, and never sent."""

from __future__ import annotations

from typing import Any

from sheetops.columns.sla.compute import SlaResult, compute
from sheetops.columns.sla.escalation import Reached
from sheetops.columns.sla.settings import Settings

from .telling import CALENDARS, RESOLUTION, at, changes, policies, records

STEPS = "50: level + 1; 75: next_action_due = now + 4h; 100: needs_follow_up = true"
OPENED = ("4 10:00", "status", None, "Open")


def after(
    when: str, *said: tuple[Any, ...], reached: Reached = {}, steps: str = STEPS, **more: Any  # noqa: B006
) -> SlaResult:  # fmt: skip
    """Compute a four-hour case of Monday ten o'clock with steps, and the record's own values in `more`."""
    policy = {**RESOLUTION, "escalation": steps, **more.pop("policy", {})}
    record = records(
        {"status": "Open", "level": 1, "needs_follow_up": False, "next_action_due": None, **more}
    )
    settings = Settings(timezone="Europe/London")
    return compute(record, changes(OPENED, *said), policies(policy), CALENDARS, at(when), settings, reached)


def proposed(result: SlaResult) -> dict[str, Any]:
    return {proposal.field: proposal.value for proposal in result.escalations}


def test_each_step_is_proposed_when_its_share_of_the_target_is_used_up() -> None:
    assert proposed(after("4 11:59")) == {}
    assert proposed(after("4 12:00")) == {"level": 2}
    assert proposed(after("4 13:00")) == {"level": 2, "next_action_due": at("4 17:00")}
    assert proposed(after("4 14:00"))["needs_follow_up"] is True


def test_a_step_is_never_proposed_twice_for_a_cycle() -> None:
    first = after("4 12:30")
    assert proposed(first) == {"level": 2}
    second = after("4 12:45", reached=first.reached, level=2)
    assert proposed(second) == {}
    third = after("4 15:00", reached=second.reached, level=2)
    assert proposed(third) == {"next_action_due": at("4 19:00"), "needs_follow_up": True}
    assert proposed(after("5 15:00", reached=third.reached, level=2)) == {}


def test_not_even_after_a_person_put_the_level_back_nor_after_a_reopening() -> None:
    first = after("4 14:30")
    assert proposed(after("4 15:00", reached=first.reached, level=1, needs_follow_up=False)) == {}
    again = (("4 14:30", "status", "Open", "Resolved"), ("4 15:00", "status", "Resolved", "Open"))
    assert proposed(after("4 16:00", *again, reached=first.reached)) == {}


def test_the_next_cycle_has_steps_of_its_own() -> None:
    policy = {"start": "status != 'Resolved'", "repeat": "each start"}
    first = after("4 12:30", policy=policy)
    said = (("4 12:40", "status", "Open", "Resolved"), ("4 13:00", "status", "Resolved", "Open"))
    second = after("4 15:00", *said, reached=first.reached, level=2, policy=policy)
    assert proposed(second) == {"level": 3}
    assert second.reached == {("C1", "resolution", 1): 50, ("C1", "resolution", 2): 50}


def test_a_run_that_is_late_proposes_all_steps_at_once_and_adds_them_up() -> None:
    result = after("5 12:00", steps="50: level + 1; 75: level + 1; 100: level = 5; 100: owner = 'Lead'")
    assert proposed(result) == {"level": 5, "owner": "Lead"}
    assert proposed(after("4 13:30", steps="50: level + 1; 75: level + 1")) == {"level": 3}
    assert proposed(after("4 13:30", steps="50: level + 1; 75: level + 1", level=None)) == {"level": 2}


def test_a_cell_that_already_says_so_is_not_proposed() -> None:
    assert "needs_follow_up" not in proposed(after("4 15:00", needs_follow_up=True))


def test_a_paused_met_or_cancelled_goal_proposes_nothing() -> None:
    assert proposed(after("4 15:00", ("4 13:00", "status", "Open", "Waiting"))) == {}
    assert proposed(after("5 15:00", ("4 17:00", "status", "Open", "Resolved"))) == {}
    spam = {"cancel": "status == 'Spam'"}
    assert proposed(after("4 15:00", ("4 13:00", "status", "Open", "Spam"), policy=spam)) == {}


def test_a_deadline_that_lies_wholly_outside_hours_still_has_its_last_step() -> None:
    # Saturday to Sunday: no open second lies between start and deadline, so there is no percentage
    history = changes(("9 10:00", "status", None, "Open"))
    policy = policies({**RESOLUTION, "target": "1d", "escalation": "100: needs_follow_up = true"})
    settings = Settings(timezone="Europe/London")
    found = compute(records({"status": "Open"}), history, policy, CALENDARS, at("11 12:00"), settings)
    assert proposed(found) == {"needs_follow_up": True}


def test_a_level_that_is_no_number_is_left_alone() -> None:
    assert proposed(after("4 12:30", level="gold")) == {}


def test_the_reason_names_goal_policy_and_every_step() -> None:
    (level,) = after("4 13:30", steps="50: level + 1; 75: level + 1").escalations
    assert level.reason == (
        "resolution has used up 50 % of 4h (policy res): level + 1; "
        "resolution has used up 75 % of 4h (policy res): level + 1"
    )


def test_steps_can_count_from_the_due_time() -> None:
    assert proposed(after("4 12:30", steps="50: next_action_due = due")) == {"next_action_due": at("4 14:00")}
