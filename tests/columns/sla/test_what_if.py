"""What another policy would change, and which target the past would have kept."""

from __future__ import annotations

import pandas as pd
import pytest

from sheetops.columns.sla.settings import Settings
from sheetops.columns.sla.what_if import WhatIf, propose_target, what_if

from .telling import CALENDARS, RESOLUTION, at, changes, policies, records, run

CASES = [("A", "4 10:00", "4 12:00"), ("B", "4 10:00", "4 15:00"), ("C", "4 10:00", "5 10:00"), ("D", "4 10:00", None)]  # fmt: skip


def past() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return four cases: resolved after two, five and nine hours, and not yet."""
    said = []
    for key, opened, resolved in CASES:
        said.append((opened, "status", None, "Open", key))
        if resolved:
            said.append((resolved, "status", "Open", "Resolved", key))
    now = [{"key": key, "status": "Resolved" if resolved else "Open"} for key, _, resolved in CASES]
    return records(*now), changes(*said)


def asked(before: list[dict[str, str]], after: list[dict[str, str]], when: str = "5 11:00") -> WhatIf:
    settings = Settings(timezone="Europe/London")
    return what_if(*past(), policies(*before), policies(*after), CALENDARS, at(when), settings)


def test_a_shorter_target_shows_which_verdicts_flip() -> None:
    found = asked([{**RESOLUTION, "target": "6h"}], [{**RESOLUTION, "target": "4h"}])
    flipped = found.flips.set_index("key")[["before", "after"]]
    assert flipped.loc["B"].tolist() == ["met", "met late"]
    assert found.cases == 4
    assert "resolution: 1 case met -> met late (B)" in found.lines()
    assert "resolution: 1 case stay met, due time moves (A)" in found.lines()


def test_the_same_policies_change_nothing() -> None:
    found = asked([RESOLUTION], [RESOLUTION])
    assert found.flips.empty
    assert found.counts.empty
    assert found.lines() == ["No state and no due time would change."]


def test_a_goal_that_is_new_or_gone_is_shown_against_no_verdict() -> None:
    new = asked([], [RESOLUTION])
    assert set(new.flips["before"]) == {"-"}
    gone = asked([RESOLUTION], [])
    assert set(gone.flips["after"]) == {"-"}
    assert new.cases == gone.cases == 4


def test_a_policy_from_tomorrow_on_leaves_the_cases_of_today_alone() -> None:
    later = [
        {**RESOLUTION, "effective_to": "2026-05-06"},
        {**RESOLUTION, "policy": "new", "target": "1h", "effective_from": "2026-05-06"},
    ]
    assert asked([RESOLUTION], later).flips.empty
    at_once = [{**later[0], "effective_to": "2026-05-05"}, {**later[1], "effective_from": "2026-05-05", "retroactive": "yes"}]  # fmt: skip
    assert "D" in set(asked([{**RESOLUTION, "target": "20h"}], at_once).flips["key"])


def test_a_target_is_proposed_that_the_share_of_the_past_would_have_kept() -> None:
    frame, history = past()
    verdicts = run(frame, history, RESOLUTION, "5 11:00").verdicts
    row = propose_target(verdicts, "resolution", 50).iloc[0]
    assert (row["policy"], row["target"], row["proposed"], row["seconds"]) == ("res", "4h", "5h", 5 * 3600)
    assert (row["finished"], row["open"]) == (3, 1)
    assert row["kept"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("share", [10, 34, 50, 67, 90, 100])
def test_a_proposed_target_keeps_what_it_says(share: float) -> None:
    frame, history = past()
    verdicts = run(frame, history, RESOLUTION, "5 11:00").verdicts
    proposed = propose_target(verdicts, "resolution", share)["proposed"].iloc[-1]
    again = run(frame, history, {**RESOLUTION, "target": proposed}, "5 11:00").verdicts
    finished = again[again["state"].isin(["met", "met late"])]
    assert 100 * (finished["state"] == "met").mean() >= share


def test_each_policy_has_its_own_proposal_and_all_have_one() -> None:
    frame, history = past()
    frame["priority"] = ["P1", "P1", "P3", "P3"]
    rows = [{**RESOLUTION, "policy": p, "priority": p, "target": t} for p, t in (("P1", "1h"), ("P3", "8h"))]
    found = propose_target(run(frame, history, rows, "5 11:00").verdicts, "resolution")
    assert found["policy"].tolist() == ["P1", "P3", "(all)"]
    assert found["proposed"].tolist() == ["5h", "9h", "9h"]


def test_where_nothing_is_finished_nothing_is_proposed() -> None:
    verdicts = run({"status": "Open"}, changes(("4 10:00", "status", None, "Open")), RESOLUTION, "4 11:00")
    row = propose_target(verdicts.verdicts, "resolution").iloc[-1]
    assert (row["finished"], row["open"], row["proposed"]) == (0, 1, "")
    assert propose_target(run({"status": "Open"}, None, [], "4 11:00").verdicts, "resolution")["finished"].tolist() == [0]  # fmt: skip
