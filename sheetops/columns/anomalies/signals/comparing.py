"""The comparisons behind a flag: last value, same slot of earlier cycles, the week's middle and range, ridge AR; each with its scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .readings import LEAST, Bools, Floats, Readings
from .settings import Settings, event_spans
from .trailing import (
    before,
    mean_before,
    median_before,
    periods_found,
    range_before,
    ridge_ar,
    rms_before,
    row_medians,
    same_place,
    same_slot,
    spread,
)

CYCLES, MOST_Z = 7, 50.0
WEIGHTS = {"last": 1.0, "slot": 1.0, "week": 0.25, "ar": 2.0, "range": 3.0}
"""The comparisons and what each counts for in the combined z. One that cannot be made counts as 0: no evidence."""
DIVISOR = sum(weight for name, weight in WEIGHTS.items() if name != "range")
"""The combined z is the weighted sum by this. The range is not in it: it says nothing of nearly every point, and adds
to the others' mean where a value is beyond all that the last week had."""
_FLOOR, _CONSTANT_FLOOR, _STALE, _STILL = 0.2, 0.05, 3, 0.1
_DAY = 86_400 * 10**9


@dataclass(frozen=True)
class Cycle:
    """How long a cycle is: in rows (for windows), and in ns of the wall clock where the season is known from the calendar."""

    rows: int
    period: int
    windows: tuple[int, int]
    """Rows for the level of now, and for the week and the scales."""


@dataclass(frozen=True)
class Comparison:
    """What every row was compared with: expected value, scale (the usual error) and z = (value - expected) / scale."""

    expected: Floats
    scale: Floats
    z: Floats


@dataclass(frozen=True)
class Compared:
    """All comparisons of a series, the combined z, and the expected value with the scale of its error."""

    cycle: Cycle
    by: dict[str, Comparison]
    z: Floats
    expected: Floats
    scale: Floats
    seasonal: Bools
    shift: Floats
    """The deviation of the mean of the last eighth of a cycle, in its own usual size; 0 in the first two cycles."""
    event: Any
    """The name of the known event a row is in, "" for none."""
    history: Floats
    """How many rows each row has before it that teach."""
    never_negative: Bools
    """Whether neither a row nor one before it is below 0: then the usual range does not go there either."""

    def usual(self, width: float) -> tuple[Floats, Floats]:
        """Return the usual range, `width` usual errors on either side of the expected value."""
        error = width * self.scale
        lower = self.expected - error
        return np.where(self.never_negative, np.maximum(lower, 0.0), lower), self.expected + error


