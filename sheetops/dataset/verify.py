"""Is the dataset sound: does the journal's chain hold, and do the tables say what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from ..model.record import Entry, Op, Record
from . import journal, records
from .shape import Shape, StoredTable

SHOWN = 20
"""How many differing records are listed for each table."""


def problems(conn: Connection, shape: Shape) -> list[str]:
    """Return each problem as a sentence; none means the dataset is sound."""
    found = list(_broken_links(conn))
    if found:
        return found
    replayed = replay(journal.entries(conn, shape), shape)
    for table in shape.values():
        found.extend(_differences(table.name, replayed[table.name], records.load(conn, table)))
    return found


def _broken_links(conn: Connection) -> Iterator[str]:
    """After the first broken link every hash would differ, so the first is the only one named."""
    previous, before = journal.GENESIS, 0
    for row in journal.raw_rows(conn):
        if row["seq"] != before + 1:
            yield f"The journal jumps from entry {before} to entry {row['seq']}: entries were removed."
            return
        if journal.chained(previous, row) != row["hash"]:
            yield f"Entry {row['seq']} of the journal ({row['table_name']} {row['key']}) was altered after it was written."
            return
        previous, before = row["hash"], row["seq"]


def replay(entries: list[Entry], shape: Shape) -> dict[str, dict[str, Record]]:
    """Return the records that the journal leads to, with every stored field."""
    values: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in shape}
    gone: dict[str, set[str]] = {name: set() for name in shape}
    for entry in entries:
        if entry.op is not Op.SCHEMA:
            _step(entry, shape[entry.table], values[entry.table], gone[entry.table])
    return {
        name: {key: Record(said, key in gone[name]) for key, said in found.items()}
        for name, found in values.items()
    }


def _step(entry: Entry, table: StoredTable, values: dict[str, dict[str, Any]], gone: set[str]) -> None:
    if entry.op is Op.ADD:
        own = {table.key: table.key_value(entry.key)}
        values[entry.key] = dict.fromkeys(table.fields) | entry.new | own
    elif entry.op is Op.SET and entry.field is not None:
        values[entry.key][entry.field] = entry.new
    elif entry.op is Op.ARCHIVE:
        gone.add(entry.key)
    elif entry.op is Op.RESTORE:
        gone.discard(entry.key)


def _differences(table: str, said: dict[str, Record], stored: dict[str, Record]) -> Iterator[str]:
    differing = [key for key in sorted(said.keys() | stored.keys()) if said.get(key) != stored.get(key)]
    for key in differing[:SHOWN]:
        yield _difference(table, key, said.get(key), stored.get(key))
    if len(differing) > SHOWN:
        yield f"{len(differing) - SHOWN} more records of {table} differ from the journal."


def _difference(table: str, key: str, said: Record | None, stored: Record | None) -> str:
    if stored is None:
        return f"{table} {key} is in the journal but not in the table."
    if said is None:
        return f"{table} {key} is in the table but not in the journal."
    if said.archived != stored.archived:
        return f"{table} {key} is {'archived' if said.archived else 'active'} in the journal only."
    names = [name for name, value in said.values.items() if stored.values.get(name) != value]
    cells = ", ".join(f"{n} is {stored.values.get(n)!r}, not {said.values[n]!r}" for n in names)
    return f"{table} {key} differs from the journal: {cells}."
