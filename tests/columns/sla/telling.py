"""Short ways to tell the story of a case: what was said when, and what the clock makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from sheetops.columns.sla.calendar import BusinessCalendar
from sheetops.columns.sla.compute import SlaResult, compute
from sheetops.columns.sla.policies import Policy, read_policies
from sheetops.columns.sla.settings import Settings

LONDON = BusinessCalendar("mon-fri 09:00-18:00", "Europe/London", name="london", horizon=(2020, 2035))
MANILA = BusinessCalendar("mon-fri 09:00-18:00", "Asia/Manila", name="manila", horizon=(2020, 2035))
ALWAYS = BusinessCalendar("24x7", "UTC", name="24x7", horizon=(2020, 2035))
CALENDARS = {"default": LONDON, "london": LONDON, "manila": MANILA, "24x7": ALWAYS}

RESOLUTION = {
    "policy": "res",
    "goal": "resolution",
    "target": "4h",
    "stop": "status == 'Resolved'",
    "pause": "status == 'Waiting'",
}


def at(said: str) -> datetime:
    """Return an instant from wall time in London in May 2026: "4 09:00" is Monday the fourth, nine o'clock."""
    day, clock = said.split()
    hour, minute = clock.split(":")
    local = datetime(2026, 5, int(day), int(hour), int(minute), tzinfo=ZoneInfo("Europe/London"))
    return local.astimezone(UTC)


def policies(*rows: Mapping[str, Any]) -> list[Policy]:
    """Read policy rows that are all right."""
    read, problems = read_policies(rows)
    assert not problems, problems
    return read


def changes(*said: tuple[Any, ...]) -> pd.DataFrame:
    """Return a history from (when, field, old, new) of case C1, or (when, field, old, new, key)."""
    rows = [(*row, "C1")[:5] for row in said]
    return pd.DataFrame(
        {
            "key": [row[4] for row in rows],
            "field": [row[1] for row in rows],
            "old": pd.Series([row[2] for row in rows], dtype=object),
            "new": pd.Series([row[3] for row in rows], dtype=object),
            "recorded_at": pd.DatetimeIndex([at(row[0]) for row in rows]).as_unit("us"),
        }
    )


def records(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return records; a key is C1 where the row names none."""
    return pd.DataFrame([{"key": "C1", **row} for row in rows])


def run(
    record: Mapping[str, Any] | pd.DataFrame,
    history: pd.DataFrame | None,
    rows: Sequence[Mapping[str, Any]] | Mapping[str, Any],
    as_of: str,
    settings: Settings | None = None,
) -> SlaResult:
    """Compute the SLA columns as of a London wall time."""
    frame = record if isinstance(record, pd.DataFrame) else records(record)
    given = policies(*([rows] if isinstance(rows, Mapping) else rows))
    return compute(
        frame, history, given, CALENDARS, at(as_of), settings or Settings(timezone="Europe/London")
    )


def shown(result: SlaResult, goal: str = "resolution", key: str = "C1") -> dict[str, Any]:
    """Return the columns of one goal of one case: instants as London wall time, durations in minutes."""
    row = result.columns.loc[key]
    return {
        name.removeprefix(goal + "_"): _plain(row[name]) for name in row.index if name.startswith(goal + "_")
    }


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp):
        local = value.tz_convert("Europe/London")
        return f"{local.day} {local:%H:%M}"
    return value.total_seconds() / 60 if isinstance(value, pd.Timedelta) else value
