"""Intervals, exact tests, false discovery rates and shrinkage for counts and rates. Pure, and whole arrays at a time.

A count that is missing or impossible (x > n, n < 0) gives NaN, never an exception: it comes out of people's tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Sides = Literal["greater", "less", "two-sided"]

_ALIKE = 1 + 1e-7
"""Two outcomes whose probabilities differ by less than this factor are equally likely: floats are not exact."""


class Interval(NamedTuple):
    """A confidence interval: lower and upper ends, arrays of the input's shape."""

    lower: Floats
    upper: Floats


# --- rates: x of n --------------------------------------------------------------------------------


def wilson(
    successes: ArrayLike, n: ArrayLike, confidence: float = 0.95, *, continuity: bool = False
) -> Interval:
    """Return the score interval of a rate: Wilson 1927; with continuity correction Newcombe 1998, method 4.

    The correction is never more than the distance to one half of n, so that the interval of exactly half is
    the plain one. NaN where n is 0.
    """
    x, size = _rate(successes, n)
    z = float(special.ndtri(0.5 + confidence / 2))
    moved = np.minimum(0.5, np.abs(x - size / 2)) if continuity else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = _wilson_end((x - moved) / size, size, -z)
        upper = _wilson_end((x + moved) / size, size, z)
    return Interval(np.where(x == 0, 0.0 * size, lower), np.where(x == size, 1 + 0.0 * size, upper))


def _wilson_end(rate: Floats, n: Floats, z: float) -> Floats:
    square = z * z / n
    inside = np.clip(rate * (1 - rate), 0, None) / n + square / (4 * n)
    end: Floats = np.clip((rate + square / 2 + z * np.sqrt(inside)) / (1 + square), 0, 1)
    return end


def binomial(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the exact interval of a rate: Clopper and Pearson 1934, by quantiles of the beta distribution."""
    x, size = _rate(successes, n)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        lower = np.where(x > 0, special.betaincinv(np.maximum(x, 1e-300), size - x + 1, tail), 0.0)
        upper = np.where(x < size, special.betaincinv(x + 1, np.maximum(size - x, 1e-300), 1 - tail), 1.0)
    unknown = np.isnan(x) | np.isnan(size)
    return Interval(np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper))


def _rate(successes: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts as floats, NaN where they are no x of n."""
    x, size = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n, float))
    with np.errstate(invalid="ignore"):
        wrong = ~((size > 0) & (x >= 0) & (x <= size))
    return np.where(wrong, np.nan, x), np.where(wrong, np.nan, size)


# --- observed against expected --------------------------------------------------------------------


@dataclass(frozen=True)
class Ratio:
    """Observed over expected with its exact interval; `p_greater`, `p_less` and `p_two` are exact Poisson."""

    ratio: Floats
    lower: Floats
    upper: Floats
    p_greater: Floats
    p_less: Floats
    p_two: Floats


def poisson_ratio(observed: ArrayLike, expected: ArrayLike, confidence: float = 0.95) -> Ratio:
    """Return observed/expected of Poisson counts: interval of Garwood 1936, p-values of the exact test.

    The two-sided p-value adds up all counts that are no likelier than the one observed. NaN where the expected
    count is not positive or the observed one is negative.
    """
    x, mean = np.broadcast_arrays(np.asarray(observed, float), np.asarray(expected, float))
    with np.errstate(invalid="ignore"):
        wrong = ~((mean > 0) & (x >= 0) & np.isfinite(mean) & np.isfinite(x))
    x, mean = np.where(wrong, np.nan, x), np.where(wrong, np.nan, mean)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        lower = np.where(x > 0, special.gammaincinv(np.maximum(x, 1e-300), tail), 0.0) / mean
        upper = special.gammainccinv(x + 1, tail) / mean
    return Ratio(
        x / mean, lower, upper,
        poisson_greater(x, mean), special.gammaincc(x + 1, mean), _poisson_two(x, mean),
    )  # fmt: skip


def poisson_greater(observed: ArrayLike, expected: ArrayLike) -> Floats:
    """Return P(X >= observed) of a Poisson count; counts need not be whole (regularised gamma function)."""
    x, mean = np.asarray(observed, float), np.asarray(expected, float)
    with np.errstate(invalid="ignore"):
        tail: Floats = np.where(x > 0, special.gammainc(np.where(x > 0, x, 1.0), mean), 1.0 + 0 * mean)
    return tail


