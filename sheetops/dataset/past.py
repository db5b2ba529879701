"""The dataset as it was: columns of a table at a moment of the journal, and the changes of some of its fields up to then.

Whole columns, and only those that are asked for: a report looks at ten fields of a hundred thousand records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from ..model.record import Op
from .bulk import fetch
from .codec import Coder, load_json
from .forms import form
from .records import load_archived, sql_table
from .shape import StoredTable
from .tables import HELD, JOURNAL, RUNS

Columns = dict[str, list[Any]]

CHANGES = ("seq", "key", "op", "field", "old", "new", "recorded_at", "effective_at")
"""What is known of a change. Times are as the database gives them: UTC text or datetimes."""


def seq_at(conn: Connection, moment: datetime) -> int:
    """Return the number of the last journal entry of the runs that began by `moment`; 0 when there is none."""
    found = conn.execute(select(func.max(RUNS.c.last_seq)).where(RUNS.c.started <= moment)).scalar()
    return int(found or 0)


def began(conn: Connection) -> datetime | None:
    """Return when the first record came into the dataset; None while there is none."""
    first = select(JOURNAL.c.recorded_at).where(JOURNAL.c.op == Op.ADD.value).order_by(JOURNAL.c.seq).limit(1)
    found: datetime | None = conn.execute(first).scalar()
    return found


def columns_at(conn: Connection, table: StoredTable, names: Sequence[str], seq: int) -> Columns:
    """Return the values of active records in named columns, the key among them, as they were after entry `seq`.

    Records are in the order of their keys. A column that is not stored is blank.
    """
    found = _columns(conn, table, list(dict.fromkeys((table.key, *names))))
    later = _changes(conn, table, found.keys(), JOURNAL.c.seq > seq)
    if later["seq"]:
        found = _taken_back(conn, table, found, later)
    order = sorted(range(len(found[table.key])), key=found[table.key].__getitem__)
    return {name: [column[at] for at in order] for name, column in found.items()}


def _columns(conn: Connection, table: StoredTable, names: Sequence[str]) -> Columns:
    stored = [name for name in names if name in table.fields]
    sql = sql_table(table, conn.dialect)
    rows = fetch(conn, select(*(sql.c[name] for name in stored)))
    reads = [form(table.fields[name], conn.dialect).read for name in stored]
    columns = zip(*rows, strict=True) if rows else ([] for _ in stored)
    found: Columns = {
        name: list(column) if read is None else [value if value is None else read(value) for value in column]
        for name, read, column in zip(stored, reads, columns, strict=True)
    }
    found[table.key] = [str(key) for key in found[table.key]]
    return {name: found.get(name) or [None] * len(rows) for name in names}


def _taken_back(conn: Connection, table: StoredTable, found: Columns, later: Columns) -> Columns:
    """Return the columns without what later changes did."""
    first: dict[str, str] = {}
    old: dict[tuple[str, str], Any] = {}
    for key, op, field, was in zip(*(later[name] for name in ("key", "op", "field", "old")), strict=True):
        if op == Op.SET:
            old.setdefault((key, field), was)
        else:
            first.setdefault(key, op)
    gone = {key for key, op in first.items() if op in (Op.ADD, Op.RESTORE)}
    keep = [at for at, key in enumerate(found[table.key]) if key not in gone]
    found = {name: [column[at] for at in keep] for name, column in found.items()}
    place = {key: at for at, key in enumerate(found[table.key])}
    _bring_back(conn, table, found, place, [key for key, op in first.items() if op == Op.ARCHIVE])
    for (key, name), value in old.items():
        if key in place:
            found[name][place[key]] = value
    return found


def _bring_back(
    conn: Connection, table: StoredTable, found: Columns, place: dict[str, int], keys: Collection[str]
) -> None:
    """Put records back that were active then and are archived now. Those that came back since are there already."""
    missing = [key for key in keys if key not in place]
    for key, record in load_archived(conn, table, missing).items() if missing else ():
        place[key] = len(found[table.key])
        for name, column in found.items():
            column.append(record.values.get(name))


def changes_until(conn: Connection, table: StoredTable, fields: Collection[str], seq: int) -> Columns:
    """Return the changes of some fields up to entry `seq`, in order: a column for each name of CHANGES.

    A record that was added, archived or restored is one change, without field and values: what it was born with is the
    `old` of its first change, or what it says still. Fields and values are as they are called and typed today.
    """
    return _changes(conn, table, fields, JOURNAL.c.seq <= seq)


def _changes(
    conn: Connection, table: StoredTable, fields: Collection[str], when: ColumnElement[bool]
) -> Columns:
    column = JOURNAL.c
    former = {name for field in fields for name in table.former_names(field)}
    whole = column.op.in_([Op.ADD.value, Op.ARCHIVE.value, Op.RESTORE.value])
    cell = (column.op == Op.SET.value) & column.field.in_(sorted(former))
    values = (
        case((cell, one)) for one in (column.old_value, column.new_value)
    )  # of a birth, all at once: too much
    parts = (
        column.seq,
        column.key,
        column.op,
        column.field,
        *values,
        column.recorded_at,
        column.effective_at,
    )
    wanted = (
        select(*parts).where(column.table_name == table.name, when, or_(whole, cell)).order_by(column.seq)
    )
    rows = fetch(conn, wanted)
    found = (
        dict(zip(CHANGES, map(list, zip(*rows, strict=True)), strict=True))
        if rows
        else {name: [] for name in CHANGES}
    )
    return _as_today(table, found, {*fields}) if rows else found


def _as_today(table: StoredTable, found: Columns, fields: Collection[str]) -> Columns:
    """Read fields and values as they are called and typed today; each distinct text of a field is read once."""
    eras = [table.era(seq) for seq in found["seq"]] if table.past else [0] * len(found["seq"])
    said = list(zip(eras, found["field"], strict=True))
    lens = {place: table.lens_of(place[0]).fields[place[1]] for place in set(said) if place[1] is not None}
    names = {place: name for place, (name, _) in lens.items()} | {(era, None): None for era in set(eras)}
    found["field"] = [names[place] for place in said]
    for column in ("old", "new"):
        known = {
            pair: _read(lens.get(pair[0]), pair[1]) for pair in set(zip(said, found[column], strict=True))
        }
        found[column] = [known[pair] for pair in zip(said, found[column], strict=True)]
    if {*found["field"]} <= {None, *fields}:
        return found
    keep = [at for at, name in enumerate(found["field"]) if name is None or name in fields]
    return {name: [column[at] for at in keep] for name, column in found.items()}


def _read(lens: tuple[str, Coder | None] | None, text: str | None) -> Any:
    if text is None or lens is None:
        return None
    value = load_json(text)
    return lens[1](value) if lens[1] else value


def held_at(conn: Connection, moment: datetime) -> list[Mapping[str, Any]]:
    """Return what was held at a moment: number, tracker, table, key, field, kind, reason, address, since."""
    wanted = select(HELD).where(
        HELD.c.since <= moment, or_(HELD.c.closed_at.is_(None), HELD.c.closed_at > moment)
    )
    names = ("number", "tracker", "table_name", "key", "field", "kind", "reason", "address", "since")
    return [
        {name: getattr(row, name) for name in names} for row in conn.execute(wanted.order_by(HELD.c.number))
    ]
