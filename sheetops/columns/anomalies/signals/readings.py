"""A series as it came, made ready to be judged: which rows are usable, in which order, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = Any

LEAST = 20
"""Points of history below which nothing is judged, and from which the sampling interval is read."""
_TOO_LARGE = 1e100
_EPOCH_UNITS = ((1e17, "ns"), (1e14, "us"), (1e11, "ms"), (1e8, "s"))


@dataclass(frozen=True)
class Readings:
    """The usable rows of a series in the order of time.

    `rows` are their places in the input; `when` is the instant and `wall` what the local clock showed, both in ns (or
    places, for a series without a calendar); `step` is the sampling interval in the same unit, 0 where there are fewer
    than LEAST rows. `reasons` has a text for each input row: "" or why it is not judged.
    """

    size: int
    index: Any
    rows: Ints
    when: Ints
    wall: Ints
    values: Floats
    step: int
    calendar: bool
    reasons: Texts


def read(timestamps: Any, values: Any, timezone: str | None) -> Readings:
    """Return the readings of a series. Raise ValueError when there are not as many timestamps as values.

    A series whose rows run from the newest to the oldest is read from its end. Otherwise a row whose time is before
    that of an earlier row is not judged and teaches nothing: what was said about the rows before it stays as it was.
    """
    numbers, reasons = _numbers(values)
    size = len(numbers)
    when, wall, calendar = _times(timestamps, size, timezone)
    unknown = when == np.iinfo(np.int64).min
    reasons[unknown & (reasons == "")] = "not judged: no timestamp"
    usable = np.flatnonzero(reasons == "").astype(np.int64)
    if len(usable) > 2 and (np.diff(when[usable]) <= 0).all() and when[usable[0]] > when[usable[-1]]:
        usable = usable[::-1]
    usable = _in_order(usable, when, calendar, reasons)
    steps = np.diff(when[usable][:LEAST])
    step = int(np.median(steps)) if len(usable) >= LEAST else 0
    index = values.index if isinstance(values, pd.Series) else pd.RangeIndex(size)
    return Readings(size, index, usable, when[usable], wall[usable], numbers[usable], step, calendar, reasons)


def _numbers(values: Any) -> tuple[Floats, Texts]:
    raw = pd.Series(np.asarray(values, dtype=object) if isinstance(values, (list, tuple)) else values)
    numbers = pd.to_numeric(raw, errors="coerce")
    found = np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan), dtype=float).copy()
    reasons = np.full(len(found), "", dtype=object)
    missing = raw.isna().to_numpy()
    reasons[missing] = "not judged: no value"
    reasons[np.isnan(found) & ~missing] = "not judged: not a number"
    reasons[np.isinf(found)] = "not judged: the value is infinite"
    reasons[np.isfinite(found) & (np.abs(found) > _TOO_LARGE)] = (
        "not judged: the value is too large to be a measurement"
    )
    return found, reasons


def _times(timestamps: Any, size: int, timezone: str | None) -> tuple[Ints, Ints, bool]:
    if timestamps is None:
        places = np.arange(size, dtype=np.int64)
        return places, places, False
    if isinstance(timestamps, (pd.PeriodIndex,)):
        timestamps = timestamps.to_timestamp()
    if hasattr(timestamps, "__len__") and not isinstance(timestamps, (pd.Series, pd.Index, np.ndarray)):
        timestamps = pd.Series(list(timestamps), dtype=None if len(timestamps) else "datetime64[ns]")
    given = pd.Series(timestamps).reset_index(drop=True)
    if len(given) != size:
        raise ValueError(f"there are {len(given):,} timestamps and {size:,} values")
    unit = None
    if pd.api.types.is_numeric_dtype(given):
        numbers = given.to_numpy(dtype=float, na_value=np.nan)
        top = np.nanmax(np.abs(numbers)) if np.isfinite(numbers).any() else 0.0
        unit = next((name for least, name in _EPOCH_UNITS if top >= least), None)
        if unit is None:
            places = np.where(np.isfinite(numbers), np.round(numbers * 1000), np.iinfo(np.int64).min)
            places = places.astype(np.int64)
            return places, places, False
    return *_instants(given, unit, timezone), True


def _instants(given: Any, unit: str | None, timezone: str | None) -> tuple[Ints, Ints]:
    aware = unit is not None or isinstance(given.dtype, pd.DatetimeTZDtype)
    if unit is not None:
        stamps = pd.to_datetime(given, unit=unit, errors="coerce", utc=True)
    elif pd.api.types.is_datetime64_any_dtype(given):
        stamps = pd.to_datetime(given, errors="coerce", utc=True)
    else:
        first = next((stamp for stamp in given if not pd.isna(stamp)), None)
        aware = getattr(pd.to_datetime(str(first), errors="coerce"), "tzinfo", None) is not None
        stamps = pd.to_datetime(given, errors="coerce", utc=True, format="mixed")
    local = stamps.dt.tz_convert(timezone) if timezone and aware else stamps
    return _ns(stamps.dt.tz_localize(None)), _ns(local.dt.tz_localize(None))


def _ns(stamps: Any) -> Ints:
    return np.asarray(stamps.to_numpy().astype("datetime64[ns]").view(np.int64))


def _in_order(usable: Ints, when: Ints, calendar: bool, reasons: Texts) -> Ints:
    """Return the rows whose time is after that of every earlier one; say of the others why they are not judged."""
    if len(usable) < 2:
        return usable
    times = when[usable]
    latest = np.maximum.accumulate(times)[:-1]
    again, back = times[1:] == latest, times[1:] < latest
    for place in np.flatnonzero(again | back).tolist():
        at = _said(int(times[place + 1]), calendar)
        reasons[usable[place + 1]] = (
            f"not judged: a second value for {at}"
            if again[place]
            else f"not judged: the time goes back, from {_said(int(latest[place]), calendar)} to {at}; sort the rows by time"
        )
    forward: Ints = usable[np.concatenate([[True], ~(again | back)])]
    return forward


def _said(time: int, calendar: bool) -> str:
    if not calendar:
        return f"{time / 1000:g}"
    return f"{pd.Timestamp(time):%Y-%m-%d %H:%M}"
