"""What is normal for a weekly figure: control limits from its own past weeks, wide enough for chance and for small counts.

A figure outside them is worth a question; one inside is not, however large its change in per cent is. Chance alone puts
about one figure in 370 outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from ..columns.anomalies.overdispersion import quasi_poisson_quantile
from ..words import count

Floats = NDArray[np.float64]

LEAST, MOST = 8, 26
"""How many past weeks limits need, and how many they are made of at most."""

TAIL = 0.00135
"""The share of normal weeks beyond each limit: that of three standard deviations (Shewhart 1931)."""

_MOVING = 1.128
"""The mean range of two values from one normal distribution, in standard deviations."""

_DRIFTS = 2.33
"""Standard errors below 2 from which the von Neumann ratio (1941) says that weeks hang together: one in a hundred by chance."""


@dataclass(frozen=True)
class Range:
    """A normal range of `weeks` weeks; `reason` says why there is none."""

    low: float | None = None
    high: float | None = None
    weeks: int = 0
    reason: str = ""

    def where(self, value: float | None) -> str:
        """Return "above", "below", "within" or "not judged"."""
        if value is None or self.low is None or self.high is None:
            return "not judged"
        return "above" if value > self.high else "below" if value < self.low else "within"


def not_judged(reason: str) -> Range:
    """Return no range, and why."""
    return Range(reason=reason)


def _few(weeks: int) -> Range | None:
    return not_judged(f"{weeks} of {count(LEAST, 'week')} of history") if weeks < LEAST else None


def of_counts(past: ArrayLike) -> Range:
    """Return the normal range of a count of events: Poisson, or as much wider as past weeks were.

    The dispersion is that of the moving ranges (Laney 2002), never below 1, and the mean's own uncertainty is added to it.
    """
    seen = np.asarray(past, float)[-MOST:]
    if few := _few(len(seen)):
        return few
    mean = float(seen.mean())
    wide = _dispersion((seen - mean) / np.sqrt(mean)) if mean > 0 else 1.0
    wide *= 1 + 1 / len(seen)
    if mean == 0:  # none in so many weeks: the rule of three says what may still be chance
        return Range(0.0, float(quasi_poisson_quantile(3 / len(seen), 1.0, TAIL)), len(seen))
    low, high = (float(quasi_poisson_quantile(mean, wide, tail)) for tail in (1 - TAIL, TAIL))
    return Range(low, high, len(seen))


def _dispersion(z: Floats) -> float:
    """Return the variance of standardised weeks by their moving ranges, 1 at least: chance is always there."""
    return max(1.0, float((np.abs(np.diff(z)).mean() / _MOVING) ** 2))


def of_shares(past: ArrayLike, past_of: ArrayLike, of: float) -> Range:
    """Return the normal range of a share of `of` this week, by counts `past` of `past_of` in weeks before.

    Binomial, or beta-binomial where past weeks varied more (Laney 2002, p' chart). Weeks with nothing to count are no weeks.
    """
    yes, size = np.asarray(past, float), np.asarray(past_of, float)
    yes, size = yes[size > 0][-MOST:], size[size > 0][-MOST:]
    if few := _few(len(size)):
        return few
    if of <= 0:
        return not_judged("nothing to count this week")
    mean = float((yes.sum() + 0.5) / (size.sum() + 1))
    wide = _dispersion((yes / size - mean) / np.sqrt(mean * (1 - mean) / size))
    within = wide * (1 + of / size.sum())
    low, high = _share_limits(mean, int(of), within)
    return Range(low, high, len(size))


def _share_limits(mean: float, of: int, wide: float) -> tuple[float, float]:
    counts = np.arange(of + 1.0)
    log_ways = special.gammaln(of + 1) - special.gammaln(counts + 1) - special.gammaln(of - counts + 1)
    if of > 1 and wide > 1 + 1e-9:
        apart = min((wide - 1) / (of - 1), 0.999)
        a, b = mean * (1 / apart - 1), (1 - mean) * (1 / apart - 1)
        log_chance = log_ways + special.betaln(counts + a, of - counts + b) - special.betaln(a, b)
    else:
        log_chance = log_ways + special.xlogy(counts, mean) + special.xlogy(of - counts, 1 - mean)
    below = np.cumsum(np.exp(log_chance))
    low, high = (int(np.searchsorted(below, level)) for level in (TAIL, 1 - TAIL))
    return low / of, min(high, of) / of


def _drifts(seen: Floats) -> bool:
    """Return whether each week is like the one before: their squared steps are few beside their squared deviations."""
    varied, n = float(np.square(seen - seen.mean()).sum()), len(seen)
    error = 2 * float(np.sqrt((n - 2) / (n * n - 1)))
    return varied > 0 and float(np.square(np.diff(seen)).sum()) / varied < 2 - _DRIFTS * error


def of_measures(past: ArrayLike, *, counted: bool = False) -> Range:
    """Return the normal range of a measure such as an age: mean and 2.66 mean moving ranges (XmR chart), from 0 up.

    A measure that drifts for months moves little from week to week, and would then be outside most of the time: where the von
    Neumann ratio says so, the range is as wide as the weeks as a whole have varied. `counted`: it is a number of things, such as a backlog; then it is never narrower than chance makes it (Poisson).
    Weeks without a value (NaN) are no weeks.
    """
    seen = np.asarray(past, float)
    seen = seen[~np.isnan(seen)][-MOST:]
    if few := _few(len(seen)):
        return few
    mean, moving = float(seen.mean()), float(np.abs(np.diff(seen)).mean())
    spread = moving / _MOVING
    if _drifts(seen):
        spread = max(spread, float(seen.std(ddof=1)))
    if counted:
        spread = max(spread, float(np.sqrt(max(mean, 1 / len(seen)))))
    reach = 3 * spread * float(np.sqrt(1 + 1 / len(seen)))
    low, high = max(0.0, mean - reach), mean + reach
    return (
        Range(float(np.ceil(low)), float(np.floor(high)), len(seen))
        if counted
        else Range(low, high, len(seen))
    )
