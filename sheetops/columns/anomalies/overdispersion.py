"""Counts that vary more than Poisson: quantiles and tail probabilities of a negative binomial by mean and dispersion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

LARGEST_MEAN = 1e14
"""Above it neighbouring counts are hardly different numbers: the quantile is that of a normal distribution."""

FUZZ = 64 * float(np.finfo(float).eps)
"""A distribution function this much below the level, relatively, has reached it: rounding must not cost a whole count."""


def quasi_poisson_quantile(mean: ArrayLike, dispersion: ArrayLike, alpha: ArrayLike) -> Floats:
    """Return the smallest count that is exceeded with probability at most alpha.

    The counts have the given mean and the variance mean x dispersion: a negative binomial of size
    mean / (dispersion - 1) (Noufaily et al. 2013, section 3.4), a Poisson where the dispersion is 1 or less. The
    arguments broadcast. NaN where the mean is missing or negative.
    """
    mean, dispersion, alpha = _alike(mean, dispersion, alpha)
    answer = np.where(mean >= 0, 0.0, np.nan)
    answer[np.isnan(dispersion)] = np.nan
    huge = (mean > LARGEST_MEAN) & ~np.isnan(dispersion)
    spread = np.sqrt(mean[huge] * np.maximum(dispersion[huge], 1.0))
    answer[huge] = mean[huge] + special.ndtri(1 - alpha[huge]) * spread
    at = (mean > 0) & (mean <= LARGEST_MEAN) & ~np.isnan(dispersion)
    answer[at] = _search(mean[at], dispersion[at], 1 - alpha[at])
    return answer


def quasi_poisson_tail(count: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Return the probability of a count as large as this one or larger: same distribution, same shapes, same NaN."""
    count, mean, dispersion = _alike(count, mean, dispersion)
    answer = np.where((mean >= 0) & np.isfinite(count) & ~np.isnan(dispersion), 1.0, np.nan)
    answer[(mean == 0) & (count > 0)] = 0.0
    at = (mean > 0) & (count > 0) & np.isfinite(answer)
    answer[at] = _above(np.ceil(count[at]) - 1, mean[at], dispersion[at])
    return answer


def quasi_poisson_below(count: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Return the probability of a count as small as this one or smaller: same distribution, same shapes, same NaN."""
    count, mean, dispersion = _alike(count, mean, dispersion)
    answer = np.where((mean >= 0) & np.isfinite(count) & ~np.isnan(dispersion), 1.0, np.nan)
    at = (mean > 0) & np.isfinite(answer)
    answer[at] = _up_to(np.floor(count[at]), mean[at], dispersion[at])
    return answer


def _alike(*arguments: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(argument, dtype=float) for argument in arguments)))


def _up_to(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return the distribution function at whole counts; 0 below 0."""
    at = np.maximum(count, 0.0)
    wider = dispersion > 1
    size = mean / np.where(wider, dispersion - 1, 1.0)
    tall = special.betainc(size, at + 1, 1 / np.where(wider, dispersion, 2.0))
    return np.asarray(np.where(count < 0, 0.0, np.where(wider, tall, special.pdtr(at, mean))))


def _above(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return the probability of more than a whole count of at least 0, exact far out in the tail too."""
    wider = dispersion > 1
    size = mean / np.where(wider, dispersion - 1, 1.0)
    tall = special.betaincc(size, count + 1, 1 / np.where(wider, dispersion, 2.0))
    return np.asarray(np.where(wider, tall, special.pdtrc(count, mean)))


def _search(mean: Floats, dispersion: Floats, level: Floats) -> Floats:
    """Return the smallest whole count whose distribution function reaches the level, by bracketing and bisection."""
    reached = level * (1 - FUZZ)
    spread = np.sqrt(mean * np.maximum(dispersion, 1.0))
    low = np.full(mean.shape, -1.0)
    high = np.ceil(mean + 3 * spread + 1)
    while True:
        short = np.flatnonzero(_up_to(high, mean, dispersion) < reached)
        if not short.size:
            break
        low[short] = high[short]
        high[short] = np.ceil(high[short] * 2 + spread[short])
    while True:
        open_ = np.flatnonzero(high - low > 1)
        if not open_.size:
            return np.asarray(high, dtype=float)
        middle = np.floor((low[open_] + high[open_]) / 2)
        enough = _up_to(middle, mean[open_], dispersion[open_]) >= reached[open_]
        high[open_[enough]] = middle[enough]
        low[open_[~enough]] = middle[~enough]
