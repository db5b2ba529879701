"""A plan: frozen data that says everything a run would do. Printed, saved, applied, undone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..model.record import Actor, Change, HeldItem, Mint, Op, RowMemory
from ..model.sheet import CellWrite, HeaderWrite, RowAppend
from ..model.values import Invalid
from .findings import Ignored, Place
from .guards import GuardTrip

PLAN_VERSION = 1


@dataclass(frozen=True)
class SheetChange:
    """A cell of a tracker that the run would write: what stands there now and what will."""

    key: str
    field: str
    address: str
    old: Any
    new: Any


@dataclass(frozen=True)
class TrackerPlan:
    """What a run would do to one tracker's tab, and what it would remember of it.

    `held` are all items open after the run; `new_held` those not filed before. `settles` are open
    items that are settled only once the sheet has been written; `released` are settled by the dataset
    alone. `must_write` says whether the spreadsheet is written at all.
    """

    tracker: str
    name: str
    shown: tuple[SheetChange, ...] = ()
    cells: tuple[CellWrite, ...] = ()
    appends: tuple[RowAppend, ...] = ()
    mints: tuple[Mint, ...] = ()
    held: tuple[HeldItem, ...] = ()
    new_held: tuple[HeldItem, ...] = ()
    released: tuple[tuple[Place, str], ...] = ()
    settles: tuple[tuple[Place, str], ...] = ()
    memory: Mapping[str, RowMemory | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Keys of rows whose record was archived or moved out; people may delete these rows."""
    last_row: int = 0
    header_row: int = 1
    key_column: int = 1
    headers: tuple[HeaderWrite, ...] = ()
    must_write: bool = False
    must_remember: bool = False


@dataclass(frozen=True)
class Plan:
    """What a run would do: dataset changes, tracker writes, held items, and the guards it trips.

    `seq` is the journal position and `identities` the spreadsheets' identities it was made on.
    """

    verb: str
    seq: int
    changes: tuple[Change, ...] = ()
    trackers: tuple[TrackerPlan, ...] = ()
    guards: tuple[GuardTrip, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    """Sentences about trackers that cannot be written now and are left out of the run."""
    schema_changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether a guard stops the plan."""
        return bool(self.guards)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        nothing = not self.changes and not self.schema_changes
        return nothing and not any(t.must_write or t.must_remember for t in self.trackers)

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Everything a person should know besides what the run would do."""
        return (*self.notes, *(note for tracker in self.trackers for note in tracker.notes))

    @property
    def held(self) -> tuple[HeldItem, ...]:
        """All items that are open after the run."""
        return tuple(item for tracker in self.trackers for item in tracker.held)

    def counts(self) -> dict[str, int]:
        """Return the numbers people ask about first."""
        computed = [change.op for change in self.changes if change.source.actor is Actor.COMPUTED]
        ops = [change.op for change in self.changes if change.source.actor is not Actor.COMPUTED]
        return {
            "shape_changes": len(self.schema_changes),
            "cells_taken": ops.count(Op.SET),
            "cells_computed": computed.count(Op.SET),
            "records_computed": computed.count(Op.ADD),
            "records_added": ops.count(Op.ADD),
            "records_archived": ops.count(Op.ARCHIVE),
            "records_restored": ops.count(Op.RESTORE),
            "cells_written": sum(len(t.shown) for t in self.trackers),
            "rows_appended": sum(len(t.appends) for t in self.trackers),
            "keys_minted": sum(len(t.mints) for t in self.trackers),
            "held": len(self.held),
            "newly_held": sum(len(t.new_held) for t in self.trackers),
            "rows_missing": sum(len(t.missing) for t in self.trackers),
            "edits_ignored": sum(len(t.ignored) for t in self.trackers),
        }

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data. `digest` says whether two plans do the same."""
        body = {
            "verb": self.verb,
            "seq": self.seq,
            "identities": dict(self.identities),
            "counts": self.counts(),
            "schema_changes": list(self.schema_changes),
            "changes": [_change(change) for change in self.changes],
            "trackers": [_tracker(tracker) for tracker in self.trackers],
            "guards": [trip.to_json() for trip in self.guards],
            "busy": list(self.busy),
            "notes": list(self.notes),
        }
        said = json.dumps(body, sort_keys=True, ensure_ascii=False)
        return {"sheetops_plan": PLAN_VERSION, "digest": hashlib.sha256(said.encode()).hexdigest(), **body}


def plain(value: Any) -> Any:
    """Return a canonical or raw value as JSON can hold it."""
    if isinstance(value, Invalid):
        return {"unreadable": value.said}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _change(change: Change) -> dict[str, Any]:
    return {
        "table": change.table,
        "key": change.key,
        "op": change.op.value,
        "field": change.field,
        "old": plain(change.old),
        "new": plain(change.new),
        "by": change.source.actor.value,
        "tracker": change.source.tracker,
        "address": change.source.address,
    }


def held_json(item: HeldItem) -> dict[str, Any]:
    """Return a held item as plain data."""
    return {
        "number": item.number or None,
        "tracker": item.tracker,
        "table": item.table,
        "key": item.key,
        "field": item.field,
        "kind": item.kind.value,
        "address": item.address,
        "reason": item.reason,
        "base": plain(item.base),
        "dataset": plain(item.ours),
        "mine": plain(item.theirs),
        "dataset_by": item.ours_said,
        "mine_by": item.theirs_said,
        "suggestion": item.suggestion,
        "since": plain(item.since),
        "decision": item.decision.choice.value if item.decision else None,
    }


def _tracker(tracker: TrackerPlan) -> dict[str, Any]:
    return {
        "tracker": tracker.tracker,
        "name": tracker.name,
        "writes": [
            {"key": c.key, "field": c.field, "address": c.address, "old": plain(c.old), "new": plain(c.new)}
            for c in tracker.shown
        ],
        "new_columns": [header.header for header in tracker.headers],
        "appends": [append.key for append in tracker.appends],
        "mints": [{"key": mint.key, "row": mint.row} for mint in tracker.mints],
        "held": [held_json(item) for item in tracker.held],
        "released": [[*place, said] for place, said in (*tracker.released, *tracker.settles)],
        "missing": list(tracker.missing),
        "ignored": [
            {"key": i.key, "field": i.field, "address": i.address, "typed": plain(i.typed)}
            for i in tracker.ignored
        ],
        "left": list(tracker.left),
        "notes": list(tracker.notes),
    }
