"""How canonical values stand in SQL columns: the same meaning on SQLite and on PostgreSQL.

SQLite has no dates, amounts or durations, so each type below says what its column holds there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from ..model.schema import FieldType
from .codec import quantum

SEQ = BigInteger().with_variant(Integer(), "sqlite")
"""A counting primary key: on SQLite only the word INTEGER makes it the row's own number."""

BYTES = LargeBinary()

SQLITE_DIGITS = 15
"""SQLite keeps amounts as 64-bit floats, which hold 15 decimal digits exactly."""


@lru_cache(maxsize=65536)
def _from_sqlite_text(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: TIMESTAMPTZ, and on SQLite the text '2024-01-05 09:30:00[.ffffff]'."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # SQLAlchemy's own DATETIME always writes six decimals; people read these tables.
        return dialect.type_descriptor(
            _SqliteDateTime() if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return the moment in UTC; raise ValueError for a datetime without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None).isoformat(" ") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the stored moment as an aware datetime in UTC."""
        if value is None:
            return None
        return _from_sqlite_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)


class _SqliteDateTime(TypeEngine[Any]):
    """A column declared DATETIME that takes and gives text as it is."""

    __visit_name__ = "DATETIME"


class Money(TypeDecorator[Decimal]):
    """An amount with a fixed number of decimals: NUMERIC on both."""

    impl = Numeric(asdecimal=False)
    cache_ok = True

    def __init__(self, decimals: int) -> None:
        super().__init__()
        self.decimals = decimals
        self._step = quantum(decimals)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the amount, quantised; raise ValueError if SQLite could not hold all its digits."""
        if value is None:
            return None
        amount = Decimal(value).quantize(self._step)
        if dialect.name != "sqlite":
            return amount
        if len(amount.as_tuple().digits) > SQLITE_DIGITS:
            raise ValueError(f"{amount} has more than {SQLITE_DIGITS} digits")
        return str(amount)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return `process_bind_param` alone: the implementation would turn the amount into a float."""
        return lambda value: self.process_bind_param(value, dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function from what the driver gives (float, int or Decimal) to the amount."""
        step = self._step
        return lambda value: None if value is None else Decimal(str(value)).quantize(step)


class Seconds(TypeDecorator[timedelta]):
    """A duration as a number of seconds, so that SQL can add and average it."""

    impl = Float(53)
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> Any:
        """Return the duration in seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        """Return the duration of that many seconds."""
        return None if value is None else timedelta(seconds=value)


def column_type(kind: FieldType, decimals: int = 2) -> TypeEngine[Any]:
    """Return the column type for a field type."""
    if kind is FieldType.MONEY:
        return Money(decimals)
    return _COLUMN.get(kind, Text())


_COLUMN: dict[FieldType, TypeEngine[Any]] = {
    FieldType.INTEGER: BigInteger(),
    FieldType.NUMBER: Float(53),
    FieldType.DATE: Date(),
    FieldType.DATETIME: UtcDateTime(),
    FieldType.DURATION: Seconds(),
    FieldType.BOOLEAN: Boolean(),
}
