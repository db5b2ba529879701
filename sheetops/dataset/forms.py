"""How canonical values stand in the columns of people's tables, on SQLite and on PostgreSQL.

SQLite has no dates, amounts or durations, so the declared type tells people and BI tools what a
column means, and the functions here what its cells hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Float, Numeric, Text
from sqlalchemy.types import TypeEngine, UserDefinedType

from ..model.schema import FieldType
from .codec import Coder, quantum
from .shape import StoredField


@dataclass(frozen=True)
class Form:
    """One kind of column: its SQL type, and the functions to and from it (None: as it is)."""

    type: TypeEngine[Any]
    write: Coder | None = None
    read: Coder | None = None


class AsGiven(UserDefinedType[Any]):
    """A column type that is declared like `type` and leaves values alone, for whole columns at a time."""

    cache_ok = True

    def __init__(self, declared: str) -> None:
        self.declared = declared

    def get_col_spec(self, **_: object) -> str:
        """Return the SQL type."""
        return self.declared


def utc_text(moment: datetime) -> str:
    """Return an aware datetime as SQLite's own functions read it, '2024-01-05 09:30:00[.ffffff]' in UTC."""
    return moment.astimezone(UTC).isoformat(" ")[:-6]


def from_utc_text(text: str) -> datetime:
    """Return the aware datetime that `utc_text` wrote."""
    return datetime.fromisoformat(text + "+00:00")


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _from_seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


_SAME: Mapping[FieldType, Form] = {
    FieldType.INTEGER: Form(BigInteger()),
    FieldType.NUMBER: Form(Float(53), float),
    FieldType.DURATION: Form(Float(53), timedelta.total_seconds, _from_seconds),
}
_SQLITE: Mapping[FieldType, Form] = {
    **_SAME,
    FieldType.DATE: Form(Date(), date.isoformat, date.fromisoformat),
    FieldType.DATETIME: Form(DateTime(), utc_text, from_utc_text),
    FieldType.BOOLEAN: Form(Boolean(), int, bool),
}
_POSTGRES: Mapping[FieldType, Form] = {
    **_SAME,
    FieldType.DATE: Form(Date()),
    FieldType.DATETIME: Form(DateTime(timezone=True), _to_utc, _to_utc),
    FieldType.BOOLEAN: Form(Boolean()),
}
_TEXT = Form(Text())


def form(field: StoredField, dialect: Dialect) -> Form:
    """Return how a field's values stand in its column."""
    sqlite = dialect.name == "sqlite"
    if field.type is FieldType.MONEY:
        return _money(field.decimals, sqlite)
    return (_SQLITE if sqlite else _POSTGRES).get(field.type, _TEXT)


def _money(decimals: int, sqlite: bool) -> Form:
    """SQLite keeps an amount as a float; the 15 digits that the codec allows come back exactly."""
    step = quantum(decimals)
    return Form(
        Numeric(),
        (lambda value: str(Decimal(value).quantize(step)))
        if sqlite
        else (lambda value: Decimal(value).quantize(step)),
        lambda value: Decimal(str(value)).quantize(step),
    )


def declared(field: StoredField, dialect: Dialect) -> str:
    """Return the SQL type of a field's column, as DDL says it."""
    return form(field, dialect).type.compile(dialect)


def to_rows(
    fields: Sequence[StoredField], dialect: Dialect, records: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Return records as rows of column values, in the order of the fields."""
    columns = [
        _converted(form(field, dialect).write, [values[field.name] for values in records]) for field in fields
    ]
    return list(zip(*columns, strict=True))


def from_rows(
    fields: Sequence[StoredField], dialect: Dialect, rows: Sequence[Sequence[Any]]
) -> Iterable[dict[str, Any]]:
    """Yield the canonical values of each row. Whole columns are converted at once: three times as fast."""
    columns = [
        _converted(form(field, dialect).read, column)
        for field, column in zip(fields, zip(*rows, strict=True), strict=bool(rows))
    ]
    names = [field.name for field in fields]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _converted(convert: Coder | None, column: Sequence[Any]) -> Sequence[Any]:
    if convert is None:
        return column
    return [None if value is None else convert(value) for value in column]
