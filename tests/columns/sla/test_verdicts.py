"""From what happened to verdicts, one story each. Monday is the fourth of May 2026; hours are 09:00-18:00 in London."""

from __future__ import annotations

import pytest

from sheetops.columns.sla.settings import Settings

from .telling import RESOLUTION, at, changes, records, run, shown

OPENED = ("4 10:00", "status", None, "Open")


def test_an_open_case_is_due_when_its_target_is_used_up() -> None:
    case = shown(run({"status": "Open"}, changes(OPENED), RESOLUTION, "4 12:00"))
    assert (case["state"], case["due"], case["at_risk_at"]) == ("on track", "4 14:00", "4 13:12")
    assert (case["elapsed"], case["remaining"], case["percent"], case["cycle"]) == (120, 120, 50, 1)


def test_it_is_at_risk_from_eighty_percent_and_breached_the_second_after_its_due_time() -> None:
    def state(when: str) -> str:
        return shown(run({"status": "Open"}, changes(OPENED), RESOLUTION, when))["state"]

    assert [state(when) for when in ("4 13:11", "4 13:12", "4 14:00", "4 14:01")] == [
        "on track",
        "at risk",
        "at risk",
        "breached",
    ]


def test_a_pause_moves_the_due_time_and_keeps_the_original() -> None:
    history = changes(
        OPENED, ("4 11:00", "status", "Open", "Waiting"), ("4 13:00", "status", "Waiting", "Open")
    )
    case = shown(run({"status": "Open"}, history, RESOLUTION, "4 14:00"))
    assert (case["due"], case["original_due"], case["paused_total"]) == ("4 16:00", "4 14:00", 120)


def test_a_paused_case_says_so_and_has_no_due_time() -> None:
    history = changes(OPENED, ("4 11:00", "status", "Open", "Waiting"))
    case = shown(run({"status": "Waiting"}, history, RESOLUTION, "7 11:00"))
    assert (case["state"], case["due"], case["elapsed"]) == ("paused", None, 60)
    assert case["why"].startswith("Paused in Waiting: 3 h left of 4h of Mon-Fri 09:00-18:00 (Europe/London)")


def test_a_case_that_is_created_paused_has_used_up_nothing() -> None:
    case = shown(
        run({"status": "Waiting"}, changes(("4 10:00", "status", None, "Waiting")), RESOLUTION, "4 17:00")
    )
    assert (case["state"], case["elapsed"], case["original_due"]) == ("paused", 0, "4 14:00")


def test_a_breach_survives_a_later_pause() -> None:
    history = changes(OPENED, ("4 15:00", "status", "Open", "Waiting"))
    case = shown(run({"status": "Waiting"}, history, RESOLUTION, "4 17:00"))
    assert (case["state"], case["breached_at"]) == ("breached", "4 14:00")


def test_met_and_met_late() -> None:
    early = changes(OPENED, ("4 13:59", "status", "Open", "Resolved"))
    late = changes(OPENED, ("4 15:00", "status", "Open", "Resolved"))
    assert shown(run({"status": "Resolved"}, early, RESOLUTION, "9 09:00"))["state"] == "met"
    case = shown(run({"status": "Resolved"}, late, RESOLUTION, "9 09:00"))
    assert (case["state"], case["breached_at"], case["elapsed"]) == ("met late", "4 14:00", 300)


def test_a_case_may_be_born_resolved() -> None:
    case = shown(
        run({"status": "Resolved"}, changes(("4 10:00", "status", None, "Resolved")), RESOLUTION, "5 10:00")
    )
    assert (case["state"], case["elapsed"]) == ("met", 0)


def test_resolved_and_reopened_between_two_polls_both_count_when_they_took_effect() -> None:
    history = changes(
        OPENED, ("6 09:00", "status", "Open", "Resolved"), ("6 09:00", "status", "Resolved", "Open")
    )
    history["effective_at"] = [at("4 10:00"), at("4 11:00"), at("4 17:00")]
    case = shown(run({"status": "Open"}, history, RESOLUTION, "5 10:00"))
    assert (case["elapsed"], case["state"]) == (180, "on track")


