"""Verdicts: a pure function of (timeline, dated policies, calendars, as_of).

Of every case, goal and cycle: when it is due, how much of the target is used up, and whether it was kept.
An hour target is breached when more open seconds were counted than it has, so that no rule about closing
time can change a verdict; a deadline is breached when its stop comes after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .cycles import CANCELLED, MET, OPEN, Cycles, find_cycles
from .goals import Promise, calendars_of, first_due, opens_late, promise
from .instants import NEVER
from .policies import Policy
from .ticking import Ticking
from .timeline import Bools, Ints, Timeline
from .verdict_frame import verdict_frame

STATES = ("on track", "at risk", "breached", "met", "met late", "paused", "cancelled")
ON_TRACK, AT_RISK, BREACHED, KEPT, LATE, PAUSED, VOID = range(7)
UNJUDGED = -1


@dataclass(frozen=True)
class Judged:
    """The cycles of one goal with their verdicts; instants and durations in seconds, NEVER for a blank."""

    goal: str
    cycles: Cycles
    policies: Sequence[Policy]
    calendars: Sequence[str]
    columns: Mapping[str, Any]
    counted: Bools
    open_seconds: Ints
    which: Ints


def judge(
    timeline: Timeline,
    policies: Sequence[Policy],
    calendars: Mapping[str, BusinessCalendar],
    as_of: int,
    status: str = "status",
    timezone: str = "UTC",
) -> tuple[pd.DataFrame, list[Judged], Ticking]:
    """Return the verdicts as a table (see `verdict_frame`), the cycles behind them, and the clock's refusals.

    `policies` are in the order in which they are tried; `as_of` is in Unix seconds.
    """
    present = timeline.until(as_of)
    ticking = Ticking(present, as_of, calendars, timezone or "UTC")
    by_goal = groupby(sorted(policies, key=lambda p: p.goal), key=lambda p: p.goal)
    judged = [judge_goal(ticking, goal, tuple(rows), status) for goal, rows in by_goal]
    return verdict_frame(present, judged, calendars, STATES), judged, ticking


@dataclass(frozen=True)
class _Used:
    """The clock along the rows of the cycles: seconds counted on a row, and in its cycle before it."""

    used: Ints
    before: Ints
    elapsed: Ints
    last: Ints
    last_counted: Ints


def judge_goal(ticking: Ticking, goal: str, policies: Sequence[Policy], status: str) -> Judged:
    """Return the verdicts on one goal."""
    timeline, as_of = ticking.timeline, ticking.as_of
    cycles = find_cycles(timeline, policies, as_of)
    names, which = calendars_of(ticking, policies, cycles)
    open_seconds, lost = _open_seconds(ticking, cycles, names, which)
    counted = ~cycles.paused & ~cycles.off
    clock = _use(cycles, np.where(counted, open_seconds, 0), counted)
    now = promise(ticking, policies, cycles, names, which, clock.last).without(lost)
    first = promise(ticking, policies, cycles, names, which, cycles.first)
    held = cycles.policy[clock.last] if len(cycles) else cycles.first
    risk = _threshold(policies, held, now)
    at = timeline.at[cycles.row]

    def instant(
        wanted: Ints, late: Bools, strict: bool = False, only: Bools | None = None
    ) -> tuple[Ints, Bools]:
        return _instant(ticking, cycles, clock, at, names, which, wanted, late, strict, only)

    rule = opens_late(policies, held)
    due, reached = instant(now.seconds, rule)
    at_risk_at, risky = instant(risk, np.zeros(len(cycles), bool))
    due = np.where(
        now.fixed, np.where(_never_paused(cycles), now.deadline, np.maximum(due, now.deadline)), due
    )
    never_paused = _never_paused(cycles)
    over = (
        np.where(now.fixed, (cycles.end > due) & (reached | never_paused), clock.elapsed > now.seconds)
        & now.known
    )
    breached_at, _ = instant(now.seconds, np.ones(len(cycles), bool), True, over & ~now.fixed)
    breached_at = np.where(over, np.where(now.fixed, due, breached_at), NEVER)
    breached_at = np.where(over, np.maximum(breached_at, _tenure(cycles, clock, at)), NEVER)
    at_risk_at = np.where(now.fixed & (now.seconds <= 0), due, at_risk_at)
    paused = cycles.paused[clock.last] & (cycles.outcome == OPEN) if len(cycles) else cycles.early
    state = _state(cycles, over, paused, risky, now.known)
    blank = ((state == PAUSED) | (state == VOID) | (state == UNJUDGED)) & ~over
    tells = np.where(blank, NEVER, due)
    columns = {
        "case": timeline.case[cycles.row[cycles.first]],
        "cycle": cycles.number,
        "state": state,
        "start": at[cycles.first],
        "end": np.where(cycles.outcome == OPEN, NEVER, cycles.end),
        "due": tells,
        "original_due": first_due(ticking, policies, cycles, names, which, first),
        "at_risk_at": np.where(blank, NEVER, np.minimum(at_risk_at, np.where(due == NEVER, at_risk_at, due))),
        "breached_at": breached_at,
        "goal_seconds": np.where(now.known, now.seconds, NEVER),
        "elapsed": clock.elapsed,
        "paused_total": _sum(cycles, np.where(cycles.paused & ~cycles.off, open_seconds, 0)),
        "changes_at": _changes_at(state, at_risk_at, due, now, as_of, instant, rule),
        "policy": held,
        "calendar": which[clock.last] if len(cycles) else held,
        "waiting": _waiting(timeline, cycles, status),
        "early": cycles.early,
        "lost": ~now.known,
    }
    return Judged(goal, cycles, policies, names, columns, counted, open_seconds, which)


def _open_seconds(ticking: Ticking, cycles: Cycles, names: Sequence[str], which: Ints) -> tuple[Ints, Bools]:
    """Return the open seconds of each row, by the calendar it follows, and the cycles in which one is not known."""
    ends = np.minimum(ticking.timeline.ends(ticking.as_of)[cycles.row], cycles.end[cycles.cycle])
    starts = ticking.timeline.at[cycles.row]
    if len(names) == 1 and (which == 0).all():
        seconds = np.where(ends > starts, ticking.segments(names[0])[cycles.row], 0)
    else:
        seconds = ticking.between(names, which, starts, ends)
    unknown = seconds == NEVER
    lost = _sum(cycles, unknown.astype(np.int64)) > 0
    return np.where(unknown, 0, seconds), lost


def _use(cycles: Cycles, used: Ints, counted: Bools) -> _Used:
    if not len(cycles):
        none = np.zeros(0, np.int64)
        return _Used(none, none, none, none, none)
    total = np.cumsum(used)
    base = total[cycles.first] - used[cycles.first]
    last = np.append(cycles.first[1:], len(used)) - 1
    place = np.where(counted, np.arange(len(used)), -1)
    before = total - used - base[cycles.cycle]
    return _Used(used, before, total[last] - base, last, np.maximum.reduceat(place, cycles.first))


def _sum(cycles: Cycles, values: Ints) -> Ints:
    return np.add.reduceat(values, cycles.first) if len(cycles) else values


def _threshold(policies: Sequence[Policy], held: Ints, now: Promise) -> Ints:
    """Return the open seconds from which a cycle is at risk, rounded up."""
    percent = np.array([policy.at_risk for policy in policies])[held]
    return np.ceil(np.maximum(now.seconds, 0) * percent / 100).astype(np.int64)


def _instant(
    ticking: Ticking,
    cycles: Cycles,
    clock: _Used,
    at: Ints,
    names: Sequence[str],
    which: Ints,
    wanted: Ints,
    late: Bools,
    strict: bool,
    only: Bools | None,
) -> tuple[Ints, Bools]:
    """Return when `wanted` counted seconds are used up in each cycle, and whether they are yet.

    Where not, it is when they will be if the clock of the last counted row just goes on. `strict` looks
    for the row in which more are used up; `late` says where a due time at closing moves to the next opening.
    """
    if not len(cycles):
        return wanted, late
    after = clock.before + clock.used
    short = after <= wanted[cycles.cycle] if strict else after < wanted[cycles.cycle]
    place = cycles.first + _sum(cycles, short.astype(np.int64))
    reached = place <= clock.last
    place = np.where(reached, place, clock.last_counted)
    answer = np.full(len(cycles), NEVER)
    possible = place >= 0 if only is None else only & (place >= 0)
    for rule in (False, True):
        mine = np.flatnonzero(possible & (late == rule))
        if len(mine):
            there = place[mine]
            rest = wanted[mine] - clock.before[there]
            answer[mine] = ticking.due(names, which[there], at[there], rest, "opening" if rule else "closing")
    return answer, reached


def _never_paused(cycles: Cycles) -> Bools:
    return _sum(cycles, cycles.paused.astype(np.int64)) == 0


def _tenure(cycles: Cycles, clock: _Used, at: Ints) -> Ints:
    """Return since when each cycle's last policy holds; NEVER where it always did."""
    if not len(cycles):
        return cycles.first
    place = np.arange(len(cycles.row))
    changed = np.zeros(len(place), bool)
    changed[1:] = (cycles.policy[1:] != cycles.policy[:-1]) & (cycles.cycle[1:] == cycles.cycle[:-1])
    if not changed.any():
        return np.full(len(cycles), NEVER)
    since = np.maximum.reduceat(np.where(changed, place, -1), cycles.first)
    return np.where(since >= 0, at[np.maximum(since, 0)], NEVER)


