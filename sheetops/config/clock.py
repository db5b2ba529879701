"""The time zone and the order of day and month, for a workspace or one tracker."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from ..model.nearest import did_you_mean
from .section import Section

DATES = {"day first": True, "month first": False}
"""How 5/1/2024 is read, in the words of sheetops.toml."""


def read_timezone(entry: Section, default: str) -> str:
    """Return the IANA time zone under `timezone`."""
    said = entry.text("timezone", default)
    if said == default or zone_exists(said):
        return said
    zones = available_timezones()
    by_city = {zone.rpartition("/")[2].replace("_", " "): zone for zone in sorted(zones)}
    city = next((zone for name, zone in by_city.items() if name.casefold() == said.casefold()), None)
    near = f" Did you mean '{city}'?" if city else did_you_mean(said, zones)
    example = "" if near else " Write it like Europe/London."
    entry.wrong("timezone", f"there is no time zone '{said}'.{near}{example}")
    return default


def zone_exists(zone: str) -> bool:
    """Return whether there is an IANA time zone of this name."""
    if not zone:
        return False
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError; OSError: a folder, "Europe"
        return False
    return True


def read_day_first(entry: Section, default: bool) -> bool:
    """Return whether 5/1/2024 is the fifth of January, from the words under `dates`."""
    said = entry.text("dates")
    if "dates" not in entry.values or said in DATES or not said:
        return DATES.get(said, default)
    if said == "year first":
        near = " 2024-01-05 is always understood; write 'day first' or 'month first' for 5/1/2024."
    else:
        near = did_you_mean(said, DATES) or " Write 'day first' or 'month first'."
    entry.wrong("dates", f"dates cannot be '{said}'.{near}")
    return default