def test_reopening_takes_the_clock_up_where_it_stood() -> None:
    history = changes(
        OPENED, ("4 11:00", "status", "Open", "Resolved"), ("6 09:00", "status", "Resolved", "Open")
    )
    case = shown(run({"status": "Open"}, history, RESOLUTION, "6 10:00"))
    assert (case["elapsed"], case["due"], case["cycle"]) == (120, "6 12:00", 1)


def test_each_start_may_open_a_new_cycle() -> None:
    history = changes(
        OPENED, ("4 11:00", "status", "Open", "Resolved"), ("6 09:00", "status", "Resolved", "Open")
    )
    policy = {**RESOLUTION, "start": "status != 'Resolved'", "repeat": "each start"}
    result = run({"status": "Open"}, history, policy, "6 10:00")
    assert list(result.verdicts["state"]) == ["met", "on track"]
    assert (shown(result)["cycle"], shown(result)["elapsed"]) == (2, 60)


def test_a_cell_that_says_when_counts_from_then_however_late_it_is_typed() -> None:
    policy = {
        "goal": "first_response",
        "target": "1h",
        "start": "opened_at is filled",
        "stop": "first_response_at is filled",
    }
    record = {"opened_at": at("4 10:00"), "first_response_at": at("4 10:30")}
    case = shown(run(record, None, policy, "6 10:00"), "first_response")
    assert (case["state"], case["elapsed"]) == ("met", 30)


def test_a_corrected_moment_replaces_the_wrong_one_and_an_emptied_cell_reopens() -> None:
    policy = {**RESOLUTION, "stop": "resolved_at is filled"}
    corrected = changes(
        OPENED,
        ("4 12:00", "resolved_at", None, at("4 11:00")),
        ("4 12:05", "resolved_at", at("4 11:00"), at("4 12:00")),
    )
    case = shown(run({"resolved_at": at("4 12:00")}, corrected, policy, "5 09:00"))
    assert (case["state"], case["elapsed"]) == ("met", 120)
    emptied = changes(
        OPENED,
        ("4 12:00", "resolved_at", None, at("4 11:00")),
        ("4 12:30", "resolved_at", at("4 11:00"), None),
    )
    case = shown(run({"resolved_at": None}, emptied, policy, "4 13:30"))
    assert (case["state"], case["elapsed"]) == ("on track", 120)


def test_a_new_priority_brings_its_target_and_keeps_the_time_used() -> None:
    rows = [{**RESOLUTION, "policy": p, "priority": p, "target": t} for p, t in (("P1", "2h"), ("P3", "8h"))]
    history = changes(OPENED, ("4 10:00", "priority", None, "P3"), ("4 13:00", "priority", "P3", "P1"))
    case = shown(run({"status": "Open", "priority": "P1"}, history, rows, "4 14:00"))
    assert (case["state"], case["due"], case["original_due"]) == ("breached", "4 12:00", "4 18:00")
    assert case["breached_at"] == "4 13:00"  # it became late when it became urgent


def test_old_cases_keep_the_target_they_began_with() -> None:
    rows = [
        {**RESOLUTION, "policy": "old", "target": "4h", "effective_to": "2026-05-05"},
        {**RESOLUTION, "policy": "new", "target": "1h", "effective_from": "2026-05-05"},
    ]
    history = changes(OPENED, ("5 10:00", "status", None, "Open", "C2"))
    result = run(records({"status": "Open"}, {"key": "C2", "status": "Open"}), history, rows, "5 10:30")
    assert list(result.verdicts["policy"]) == ["old", "new"]


def test_a_retroactive_policy_takes_over_running_clocks_from_its_first_day() -> None:
    rows = [
        {**RESOLUTION, "policy": "old", "target": "20h", "effective_to": "2026-05-05"},
        {**RESOLUTION, "policy": "new", "target": "9h", "effective_from": "2026-05-05", "retroactive": True},
    ]
    case = run({"status": "Open"}, changes(OPENED), rows, "5 09:30")
    assert (case.verdicts["policy"][0], shown(case)["due"], shown(case)["original_due"]) == (
        "new",
        "5 10:00",
        "6 12:00",
    )


