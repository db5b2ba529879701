"""The cycles of a goal: from the start of its clock to the end of it, once or again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .clocks import Clock, clock_of, last_true
from .matching import choose, is_dated, matches
from .policies import Policy
from .timeline import Bools, Codes, Ints, Timeline

OPEN, MET, CANCELLED = 0, 1, 2
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Cycles:
    """The cycles of one goal over all cases, in the order of cases and time.

    Per row of a cycle, in order: `row` (index into the timeline), `cycle`, `paused`, `off` (met or void for
    a while, then taken up again), `policy` (index). Per cycle: `first` (index into the rows), `number`
    (from 1 within its case), `outcome`, `end` (Unix seconds, `as_of` while open), and `early`: its stop
    lies before its start, so that nothing can be said of it.
    """

    row: Ints
    cycle: Ints
    paused: Bools
    off: Bools
    policy: Ints
    first: Ints
    number: Ints
    outcome: Codes
    end: Ints
    early: Bools

    def __len__(self) -> int:
        return len(self.first)


def find_cycles(timeline: Timeline, policies: Sequence[Policy], as_of: int) -> Cycles:
    """Return the cycles of a goal, whose policies are in the order in which they are tried.

    `timeline` ends at `as_of`. All policies of a goal repeat as its first one does.
    """
    group, table = matches(timeline, policies)
    covered = table.any(1)[group]
    repeat = policies[0].repeat
    chosen = choose(group, table, timeline.at, timeline.at, policies)
    in_force = chosen >= 0
    clock = clock_of(timeline, policies, chosen, covered)
    opens = _openings(timeline, clock, in_force, repeat)
    if is_dated(policies):
        begun = last_true(opens)
        started = np.where(begun >= 0, timeline.at[np.maximum(begun, 0)], timeline.at)
        chosen = choose(group, table, timeline.at, started, policies)
        clock = clock_of(timeline, policies, chosen, covered)
    return _assemble(timeline, clock, opens, chosen, repeat, as_of)


def _openings(timeline: Timeline, clock: Clock, in_force: Bools, repeat: str) -> Bools:
    """Return the rows at which a cycle opens."""
    starts = clock.starts & in_force
    begun = last_true(timeline.first)
    started = last_true(starts) >= begun
    before = np.zeros(len(starts), bool)
    before[1:] = started[:-1] & ~timeline.first[1:]
    first_start = starts & ~before
    if repeat == "each start":
        ends = clock.stops | clock.cancels
        running = (last_true(starts) > last_true(ends)) & started
        was_running = np.zeros(len(starts), bool)
        was_running[1:] = running[:-1] & ~timeline.first[1:]
        return starts & ~was_running
    if repeat == "after stop":
        back = np.zeros(len(starts), bool)
        back[1:] = clock.cancelled[:-1] & ~timeline.first[1:] & ~clock.cancelled[1:]
        again = (clock.meets | back) & before
        return (first_start | again) & ~clock.cancelled
    return first_start


def _assemble(
    timeline: Timeline, clock: Clock, opens: Bools, chosen: Ints, repeat: str, as_of: int
) -> Cycles:
    opened = last_true(opens)
    row = np.flatnonzero(opened >= last_true(timeline.first)) if len(opens) else np.zeros(0, np.int64)
    begun = opened[row]
    if clock.resets.any():
        afresh = last_true(clock.resets)[row]
        begun, row = _after_resets(row, begun, afresh)
    first = _edges(begun)
    opening = np.zeros(len(row), np.int64)
    opening[first] = 1
    cycle = np.cumsum(opening) - 1
    early = _early(timeline, clock, row[first], repeat)
    if repeat:
        kept, outcome, end = _first_ends(timeline, clock, row, cycle, first, repeat, as_of)
    else:
        kept, outcome, end = _last_ends(timeline, clock, row, cycle, first, as_of)
    off = (clock.stopped | clock.cancelled)[row] if not repeat else np.zeros(len(row), bool)
    row, cycle, off = row[kept], cycle[kept], off[kept]
    policy = _carried(chosen[row])
    first = _edges(cycle)
    return Cycles(
        row,
        cycle,
        clock.paused[row],
        off,
        policy,
        first,
        _numbers(timeline.case[row[first]]),
        outcome,
        end,
        early,
    )


def _after_resets(row: Ints, begun: Ints, afresh: Ints) -> tuple[Ints, Ints]:
    """Drop the rows of each cycle that lie before its last reset."""
    first = _edges(begun)
    last_reset = np.maximum.reduceat(np.where(afresh >= begun, afresh, -1), first) if len(row) else first
    lengths = np.diff(np.append(first, len(row)))
    anew = np.repeat(np.maximum(last_reset, begun[first] if len(row) else begun), lengths)
    kept = row >= anew
    return anew[kept], row[kept]


def _edges(groups: Ints) -> Ints:
    """Return where each run of equal items begins."""
    if not len(groups):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1])))


def _numbers(case: Ints) -> Ints:
    """Return 1, 2, 3 ... within each case."""
    first = _edges(case)
    return np.arange(len(case)) - np.repeat(first, np.diff(np.append(first, len(case)))) + 1


def _early(timeline: Timeline, clock: Clock, opened: Ints, repeat: str) -> Bools:
    """Return which cycles were met before they began, by a moment that a cell says.

    Conditions may hold before: a case can be born resolved. A moment before the start is a mistake.
    """
    if repeat or not len(opened):
        return np.zeros(len(opened), bool)
    before = np.maximum(opened - 1, 0)
    same = (opened > 0) & ~timeline.first[opened]
    met_before = clock.stopped[opened] & clock.stopped[before] & ~clock.stops[opened]
    return same & met_before & clock.fresh[opened]


def _last_ends(
    timeline: Timeline, clock: Clock, row: Ints, cycle: Ints, first: Ints, as_of: int
) -> tuple[Bools, Codes, Ints]:
    """End cycles that come once: where the goal was met, or void, for good."""
    if not len(row):
        return np.zeros(0, bool), np.zeros(0, np.int8), np.zeros(0, np.int64)
    over = (clock.stopped | clock.cancelled)[row]
    place = np.arange(len(row))
    last_live = np.maximum.reduceat(np.where(over, -1, place), first)
    ends = np.maximum(last_live + 1, first)
    last = np.append(first[1:], len(row)) - 1
    closed = over[last]
    at_end = row[np.minimum(ends, last)]
    outcome = np.where(closed, np.where(clock.stopped[row[last]], MET, CANCELLED), OPEN).astype(np.int8)
    end = np.where(closed, timeline.at[at_end], as_of)
    return (place <= np.maximum(last_live, first)[cycle]), outcome, end


def _first_ends(
    timeline: Timeline, clock: Clock, row: Ints, cycle: Ints, first: Ints, repeat: str, as_of: int
) -> tuple[Bools, Codes, Ints]:
    """End cycles that come again: at the first stop, or where the next one begins."""
    if not len(row):
        return np.zeros(0, bool), np.zeros(0, np.int8), np.zeros(0, np.int64)
    place = np.arange(len(row))
    ends = clock.cancels[row] if repeat == "after stop" else (clock.stops | clock.cancels)[row]
    ending = np.minimum.reduceat(np.where(ends, place, _FAR), first)
    found = ending < _FAR
    at_end = row[np.where(found, ending, first)]
    stopped = clock.stops[at_end] & (repeat == "each start")
    outcome = np.where(found, np.where(stopped, MET, CANCELLED), OPEN).astype(np.int8)
    end = np.where(found, timeline.at[at_end], as_of)
    if repeat == "after stop":  # a cycle that another of its case follows at once was met there
        following = np.append(row[first[1:]], -1)
        case = timeline.case[row[first]]
        chained = ~found & (np.append(case[1:], -1) == case)
        outcome[chained] = MET
        end = np.where(chained, timeline.at[np.maximum(following, 0)], end)
    return (place == first[cycle]) | (place < ending[cycle]), outcome, end


def _carried(chosen: Ints) -> Ints:
    """Return the policies, each row without one taking that of the row before."""
    if not len(chosen):
        return chosen
    known = np.maximum.accumulate(np.where(chosen >= 0, np.arange(len(chosen)), 0))
    return chosen[known]
