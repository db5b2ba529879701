"""Improved Farrington: is this week's count above what the same weeks of past years say? (Noufaily et al. 2013)

A quasi-Poisson regression on past years, with a trend and levels of the season, in which past outbreaks are weighted
down; the upper bound is a quantile of what it predicts. R's package surveillance calls it farringtonFlexible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from .overdispersion import quasi_poisson_quantile, quasi_poisson_tail
from .quasi_poisson import Bools, Fits, Floats, fit
from .reference_weeks import Lookback, Reference, references
from .regular import Regular, regular

RESIDUAL_TOO_LARGE = 2.58
"""Past counts with a larger Anscombe residual are weighted down (Noufaily et al. 2013, section 3.2)."""

YEARS_FOR_TREND = 3
AT_ONCE = 200_000
"""Numbers of one batch of regressions: as many as stay in a processor's cache."""

THRESHOLDS = ("delta", "nbPlugin", "muan")


@dataclass(frozen=True)
class Settings:
    """What improved Farrington is told. `enough` = (5, 4): no alarm below 5 cases in the last 4 periods."""

    lookback: Lookback
    alpha: float = 0.05
    threshold: str = "delta"
    trend_alpha: float = 0.05
    enough: tuple[int, int] = (5, 4)


@dataclass
class Judged:
    """What was found, each (periods, series): NaN and False where `judged` is False. `bound` is the upper bound even
    where the counts are too few for an alarm (`sparse`)."""

    expected: Floats
    bound: Floats
    p_value: Floats
    dispersion: Floats
    trend: Bools
    sparse: Bools
    judged: Bools


def farrington_flexible(
    counts: ArrayLike | pd.Series,
    frequency: int,
    years_back: int = 3,
    half_window: int = 3,
    alpha: float = 0.05,
    threshold: str = "delta",
    seasons: int = 1,
    weeks_excluded: int | None = None,
    trend_alpha: float = 0.05,
    *,
    limit54: tuple[int, int] = (5, 4),
) -> pd.DataFrame:
    """Judge each count of one series by improved Farrington; one row for each count, with the index of a given Series.

    Columns: expected, upper (an alarm is above it), p_value, alarm, and why. `expected` and `upper` are NaN where the
    period is not judged: not enough past, or fewer than `limit54[0]` cases in the last `limit54[1]` periods; `why` says
    which. `frequency` is periods a year, `half_window` and `weeks_excluded` (None: half_window) are in periods,
    `seasons` is the number of levels of the season (1: none, and only the windows around the same time of year are
    used; Noufaily et al. take 10), `trend_alpha` 1 keeps any trend. `threshold` is "delta" (power 2/3, Farrington et
    al. 1996), "nbPlugin" (negative binomial; Noufaily et al. 2013) or "muan" (the same, at the upper quantile of the
    mean; Salmon et al. 2016). A Series with regular weekly, monthly or daily dates looks back by the calendar.
    Causal: a row depends on its own and earlier counts only. Missing, negative and infinite counts are left out.
    Raises ValueError for settings that make no sense.
    """
    lookback = Lookback(
        frequency, years_back, half_window, seasons, half_window if weeks_excluded is None else weeks_excluded
    )
    settings = Settings(lookback, alpha, threshold, trend_alpha, limit54)
    check(settings)
    index = counts.index if isinstance(counts, pd.Series) else None
    series = regular(counts, frequency)
    if series.problem:
        return _frame_of_nothing(len(series.rows), index, series.problem)
    judged = judge_many(series.counts[:, None], settings, series.dates)
    return _frame(judged, series, settings, index)


def check(settings: Settings) -> None:
    """Raise ValueError, with a sentence, for settings that make no sense."""
    back = settings.lookback
    if settings.threshold not in THRESHOLDS:
        raise ValueError(f"threshold is {settings.threshold!r}; it must be one of {', '.join(THRESHOLDS)}.")
    if not 0 < settings.alpha < 1:
        raise ValueError(f"alpha is {settings.alpha}; it must be between 0 and 1.")
    if back.frequency < 1 or back.years < 1 or back.half_window < 0 or back.left_out < 0 or back.seasons < 1:
        raise ValueError(
            "frequency, years_back and seasons must be at least 1, half_window and weeks_excluded at least 0."
        )
    if 2 * back.half_window + 1 + (back.seasons - 1) > back.frequency:
        raise ValueError(
            f"A half window of {back.half_window} and {back.seasons} seasons do not fit into a year of {back.frequency} periods."
        )