def test_a_case_that_changes_hands_follows_the_calendar_of_its_owner() -> None:
    policy = {**RESOLUTION, "target": "10h", "calendar": "by team: Manila = manila; else = london"}
    # 17:00 in London; from 18:30 on it is Manila's, whose Tuesday is 02:00-11:00 in London
    history = changes(("4 17:00", "team", None, "London"), ("4 18:30", "team", "London", "Manila"))
    case = shown(run({"status": "Open", "team": "Manila"}, history, policy, "5 05:00"))
    assert (case["elapsed"], case["due"]) == (60 + 180, "5 11:00")


def test_a_deadline_is_wall_time_and_a_stop_on_it_is_in_time() -> None:
    policy = {**RESOLUTION, "target": "2d", "calendar": "24x7", "pause": None}
    history = changes(OPENED, ("6 10:00", "status", "Open", "Resolved"))
    assert shown(run({"status": "Resolved"}, history, policy, "9 09:00"))["state"] == "met"
    history = changes(OPENED, ("6 10:01", "status", "Open", "Resolved"))
    assert shown(run({"status": "Resolved"}, history, policy, "9 09:00"))["state"] == "met late"


def test_a_deadline_outside_hours_stands_to_the_second() -> None:
    policy = {**RESOLUTION, "target": "5d", "pause": None}  # Saturday 10:00, when London is closed
    case = shown(run({"status": "Open"}, changes(OPENED), policy, "9 10:01"))
    assert (case["state"], case["due"], case["breached_at"]) == ("breached", "9 10:00", "9 10:00")


def test_a_date_in_a_column_can_be_the_target() -> None:
    policy = {"goal": "follow_up", "target": "until next_action_due", "calendar": "24x7",
              "start": "next_action_due != blank", "stop": "followed_up_at is filled"}  # fmt: skip
    history = changes(OPENED, ("4 10:00", "next_action_due", None, at("6 12:00")))
    case = shown(run({"next_action_due": at("6 12:00")}, history, policy, "6 11:00"), "follow_up")
    assert (case["due"], case["state"]) == ("6 12:00", "at risk")


def test_periodic_updates_begin_anew_at_each_update_until_the_case_is_closed() -> None:
    policy = {
        "goal": "update",
        "target": "1bd",
        "stop": "updated_on is filled",
        "repeat": "after stop",
        "cancel": "status == 'Closed'",
    }
    history = changes(
        OPENED,
        ("4 16:00", "updated_on", None, at("4 16:00")),
        ("7 09:00", "updated_on", at("4 16:00"), at("7 09:00")),
        ("7 12:00", "status", "Open", "Closed"),
    )
    result = run({"status": "Closed", "updated_on": at("7 09:00")}, history, policy, "8 09:00")
    assert list(result.verdicts["state"]) == ["met", "met late", "cancelled"]
    assert list(result.verdicts["cycle"]) == [1, 2, 3]


def test_each_message_of_the_merchant_wants_its_own_answer() -> None:
    policy = {"goal": "next_response", "target": "2h", "start": "merchant_wrote_at is filled",
              "stop": "we_wrote_at is filled", "repeat": "each start"}  # fmt: skip
    said = [("merchant_wrote_at", "4 10:00"), ("we_wrote_at", "4 11:00"), ("merchant_wrote_at", "4 12:00"),
            ("merchant_wrote_at", "4 13:00"), ("we_wrote_at", "4 15:00")]  # fmt: skip
    history = changes(*((when, name, None, at(when)) for name, when in said))
    record = {"merchant_wrote_at": at("4 13:00"), "we_wrote_at": at("4 15:00")}
    result = run(record, history, policy, "4 16:00")
    assert list(result.verdicts["state"]) == ["met", "met late"]  # the reminder at 13:00 is no new question


