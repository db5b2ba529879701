"""Calendar calls for many cases at once, over several calendars.

Every segment between two rows of the timeline begins where another ends, so each row is looked up once
per calendar and all goals share what is found. An instant outside a calendar's horizon is an error of that case
only: it is found, told, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...model.errors import SlaError
from .calendar import BusinessCalendar
from .instants import NEVER
from .timeline import Bools, Ints, Timeline


@dataclass
class Ticking:
    """The calendars by name, over one timeline that ends at `as_of`. Dates are those of `timezone`. `errors` collects what they refused."""

    timeline: Timeline
    as_of: int
    calendars: Mapping[str, BusinessCalendar]
    timezone: str = "UTC"
    errors: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, Ints] = field(default_factory=dict)

    def segments(self, name: str) -> Ints:
        """Return the open seconds from each row of the timeline to the end of its state; NEVER when refused."""
        if name not in self._rows:
            self._rows[name] = self._segments(self.calendars[name])
        return self._rows[name]

    def _segments(self, calendar: BusinessCalendar) -> Ints:
        at, last = self.timeline.at, self.timeline.last
        try:
            position = calendar.seconds_between(calendar.start, at)
            ending = int(calendar.seconds_between(calendar.start, self.as_of))
        except SlaError:
            return self.guarded(calendar.seconds_between, at, self.timeline.ends(self.as_of))
        following = np.empty_like(position)
        following[:-1] = position[1:]
        following[last] = ending
        return following - position

    def between(self, names: Sequence[str], which: Ints, starts: Ints, ends: Ints) -> Ints:
        """Return open seconds by the calendar that `which` (index into names, -1 none) says; NEVER when refused."""
        return self._by_calendar(names, which, lambda c: c.seconds_between, starts, ends)

    def due(self, names: Sequence[str], which: Ints, starts: Ints, goals: Ints, boundary: str) -> Ints:
        """Return when `goals` open seconds are used up; NEVER when refused or without a start."""

        def call(calendar: BusinessCalendar) -> Callable[[Ints, Ints], Ints]:
            return lambda begin, goal: calendar.due(begin, goal, boundary)  # type: ignore[arg-type]

        return self._by_calendar(names, which, call, starts, goals)

    def _by_calendar(
        self,
        names: Sequence[str],
        which: Ints,
        call: Callable[[BusinessCalendar], Callable[[Ints, Ints], Ints]],
        one: Ints,
        other: Ints,
    ) -> Ints:
        known = (one != NEVER) & (other != NEVER)
        if len(names) == 1 and known.all() and (which == 0).all():
            return self.guarded(call(self.calendars[names[0]]), one, other)
        answer = np.full(len(one), NEVER)
        for index, name in enumerate(names):
            mine = np.flatnonzero(known & (which == index))
            if len(mine):
                answer[mine] = self.guarded(call(self.calendars[name]), one[mine], other[mine])
        return answer

    def guarded(self, call: Callable[[Ints, Ints], Ints], one: Ints, other: Ints) -> Ints:
        """Return `call(one, other)`; the items it refuses are found by halving, and are NEVER."""
        try:
            return np.asarray(call(one, other), np.int64)
        except SlaError as error:
            if len(one) == 1:
                self.errors[error.what] = self.errors.get(error.what, 0) + 1
                return np.array([NEVER])
        half = len(one) // 2
        parts = (self.guarded(call, one[:half], other[:half]), self.guarded(call, one[half:], other[half:]))
        return np.concatenate(parts)


def minus(one: Ints, other: Ints) -> Ints:
    """Return one - other, NEVER where either is."""
    known: Bools = (one != NEVER) & (other != NEVER)
    return np.where(known, one - np.where(known, other, 0), NEVER)