def judge_many(
    counts: Floats,
    settings: Settings,
    dates: pd.DatetimeIndex | None = None,
    points: NDArray[np.intp] | None = None,
) -> Judged:
    """Judge many series at once: `counts` is (periods, series), NaN where a count is missing; `dates` as `regular` gives.

    `points` are the periods to judge (all by default).
    """
    shape = counts.shape
    clean = np.where(np.isfinite(counts) & (counts >= 0), counts, np.nan)
    found = Judged(
        *(np.full(shape, np.nan) for _ in range(4)), *(np.zeros(shape, dtype=bool) for _ in range(3))
    )
    found.sparse = _sparse(clean, settings.enough)
    wanted = np.arange(len(counts)) if points is None else points
    for reference in references(settings.lookback, wanted, dates):
        cells = np.stack(np.meshgrid(reference.points, np.arange(shape[1]), indexing="ij"), axis=-1).reshape(
            -1, 2
        )
        size = max(1, AT_ONCE // max(1, len(reference.offsets)))
        for start in range(0, len(cells), size):
            _judge_alike(clean, cells[start : start + size], reference, settings, found)
    return found


def _judge_alike(
    counts: Floats, cells: NDArray[np.intp], reference: Reference, settings: Settings, found: Judged
) -> None:
    """Judge cells (period, series) that share one design; write what is found into `found`."""
    past = counts[cells[:, :1] + reference.offsets, cells[:, 1:]]
    seen = np.isfinite(past)
    usable = (seen.mean(axis=1) >= 0.5) & seen[:, reference.levels == 0].any(axis=1)
    cells, past, seen = cells[usable], past[usable], seen[usable]
    if not len(cells):
        return
    fits, kept = _with_or_without_trend(np.where(seen, past, 0.0), seen, reference, settings)
    cells, fits, kept = cells[fits.sound], fits.take(fits.sound), kept[fits.sound]
    now = tuple(cells.T)
    observed = counts[now]
    mean = np.exp(fits.coefficients[:, 0])
    dispersion = np.maximum(1.0, fits.dispersion)
    bound, p_value = _bound(observed, mean, dispersion, fits, settings)
    found.expected[now], found.bound[now], found.p_value[now] = mean, bound, p_value
    found.dispersion[now], found.trend[now], found.judged[now] = dispersion, kept, np.isfinite(observed)


def _with_or_without_trend(
    past: Floats, seen: Bools, reference: Reference, settings: Settings
) -> tuple[Fits, Bools]:
    """Fit with a trend, and without where the trend is not to be kept: not sound, not significant, or pointing above
    all that was seen (Noufaily et al. 2013, section 2.1 and 3.3)."""
    levels = [(reference.levels == level).astype(float) for level in range(1, settings.lookback.seasons)]
    plain = np.stack([np.ones(len(reference.offsets)), *levels], axis=1)
    if settings.lookback.years < YEARS_FOR_TREND:
        return _reweighted(past, plain, seen), np.zeros(len(past), dtype=bool)
    times = reference.times / np.abs(reference.times).max()
    fits = _reweighted(past, np.insert(plain, 1, times, axis=1), seen)
    slope, variance = fits.coefficients[:, 1], fits.covariance[:, 1, 1] * fits.relative_dispersion
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        p_value = 2 * stats.t.sf(np.abs(slope) / np.sqrt(variance), fits.freedom)
        significant = (p_value < settings.trend_alpha) | (settings.trend_alpha >= 1)
        kept = fits.sound & significant & (np.exp(fits.coefficients[:, 0]) <= past.max(axis=1))
    answer = fits.take(np.ones(len(past), dtype=bool))
    if (~kept).any():
        without = _reweighted(past[~kept], plain, seen[~kept])
        answer.coefficients = np.delete(answer.coefficients, 1, axis=1)
        answer.covariance = np.delete(np.delete(answer.covariance, 1, axis=1), 1, axis=2)
        answer.put(~kept, without)
    return answer, np.asarray(kept, dtype=bool)


def _reweighted(past: Floats, design: Floats, seen: Bools) -> Fits:
    """Fit, weight down what stands out, and fit again (Noufaily et al. 2013, section 3.2)."""
    ones = seen.astype(float)
    first = fit(past, design, ones)
    with np.errstate(all="ignore"):
        spread = np.sqrt(np.maximum(1.0, first.dispersion)[:, None] * (1.0 - first.leverages))
        residuals = 1.5 * (np.cbrt(past) ** 2 - np.cbrt(first.means) ** 2) / (first.means ** (1 / 6) * spread)
        weights = np.where(residuals > RESIDUAL_TOO_LARGE, residuals**-2.0, 1.0) * ones
        weights *= ones.sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    fits = fit(past, design, np.where(np.isfinite(weights), weights, ones))
    fits.sound &= first.sound
    return fits


def _bound(
    observed: Floats, mean: Floats, dispersion: Floats, fits: Fits, settings: Settings
) -> tuple[Floats, Floats]:
    """Return the upper bound and the one-sided p-value."""
    variance = fits.covariance[:, 0, 0]
    z = stats.norm.isf(settings.alpha)
    with np.errstate(all="ignore"):
        if settings.threshold == "delta":
            spread = 2 / 3 * np.sqrt(dispersion * mean + variance * fits.relative_dispersion * mean**2) / mean
            bound = mean * np.maximum(0.0, 1 + z * spread) ** 1.5
            return bound, np.asarray(stats.norm.sf((np.cbrt(observed / mean) ** 2 - 1) / spread))
        if settings.threshold == "muan":
            mean = mean * np.exp(z * np.sqrt(variance * fits.relative_dispersion))
        return quasi_poisson_quantile(mean, dispersion, settings.alpha), quasi_poisson_tail(
            observed, mean, dispersion
        )


def _sparse(counts: Floats, enough: tuple[int, int]) -> Bools:
    """Whether there are fewer than enough cases in the last periods, this one included."""
    least, periods = enough
    total = np.cumsum(np.nan_to_num(counts), axis=0)
    recent = total - np.concatenate([np.zeros((min(periods, len(total)), counts.shape[1])), total[:-periods]])
    return np.asarray(recent < least)


def _frame(judged: Judged, series: Regular, settings: Settings, index: pd.Index | None) -> pd.DataFrame:
    at = series.rows
    shown = judged.judged[at, 0] & ~judged.sparse[at, 0]
    expected = np.where(shown, judged.expected[at, 0], np.nan)
    upper = np.where(shown, judged.bound[at, 0], np.nan)
    p_value = np.where(judged.judged[at, 0], judged.p_value[at, 0], np.nan)
    observed = series.counts[at]
    columns: dict[str, Any] = {"expected": expected, "upper": upper, "p_value": p_value}
    columns["alarm"] = shown & (observed > upper)
    columns["why"] = [
        _why(*row, at=int(i), settings=settings)
        for row, i in zip(_cells(judged, at, observed, columns), at, strict=True)
    ]
    return pd.DataFrame(columns, index=index)


def _cells(
    judged: Judged, at: NDArray[np.intp], observed: Floats, columns: dict[str, Any]
) -> list[tuple[Any, ...]]:
    return list(
        zip(
            observed,
            columns["expected"],
            columns["upper"],
            judged.judged[at, 0],
            judged.sparse[at, 0],
            columns["alarm"],
            strict=True,
        )
    )


def _why(
    observed: float,
    expected: float,
    upper: float,
    judged: bool,
    sparse: bool,
    alarm: bool,
    *,
    at: int,
    settings: Settings,
) -> str:
    back = settings.lookback
    needed = back.frequency * back.years + back.half_window
    if not (np.isfinite(observed) and observed >= 0):
        return "not judged: no usable count"
    if at < needed:
        return f"not judged: {at} of {needed} periods of history"
    if not judged:
        return "not judged: the past cannot be fitted (too many counts are missing)"
    if sparse:
        return f"not judged: fewer than {settings.enough[0]} in the last {settings.enough[1]} periods"
    return f"{observed:g}; {expected:.1f} expected, up to {upper:.4g} is usual" if alarm else ""


def _frame_of_nothing(rows: int, index: pd.Index | None, why: str) -> pd.DataFrame:
    nothing = np.full(rows, np.nan)
    return pd.DataFrame(
        {
            "expected": nothing,
            "upper": nothing,
            "p_value": nothing,
            "alarm": np.zeros(rows, dtype=bool),
            "why": f"not judged: {why}",
        },
        index=index,
    )
