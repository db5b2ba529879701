"""EARS C1, C2 and C3: an old habit of the field, kept for comparison. Its real false alarms are many times what it says.

Hutwagner et al. 2003, "The bioterrorism preparedness and response Early Aberration Reporting System (EARS)".
"""

from __future__ import annotations

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import ArrayLike
from scipy import special

from .regular import Floats, numbers

_USUAL = {"C1": 0.001, "C2": 0.001, "C3": 0.025}
LAG = 2
"""Periods between the baseline and the count, for C2 and C3."""


def ears(
    counts: ArrayLike | pd.Series, method: str = "C1", baseline: int = 7, alpha: float | None = None
) -> pd.DataFrame:
    """Judge each count of one series by the mean and spread of the `baseline` periods before it; one row for each count.

    C1 takes the periods just before, C2 those before the last two, C3 adds up what the last three counts were above one
    standard deviation in C2. Columns: expected, upper (an alarm is above it), alarm, why. NaN where the period is not judged.
    `alpha` (default 0.001, for C3 0.025) is nominal: on real series C1 to C3 raise far more false alarms. Causal. Raise
    ValueError for settings that make no sense.
    """
    if method not in _USUAL:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(_USUAL)}.")
    level = _USUAL[method] if alpha is None else alpha
    if baseline < 2 or not 0 < level < 1:
        raise ValueError(f"baseline is at least 2 and alpha between 0 and 1, not {baseline} and {level}.")
    values = numbers(counts)
    if values.ndim != 1:
        raise ValueError(f"counts has {values.ndim} dimensions; one series of counts has one.")
    z = float(-special.ndtri(level))
    mean, spread = _before(values, baseline, 0 if method == "C1" else LAG)
    upper = mean + z * spread
    if method == "C3":
        upper = np.maximum(0.0, mean + spread * (z - _excess(values, mean, spread)))
    with np.errstate(invalid="ignore"):
        alarm = values > upper
    needed = baseline + {"C1": 0, "C2": LAG, "C3": 2 * LAG}[method]
    why = [
        "" if np.isfinite(bound) else f"not judged: {min(place, needed)} of {needed} periods of history"
        for place, bound in enumerate(upper)
    ]
    index = counts.index if isinstance(counts, pd.Series) else None
    return pd.DataFrame({"expected": mean, "upper": upper, "alarm": alarm, "why": why}, index=index)


def _before(values: Floats, baseline: int, lag: int) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the periods before each, `lag` left out."""
    rolled = pd.Series(values).rolling(baseline, min_periods=baseline)
    return (rolled.mean().shift(lag + 1).to_numpy(), rolled.std().shift(lag + 1).to_numpy())


def _excess(values: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return what the last two counts were above one standard deviation, together."""
    with np.errstate(invalid="ignore", divide="ignore"):
        above = np.maximum(0.0, (values - mean) / spread - 1)
    own = pd.Series(above)
    return np.asarray((own.shift(1) + own.shift(2)).to_numpy(), dtype=float)
