"""The verb `explain`: what is known of a record, or of one of its cells, and how a computed one came to be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .model.errors import UnknownName
from .model.nearest import did_you_mean
from .outcome import Outcome
from .words import Wording

if TYPE_CHECKING:
    from .columns.sets import ColumnSet
    from .library import Workspace
    from .model.record import Entry
    from .model.schema import Field, Table

_INTERVALS = 10
"""So many intervals of a goal are told where a row is explained; `sheetops explain KEY sla` tells all."""


def explain(ws: Workspace, key: str, column: str | None = None, chart: Path | None = None) -> Outcome:
    """Say what is known of a record, or of one of its cells; with `chart`, also write the series of its flag as a file."""
    said = _explained(ws, key, column)
    if chart is not None:
        from .charting import chart as drawn

        said.lines += ["", drawn(ws, key, column or "anomaly", chart)]
        said.data["chart"] = str(chart)
    return said


def _explained(ws: Workspace, key: str, column: str | None) -> Outcome:
    """Say what is known of a record, or of one of its cells: value, type, who set it, who may edit it where.

    `column` may also be "sla" or the name of a goal, or the name of a set of computed columns ("anomaly",
    "pattern"): then the whole calculation.
    """
    if column is not None and not any(column in table.by_name for table in ws.schema.tables.values()):
        goals = {goal for one in ws.config.sla.values() for goal in one.goals}
        if column in {"sla", *goals}:
            from .sla_verbs import explain as explain_sla

            return explain_sla(ws, key, None if column == "sla" else column)
    table = _table_of(ws, key)
    own = [one for one in ws.config.columns if column is not None and one.has(table.name, column)]
    if not own and column == "anomaly":  # of a record that signals or counts keep: an incident
        own = [one for one in ws.config.columns if one.has(table.name, one.name)]
    said = next((lines for one in own if (lines := _calculation(ws, one, key, column or ""))), [])
    if own and column not in table.by_name:
        lines = said or [f"Nothing is computed for {key} by {column}."]
        return Outcome("explain", lines, {"key": key, "table": table.name, "columns": column, "said": lines})
    return _cells(ws, table, key, column, said)


def explain_row(ws: Workspace, key: str) -> Outcome:
    """Say how every computed column of a record came to what it says: its SLA goals, its pattern, its anomaly.

    It is read in a spreadsheet: the verdicts come first, and of many intervals only the ends are told. Raise UnknownName where there is no such record.
    """
    table = _table_of(ws, key)
    lines: list[str] = []
    if table.name in ws.config.sla:
        lines += [*_verdicts(ws, table, key), *ws.sla(table.name).explain_lines(key, most=_INTERVALS)]
    for one in ws.config.columns:
        if one.has(table.name, one.name) and (said := _calculation(ws, one, key, one.name)):
            lines += ["", *said]
    lines = lines or [f"Nothing is computed for {key}: {table.name} has no SLA goals, patterns or anomalies."]
    return Outcome("explain", lines, {"key": key, "table": table.name, "said": lines})


def _verdicts(ws: Workspace, table: Table, key: str) -> list[str]:
    """Return what the record's SLA columns say, a line for each goal, and a blank one."""
    values = ws.store.records(table.name, [key])[key].values
    said = [
        f"{goal}: {why}" for goal in ws.config.sla[table.name].goals if (why := values.get(f"{goal}_why"))
    ]
    return [*said, ""] if said else []


def _table_of(ws: Workspace, key: str) -> Table:
    table = next((t for t in ws.schema.tables.values() if ws.store.records(t.name, [key])), None)
    if table is None:
        raise UnknownName(f"There is no record '{key}'.{near_key(ws, key)}", not_done="")
    return table


def _calculation(ws: Workspace, one: ColumnSet, key: str, column: str) -> list[str]:
    """Say how a computed column came to what it says, as far as its set can tell."""
    from .engine import Engine

    if one.explain is None:
        return []
    return list(one.explain(Engine(ws.schema, (one,), ws.store, ws.now()).ask(one), key, column))


def _cells(ws: Workspace, table: Table, key: str, column: str | None, said: Sequence[str]) -> Outcome:
    from .merge.plan import plain

    record = ws.store.records(table.name, [key])[key]
    wording, entries = Wording(ws.schema), ws.history(key)
    lines = [f"{key} in {table.name}" + (", archived" if record.archived else ""), ""]
    cells: list[dict[str, Any]] = []
    for known in [table.field(column)] if column else table.fields:
        last, value = _last(entries, known), record.values.get(known.name)
        origin = (
            f"  ({wording.place(last.source)}, {last.recorded_at:%Y-%m-%d %H:%M}Z, {last.run})"
            if last and last.recorded_at
            else ""
        )
        lines.append(f"  {known.name}: {wording.value(table.name, known.name, value)}{origin}")
        cells.append({"field": known.name, "value": plain(value), "run": last.run if last else None})
    if column:
        lines += ["", *_column_words(ws, table.name, column)]
    lines += ["", *said] if said else []
    mine = [item for item in ws.held() if item.key == key and column in (None, item.field)]
    lines += ["", *(wording.held(item) for item in mine)] if mine else []
    data = {
        "key": key,
        "table": table.name,
        "cells": cells,
        "held": [i.number for i in mine],
        "said": list(said),
    }
    return Outcome("explain", lines, data)


def _last(entries: Sequence[Entry], known: Field) -> Entry | None:
    """Return the last entry that set a field."""
    return next(
        (
            e
            for e in reversed(entries)
            if e.field == known.name or (e.field is None and known.name in (e.new or {}))
        ),
        None,
    )


def _column_words(ws: Workspace, table: str, column: str) -> list[str]:
    known = ws.schema.tables[table].field(column)
    choices = f": {', '.join(choice.value for choice in known.choices)}" if known.choices else ""
    lines = [f"  It is a {known.type.value} field{choices}{'; required' if known.required else ''}."]
    lines += [f"  {known.description}"] if known.description else []
    for tracker in ws.schema.trackers.values():
        if tracker.table == table and column in tracker.by_field:
            mode = tracker.by_field[column].mode.value
            lines.append(
                f"  In {tracker.name} it is the column '{tracker.by_field[column].header}' ({mode})."
            )
    return lines


def near_key(ws: Workspace, key: str) -> str:
    return did_you_mean(key, {k for table in ws.schema.tables for k in ws.store.keys(table)})
