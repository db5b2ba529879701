"""The append-only journal: writing entries, chaining them by hash, reading them back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from ..model.record import Actor, Change, Entry, Op, Source
from .bulk import insert_rows
from .chunks import chunks
from .codec import dump_json, instant_text, load_json
from .forms import utc_text
from .shape import Lens, Shape, StoredTable
from .tables import JOURNAL, RUNS

GENESIS = "0" * 64
"""What stands in for the hash before the first entry."""

Row = dict[str, Any]

_NAMES = [column.name for column in JOURNAL.columns]


def head(conn: Connection) -> int:
    """Return the number of the last entry, 0 when there is none."""
    return conn.execute(select(func.max(JOURNAL.c.seq))).scalar() or 0


def last_entry(conn: Connection) -> tuple[int, str, datetime | None]:
    """Return (seq, hash, recorded_at) of the last entry; (0, GENESIS, None) when there is none."""
    wanted = select(JOURNAL.c.seq, JOURNAL.c.hash, JOURNAL.c.recorded_at)
    row = conn.execute(wanted.order_by(JOURNAL.c.seq.desc()).limit(1)).first()
    return (row[0], row[1], row[2]) if row else (0, GENESIS, None)


def append(conn: Connection, run: str, recorded_at: datetime, rows: Sequence[Row]) -> int:
    """Write rows made by `row_of` behind the last entry; return the new head."""
    seq, previous, _ = last_entry(conn)
    for row in rows:
        seq += 1
        row.update(seq=seq, run=run, recorded_at=recorded_at)
        row["hash"] = previous = chained(previous, row)
    insert_rows(conn, JOURNAL.name, _NAMES, [_stored(conn, row) for row in rows])
    return seq


def _stored(conn: Connection, row: Row) -> tuple[Any, ...]:
    if conn.dialect.name == "sqlite":
        row |= {name: row[name] and utc_text(row[name]) for name in ("recorded_at", "effective_at")}
    return tuple(row[name] for name in _NAMES)


def row_of(change: Change, old: Any, new: Any) -> Row:
    """Return a journal row for a change whose values are JSON values already (None: no value)."""
    source = change.source
    return {
        "table_name": change.table,
        "key": change.key,
        "op": change.op.value,
        "field": change.field,
        "old_value": None if old is None else dump_json(old),
        "new_value": None if new is None else dump_json(new),
        "actor": source.actor.value,
        "tracker": source.tracker,
        "address": source.address,
        "who": source.who,
        "effective_at": change.effective_at,
    }


_instant = lru_cache(maxsize=64)(instant_text)
_HASHED = (
    "run",
    "table_name",
    "key",
    "op",
    "field",
    "old_value",
    "new_value",
    "actor",
    "tracker",
    "address",
    "who",
)


def chained(previous: str, row: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the previous entry's hash and this row as canonical JSON."""
    times = [t and _instant(t) for t in (row["recorded_at"], row["effective_at"])]
    said = dump_json([row["seq"], *[row[name] for name in _HASHED], *times])
    return hashlib.sha256((previous + said).encode()).hexdigest()


def raw_rows(conn: Connection) -> Iterator[Row]:
    """Yield every row of the journal as it is stored, in order."""
    wanted = select(JOURNAL).order_by(JOURNAL.c.seq).execution_options(yield_per=5000)
    for row in conn.execute(wanted):
        yield dict(zip(_NAMES, row, strict=True))


def entries(
    conn: Connection,
    shape: Shape,
    *,
    table: str | None = None,
    key: str | None = None,
    field: str | None = None,
    run: str | None = None,
    after: int = 0,
    keys: Collection[str] | None = None,
) -> list[Entry]:
    """Return the matching entries in order, their fields and values as they are called and typed today."""
    if keys is not None and key is not None:
        keys = {key} & set(keys)
    wanted = select(JOURNAL).where(*_filters(shape, table, field, run, after, key))
    groups: Iterable[Any] = [None] if keys is None else chunks(sorted(keys))
    found = [row for group in groups for row in conn.execute(_among(wanted, group)).all()]
    if keys is not None:
        found.sort(key=lambda row: row[0])
    return [_entry(row, shape) for row in found]


def _filters(
    shape: Shape, table: str | None, field: str | None, run: str | None, after: int, key: str | None
) -> list[ColumnElement[bool]]:
    column = JOURNAL.c
    equal = {column.table_name: table, column.run: run, column.key: key}
    filters = [at == value for at, value in equal.items() if value is not None]
    if run is not None:
        # The run's part of the journal is known, so the rest need not be searched.
        mine = RUNS.c.id == run
        filters.append(column.seq >= select(RUNS.c.first_seq).where(mine).scalar_subquery())
        filters.append(column.seq <= select(RUNS.c.last_seq).where(mine).scalar_subquery())
    if field is not None:
        filters.append(or_(column.field.is_(None), *_named(shape, table, field)))
    if after:
        filters.append(column.seq > after)
    return filters


def _named(shape: Shape, table: str | None, field: str) -> list[ColumnElement[bool]]:
    """A field is looked for under all its former names, table by table."""
    tables = [t for t in shape.values() if table in (None, t.name)]
    names = {name for t in tables for name in t.former_names(field)} or {field}
    return [JOURNAL.c.field.in_(sorted(names))]


def _among(wanted: Select[Any], keys: Sequence[str] | None) -> Select[Any]:
    if keys is None:
        return wanted.order_by(JOURNAL.c.seq)
    return wanted.where(JOURNAL.c.key.in_(keys))


def _entry(row: Any, shape: Shape) -> Entry:
    seq, run, table, key, op, field, old, new, actor, tracker, address, who, recorded, effective, _ = row
    verb = _OPS[op]
    field, old, new = _values(shape.get(table), verb, seq, field, _said(old), _said(new))
    return Entry(
        table=table,
        key=key,
        op=verb,
        source=Source(_ACTORS[actor], tracker, address, who),
        field=field,
        old=old,
        new=new,
        effective_at=effective,
        seq=seq,
        run=run,
        recorded_at=recorded,
    )


_OPS = {op.value: op for op in Op}
_ACTORS = {actor.value: actor for actor in Actor}


def _said(text: str | None) -> Any:
    return None if text is None else load_json(text)


def _values(
    table: StoredTable | None, op: Op, seq: int, field: str | None, old: Any, new: Any
) -> tuple[str | None, Any, Any]:
    """Return (field, old, new) as they are called and typed today."""
    if table is None or op is Op.SCHEMA:
        return field, old, new
    lens = table.lens(seq)
    if op is Op.ADD:
        return field, None, read_values(lens, new or {})
    if field is None:
        return field, old, new
    name, read = lens.fields[field]
    if read is None:
        return name, old, new
    return name, None if old is None else read(old), None if new is None else read(new)


def read_values(lens: Lens, said: dict[str, Any]) -> dict[str, Any]:
    """Return a record's non-blank values from their JSON, under their names of today."""
    for then, name, read in lens.differing:
        if then in said:
            said[name] = read(said.pop(then) if name != then else said[then])
    return said
