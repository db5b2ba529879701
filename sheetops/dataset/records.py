"""The materialised tables: one ordinary SQL table per table of the config, plus the archive."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Dialect, MetaData, Select, Table, delete, func, insert, select

from ..model import schema as config
from ..model.record import Record
from .bulk import fetch, insert_rows, update_rows
from .chunks import chunks
from .codec import dump_json, load_json
from .forms import AsGiven, declared, from_rows, to_rows
from .shape import StoredTable
from .tables import ARCHIVE


def sql_table(table: StoredTable, dialect: Dialect) -> Table:
    """Return the SQL table that holds the active records."""
    columns = [
        Column(f.name, AsGiven(declared(f, dialect)), primary_key=f.name == table.key, autoincrement=False)
        for f in table.fields.values()
    ]
    return Table(table.name, MetaData(), *columns)


def load(conn: Connection, table: StoredTable, keys: Collection[str] | None = None) -> dict[str, Record]:
    """Return stored records, archived ones included, with the value of every stored column."""
    active = {
        key: Record(values) for key, values in _active(conn, table, keys) if keys is None or key in keys
    }
    return active | load_archived(conn, table, keys)


def _active(
    conn: Connection, table: StoredTable, keys: Collection[str] | None
) -> Iterable[tuple[str, dict[str, Any]]]:
    fields = list(table.fields.values())
    for wanted in _selects(sql_table(table, conn.dialect), table, keys):
        for values in from_rows(fields, conn.dialect, fetch(conn, wanted)):
            yield str(values[table.key]), values


def _selects(sql: Table, table: StoredTable, keys: Collection[str] | None) -> Iterable[Select[Any]]:
    if keys is None:
        return [select(sql)]
    values = sorted(_key_values(table, keys))
    return [select(sql).where(sql.c[table.key].in_(some)) for some in chunks(values)]


def _key_values(table: StoredTable, keys: Collection[str]) -> list[Any]:
    """A key that cannot be a value of the key column is the key of nothing."""
    found = []
    for key in keys:
        try:
            found.append(table.key_value(key))
        except ValueError:
            continue
    return found


def load_archived(
    conn: Connection, table: StoredTable, keys: Collection[str] | None = None
) -> dict[str, Record]:
    """Return the archived records only."""
    wanted = select(ARCHIVE.c.key, ARCHIVE.c.record).where(ARCHIVE.c.table_name == table.name)
    groups: Iterable[Any] = [None] if keys is None else chunks(sorted(keys))
    found = {}
    for group in groups:
        some = wanted if group is None else wanted.where(ARCHIVE.c.key.in_(group))
        for key, said in conn.execute(some).all():
            found[key] = Record(_from_archive(table, said), archived=True)
    return found


def _from_archive(table: StoredTable, text: str) -> dict[str, Any]:
    said = load_json(text)
    values: dict[str, Any] = dict.fromkeys(table.fields)
    for name, value in said.items():
        decode = table.fields[name].decode
        values[name] = decode(value) if decode else value
    return values


def to_archive(table: StoredTable, values: Mapping[str, Any]) -> str:
    """Return a record's non-blank values as the archive keeps them."""
    return dump_json(encoded(table, values))


def encoded(table: StoredTable, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the non-blank values as JSON values. Raise KeyError for a field that is not stored."""
    fields = table.fields
    return {name: fields[name].encode(value) for name, value in values.items() if value is not None}


def as_configured(found: Mapping[str, Record], stored: StoredTable, table: config.Table) -> dict[str, Record]:
    """Return records with exactly the config's fields, in the order of their keys.

    A field that is not stored yet is blank. PostgreSQL gives rows in an order that changes with edits,
    and nothing that a run does may depend on it.
    """
    names = [f.name for f in table.fields]
    in_order = sorted(found.items(), key=itemgetter(0))
    if names == list(stored.fields):
        return dict(in_order)
    return {
        key: Record({name: record.values.get(name) for name in names}, record.archived)
        for key, record in in_order
    }


def keys(conn: Connection, table: StoredTable) -> set[str]:
    """Return every key, archived ones included."""
    active = conn.execute(select(sql_table(table, conn.dialect).c[table.key])).scalars()
    archived = conn.execute(select(ARCHIVE.c.key).where(ARCHIVE.c.table_name == table.name)).scalars()
    return {str(key) for key in active} | set(archived)


def count(conn: Connection, table: StoredTable) -> int:
    """Return how many active records the table has."""
    return conn.execute(select(func.count()).select_from(sql_table(table, conn.dialect))).scalar_one()


def insert_records(conn: Connection, table: StoredTable, new: Sequence[Mapping[str, Any]]) -> None:
    """Add active records, each with the value of every column."""
    fields = list(table.fields.values())
    insert_rows(conn, table.name, list(table.fields), to_rows(fields, conn.dialect, new))


def update_records(
    conn: Connection, table: StoredTable, names: Sequence[str], new: Mapping[str, Mapping[str, Any]]
) -> None:
    """Set the named columns of records, key -> values."""
    rows = to_rows([table.fields[name] for name in names], conn.dialect, list(new.values()))
    keyed = [(*row, table.key_value(key)) for row, key in zip(rows, new, strict=True)]
    update_rows(conn, table.name, names, table.key, keyed)


def delete_records(conn: Connection, table: StoredTable, gone: Collection[str]) -> None:
    """Take active records out of the table."""
    sql = sql_table(table, conn.dialect)
    for some in chunks([table.key_value(key) for key in gone]):
        conn.execute(delete(sql).where(sql.c[table.key].in_(some)))


def archive_records(conn: Connection, table: StoredTable, gone: Mapping[str, str], seq: int) -> None:
    """Put records (key -> `to_archive` text) into the archive."""
    if gone:
        rows = [{"table_name": table.name, "key": k, "record": r, "seq": seq} for k, r in gone.items()]
        conn.execute(insert(ARCHIVE), rows)


def unarchive_records(conn: Connection, table: StoredTable, back: Collection[str]) -> None:
    """Take records out of the archive."""
    for some in chunks(list(back)):
        conn.execute(delete(ARCHIVE).where(ARCHIVE.c.table_name == table.name, ARCHIVE.c.key.in_(some)))
