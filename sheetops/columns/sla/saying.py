"""Lengths of time, instants and opening hours as people say them, for whole columns at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .instants import NEVER
from .timeline import Ints

Texts: TypeAlias = Any
"""An array of str objects."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES = np.array([f"{n // 60:02d}:{n % 60:02d}" for n in range(1440)], dtype=object)


@lru_cache(maxsize=100_000)
def say_seconds(seconds: int) -> str:
    """Return a length of open time: "2 h 10 min", "45 s". Hours are not made into days, whose length differs."""
    minutes, second = divmod(abs(int(seconds)), 60)
    hour, minute = divmod(minutes, 60)
    if not minutes:
        return f"{second} s"
    parts = (f"{hour:,} h" * (hour > 0), f"{minute} min" * (minute > 0))
    return " ".join(part for part in parts if part)


def say_lengths(seconds: Ints) -> Texts:
    """Return `say_seconds` of every item."""
    codes, distinct = pd.factorize(np.where(np.abs(seconds) < 60, seconds, seconds // 60 * 60))
    said = np.array([say_seconds(item) for item in distinct.tolist()] or [""], dtype=object)
    return said[codes]


def say_instants(instants: Ints, timezone: str) -> Texts:
    """Return wall times "Tue 5 May 2026 14:10" in `timezone`, "" for NEVER."""
    known = np.where(instants == NEVER, 0, instants)
    wall = wall_seconds(known, timezone)
    days, second = np.divmod(wall, 86_400)
    codes, distinct = pd.factorize(days)
    said = np.array([_day(day) for day in distinct.tolist()] or [""], dtype=object)
    whole = np.empty(len(wall), dtype=object)
    minutes = _MINUTES[second // 60]
    whole[:] = [day + minute for day, minute in zip(said[codes].tolist(), minutes.tolist(), strict=True)]
    whole[instants == NEVER] = ""
    return whole


def wall_seconds(instants: Ints, timezone: str) -> Ints:
    """Return what a wall clock in `timezone` shows, in seconds since 1970-01-01 00:00 on that wall."""
    moments = (
        pd.DatetimeIndex(instants.view("datetime64[s]")).tz_localize("UTC").tz_convert(timezone or "UTC")
    )
    return moments.tz_localize(None).to_numpy("datetime64[s]").view(np.int64)


def _day(day: int) -> str:
    date: Any = np.datetime64(int(day), "D").astype(object)
    return f"{_DAYS[date.weekday()]} {date.day} {date:%b} {date.year} "


def say_calendar(calendar: BusinessCalendar) -> str:
    """Return a calendar as people say it: "Mon-Fri 09:00-18:00 (Europe/London)", or its name where that is short."""
    week = [tuple(map(tuple, spans)) for spans in calendar.week]
    if all(spans == ((0, 86_400),) for spans in week):
        return "24x7"
    groups: list[tuple[int, int]] = []
    for day, spans in enumerate(week):
        if spans and groups and groups[-1][1] == day - 1 and week[groups[-1][0]] == spans:
            groups[-1] = (groups[-1][0], day)
        elif spans:
            groups.append((day, day))
    said = ", ".join(f"{_range(*group)} {_hours(week[group[0]])}" for group in groups)
    return f"{said if len(groups) < 3 else calendar.name or said} ({calendar.timezone})"


def _range(first: int, last: int) -> str:
    return _DAYS[first] if first == last else f"{_DAYS[first]}-{_DAYS[last]}"


def _hours(spans: Any) -> str:
    return " and ".join(f"{_clock(opening)}-{_clock(closing)}" for opening, closing in spans)


def _clock(second: int) -> str:
    second = second if second == 86_400 else second % 86_400
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"
