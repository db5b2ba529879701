"""From hours as people say them to stretches of Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from .hours import DAY, Span, Week
from .stretches import clip, union
from .zone import IntArray, WallClock

_EPOCH = date(1970, 1, 1)
_THURSDAY = 3
"""The weekday of day 0, 1970-01-01, counted from Monday."""

Exceptions = Mapping[date, tuple[Span, ...]]


def day_of(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return (day - _EPOCH).days


def open_stretches(
    week: Week, holidays: Mapping[date, str], exceptions: Exceptions, clock: WallClock, days: tuple[int, int]
) -> IntArray:
    """Return the open stretches (n, 2) in Unix seconds for the days [first, last), and a little beyond."""
    first, last = days
    usual = _usual_days(np.arange(first - 1, last + 1), holidays, exceptions)
    parts = [usual[_weekday(usual) == n][:, None] * DAY + spans for n, spans in enumerate(_divided(week))]
    parts += [np.array(spans) + day_of(day) * DAY for day, spans in exceptions.items() if spans]
    wall = union(np.concatenate([part.reshape(-1, 2) for part in parts]))
    return _in_unix_seconds(wall, clock)


def business_days(
    week: Week, holidays: Mapping[date, str], exceptions: Exceptions, days: tuple[int, int]
) -> IntArray:
    """Return the days of [first, last) on which hours begin, in order."""
    usual = _usual_days(np.arange(*days), holidays, exceptions)
    worked = np.array([bool(spans) for spans in week])
    own = [day_of(day) for day, spans in exceptions.items() if spans and days[0] <= day_of(day) < days[1]]
    return np.sort(np.concatenate([usual[worked[_weekday(usual)]], np.array(own, np.int64)]))


def _usual_days(days: IntArray, holidays: Mapping[date, str], exceptions: Exceptions) -> IntArray:
    return days[~np.isin(days, [day_of(day) for day in (*holidays, *exceptions)])]


def _weekday(days: IntArray) -> IntArray:
    return (days + _THURSDAY) % 7


def _divided(week: Week) -> list[IntArray]:
    """Return the spans of each weekday with night shifts divided at midnight, each (n, 2) or (n, 1, 2) to add days to."""
    divided: list[list[Span]] = [[] for _ in week]
    for n, spans in enumerate(week):
        for opening, closing in spans:
            divided[n].append((opening, min(closing, DAY)))
            if closing > DAY:
                divided[(n + 1) % 7].append((0, closing - DAY))
    return [np.array(spans, np.int64).reshape(-1, 1, 2) for spans in divided]


def _in_unix_seconds(wall: IntArray, clock: WallClock) -> IntArray:
    """Return the instants whose wall time lies in `wall`: in each offset's own stretch of wall time they run alike."""
    ends = np.append(clock.begins[1:], np.iinfo(np.int64).max // 2)
    parts = []
    for begin, end, offset in zip(clock.begins.tolist(), ends.tolist(), clock.offsets.tolist(), strict=True):
        parts.append(clip(wall, begin + offset, end + offset) - offset)
    return union(np.concatenate(parts))
