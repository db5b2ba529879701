"""The `[calendars.NAME]` parts of sheetops.toml: when the clocks of SLA goals run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..columns.sla.hours import (
    DEFAULT_HORIZON,
    day_number,
    read_date,
    read_horizon,
    read_spans,
    read_week,
)
from ..model.errors import ConfigError, SlaError
from ..model.nearest import did_you_mean
from .clock import read_timezone
from .section import Section, kind_of

if TYPE_CHECKING:
    from ..columns.sla import BusinessCalendar

_SETTINGS = ("timezone", "hours", "holidays", "closed", "open", "years")
_HOURS = 'Write it like hours = "mon-fri 09:00-18:00, sat 10:00-14:00", or "24x7".'
_PIP = 'pip install "sheetops[columns]"'


@dataclass(frozen=True)
class CalendarSpec:
    """What a `[calendars.NAME]` part says; `hours` and the values of `open` as they were written, and free of mistakes.

    `regions` are countries, or parts of them, whose public holidays are kept ("GB", "DE-BY"); `closed` are dates of
    its own, `open` dates with hours of their own; `years` are the first and last year that is compiled.
    """

    name: str
    timezone: str
    hours: str | Mapping[str, Any]
    regions: tuple[str, ...] = ()
    closed: tuple[date, ...] = ()
    open: Mapping[date, Any] = field(default_factory=dict)
    years: tuple[int, int] = DEFAULT_HORIZON

    @cached_property
    def calendar(self) -> BusinessCalendar:
        """The compiled calendar, made when first asked for.

        Raise ConfigError when the package with the public holidays is missing, SlaError when it has no open time.
        """
        from ..columns.sla import BusinessCalendar

        closed = dict.fromkeys(self.closed, "")
        for region in self.regions:
            closed |= public_holidays(region, self.years)
        return BusinessCalendar(
            self.hours, self.timezone, closed, exceptions=self.open, name=self.name, horizon=self.years
        )


def public_holidays(region: str, years: tuple[int, int]) -> dict[date, str]:
    """Return the public holidays of a region ("GB", "DE-BY") by date, from the first to the last year.

    Raise ConfigError when the package `holidays` is not installed or does not know the region.
    """
    try:
        import holidays
    except ImportError:
        raise ConfigError(
            f"The public holidays of {region} need the package 'holidays', which is not installed.",
            next_step=f"Run: {_PIP}",
        ) from None
    country, _, part = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=range(years[0], years[1] + 1))
    except NotImplementedError as error:
        raise ConfigError(f"There are no public holidays of '{region}': {error}.") from None
    return dict(found)


def read_calendars(calendars: Section, timezone: str) -> dict[str, CalendarSpec]:
    """Return every calendar by name; what is wrong is noted. `timezone` is the workspace's."""
    return {name: _read_calendar(name, entry, timezone) for name, entry in calendars.sections()}


def _read_calendar(name: str, entry: Section, timezone: str) -> CalendarSpec:
    entry.know(_SETTINGS)
    if not name.strip():
        entry.wrong(None, "a calendar needs a name.")
    regions, listed = _read_holidays(entry)
    closed = (*listed, *_read_closed(entry))
    hours, opened = _read_hours(entry), _read_open(entry, closed)
    if "hours" not in entry.values:
        entry.wrong(None, f"says no hours. {_HOURS}")
    elif hours is not None and not any(read_week(hours)) and not any(map(read_spans, opened.values())):
        entry.wrong("hours", f"has no open time: no goal would ever be due. {_HOURS}")
    timezone, years = read_timezone(entry, timezone), _read_years(entry)
    return CalendarSpec(name, timezone, hours or "", regions, closed, opened, years)


