"""What opening a changed config means for the stored tables. Pure: shape and config in, changes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from ..model.schema import Field, Schema, Table
from .shape import Shape, StoredField, StoredTable


class SchemaKind(StrEnum):
    """The kinds of change of a table's shape."""

    NEW_TABLE = "new table"
    NEW_FIELD = "new field"
    RENAMED_FIELD = "renamed field"
    WIDENED_CHOICE = "widened choice"
    NARROWED_CHOICE = "narrowed choice"
    REMOVED_FIELD = "removed field"
    TYPE_CHANGED = "type changed"
    KEY_CHANGED = "key changed"


@dataclass(frozen=True)
class SchemaChange:
    """One change of a table's shape that the config asks for.

    `was` and `now` are the column before and after; `column` is what it is called in the database as
    long as nothing is applied. `blocked` says why the change is impossible, with the values in use
    that would not survive it; None when nothing stands in its way.
    """

    kind: SchemaKind
    table: str
    field: str | None
    sentence: str
    was: StoredField | None = None
    now: StoredField | None = None
    new_table: StoredTable | None = None
    column: str | None = None
    blocked: str | None = None


def changes(shape: Shape, schema: Schema) -> list[SchemaChange]:
    """Return what would bring the stored tables to the config, in the order it is to be done.

    Tables that the config no longer has are left as they are, data and all.
    """
    found: list[SchemaChange] = []
    for table in schema.tables.values():
        stored = shape.get(table.name)
        found.extend(_table_changes(stored, table) if stored else [_new_table(table)])
    return found


def _new_table(table: Table) -> SchemaChange:
    said = f"Table '{table.name}' is new, with {len(table.fields)} fields."
    return SchemaChange(SchemaKind.NEW_TABLE, table.name, None, said, new_table=StoredTable.of(table))


def _table_changes(stored: StoredTable, table: Table) -> Iterator[SchemaChange]:
    names = {f.name for f in table.fields}
    renamed = {f.renamed_from: f.name for f in table.fields if _is_rename(f, stored, names)}
    key = renamed.get(stored.key, stored.key)
    if key != table.key:
        yield _key_changed(stored, table, key)
    for field in table.fields:
        column = field.renamed_from if field.name in renamed.values() else field.name
        for change in _field_changes(stored, table.name, field, column or field.name):
            yield replace(change, column=column)
    for was in stored.fields.values():
        if was.name not in names and was.name not in renamed and not was.removed and was.name != stored.key:
            yield _removed(table.name, was)


def _is_rename(field: Field, stored: StoredTable, names: set[str]) -> bool:
    """A rename is done once: afterwards the new name is stored, and the old one is free."""
    return field.name not in stored.fields and field.renamed_from in stored.fields.keys() - names


def _field_changes(stored: StoredTable, table: str, field: Field, column: str) -> Iterator[SchemaChange]:
    now = StoredField.of(field)
    was = stored.fields.get(column)
    if was is None:
        said = f"Field '{field.name}' of '{table}' is new; it is blank in every record."
        yield SchemaChange(SchemaKind.NEW_FIELD, table, field.name, said, None, now)
        return
    if was.removed:
        said = f"Field '{field.name}' of '{table}' is back, with the values it had."
        yield SchemaChange(SchemaKind.NEW_FIELD, table, field.name, said, was, replace(was, removed=False))
        was = replace(was, removed=False)
    if column != field.name:
        said = f"Field '{was.name}' of '{table}' is now called '{field.name}'; its values stay."
        yield SchemaChange(
            SchemaKind.RENAMED_FIELD, table, field.name, said, was, replace(was, name=field.name)
        )
        was = replace(was, name=field.name)
    yield from _type_changes(table, was, now)


def _type_changes(table: str, was: StoredField, now: StoredField) -> Iterator[SchemaChange]:
    if (was.type, was.decimals) != (now.type, now.decimals):
        yield SchemaChange(
            SchemaKind.TYPE_CHANGED, table, now.name, _type_sentence(table, was, now), was, now
        )
        return
    gone = [c for c in was.choices if c not in now.choices]
    more = [c for c in now.choices if c not in was.choices]
    if more:
        said = f"Field '{now.name}' of '{table}' now allows {_listed(more)} too."
        between = replace(now, choices=(*was.choices, *more))
        yield SchemaChange(SchemaKind.WIDENED_CHOICE, table, now.name, said, was, between)
        was = between
    if gone:
        said = f"Field '{now.name}' of '{table}' no longer allows {_listed(gone)}."
        yield SchemaChange(SchemaKind.NARROWED_CHOICE, table, now.name, said, was, now)


def _type_sentence(table: str, was: StoredField, now: StoredField) -> str:
    if was.type is now.type:
        return f"Field '{now.name}' of '{table}' keeps {now.decimals} decimals instead of {was.decimals}."
    return f"Field '{now.name}' of '{table}' is {now.type.value} instead of {was.type.value}; its values are converted."


def _removed(table: str, was: StoredField) -> SchemaChange:
    said = f"Field '{was.name}' of '{table}' is no longer in sheetops.toml; its column and values are kept."
    return SchemaChange(SchemaKind.REMOVED_FIELD, table, was.name, said, was, replace(was, removed=True))


def _key_changed(stored: StoredTable, table: Table, key: str) -> SchemaChange:
    return SchemaChange(
        SchemaKind.KEY_CHANGED,
        table.name,
        table.key,
        f"Table '{table.name}' is to be identified by '{table.key}' instead of '{key}'.",
        blocked=(
            f'The key of a table that is in the dataset cannot change. Write key = "{key}" again, or give the '
            f"table a new name in sheetops.toml."
        ),
    )


def _listed(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def evolve(stored: StoredTable, change: SchemaChange) -> StoredTable:
    """Return the stored table after the change."""
    if change.now is None:
        return stored
    after = stored.with_field(change.now, instead_of=change.was.name if change.was else None)
    if change.kind is SchemaKind.RENAMED_FIELD and change.was and change.was.name == stored.key:
        return replace(after, key=change.now.name)
    return after
