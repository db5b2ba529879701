"""The verb `columns list`: which columns are computed, from what, and whether they are up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .outcome import Outcome
from .words import count

if TYPE_CHECKING:
    from .columns.sets import ColumnSet
    from .engine import Engine
    from .library import Workspace
    from .model.schema import Field


def listed(ws: Workspace) -> Outcome:
    """Say of each set of computed columns what it makes, what it needs, what it says of too little, and how it stands."""
    from .engine import Engine

    sets = ws.config.columns
    engine = Engine(ws.schema, sets, ws.store, ws.now()) if ws.has_dataset else None
    rows = [row for one in sets for row in _rows(one, engine)]
    lines = [line for one in sets for line in (*_lines(ws, one, engine), "")]
    stale = sum(1 for one in sets if engine is None or engine.awaits(one))
    last = f"{count(len(rows), 'computed column')} in {count(len(sets), 'set')}; the next sync computes {stale:,} of them anew."
    if not sets:
        last = "No column is computed: sheetops.toml has no [sla], [patterns], [signals] or [counts], and there is no columns.py."
    return Outcome("columns list", [*lines, last], {"columns": rows})


def _made(one: ColumnSet) -> Iterator[tuple[str, Field]]:
    """Yield the columns of a set with their tables: its own, then those it keeps."""
    yield from ((one.table, field) for field in one.makes)
    yield from ((kept.name, field) for kept in one.keeps for field in kept.fields if field.computed)


def _rows(one: ColumnSet, engine: Engine | None) -> Iterator[dict[str, Any]]:
    said = engine.said(one) if engine else None
    awaits = engine.awaits(one) if engine else "it was never computed"
    for table, field in _made(one):
        yield {
            "table": table, "column": field.name, "set": one.label, "type": field.type.value, "about": field.description,
            "needs": list(one.needs), "history": one.history, "tables": list(one.tables), "low_data": one.low_data,
            "computed": _iso(said.at if said else None), "holds_until": _iso(said.until if said else None),
            "up_to_date": not awaits, "awaits": awaits, "failed": bool(said and said.failed),
            "notes": list(said.notes) if said else [],
        }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _lines(ws: Workspace, one: ColumnSet, engine: Engine | None) -> Iterator[str]:
    yield one.label
    if one.makes:
        yield f"  makes     {', '.join(field.name for field in one.makes)}"
    for kept in one.keeps:
        yield f"  keeps     the table {kept.name}: {', '.join(field.name for field in kept.fields if field.computed)}"
    needs = list(one.needs) or [f"all that people enter in {one.table}"]
    yield f"  needs     {', '.join(needs)}" + (", and their history" if one.history else "")
    if one.tables:
        yield f"  looks at  {', '.join(one.tables)}"
    if one.low_data:
        yield f"  too few   {one.low_data}"
    yield f"  computed  {_state(one, engine)}"
    said = engine.said(one) if engine else None
    for note in said.notes if said else ():
        yield f"  {'FAILED' if said and said.failed else 'note':8}  {note}"


def _state(one: ColumnSet, engine: Engine | None) -> str:
    said = engine.said(one) if engine else None
    if engine is None or said is None:
        return "never: the next sync does it"
    when = f"{said.at:%Y-%m-%d %H:%M} UTC" if said.at else "at an unknown time"
    if why := engine.awaits(one):
        return f"{when}; stale: {why}"
    holds = f", until {said.until:%Y-%m-%d %H:%M} UTC if nobody changes anything" if said.until else ""
    return f"{when}; up to date{holds}"