def cycle_of(readings: Readings, season: Any) -> Cycle:
    """Return the cycle: `season` if given, else a day below 12 hours of sampling interval, a week for days, a year for weeks."""
    step, period = max(readings.step, 1), 0
    if season is not None and season is not False and season != "none":
        period = int(season) * step if isinstance(season, (int, np.integer)) else pd.Timedelta(season).value
        if period < 2 * step:
            raise ValueError(f"a season is at least two sampling intervals long; {season!r} is not")
    elif season is None and readings.calendar:
        limits = ((_DAY // 2, _DAY), (2 * _DAY, 7 * _DAY), (10 * _DAY, 364 * _DAY), (35 * _DAY, 12 * step))
        period = next((length for most, length in limits if step <= most), 0)
    rows = round(period / step) if period else 48
    windows = (int(np.clip(rows, 100, 500)), int(np.clip(7 * rows, 200, 2000)))
    return Cycle(rows, period, windows)


def shift_rows(cycle: Cycle) -> int:
    """Return how many rows a shift must last to be one: an eighth of a cycle, at least 6."""
    return max(6, cycle.rows // 8)


def compare(readings: Readings, settings: Settings) -> Compared:
    """Compare every usable row with its past. Rows in a known event are compared, but teach nothing."""
    cycle = cycle_of(readings, settings.season)
    short, week = cycle.windows
    event = known(readings, settings)
    values = readings.values
    taught = np.where(event == "", values, np.nan)
    middle = median_before(taught, short, 10)
    floor = _floors(taught, middle, week, settings.min_scale)
    slot, dev = _slot(readings, taught, cycle, settings.season)
    seasonal = np.isfinite(slot)
    base = np.where(seasonal, slot, middle)
    base_error = rms_before(taught - base, week, floor)
    predicted = base + base_error * ridge_ar((taught - base) / base_error)
    wanted = {
        "last": _last(readings, taught),
        "slot": slot,
        "week": median_before(taught, week, 10),
        "ar": predicted,
    }
    by = {name: _comparison(values, taught, expected, week, floor) for name, expected in wanted.items()}
    low, high = range_before(taught, week, LEAST)
    by["range"] = _by_scale(values, np.clip(values, low, high), by["week"].scale)
    weighed = [weight * np.nan_to_num(by[name].z) for name, weight in WEIGHTS.items()]
    z = np.sum(weighed, axis=0) / DIVISOR
    run = shift_rows(cycle)
    mean = (
        pd.Series(np.where(np.isfinite(dev), dev, taught - by["week"].expected))
        .rolling(run, min_periods=run)
        .mean()
    )
    shift = mean.to_numpy() / rms_before(mean.to_numpy(), week, floor / np.sqrt(run))
    history = np.cumsum(np.isfinite(taught)) - np.isfinite(taught)
    shift = np.where(history >= 2 * cycle.rows, np.nan_to_num(shift), 0.0)
    positive = np.minimum.accumulate(values) >= 0 if len(values) else values >= 0
    return Compared(cycle, by, z, base, base_error, seasonal, shift, event, history.astype(float), positive)


def _comparison(values: Floats, taught: Floats, expected: Floats, week: int, floor: Floats) -> Comparison:
    return _by_scale(values, expected, rms_before(taught - expected, week, floor))


def _by_scale(values: Floats, expected: Floats, scale: Floats) -> Comparison:
    return Comparison(expected, scale, np.clip((values - expected) / scale, -MOST_Z, MOST_Z))


def _floors(taught: Floats, middle: Floats, week: int, least: float) -> Floats:
    """Return the least scale: a fifth of the long-run spread; for a series constant so far, a twentieth of its level.

    A series that mostly stands still (counts that are mostly 0) has no usual error of every day: there it is the usual
    size of its steps, their contraharmonic mean.
    """
    spreads = spread(taught, week)
    level = np.nan_to_num(np.abs(middle))
    constant = spreads <= 1e-12 * level
    floor = np.where(constant, _CONSTANT_FLOOR * level, _FLOOR * spreads)
    steps = np.abs(taught - middle)
    still = mean_before((steps > 1e-12 * level).astype(float), week, LEAST) < _STILL
    usual = mean_before(steps * steps, week, LEAST) / mean_before(steps, week, LEAST)
    return np.fmax(np.fmax(floor, np.where(still, usual, 0.0)), max(least, 1e-9))


def _last(readings: Readings, taught: Floats) -> Floats:
    """Return the last value that teaches; NaN where it is more than three sampling intervals old."""
    row = np.where(np.isfinite(taught), np.arange(len(taught)), -1)
    row = np.concatenate([[-1], np.maximum.accumulate(row)])[: len(taught)].astype(np.int64)
    fresh = (row >= 0) & (readings.when - readings.when[row] <= _STALE * max(readings.step, 1))
    return np.where(fresh, taught[row], np.nan)


def _slot(readings: Readings, taught: Floats, cycle: Cycle, season: Any) -> tuple[Floats, Floats]:
    """Return the median of the same slot of earlier cycles moved to the present level, and the deviation without the move."""
    if cycle.period:
        found = same_slot(taught, readings.wall, max(readings.step, 1), cycle.period, CYCLES)
    elif season is None:
        found = same_place(taught, periods_found(taught), CYCLES)
    else:
        return np.full(len(taught), np.nan), np.full(len(taught), np.nan)
    median, count = row_medians(found)
    dev = np.where(count >= 2, taught - median, np.nan)
    level = np.nan_to_num(median_before(dev, int(np.clip(cycle.windows[0] // 4, 5, 60)), 3))
    return np.where(count >= 3, median + level, np.nan), dev


def known(readings: Readings, settings: Settings) -> Any:
    """Return for each row the name of the known event it is in, "" for none."""
    names = np.full(len(readings.rows), "", dtype=object)
    for start, end, name in event_spans(settings.known_events):
        if readings.calendar:
            wall = readings.wall.view("datetime64[ns]")
            names[(wall >= start) & (wall < end)] = name
    return names


def units_changed(taught: Floats, week: int) -> Any:
    """Return 10, 100, 1000 (or 0.1 ...) where the values are about that multiple of a steady earlier level; else 0.

    Seen when the last five values are that multiple to 30 %, and until the level before has caught up. The first values
    in a new unit are judged as any others: nobody can know yet.
    """
    recent = pd.Series(taught).rolling(5, min_periods=5)
    now = recent.median().to_numpy()
    together = (recent.min().to_numpy() > now / 2) & (recent.max().to_numpy() < now * 2)
    old = before(pd.Series(taught).rolling(week, min_periods=LEAST).median().to_numpy(), 5)
    error = before(median_before(np.abs(taught - median_before(taught, week, LEAST)), week, LEAST), 5)
    with np.errstate(all="ignore"):
        power = np.log10(now / old)
    near = np.round(power)
    whole = np.isfinite(power) & (now > 0) & (old > 0) & (np.abs(near) >= 1) & (np.abs(near) <= 3)
    seen = whole & together & (error < 0.5 * old) & (np.abs(power - near) < 0.12)
    rows = np.arange(len(taught))
    stretch = np.maximum.accumulate(np.where(whole, 0, rows + 1)) if len(rows) else rows
    first = np.maximum.accumulate(np.where(seen, rows, -1)) if len(rows) else rows
    return np.where(whole & (first >= stretch), 10.0**near, 0.0)
