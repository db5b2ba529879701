"""Gathers the evidence of a record out of a workspace: the record, its past, what is about it, its policy and its clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .explaining import near_key
from .model.errors import UnknownName
from .model.record import Op, Record
from .model.schema import FieldType, Table
from .reports.evidence import Copy, Evidence
from .reports.roles import Bound, bind

if TYPE_CHECKING:
    from .library import Workspace
    from .model.record import Entry

ABOUT = ("appeals", "escalations", "follow_ups", "reviews", "feedback")
"""Roles of records that are about a case."""


def gather(ws: Workspace, key: str) -> Evidence:
    """Return the evidence of a record, as of the last change that the dataset knows. Raise UnknownName where there is none."""
    table = next((t for t in ws.schema.tables.values() if ws.store.records(t.name, [key])), None)
    if table is None:
        raise UnknownName(f"There is no record '{key}'.{near_key(ws, key)}", not_done="Nothing was written.")
    as_of = ws.store.last_recorded() or ws.now()
    bound, notes = bind(ws.config.reports, ws.schema), list[str]()
    record = ws.store.records(table.name, [key])[key]
    linked = _linked(ws, bound, table, key)
    copies = {
        role: [_copy(ws.schema.table(bound[role].table), one, found) for one, found in some.items()]
        for role, some in linked.items()
    }
    everything = [
        (table.name, key),
        *((bound[role].table, one) for role, some in linked.items() for one in some),
    ]
    policies = list(_policies(ws, bound, table, record, notes))
    notes += _missing(ws, table, record)
    intervals, clock = _clock(ws, table, key, as_of)
    head = ws.store.head()
    mine = _copy(table, key, record)
    links = [
        link
        for one in (mine, *(copy for some in copies.values() for copy in some))
        for link in _links(ws.schema.table(one.table), one)
    ]
    return Evidence(
        ws.config.name,
        as_of,
        head,
        mine,
        copies,
        _timeline(ws, everything),
        policies,
        intervals,
        clock,
        links,
        notes,
    )


def _copy(table: Table, key: str, record: Record) -> Copy:
    values = {field.name: record.values.get(field.name) for field in table.fields}
    return Copy(
        table.name, key, record.archived, values, {field.name: field.header for field in table.fields}
    )


def _linked(
    ws: Workspace, bound: Mapping[str, Bound], table: Table, key: str
) -> dict[str, dict[str, Record]]:
    """Return the records that are about a case, by role; appeals with those that went before and came after."""
    found: dict[str, dict[str, Record]] = {}
    for role in ABOUT:
        one = bound.get(role)
        if one is None or one.table == table.name or "case" not in one.fields:
            continue
        records = ws.store.records(one.table)
        some = {k: r for k, r in records.items() if r.values.get(one.fields["case"]) == key}
        if role == "appeals" and "filed" in one.fields:
            when = one.fields["filed"]
            some = dict(sorted(some.items(), key=lambda pair: (str(pair[1].values.get(when) or ""), pair[0])))
        if some:
            found[role] = some
    return found


def _timeline(ws: Workspace, records: list[tuple[str, str]]) -> list[tuple[Any, ...]]:
    rows = [
        row
        for table, key in records
        for entry in ws.store.entries(table=table, key=key)
        for row in _rows(entry)
    ]
    return sorted(rows, key=lambda row: row[0])


def _rows(entry: Entry) -> Iterator[tuple[Any, ...]]:
    """Yield an entry as rows of a timeline; a record that was added is a row for each value that it came with."""
    source = entry.source
    begin = (
        entry.seq,
        entry.recorded_at,
        entry.effective_at or entry.recorded_at,
        entry.table,
        entry.key,
        entry.op.value,
    )
    end = (source.actor.value, source.who, source.tracker, source.address, entry.run)
    if entry.op is Op.ADD:
        for name, value in (entry.new or {}).items():
            yield (*begin, name, None, value, *end)
    elif entry.op is not Op.AGREE:
        yield (*begin, entry.field, entry.old, entry.new, *end)


def _policies(
    ws: Workspace, bound: Mapping[str, Bound], table: Table, record: Record, notes: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield the text of the policy that the record stands on: of its version, or of the one in force when it was decided."""
    case = bound.get("cases")
    if case is None or case.table != table.name:
        return
    said = {part: record.values.get(name) for part, name in case.fields.items()}
    version, policy = said.get("policy_version"), said.get("policy")
    if (found := _version(ws, bound.get("policy_versions"), version, policy, said)) is not None:
        yield found
        return
    if version is not None:
        notes.append(f"The policy version '{version}' is not in the dataset, so its words are not in here.")
    policies = bound.get("policies")
    if policies is not None and policy is not None:
        known = ws.store.records(policies.table)
        one = known.get(str(policy)) or next(
            (r for r in known.values() if r.values.get(policies.fields.get("former", "")) == policy), None
        )
        words = None if one is None else one.values.get(policies.fields.get("text", ""))
        if words:
            yield f"{policy}, as it is worded now (no text of a version is kept)", str(words)
            return
        notes.append(
            f"The policy '{policy}' {'has no text' if one is not None else 'is not in the dataset'}."
        )


