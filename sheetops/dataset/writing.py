"""Bringing a worked-out draft into the materialised tables, in as few statements as there are shapes of change."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from . import records
from .draft import Draft, TableDraft


def write(conn: Connection, work: TableDraft, seq: int) -> None:
    """Make the table and the archive say what the draft says. `seq` is the journal's new head."""
    table, drafts = work.table, work.drafts
    changed = {k: d for k, d in drafts.items() if d.active and d.was_active}
    added = {k: d for k, d in drafts.items() if d.active and not d.was_active}
    left = {k: d for k, d in drafts.items() if d.was_active and not d.active}
    archived = {
        k: records.to_archive(table, d.values or {})
        for k, d in drafts.items()
        if d.archived and not (d.was and d.was.archived)
    }
    back = [k for k, d in drafts.items() if d.was and d.was.archived and d.active]
    records.delete_records(conn, table, left)
    records.archive_records(conn, table, archived, seq)
    records.unarchive_records(conn, table, back)
    records.insert_records(conn, table, [d.values or {} for d in added.values()])
    _update(conn, work, changed)


def _update(conn: Connection, work: TableDraft, changed: dict[str, Draft]) -> None:
    """Rows in which the same columns changed share one statement."""
    alike: dict[tuple[str, ...], dict[str, dict[str, Any]]] = defaultdict(dict)
    for key, draft in changed.items():
        names = tuple(n for n, v in (draft.values or {}).items() if draft.was and v != draft.was.values[n])
        if names:
            alike[names][key] = draft.values or {}
    for names, new in alike.items():
        records.update_records(conn, work.table, names, new)
