"""What of a series before and after a measure can be judged: levels to model, or the reason in words why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .models import Floats

Scale = Literal["ratio", "difference"]

BEFORE, AFTER = 8, 4
"""The fewest points before and after that a series is modelled with."""

_MISSING = 0.2
_LARGEST = 1e100  # beyond, squares are infinite
_HALF = 0.5  # added to counts where one is 0, so that a logarithm exists (Anscombe 1948)


@dataclass(frozen=True)
class Panel:
    """Series in columns, one or more, in equal steps of time: values and, where they are counts of something, of what."""

    values: Floats
    of: Floats | None
    at: int
    """The first point after."""

    @property
    def levels(self) -> Floats:
        """The values, or their rates."""
        return self.values if self.of is None else self.values / self.of

    def scaled(self, scale: Scale) -> Floats:
        """Return what is modelled: logarithms for a ratio."""
        if scale == "difference":
            return self.levels
        if self.of is not None and (self.values == 0).any():
            return np.log((self.values + _HALF) / (self.of + _HALF))
        return np.log(self.levels)

    def mean(self, after: bool) -> float:
        """Return the mean level before or after; of rates, all counts by all of what they are of."""
        part = slice(self.at, None) if after else slice(None, self.at)
        if self.of is None:
            return float(self.values[part].mean())
        return float(self.values[part].sum() / self.of[part].sum())

    @property
    def positive(self) -> bool:
        """Whether a logarithm exists, or can be made to."""
        return bool((self.values > 0).all()) or (self.of is not None and bool((self.values >= 0).all()))


def position(series: Any, at: Any) -> int:
    """Return the place of the first point after: `at` itself, or by the index where it is a date."""
    if isinstance(at, int | np.integer):
        return int(at)
    if not isinstance(series, pd.Series | pd.DataFrame):
        raise TypeError(
            "a date needs a pandas series with dates as its index; or give the number of points before"
        )
    return int(np.count_nonzero(series.index < at))


def panel(values: Any, of: Any, at: int) -> Panel | str:
    """Return the series without the points that are missing in any of them; or why they cannot be judged."""
    columns = _columns(values)
    divisors = None if of is None else _columns(of)
    if divisors is not None and divisors.shape != columns.shape:
        raise ValueError(f"values and of differ in shape: {columns.shape} and {divisors.shape}")
    if any((np.abs(each) > _LARGEST).any() for each in (columns, divisors) if each is not None):
        return "a value is infinite, or as good as"
    lost = np.atleast_1d(np.isnan(columns).any(axis=1))
    if divisors is not None:
        lost = lost | np.isnan(divisors).any(axis=1) | (divisors <= 0).any(axis=1)
    if len(lost) == 0 or lost.mean() > _MISSING:
        return f"{int(lost.sum())} of {len(lost)} points have no value"
    if divisors is not None and (columns[~lost] < 0).any():
        return "a count is negative"
    kept = None if divisors is None else divisors[~lost]
    return Panel(columns[~lost], kept, int(np.count_nonzero(~lost[: max(at, 0)])))


def _columns(values: Any) -> Floats:
    frame = pd.DataFrame(values) if not isinstance(values, pd.DataFrame) else values
    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(numbers, dtype=np.float64)


def too_short(panel: Panel) -> str | None:
    """Return why a series has too few points to be modelled; None where it has enough."""
    after = len(panel.values) - panel.at
    if panel.at < BEFORE:
        return f"not enough history: {panel.at} of {BEFORE} points before"
    if after < AFTER:
        return f"too early: {max(after, 0)} of {AFTER} points after"
    return None
