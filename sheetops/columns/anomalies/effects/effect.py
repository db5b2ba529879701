"""The effect of a measure on a series: estimate, interval, checks, and what to make of them in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy import stats

from .autoregressive import Mixed, mixed
from .checks import Check, placebo_dates, placebo_units, pre_trend, step_design
from .judged import Panel, Scale, panel, position, too_short
from .models import Floats
from .ratio import rate_ratio

Verdict = Literal["effect", "no clear effect", "not judged"]

Kind = Literal["", "rate ratio", "series", "distance", "units", "few units"]
"""What it was found by: two rates; one series; its distance from others; units against units, with few of them or enough."""

_NOMINAL = 0.05
_LEAST_UNITS, _ENOUGH_UNITS = 2, 4


@dataclass(frozen=True)
class Effect:
    """What changed with a measure. `estimate` is after / expected ("ratio") or after - expected ("difference")."""

    verdict: Verdict
    scale: Scale = "ratio"
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    before: float = math.nan
    after: float = math.nan
    expected: float = math.nan
    """What the level after would have been without the measure, by the model."""
    method: str = ""
    kind: Kind = ""
    checks: tuple[Check, ...] = ()
    reason: str = ""
    """Why it is not judged."""
    name: str = "It"
    share: bool = False
    """Whether the levels are shares, shown as per cent."""

    def lines(self) -> list[str]:
        """Return the answer for a person to read: what changed, how sure that is, how it was found, what speaks against it."""
        if self.verdict == "not judged":
            return [f"{self.name}: not judged: {self.reason}"]
        return [
            self._headline(),
            self._sure(),
            f"Method: {self.method}.",
            *(check.words for check in self.checks),
        ]

    def _headline(self) -> str:
        before, after = self._level(self.before), self._level(self.after)
        way = "fell" if self.after < self.before else "rose"
        said = (
            f"{self.name} {way} from {before} to {after}"
            if before != after
            else f"{self.name} stayed at {after}"
        )
        what = f"{self.scale} {self._amount(self.estimate)}, {self._amount(self.low)} to {self._amount(self.high)}"
        without = f"; {self._level(self.expected)} would be expected without the measure"
        return f"{said} ({what}; p = {self.p_value:.2g}){without if math.isfinite(self.expected) else ''}."

    def _sure(self) -> str:
        if self.verdict == "no clear effect":
            return "No clear effect: the interval includes no change at all."
        if any(check.passed is False for check in self.checks):
            return "A change is there, but a check fails, so it may not be the measure's doing."
        return "A change is there and no check speaks against it; what else began then would look the same."

    def _level(self, value: float) -> str:
        return (
            f"{value * 100:.1f} %"
            if self.share
            else f"{value:,.3g}"
            if abs(value) < 1000
            else f"{value:,.0f}"
        )

    def _amount(self, value: float) -> str:
        if self.scale == "ratio":
            return f"{value:.2f}"
        return f"{value * 100:+.1f} points" if self.share else f"{value:+,.3g}"


def effect(
    series: Any,
    at: Any,
    *,
    of: Any = None,
    comparison: Any = None,
    comparison_of: Any = None,
    scale: Scale | None = None,
    slope: bool = False,
    season: int | None = None,
    name: str = "It",
) -> Effect:
    """Return how a series changed when a measure began, against what it would have been.

    `series`: values in equal steps of time, or several treated series in columns; with `of` they are counts of that
    (overturned, of decisions). `at`: how many points lie before, or a date of the index. Alone it is an interrupted time
    series: trend and step (`slope`: and a change of slope; `season`: and one wave of so many points), AR(1) errors.
    With `comparison` (series in columns, not treated) it is a difference-in-differences: one treated series as its
    distance from their mean, with AR(1) errors; several by unit, errors clustered by unit (CR2 of Bell and McCaffrey
    2002, in a balanced panel Welch's test of the units' changes). Counts too short for either: a rate ratio.

    `scale`: "ratio" where all values are positive, else "difference". The 95 % interval and p-value hold in short
    series: with no effect, about 5 % of p-values are below 0.05. Raises ValueError where shapes differ.
    """
    treated = panel(series, of, position(series, at))
    if isinstance(treated, str):
        return Effect("not judged", reason=treated, name=name)
    asked = Effect("not judged", name=name, share=_share(treated))
    if reason := too_short(treated):
        return _short(treated, reason, asked)
    others = None
    if comparison is not None:
        found = panel(comparison, comparison_of, position(series, at))
        if isinstance(found, str) or found.values.shape[0] != treated.values.shape[0]:
            why = found if isinstance(found, str) else "it has other points than the series"
            return replace(asked, reason=f"the comparison cannot be used: {why}")
        others = found
    positive = treated.positive and (others is None or others.positive)
    scale = scale or ("ratio" if positive else "difference")
    if scale == "ratio" and not positive:
        return replace(asked, reason="a ratio needs values above 0; a difference can be had")
    asked = replace(asked, scale=scale, before=treated.mean(after=False), after=treated.mean(after=True))
    if others is None:
        return _interrupted(treated, asked, slope, season)
    if treated.values.shape[1] >= _LEAST_UNITS and others.values.shape[1] >= _LEAST_UNITS:
        return _by_unit(treated, others, asked)
    return _distance(treated, others, asked)


def _share(treated: Panel) -> bool:
    return treated.of is not None and bool((treated.values <= treated.of).all())


def _short(treated: Panel, reason: str, asked: Effect) -> Effect:
    """Compare two rates where there is no series to model: there must at least be counts on both sides."""
    at = treated.at
    if treated.of is None or not 0 < at < len(treated.values):
        return replace(asked, reason=reason)
    counts, of = treated.values.sum(axis=1), treated.of.sum(axis=1)
    found = rate_ratio(counts[at:].tolist(), of[at:].tolist(), counts[:at].tolist(), of[:at].tolist())
    if not math.isfinite(found.estimate):
        return replace(asked, reason=f"{reason}, and no counts before")
    kind = f"quasi-Poisson, dispersion {found.dispersion:.1f}" if found.dispersion > 1 else "exact"
    method = f"rate ratio, {kind}, since a series cannot be modelled ({reason})"
    caution = Check(
        "pre-trend", None, "Before against after only: a trend, or a season, would look the same."
    )
    asked = replace(asked, before=treated.mean(after=False), after=treated.mean(after=True))
    return _answered(replace(asked, kind="rate ratio"), found[:3], found.p_value, method, (caution,))


def _interrupted(treated: Panel, asked: Effect, slope: bool, season: int | None) -> Effect:
    y, at = treated.scaled(asked.scale).mean(axis=1), treated.at
    if np.ptp(y) < 1e-12 * max(float(np.abs(y).max()), 1.0):
        return replace(asked, reason=f"all {len(y)} values are equal")
    design = step_design(len(y), at, trend=True, slope=slope, season=season)
    if np.linalg.matrix_rank(design) < design.shape[1] or len(y) - design.shape[1] < AFTER_FREE:
        return replace(asked, reason="too few points for a model with a season")
    change = mixed(y, design, 1)
    checks = (
        pre_trend(y[:at], change.estimate, allowed_for=True),
        placebo_dates(y[:at], change.estimate, change.correlation, trend=True),
    )
    method = f"interrupted time series, trend and step, AR(1) errors (correlation {change.correlation:.2f})"
    return _modelled(replace(asked, kind="series"), change, method, checks)


AFTER_FREE = 4
"""The fewest degrees of freedom of a model."""


def _distance(treated: Panel, others: Panel, asked: Effect) -> Effect:
    """One treated series: its distance from the mean of the comparison, in which common shocks cancel."""
    each, at = others.scaled(asked.scale), treated.at
    y = treated.scaled(asked.scale).mean(axis=1) - each.mean(axis=1)
    if np.ptp(y) < 1e-12 * max(float(np.abs(y).max()), 1.0):
        return replace(asked, reason="the series and its comparison never differ by another amount")
    change = mixed(y, step_design(len(y), at, trend=False), 1)
    changes = _changes(each, at)
    checks = (
        pre_trend(y[:at], change.estimate, allowed_for=False),
        placebo_units(changes, change.estimate)
        if len(changes) > 1
        else placebo_dates(y[:at], change.estimate, change.correlation, trend=False),
    )
    units = f"{len(changes)} comparison series" if len(changes) > 1 else "the comparison"
    method = f"difference from {units}, AR(1) errors (correlation {change.correlation:.2f})"
    return _modelled(replace(asked, kind="distance"), change, method, checks)


def _changes(each: Floats, at: int) -> Floats:
    return np.asarray(each[at:].mean(axis=0) - each[:at].mean(axis=0), dtype=np.float64)


def _by_unit(treated: Panel, others: Panel, asked: Effect) -> Effect:
    """Several units on both sides: the difference of the units' changes, units independent of each other."""
    ours, theirs = treated.scaled(asked.scale), others.scaled(asked.scale)
    changed, compared = _changes(ours, treated.at), _changes(theirs, treated.at)
    estimate = float(changed.mean() - compared.mean())
    if np.ptp(changed) == 0 and np.ptp(compared) == 0:
        return replace(asked, reason="all units changed by the same amount")
    test = stats.ttest_ind(changed, compared, equal_var=False)
    interval = test.confidence_interval(1 - _NOMINAL)
    gap = (ours.mean(axis=1) - theirs.mean(axis=1))[: treated.at]
    checks = (pre_trend(gap, estimate, allowed_for=False), placebo_units(compared, estimate))
    method = (
        f"difference-in-differences, {len(changed)} treated and {len(compared)} other units, "
        "errors clustered by unit"
    )
    levels = (estimate, float(interval.low), float(interval.high))
    asked = replace(asked, kind="units" if len(changed) >= _ENOUGH_UNITS <= len(compared) else "few units")
    return _scaled(asked, levels, float(test.pvalue), method, checks)


def _modelled(asked: Effect, change: Mixed, method: str, checks: tuple[Check, ...]) -> Effect:
    return _scaled(asked, (change.estimate, *change.interval()), change.p_value, method, checks)


def _scaled(
    asked: Effect, levels: tuple[float, float, float], p_value: float, method: str, checks: tuple[Check, ...]
) -> Effect:
    """Return the effect, its numbers turned back from logarithms where it is a ratio."""
    if asked.scale == "ratio":
        estimate, low, high = (math.exp(min(level, 700.0)) for level in levels)
        asked = replace(asked, expected=asked.after / estimate if estimate else math.nan)
        return _answered(asked, (estimate, low, high), p_value, method, checks)
    asked = replace(asked, expected=asked.after - levels[0])
    return _answered(asked, levels, p_value, method, checks)


def _answered(
    asked: Effect, levels: tuple[float, float, float], p_value: float, method: str, checks: tuple[Check, ...]
) -> Effect:
    estimate, low, high = levels
    verdict: Verdict = "effect" if p_value < _NOMINAL else "no clear effect"
    return replace(
        asked,
        verdict=verdict,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
        method=method,
        checks=checks,
    )
