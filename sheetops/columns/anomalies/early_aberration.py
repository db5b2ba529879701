"""EARS (Early Aberration Reporting System) C1, C2 and C3: a legacy of syndromic surveillance, offered so that old reports can be reproduced.

Not a default: the baseline of a few periods makes its true rate of false alarms far higher than the nominal one (3.5 %
at a nominal 0.1 % on counts; `scripts/benchmark.py counts` measures it). The methods: Hutwagner et al. 2003; Fricker et
al. 2008.
"""

from __future__ import annotations

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from .regular import numbers

Floats = NDArray[np.float64]

NOMINAL = {"C1": 0.001, "C2": 0.001, "C3": 0.025}
LAG = {"C1": 0, "C2": 2, "C3": 2}


def ears(
    counts: ArrayLike | pd.Series, method: str = "C1", baseline: int = 7, alpha: float | None = None
) -> pd.DataFrame:
    """Judge each count of one series by EARS; one row for each count, with the index of a given Series. Legacy.

    Columns: expected (mean of the baseline), upper (an alarm is above it), p_value, alarm, why. C1 compares with the
    `baseline` periods before, C2 with those that end 3 periods before, C3 adds what C2 found in the last two periods,
    so that its upper bound also depends on the count itself. `alpha` is 0.001 (C3: 0.025) by default. Where a missing
    count is in the baseline, or C3's past has no spread, the row is not judged. Causal. Raises ValueError for an
    unknown method, a baseline below 2 or counts of more than one dimension.
    """
    if method not in NOMINAL:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(NOMINAL)}.")
    level = NOMINAL[method] if alpha is None else alpha
    if baseline < 2 or not 0 < level < 1:
        raise ValueError("baseline must be at least 2 and alpha between 0 and 1.")
    observed = numbers(counts)
    if observed.ndim != 1:
        raise ValueError(f"counts has {observed.ndim} dimensions; one series of counts has one.")
    expected, upper, p_value = ears_bounds(observed[:, None], method, baseline, level)
    index = counts.index if isinstance(counts, pd.Series) else None
    needed = baseline + LAG[method] + (2 if method == "C3" else 0)
    why = [_why(y, float(u), i, needed) for i, (y, u) in enumerate(zip(observed, upper[:, 0], strict=True))]
    with np.errstate(invalid="ignore"):
        alarm = observed > upper[:, 0]
    columns = {
        "expected": expected[:, 0],
        "upper": upper[:, 0],
        "p_value": p_value[:, 0],
        "alarm": alarm,
        "why": why,
    }
    return pd.DataFrame(columns, index=index)


def ears_bounds(counts: Floats, method: str, baseline: int, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Return expected, upper and p-value of many series at once: each (periods, series), NaN where not judged."""
    expected, spread = _baseline(counts, baseline, LAG[method])
    z = stats.norm.isf(alpha)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        score = (counts - expected) / spread
        if method != "C3":
            upper = np.where(np.isnan(counts), np.nan, expected + z * spread)
            return np.where(np.isnan(upper), np.nan, expected), upper, stats.norm.sf(score)
        excess = np.where(np.isnan(score), np.nan, np.maximum(0.0, score - 1))
        before = np.full(counts.shape, np.nan)
        before[2:] = excess[1:-1] + excess[:-2]
        shift = np.where((spread == 0) & np.isfinite(before), 0.0, spread * (z - before))
        upper = np.maximum(0.0, counts + shift)
        return (
            np.where(np.isnan(upper), np.nan, expected),
            upper,
            stats.norm.sf(np.where(np.isnan(upper), np.nan, before)),
        )


def _baseline(counts: Floats, baseline: int, lag: int) -> tuple[Floats, Floats]:
    mean, spread = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    if len(counts) > baseline + lag:
        windows = sliding_window_view(counts, baseline, axis=0)[: len(counts) - baseline - lag]
        mean[baseline + lag :], spread[baseline + lag :] = windows.mean(axis=2), windows.std(axis=2, ddof=1)
    return mean, spread


def _why(observed: float, upper: float, at: int, needed: int) -> str:
    if np.isnan(observed):
        return "not judged: no usable count"
    if at < needed:
        return f"not judged: {at} of {needed} periods of history"
    if np.isnan(upper):
        return "not judged: a count is missing, or all are equal, in the periods before"
    return f"{observed:g}; up to {upper:.4g} is usual (EARS, legacy)" if observed > upper else ""