def _poisson_two(x: Floats, mean: Floats) -> Floats:
    def log_likelihood(k: Floats) -> Floats:
        weight: Floats = special.xlogy(k, mean) - mean - special.gammaln(k + 1)
        return weight

    mode = np.floor(mean)
    far = np.ceil(mean + 40 * np.sqrt(mean + 1) + 100 + 2 * np.abs(mean - x))
    limit = log_likelihood(x) + np.log(_ALIKE)
    below = _last(lambda k: log_likelihood(k) <= limit, np.full_like(mean, -1.0), mode)
    above = far - _last(lambda k: log_likelihood(far - k) <= limit, np.full_like(mean, -1.0), far - mode)
    less = np.where(x > mean, below, x)
    more = np.where(x < mean, above, x)
    both = np.where(less >= 0, special.gammaincc(np.maximum(less, 0) + 1, mean), 0.0)
    both = both + poisson_greater(more, mean)
    return np.where(x == mean, 1 + 0 * mean, np.minimum(both, 1.0))


def _last(holds: Any, low: Floats, high: Floats) -> Floats:
    """Return the last whole number in (low, high] for which `holds`, true up to there; `low` where it never is."""
    low, high = low.copy(), np.maximum(high, low)
    with np.errstate(invalid="ignore"):
        while np.any(high > low):
            middle = np.ceil((low + high) / 2)
            good = holds(middle)
            low, high = np.where(good & (high > low), middle, low), np.where(good, high, middle - 1)
            high = np.maximum(high, low)
    return low


# --- two by two -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fisher:
    """Fisher's exact test of 2x2 tables; `odds_ratio` is the conditional maximum-likelihood one."""

    p_greater: Floats
    p_less: Floats
    p_two: Floats
    odds_ratio: Floats


