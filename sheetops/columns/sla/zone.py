"""Local wall clocks as arrays: from Unix seconds to wall seconds and back.

A wall second is what the clock on the wall shows, counted from 1970-01-01 00:00 on that same wall. It repeats in
a fold (clocks go back) and skips in a gap (clocks go forward).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ...model.errors import SlaError
from .hours import DAY

IntArray: TypeAlias = NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WallClock:
    """The wall clock of a time zone between two instants; outside of them its first and last offset go on.

    `begins` are the Unix seconds at which an offset begins to hold (the first is the start of the range),
    `offsets` how many seconds the wall is ahead of UTC from then on.
    """

    def __init__(self, timezone: str, start: int, end: int) -> None:
        self.timezone = timezone
        found = _offsets(timezone, start, end)
        self.begins: IntArray = np.array([at for at, _ in found], np.int64)
        self.offsets: IntArray = np.array([offset for _, offset in found], np.int64)

    def wall(self, instants: IntArray) -> IntArray:
        """Return what the wall shows at some instants."""
        at = np.maximum(np.searchsorted(self.begins, instants, "right") - 1, 0)
        return instants + self.offsets[at]

    def instants(self, wall: IntArray) -> IntArray:
        """Return the first instant at which the wall shows that time or, in a gap, the first one after the gap."""
        ends = self.begins[1:] + self.offsets[:-1]  # where each offset's stretch of wall time ends
        at = np.searchsorted(ends, wall, "right")
        found = wall - self.offsets[at]
        return np.where(at > 0, np.maximum(found, self.begins[at]), found)

    def changed_hours(self) -> IntArray:
        """Return the stretches [from, to) of wall time that are skipped or repeated, as an array (n, 2)."""
        before, after = self.begins[1:] + self.offsets[:-1], self.begins[1:] + self.offsets[1:]
        return np.stack([np.minimum(before, after), np.maximum(before, after)], axis=1)


@lru_cache(maxsize=64)
def _offsets(timezone: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return (begins, offset) for each offset that holds in [start, end].

    `zoneinfo` does not tell when clocks change. They are looked at every twelve hours, and a change is halved down to
    its second: no zone is known to have changed and changed back within twelve hours.
    """
    try:
        zone = ZoneInfo(timezone)
    except (OSError, ValueError, KeyError):
        raise SlaError(f"there is no time zone '{timezone}'. Write it like Europe/London.") from None
    found = [(start, _offset(zone, start))]
    for at in range(start, end + DAY // 2, DAY // 2):
        offset = _offset(zone, at)
        if offset != found[-1][1]:
            found.append((_change(zone, at - DAY // 2, at), offset))
    return tuple(found)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first second after which the offset is that of `after`."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, instant: int) -> int:
    ahead = (_EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds())
