"""The clock of an SLA: business seconds between instants, and the instant at which a goal is used up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np

from ...model.errors import SlaError
from . import checks
from . import hours as reading
from .compiling import business_days, day_of, open_stretches
from .stretches import Elapsed, Used, clip
from .zone import IntArray, WallClock

Boundary: TypeAlias = Literal["opening", "closing"]
Seconds: TypeAlias = Any
"""What an argument may be: an int, a sequence of them, or an array of any shape."""

_MARGIN = 2 * reading.DAY


class BusinessCalendar:
    """When an SLA's clock runs: opening hours on a wall clock, holidays, and dates with hours of their own.

    **Membership.** An instant counts when the wall clock of `timezone` shows, at that instant, a time within the
    opening hours of the date it shows; an opening counts, a closing does not. So in a fold (clocks go back) both
    passes of a repeated time count, and of a gap (clocks go forward) nothing does, because no instant shows it.

    `hours`: {"mon": [("09:00", "12:00"), ("13:00", "18:00")], ...}, a text such as "mon-fri 09:00-18:00", or "24x7".
    A closing at or before its opening is on the next day: ("22:00", "06:00") are two hours of this weekday and six of
    the next. `holidays`: dates, ISO texts, or an object of the `holidays` package; a holiday closes its own date from
    00:00 to 24:00 and nothing else, so that a night shift into it ends at midnight and the next date is as usual.
    `exceptions`: {date: spans} for dates with other hours, none to close: they replace what week and holidays
    say of that date, and a night shift among them runs into the next whatever that is.
    Intervals of a day that overlap count once; `checks()` names them.

    `horizon`: the first and last year that are compiled, in local time. An instant outside is an error, never clamped.

    All instants are Unix seconds (int64) and all durations seconds (int64). Arguments may be ints or arrays and are
    broadcast; ints give an `np.int64`. Raise SlaError, which is a ValueError.
    """

    def __init__(
        self,
        hours: Mapping[str, Any] | str,
        timezone: str,
        holidays: Iterable[Any] = (),
        *,
        exceptions: Mapping[Any, Any] = MappingProxyType({}),
        name: str = "",
        horizon: tuple[int, int] = reading.DEFAULT_HORIZON,
    ) -> None:
        self.name, self.timezone = name, timezone
        self.horizon = first, last = reading.read_horizon(horizon)
        self.week = reading.read_week(hours)
        self.holidays = reading.read_holidays(holidays, first, last)
        self.exceptions = reading.read_exceptions(exceptions)
        self._compile()

    def _compile(self) -> None:
        first, last = day_of(date(self.horizon[0], 1, 1)), day_of(date(self.horizon[1] + 1, 1, 1))
        wall = np.array([first, last]) * reading.DAY
        self.wall_clock = WallClock(self.timezone, int(wall[0]) - _MARGIN, int(wall[1]) + _MARGIN)
        self.start, self.end = (int(at) for at in self.wall_clock.instants(wall))
        stretches = open_stretches(self.week, self.holidays, self.exceptions, self.wall_clock, (first, last))
        self._stretches = clip(stretches, self.start, self.end)
        if not len(self._stretches):
            raise SlaError(f"{self} has no open time: no goal would ever be due. Give it hours.")
        self._elapsed = Elapsed(self._stretches, self.start, self.end)
        self._used = Used(self._stretches)

    # --- the clock ------------------------------------------------------------------------------------

    def seconds_between(self, starts: Seconds, ends: Seconds) -> Any:
        """Return the open seconds from each start to each end; an end before its start gives them negative."""
        begin, end, shape = _together(starts, ends)
        self._check(begin)
        self._check(end)
        out = np.empty(len(begin), np.int64)
        self._elapsed.between(begin, end, out)
        return out.reshape(shape)[()]

    def due(self, starts: Seconds, goals: Seconds, boundary: Boundary = "opening") -> Any:
        """Return the instant at which `goals` open seconds after each start are used up.

        A goal used up exactly when the calendar closes is due at that closing instant (`boundary="closing"`) or when
        it opens next ("opening", the rule of biz). Elapsed seconds are the same at both.
        A goal of 0 is due at the start while open; while closed at the next opening, or with "closing" at the start.
        A negative goal goes back: from the instant returned to the start are that many open seconds.
        """
        if boundary not in ("opening", "closing"):
            raise SlaError(f"The boundary is 'opening' or 'closing', not '{boundary}'.")
        begin, goal, shape = _together(starts, goals)
        self._check(begin)
        if len(goal) and (goal.max() > self._used.total or goal.min() < -self._used.total):
            self._beyond(begin, goal, (goal > self._used.total) | (goal < -self._used.total))
        used = self._elapsed.until(begin) + goal
        late = int(
            boundary == "closing"
        )  # the second before the last one is in the stretch that closes after it
        used -= late
        if len(used) and (used.min() < -late or used.max() >= self._used.total):
            self._beyond(begin, goal, (used < -late) | (used >= self._used.total))
        found = self._used.instants(np.maximum(used, 0)) + np.where(used < 0, 0, late)
        if late:
            np.copyto(found, begin, where=(goal == 0))
        return found.reshape(shape)[()]

    def is_open(self, instants: Seconds) -> Any:
        """Return whether each instant counts."""
        at, shape = _flat(instants)
        self._check(at)
        n = np.searchsorted(self._stretches[:, 0], at, "right") - 1
        return ((n >= 0) & (at < self._stretches[n, 1])).reshape(shape)[()]

    def next_opening(self, instants: Seconds) -> Any:
        """Return each instant itself while open, and the next opening while closed."""
        return self.due(instants, 0)

    def intervals(self, start: int, end: int) -> IntArray:
        """Return the open stretches [from, to) between two instants, clipped to them: an array (n, 2).

        None when `end` is not after `start`.
        """
        self._check(np.array([start, end], np.int64))
        return clip(self._stretches, int(start), int(end))

    # --- days -----------------------------------------------------------------------------------------

    @cached_property
    def business_days(self) -> IntArray:
        """The dates of the horizon on which some hours begin, as days since 1970-01-01, in order.

        The morning into which a night shift runs does not make its date one.
        """
        first, last = day_of(date(self.horizon[0], 1, 1)), day_of(date(self.horizon[1] + 1, 1, 1))
        return business_days(self.week, self.holidays, self.exceptions, (first, last))

    def business_day_after(self, days: Seconds, n: Seconds = 1) -> Any:
        """Return the n-th business day after each date, n >= 1; dates are days since 1970-01-01."""
        day, number, shape = _together(days, n)
        at = np.searchsorted(self.business_days, day, "right") + number - 1
        if len(at) and at.max() >= len(self.business_days):
            raise SlaError(
                f"business day {int(number[at.argmax()])} after {show_day(int(day[at.argmax()]))} is beyond the horizon of "
                f"{self}, {self.horizon[0]} to {self.horizon[1]}."
            )
        return self.business_days[at].reshape(shape)[()]

    def wall(self, instants: Seconds) -> Any:
        """Return what the wall clock shows at each instant, in seconds since 1970-01-01 00:00 on that wall."""
        at, shape = _flat(instants)
        self._check(at)
        return self.wall_clock.wall(at).reshape(shape)[()]

    def instant_of(self, wall: Seconds) -> Any:
        """Return the first instant at which the wall shows that time or, in a gap, the first one after the gap."""
        at, shape = _flat(wall)
        found = self.wall_clock.instants(at)
        self._check(found)
        return found.reshape(shape)[()]

    # --- what it is -----------------------------------------------------------------------------------

    def checks(self) -> list[str]:
        """Return what looks wrong in the calendar, each as a sentence."""
        return checks.findings(self)

    @cached_property
    def version(self) -> str:
        """A digest of all that decides what counts, the time zone's rules included; not of the name."""
        said = [
            self.timezone,
            self.horizon,
            self.week,
            [day.isoformat() for day in self.holidays],
            [(day.isoformat(), spans) for day, spans in self.exceptions.items()],
        ]
        digest = hashlib.sha256(json.dumps(said).encode())
        digest.update(self._stretches.astype("<i8").tobytes())
        return digest.hexdigest()[:12]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BusinessCalendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def __str__(self) -> str:
        return f"the calendar '{self.name}'" if self.name else "this calendar"

    def __repr__(self) -> str:
        return f"<BusinessCalendar {self.name or '(no name)'} {self.timezone} {self.version}>"

    # --- errors ---------------------------------------------------------------------------------------

    def _check(self, instants: IntArray) -> None:
        """Raise SlaError that names the first instant outside of the horizon."""
        if not len(instants):
            return
        if instants.min() >= self.start and instants.max() <= self.end:
            return
        wrong = instants[(instants < self.start) | (instants > self.end)]
        more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
        raise SlaError(
            f"{show_instant(int(wrong[0]))}{more} is outside the horizon of {self}: {self.horizon[0]} to {self.horizon[1]}.",
            next_step="Correct the date, or give the calendar more years.",
        )

    def _beyond(self, starts: IntArray, goals: IntArray, wrong: Any) -> None:
        first = int(np.flatnonzero(wrong)[0])
        raise SlaError(
            f"{int(goals[first]):,} open seconds from {show_instant(int(starts[first]))} end outside the horizon of "
            f"{self}: {self.horizon[0]} to {self.horizon[1]}.",
            next_step="Correct the target, or give the calendar more years.",
        )


