"""What a point is compared with, computed for all points at once from earlier points only.

Every function's answer for row i depends on rows before i: the answers for a prefix are the prefix of the answers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .readings import Floats, Ints

NORMAL = 1.4826
"""The standard deviation of a normal distribution as a multiple of its median absolute deviation."""


def before(values: Floats, by: int = 1) -> Floats:
    """Return the value `by` rows earlier, NaN where there is none."""
    moved = np.full(len(values), np.nan)
    if by < len(values):
        moved[by:] = values[: len(values) - by]
    return moved


def median_before(values: Floats, window: int, least: int) -> Floats:
    """Return the median of the `window` rows before each row, NaN where fewer than `least` have a value."""
    return before(pd.Series(values).rolling(window, min_periods=least).median().to_numpy())


def range_before(values: Floats, window: int, least: int) -> tuple[Floats, Floats]:
    """Return the lowest and highest of the `window` rows before each row, NaN where fewer than `least` have a value."""
    past = pd.Series(values).rolling(window, min_periods=least)
    return before(past.min().to_numpy()), before(past.max().to_numpy())


def mean_before(values: Floats, span: int, least: int) -> Floats:
    """Return the exponentially weighted mean of the rows before each row; rows without a value are passed over."""
    weighted = pd.Series(values).ewm(span=span, min_periods=least, ignore_na=True).mean()
    return before(weighted.to_numpy())


def most_before(values: Floats, window: int) -> Floats:
    """Return the largest of the `window` rows before each row, 0 at the start."""
    return np.nan_to_num(before(pd.Series(values).rolling(window, min_periods=1).max().to_numpy()))


def spread(values: Floats, span: int) -> Floats:
    """Return the long-run standard deviation of the rows before each row (exponentially weighted)."""
    off = np.abs(values - mean_before(values, span, 1))
    usual = median_before(off, span, 20)
    off = np.where(usual > 0, np.minimum(off, 10 * usual), off)
    return np.sqrt(np.nan_to_num(mean_before(off**2, span, 10)))


def rms_before(residuals: Floats, span: int, floor: Floats) -> Floats:
    """Return the usual size of a residual: the rms of the earlier ones, each cut at four robust deviations.

    The cut keeps one outlier from hiding the next; `floor` keeps a quiet stretch from making every wobble a wonder.
    """
    size = np.abs(residuals)
    usual = np.fmax(median_before(size, span, 20) * NORMAL, floor)
    cut = np.minimum(size, 4 * usual)
    return np.fmax(np.sqrt(mean_before(np.where(np.isnan(usual), np.nan, cut * cut), span, 20)), floor)


def same_slot(values: Floats, wall: Ints, step: int, period: int, cycles: int) -> Floats:
    """Return, as rows x cycles, the values one, two ... periods earlier on the wall clock; NaN where there is none."""
    clock = np.maximum.accumulate(wall)
    found = np.full((len(values), cycles), np.nan)
    for cycle in range(1, cycles + 1):
        wanted = wall - cycle * period
        place = np.minimum(np.searchsorted(clock, wanted - step // 2), len(values) - 1)
        near = np.abs(clock[place] - wanted) <= step // 2
        near &= place < np.arange(len(values))
        found[near, cycle - 1] = values[place[near]]
    return found


def same_place(values: Floats, periods: Ints, cycles: int) -> Floats:
    """Return, as rows x cycles, the values `periods` rows earlier, twice as much ...; a period of 0 is none."""
    found = np.full((len(values), cycles), np.nan)
    rows = np.arange(len(values))
    for cycle in range(1, cycles + 1):
        place = rows - cycle * periods
        there = (periods > 0) & (place >= 0)
        found[there, cycle - 1] = values[place[there]]
    return found


def row_medians(found: Floats) -> tuple[Floats, Ints]:
    """Return each row's median of the values it has, and how many they are."""
    ordered = np.sort(found, axis=1)
    count = np.isfinite(found).sum(axis=1)
    rows = np.arange(len(found))
    low = ordered[rows, np.maximum((count - 1) // 2, 0)]
    high = ordered[rows, np.minimum(count // 2, found.shape[1] - 1)]
    return np.where(count > 0, (low + high) / 2, np.nan), count


def periods_found(values: Floats, first: int = 96) -> Ints:
    """Return for each row the period, in rows, that the autocorrelation of the rows before it shows; 0 for none.

    Looked for again whenever the history has doubled. The period is the first peak of the autocorrelation that is
    within 10 % of the highest and above 0.3.
    """
    periods = np.zeros(len(values), dtype=np.int64)
    at = first
    while at < len(values):
        periods[at : 2 * at] = _period(values[max(0, at - 8192) : at])
        at *= 2
    return periods


def _period(values: Floats) -> int:
    known = values[np.isfinite(values)]
    if len(known) < 48 or np.ptp(known) == 0:
        return 0
    low, high = np.quantile(known, [0.02, 0.98])
    line = np.polynomial.Polynomial.fit(np.arange(len(known)), known, 1)
    level = np.clip(known, low, high) - line(np.arange(len(known)))
    level -= level.mean()
    power = np.abs(np.fft.rfft(level, 2 * len(level))) ** 2
    likeness = np.fft.irfft(power)[: len(level) // 3]
    if likeness[0] <= 0:
        return 0
    likeness = likeness / likeness[0] / (1 - np.arange(len(likeness)) / len(level))
    inner = likeness[1:-1]
    peaks = np.flatnonzero((inner > likeness[:-2]) & (inner >= likeness[2:]) & (inner > 0.3)) + 1
    peaks = peaks[peaks >= 4]
    if not len(peaks):
        return 0
    return int(peaks[likeness[peaks] >= 0.9 * likeness[peaks].max()][0])


_LAGS, _BLOCK, _KEEP, _RIDGE = 8, 256, 0.97, 20.0


def ridge_ar(scaled: Floats) -> Floats:
    """Return each row's prediction by an autoregression of order 8 on standardised residuals.

    Ridge regression (Hoerl & Kennard 1970) on normal equations that forget 3 % with every 256 rows; fitted anew at
    the start of each such block, from the blocks before it.
    """
    known = np.nan_to_num(np.clip(scaled, -6, 6))
    past = np.zeros((len(known), _LAGS))
    for lag in range(1, min(_LAGS, len(known) - 1) + 1):
        past[lag:, lag - 1] = known[:-lag]
    predicted = np.zeros(len(known))
    gram, cross = np.zeros((_LAGS, _LAGS)), np.zeros(_LAGS)
    for start in range(0, len(known), _BLOCK):
        block = slice(start, start + _BLOCK)
        if start:
            weights = np.linalg.solve(gram + _RIDGE * np.eye(_LAGS), cross)
            predicted[block] = (past[block] * weights).sum(axis=1)
        gram = gram * _KEEP + past[block].T @ past[block]
        cross = cross * _KEEP + past[block].T @ known[block]
    return predicted
