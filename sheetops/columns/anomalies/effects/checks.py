"""What speaks against an estimate: a trend that was there before, and dates and units without a measure that moved as much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .autoregressive import fit, mixed
from .judged import AFTER, BEFORE
from .models import Floats

_LEAST_PLACEBOS = 9
_RARE, _NOMINAL = 0.1, 0.05


@dataclass(frozen=True)
class Check:
    """A check by name; passed is None where it could not be made."""

    name: str
    passed: bool | None
    words: str


def pre_trend(before: Floats, estimate: float, *, allowed_for: bool) -> Check:
    """Check that the series (or its distance from the comparison) did not move before the way it moved after.

    `allowed_for`: the model has a straight trend, so that a failure is a caution and not a bias.
    """
    n = len(before)
    if np.ptp(before) == 0:
        return Check("pre-trend", True, "It did not move at all before.")
    slope = mixed(before, np.column_stack([np.ones(n), np.arange(n) - n / 2]), 1)
    if slope.p_value >= _NOMINAL or slope.estimate * estimate <= 0:
        return Check("pre-trend", True, "The pre-trend check passes: it was not moving that way before.")
    way = "falling" if slope.estimate < 0 else "rising"
    rest = (
        "the estimate is beyond that trend, if it would have gone on in a straight line."
        if allowed_for
        else "so part of the difference would have come anyway."
    )
    return Check("pre-trend", False, f"The pre-trend check fails: it was {way} before; {rest}")


def placebo_dates(before: Floats, estimate: float, correlation: float, trend: bool) -> Check:
    """Rank the estimate among the changes that the same model finds at earlier dates, where nothing was done."""
    n = len(before)
    found = [
        abs(float(fit(before, step_design(n, cut, trend=trend), correlation).estimate[1]))
        for cut in range(BEFORE, n - AFTER + 1)
    ]
    return _ranked("earlier dates", found, estimate)


def placebo_units(changes: Floats, estimate: float) -> Check:
    """Rank the estimate among the changes of units where nothing was done, each against the other ones."""
    others = (changes.sum() - changes) / (len(changes) - 1)
    return _ranked("units of the comparison", np.abs(changes - others).tolist(), estimate)


def _ranked(among: str, found: list[float], estimate: float) -> Check:
    if len(found) < _LEAST_PLACEBOS:
        return Check("placebo", None, f"Placebo rank: not judged, {len(found)} of {_LEAST_PLACEBOS} {among}.")
    as_large = sum(change >= abs(estimate) for change in found)
    passed = (1 + as_large) / (1 + len(found)) <= _RARE
    verb = "passes" if passed else "fails"
    return Check(
        "placebo",
        passed,
        f"The placebo check {verb}: {as_large} of {len(found)} {among} without the measure show as large a change.",
    )


def step_design(n: int, at: int, *, trend: bool, slope: bool = False, season: int | None = None) -> Floats:
    """Return a design: constant, step at a point, trend, change of slope (0 on average after), one wave of a season."""
    time = np.arange(n, dtype=np.float64)
    after = time >= at
    columns = [np.ones(n), after.astype(np.float64)]
    if trend:
        columns.append((time - at) / n)
    if slope:
        columns.append(np.where(after, time - time[after].mean(), 0.0) / n)
    if season:
        columns += [np.sin(2 * np.pi * time / season), np.cos(2 * np.pi * time / season)]
    return np.column_stack(columns)
