"""Dates and times of a table as instants: a bare date is midnight on the clock of the workspace."""

from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped,unused-ignore]


def moments(column: pd.Series, timezone: str) -> pd.Series:
    """Return a column of dates, or of aware datetimes, in UTC."""
    found = pd.to_datetime(column)
    if found.dt.tz is not None:
        return found.dt.tz_convert("UTC")
    local = found.dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC")


def is_bare(column: pd.Series) -> bool:
    """Whether a column holds dates rather than instants."""
    return getattr(column.dtype, "tz", None) is None
