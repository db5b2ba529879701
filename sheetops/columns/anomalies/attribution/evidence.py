"""How strongly a slice's numbers speak against "as expected": log-likelihood ratios of sums over leaves.

Both kinds of evidence have `sums`, one number for each leaf that may be added up over any set of leaves, and `ratio`,
the log-likelihood ratio of such sums: positive when above the expected, negative when below. `weakest` is how weak a
cause may be, as a part of the strongest one. `found`, `expected` and `noise` (a standard deviation) are for each leaf.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from .cells import Floats, Mask

_GROUPS, _LEAST_IN_GROUP, _LEAST_LEAVES = 8, 5, 30
_MAD = (
    1.4826  # the standard deviation of a normal distribution as a multiple of its median absolute deviation
)
_FAR = 6.0
_PULL, _RATE_LEAST = 4.0, 1e-6
_MEDIAN_OF_SQUARE = 0.4549  # of a standard normal variable's square

ALIKE, _ALIKE_LEAVES = 0.04, 10
"""How alike the units of a cell are (intra-class correlation), before the leaves have said it: ten leaves' worth.

A million views of one cell are not a million coins: cells' rates differ between hours for reasons of their own. With
correlation r, n units count as n / (1 + r n): 25 at most with 0.04, 1,000 with 0.001.
"""


SLACK = 0.1
"""How far, in standard deviations of one leaf, a slice of any size may be off without a reason."""

_WEAKEST, _FEW = 0.3, 200
"""A rate's causes that are weaker than this part of the strongest are left out while few leaves tell how alike they are."""

_HUBER, _STEPS = 2.0, 25


class Evidence(Protocol):
    """What a scan needs to know of a metric."""

    sums: tuple[Floats, ...]
    weakest: float
    found: Floats
    expected: Floats
    noise: Floats

    def ratio(self, sums: tuple[Floats, ...]) -> Floats:
        """Return the signed log-likelihood ratio of slices, given their sums."""


class Additive:
    """Leaves add up to the total. The variance of a leaf is phi m^p, m the mean of actual and expected (Tweedie 1984).

    p = 1 is counting noise, p = 2 a forecast wrong by so many per cent; p and phi are estimated robustly from the leaves
    that are `normal`. A slice whose leaves all move by the same ratio (the ripple effect, Sun et al. 2018) has the ratio
    T^2 / 2 phi V, with T = sum m^(1-p) (actual - expected) and V = sum m^(2-p). T counts only beyond SLACK of the
    leaves' noise: a forecast is a little off in one direction, and over 10,000 leaves that is "significant".
    """

    sums: tuple[Floats, ...]

    def __init__(self, actual: Floats, expected: Floats, normal: Mask | None = None) -> None:
        """Take one number for each leaf, none negative."""
        size = (actual + expected) / 2
        some = size > 0
        away = actual - expected
        used = some if normal is None else some & normal
        self.power = _power(size[used], np.abs(away[used]))
        safe = np.where(some, size, 1.0)
        scaled = np.where(some, away / safe ** (self.power / 2), 0.0)
        self.phi = _phi(scaled[used], refined=normal is not None)
        self.found, self.expected, self.weakest = actual, expected, 0.0
        self.noise = np.sqrt(self.phi * np.where(some, size, 0.0) ** self.power)
        self.sums = (
            np.where(some, safe ** (1 - self.power) * away, 0.0),
            np.where(some, safe ** (2 - self.power), 0.0),
            np.where(some, safe ** (1 - self.power / 2), 0.0),
        )

    def ratio(self, sums: tuple[Floats, ...]) -> Floats:
        """Return the signed log-likelihood ratio of slices, given their sums."""
        moved, variance, leeway = sums
        beyond = np.maximum(np.abs(moved) - SLACK * math.sqrt(self.phi) * leeway, 0.0)
        answer: Floats = np.sign(moved) * beyond**2 / (2 * self.phi * np.maximum(variance, 1e-300))
        return answer


