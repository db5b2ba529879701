"""What each test for counts expects of each period and series, and how unlikely the count then is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import NDArray
from scipy import stats

from .ears import NOMINAL, ears_bounds
from .farrington import Settings, judge_many
from .overdispersion import quasi_poisson_below, quasi_poisson_quantile, quasi_poisson_tail
from .predictive import ENOUGH, predict
from .reference_weeks import Lookback

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE, PREDICTIVE, FARRINGTON, EARS = range(4)
NAMES = np.array(["", "predictive", "farrington", "ears C1 (legacy)"], dtype=object)

LOOKBACKS = {"week": Lookback(52, 5, 3, 10, 26), "month": Lookback(12, 5, 1, 4, 3)}
"""Noufaily et al. 2013 for weeks; for months, the month and its neighbours, and levels of three months."""

YEARS_ENOUGH = 3
CYCLE = {"day": 7, "week": 1, "month": 1}


@dataclass
class Modelled:
    """Each (judged periods, series): `expected`, `above` and `below` (one-sided p-values), `lower` and `upper` (the usual
    range), `model` (NONE where not judged), `history` (counts seen before) and `sparse` (Farrington found too few)."""

    expected: Floats
    above: Floats
    below: Floats
    lower: Floats
    upper: Floats
    model: NDArray[np.intp]
    history: NDArray[np.intp]
    sparse: Bools


def model(counts: Floats, dates: pd.DatetimeIndex | None, every: str, method: str, alpha: float, last: int) -> Modelled:
    """Judge the last periods of many series. `counts` is (periods, series), NaN where there is no usable count.

    "auto": improved Farrington where there are three years, else the predictive test. Between two and three years there
    is one window, or two, of the same season and no trend yet: too few to tell a season from an outbreak, while the
    predictive test follows the level; so it stays until three are there. Days are always judged by the predictive test.
    """
    shown = slice(len(counts) - last, None)
    past = np.concatenate([np.zeros((1, counts.shape[1]), dtype=np.intp), np.cumsum(np.isfinite(counts), axis=0)])[:-1][shown]
    empty = np.full((last, counts.shape[1]), np.nan)
    found = Modelled(*(empty.copy() for _ in range(5)), np.zeros(empty.shape, dtype=np.intp), past, np.zeros(empty.shape, dtype=bool))
    if method == "ears":
        _by_ears(counts, shown, alpha, found)
        return found
    mean, dispersion = empty.copy(), empty.copy()
    if method in ("auto", "farrington") and every in LOOKBACKS:
        _by_farrington(counts, dates, every, alpha, last, mean, dispersion, found)
    if method in ("auto", "predictive"):
        predicted = predict(counts, CYCLE[every])
        open_ = (found.model == NONE) & ~found.sparse & (past >= ENOUGH) & np.isfinite(predicted.mean[shown])
        mean[open_], dispersion[open_] = predicted.mean[shown][open_], predicted.dispersion[shown][open_]
        found.model[open_] = PREDICTIVE
    found.model[~np.isfinite(counts[shown])] = NONE
    _tails(counts[shown], mean, dispersion, alpha, found)
    return found


def _by_farrington(
    counts: Floats,
    dates: pd.DatetimeIndex | None,
    every: str,
    alpha: float,
    last: int,
    mean: Floats,
    dispersion: Floats,
    found: Modelled,
) -> None:
    """Judge by as many years as there are before a period, from three to five."""
    back = LOOKBACKS[every]
    start = len(counts) - last
    points = np.arange(start, len(counts))
    for years in range(back.years, YEARS_ENOUGH - 1, -1):
        open_ = points[(found.model[points - start] == NONE).any(axis=1) & (points >= years * back.frequency + back.half_window)]
        if not open_.size:
            continue
        lookback = Lookback(back.frequency, years, back.half_window, back.seasons, back.left_out)
        judged = judge_many(counts, Settings(lookback, alpha, "nbPlugin", 1.0), dates, open_)
        fresh = judged.judged[start:] & (found.model == NONE)
        found.sparse |= fresh & judged.sparse[start:]
        mean[fresh], dispersion[fresh] = judged.expected[start:][fresh], judged.dispersion[start:][fresh]
        found.model[fresh] = FARRINGTON
    found.model[found.sparse] = NONE


def _by_ears(counts: Floats, shown: slice, alpha: float, found: Modelled) -> None:
    expected, upper, p_value = (part[shown] for part in ears_bounds(counts, "C1", 7, alpha))
    judged = np.isfinite(upper)
    found.expected, found.upper, found.above = expected, upper, np.where(np.isnan(p_value) & judged, 1.0, p_value)
    found.lower = np.where(judged, np.maximum(0.0, 2 * expected - upper), np.nan)
    found.below = 1 - found.above
    found.model[judged] = EARS


def _tails(counts: Floats, mean: Floats, dispersion: Floats, alpha: float, found: Modelled) -> None:
    at = found.model != NONE
    found.expected[at] = mean[at]
    found.above[at] = quasi_poisson_tail(counts[at], mean[at], dispersion[at])
    found.below[at] = quasi_poisson_below(counts[at], mean[at], dispersion[at])
    found.upper[at] = quasi_poisson_quantile(mean[at], dispersion[at], alpha)
    found.lower[at] = quasi_poisson_quantile(mean[at], dispersion[at], 1 - alpha)


def two_sided(modelled: Modelled) -> Floats:
    """Return twice the smaller of the two p-values, at most 1."""
    return np.asarray(np.minimum(1.0, 2 * np.fmin(modelled.above, modelled.below)))


def false_discovery(p_values: Floats) -> Floats:
    """Return Benjamini and Hochberg's q-values (1995) of each row, over what is judged in it."""
    q_values: Any = np.full(p_values.shape, np.nan)
    for row, answer in zip(p_values, q_values, strict=True):
        judged = np.isfinite(row)
        if judged.any():
            answer[judged] = stats.false_discovery_control(np.clip(row[judged], 0.0, 1.0))
    return np.asarray(q_values)


EARS_NOMINAL = NOMINAL["C1"]
