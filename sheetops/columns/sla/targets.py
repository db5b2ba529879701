"""Targets of SLA goals: how people write them, and when a goal with one is due.

There are two kinds, and their verdicts differ:

- an *elapsed* target (`4h`, `1h 30m`) runs on the calendar's open seconds. It is breached when elapsed > goal;
- a *deadline* (`2bd`, `30d`, `6mo`, `next business day 16:00`) is an instant on the wall clock, fixed by the start.
  It is breached when the goal is reached after that instant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ...model.errors import SlaError
from ...model.nearest import nearest
from .calendar import Boundary, BusinessCalendar, Seconds
from .hours import DAY, read_time, show_time
from .zone import IntArray


class Kind(StrEnum):
    """What a target counts."""

    ELAPSED = "open seconds"
    BUSINESS_DAYS = "business days"
    DAYS = "calendar days"
    MONTHS = "calendar months"
    NEXT_BUSINESS_DAY = "next business day"


@dataclass(frozen=True)
class Target:
    """A target: `amount` open seconds, business days, days or months; or the next business day at `at` seconds.

    `str(target)` is its canonical text, one for each meaning: 90m is "1h 30m", 2w is "14d", 12mo is "1y".
    """

    kind: Kind
    amount: int
    at: int = 0

    @property
    def is_elapsed_based(self) -> bool:
        """Whether it runs on the calendar's open seconds; otherwise it is a deadline on the wall clock."""
        return self.kind is Kind.ELAPSED

    @property
    def seconds(self) -> int | None:
        """The open seconds of an elapsed target; None for a deadline."""
        return self.amount if self.is_elapsed_based else None

    def __str__(self) -> str:
        match self.kind:
            case Kind.ELAPSED:
                return _show_seconds(self.amount)
            case Kind.BUSINESS_DAYS:
                return f"{self.amount}bd"
            case Kind.DAYS:
                return f"{self.amount}d"
            case Kind.MONTHS:
                return f"{self.amount}mo" if self.amount % 12 else f"{self.amount // 12}y"
            case Kind.NEXT_BUSINESS_DAY:
                return f"next business day {show_time(self.at)}"


