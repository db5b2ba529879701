"""What every step of a tracker's merge reads: both sides, the base, and how a held item is worded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..model.record import Entry, HeldItem, HeldKind, Op, Record, RowMemory
from ..model.schema import Field, FieldType
from ..model.values import Invalid, show_value
from .base import base_rows
from .findings import Findings
from .inputs import DatasetSide, Standing, TrackerSide


class Holding:
    """One tracker's side and the dataset's, and the held items made of them."""

    def __init__(self, side: TrackerSide, dataset: DatasetSide, spoken_for: set[str]) -> None:
        self.side, self.dataset, self.tab, self.spoken_for = side, dataset, side.tab, spoken_for
        self.records: Mapping[str, Record] = dataset.records.get(side.table.name, {})
        self.open = {(item.key, item.field): item for item in side.held}
        self.found = Findings(side, dict(side.tab.rows))
        self.found.make_item = lambda key, name, kind, reason, theirs: self.item(
            key, name, kind, reason, theirs=theirs
        )
        self.since: dict[str, list[Entry]] = {}
        for entry in side.since:
            self.since.setdefault(entry.key, []).append(entry)
        self.forgotten: set[str] = set()
        known = {name for name, _ in side.state.mapping}
        self.unmapped_before = set() if side.state.generation == 0 else set(self.tab.fields) - known

    def base(self, key: str) -> dict[str, Any]:
        """Return what tracker and dataset last agreed on for a key; {} when they never did."""
        memory = self.side.state.rows.get(key)
        after = self.side.base_seq
        if memory is not None and memory.frozen_from is not None:
            after = memory.frozen_from
        record = self.records.get(key)
        if record is None or self.side.standing is Standing.LOST:
            return {}
        entries = [entry for entry in self.since.get(key, ()) if entry.seq > after]
        held = [item for item in self.side.held if item.key == key and item.kind is not HeldKind.UNDO]
        own = self.side.standing in (Standing.CURRENT, Standing.NEW)
        rows = base_rows({key: record}, entries, held, self.side.id, own=own)
        base = rows[key] or {}
        for name in self.unmapped_before:
            base[name] = None
        return base

    def frozen(self, memory: RowMemory) -> int:
        """Return the journal position at which the base of a row held as a whole stays."""
        return self.side.base_seq if memory.frozen_from is None else memory.frozen_from

    def item(
        self, key: str, name: str | None, kind: HeldKind, reason: str, *,
        theirs: Any = None, suggestion: str | None = None, address: str = "",
    ) -> HeldItem:  # fmt: skip
        """Return a held item for a cell or row, with all three sides filled in."""
        row, record = self.found.rows.get(key), self.records.get(key)
        base = ours = None
        if name is not None:
            earlier = self.open.get((key, name))
            memory = self.side.state.rows.get(key)
            base = earlier.base if earlier else (self.base(key).get(name) if memory else None)
            ours = record.values.get(name) if record else None
            if theirs is None:
                theirs = self.said(key, name)
        return HeldItem(
            self.side.id, self.side.table.name, key, name, kind, reason, base, ours, theirs,
            address or self.tab.address(row, name), suggestion, self._said(key, name),
            self._saved(key, name, theirs),
        )  # fmt: skip

    def said(self, key: str, name: str) -> Any:
        """Return what a cell says now, as a held item keeps it."""
        row = self.found.rows.get(key)
        value = self.tab.values(row).get(name) if row is not None and name in self.tab.positions else None
        return value.said if isinstance(value, Invalid) else value

    def _saved(self, key: str, name: str | None, theirs: Any) -> str:
        """Who had last saved the tracker when this was first seen in it, and when, in words."""
        earlier = self.open.get((key, name))
        if earlier is not None and (name is None or earlier.theirs == theirs):
            return earlier.theirs_said
        when = words_for(self.side.saved_at) if self.side.saved_at else ""
        who = f"by {self.side.saved_by}" if self.side.saved_by else ""
        return ", ".join(part for part in (who, when) if part)

    def _said(self, key: str, name: str | None) -> str:
        """Who last changed the dataset's side, and when, in words."""
        for entry in reversed(self.since.get(key, [])):
            if entry.source.tracker != self.side.id and (name is None or entry.field == name):
                return who_and_when(entry, self.dataset.tracker_names)
        earlier = self.open.get((key, name))
        return earlier.ours_said if earlier else ""


def who_and_when(entry: Entry, names: Mapping[str, str]) -> str:
    """Return who made a change and when, in words: "Ann South.xlsx D9, 2024-05-01 10:30Z".

    `names` are the trackers' names as people know them, by id.
    """
    source = entry.source
    tracker = names.get(source.tracker or "", source.tracker)
    hand = " ".join(part for part in (source.who, tracker, source.address) if part) or source.actor.value
    when = words_for(entry.recorded_at) if entry.recorded_at else ""
    verb = {Op.ARCHIVE: "archived by ", Op.RESTORE: "restored by "}.get(entry.op, "")
    return f"{verb}{hand}, {when}" if when else f"{verb}{hand}"


def words_for(moment: datetime) -> str:
    """Return an instant to the second: nobody decides by milliseconds."""
    return show_value(_MOMENT, moment.replace(microsecond=0))


_MOMENT = Field("when", FieldType.DATETIME)
