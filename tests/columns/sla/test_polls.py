"""Run once or at every poll: as time goes on and the history arrives in parts, the final verdicts are the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.columns.sla.compute import SlaResult, compute
from sheetops.columns.sla.explain import explain
from sheetops.columns.sla.settings import Settings

from .histories import FIRST, Story, histories
from .telling import CALENDARS, RESOLUTION, policies, records

SETTINGS = Settings(timezone="Europe/London")
END = FIRST + timedelta(days=28)
ROWS = policies(
    {**RESOLUTION, "pause": "status in ['Waiting', 'Blocked']", "escalation": "50: level + 1; 100: level + 1"},
    {**RESOLUTION, "policy": "again", "goal": "again", "start": "status == 'Open'", "repeat": "each start"},
    {**RESOLUTION, "policy": "old", "goal": "dated", "target": "9h", "effective_to": "2026-05-12"},
    {**RESOLUTION, "policy": "new", "goal": "dated", "target": "2h", "effective_from": "2026-05-12",
     "retroactive": True},
    {**RESOLUTION, "policy": "hands", "goal": "hands", "target": "30h",
     "calendar": "by team: Manila = manila; else = london"},
    {**RESOLUTION, "policy": "days", "goal": "days", "target": "3d", "reset": "status == 'Escalated'"},
)  # fmt: skip
GOALS = {"resolution", "again", "dated", "hands", "days"}


def judged(story: Story, history: pd.DataFrame, as_of: Any, reached: Any = None) -> SlaResult:
    """Compute with what is known by then: records say what the history ends with."""
    known = history[history["recorded_at"] <= pd.Timestamp(as_of)]
    now = [{"key": record["key"], **_last(known, record["key"])} for record in story.records]
    return compute(records(*now), known, ROWS, CALENDARS, as_of, SETTINGS, reached or {})


def _last(known: pd.DataFrame, key: str) -> dict[str, Any]:
    mine = known[known["key"] == key].sort_values("recorded_at")
    values = {field: part["new"].iloc[-1] for field, part in mine.groupby("field")}
    return {"status": values.get("status"), "team": values.get("team"), "level": 0}


polls = st.lists(st.integers(1, 27 * 24 * 60), max_size=4, unique=True).map(sorted)


@settings(max_examples=15)
@given(histories(cases=2), polls, st.randoms(use_true_random=False))
def test_once_or_at_every_poll_and_in_any_order(story: Story, minutes: list[int], chance: Any) -> None:
    whole = judged(story, story.history, END)
    assert set(whole.verdicts["goal"]) <= GOALS
    ended: dict[Any, Any] = {}
    for minute in minutes:
        order = chance.sample(range(len(story.history)), len(story.history))
        part = judged(story, story.history.iloc[order], FIRST + timedelta(minutes=minute))
        ended |= _breaches(part)
    order = chance.sample(range(len(story.history)), len(story.history))
    last = judged(story, story.history.iloc[order], END)
    pd.testing.assert_frame_equal(last.verdicts, whole.verdicts)
    assert last.findings == whole.findings
    assert ended.keys() <= _begun(whole)


def _breaches(result: SlaResult) -> dict[Any, Any]:
    late = result.verdicts[result.verdicts["breached_at"].notna()]
    return dict(
        zip(zip(late["key"], late["goal"], late["cycle"], strict=True), late["breached_at"], strict=True)
    )


def _begun(result: SlaResult) -> set[Any]:
    verdicts = result.verdicts
    return set(zip(verdicts["key"], verdicts["goal"], verdicts["cycle"], strict=True))


@settings(max_examples=15)
@given(histories(cases=2), polls)
def test_what_ended_before_a_poll_is_judged_then_as_ever_after(story: Story, minutes: list[int]) -> None:
    """A cycle of a goal that repeats and has ended cannot change: not by time, and not by what comes later."""
    final = judged(story, story.history, END).verdicts
    for minute in minutes:
        part = judged(story, story.history, FIRST + timedelta(minutes=minute)).verdicts
        before, after = (
            frame[(frame["goal"] == "again") & frame["end"].notna()]
            .astype({"key": object})
            .set_index(["key", "cycle"])
            for frame in (part, final)
        )
        if before.empty:
            continue
        columns = ["state", "start", "end", "due", "elapsed", "breached_at", "paused_total"]
        pd.testing.assert_frame_equal(before[columns], after.loc[before.index, columns])


@settings(max_examples=15)
@given(histories(cases=2), polls)
def test_polls_propose_together_what_one_run_would_and_nothing_twice(
    story: Story, minutes: list[int]
) -> None:
    reached: Any = {}
    steps: list[tuple[Any, int, float]] = []
    for minute in [*minutes, 28 * 24 * 60]:
        result = judged(story, story.history, FIRST + timedelta(minutes=minute), reached)
        for proposal in result.escalations:
            assert reached.get((proposal.key, proposal.goal, proposal.cycle), 0) < proposal.percent
            steps.append((proposal.key, proposal.cycle, proposal.percent))
        assert all(result.reached[cycle] >= percent for cycle, percent in reached.items())
        reached = result.reached
    assert len(steps) == len(set(steps))
    once = judged(story, story.history, END).reached
    assert all(reached.get(cycle, 0) >= percent for cycle, percent in once.items())


@settings(max_examples=40)
@given(histories(cases=1), st.integers(0, 27 * 24 * 60), st.sampled_from(["30m", "9h", "18h", "2d"]))
def test_the_next_change_is_exactly_when_a_state_changes(story: Story, minute: int, target: str) -> None:
    """Of what is known by a poll: one second before it all is as it was, and at it something differs."""
    rows = policies({**RESOLUTION, "target": target})
    now = FIRST + timedelta(minutes=minute)
    known = story.history[story.history["recorded_at"] <= pd.Timestamp(now)]
    frame = records(*({"key": record["key"], **_last(known, record["key"])} for record in story.records))

    def state(as_of: Any) -> SlaResult:
        return compute(frame, known, rows, CALENDARS, as_of, SETTINGS)

    if known.empty:
        return
    first = state(now)
    change = first.next_change
    before = first.columns["resolution_state"].tolist()
    if change is None:
        assert set(before) <= {"breached", "met", "met late", "paused", "cancelled"}
        return
    assert state(change - timedelta(seconds=1)).columns["resolution_state"].tolist() == before
    assert state(change).columns["resolution_state"].tolist() != before


@settings(max_examples=40)
@given(histories(cases=2), st.sampled_from(["30m", "9h", "18h"]))
def test_a_breach_is_the_moment_at_which_the_target_was_used_up(story: Story, target: str) -> None:
    rows = policies({**RESOLUTION, "target": target, "pause": "status in ['Waiting', 'Blocked']"})
    found = compute(records(*story.records), story.history, rows, CALENDARS, END, SETTINGS)
    goal = pd.Timedelta(rows[0].target.seconds, "s")  # type: ignore[union-attr]
    for verdict in found.verdicts.itertuples(index=False):
        assert (verdict.elapsed > goal) == (verdict.breached_at == verdict.breached_at)
        if verdict.elapsed <= goal:
            continue
        part = explain(found.cases, verdict.key)
        before = part[(part["what"] == "counted") & (part["from"] < verdict.breached_at)]
        ends = before["to"].where(before["to"] < verdict.breached_at, verdict.breached_at)
        assert (ends - before["from"]).sum() == goal
        assert ((part["what"] == "counted") & (part["from"] <= verdict.breached_at)
                & (part["to"] > verdict.breached_at)).any()  # fmt: skip
