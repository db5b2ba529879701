"""Carrying out schema changes: DDL, converted values and journal entries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, inspect, update

from ..model.record import Actor, Change, Op, Run, Source
from ..model.schema import FieldType
from . import journal, records
from .bulk import quoted
from .codec import Coder
from .conversion import converter
from .forms import declared
from .schema_diff import SchemaChange, SchemaKind, evolve
from .shape import PastChange, Shape, StoredField, StoredTable, dump_shape
from .tables import ARCHIVE, META

SHOWN = 5
"""How many values that would not survive a message lists."""

NEW_COLUMN = "sheetops_new"
"""What a column is called while it takes the place of one of another type."""


def judged(conn: Connection, shape: Shape, change: SchemaChange) -> SchemaChange:
    """Return the change with the reason why it is impossible, if it is."""
    if change.blocked:
        return change
    return replace(change, blocked=_obstacle(conn, shape, change))


def _obstacle(conn: Connection, shape: Shape, change: SchemaChange) -> str | None:
    if change.kind is SchemaKind.NEW_TABLE:
        return _taken(conn, change.table)
    if change.kind is SchemaKind.NARROWED_CHOICE:
        return _lost(conn, shape[change.table], change, _narrowing(change.now))
    if change.kind is SchemaKind.TYPE_CHANGED:
        if change.field == shape[change.table].key:
            return "The key of a table keeps its type as long as the table is in the dataset."
        return _lost(conn, shape[change.table], change, _conversion(change))
    return None


def _taken(conn: Connection, name: str) -> str | None:
    if name.casefold().startswith("sheetops_"):
        return "Names that begin with sheetops_ are kept for sheetops itself; choose another."
    if inspect(conn).has_table(name):
        return f"The database already has a table '{name}' that sheetops did not make; rename one of the two."
    return None


def _lost(conn: Connection, table: StoredTable, change: SchemaChange, survive: Coder) -> str | None:
    """Name the values in use that would not survive, and the records that hold them."""
    lost = []
    for key, value in _in_use(conn, table, change):
        try:
            survive(value)
        except ValueError:
            lost.append(f"'{value}' in {key}")
    if not lost:
        return None
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    return f"These values would not survive it: {', '.join(lost[:SHOWN])}{more}. Change them first."


def _in_use(conn: Connection, table: StoredTable, change: SchemaChange) -> Iterable[tuple[str, Any]]:
    """Yield (key, value) of the field. A narrowed choice leaves archived records as they were."""
    for key, record in sorted(records.load(conn, table).items()):
        if record.archived and change.kind is SchemaKind.NARROWED_CHOICE:
            continue
        if (value := record.values.get(change.column or "")) is not None:
            yield key, value


def _narrowing(now: StoredField | None) -> Coder:
    assert now is not None
    valid = set(now.choices)

    def survive(value: str) -> None:
        parts = value.split(";") if now.type is FieldType.MULTI_CHOICE else [value]
        if not {part.strip() for part in parts} <= valid:
            raise ValueError(value)

    return survive


def _conversion(change: SchemaChange) -> Coder:
    assert change.was is not None
    assert change.now is not None
    convert = converter(change.was.type, change.now.type, change.now.decimals)
    if not change.now.choices:
        return convert
    valid = _narrowing(change.now)
    return lambda value: valid(convert(value))


def apply(conn: Connection, shape: Shape, changes: Sequence[SchemaChange], run: Run) -> None:
    """Carry out all changes, journal them, and remember the new shape."""
    after = dict(shape)
    for seq, change in enumerate(changes, journal.head(conn) + 1):
        after[change.table] = _carry_out(conn, after.get(change.table), change, seq)
    journal.append(conn, run.id, run.started, [_entry(change) for change in changes])
    conn.execute(update(META).where(META.c.name == "shape").values(value=dump_shape(after)))


def _entry(change: SchemaChange) -> journal.Row:
    """The journal says what the column was and is, or what the new table is."""
    was = change.was and change.was.to_json()
    now = change.new_table.to_json() if change.new_table else change.now and change.now.to_json()
    said = Change(change.table, "", Op.SCHEMA, Source(Actor.CONFIG), change.field)
    return journal.row_of(said, was, now)


def _carry_out(conn: Connection, before: StoredTable | None, change: SchemaChange, seq: int) -> StoredTable:
    if before is None:
        assert change.new_table is not None
        records.sql_table(change.new_table, conn.dialect).create(conn)
        return change.new_table
    after = evolve(before, change)
    if change.kind is SchemaKind.NEW_FIELD and change.was is None:
        _add_column(conn, after, change.now)
    if change.kind is SchemaKind.RENAMED_FIELD:
        _rename_column(conn, after.name, change.was, change.now)
    if change.kind is SchemaKind.TYPE_CHANGED:
        _retype_column(conn, before, after, change)
    if change.kind not in (SchemaKind.RENAMED_FIELD, SchemaKind.TYPE_CHANGED):
        return after
    assert change.was is not None
    assert change.now is not None
    _rewrite_archive(conn, before, after, change)
    return after.with_past(PastChange(seq, change.was, change.now))


def _alter(conn: Connection, table: str, what: str) -> None:
    conn.exec_driver_sql(f"ALTER TABLE {quoted(conn, table)} {what}")


def _add_column(conn: Connection, table: StoredTable, field: StoredField | None) -> None:
    assert field is not None
    _alter(conn, table.name, f"ADD COLUMN {quoted(conn, field.name)} {declared(field, conn.dialect)}")


def _rename_column(conn: Connection, table: str, was: StoredField | None, now: StoredField | None) -> None:
    assert was is not None
    assert now is not None
    _alter(conn, table, f"RENAME COLUMN {quoted(conn, was.name)} TO {quoted(conn, now.name)}")


def _retype_column(conn: Connection, before: StoredTable, after: StoredTable, change: SchemaChange) -> None:
    """A column gets its new type by way of a new column: SQLite cannot change a column's type."""
    assert change.was is not None
    assert change.now is not None
    if declared(change.was, conn.dialect) == declared(change.now, conn.dialect):
        return
    convert = converter(change.was.type, change.now.type, change.now.decimals)
    name = change.now.name
    found = [(k, r.values[name]) for k, r in records.load(conn, before).items() if not r.archived]
    between = before.with_field(replace(change.now, name=NEW_COLUMN))
    _add_column(conn, between, between.fields[NEW_COLUMN])
    new = {k: {NEW_COLUMN: convert(v)} for k, v in found if v is not None}
    records.update_records(conn, between, [NEW_COLUMN], new)
    _alter(conn, after.name, f"DROP COLUMN {quoted(conn, name)}")
    _alter(conn, after.name, f"RENAME COLUMN {NEW_COLUMN} TO {quoted(conn, name)}")


def _rewrite_archive(conn: Connection, before: StoredTable, after: StoredTable, change: SchemaChange) -> None:
    assert change.was is not None
    assert change.now is not None
    convert = converter(change.was.type, change.now.type, change.now.decimals)
    for key, record in records.load_archived(conn, before).items():
        values = dict(record.values)
        value = values.pop(change.was.name)
        values[change.now.name] = None if value is None else convert(value)
        which = (ARCHIVE.c.table_name == after.name) & (ARCHIVE.c.key == key)
        conn.execute(update(ARCHIVE).where(which).values(record=records.to_archive(after, values)))
