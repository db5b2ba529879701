"""How many records there were in each day, week or month, for each group: zeros filled in, nothing counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

PERIODS = {"day": "D", "week": "W-SUN", "month": "M"}
NO_GROUP = "(none)"


@dataclass(frozen=True)
class Counted:
    """`counts` has a row for each period (its first day) and a column for each group; `notes` say what is not in it."""

    counts: pd.DataFrame
    notes: tuple[str, ...]


def count_table(
    frame: pd.DataFrame,
    *,
    date: str,
    by: Sequence[str],
    every: str,
    as_of: datetime,
    timezone: str = "UTC",
    most: int = 50_000,
) -> Counted:
    """Count the records of each period and group, from the first period to the one of `as_of`.

    `date` is a column of dates, or of times: with a zone they are read on the clock of `timezone`, without they are taken
    as they are. `every` is "day", "week" (from Monday) or "month". The columns of the answer are a MultiIndex named as
    `by` ("cases" where `by` is empty); an empty group is "(none)". Records without a date or dated after `as_of` are left
    out, and so are the smallest groups beyond `most`; `notes` say how many. The last row, the period of `as_of`, is not
    complete. Raises ValueError for an unknown period and KeyError for an unknown column.
    """
    if every not in PERIODS:
        raise ValueError(f"every is {every!r}; it must be one of {', '.join(PERIODS)}.")
    now = wall_clock(as_of, timezone)
    when = _on_the_clock(frame[date], timezone)
    future = when > now
    notes = [
        *_note(int(when.isna().sum()), "without a date"),
        *_note(int(future.sum()), f"dated after {now:%Y-%m-%d}"),
    ]
    used = when.notna() & ~future
    starts = when[used].dt.to_period(PERIODS[every]).dt.start_time
    groups = {
        name: frame.loc[used, name].astype(object).where(frame.loc[used, name].notna(), NO_GROUP).astype(str)
        for name in by
    }
    keys = pd.DataFrame(groups or {"cases": "cases"}, index=starts.index)
    sizes = keys.value_counts(sort=True)
    if len(sizes) > most:
        notes.append(
            f"{len(sizes) - most:,} of {len(sizes):,} groups, the smallest ones, are left out: {int(sizes[most:].sum()):,} records."
        )
        keep = sizes.index[:most]
        keys = keys[pd.MultiIndex.from_frame(keys).isin(keep)]
    return Counted(_wide(keys, starts.loc[keys.index], every, now), tuple(notes))


def wall_clock(moment: datetime, timezone: str) -> pd.Timestamp:
    """Return what the clock of a zone shows at a moment; a moment without a zone is what it shows."""
    stamp = pd.Timestamp(moment)
    return stamp if stamp.tzinfo is None else stamp.tz_convert(timezone).tz_localize(None)


def _on_the_clock(dates: pd.Series, timezone: str) -> pd.Series:
    """Return dates as what the clock shows, without a zone; what is no date is missing."""
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        return dates.dt.tz_convert(timezone).dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(dates):
        return dates
    return pd.to_datetime(dates.map(lambda value: _stamp(value, timezone)), errors="coerce")


def _stamp(value: Any, timezone: str) -> pd.Timestamp:
    try:
        return wall_clock(pd.Timestamp(value), timezone)
    except (ValueError, TypeError, OverflowError):
        return pd.NaT


def _wide(keys: pd.DataFrame, starts: pd.Series, every: str, now: pd.Timestamp) -> pd.DataFrame:
    last = now.to_period(PERIODS[every])
    first = starts.min().to_period(PERIODS[every]) if len(starts) else last
    grid = pd.period_range(first, last, freq=PERIODS[every]).start_time
    counted = keys.groupby([starts.rename("period"), *keys.columns]).size()
    columns = list(keys.columns)
    wide = counted.unstack(columns, fill_value=0) if len(counted) else pd.DataFrame(index=grid)
    wide = wide.reindex(pd.DatetimeIndex(grid, name="period"), fill_value=0)
    return wide.sort_index(axis=1)


def _note(number: int, what: str) -> list[str]:
    return (
        [f"{number:,} record{'s' if number > 1 else ''} {what} {'are' if number > 1 else 'is'} not counted."]
        if number
        else []
    )
