"""Days on the clock of the workspace: what is asked about is a day, so that an answer holds until the next begins."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]


def today(as_of: datetime, timezone: str) -> date:
    """Return the day it is."""
    return as_of.astimezone(ZoneInfo(timezone)).date()


def day_end(as_of: datetime, timezone: str) -> datetime:
    """Return the moment at which the day is over, in UTC."""
    zone = ZoneInfo(timezone)
    return datetime.combine(today(as_of, timezone) + timedelta(days=1), time(), zone).astimezone(
        ZoneInfo("UTC")
    )


def moments(column: pd.Series, timezone: str) -> pd.Series:
    """Return a column of dates, or of aware datetimes, in UTC: a bare date is midnight on the clock of the workspace."""
    import pandas as pd

    found = pd.to_datetime(column)
    if found.dt.tz is not None:
        return found.dt.tz_convert("UTC")
    local = found.dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC")


def is_bare(column: pd.Series) -> bool:
    """Whether a column holds dates rather than instants."""
    return getattr(column.dtype, "tz", None) is None


def until(times: pd.Series, as_of: datetime, end: datetime) -> datetime:
    """Return when the time alone makes another answer: at the end of the day, or when something that is dated later begins."""
    later = times[times > as_of]
    first = later.min() if len(later) else end
    return min(end, first.to_pydatetime() if hasattr(first, "to_pydatetime") else first)
