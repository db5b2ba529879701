"""Canonical values: reading a cell into one, writing one into a cell, saying one in words.

Canonical values are str, int, float, Decimal (money), date, datetime (aware, UTC, to the millisecond),
timedelta, bool, or None for a blank. A multi-choice is one str, "a; b", in the config's order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .celltext import Reading, Unreadable, as_text, plain_number
from .dates import day_and_month
from .parsers import PARSERS
from .schema import Field, FieldType
from .sheet import UNCACHED, CellError

__all__ = ["Invalid", "Reading", "is_blank", "parse_value", "same_spelling", "show_value", "to_cell"]


@dataclass(frozen=True)
class Invalid:
    """A cell that is not a valid value of its field: what it says, why not, the nearest that would be."""

    raw: Any
    reason: str
    suggestion: str | None = None

    @property
    def said(self) -> str:
        """The cell's content as a person sees it."""
        return self.raw.text if isinstance(self.raw, CellError) else as_text(self.raw)


def is_blank(raw: Any) -> bool:
    """Return whether a raw cell holds nothing a person would see."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def parse_value(field: Field, raw: Any, reading: Reading) -> Any | Invalid:
    """Return the canonical value of a raw cell, None for a blank, or Invalid with the reason in words.

    `raw` is what a backend reads: None, bool, int, float, str, date, datetime and time (naive wall
    time), timedelta, CellError or UNCACHED. Whether a required field may be blank is not judged here.
    """
    if is_blank(raw):
        return None
    if isinstance(raw, CellError):
        return Invalid(raw, "is an error of a formula; repair the formula")
    if raw is UNCACHED:
        return Invalid("(formula)", "is a formula with no stored result; open the file in Excel and save it")
    try:
        value = PARSERS[field.type](field, raw, reading)
        return value if _judge(field, value) else None
    except Unreadable as error:
        return Invalid(raw, error.reason, error.suggestion)


def _judge(field: Field, value: Any) -> bool:
    """Check pattern and limits; raise Unreadable when one is not met."""
    if field.pattern and isinstance(value, str) and not re.fullmatch(field.pattern, value):
        raise Unreadable(f"does not look like {field.pattern}")
    if field.minimum is not None and value < field.minimum:
        raise Unreadable(f"is below {show_value(field, field.minimum)}", show_value(field, field.minimum))
    if field.maximum is not None and value > field.maximum:
        raise Unreadable(f"is above {show_value(field, field.maximum)}", show_value(field, field.maximum))
    return bool(value != "")


def same_spelling(field: Field, raw: Any, value: Any, reading: Reading) -> bool:
    """Return whether a raw cell is only another way to write `value` (canonical, not blank).

    This is asked when the cell does not read as the value: wall time in an hour that comes twice, a
    date without its year, a time kept to the millisecond by the file.
    """
    if field.type is FieldType.DATETIME and isinstance(raw, datetime) and isinstance(value, datetime):
        return bool(abs(to_cell(field, value, reading) - raw) < timedelta(milliseconds=1))
    if field.type is FieldType.DATE and isinstance(raw, str) and isinstance(value, date):
        return day_and_month(raw, reading.day_first) == (value.day, value.month)
    return False


def to_cell(field: Field, value: Any, reading: Reading) -> Any:
    """Return what to put in a cell for a canonical value: naive wall time, numbers as numbers."""
    if isinstance(value, datetime):
        return value.astimezone(reading.zone).replace(tzinfo=None)
    if isinstance(value, Decimal):
        return float(value)
    return value


def show_value(field: Field, value: Any, zone: ZoneInfo | None = None) -> str:
    """Return a canonical value in words, the same in every message: "(blank)", "2024-01-05", "4h 30m".

    An instant is shown in UTC, with a Z, or as wall time where a zone is given.
    """
    if value is None:
        return "(blank)"
    if isinstance(value, Invalid):
        return value.said
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, Decimal):
        return f"{value} {field.currency}" if field.currency else str(value)
    if isinstance(value, datetime):
        return _moment_words(value) if zone is None else _moment_words(value, zone).removesuffix("Z")
    if isinstance(value, timedelta):
        return _duration_words(value)
    return str(value)


def _moment_words(value: datetime, zone: tzinfo = UTC) -> str:
    wall = value.astimezone(zone).replace(tzinfo=None)
    return wall.isoformat(" ", "milliseconds" if value.microsecond else "seconds").removesuffix(":00") + "Z"


def _duration_words(value: timedelta) -> str:
    seconds = value.total_seconds()
    if seconds < 0:
        return "-" + _duration_words(-value)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (rest, "s")]
    return " ".join(f"{plain_number(amount)}{unit}" for amount, unit in parts if amount) or "0s"
