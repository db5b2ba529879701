"""What else finds anomalies in a series: robust z, EWMA, causal STL + ESD, isolation forest. Each returns a score for each point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from _labelled_series import Series

WINDOW = 300


def cycle(series: Series) -> int:
    """Return a day in points, at least 12."""
    steps = np.diff(pd.DatetimeIndex(series.when)[:50]).astype("timedelta64[s]").astype(float)
    return max(12, round(86_400 / max(float(np.median(steps)), 60)))


def robust_z(series: Series) -> Any:
    """Return the rolling robust z-score: deviation from the trailing median by the trailing MAD."""
    values = pd.Series(series.values)
    middle = values.rolling(WINDOW, min_periods=20).median().shift(1)
    off = (values - middle).abs()
    mad = off.rolling(WINDOW, min_periods=20).median().shift(1) * 1.4826
    return (off / np.fmax(mad, 1e-3 * values.std() + 1e-9)).fillna(0).to_numpy()


def ewma(series: Series) -> Any:
    """Return the EWMA chart's statistic (Roberts 1959; lambda 0.2) by the trailing deviation of its own."""
    values = pd.Series(series.values)
    level = values.ewm(alpha=0.2).mean().shift(1)
    off = (values - level).abs()
    usual = np.sqrt((off**2).ewm(span=WINDOW, min_periods=20).mean().shift(1))
    return (off / np.fmax(usual, 1e-3 * values.std() + 1e-9)).fillna(0).to_numpy()


def stl_esd(series: Series) -> Any:
    """Return robust residuals of STL fitted on the four cycles before, once a cycle; its season is carried forward.

    A generalised ESD test (Rosner 1983) is a threshold on the same studentised residual: here it is the score.
    """
    from statsmodels.tsa.seasonal import STL

    period, values = cycle(series), np.asarray(series.values, dtype=float)
    score = np.zeros(len(values))
    for start in range(4 * period, len(values), period):
        past = values[start - 4 * period : start]
        fitted = STL(past, period=period, robust=True).fit(inner_iter=1, outer_iter=3)
        ahead = values[start : start + period]
        expected = fitted.seasonal[-period:][: len(ahead)] + fitted.trend[-1]
        usual = 1.4826 * np.median(np.abs(fitted.resid)) + 1e-3 * past.std() + 1e-9
        score[start : start + period] = np.abs(ahead - expected) / usual
    return score


def isolation_forest(series: Series) -> Any:
    """Return the anomaly score of isolation forests (Liu 2008) fitted once a cycle on what came before.

    Features: value, difference, deviation from the rolling mean, and from the same time a day earlier.
    """
    from sklearn.ensemble import IsolationForest

    values, period = pd.Series(series.values), cycle(series)
    features = pd.DataFrame(
        {
            "value": values,
            "step": values.diff(),
            "off": values - values.rolling(20, min_periods=1).mean(),
            "day": values - values.shift(period),
        }
    ).fillna(0)
    score, every = np.zeros(len(values)), max(period, len(values) // 12)
    for start in range(max(100, period), len(values), every):
        past = features.iloc[max(0, start - 8 * period) : start]
        forest = IsolationForest(n_estimators=50, random_state=1).fit(past)
        score[start : start + every] = -forest.score_samples(features.iloc[start : start + every])
    return score