def fisher(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Fisher:
    """Return Fisher's exact test of the tables [[a, b], [c, d]] (Fisher 1935), NaN where a count is negative or missing.

    The two-sided p-value adds up all tables that are no likelier than the one observed. The odds ratio is inf or 0
    where `a` is as large or small as the margins let it be (0 where both).
    """
    cells = np.broadcast_arrays(*(np.asarray(cell, float) for cell in (a, b, c, d)))
    flat = np.stack([cell.ravel() for cell in cells], axis=1)
    answers = np.full((len(flat), 4), np.nan)
    with np.errstate(invalid="ignore"):
        whole = (np.isfinite(flat) & (flat >= 0) & (flat == np.floor(flat))).all(axis=1)
    tables, back = np.unique(flat[whole], axis=0, return_inverse=True)
    answers[whole] = np.array([_fisher(*table) for table in tables]).reshape(-1, 4)[back.ravel()]
    shape = cells[0].shape
    return Fisher(*(answers[:, i].reshape(shape) for i in range(4)))


def _fisher(a: float, b: float, c: float, d: float) -> tuple[float, float, float, float]:
    """Return p greater, less, two-sided, and the odds ratio of one table, from all tables with its margins."""
    row, other, column = a + b, c + d, a + c
    low, high = max(0.0, column - other), min(row, column)
    support = np.arange(low, high + 1)
    log_weight = -(
        special.gammaln(support + 1) + special.gammaln(row - support + 1)
        + special.gammaln(column - support + 1) + special.gammaln(other - column + support + 1)
    )  # fmt: skip
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    here = int(a - low)
    two = weight[weight <= weight[here] * _ALIKE].sum()
    tails = min(1.0, weight[here:].sum()), min(1.0, weight[: here + 1].sum()), min(1.0, two)
    return (*tails, _conditional_odds_ratio(a, support, log_weight))


def _conditional_odds_ratio(a: float, support: Floats, log_weight: Floats) -> float:
    """Return the odds ratio under which the expected count is `a`: Newton's method on its logarithm, kept in bounds."""
    if a in (support[0], support[-1]):
        return 0.0 if a == support[0] else float("inf")
    around = np.abs(support - a) <= 40 * np.sqrt(len(support)) + 40
    support, log_weight = support[around], log_weight[around]
    low, high, log_ratio = -100.0, 100.0, 0.0
    for _ in range(200):
        tilted = log_weight + support * log_ratio
        weight = np.exp(tilted - tilted.max())
        weight /= weight.sum()
        mean = float(weight @ support)
        low, high = (log_ratio, high) if mean < a else (low, log_ratio)
        step = (a - mean) / max(float(weight @ (support - mean) ** 2), 1e-300)
        following = log_ratio + step if low < log_ratio + step < high else (low + high) / 2
        if abs(following - log_ratio) < 1e-14:
            break
        log_ratio = following
    return float(np.exp(log_ratio))


# --- many tests at once ---------------------------------------------------------------------------


def benjamini_hochberg(p: ArrayLike, tests: float | None = None) -> Floats:
    """Return q-values: Benjamini and Hochberg 1995. `tests` is how many were made, where only some are given.

    NaN is no test, and stays NaN.
    """
    return _stepped_up(p, tests, 1.0)


def benjamini_yekutieli(p: ArrayLike, tests: float | None = None) -> Floats:
    """Return q-values that hold under any dependence: Benjamini and Yekutieli 2001."""
    count = int(tests if tests is not None else np.count_nonzero(~np.isnan(np.asarray(p, float))))
    return _stepped_up(p, tests, float(np.sum(1 / np.arange(1, count + 1))))


def _stepped_up(p: ArrayLike, tests: float | None, factor: float) -> Floats:
    values = np.asarray(p, float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if len(known):
        order = known[np.argsort(values[known], kind="stable")]
        scaled = values[order] * (tests or len(known)) * factor / np.arange(1, len(order) + 1)
        adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def holm(p: ArrayLike, tests: float | None = None) -> Floats:
    """Return p-values adjusted for the chance of even one false finding: Holm 1979."""
    values = np.asarray(p, float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    left = (tests or len(order)) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * left), 1.0) if len(order) else 1.0
    return adjusted


# --- shrinkage ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prior:
    """What rates or ratios are like before a small group is looked at: their mean, and its weight in cases."""

    mean: float
    weight: float


def rate_prior(successes: ArrayLike, n: ArrayLike) -> Prior:
    """Return the beta prior of many groups' rates by moments: Kleinman 1973. Groups without cases do not count.

    Where the groups differ no more than chance has them, the weight is large: all are taken for the mean.
    """
    x, size = _rate(successes, n)
    x, size = x[~np.isnan(x)], size[~np.isnan(x)]
    if not len(x):
        return Prior(float("nan"), 0.0)
    total, mean = size.sum(), x.sum() / size.sum()
    inside = total - (size**2).sum() / total
    spread = (size * (x / size - mean) ** 2).sum()
    return _prior(mean, mean * (1 - mean), spread, inside, len(x))


def ratio_prior(observed: ArrayLike, expected: ArrayLike) -> Prior:
    """Return the gamma prior of many groups' observed/expected by moments: Marshall 1991.

    Its weight is in expected cases.
    """
    x, mean = np.asarray(observed, float), np.asarray(expected, float)
    with np.errstate(invalid="ignore"):
        good = (mean > 0) & (x >= 0)
    x, mean = x[good], mean[good]
    if not len(x):
        return Prior(float("nan"), 0.0)
    total, overall = mean.sum(), x.sum() / mean.sum()
    inside = total - (mean**2).sum() / total
    spread = (mean * (x / mean - overall) ** 2).sum()
    return _prior(overall, overall, spread, inside, len(x))


def _prior(mean: float, within: float, spread: float, inside: float, groups: int) -> Prior:
    """Return the prior whose variance is what the spread between groups has beyond chance (`within` a case)."""
    between = (spread - (groups - 1) * within) / inside if inside > 0 else 0.0
    weight = within / between if between > 0 else 1e6
    return Prior(float(mean), float(np.clip(weight, 1e-6, 1e6)))


def shrunk_rate(successes: ArrayLike, n: ArrayLike, prior: Prior) -> Floats:
    """Return rates pulled towards the prior's mean, the more the fewer cases there are (beta-binomial posterior mean)."""
    x, size = np.nan_to_num(np.asarray(successes, float)), np.nan_to_num(np.asarray(n, float))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((x + prior.mean * prior.weight) / (size + prior.weight), float)


def shrunk_ratio(observed: ArrayLike, expected: ArrayLike, prior: Prior) -> Floats:
    """Return observed/expected pulled towards the prior's mean (gamma-Poisson posterior mean: Clayton and Kaldor 1987)."""
    return shrunk_rate(observed, expected, prior)
