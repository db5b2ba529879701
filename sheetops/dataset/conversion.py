"""What becomes of a stored value when its field changes type: only what loses nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ..model.schema import FieldType
from .codec import Coder, instant_text, quantum, seconds

TEXTS = frozenset(
    {
        FieldType.TEXT,
        FieldType.LONG_TEXT,
        FieldType.CHOICE,
        FieldType.MULTI_CHOICE,
        FieldType.URL,
        FieldType.PERSON,
        FieldType.REFERENCE,
    }
)
"""The field types whose values are plain text."""

_YES_NO = {"true": True, "yes": True, "false": False, "no": False}


def converter(was: FieldType, now: FieldType, decimals: int = 2) -> Coder:
    """Return the function from a value of one type to the equal value of another.

    It raises ValueError for a value that would not survive: text that is no number, an amount with
    more decimals than the new type keeps, a time of day where only a date is kept.
    """
    to_text = was not in TEXTS and now in TEXTS
    convert: Coder = as_text if to_text else _TO.get(now, lambda value: value)
    step = quantum(decimals)

    def run(value: Any) -> Any:
        try:
            new = convert(value)
            return _exact(new, step) if now is FieldType.MONEY else new
        except (InvalidOperation, OverflowError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{value} is not a {now.value}") from error

    return run


def as_text(value: Any) -> str:
    """Return a canonical value as the text that reads back as the same value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, timedelta):
        return str(seconds(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _exact(amount: Decimal, step: Decimal) -> Decimal:
    kept = amount.quantize(step)
    if kept != amount:
        raise ValueError(f"{amount} has more decimals")
    return kept


def _to_integer(value: Any) -> int:
    number = Decimal(as_text(value).strip())
    if number != int(number):
        raise ValueError(f"{value} is not a whole number")
    return int(number)


def _to_number(value: Any) -> float:
    number = Decimal(as_text(value).strip())
    if not number.is_finite():
        raise ValueError(f"{value} is not a number")
    return float(number)


def _to_date(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value.strip())
    if value.time() != time():
        raise ValueError(f"{value} has a time of day")
    return datetime.date(value)


def _to_datetime(value: Any) -> datetime:
    if isinstance(value, str):
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return datetime.combine(value, time(), UTC)


def _to_boolean(value: Any) -> bool:
    return _YES_NO[value.strip().casefold()]


def _to_duration(value: Any) -> timedelta:
    return timedelta(seconds=_to_number(value))


_TO: dict[FieldType, Coder] = {
    FieldType.INTEGER: _to_integer,
    FieldType.NUMBER: _to_number,
    FieldType.MONEY: lambda value: Decimal(as_text(value).strip()),
    FieldType.DATE: _to_date,
    FieldType.DATETIME: _to_datetime,
    FieldType.BOOLEAN: _to_boolean,
    FieldType.DURATION: _to_duration,
}
