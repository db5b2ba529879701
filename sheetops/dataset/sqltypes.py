"""Column types of the sheetops_ tables that SQLite and PostgreSQL spell differently."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator

from .forms import from_utc_text, utc_text

SEQ = BigInteger().with_variant(Integer(), "sqlite")
"""A counting primary key: on SQLite only the word INTEGER makes it the row's own number."""

BYTES = LargeBinary()

_from_text = lru_cache(maxsize=4096)(from_utc_text)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: TIMESTAMPTZ, and on SQLite the text '2024-01-05 09:30:00[.ffffff]'."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what turns a moment into a column's value. SQLAlchemy's own would write six decimals."""
        write = utc_text if dialect.name == "sqlite" else _to_utc
        return lambda value: None if value is None else write(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what turns a column's value into a moment."""
        read: Any = _from_text if dialect.name == "sqlite" else _to_utc
        return lambda value: None if value is None else read(value)


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
