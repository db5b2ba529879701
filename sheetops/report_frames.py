"""Reads what reports are made of out of a workspace: the dataset as it was known at a moment, by the roles of its tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .columns.days import moments
from .columns.making import in_words
from .columns.sets import Ask
from .dataset.frame import series
from .dataset.past import CHANGES
from .model.record import Op
from .model.schema import FieldType
from .reports.facts import Facts, Past, read_as_one
from .reports.roles import TIMES, Bound, bind

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .columns.sla.column_set import SlaColumns
    from .library import Workspace

LONG = frozenset({"summary", "verbatim", "text", "notes", "agenda", "statement", "answer", "measure"})
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
    frames = {role: _frame(ws, one, seq, long=long) for role, one in bound.items()}
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
            role: _changes(ws, bound[role], parts, seq) for role, parts in _TOLD.items() if role in bound
        },
        verdicts={name: _verdicts(ws, one, seq, as_of) for name, one in ws.config.sla.items()} if sla else {},
        waits=ws.store.held_at(known),
        runs=_runs(ws, known),
        values=ws.config.reports.values,
        dangling=_dangling(ws, seq),
        labels=_labels(ws, bound),
        notes=(*notes, *more),
    )


def _labels(ws: Workspace, bound: Mapping[str, Bound]) -> dict[tuple[str, str], str]:
    """Return what people call each part: the field's header, or its name in words."""
    known = {
        (role, part): ws.schema.table(one.table).field(name)
        for role, one in bound.items()
        for part, name in one.fields.items()
    }
    return {place: field.label or in_words(field.name) for place, field in known.items()}


def _frame(ws: Workspace, one: Bound, seq: int, *, long: bool) -> pd.DataFrame:
    """Return the records of a role, times in UTC; other values as they are, blanks as None."""
    import pandas as pd

    table = ws.schema.table(one.table)
    parts = {part: name for part, name in one.fields.items() if long or part not in LONG}
    columns = ws.store.columns_at(one.table, list(dict.fromkeys(parts.values())), seq)
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


def _changes(ws: Workspace, one: Bound, parts: Sequence[str], seq: int) -> pd.DataFrame:
    """Return the changes of some parts of a role's records."""
    part_of = {one.fields[part]: part for part in parts if part in one.fields}
    told = _told(ws, one.table, part_of, seq)
    told["part"] = told["field"].map(part_of)
    return told.rename(columns={"effective_at": "at"})


def _told(ws: Workspace, table: str, fields: Collection[str], seq: int) -> pd.DataFrame:
    """Return the changes of some fields as a frame of CHANGES, times in UTC."""
    import pandas as pd

    rows = ws.store.changes_until(table, fields, seq)
    columns = dict(zip(CHANGES, zip(*rows, strict=True) if rows else ((),) * len(CHANGES), strict=True))
    told = pd.DataFrame({name: pd.Series(list(column), dtype=object) for name, column in columns.items()})
    for name in ("recorded_at", "effective_at"):
        told[name] = pd.to_datetime(told[name], utc=True, format="ISO8601")
    told["effective_at"] = told["effective_at"].fillna(told["recorded_at"])
    return told.astype({"seq": "int64"})


def _verdicts(ws: Workspace, sla: SlaColumns, seq: int, as_of: datetime) -> pd.DataFrame:
    """Return the verdicts of a table's SLA at a time, by what was known then."""
    ask = sla_ask(ws, sla, seq, as_of)
    policies, _ = sla.read(ask.tables.get(sla.policies))
    return sla.result(ask, policies).verdicts


def sla_ask(
    ws: Workspace, sla: SlaColumns, seq: int, as_of: datetime, keys: Collection[str] | None = None
) -> Ask:
    """Return what the SLA of a table is asked: records and history of the fields that its policies look at."""
    import pandas as pd

    from .columns.sla.compute import opened_by, watch_of
    from .columns.sla.settings import Settings

    table = ws.schema.table(sla.table)
    tables = {name: _whole(ws, name, seq) for name in (sla.policies, sla.history) if name}
    settings = Settings(key=sla.key, timezone=sla.timezone, **sla.roles)
    probe = pd.DataFrame(columns=list(table.by_name))
    policies = [opened_by(one, probe, settings) for one in sla.read(tables.get(sla.policies))[0]]
    watch = watch_of(policies, settings)
    fields = sorted((watch.states | watch.moments) & {*table.by_name})
    columns = ws.store.columns_at(sla.table, fields, seq)
    records = pd.DataFrame({name: series(table.field(name).type, column) for name, column in columns.items()})
    history = _with_births(_told(ws, sla.table, fields, seq), records, sla.key, fields)
    if keys is not None:
        records, history = (
            records[records[sla.key].isin(list(keys))],
            history[history["key"].isin(list(keys))],
        )
    return Ask(records, history, tables, as_of)


def _with_births(told: pd.DataFrame, records: pd.DataFrame, key: str, fields: Sequence[str]) -> pd.DataFrame:
    """Return changes with a row for each value that a record was born with: the old one of its first change, or what it says still."""
    import pandas as pd

    told["new"] = told["new"].astype(object)
    whole, cells = told[told["op"] != Op.SET.value], told[told["op"] == Op.SET.value]
    born = whole[whole["op"] == Op.ADD.value].drop_duplicates("key", keep="last")
    gone = whole[whole["op"] != Op.ADD.value]
    gone = gone.assign(
        field="archived", old=gone["op"] == Op.RESTORE.value, new=gone["op"] == Op.ARCHIVE.value
    )
    parts = [cells, gone]
    still = records.set_index(key)
    for name in fields:
        first = cells[cells["field"] == name].drop_duplicates("key").set_index("key")["old"]
        values = (
            born["key"].map(still[name].astype(object))
            if name in still
            else pd.Series(None, born.index, dtype=object)
        )
        changed = born["key"].isin(first.index)
        values = values.where(~changed, born["key"].map(first))
        there = values.notna()
        parts.append(born[there].assign(field=name, old=None, new=values[there]))
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


def _dangling(ws: Workspace, seq: int) -> dict[tuple[str, str, str], list[str]]:
    """Return the references to records that are not there, by table, field and the table that they point to."""
    found: dict[tuple[str, str, str], list[str]] = {}
    there: dict[str, set[str]] = {}
    for table in ws.schema.tables.values():
        pointing = [field for field in table.fields if field.references in ws.schema.tables]
        columns = ws.store.columns_at(table.name, [field.name for field in pointing], seq) if pointing else {}
        for field in pointing:
            target = str(field.references)
            if target not in there:
                there[target] = set(ws.store.columns_at(target, (), seq)[ws.schema.table(target).key])
            if missing := sorted(
                {str(value) for value in columns[field.name] if value is not None} - there[target]
            ):
                found[table.name, field.name, target] = missing
    return found
