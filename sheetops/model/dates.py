"""Dates, moments and lengths of time, in the spellings people type. A guess is offered, never taken."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .celltext import Reading, Unreadable, plain_number, tidy
from .schema import Field

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - wall time, as a cell holds it


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_YMD = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_XXY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})")
_XX = re.compile(r"(\d{1,2})[-/.](\d{1,2})\.?")
_DMONY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .-]+([a-z]+)\.?,?[ .-]+(\d{4})", re.IGNORECASE)
_MONDY = re.compile(r"([a-z]+)\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\d{4})", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?P<date>.+?)(?:T|[ ,]+)(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?P<f>\.\d{1,6})?)?"
    r"\s*(?P<ap>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def _day(said: str, day_first: bool) -> date:
    if found := _YMD.fullmatch(said):
        year, month, day = map(int, found.groups())
    elif found := _XXY.fullmatch(said):
        first, second, year = map(int, found.groups())
        year += 2000 if year < 100 else 0
        day, month = (first, second) if day_first else (second, first)
    elif found := _DMONY.fullmatch(said):
        day, month, year = int(found[1]), _MONTHS.get(found[2].lower(), 0), int(found[3])
    elif found := _MONDY.fullmatch(said):
        month, day, year = _MONTHS.get(found[1].lower(), 0), int(found[2]), int(found[3])
    elif _XX.fullmatch(said):
        raise Unreadable("is a date without a year")
    else:
        raise Unreadable("is not a date")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("is not a date in the calendar", _nearest(year, month, day)) from None


def _nearest(year: int, month: int, day: int) -> str | None:
    """Offer the date with day and month exchanged, or the month's last day where it has no such day."""
    for likely in ((year, day, month), (year, month, 30), (year, month, 29), (year, month, 28)):
        try:
            if likely[1] == day or day > likely[2]:
                return date(*likely).isoformat()
        except ValueError:
            continue
    return None


def day_and_month(said: str, day_first: bool) -> tuple[int, int] | None:
    """Return (day, month) of a date written without a year, such as 5/1; None when it is not one."""
    found = _XX.fullmatch(tidy(said))
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    return (first, second) if day_first else (second, first)


def _serial(raw: float) -> str | None:
    """Offer the date an unformatted serial number stands for."""
    if not 20_000 <= raw <= 80_000:  # 1954 to 2119: outside it is not a date somebody forgot to format
        return None
    return (EXCEL_EPOCH + timedelta(days=raw)).isoformat(" ", "minutes").removesuffix(" 00:00")


def calendar_date(field: Field, raw: Any, reading: Reading) -> date:
    """Read a date. A time of day beside it would be lost, so it is held instead."""
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise Unreadable("has a time of day; this column holds dates", raw.date().isoformat())
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, str):
        said = tidy(raw)
        if found := _CLOCK.fullmatch(said):
            found_day = _day(found["date"].strip(), reading.day_first)
            if any(int(found[part] or 0) for part in "hms"):
                raise Unreadable("has a time of day; this column holds dates", found_day.isoformat())
            return found_day
        return _day(said, reading.day_first)
    raise Unreadable(
        "is a number, not a date",
        _serial(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None,
    )


def _clock(found: re.Match[str]) -> timedelta:
    hour, minute, second = int(found["h"]), int(found["m"]), int(found["s"] or 0)
    if found["ap"]:
        if not 1 <= hour <= 12:
            raise Unreadable("is not a time of day")
        hour = hour % 12 + (12 if found["ap"].lower().startswith("p") else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("is not a time of day")
    return timedelta(hours=hour, minutes=minute, seconds=second + float(found["f"] or 0))


def _utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Wall time to UTC, to the millisecond. An hour that comes twice is taken as its first coming."""
    try:
        aware = wall if wall.tzinfo else wall.replace(tzinfo=zone)
        moment = aware.astimezone(UTC)
    except OverflowError:
        raise Unreadable("is too far away for a date") from None
    milliseconds = round(moment.microsecond / 1000)
    return moment.replace(microsecond=0) + timedelta(milliseconds=milliseconds)


def moment(field: Field, raw: Any, reading: Reading) -> datetime:
    """Read a date and time in the tracker's zone (or with its own offset) as an instant in UTC."""
    if isinstance(raw, datetime):
        return _utc(raw, reading.zone)
    if isinstance(raw, date):
        return _utc(datetime.combine(raw, time()), reading.zone)
    if not isinstance(raw, str):
        number_like = isinstance(raw, (int, float)) and not isinstance(raw, bool)
        raise Unreadable("is not a date and time", _serial(raw) if number_like else None)
    said = tidy(raw)
    found = _CLOCK.fullmatch(said)
    if not found:
        return _utc(datetime.combine(_day(said, reading.day_first), time()), reading.zone)
    wall = datetime.combine(_day(found["date"].strip(), reading.day_first), time()) + _clock(found)
    offset = found["zone"]
    if not offset:
        return _utc(wall, reading.zone)
    ahead = "+00:00" if offset.upper() in {"Z", "UTC"} else offset
    sign = -1 if ahead[0] == "-" else 1
    hours, minutes = int(ahead[1:3]), int(ahead[-2:])
    return _utc(wall.replace(tzinfo=UTC) - sign * timedelta(hours=hours, minutes=minutes), reading.zone)


_HMS = re.compile(r"(\d+):(\d{2})(?::(\d{2}))?")
_PARTS = re.compile(
    r"(\d+(?:\.\d+)?)\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])\s*,?\s*",
    re.IGNORECASE,
)
_UNIT = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


def duration(field: Field, raw: Any, reading: Reading) -> timedelta:
    """Read a length of time: a duration cell, 1:30 (hours:minutes), 4h 30m, 2 days."""
    if isinstance(raw, timedelta):
        return timedelta(seconds=round(raw.total_seconds(), 3))
    if isinstance(raw, time):
        return timedelta(hours=raw.hour, minutes=raw.minute, seconds=raw.second)
    if not isinstance(raw, str):
        number_like = isinstance(raw, (int, float)) and not isinstance(raw, bool)
        raise Unreadable("is a number without a unit", f"{plain_number(raw)}h" if number_like else None)
    said = tidy(raw)
    if found := _HMS.fullmatch(said):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if said and not _PARTS.sub("", said):
        parts = _PARTS.findall(said)
        return timedelta(seconds=sum(float(n) * _UNIT[unit[0].lower()] for n, unit in parts))
    raise Unreadable("is not a length of time (write 4h, 2d 6h or 1:30)")
