"""The record of a case study: written where it is blank or was written by a study before, never over what a person typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .model.errors import UnknownName
from .model.record import Actor, Change, Op, Source
from .model.schema import Field, FieldType
from .words import count

if TYPE_CHECKING:
    from .library import Workspace
    from .model.record import Entry
    from .reports.roles import Bound
    from .reports.study import Incident

VERB = "report study"
_NOT_DONE = "Nothing was written."
_LONGEST = 30_000
"""Characters that a cell of a tracker takes, with room to spare."""

_CLASSES = {"hypothesis_policy": "policy/governance", "hypothesis_product": "product", "hypothesis_algorithm": "algorithm"}  # fmt: skip


def checked(ws: Workspace, link: str, *, record: bool) -> Bound:
    """Return the table of case studies. Raise UnknownName where there is none that can be written to, or the link is none."""
    from .reports.roles import bind

    if link and not record:
        raise UnknownName(
            "A link is written to the record of a case study.", not_done=_NOT_DONE, next_step="Add --record."
        )
    if link and not link.startswith(("https://", "http://")):
        raise UnknownName(f"'{link}' is no link.", not_done=_NOT_DONE, next_step="It begins with https:// (or http://).")  # fmt: skip
    bound = bind(ws.config.reports, ws.schema).get("case_studies")
    if bound is None:
        raise UnknownName(
            "This workspace has no table of case studies to write to.", not_done=_NOT_DONE,
            next_step="Run: sheetops template add case-studies, or leave out --record.",
        )  # fmt: skip
    missing = [part for part in ("incident", *(("link",) if link else ())) if part not in bound.fields]
    if missing:
        raise UnknownName(
            f"Table '{bound.table}' has no field for '{missing[0]}'.", not_done=_NOT_DONE,
            next_step="Name it under [reports.case_studies] of sheetops.toml (docs/reports.md).",
        )  # fmt: skip
    return bound


def recorded(ws: Workspace, one: Incident, link: str) -> tuple[list[str], dict[str, Any]]:
    """Write the record of a study: one run. Return what was done in words and as data."""
    bound = checked(ws, link, record=True)
    key, changes, left = _changes(ws, bound, one, link)
    kept = [f"Left as people have it in {key}: {', '.join(left)}."] if left else []
    data: dict[str, Any] = {"table": bound.table, "key": key, "run": None, "left": left}
    if not changes:
        return [f"{bound.table} {key} says so already.", *kept], data
    done = "added" if changes[0].op is Op.ADD else f"{count(len(changes), 'field')} written"
    said = f"Case study {key} of {one.record['incident']}: {done}."
    counts = {"records_added" if changes[0].op is Op.ADD else "cells_taken": len(changes)}
    run = ws.commit(VERB, lambda head: (_changes(ws, bound, one, link)[1], counts, said))
    lines = [
        f"Run {run.id}: {said}",
        *kept,
        f"Undo: sheetops undo {run.id}",
        "Into the trackers: sheetops sync",
    ]
    return lines, {**data, "run": run.id}


def _changes(ws: Workspace, bound: Bound, one: Incident, link: str) -> tuple[str, list[Change], list[str]]:
    """Return the key of the case study, what to change, and the headers of fields that people have written otherwise."""
    table = ws.schema.table(bound.table)
    records = ws.store.records(bound.table)
    about = bound.fields["incident"]
    mine = sorted(
        key for key, record in records.items() if not record.archived and record.values.get(about) == one.record["incident"]
    )  # fmt: skip
    values = dict(_typed(ws, bound, one, link))
    if not mine:
        return _added(ws, bound, values)
    key, changes, left = mine[0], [], []
    entries = ws.store.entries(table=bound.table, key=key)
    studies = {run.id for run in ws.store.runs(10_000) if run.verb == VERB}
    for name, value in values.items():
        there = records[key].values.get(name)
        if there == value:
            continue
        if _may_write(entries, name, there, studies):
            changes.append(Change(bound.table, key, Op.SET, _source(ws), name, there, value))
        else:
            left.append(table.field(name).header)
    return key, changes, left


def _source(ws: Workspace) -> Source:
    return Source(Actor.LIBRARY, who=ws.who)


def _may_write(entries: list[Entry], name: str, there: Any, studies: set[str]) -> bool:
    """Whether a cell is blank and nobody cleared it, or says what a study wrote."""
    last = next((one for one in reversed(entries) if one.field == name or (one.op is Op.ADD and name in (one.new or {}))), None)  # fmt: skip
    return there is None if last is None else last.run in studies


def _added(ws: Workspace, bound: Bound, values: Mapping[str, Any]) -> tuple[str, list[Change], list[str]]:
    from .merge.rows import mint_keys

    table = ws.schema.table(bound.table)
    key = next(mint_keys(table.key_format, set(ws.store.records(bound.table))))
    defaults = {one.name: one.default for one in table.fields if one.default is not None}
    new = {**defaults, table.key: key, **values}
    for one in table.fields:
        if one.required and new.get(one.name) is None:
            raise UnknownName(
                f"A new record of {table.name} needs {one.header}, which a study does not know.", not_done="No case study was recorded.",
                next_step="Add the row in its tracker with the incident's number, sync, and run this again; or give the field a default.",
            )  # fmt: skip
    return key, [Change(table.name, key, Op.ADD, _source(ws), new=new)], []


# --- what it says -----------------------------------------------------------------------------------------


def _typed(ws: Workspace, bound: Bound, one: Incident, link: str) -> Iterator[tuple[str, Any]]:
    """Yield the fields that a study fills, with values of their types."""
    table = ws.schema.table(bound.table)
    for part, value in _said(one, link).items():
        name = bound.fields.get(part)
        if name is None or name == table.key or value is None or value == "":
            continue
        fitting = _fitting(ws, table.field(name), value)
        if fitting is not None:
            yield name, fitting


def _fitting(ws: Workspace, field: Field, value: Any) -> Any:
    """Return a value as a field takes it; None where it does not."""
    if field.computed:
        return None
    if isinstance(value, datetime):
        return (
            value.astimezone(ZoneInfo(ws.config.timezone)).date() if field.type is FieldType.DATE else value
        )
    if field.references in ws.schema.tables:
        return value if value in ws.store.keys(str(field.references)) else None
    if field.choices:
        return value if value in {choice.value for choice in field.choices} else None
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST].rstrip()} …"
    return value


def _said(one: Incident, link: str) -> dict[str, Any]:
    """Return what a study says, by part."""
    from .reports.study import summary
    from .reports.study_steps import next_steps

    record = one.record
    best = _best(one)
    cause = "data" if record["verdict"] == "data problem" else None
    title = f"{record['signal']}, {record['series']}: {record['direction']} {record['started']:%Y-%m-%d}"
    return {
        "incident": record["incident"], "title": title[:200], "status": "draft", "owner": record["owner"],
        "signal": record["signal"], "market": one.studied.where.get("market") if one.studied else None,
        "started": record["started"], "ended": record["ended"], "actual": record["actual"], "expected": record["expected"],
        "what_happened": summary(one), "explained_by": record["explained_by"], "also_changed": record["also_changed"],
        **{part: _of_class(one, of) for part, of in _CLASSES.items()},
        "evidence_for": best and f"{best['event']}: {best['for']}", "evidence_against": best and f"{best['event']}: {best['against']}",
        "root_cause": cause, "next_steps": "\n".join(next_steps(one)), "link": link or None,
    }  # fmt: skip


def _rated(one: Incident) -> list[dict[Any, Any]]:
    changes = one.studied.changes if one.studied else None
    return [] if changes is None else [row for row in changes.to_dict("records") if row["event"]]


def _best(one: Incident) -> dict[Any, Any] | None:
    return next((row for row in _rated(one) if row["grade"] in ("strong", "possible")), None)


def _of_class(one: Incident, of: str) -> str:
    return "\n".join(f"{row['grade']}: {row['why']}" for row in _rated(one) if row["class"] == of)
