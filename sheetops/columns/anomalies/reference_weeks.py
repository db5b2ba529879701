"""Which past periods a period is compared with: the windows of improved Farrington, by position or by the calendar.

By position a year is `frequency` periods. By the calendar (weekly or monthly dates) it is the same date a year ago, at
the nearest period, so that years of 53 weeks do not drift; the trend is then in days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lookback:
    """How far and how wide one looks back: years, half window, levels of the season, recent periods left out."""

    frequency: int
    years: int
    half_window: int
    seasons: int
    left_out: int


@dataclass(frozen=True)
class Reference:
    """Time points that look back over the same pattern: `offsets` (n,) from each of `points`, with the level of the
    season (0 is the time of year of the point itself) and the time before it, negative, in periods or days."""

    points: Ints
    offsets: Ints
    levels: Ints
    times: Floats


def references(lookback: Lookback, points: Ints, dates: pd.DatetimeIndex | None) -> Iterator[Reference]:
    """Yield the time points that have enough past, grouped by pattern. `dates` are regular, one for each period."""
    anchors = _anchors(lookback, points, dates)
    for pattern in np.unique(anchors, axis=0):
        alike = points[(anchors == pattern).all(axis=1)]
        offsets, levels = _windows(lookback, pattern)
        alike = alike[alike + offsets[0] >= 0] if offsets.size else alike[:0]
        if dates is None:
            if alike.size:
                yield Reference(alike, offsets, levels, offsets.astype(float))
            continue
        days = np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))
        times = days[alike[:, None] + offsets] - days[alike][:, None]
        kinds, which = np.unique(times, axis=0, return_inverse=True)
        for kind, row in enumerate(kinds):
            yield Reference(alike[which.ravel() == kind], offsets, levels, row.astype(float))


def _anchors(lookback: Lookback, points: Ints, dates: pd.DatetimeIndex | None) -> Ints:
    """Return for each point where the same time of year was: (points, years), offsets, the furthest first."""
    years = np.arange(lookback.years, 0, -1)
    if dates is None or lookback.frequency == 12:
        return np.tile(-lookback.frequency * years, (len(points), 1))
    days = dates.to_numpy().astype("datetime64[D]")
    step = int((days[1] - days[0]).astype(int))
    earlier = [
        (dates[points] - pd.DateOffset(years=int(back))).to_numpy().astype("datetime64[D]") for back in years
    ]
    found = [np.rint((then - days[points]).astype(float) / step) for then in earlier]
    return np.stack(found, axis=1).astype(np.intp)


def _windows(lookback: Lookback, anchors: Ints) -> tuple[Ints, Ints]:
    """Return the offsets of one pattern and their levels. With one level: only the windows around the anchors."""
    around = np.arange(-lookback.half_window, lookback.half_window + 1)
    if lookback.seasons == 1:
        offsets = (anchors[:, None] + around).ravel()
        levels = np.zeros(len(offsets), dtype=np.intp)
    else:
        offsets = np.arange(anchors[0] - lookback.half_window, 0)
        levels = np.zeros(len(offsets), dtype=np.intp)
        for anchor, following in zip(anchors, [*anchors[1:], 0], strict=True):
            first, last = anchor + lookback.half_window + 1, following - lookback.half_window
            between = np.array_split(np.arange(first, last), lookback.seasons - 1)
            for level, part in enumerate(between, 1):
                levels[part - offsets[0]] = level
    kept = offsets < -lookback.left_out
    return offsets[kept], levels[kept]
