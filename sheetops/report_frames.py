"""Reads what reports are made of out of a workspace: the dataset as it was known at a moment, by the roles of its tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from .columns.days import moments
from .columns.making import in_words
from .columns.sets import Ask
from .dataset.frame import series
from .model.record import Op
from .model.schema import FieldType
from .reports.facts import Facts, Past, read_as_one
from .reports.roles import TIMES, Bound, bind

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .columns.sla.column_set import SlaColumns
    from .library import Workspace

LONG = frozenset({"summary", "verbatim", "text", "notes", "agenda", "statement", "answer"})
"""Parts that are long texts, which only some reports quote."""

_TOLD: Mapping[str, tuple[str, ...]] = {"cases": ("status", "error")}
"""Parts whose changes are looked at, by role."""


def facts(
    ws: Workspace,
    as_of: datetime,
    known: datetime,
    *,
    long: bool = False,
    roles: Collection[str] | None = None,
    sla: bool = True,
) -> Facts:
    """Return what was known at `known`, to speak of `as_of` (both aware). `long`: long texts too; `roles`: only these.

    A dataset that began later (old data imported) is taken as it is now: its own dates say what was when.
    """
    seq, notes = ws.store.seq_at(known), []
    began = ws.store.began()
    if began is not None and began > known:
        seq = ws.store.head()
        notes.append(
            f"The dataset began on {began:%Y-%m-%d}, after this time: the figures are from the dates in the records, as they are known now."
        )
    bound = {
        role: one
        for role, one in bind(ws.config.reports, ws.schema).items()
        if roles is None or role in roles
    }
    clocks = ws.config.sla if sla else {}
    policies = {name: _whole(ws, one.policies, seq) if one.policies else None for name, one in clocks.items()}
    told = _all_told(ws, bound, policies, seq)
    read = _Columns(ws, seq, [(one.table, _fields(one, long=long).values()) for one in bound.values()],
                    [(name, _watched(ws, clocks[name], policies[name])) for name in clocks], _references(ws).items())  # fmt: skip
    frames = {role: _frame(ws, one, read, long=long) for role, one in bound.items()}
    cases = bound.get("cases")
    frames, more = read_as_one(
        frames, cases is not None and cases.fields.get("type") == cases.fields.get("policy")
    )
    return Facts(
        as_of,
        known,
        ws.config.timezone,
        bound,
        frames,
        changes={
            role: _changes(told[bound[role].table], bound[role], parts)
            for role, parts in _TOLD.items()
            if role in bound
        },
        verdicts={
            name: _verdicts(ws, one, policies[name], told[name], read, as_of) for name, one in clocks.items()
        },
        waits=ws.store.held_at(known),
        runs=_runs(ws, known),
        values=ws.config.reports.values,
        dangling=_dangling(ws, read),
        labels=_labels(ws, bound),
        notes=(*notes, *more),
    )


def _all_told(
    ws: Workspace, bound: Mapping[str, Bound], policies: Mapping[str, pd.DataFrame | None], seq: int
) -> dict[str, pd.DataFrame]:
    """Return by table the changes of all fields that something looks at: the journal is read once for each."""
    wanted: dict[str, set[str]] = {}
    for role, parts in _TOLD.items():
        if role in bound:
            wanted.setdefault(bound[role].table, set()).update(
                bound[role].fields[part] for part in parts if part in bound[role].fields
            )
    for name, table in policies.items():
        wanted.setdefault(name, set()).update(_watched(ws, ws.config.sla[name], table))
    return {table: _told(ws, table, sorted(fields), seq) for table, fields in wanted.items()}


def _labels(ws: Workspace, bound: Mapping[str, Bound]) -> dict[tuple[str, str], str]:
    """Return what people call each part: the field's header, or its name in words."""
    known = {
        (role, part): ws.schema.table(one.table).field(name)
        for role, one in bound.items()
        for part, name in one.fields.items()
    }
    return {place: field.label or in_words(field.name) for place, field in known.items()}


class _Columns:
    """Columns of tables as they were: each table is read once, with all columns that somebody wants."""

    def __init__(self, ws: Workspace, seq: int, *wanted: Iterable[tuple[str, Iterable[str]]]) -> None:
        self.ws, self.seq = ws, seq
        self._wanted: dict[str, set[str]] = {}
        for table, names in chain(*wanted):
            self._wanted.setdefault(table, set()).update(names)
        self._read: dict[str, dict[str, list[Any]]] = {}

    def of(self, table: str) -> dict[str, list[Any]]:
        """Return the columns of a table, the key among them."""
        if table not in self._read:
            self._read[table] = self.ws.store.columns_at(table, sorted(self._wanted.get(table, ())), self.seq)
        return self._read[table]


def _fields(one: Bound, *, long: bool) -> dict[str, str]:
    return {part: name for part, name in one.fields.items() if long or part not in LONG}


def _references(ws: Workspace) -> dict[str, list[str]]:
    """Return by table the fields that point to a table."""
    return {
        table.name: [field.name for field in table.fields if field.references in ws.schema.tables]
        for table in ws.schema.tables.values()
    }


def _frame(ws: Workspace, one: Bound, read: _Columns, *, long: bool) -> pd.DataFrame:
    """Return the records of a role, times in UTC; other values as they are, blanks as None."""
    import pandas as pd

    table, parts, columns = ws.schema.table(one.table), _fields(one, long=long), read.of(one.table)
    made = {"key": pd.Series(columns[one.key], dtype=object)}
    for part, name in parts.items():
        made[part] = _column(table.field(name).type, columns[name], part, ws.config.timezone)
    return pd.DataFrame(made)


