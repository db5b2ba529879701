"""From what stands in a cell to a canonical value, one function per field type.

Each takes (field, raw, reading) with `raw` never blank and returns the canonical value, or raises
Unreadable with a reason in words and the nearest valid value. A guess is never taken: it is offered.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from .nearest import nearest
from .schema import Field, FieldType

CELL_LIMIT = 32_767
"""Characters an Excel cell can hold."""

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - wall time, as a cell holds it


@dataclass(frozen=True)
class Reading:
    """How a tracker's cells are read: the zone its people live in, and what 5/1/2024 means to them."""

    zone: ZoneInfo
    day_first: bool = True


class Unreadable(ValueError):
    """A raw value that is not a valid value of its field: why, and the nearest one that would be."""

    def __init__(self, reason: str, suggestion: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.suggestion = suggestion


Parser = Callable[[Field, Any, Reading], Any]

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def tidy(text: str) -> str:
    """Return text as it is compared and stored: NFC, no-break spaces as spaces, no space at the ends."""
    return unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()


def plain_number(value: float) -> str:
    """Return a number as a person would write it: 42, not 42.0, and never 1e+05."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def as_text(raw: Any) -> str:
    """Return any raw cell value as text, for fields that hold text."""
    if isinstance(raw, str):
        return tidy(raw)
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, (int, float)):
        return plain_number(raw)
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "seconds")
    return str(raw)


def text(field: Field, raw: Any, reading: Reading) -> str:
    """Read text; refuse characters no spreadsheet can hold and more than a cell takes."""
    said = as_text(raw)
    if found := _FORBIDDEN.search(said):
        raise Unreadable(
            f"contains a broken character (U+{ord(found[0]):04X}) that no spreadsheet can store",
            _FORBIDDEN.sub("", said)[:60],
        )
    if len(said) > CELL_LIMIT:
        raise Unreadable(f"is {len(said):,} characters long; a cell holds {CELL_LIMIT:,}")
    return said


def person(field: Field, raw: Any, reading: Reading) -> str:
    """Read a person's name or address: single spaces, e-mail addresses in lower case."""
    said = " ".join(text(field, raw, reading).split())
    return said.lower() if "@" in said else said


_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/]\S*", re.IGNORECASE)


def url(field: Field, raw: Any, reading: Reading) -> str:
    """Read a link with its scheme; offer https:// for one without."""
    said = text(field, raw, reading)
    if not _URL.fullmatch(said):
        bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", said)
        raise Unreadable("is not a link (https://...)", f"https://{said}" if bare else None)
    return said


_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SWISS = re.compile(r"[+-]?\d{1,3}([' \u202f]\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+")


def _decimal(said: str) -> Decimal:
    """Read a number written with a decimal point. A decimal comma is a guess, so it is offered."""
    percent = said.endswith("%")
    said = said.removesuffix("%").strip()
    if _GROUPED.fullmatch(said):
        said = said.replace(",", "")
    elif _SWISS.fullmatch(said):
        said = re.sub(r"[' \u202f]", "", said)
    if not _PLAIN.fullmatch(said):
        offered = said.replace(".", "").replace(",", ".") if _COMMA.fullmatch(said) else None
        raise Unreadable("is not a number", offered)
    return Decimal(said) / 100 if percent else Decimal(said)


def _amount(raw: Any) -> Decimal:
    if isinstance(raw, (bool, date, time, timedelta)):
        raise Unreadable("is not a number")
    amount = Decimal(repr(raw)) if isinstance(raw, (int, float)) else _decimal(tidy(raw))
    if not amount.is_finite():
        raise Unreadable("is not a number")
    return amount


def integer(field: Field, raw: Any, reading: Reading) -> int:
    """Read a whole number."""
    value = _amount(raw)
    if value.adjusted() > _LARGEST:
        raise Unreadable("is too large a number; if it is a code, its column should hold text")
    if value != value.to_integral_value():
        raise Unreadable("is not a whole number", str(round(value)))
    return int(value)


def number(field: Field, raw: Any, reading: Reading) -> float:
    """Read a number, percent signs included."""
    return float(_amount(raw))