def show_instant(instant: int) -> str:
    """Return an instant as "2026-03-02 09:00:00 UTC", or as a plain number where no date is."""
    try:
        return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return f"{instant} (not an instant in Unix seconds)"


def show_day(day: int) -> str:
    """Return a day number as "2026-03-02"."""
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _flat(said: Seconds) -> tuple[IntArray, tuple[int, ...]]:
    """Return whole seconds as a 1-d int64 array, and their shape."""
    array = np.asarray(said)
    if array.dtype.kind not in "iu" and array.size:
        raise SlaError(
            f"Instants and durations are whole numbers of seconds (int64), not {array.dtype}. "
            "For pandas datetimes: series.dt.as_unit('s').astype('int64')."
        )
    return np.ascontiguousarray(array, np.int64).reshape(-1), array.shape


def _together(one: Seconds, other: Seconds) -> tuple[IntArray, IntArray, tuple[int, ...]]:
    """Return two arguments as 1-d arrays of one length, and the shape of the answer."""
    (a, shape_a), (b, shape_b) = _flat(one), _flat(other)
    if shape_a == shape_b:
        return a, b, shape_a
    wide = np.broadcast_arrays(a.reshape(shape_a), b.reshape(shape_b))
    return np.ascontiguousarray(wide[0]).reshape(-1), np.ascontiguousarray(wide[1]).reshape(-1), wide[0].shape