def _read_hours(entry: Section) -> str | Mapping[str, Any] | None:
    """Return the hours of a week as they were written; None when they are wrong."""
    said = entry.values.get("hours")
    if isinstance(said, dict):
        return said if _are_days(entry.section("hours")) else None
    if not isinstance(said, str):
        if said is not None:
            entry.wrong("hours", f"must be text in quotes or a table of days, not {kind_of(said)}. {_HOURS}")
        return None
    return said if _noted(entry, "hours", read_week, said) else None


def _are_days(days: Section) -> bool:
    good = [
        _noted(days, name, day_number, name, called=False) and _noted(days, name, read_spans, spans)
        for name, spans in days.values.items()
    ]
    return all(good)


def _read_open(entry: Section, closed: tuple[date, ...]) -> dict[date, Any]:
    found: dict[date, Any] = {}
    dates = entry.section("open")
    for name, spans in dates.values.items():
        if not _noted(dates, name, read_date, name, called=False) or not _noted(
            dates, name, read_spans, spans
        ):
            continue
        if read_date(name) in closed:
            dates.wrong(name, "is a closed date too. Leave it in one place.")
        found[read_date(name)] = spans
    return found


def _noted(entry: Section, key: str, read: Any, said: Any, *, called: bool = True) -> bool:
    """Return whether a value can be read; note what is wrong with it otherwise."""
    try:
        read(said)
    except SlaError as error:
        entry.wrong(key, error.what, called=called)
        return False
    return True


def _read_closed(entry: Section) -> tuple[date, ...]:
    said = entry.values.get("closed", [])
    if not isinstance(said, list):
        entry.wrong("closed", f"must be a list of dates, not {kind_of(said)}. Write closed = [2026-12-24].")
        return ()
    return tuple(read_date(day) for day in said if _noted(entry, "closed", read_date, day))


# --- public holidays ----------------------------------------------------------------------------------


def _read_holidays(entry: Section) -> tuple[tuple[str, ...], tuple[date, ...]]:
    """Return the regions and the dates under `holidays`: one region, or a list of regions and dates."""
    said = entry.values.get("holidays", [])
    if not isinstance(said, str | list):
        entry.wrong("holidays", f'must be a country such as "GB-ENG", or a list, not {kind_of(said)}.')
        return (), ()
    items = [said] if isinstance(said, str) else said
    regions = [item.strip().upper() for item in items if isinstance(item, str) and not item[:1].isdigit()]
    dates = [item for item in items if not isinstance(item, str) or item[:1].isdigit()]
    known = tuple(region for region in regions if _is_region(entry, region))
    return known, tuple(read_date(day) for day in dates if _noted(entry, "holidays", read_date, day))


def _is_region(entry: Section, said: str) -> bool:
    """Return whether a region is known; noted when not. Without the package, only its spelling can be judged."""
    country, dash, part = said.partition("-")
    if not re.fullmatch(r"[A-Z]{2}(-\S+)?", said):
        entry.wrong("holidays", f"'{said}' is not a country. Write it like GB, GB-ENG or DE-BY.")
        return False
    try:
        import holidays
    except ImportError:
        return True
    parts = {code: list(known) for code, known in holidays.list_supported_countries().items()}
    if country not in parts:
        entry.wrong("holidays", f"there are no public holidays of '{country}'.{did_you_mean(country, parts)}")
    elif dash and part not in (known.upper() for known in parts[country]):
        offered = did_you_mean(part, parts[country]) or f" There is: {', '.join(parts[country]) or 'none'}."
        entry.wrong("holidays", f"{country} has no part '{part}'.{offered}")
    else:
        return True
    return False


def _read_years(entry: Section) -> tuple[int, int]:
    said = entry.values.get("years", list(DEFAULT_HORIZON))
    if not isinstance(said, list) or [type(year) for year in said] != [int, int]:
        entry.wrong("years", "must be the first and the last year. Write years = [2020, 2040].")
    elif _noted(entry, "years", read_horizon, tuple(said)):
        return said[0], said[1]
    return DEFAULT_HORIZON
