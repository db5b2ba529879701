"""Google's cells and ours: ExtendedValue to value, value to ExtendedValue, serial numbers to wall time.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ExtendedValue and
https://developers.google.com/workspace/sheets/api/guides/formats (a serial number counts days from 1899-12-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from ...model.sheet import CellError, Formula

Json = dict[str, Any]

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - wall time, as a cell holds it
CELL_CHARACTERS = 50_000
"""What a cell of Google Sheets holds at the most (documented)."""

_DAY = timedelta(days=1)
_SECONDS_IN_MS = 86_400_000
MOMENTS = frozenset({"DATE", "DATE_TIME"})
"""Number formats under which a number is a moment."""
LENGTHS = frozenset({"TIME"})
"""Number formats under which a number is a length of time, or a time of day."""

_ERRORS = {
    "NULL_VALUE": "#NULL!", "DIVIDE_BY_ZERO": "#DIV/0!", "VALUE": "#VALUE!", "REF": "#REF!", "NAME": "#NAME?",
    "NUM": "#NUM!", "N_A": "#N/A", "LOADING": "Loading...",
}  # fmt: skip

FORMATS: Mapping[type, Json] = {
    datetime: {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
    date: {"type": "DATE", "pattern": "yyyy-mm-dd"},
    timedelta: {"type": "TIME", "pattern": "[h]:mm"},
}
"""How a moment or a length is shown where its cell has no such format yet."""


def value_of(entered: Json, kind: str | None) -> Any:
    """Return the value of an ExtendedValue, whose cell has a number format of this type (None: General)."""
    if "stringValue" in entered:
        return entered["stringValue"]
    if "numberValue" in entered:
        return _number(entered["numberValue"], kind)
    if "boolValue" in entered:
        return entered["boolValue"]
    if "errorValue" in entered:
        return CellError(_ERRORS.get(entered["errorValue"].get("type", ""), "#ERROR!"))
    return None


def _number(number: float, kind: str | None) -> Any:
    if kind in MOMENTS:
        return moment(number)
    if kind in LENGTHS:
        return _whole_ms(number)
    return number


def moment(serial: float) -> Any:
    """Return wall time for a serial number; the number itself where no calendar has such a day."""
    try:
        return EPOCH + _whole_ms(serial)
    except OverflowError:
        return serial


def _whole_ms(days: float) -> timedelta:
    """A day's fraction in binary is a little off; whole milliseconds are what it stands for."""
    return timedelta(0, 0, 0, round(days * _SECONDS_IN_MS))


def serial(value: date | datetime | timedelta) -> float:
    """Return the serial number of wall time, or of a length of time."""
    if isinstance(value, timedelta):
        return value / _DAY
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value.replace(tzinfo=None) - EPOCH) / _DAY


def entered(value: Any) -> Json:
    """Return the ExtendedValue to write for a value; {} empties a cell. Nothing but a `Formula` is ever parsed."""
    if value is None or value == "":
        return {}
    if isinstance(value, Formula):
        return {"formulaValue": value.text}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, (date, timedelta)):
        return {"numberValue": serial(value)}
    if isinstance(value, (int, float)):
        return {"numberValue": value}
    return {"stringValue": str(value)}


def format_for(value: Any, kind: str | None) -> Json | None:
    """Return the number format a cell needs to show a value as what it is; None where it has one already."""
    if isinstance(value, timedelta):
        return None if kind in LENGTHS else FORMATS[timedelta]
    if isinstance(value, datetime):
        return None if kind in MOMENTS else FORMATS[datetime]
    if isinstance(value, date):
        return None if kind in MOMENTS else FORMATS[date]
    return None


def as_read(value: Any) -> Any:
    """Return a value as it will be read back once it is written."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return None if value == "" else value


def kind_after(value: Any, kind: str | None) -> str | None:
    """Return the type of a cell's number format once a value has been written into it."""
    shown = format_for(value, kind)
    return shown["type"] if shown else kind
