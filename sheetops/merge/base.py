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
        _lay_over(rows, entries, tracker)
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


def _lay_over(rows: dict[str, dict[str, Any] | None], entries: Iterable[Entry], tracker: str) -> None:
    """Follow the journal forward; where the tracker itself speaks, its base follows too."""
    dataset = {key: dict(row) if row is not None else {} for key, row in rows.items()}
    for entry in entries:
        _follow(dataset[entry.key], entry)
        if entry.source.tracker != tracker:
            continue
        if entry.field is None and entry.op in (Op.ADD, Op.AGREE):
            rows[entry.key] = dict(dataset[entry.key])
        elif entry.field is not None and entry.op in (Op.SET, Op.AGREE):
            row = rows[entry.key]
            rows[entry.key] = {**(row or {}), entry.field: entry.new}


def _follow(row: dict[str, Any], entry: Entry) -> None:
    if entry.op is Op.ADD:
        row.clear()
        row.update(entry.new or {})
    elif entry.op is Op.SET and entry.field is not None:
        row[entry.field] = entry.new