CURRENCY_CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BGN",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "JPY",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RMB",
        "RON",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "TWD",
        "UAH",
        "USD",
        "VND",
        "ZAR",
    ]
)
"""The currencies that are told from other three capitals, such as the DEV of DEV-100."""

_MARK = rf"(?:{'|'.join(sorted(CURRENCY_CODES))}|(?:US)?\$|[€£¥₹₽₩])"
_CURRENCY = re.compile(rf"^{_MARK}\s*(?=[\d.,+-])|(?<=[\d.])\s*{_MARK}$")
_LARGEST = 18
"""Digits before the point of the largest number taken: a hash such as 7e1234567 is not a number."""


def money(field: Field, raw: Any, reading: Reading) -> Decimal:
    """Read an amount, with or without a currency mark, exact to the field's decimals."""
    if isinstance(raw, str):
        raw = _CURRENCY.sub("", tidy(raw))
    exact = _amount(raw)
    if exact.adjusted() > _LARGEST:
        raise Unreadable("is too large an amount")
    value = exact.quantize(Decimal(1).scaleb(-field.decimals))
    if abs(exact - value) > Decimal("1e-9") * max(Decimal(1), abs(exact)):
        raise Unreadable(f"has more than {field.decimals} decimals", str(value))
    return value


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
        raise Unreadable("is not a date in the calendar", _swapped(year, month, day)) from None


def _swapped(year: int, month: int, day: int) -> str | None:
    """Offer the date with day and month exchanged where only that one exists."""
    try:
        return date(year, day, month).isoformat()
    except ValueError:
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


_YES = frozenset(["yes", "y", "true", "t", "1", "x", "✓", "✔", "☑", "ja", "oui", "si", "sí", "sim", "on"])
_NO = frozenset(["no", "n", "false", "f", "0", "✗", "✘", "☐", "nein", "non", "não", "off"])


def boolean(field: Field, raw: Any, reading: Reading) -> bool:
    """Read yes or no, in the spellings people use."""
    if isinstance(raw, bool):
        return raw
    said = as_text(raw).casefold()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Unreadable("is neither yes nor no", nearest(said, ["yes", "no"]))


@lru_cache(maxsize=256)
def _spellings(field: Field) -> Mapping[str, str]:
    """Every accepted spelling of a choice, case-folded -> its canonical value."""
    known: dict[str, str] = {}
    for choice in field.choices:
        for spelling in (choice.value, *choice.aliases):
            known.setdefault(tidy(spelling).casefold(), choice.value)
    return known


def _one_of(field: Field, said: str) -> str:
    known = _spellings(field)
    found = known.get(" ".join(said.casefold().split()), known.get(said.casefold()))
    if found is None:
        near = nearest(said, known)
        suggestion = known[near.casefold()] if near else None
        valid = ", ".join(c.value for c in field.choices[:8]) + (", ..." if len(field.choices) > 8 else "")
        raise Unreadable(f"is not one of: {valid}", suggestion)
    return found


def choice(field: Field, raw: Any, reading: Reading) -> str:
    """Read one of the field's choices by its value or an alias, whatever the case."""
    return _one_of(field, as_text(raw))


def multi_choice(field: Field, raw: Any, reading: Reading) -> str:
    """Read several choices divided by ; , | or line breaks, in the order the config lists them."""
    said = [part for part in re.split(r"[;,|\n]", as_text(raw)) if part.strip()]
    chosen = {_one_of(field, tidy(part)) for part in said}
    return "; ".join(c.value for c in field.choices if c.value in chosen)


PARSERS: Mapping[FieldType, Parser] = {
    FieldType.TEXT: text,
    FieldType.LONG_TEXT: text,
    FieldType.INTEGER: integer,
    FieldType.NUMBER: number,
    FieldType.MONEY: money,
    FieldType.DATE: calendar_date,
    FieldType.DATETIME: moment,
    FieldType.DURATION: duration,
    FieldType.BOOLEAN: boolean,
    FieldType.CHOICE: choice,
    FieldType.MULTI_CHOICE: multi_choice,
    FieldType.URL: url,
    FieldType.PERSON: person,
    FieldType.REFERENCE: text,
}
