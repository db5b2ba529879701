"""ISO weeks on the clock of the workspace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..model.errors import UnknownName

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True)
class Week:
    """A week from Monday 00:00 to the next Monday 00:00 on the clock of `timezone`."""

    monday: date
    timezone: str

    @property
    def name(self) -> str:
        """Its name by ISO 8601: 2026-W47."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def begin(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime.combine(self.monday, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The moment after its last, in UTC."""
        return self.after(1).begin

    def after(self, weeks: int) -> Week:
        """Return the week so many later; before, where negative."""
        return Week(self.monday + timedelta(weeks=weeks), self.timezone)

    def __str__(self) -> str:
        sunday = self.monday + timedelta(days=6)
        return f"{self.monday.day} {self.monday:%b} to {sunday.day} {sunday:%b %Y}"


def week_of(moment: datetime, timezone: str) -> Week:
    """Return the week that a moment (aware) is in."""
    day = moment.astimezone(ZoneInfo(timezone)).date()
    return Week(day - timedelta(days=day.weekday()), timezone)


def read_week(said: str | None, now: datetime, timezone: str) -> Week:
    """Return the week that is called "2026-W47", or the last one that is over. Raise UnknownName for one that cannot be."""
    current = week_of(now, timezone)
    if said is None:
        return current.after(-1)
    week = _read(said.strip(), timezone)
    if week is None:
        raise UnknownName(
            f"'{said}' is no week.",
            not_done="Nothing was written.",
            next_step=f"Write it like --week {current.after(-1).name}.",
        )
    if week.begin > now:
        raise UnknownName(
            f"The week {week.name} has not begun: it starts on {week.monday:%Y-%m-%d}.",
            not_done="Nothing was written.", next_step=f"The last week that is over is {current.after(-1).name}.",
        )  # fmt: skip
    return week


def _read(said: str, timezone: str) -> Week | None:
    found = _WEEK.fullmatch(said)
    try:
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1), timezone) if found else None
    except ValueError:
        return None