def _show_seconds(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    parts = (f"{hour}h" * (hour > 0), f"{minute}m" * (minute > 0), f"{second}s" * (second > 0))
    return " ".join(part for part in parts if part)


# --- reading ------------------------------------------------------------------------------------------

_UNITS: dict[str, tuple[Kind, int]] = {
    "s": (Kind.ELAPSED, 1),
    "m": (Kind.ELAPSED, 60),
    "h": (Kind.ELAPSED, 3600),
    "bd": (Kind.BUSINESS_DAYS, 1),
    "d": (Kind.DAYS, 1),
    "w": (Kind.DAYS, 7),
    "mo": (Kind.MONTHS, 1),
    "y": (Kind.MONTHS, 12),
}

_WORDS = {
    "s": "sec secs second seconds",
    "m": "min mins minute minutes",
    "h": "hr hrs hour hours",
    "bd": "bds businessday businessdays workday workdays workingday workingdays",
    "d": "day days calendarday calendardays",
    "w": "wk wks week weeks",
    "mo": "mon mons month months",
    "y": "yr yrs year years",
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in (unit, *words.split())}

_PART = re.compile(r"(\d+)\s*([^\W\d_]+(?:\s+days?\b)?)\s*(?:,|and\b)?\s*")
_NEXT = re.compile(r"next (?:business|working|work) ?day(?: at)? ?(\S*)")
_EXAMPLES = "Write it like 4h, 1h 30m, 2bd, 30d, 6mo, 1y or next business day 16:00."
_LONGEST = {Kind.ELAPSED: 10**10, Kind.BUSINESS_DAYS: 10**5, Kind.DAYS: 10**5, Kind.MONTHS: 4000}


def parse_target(text: str) -> Target:
    """Return the target that a text says: `4h`, `4 hours`, `1h 30m`, `2bd`, `3d`, `2w`, `6mo`, `1y`, `next business day 16:00`.

    Raise SlaError with the reason: no unit, an unknown one (and the nearest), no length, units that run on different
    clocks.
    """
    said = " ".join(str(text).casefold().split())
    if found := _NEXT.fullmatch(said):
        return _next_business_day(found[1], text)
    parts, at = [], 0
    while at < len(said) and (part := _PART.match(said, at)):
        parts.append((int(part[1]), _unit(part[2], part[1], text)))
        at = part.end()
    if at < len(said) or not parts:
        raise SlaError(f"'{text}' is not a target.{_numbers_only(said)} {_EXAMPLES}")
    return _sum(parts, text)


def _next_business_day(said: str, text: str) -> Target:
    if not said:
        raise SlaError(f"'{text}' says not by when. Write it like next business day 16:00.")
    at = read_time(said)
    if at == DAY:
        raise SlaError(f"'{text}': 24:00 is the end of that day. Write 23:59:59, or 00:00 for its beginning.")
    return Target(Kind.NEXT_BUSINESS_DAY, 1, at)


def _unit(word: str, number: str, text: str) -> str:
    plain = re.sub(r"\s+", "", word)
    if plain in _UNIT_OF:
        return _UNIT_OF[plain]
    near = _UNIT_OF[nearest(plain, _UNIT_OF) or "h"]
    raise SlaError(
        f"'{text}' is not a target: there is no unit '{word}'. Did you mean '{number}{near}'? {_EXAMPLES}"
    )


def _numbers_only(said: str) -> str:
    if re.fullmatch(r"\d+", said):
        return f" It has no unit. Did you mean '{said}h'?"
    if said.startswith("-"):
        return " A target lies after the start: it cannot be negative."
    if re.match(r"\d+[.,]\d", said):
        return " Write whole numbers: 1.5h is 1h 30m."
    return ""


def _sum(parts: list[tuple[int, str]], text: str) -> Target:
    kinds = {_UNITS[unit][0] for _, unit in parts}
    if len(kinds) > 1:
        said = " and ".join(sorted(kind.value for kind in kinds))
        raise SlaError(f"'{text}' mixes {said}, which run on different clocks. {_EXAMPLES}")
    kind = kinds.pop()
    amount = sum(number * _UNITS[unit][1] for number, unit in parts)
    if not amount:
        raise SlaError(
            f"'{text}' has no length: every case would be breached the second after it begins. {_EXAMPLES}"
        )
    if amount > _LONGEST[kind]:
        raise SlaError(f"'{text}' is longer than any calendar reaches. {_EXAMPLES}")
    return Target(kind, amount)


# --- when it is due -----------------------------------------------------------------------------------


def due_at(
    target: Target, starts: Seconds, calendar: BusinessCalendar, boundary: Boundary = "opening"
) -> Any:
    """Return the instant at which a target is due for each start (int64 Unix seconds; an int gives an `np.int64`).

    - Elapsed: `calendar.due(starts, target.seconds, boundary)`. The boundary matters to no other kind.
    - n business days: a start outside of hours counts from the next opening. Due is the n-th business day after its
      date, at the same wall time, whatever that day's hours are. Business days are those on which hours begin.
    - n days: n dates later at the same wall time; open or closed does not matter.
    - n months: n months later at the same wall time; a date that the month does not have becomes its last
      (January 31 + 1mo is February 28 or 29).
    - Next business day: the first business day after the start's date, whether the start was within hours or not.

    A wall time that clocks skip on the due date gives the first instant after the gap; one that they repeat, the first
    of the two. Raise SlaError when a start or due instant is outside the calendar's horizon.
    """
    if target.kind is Kind.ELAPSED:
        return calendar.due(starts, target.amount, boundary)
    if target.kind is Kind.BUSINESS_DAYS:
        starts = calendar.next_opening(starts)
    day, second = np.divmod(calendar.wall(starts), DAY)
    if target.kind is Kind.DAYS:
        day = day + target.amount
    elif target.kind is Kind.MONTHS:
        day = _months_later(day, target.amount)
    else:
        day = calendar.business_day_after(day, target.amount)
    if target.kind is Kind.NEXT_BUSINESS_DAY:
        second = target.at
    return calendar.instant_of(day * DAY + second)


def _months_later(days: IntArray, months: int) -> IntArray:
    """Return the date so many months after each date, at most the last of its month. Dates are days since 1970-01-01."""
    dates = np.asarray(days).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    into = (dates - month.astype("datetime64[D]")).astype(np.int64)
    later = (month + months).astype("datetime64[D]").astype(np.int64)
    last = (month + months + 1).astype("datetime64[D]").astype(np.int64) - 1
    found: IntArray = np.minimum(later + into, last)
    return found
