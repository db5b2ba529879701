"""Two rates, two shares: their ratio and difference, with exact intervals where there are any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from .models import quasi_poisson


class Compared(NamedTuple):
    """A ratio or a difference, its 95 % interval, and the two-sided p-value of "nothing changed"."""

    estimate: float
    low: float
    high: float
    p_value: float
    dispersion: float = 1.0
    """How many times the variance is that of a Poisson count; more than 1: the interval is quasi-Poisson."""


def rate_ratio(
    after: float | Sequence[float],
    of_after: float | Sequence[float],
    before: float | Sequence[float],
    of_before: float | Sequence[float],
    confidence: float = 0.95,
) -> Compared:
    """Return the rate after / the rate before: counts and what they are of, as totals or period by period.

    Exact, by conditioning on the sum of both counts (Clopper and Pearson 1934; Przyborowski and Wilenski 1940). Where
    periods are given and vary more than Poisson counts do, quasi-Poisson. Raises ValueError for negative counts and for
    exposures that are not positive.
    """
    counts = [np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (after, before)]
    exposures = [np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (of_after, of_before)]
    _check(counts, exposures)
    found, found_before = (float(each.sum()) for each in counts)
    exact = _exact(found, found_before, float(exposures[0].sum()), float(exposures[1].sum()), confidence)
    if min(map(len, counts)) < 2 or min(float(each.sum()) for each in counts) == 0:
        return exact
    used = np.concatenate(exposures) > 0
    is_after = np.repeat([1.0, 0.0], [len(each) for each in counts])
    design = np.column_stack([np.ones(len(is_after)), is_after])[used]
    fit = quasi_poisson(np.concatenate(counts)[used], design, np.concatenate(exposures)[used])
    if fit.dispersion <= 1:
        return exact
    low, high = fit.interval(1, confidence)
    return Compared(
        math.exp(float(fit.estimate[1])), math.exp(low), math.exp(high), float(fit.p_value[1]), fit.dispersion
    )


def _check(counts: list[np.ndarray], exposures: list[np.ndarray]) -> None:
    if any(len(c) != len(e) for c, e in zip(counts, exposures, strict=True)):
        raise ValueError("each count needs its exposure: the lengths differ")
    if any((c < 0).any() or not np.isfinite(c).all() for c in counts):
        raise ValueError("counts must be 0 or more")
    if any((e < 0).any() or not np.isfinite(e).all() or e.sum() <= 0 for e in exposures):
        raise ValueError("exposures must be positive")


def _exact(after: float, before: float, of_after: float, of_before: float, confidence: float) -> Compared:
    total = round(after + before)
    if total == 0:
        return Compared(math.nan, 0.0, math.inf, 1.0)
    test = stats.binomtest(round(after), total, of_after / (of_after + of_before))
    low, high = test.proportion_ci(confidence, method="exact")
    scale = of_before / of_after
    estimate = after / before * scale if before else math.inf
    return Compared(estimate, _odds(low) * scale, _odds(high) * scale, float(test.pvalue))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf


def share_difference(
    after: float, of_after: float, before: float, of_before: float, confidence: float = 0.95
) -> Compared:
    """Return the share after - the share before (30 of 200 and 18 of 210) with Yates's continuity correction (1934).

    Wald's interval and Pearson's chi-squared test, as R's prop.test. Raises ValueError where either is of nothing.
    """
    if min(of_after, of_before) <= 0:
        raise ValueError("a share needs something to be a share of")
    first, second, both = after / of_after, before / of_before, (after + before) / (of_after + of_before)
    ends = 1 / of_after + 1 / of_before
    difference = first - second
    corrected = min(0.5, abs(difference) / ends) * ends
    error = math.sqrt(first * (1 - first) / of_after + second * (1 - second) / of_before)
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * error + corrected
    pooled = math.sqrt(both * (1 - both) * ends)
    p_value = float(2 * stats.norm.sf((abs(difference) - corrected) / pooled)) if pooled else 1.0
    return Compared(difference, max(difference - reach, -1.0), min(difference + reach, 1.0), p_value)