def _version(
    ws: Workspace, bound: Bound | None, version: Any, policy: Any, said: Mapping[str, Any]
) -> tuple[str, str] | None:
    if bound is None or "text" not in bound.fields:
        return None
    known = ws.store.records(bound.table)
    text = bound.fields["text"]
    if version is not None:
        one = known.get(str(version))
        return (
            (f"Policy version {version}", str(one.values[text]))
            if one is not None and one.values.get(text)
            else None
        )
    when = next((said[part] for part in ("decided", "opened") if said.get(part) is not None), None)
    if policy is None or when is None or not {"policy", "valid_from"} <= {*bound.fields}:
        return None
    day = when.date() if isinstance(when, datetime) else when
    mine = [
        (key, r.values)
        for key, r in known.items()
        if r.values.get(bound.fields["policy"]) == policy and r.values.get(text)
    ]
    began = bound.fields["valid_from"]
    dated = [(values[began], key, values) for key, values in mine if values.get(began) is not None]
    dated = [one for one in dated if (one[0].date() if isinstance(one[0], datetime) else one[0]) <= day]
    if not dated:
        return None
    _, key, values = max(dated, key=lambda one: (str(one[0]), one[1]))
    return f"Policy version {key}, in force on {day}", str(values[text])


def _missing(ws: Workspace, table: Table, record: Record) -> Iterator[str]:
    """Yield the references of a record that lead nowhere."""
    for field in table.fields:
        value = record.values.get(field.name)
        if (
            value is not None
            and field.references in ws.schema.tables
            and str(value) not in ws.store.keys(str(field.references))
        ):
            yield f"{field.header} says '{value}', which is not in {field.references}."


def _clock(ws: Workspace, table: Table, key: str, as_of: datetime) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Return every interval of the record's SLA clocks, and the same in words."""
    if table.name not in ws.config.sla:
        return [], []
    view = ws.sla(table.name, as_of=as_of)
    if key not in {str(one) for one in view.result.cases.timeline.keys}:
        return [], []
    found = view.explain(key)
    names = ("goal", "cycle", "from", "to", "what", "seconds", "running", "status", "owner", "team", "policy", "policy_version", "calendar", "calendar_version")  # fmt: skip
    rows = [tuple(_plain(value) for value in row) for row in found[list(names)].itertuples(index=False)]
    return rows, view.explain_lines(key)


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def _links(table: Table, copy: Copy) -> Iterator[tuple[str, str, str, str]]:
    for field in table.fields:
        value = copy.values.get(field.name)
        if value and (field.type is FieldType.URL or str(value).startswith(("http://", "https://"))):
            yield (copy.table, copy.key, field.name, str(value))