def _state(cycles: Cycles, over: Bools, paused: Bools, risky: Bools, known: Bools) -> Ints:
    state = np.where(risky, AT_RISK, ON_TRACK)
    state[paused] = PAUSED
    state[over] = BREACHED
    met = cycles.outcome == MET
    state[met] = np.where(over[met], LATE, KEPT)
    state[cycles.outcome == CANCELLED] = VOID
    state[cycles.early | ~known] = UNJUDGED
    return state


def _changes_at(
    state: Ints, at_risk_at: Ints, due: Ints, now: Promise, as_of: int, instant: Any, rule: Bools
) -> Ints:
    """Return the next instant at which a running cycle's state changes by itself; NEVER where none."""
    running = (state == ON_TRACK) | (state == AT_RISK)
    used_up, _ = instant(now.seconds, np.ones(len(state), bool), False, running & ~now.fixed & ~rule)
    breach = np.where(now.fixed | rule, due, used_up)
    breach = np.where(breach == NEVER, NEVER, breach + 1)  # at the due second itself the goal is still kept
    risk = (state == ON_TRACK) & (at_risk_at != NEVER) & (at_risk_at > as_of) & (at_risk_at < breach)
    return np.where(risk, at_risk_at, np.where(running, breach, NEVER))


def _waiting(timeline: Timeline, cycles: Cycles, status: str) -> Ints:
    """Return the code of the one status in which a cycle was paused, 0 for several or none."""
    codes = timeline.value_codes(status).codes[cycles.row].astype(np.int64)
    if not len(cycles) or not cycles.paused.any():
        return np.zeros(len(cycles), np.int64)
    lowest = np.minimum.reduceat(np.where(cycles.paused, codes, np.iinfo(np.int64).max), cycles.first)
    highest = np.maximum.reduceat(np.where(cycles.paused, codes, -1), cycles.first)
    return np.where(lowest == highest, lowest, 0)
