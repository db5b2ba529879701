"""Cell values as Python objects, and as the text of a cell.

A cell is what it is, never what it looks like: text stays text, numbers keep every digit.
Sources: ECMA-376 part 1, 18.3.1.4 (c), 18.18.11 (ST_CellType), 18.17.4.1 (dates), 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sheetops.ooxml.errors import CellRefused
from sheetops.ooxml.xmltext import escape_text

TEXT_LIMIT = 32_767
ERRORS = (
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
)


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value such as #REF!: never equal to the text that looks like it."""

    code: str

    def __str__(self) -> str:
        return self.code


Value = None | bool | int | float | str | datetime | date | time | timedelta | CellError

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet's dates are wall time)
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_SERIAL = 2_958_466
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def encode_text(text: str) -> str:
    """Return text as the inside of a <t>: XML escapes, and _xHHHH_ for what XML cannot hold."""
    return escape_text(_NEEDS_ESCAPE.sub(lambda m: f"_x{ord(m[0]):04X}_", text))


def decode_text(text: str) -> str:
    """Undo the _xHHHH_ escapes of a stored text."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def check_text(text: str) -> None:
    """Raise CellRefused for a text that Excel cannot hold."""
    if len(text) > TEXT_LIMIT // 2 and len(text.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
        raise CellRefused(
            f"A cell holds at most {TEXT_LIMIT} characters; this text has {len(text)}. Shorten it."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CellRefused(
            "The text holds half of a surrogate pair, which is no character. Clean it."
        ) from error


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CellRefused(
                f"{value} is no number that a cell can hold. Write an empty cell or text instead."
            )
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return repr(int(value))


def to_serial(value: datetime | date | time | timedelta, *, date1904: bool) -> float:
    """Return the number of days that a date, time or duration is stored as."""
    if isinstance(value, timedelta):
        return value / _DAY
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise CellRefused("A cell holds wall time: convert the time to the tracker's zone first.")
        return (
            timedelta(
                hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
            )
            / _DAY
        )
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if value.tzinfo is not None:
        raise CellRefused("A cell holds wall time: convert the time to the tracker's zone first.")
    serial = (value - (_EPOCH_1904 if date1904 else _EPOCH_1900)) / _DAY
    if not date1904 and serial < 61:
        serial -= 1  # Excel believes in 29 February 1900
    if serial < 0 or (not date1904 and serial < 1):
        raise CellRefused(f"{value.date()} lies before the first day Excel knows. Write it as text.")
    return serial


def from_serial(serial: float, kind: str, *, date1904: bool) -> Value:
    """Return what a stored number means under a date format: 'date' or 'duration'.

    As python-calamine does: a whole number is a date, one below 1 a time, any other a datetime; milliseconds count.
    A number that is no date (negative, beyond 9999) is returned as the number it is.
    """
    if not math.isfinite(serial):
        return serial
    if kind == "duration":
        return _rounded(timedelta(days=serial)) if abs(serial) < 1e8 else serial
    if serial < 0 or serial >= _LAST_SERIAL:
        return serial
    if serial < 1:
        return (_EPOCH_1900 + _rounded(timedelta(days=serial)) % _DAY).time()
    if not date1904 and serial < 60:
        serial += 1
    moment = (_EPOCH_1904 if date1904 else _EPOCH_1900) + _rounded(timedelta(days=serial))
    return moment.date() if moment.time() == time() else moment


def _rounded(span: timedelta) -> timedelta:
    return round(span / _MILLISECOND) * _MILLISECOND


def parse_number(text: str) -> int | float | str:
    """Return a stored number as int or float; a text that is none comes back as it is."""
    text = text.strip()
    try:
        return int(text) if text.isdecimal() or (text[1:].isdecimal() and text[0] in "+-") else float(text)
    except ValueError:
        return text


def same(left: Value, right: Value) -> bool:
    """Tell whether two values are one: 1 and True are not, 1 and 1.0 are, dates agree to a millisecond."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, datetime) and isinstance(right, datetime):
        return abs(left - right) <= _MILLISECOND
    if isinstance(left, float | int) and isinstance(right, float | int):
        return left == right or math.isclose(left, right, rel_tol=1e-15)
    return left == right