def _column(kind: FieldType, values: list[Any], part: str, timezone: str) -> pd.Series:
    import pandas as pd

    if part in TIMES:
        return moments(series(kind, values), timezone)
    if kind in (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY):
        return pd.Series([None if value is None else float(value) for value in values], dtype="float64")
    return pd.Series(values, dtype=object)


def _changes(told: pd.DataFrame, one: Bound, parts: Sequence[str]) -> pd.DataFrame:
    """Return the changes of some parts of a role's records."""
    part_of = {one.fields[part]: part for part in parts if part in one.fields}
    mine = told[told["field"].isin(list(part_of))]
    return mine.assign(part=mine["field"].map(part_of)).rename(columns={"effective_at": "at"})


def _told(ws: Workspace, table: str, fields: Collection[str], seq: int) -> pd.DataFrame:
    """Return the changes of some fields as a frame of CHANGES, times in UTC."""
    import pandas as pd

    columns = ws.store.changes_until(table, fields, seq)
    told = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})
    for name in ("recorded_at", "effective_at"):
        told[name] = pd.to_datetime(told[name], utc=True, format="ISO8601")
    told["effective_at"] = told["effective_at"].fillna(told["recorded_at"])
    return told.astype({"seq": "int64"})


def _watched(ws: Workspace, sla: SlaColumns, policies: pd.DataFrame | None) -> list[str]:
    """Return the fields that the policies of a table look at."""
    import pandas as pd

    from .columns.sla.compute import opened_by, watch_of
    from .columns.sla.settings import Settings

    table = ws.schema.table(sla.table)
    settings = Settings(key=sla.key, timezone=sla.timezone, **sla.roles)
    probe = pd.DataFrame(columns=list(table.by_name))
    watch = watch_of([opened_by(one, probe, settings) for one in sla.read(policies)[0]], settings)
    return sorted((watch.states | watch.moments) & {*table.by_name})


def _verdicts(
    ws: Workspace,
    sla: SlaColumns,
    policies: pd.DataFrame | None,
    told: pd.DataFrame,
    read: _Columns,
    as_of: datetime,
) -> pd.DataFrame:
    """Return the verdicts of a table's SLA at a time, by what was known then."""
    table, fields = ws.schema.table(sla.table), _watched(ws, sla, policies)
    columns = read.of(sla.table)
    records = _framed({name: series(table.field(name).type, columns[name]) for name in (sla.key, *fields)})
    mine = told[told["field"].isna() | told["field"].isin(fields)]
    tables = {} if policies is None else {sla.policies: policies}
    if sla.history:
        tables[sla.history] = _whole(ws, sla.history, read.seq)
    ask = Ask(records, _with_births(mine, records, sla.key, fields), tables, as_of)
    return sla.result(ask, sla.read(policies)[0]).verdicts


def _framed(columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(dict(columns))


def _with_births(told: pd.DataFrame, records: pd.DataFrame, key: str, fields: Sequence[str]) -> pd.DataFrame:
    """Return changes with a row for each value that a record was born with: the old one of its first change, or what it says still."""
    import numpy as np
    import pandas as pd

    keys = pd.Index(records[key].astype(object))
    is_cell = (told["op"] == Op.SET.value).to_numpy()
    cells, whole = told[is_cell], told[~is_cell]
    born = whole[whole["op"] == Op.ADD.value].drop_duplicates("key", keep="last")
    gone = whole[whole["op"] != Op.ADD.value]
    parts = [cells]
    if len(gone):
        parts.append(
            gone.assign(
                field="archived", old=gone["op"] == Op.RESTORE.value, new=gone["op"] == Op.ARCHIVE.value
            )
        )
    place, cell_place = keys.get_indexer(born["key"]), keys.get_indexer(cells["key"])
    born, place = born[place >= 0], place[place >= 0]
    for name in fields:
        first = np.asarray(
            records[name].astype(object).where(records[name].notna(), None), dtype=object
        ).copy()
        mine = np.flatnonzero((cells["field"] == name).to_numpy() & (cell_place >= 0))
        case, at = np.unique(cell_place[mine], return_index=True)
        first[case] = cells["old"].to_numpy(object)[mine[at]]
        values = first[place]
        there = np.array([value is not None for value in values], bool)
        parts.append(
            born[there].assign(
                field=name, old=None, new=pd.Series(values[there], index=born.index[there], dtype=object)
            )
        )
    return pd.concat([part for part in parts if len(part)] or [told], ignore_index=True).sort_values(
        "seq", kind="stable", ignore_index=True
    )


def _whole(ws: Workspace, name: str, seq: int) -> pd.DataFrame:
    import pandas as pd

    table = ws.schema.table(name)
    columns = ws.store.columns_at(name, list(table.by_name), seq)
    return pd.DataFrame({field.name: series(field.type, columns[field.name]) for field in table.fields})


def _runs(ws: Workspace, known: datetime) -> list[Past]:
    """Return the last runs that began by a moment, newest first."""
    return [
        Past(run.id, run.verb, run.started, run.ended, run.outcome)
        for run in ws.store.runs(10_000)
        if run.started <= known
    ]


def _dangling(ws: Workspace, read: _Columns) -> dict[tuple[str, str, str], list[str]]:
    """Return the references to records that are not there, by table, field and the table that they point to.

    A record that was archived is there.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for table, names in _references(ws).items():
        for name in names:
            target = str(ws.schema.table(table).field(name).references)
            said = {str(value) for value in read.of(table)[name] if value is not None}
            missing = said - set(read.of(target)[ws.schema.table(target).key]) if said else said
            if missing and (missing := missing - _archived(ws, target)):
                found[table, name, target] = sorted(missing)
    return found


def _archived(ws: Workspace, table: str) -> set[str]:
    active = ws.store.columns_at(table, (), ws.store.head())[ws.schema.table(table).key]
    return ws.store.keys(table) - set(active)
