"""Which cases count: those dated in the window that ends at `as_of`, and those in the windows before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .coding import Attribute, Bools, coded
from .settings import Settings

FEWEST = 20
"""Cases in the window under which no combination can be told from chance."""


@dataclass(frozen=True)
class Period:
    """The cases' attributes by code, which rows are in the window and which before it, and how many windows that is."""

    attributes: tuple[Attribute, ...]
    now: Bools
    before: Bools
    windows_before: float
    days: float
    notes: tuple[str, ...]


def whole_window(window: Any) -> pd.Timedelta:
    """Return a window's length: days as a number, or anything that pandas takes for a length of time.

    Raise ValueError when it is none, or not positive.
    """
    number = isinstance(window, int | float | np.integer | np.floating) and not isinstance(window, bool)
    try:
        length = pd.Timedelta(days=float(window)) if number else pd.Timedelta(window)
    except (ValueError, TypeError, OverflowError):
        length = pd.NaT
    if length is pd.NaT or length <= pd.Timedelta(0):
        raise ValueError(f"window is days, or a length of time like '28D'; {window!r} is none")
    return length


def days_before(column: pd.Series, as_of: datetime | pd.Timestamp | str) -> np.ndarray:
    """Return how many days before `as_of` each date is; NaN where there is none. Negative: it is still to come.

    Dates without a zone are wall times of the zone of `as_of`; an `as_of` without one is UTC where the dates have one.
    """
    moment = pd.Timestamp(as_of)
    if moment is pd.NaT:
        raise ValueError("as_of is a date and time")
    dates = _dates(column)
    if getattr(dates.dtype, "tz", None) is not None:
        moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
        dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
    age = moment.tz_localize(None).to_datetime64() - dates.to_numpy("datetime64[us]")
    return np.where(np.isnat(age), np.nan, age / np.timedelta64(1, "D"))


def _dates(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    nothing = pd.Series(pd.NaT, index=column.index, dtype="datetime64[us]")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return nothing
    text = column.map(lambda cell: cell if isinstance(cell, str | datetime) else _day(cell))
    try:
        zoned = any(_has_zone(cell) for cell in text)
        return pd.to_datetime(text, errors="coerce", format="mixed", utc=True if zoned else None)
    except (ValueError, TypeError, OverflowError):
        return nothing


def _day(cell: Any) -> Any:
    """Return a date as text; a number is no date."""
    return cell.isoformat() if hasattr(cell, "isoformat") else None


def _has_zone(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.endswith("Z") or (len(cell) > 16 and ("+" in cell[16:] or "-" in cell[16:]))
    return getattr(cell, "tzinfo", None) is not None


def column_of(frame: pd.DataFrame, name: str) -> pd.Series | None:
    """Return a column, the first of that name; None where there is none."""
    if name not in frame.columns:
        return None
    column = frame[name]
    return column.iloc[:, 0] if isinstance(column, pd.DataFrame) else column


def read_period(
    frame: pd.DataFrame, attributes: Sequence[str], as_of: Any, date: str, window: Any, settings: Settings
) -> Period | str:
    """Return the cases that count, or why none can be judged, in words."""
    length, names = whole_window(window), list(dict.fromkeys(attributes))
    missing = [name for name in names if column_of(frame, name) is None]
    names = [name for name in names if name not in missing]
    notes = [f"There is no column {name!r}: it is left out" for name in missing]
    days = length / timedelta(days=1)
    dates = column_of(frame, date)
    if dates is None:
        return f"there is no column {date!r} with the cases' dates"
    age = days_before(dates, as_of)
    notes += _dates_left_out(age, date)
    with np.errstate(invalid="ignore"):
        now = (age >= 0) & (age < days)
        before = (age >= days) & (age < days * (1 + settings.history))
    if now.sum() < FEWEST:
        return "; ".join([f"too few cases: {int(now.sum())} of {FEWEST} in {_days(days)}", *notes])
    found = [coded(name, column_of(frame, name), now, settings.min_count, settings.values) for name in names]
    told = [one for one in found if one.values]
    notes += [
        f"{one.name}: no value has {settings.min_count} cases in the window: it is left out"
        for one in found
        if not one.values
    ]
    notes += [f"{one.name}: {one.rare:,} values are too rare to be looked at" for one in told if one.rare]
    depth = settings.depth_for(len(told))
    if depth < min(settings.max_depth, len(told)):
        notes.append(f"{len(told)} attributes are many: scenarios have {depth} of them at most")
    if len(told) < 2:
        return f"{len(told)} of at least 2 attributes have values that recur"
    if all(len(one.values) == 1 and (one.codes[now] == 1).all() for one in told):
        return "all cases are alike in all attributes"
    windows = min((age[before].max() - days) / days, settings.history) if before.any() else 0.0
    return Period(tuple(told), now, before, float(windows), float(days), tuple(notes))


def _dates_left_out(age: np.ndarray, date: str) -> list[str]:
    with np.errstate(invalid="ignore"):
        future, none = int((age < 0).sum()), int(np.isnan(age).sum())
    notes = [f"{future:,} cases are dated after the time asked about: not counted"] if future else []
    return notes + ([f"{none:,} cases have no date in {date!r}: not counted"] if none else [])


def _days(days: float) -> str:
    return f"{days:g} day{'s' if days != 1 else ''}"
