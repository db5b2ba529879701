"""The verb `report meeting`: the agenda, written to the log where that is asked for, and notes taken back into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .model.errors import TrackerNotWritten, UnknownName
from .model.nearest import did_you_mean
from .model.record import Actor, Change, Op, Source
from .model.schema import FieldType, Table
from .outcome import Outcome
from .report_verbs import check_target, delivered
from .words import count

if TYPE_CHECKING:
    from .library import Workspace
    from .reports.meeting import Agreed
    from .reports.roles import Bound

_NOT_DONE = "Nothing was written."
_ROLES = (
    "cases",
    "escalations",
    "follow_ups",
    "actions",
    "decisions",
    "meetings",
    "patterns",
    "playbooks",
    "policies",
    "incidents",
)


def meeting(
    ws: Workspace, to: Path | None = None, *, key: str = "", take: Path | None = None, replace: bool = False
) -> Outcome:
    """Make the agenda of what is open. With `key`, it goes into that meeting's agenda; `take` brings notes back to the log.

    What is written is one run in the journal, which can be undone. Raise UnknownName where the log has no such tables, the
    meeting is not there, or a line of the notes cannot be read: then nothing is written.
    """
    if take is not None:
        return _take(ws, take, key)
    from .report_frames import facts
    from .reports.meeting import agenda, agenda_text

    check_target(ws, to)
    now = ws.now()
    document = agenda(facts(ws, now, now, roles=_ROLES), ws.config.name)
    outcome = delivered(ws, "report meeting", document, to, replace=replace)
    if key:
        outcome.lines += ["", *_write_agenda(ws, key, agenda_text(document))]
    return outcome


def _role(ws: Workspace, role: str, *parts: str) -> tuple[Bound, Table]:
    """Return the table of a role that has these parts. Raise UnknownName otherwise."""
    from .reports.roles import bind, shipped_roles

    found = bind(ws.config.reports, ws.schema).get(role)
    about = shipped_roles()[role].about
    if found is None or any(part not in found.fields for part in parts):
        what = (
            f"There is no table of {about}"
            if found is None
            else f"Table '{found.table}' has no field for '{parts[0]}'"
        )
        raise UnknownName(
            f"{what}, so there is no log to write to.", not_done=_NOT_DONE,
            next_step=f"Add one, or name it under [reports.{role}] of sheetops.toml (docs/reports.md).",
        )  # fmt: skip
    return found, ws.schema.table(found.table)


def _meeting(ws: Workspace, key: str) -> tuple[Bound, Mapping[str, Any]]:
    bound, _ = _role(ws, "meetings")
    records = ws.store.records(bound.table)
    if key not in records or records[key].archived:
        raise UnknownName(f"There is no meeting '{key}'.{did_you_mean(key, records)}", not_done=_NOT_DONE)
    return bound, records[key].values


def _write_agenda(ws: Workspace, key: str, agenda: str) -> list[str]:
    """Write the agenda into a meeting that has none yet; one that somebody typed is never written over."""
    bound, values = _meeting(ws, key)
    field = _role(ws, "meetings", "agenda")[0].fields["agenda"]
    there = values.get(field)
    if there == agenda:
        return [f"The agenda of {key} says so already."]
    if there:
        raise TrackerNotWritten(
            f"The meeting {key} has an agenda already.", not_done=_NOT_DONE,
            next_step="Clear that cell and sync, or copy what you need from the report.",
        )  # fmt: skip
    source = Source(Actor.LIBRARY, who=ws.who)
    change = Change(bound.table, key, Op.SET, source, field, there, agenda)
    run = ws.commit("report meeting", lambda head: ([change], {}, f"The agenda of {key}."))
    return [
        f"Run {run.id}: the agenda of {key} is written.",
        f"Undo: sheetops undo {run.id}",
        "Into the trackers: sheetops sync",
    ]


def _take(ws: Workspace, notes: Path, key: str) -> Outcome:
    from .reports.meeting import read_notes

    try:
        text = notes.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UnknownName(f"{notes} cannot be read: {said}.", not_done=_NOT_DONE) from None
    agreed, wrong = read_notes(text)
    if wrong or not agreed:
        what = " ".join(wrong) or f"{notes.name} has no line that begins with “Decision:” or “Action:”."
        raise UnknownName(what, not_done=_NOT_DONE, next_step="Correct the notes and run the command again.")
    held = _held(ws, key) if key else ws.now().astimezone(ZoneInfo(ws.config.timezone)).date()
    changes, known = _changes(ws, agreed, key, held)
    again = (
        [f"{count(known, 'line')} of the notes {'is' if known == 1 else 'are'} in the log already."]
        if known
        else []
    )
    if not changes:
        return Outcome("report meeting", again, {"run": None, "added": []})
    said = f"{count(len(changes), 'record')} from {notes.name}."
    run = ws.commit("report meeting", lambda head: (changes, {"records_added": len(changes)}, said))
    lines = [*(f"{one.table} {one.key}: {_first(one.new or {}, ws.schema.table(one.table))}" for one in changes), *again, "",
             f"Run {run.id}: {said}", f"Undo: sheetops undo {run.id}", "Into the trackers: sheetops sync"]  # fmt: skip
    return Outcome(
        "report meeting",
        lines,
        {"run": run.id, "added": [{"table": one.table, "key": one.key} for one in changes]},
    )


def _held(ws: Workspace, key: str) -> date:
    """Return the day of a meeting, on the clock of the workspace; today where it says none."""
    bound, values = _meeting(ws, key)
    zone, when = ZoneInfo(ws.config.timezone), values.get(bound.fields.get("held", ""))
    if isinstance(when, datetime):
        return when.astimezone(zone).date()
    return when if isinstance(when, date) else ws.now().astimezone(zone).date()


def _first(values: Mapping[str, Any], table: Table) -> str:
    return next(
        (
            str(values[field.name])
            for field in table.fields
            if field.name in values and field.name != table.key
        ),
        "",
    )


def _changes(ws: Workspace, agreed: Sequence[Agreed], key: str, held: date) -> tuple[list[Change], int]:
    """Return the records to add, and how many lines are in the log already."""
    from .merge.rows import mint_keys

    changes: list[Change] = []
    known = 0
    for kind, role, part in (("decision", "decisions", "decision"), ("action", "actions", "title")):
        mine = [one for one in agreed if one.kind == kind]
        if not mine:
            continue
        bound, table = _role(ws, role, part)
        records = ws.store.records(bound.table)
        keys = mint_keys(table.key_format, set(records))
        there = {_place(record.values, bound, part) for record in records.values() if not record.archived}
        for one in mine:
            values = _values(ws, table, bound, part, one, key, held)
            if _place(values, bound, part) in there:
                known += 1
                continue
            there.add(_place(values, bound, part))
            fresh = next(keys)
            changes.append(
                Change(
                    table.name,
                    fresh,
                    Op.ADD,
                    Source(Actor.LIBRARY, who=ws.who),
                    new={table.key: fresh, **values},
                )
            )
    return changes, known


def _place(values: Mapping[str, Any], bound: Bound, part: str) -> tuple[Any, Any]:
    """Return what tells whether a line is in the log already: its meeting and its words."""
    return values.get(bound.fields.get("meeting", "")), values.get(bound.fields[part])


def _values(
    ws: Workspace, table: Table, bound: Bound, part: str, one: Agreed, key: str, held: date
) -> dict[str, Any]:
    """Return the record of a line. Raise UnknownName where the table asks for more than notes can say."""
    said: dict[str, Any] = {
        part: one.said,
        "owner": one.owner or None,
        "due": one.due,
        "meeting": key or None,
        "made": held,
        "opened": held,
    }
    values: dict[str, Any] = {
        field.name: field.default for field in table.fields if field.default is not None
    }
    for name, value in said.items():
        field = bound.fields.get(name)
        if field is not None and value is not None and field != table.key:
            values[field] = _typed(ws, table, field, value)
    if "origin" in bound.fields and "meeting" in {
        c.value for c in table.field(bound.fields["origin"]).choices
    }:
        values[bound.fields["origin"]] = "meeting"
    missing = [
        field.header
        for field in table.fields
        if field.required and values.get(field.name) is None and field.name != table.key
    ]
    if missing:
        raise UnknownName(
            f"A new record of {table.name} needs {missing[0]}, which notes do not say.", not_done=_NOT_DONE,
            next_step="Add it in its tracker, or give the field a default in sheetops.toml.",
        )  # fmt: skip
    return values


def _typed(ws: Workspace, table: Table, field: str, value: Any) -> Any:
    """Return a value as the field's type has it: a day is its beginning, on the clock of the workspace."""
    kind = table.field(field).type
    if isinstance(value, date) and kind is FieldType.DATETIME:
        return datetime.combine(value, time(), ZoneInfo(ws.config.timezone)).astimezone(ZoneInfo("UTC"))
    return value if kind is FieldType.DATE or not isinstance(value, date) else value.isoformat()
