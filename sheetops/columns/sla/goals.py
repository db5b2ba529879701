"""What each cycle of a goal has to keep: seconds of a clock, or an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .cycles import Cycles
from .instants import NEVER, seconds_of
from .policies import Policy, Until
from .targets import Target, due_at
from .ticking import Ticking
from .timeline import Bools, Ints


@dataclass(frozen=True)
class Promise:
    """Per cycle: the target in open seconds, the deadline (NEVER where the target is no deadline), whether
    it is one, and whether it can be told at all."""

    seconds: Ints
    deadline: Ints
    fixed: Bools
    known: Bools

    def without(self, lost: Bools) -> Promise:
        """Return the promise with some cycles of which nothing can be told."""
        return replace(self, known=self.known & ~lost)


def calendars_of(ticking: Ticking, policies: Sequence[Policy], cycles: Cycles) -> tuple[list[str], Ints]:
    """Return the calendars in use, and for each row of the cycles which one (-1: it names none we have)."""
    names: list[str] = []
    which = np.full(len(cycles.row), -1)
    for index, policy in enumerate(policies):
        mine = np.flatnonzero(cycles.policy == index) if len(policies) > 1 else slice(None)
        choice = policy.calendar
        coded = ticking.timeline.value_codes(choice.field) if choice.field else None
        wanted = [choice.of(value) for value in coded.values] if coded else [choice.name]
        table = np.array([_place(name, names, ticking) for name in wanted])
        which[mine] = table[coded.codes[cycles.row[mine]]] if coded else table[0]
    return names, which


def _place(name: str | None, names: list[str], ticking: Ticking) -> int:
    if name is None or name not in ticking.calendars:
        return -1
    if name not in names:
        names.append(name)
    return names.index(name)


def promise(
    ticking: Ticking,
    policies: Sequence[Policy],
    cycles: Cycles,
    names: Sequence[str],
    which: Ints,
    place: Ints,
) -> Promise:
    """Return what each cycle has to keep by the policy of its row at `place`; the clock is that of its start."""
    start = ticking.timeline.at[cycles.row[cycles.first]]
    start_calendar = which[cycles.first]
    held = cycles.policy[place] if len(place) else place
    seconds, deadline = np.full(len(start), NEVER), np.full(len(start), NEVER)
    fixed = np.zeros(len(start), bool)
    for index in np.unique(held).tolist():
        mine = np.flatnonzero(held == index)
        target = policies[index].target
        if isinstance(target, Target) and target.is_elapsed_based:
            seconds[mine] = target.amount
            continue
        fixed[mine] = True
        if isinstance(target, Until):
            deadline[mine] = _until(ticking, target.field, cycles.row[place[mine]])
        else:
            deadline[mine] = _deadlines(ticking, target, names, start_calendar[mine], start[mine])
    late = np.flatnonzero(fixed)
    if len(late):
        seconds[late] = ticking.between(names, start_calendar[late], start[late], deadline[late])
    known = (seconds != NEVER) & (start_calendar >= 0)
    return Promise(np.where(known, seconds, 0), np.where(known, deadline, NEVER), fixed, known)


def _deadlines(ticking: Ticking, target: Target, names: Sequence[str], which: Ints, start: Ints) -> Ints:
    deadline = np.full(len(start), NEVER)
    for number, name in enumerate(names):
        mine = np.flatnonzero(which == number)
        if len(mine):
            calendar: BusinessCalendar = ticking.calendars[name]
            deadline[mine] = ticking.guarded(
                lambda begin, _, calendar=calendar: due_at(target, begin, calendar),  # type: ignore[misc]
                start[mine],
                start[mine],
            )
    return deadline


def _until(ticking: Ticking, field: str, row: Ints) -> Ints:
    """Return the instants that a column held on the given rows of the timeline. A date lasts to the end of its day."""
    coded = ticking.timeline.value_codes(field)
    values = pd.Series([_day_over(value) for value in coded.values], dtype=object)
    table, _, _ = seconds_of(values, ticking.timezone, field)
    return table[coded.codes[row]]


def _day_over(value: Any) -> Any:
    if isinstance(value, datetime):
        return value + timedelta(days=1) if value.tzinfo is None and value.time() == time() else value
    return value + timedelta(days=1) if isinstance(value, date) else value


def first_due(
    ticking: Ticking,
    policies: Sequence[Policy],
    cycles: Cycles,
    names: Sequence[str],
    which: Ints,
    kept: Promise,
) -> Ints:
    """Return the due time that was promised when the clock started (NEVER where none can be told)."""
    start = ticking.timeline.at[cycles.row[cycles.first]]
    boundary = opens_late(policies, cycles.policy[cycles.first])
    due = np.where(kept.fixed, kept.deadline, NEVER)
    for late in (False, True):
        mine = np.flatnonzero(~kept.fixed & kept.known & (boundary == late))
        if len(mine):
            rule = "opening" if late else "closing"
            due[mine] = ticking.due(names, which[cycles.first[mine]], start[mine], kept.seconds[mine], rule)
    return due


def opens_late(policies: Sequence[Policy], held: Ints) -> Bools:
    """Return where a goal used up at closing is due at the next opening."""
    rules = np.array([policy.boundary == "opening" for policy in policies])
    return rules[held]
