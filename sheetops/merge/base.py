"""The base of a tracker, read from the journal: what it and the dataset last agreed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..model.record import Entry, HeldItem, Op, Record


def base_rows(
    records: Mapping[str, Record],
    since: Iterable[Entry],
    held: Iterable[HeldItem],
    tracker: str,
    *,
    own: bool = True,
) -> dict[str, dict[str, Any] | None]:
    """Return the last agreed values of every record in `records`, None where there was no record.

    `since` are the journal entries after the generation the tracker confirmed, in order. They are
    taken back one by one; then the tracker's own accepted edits are laid over (its sheet has shown
    them all along, whether or not the run that took them was cut off); then its held cells, whose
    base stays where it was when they were held. `own` is False for a sheet restored from an older
    generation, which does not show those edits.
    """
    rows: dict[str, dict[str, Any] | None] = {key: dict(record.values) for key, record in records.items()}
    entries = [entry for entry in since if entry.key in rows]
    for entry in reversed(entries):
        _take_back(rows, entry)
    if own:
        for entry in entries:
            if entry.source.tracker == tracker:
                _lay_over(rows, entry)
    for item in held:
        row = rows.get(item.key)
        if item.field is not None and row is not None:
            row[item.field] = item.base
    return rows


def _take_back(rows: dict[str, dict[str, Any] | None], entry: Entry) -> None:
    if entry.op is Op.ADD:
        rows[entry.key] = None
    elif entry.op is Op.SET and entry.field is not None:
        row = rows[entry.key]
        if row is not None:
            row[entry.field] = entry.old


def _lay_over(rows: dict[str, dict[str, Any] | None], entry: Entry) -> None:
    if entry.op is Op.ADD:
        rows[entry.key] = dict(entry.new or {})
    elif entry.op in (Op.SET, Op.AGREE) and entry.field is not None:
        row = rows[entry.key]
        if row is None:
            row = rows[entry.key] = {}
        row[entry.field] = entry.new
