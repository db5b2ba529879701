"""Business seconds without sheetops: the NumPy floor, a binary search, pandas and businesstimedelta.

The floor divides time into buckets of 8,192 seconds: the last edge before a bucket by look-up, the edges inside it by
compare-and-add, then elapsed = what was counted at the edge + seconds since it, while open. The search finds the edge
with `np.searchsorted`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np


class Edges:
    """Opening and closing instants in turn, what was counted at each, and the bucket table."""

    def __init__(self, intervals: Any, origin: int) -> None:
        self.at = np.concatenate([[origin], intervals.ravel(), [np.iinfo(np.int64).max]])
        lengths = np.stack(
            [intervals[:, 1] - intervals[:, 0], np.zeros(len(intervals), np.int64)], axis=1
        ).ravel()
        self.counted = np.concatenate([[0], np.cumsum(lengths) - lengths, [lengths.sum()]])
        self.open = np.arange(len(self.at)) % 2
        self.origin = origin
        starts = origin + (np.arange(((int(self.at[-2]) - origin) >> 13) + 2) << 13)
        self.first = np.searchsorted(self.at, starts, "right") - 1
        self.most = int(np.diff(self.first).max())

    def by_bucket(self, instants: Any) -> Any:
        """Return the open seconds before each instant: look-up, compare-and-add, affine."""
        edge = self.first[(instants - self.origin) >> 13]
        for _ in range(self.most):
            edge = edge + (self.at[edge + 1] <= instants)
        return self.counted[edge] + (instants - self.at[edge]) * self.open[edge]

    def by_search(self, instants: Any) -> Any:
        """Return the same, the edge found by a binary search."""
        edge = np.searchsorted(self.at, instants, "right") - 1
        return self.counted[edge] + (instants - self.at[edge]) * self.open[edge]


def pandas_hours(pairs: Iterable[tuple[int, int]], holidays: list[date], zone: str) -> list[int]:
    """Return the open time of pairs as pandas counts it, whole business hours in seconds (it has nothing finer)."""
    import pandas as pd

    hours = pd.offsets.CustomBusinessHour(start="09:00", end="18:00", holidays=holidays)
    counted = []
    for pair in pairs:
        start, end = (pd.Timestamp(at, unit="s", tz=zone).tz_localize(None) for at in pair)
        counted.append(3600 * max(len(pd.date_range(start, end, freq=hours)) - 1, 0))
    return counted


def businesstimedelta_seconds(pairs: Iterable[tuple[int, int]], holidays: list[date], zone: str) -> list[int]:
    """Return the open seconds of pairs as businesstimedelta counts them."""
    import businesstimedelta as peer
    import pytz

    where = pytz.timezone(zone)
    work = peer.WorkDayRule(time(9), time(18), [0, 1, 2, 3, 4], tz=where)
    rules = peer.Rules([work, peer.HolidayRule(dict.fromkeys(holidays, "closed"), tz=where)])
    counted = []
    for pair in pairs:
        start, end = (datetime.fromtimestamp(at, ZoneInfo("UTC")).astimezone(where) for at in pair)
        counted.append(round(rules.difference(start, end).timedelta.total_seconds()))
    return counted
