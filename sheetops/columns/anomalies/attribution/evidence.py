"""How strongly a slice's numbers speak against "as expected": log-likelihood ratios of sums over leaves.

Both kinds of evidence have `sums`, one number for each leaf that may be added up over any set of leaves, and `ratio`,
the log-likelihood ratio of such sums: positive when above the expected, negative when below.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .cells import Floats, Mask

_GROUPS, _LEAST_IN_GROUP, _LEAST_LEAVES = 8, 5, 30
_MAD = 1.4826  # the standard deviation of a normal distribution as a multiple of its median absolute deviation
_FAR = 6.0
_PULL = 4.0

DESIGN = 0.04
"""How alike the units of a cell are (intra-class correlation): n of them count as n / (1 + DESIGN n), 25 at most.

A million views of one cell are not a million coins: cells' rates differ between hours for reasons of their own.
"""


class Evidence(Protocol):
    """What a scan needs to know of a metric."""

    sums: tuple[Floats, ...]
    expected: Floats

    def ratio(self, sums: tuple[Floats, ...]) -> Floats:
        """Return the signed log-likelihood ratio of slices, given their sums."""


class Additive:
    """Leaves add up to the total. The variance of a leaf is phi m^p, m the mean of actual and expected (Tweedie 1984).

    p = 1 is counting noise, p = 2 a forecast wrong by so many per cent; p and phi are estimated robustly from the leaves
    that are `normal`. A slice whose leaves all move by the same ratio (the ripple effect, Sun et al. 2018) has the ratio
    T^2 / 2 phi V, with T = sum m^(1-p) (actual - expected) and V = sum m^(2-p).
    """

    def __init__(self, actual: Floats, expected: Floats, normal: Mask | None = None) -> None:
        """Take one number for each leaf, none negative."""
        self.expected = expected
        size = (actual + expected) / 2
        some = size > 0
        away = actual - expected
        used = some if normal is None else some & normal
        self.power = _power(size[used], np.abs(away[used]))
        safe = np.where(some, size, 1.0)
        scaled = np.where(some, away / safe ** (self.power / 2), 0.0)
        self.phi = _phi(scaled[used], refined=normal is not None)
        self.sums = (
            np.where(some, safe ** (1 - self.power) * away, 0.0),
            np.where(some, safe ** (2 - self.power), 0.0),
        )

    def ratio(self, sums: tuple[Floats, ...]) -> Floats:
        """Return the signed log-likelihood ratio of slices, given their sums."""
        moved, variance = sums
        answer: Floats = moved * np.abs(moved) / (2 * self.phi * np.maximum(variance, 1e-300))
        return answer


class Shares:
    """A rate of two counts (clicks of views, errors of requests), before and now: binomial log-likelihood ratio.

    Kulldorff 1997's statistic for a scan. A leaf's baseline is its own rate before, pulled to the overall rate by four
    units; the units it speaks with, u, are fewer than it has: 1/u = 1/now + 1/before + DESIGN (Kish 1965). `phi` is what
    the leaves that are `normal` vary beyond that: 1 at least, and where 30 leaves or more can tell.
    """

    def __init__(
        self, actual: Floats, of: Floats, before: Floats, of_before: Floats, normal: Mask | None = None
    ) -> None:
        """Take numerators and denominators for each leaf, now and before; a numerator is within its denominator."""
        overall = before.sum() / max(of_before.sum(), 1e-300)
        shrunk = 1 / (1 + DESIGN * of_before)
        rate = (before * shrunk + _PULL * overall) / (of_before * shrunk + _PULL)
        self.expected = of * np.divide(before, of_before, out=np.full(len(of), overall), where=of_before > 0)
        some = of > 0
        units = np.where(some, 1 / (1 / np.where(some, of, 1.0) + 1 / (of_before + _PULL) + DESIGN), 0.0)
        now = actual / np.where(some, of, 1.0)
        self.sums = (units * now, units * np.clip(rate, 1e-6, 1 - 1e-6), units)
        spread = np.sqrt(np.clip(rate * (1 - rate), 1e-9, None))
        scaled = (now - rate) * np.sqrt(units) / spread
        used = (self.sums[1] >= 1) if normal is None else (self.sums[1] >= 1) & normal
        enough = np.count_nonzero(used) >= _LEAST_LEAVES
        self.phi = max(_phi(scaled[used], refined=normal is not None), 1.0) if enough else 1.0

    def ratio(self, sums: tuple[Floats, ...]) -> Floats:
        """Return the signed log-likelihood ratio of slices, given their sums."""
        found, expected, units = sums
        units = np.maximum(units, 1e-9)
        now, then = np.clip(found / units, 0, 1), np.clip(expected / units, 1e-9, 1 - 1e-9)
        likelihood = _times_log(found, now / then) + _times_log(units - found, (1 - now) / (1 - then))
        answer: Floats = np.sign(found - expected) * np.maximum(likelihood, 0.0) / self.phi
        return answer


def _times_log(times: Floats, of: Floats) -> Floats:
    logs = np.log(np.where((times > 0) & (of > 0), of, 1.0))
    product: Floats = np.maximum(times, 0.0) * logs
    return product


def _power(size: Floats, away: Floats) -> float:
    """Return p of variance ~ size^p, 1 to 2: the slope of the median log deviation over groups of like size."""
    moved = away > 0
    if np.count_nonzero(moved) < _LEAST_LEAVES:
        return 1.0
    logs, deviations = np.log(size[moved]), np.log(away[moved])
    group = np.searchsorted(np.quantile(logs, np.linspace(0, 1, _GROUPS + 1)[1:-1]), logs, side="right")
    points = [
        (np.median(logs[group == at]), np.median(deviations[group == at]))
        for at in range(_GROUPS)
        if np.count_nonzero(group == at) >= _LEAST_IN_GROUP
    ]
    if len({x for x, _ in points}) < 3:
        return 1.0
    return float(np.clip(2 * np.polyfit(*zip(*points, strict=True), 1)[0], 1.0, 2.0))


def _phi(scaled: Floats, *, refined: bool) -> float:
    """Return the leaves' noise, robustly: by the median at first, by clipped squares where causes are taken out."""
    if len(scaled) == 0:
        return 1.0
    median = (np.median(np.abs(scaled - np.median(scaled))) * _MAD) ** 2
    if median <= 0:  # more than half of the leaves are exactly as expected
        median = (np.quantile(np.abs(scaled), 0.8) / 1.2816) ** 2
    if refined:
        median = max(median, float(np.mean(np.minimum(scaled**2, _FAR**2 * median))))
    return max(float(median), 1e-12)
