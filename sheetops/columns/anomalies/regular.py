"""Counts on a regular grid of periods, whatever came in: missing periods are gaps, dates may be given or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

A_YEAR_OF = {12: "MS", 52: "7D", 365: "1D"}
"""Periods a year for which dates are looked back by the calendar."""


@dataclass(frozen=True)
class Regular:
    """`counts` (periods,) with NaN where one is missing or unusable; `rows` is where each given count went; `dates`
    where the calendar is to be used; `problem` says why nothing can be judged."""

    counts: Floats
    rows: NDArray[np.intp]
    dates: pd.DatetimeIndex | None = None
    problem: str = ""


def regular(counts: ArrayLike | pd.Series, frequency: int) -> Regular:
    """Return one series of counts on a regular grid. Raises ValueError when it is not one-dimensional."""
    values = numbers(counts)
    if values.ndim != 1:
        raise ValueError(f"counts has {values.ndim} dimensions; one series of counts has one.")
    rows = np.arange(len(values))
    dates = _dates(counts.index) if isinstance(counts, pd.Series) else None
    if dates is None or len(dates) < 2 or frequency not in A_YEAR_OF:
        return Regular(values, rows)
    if dates.hasnans:
        return Regular(values, rows, problem="a date is missing")
    if not dates.is_monotonic_increasing:
        return Regular(values, rows, problem="the dates go back in time")
    if not dates.is_unique:
        return Regular(values, rows, problem="a period is there twice")
    return _on_the_calendar(values, dates, frequency)


def numbers(counts: ArrayLike | pd.Series) -> Floats:
    """Return counts as floats: NaN for what is missing, negative, infinite or no number at all."""
    if isinstance(counts, pd.Series | pd.DataFrame):
        flat = counts.to_numpy(dtype=object) if counts.dtypes is object else counts.to_numpy()
    else:
        flat = np.asarray(counts)
    if flat.dtype.kind not in "fiub":
        flat = (
            pd.to_numeric(pd.Series(flat.ravel()), errors="coerce")
            .to_numpy(dtype=float, na_value=np.nan)
            .reshape(flat.shape)
        )
    values = flat.astype(float)
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values) & (values >= 0), values, np.nan)


def _dates(index: pd.Index) -> pd.DatetimeIndex | None:
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        return index.tz_localize(None).normalize() if index.tz is not None else index.normalize()
    return None


def _on_the_calendar(values: Floats, dates: pd.DatetimeIndex, frequency: int) -> Regular:
    """Put the counts on the grid of their dates; where they do not lie on one, they are taken by position."""
    rows = np.arange(len(values))
    if frequency == 12:
        months = np.asarray(dates.year * 12 + dates.month)
        at = months - months[0]
        grid = dates[0].replace(day=1) + pd.to_timedelta(0, "D")
        full = pd.date_range(grid, periods=int(at[-1]) + 1, freq="MS")
    else:
        step = 7 if frequency == 52 else 1
        days = np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))
        if ((days - days[0]) % step).any():
            return Regular(values, rows)
        at = (days - days[0]) // step
        full = pd.date_range(dates[0], periods=int(at[-1]) + 1, freq=f"{step}D")
    if len(np.unique(at)) < len(at):
        return Regular(values, rows, problem="a period is there twice")
    counts = np.full(len(full), np.nan)
    counts[at] = values
    return Regular(counts, at.astype(np.intp), full)