class Shares:
    """A rate of two counts (clicks of views, errors of requests), before and now: binomial log-likelihood ratio.

    Kulldorff 1997's statistic for a scan. A leaf's baseline is its own rate before, pulled to the overall rate by four
    units; the units it speaks with, u, are fewer than it has: 1/u = 1/now + 1/before + r (Kish 1965), with r, the
    correlation of a cell's units, from the leaves that are `normal`.
    """

    sums: tuple[Floats, ...]

    def __init__(
        self, actual: Floats, of: Floats, before: Floats, of_before: Floats, normal: Mask | None = None
    ) -> None:
        """Take numerators and denominators for each leaf, now and before; a numerator is within its denominator."""
        overall = before.sum() / max(of_before.sum(), 1e-300)
        some = of > 0
        now = actual / np.where(some, of, 1.0)
        chance = 1 / np.where(some, of, 1.0) + 1 / (of_before + _PULL)
        rate = (before + _PULL * overall) / (of_before + _PULL)
        used = some & (of * rate >= 1)
        alike = _alike(now, rate, chance, used if normal is None else used & normal)
        shrunk = 1 / (1 + alike * of_before)
        rate = np.clip(
            (before * shrunk + _PULL * overall) / (of_before * shrunk + _PULL), _RATE_LEAST, 1 - _RATE_LEAST
        )
        units = np.where(some, 1 / (chance + alike), 0.0)
        self.found, self.expected = units * now, units * rate
        self.noise = np.sqrt(units * rate * (1 - rate))
        self.sums = (self.found, self.expected, units)
        self.weakest = float(_WEAKEST * _FEW / (_FEW + np.count_nonzero(used)))

    def ratio(self, sums: tuple[Floats, ...]) -> Floats:
        """Return the signed log-likelihood ratio of slices, given their sums."""
        found, expected, units = sums
        units = np.maximum(units, 1e-9)
        now, then = np.clip(found / units, 0, 1), np.clip(expected / units, 1e-9, 1 - 1e-9)
        likelihood = _times_log(found, now / then) + _times_log(units - found, (1 - now) / (1 - then))
        answer: Floats = np.sign(found - expected) * np.maximum(likelihood, 0.0)
        return answer


def _alike(now: Floats, rate: Floats, chance: Floats, used: Mask) -> float:
    """Return the correlation of a cell's units: what makes the median squared deviation that of a normal one."""
    spread = np.clip(rate * (1 - rate), _RATE_LEAST, None)
    squared, chance = ((now - rate) ** 2 / spread)[used], chance[used]
    low, high = 0.0, 1.0
    if len(squared) == 0 or np.median(squared / chance) <= _MEDIAN_OF_SQUARE:
        high = 0.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        above = np.median(squared / (chance + middle)) > _MEDIAN_OF_SQUARE
        low, high = (middle, high) if above else (low, middle)
    return (high * len(squared) + ALIKE * _ALIKE_LEAVES) / (len(squared) + _ALIKE_LEAVES)


def level(evidence: Evidence, among: Mask) -> float:
    """Return found / expected as most of some leaves have it: Huber's estimate of location, 1964."""
    used = among & (evidence.expected > 0) & (evidence.noise > 0)
    found, expected, noise = evidence.found[used], evidence.expected[used], evidence.noise[used]
    if not len(found):
        return 1.0
    estimate = float(np.median(found / expected))
    for _ in range(_STEPS):
        off = np.abs(found - estimate * expected) / noise
        weight = np.minimum(1.0, _HUBER / np.maximum(off, _HUBER)) / noise**2
        estimate = float((weight * found * expected).sum() / (weight * expected**2).sum())
    return max(estimate, 1e-9)


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
    return float(np.clip(2 * np.polyfit([x for x, _ in points], [y for _, y in points], 1)[0], 1.0, 2.0))


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
