"""Run once or at every poll: as time goes on and the history arrives in parts, the final verdicts are the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.columns.sla.compute import SlaResult, compute
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
