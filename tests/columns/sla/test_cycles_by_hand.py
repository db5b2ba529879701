"""Cycles against a plain reading of the history, change by change, as a person would do it with a pencil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from hypothesis import given, settings

from .histories import Story, histories
from .telling import LONDON, RESOLUTION, at, records, run

AS_OF = "29 12:00"
PAUSES = {"Waiting", "Blocked"}
SHARED = {**RESOLUTION, "pause": "status in ['Waiting', 'Blocked']"}


@dataclass
class Cycle:
    """A cycle as it is read: since when, how it ended, and the open seconds counted and paused."""

    start: pd.Timestamp
    end: pd.Timestamp | None = None
    outcome: str = "open"
    counted: int = 0
    paused: int = 0

    def told(self) -> tuple[Any, ...]:
        return (self.start, self.end, self.outcome, self.counted, self.paused)


def stretches(story: Story, key: str) -> list[tuple[Any, pd.Timestamp, pd.Timestamp]]:
    """Return (status, from, to) for each stay of a case in a status."""
    mine = story.history[(story.history["key"] == key) & (story.history["field"] == "status")]
    begins = [pd.Timestamp(moment) for moment in mine["recorded_at"]]
    return list(zip(mine["new"], begins, [*begins[1:], pd.Timestamp(at(AS_OF))], strict=True))


def spend(cycle: Cycle, status: str, begin: pd.Timestamp, end: pd.Timestamp) -> None:
    seconds = int(LONDON.seconds_between(int(begin.timestamp()), int(end.timestamp())))
    if status in PAUSES:
        cycle.paused += seconds
    else:
        cycle.counted += seconds


def each_start(story: Story, key: str) -> list[Cycle]:
    """Open a cycle where the case becomes Open and none is running; end it where it is Resolved."""
    cycles: list[Cycle] = []
    running, before = False, None
    for status, begin, end in stretches(story, key):
        if running and status == "Resolved":
            cycles[-1].end, cycles[-1].outcome, running = begin, "met", False
        if not running and status == "Open" and before != "Open":
            cycles.append(Cycle(begin))
            running = True
        if running:
            spend(cycles[-1], status, begin, end)
        before = status
    return cycles


def after_stop(story: Story, key: str) -> list[Cycle]:
    """Begin at the case's first moment and anew at each resolution; Escalated is void, and what follows it is new."""
    cycles: list[Cycle] = []
    running = False
    for status, begin, end in stretches(story, key):
        if running and status in ("Resolved", "Escalated"):
            cycles[-1].end, running = begin, False
            cycles[-1].outcome = "met" if status == "Resolved" else "cancelled"
        if not running and status != "Escalated":
            cycles.append(Cycle(begin))
            running = True
        if running:
            spend(cycles[-1], status, begin, end)
    return cycles


def judged(story: Story, row: dict[str, Any]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the cycles of each case as the clock has them."""
    found: dict[str, list[tuple[Any, ...]]] = {record["key"]: [] for record in story.records}
    for verdict in run(records(*story.records), story.history, row, AS_OF).verdicts.itertuples(index=False):
        state = str(verdict.state)
        outcome = "met" if state.startswith("met") else state if state == "cancelled" else "open"
        end = None if verdict.end is pd.NaT else verdict.end
        spent = (int(verdict.elapsed.total_seconds()), int(verdict.paused_total.total_seconds()))
        found[verdict.key].append((verdict.start, end, outcome, *spent))
    return found


@settings(max_examples=80)
@given(histories())
def test_each_start_opens_a_cycle_and_its_first_stop_ends_it(story: Story) -> None:
    row = {**SHARED, "start": "status == 'Open'", "repeat": "each start"}
    for key, cycles in judged(story, row).items():
        assert cycles == [cycle.told() for cycle in each_start(story, key)]


@settings(max_examples=80)
@given(histories())
def test_after_each_stop_the_next_cycle_begins(story: Story) -> None:
    row = {**SHARED, "repeat": "after stop", "cancel": "status == 'Escalated'"}
    for key, cycles in judged(story, row).items():
        assert cycles == [cycle.told() for cycle in after_stop(story, key)]