def test_reset_starts_the_clock_afresh_and_cancel_ends_it() -> None:
    policy = {**RESOLUTION, "reset": "status == 'Escalated'", "cancel": "status == 'Spam'"}
    history = changes(OPENED, ("4 12:00", "status", "Open", "Escalated"))
    case = shown(run({"status": "Escalated"}, history, policy, "4 13:00"))
    assert (case["elapsed"], case["cycle"]) == (60, 1)
    history = changes(OPENED, ("4 12:00", "status", "Open", "Spam"))
    case = shown(run({"status": "Spam"}, history, policy, "4 13:00"))
    assert (case["state"], case["due"]) == ("cancelled", None)


def test_resume_ends_a_pause_that_nothing_else_ends() -> None:
    policy = {**RESOLUTION, "pause": "status == 'Waiting'", "resume": "merchant_wrote_at is filled"}
    history = changes(OPENED, ("4 11:00", "status", "Open", "Waiting"))
    case = shown(run({"status": "Waiting", "merchant_wrote_at": at("4 12:00")}, history, policy, "4 12:30"))
    assert (case["elapsed"], case["paused_total"], case["state"]) == (90, 60, "on track")


def test_a_stop_before_the_start_is_not_judged() -> None:
    policy = {
        "goal": "resolution",
        "target": "1h",
        "start": "opened_at is filled",
        "stop": "resolved_at is filled",
    }
    case = shown(run({"opened_at": at("5 10:00"), "resolved_at": at("4 10:00")}, None, policy, "6 10:00"))
    assert (case["state"], case["due"]) == (None, None)
    assert case["why"].startswith("Not judged: its stop lies before its start")


def test_nothing_applies_no_columns_are_filled() -> None:
    result = run(
        {"status": "Open"}, changes(OPENED), {**RESOLUTION, "applies_when": "market == 'UK'"}, "4 12:00"
    )
    assert shown(result)["state"] is None


def test_the_next_change_is_when_the_columns_go_stale() -> None:
    result = run({"status": "Open"}, changes(OPENED), RESOLUTION, "4 12:00")
    assert result.next_change == at("4 13:12")
    stale = run({"status": "Open"}, changes(OPENED), RESOLUTION, "4 13:30").next_change
    assert stale is not None
    assert (stale - at("4 14:00")).total_seconds() == 1
    assert run({"status": "Open"}, changes(OPENED), RESOLUTION, "4 15:00").next_change is None


def test_a_moment_that_is_still_to_come_is_when_something_changes() -> None:
    policy = {**RESOLUTION, "stop": "ends_at is filled", "target": "400h"}
    result = run({"status": "Open", "ends_at": at("5 10:00")}, changes(OPENED), policy, "4 12:00")
    assert result.next_change == at("5 10:00")


def test_the_sentence_says_what_was_used_up_and_what_was_not_counted() -> None:
    history = changes(
        OPENED, ("4 11:00", "status", "Open", "Waiting"), ("4 12:20", "status", "Waiting", "Open")
    )
    case = shown(run({"status": "Open"}, history, RESOLUTION, "4 17:30"))
    assert case["why"] == (
        "Breached since Mon 4 May 2026 15:20, when 4h of Mon-Fri 09:00-18:00 (Europe/London) were used up; "
        "1 h 20 min in Waiting not counted."
    )


@pytest.mark.parametrize("boundary", ["closing", "opening"])
def test_the_boundary_moves_a_due_time_and_no_verdict(boundary: str) -> None:
    policy = {**RESOLUTION, "target": "8h", "boundary": boundary}
    case = shown(run({"status": "Open"}, changes(OPENED), policy, "4 23:00"))
    assert (case["state"], case["due"]) == ("at risk", {"closing": "4 18:00", "opening": "5 09:00"}[boundary])
    assert shown(run({"status": "Open"}, changes(OPENED), policy, "5 09:01"))["breached_at"] == "5 09:00"


def test_the_opening_of_a_case_stands_in_its_column() -> None:
    settings = Settings(opened="opened_at", timezone="Europe/London")
    case = shown(
        run({"status": "Open", "opened_at": at("4 09:30")}, changes(OPENED), RESOLUTION, "4 12:00", settings)
    )
    assert (case["elapsed"], case["due"]) == (150, "4 13:30")
