"""What happened in the last seven days, from the journal: a few sentences for whoever starts the week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .model.record import Actor, Entry, Op
from .words import count

if TYPE_CHECKING:
    from .library import Workspace

_PEOPLE = (Actor.TRACKER, Actor.RESOLVED, Actor.LIBRARY, Actor.IMPORT)


def week_lines(ws: Workspace) -> list[str]:
    """Return a first line for all tables together, and one for each table in which something happened."""
    now = ws.now()
    since = now - timedelta(days=7)
    lines, added, edited = [], 0, 0
    for name in ws.schema.tables:
        recent = [
            e for e in ws.store.entries(table=name) if e.recorded_at is not None and e.recorded_at >= since
        ]
        fresh, cells, gone = (_number(recent, op) for op in (Op.ADD, Op.SET, Op.ARCHIVE))
        if fresh or cells or gone:
            lines.append(f"{name}: {count(fresh, 'record')} added, {count(cells, 'cell')} edited by people, {gone:,} archived; {count(ws.store.count(name), 'record')} in all.")  # fmt: skip
        added, edited = added + fresh, edited + cells
    held = ws.held()
    first = f"The week to {now:%Y-%m-%d}: {count(added, 'record')} added, {count(edited, 'cell')} edited by people, {count(len(held), 'item')} held."
    return [first, *lines]


def _number(entries: list[Entry], op: Op) -> int:
    return sum(1 for entry in entries if entry.op is op and entry.source.actor in _PEOPLE)
