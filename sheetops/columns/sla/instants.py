"""Columns of times as Unix seconds: aware, naive, dates and text, with what cannot be told as a finding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .findings import ERROR, WARNING, Finding, finding
from .timeline import Bools, Ints

NEVER = np.iinfo(np.int64).min
"""Stands for a blank instant in an array of Unix seconds."""


def seconds_of(
    column: pd.Series, timezone: str, name: str, keys: Any = None
) -> tuple[Ints, Bools, list[Finding]]:
    """Return (Unix seconds with NEVER for a blank, which are filled, findings) of a column of times.

    Naive times and dates are wall time in `timezone`; without one they are refused and count as blank.
    Of a time that comes twice the first is taken, and one that is skipped moves to the end of the gap.
    """
    keys = np.arange(len(column)) if keys is None else keys
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return *_seconds(column), []
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return _naive(column, timezone, name, keys)
    return _mixed(column, timezone, name, keys)


def _seconds(column: pd.Series) -> tuple[Ints, Bools]:
    raw = (
        column.to_numpy("datetime64[us]")
        if not isinstance(column.dtype, pd.DatetimeTZDtype)
        else (column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]"))
    )
    known = ~np.isnat(raw)
    return np.where(known, raw.view(np.int64) // 1_000_000, NEVER), known


def _naive(column: pd.Series, timezone: str, name: str, keys: Any) -> tuple[Ints, Bools, list[Finding]]:
    known = column.notna().to_numpy()
    if not timezone:
        message = f"'{name}' has times without a zone; give the tracker a timezone. They were not counted"
        blank = np.zeros(len(column), bool)
        found = [finding(ERROR, "naive times", message, keys[known])] if known.any() else []
        return np.full(len(column), NEVER), blank, found
    first = column.dt.tz_localize(timezone, ambiguous=np.ones(len(column), bool), nonexistent="shift_forward")
    second = column.dt.tz_localize(
        timezone, ambiguous=np.zeros(len(column), bool), nonexistent="shift_forward"
    )
    twice = (first != second).to_numpy() & known
    seconds, known = _seconds(first)
    message = f"'{name}' shows a time that comes twice in {timezone} (clocks go back); the first was taken"
    return seconds, known, [finding(WARNING, "ambiguous time", message, keys[twice])] if twice.any() else []


def _mixed(column: pd.Series, timezone: str, name: str, keys: Any) -> tuple[Ints, Bools, list[Finding]]:
    """Read objects one by one: text, datetimes of either kind, dates."""
    said = column.to_numpy(object)
    filled = np.flatnonzero(column.notna().to_numpy())
    aware: dict[int, pd.Timestamp] = {}
    naive: dict[int, pd.Timestamp] = {}
    wrong: list[int] = []
    for row in filled.tolist():
        moment = _moment(said[row])
        if moment is None:
            wrong += [row] if str(said[row]).strip() else []
        else:
            (aware if moment.tzinfo else naive)[row] = moment
    seconds = np.full(len(column), NEVER)
    found: list[Finding] = []
    for row, moment in aware.items():
        seconds[row] = int(moment.timestamp() // 1)
    if naive:
        rows = np.fromiter(naive, np.int64, len(naive))
        taken, _, found = _naive(pd.Series(list(naive.values())), timezone, name, keys[rows])
        seconds[rows] = taken
    if wrong:
        message = f"'{name}' does not hold a time, such as {said[wrong[0]]!r}; it counts as blank"
        found.append(finding(ERROR, "not a time", message, keys[wrong]))
    return seconds, seconds != NEVER, found


def _moment(value: Any) -> pd.Timestamp | None:
    try:
        moment = pd.Timestamp(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return None if moment is pd.NaT else moment


def is_times(column: pd.Series) -> bool:
    """Return whether a column's type says that it holds times or dates."""
    kind = column.dtype
    return isinstance(kind, pd.DatetimeTZDtype) or (isinstance(kind, np.dtype) and kind.kind == "M")


def to_datetimes(seconds: Ints, known: Bools | None = None) -> pd.DatetimeIndex:
    """Return Unix seconds as aware datetimes in UTC (microseconds, like the dataset's), NaT for NEVER."""
    known = seconds != NEVER if known is None else known & (seconds != NEVER)
    raw = np.where(known, seconds, 0) * 1_000_000
    moments = raw.view("datetime64[us]")
    moments[~known] = np.datetime64("NaT")
    return pd.DatetimeIndex(moments).tz_localize("UTC")


def to_durations(seconds: Ints, known: Bools) -> Any:
    """Return seconds as timedeltas (microseconds), NaT where not known."""
    spans = (np.where(known, seconds, 0) * 1_000_000).view("timedelta64[us]")
    spans[~known] = np.timedelta64("NaT")
    return spans
