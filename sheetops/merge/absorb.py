"""One tracker against the dataset: what it changed, what is held, what is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ..model.record import Actor, Entry, HeldItem, HeldKind, Op, Record, RowMemory, Source
from ..model.schema import Field, FieldType, Mode
from ..model.values import Invalid, same_spelling, show_value
from .base import base_rows
from .decide import obey
from .findings import CONTESTED, Added, Findings, Ignored, Take
from .inputs import DatasetSide, Standing, TrackerSide
from .rows import match_keyless_rows, match_renamed_keys
from .three_way import merge_cells

FORMULA_HELD = "holds a formula, and the dataset has another value; a formula is never overwritten"

_REFUSED = (HeldKind.NOT_UNIQUE, HeldKind.INVALID)
"""Values that only the whole dataset can judge are found wanting after the merge, and decided about in it."""

_WAITING = (HeldKind.EDITED_AND_DELETED, HeldKind.ROW_GONE)


def absorb(side: TrackerSide, dataset: DatasetSide, spoken_for: set[str]) -> Findings:
    """Return what the tracker's tab asks of the dataset, cell by cell, and what has to be held.

    `spoken_for` are keys that stand in the table's trackers; the new ones that are given are added.
    """
    return _Absorb(side, dataset, spoken_for).run()


class _Absorb:
    """The merge of one tracker; a class only because every step reads the same dozen things."""

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

    def run(self) -> Findings:
        found = self.found
        match_keyless_rows(self)
        keys = set(self.side.touched | (found.rows.keys() - self.tab.rows.keys()))
        found.touched = keys
        match_renamed_keys(self, keys)
        for key in sorted(keys):
            if (key, None) not in found.holds and (key, None) not in found.released:
                self._one(key)
        self._broken_keys()
        self._freeze()
        self._release_settled()
        return found

    # --- one key ---------------------------------------------------------------------------------

    def _one(self, key: str) -> None:
        row, memory, record = self.found.rows.get(key), self.side.state.rows.get(key), self.records.get(key)
        if key in self.tab.twice:
            self._doubled(key)
        elif row is None:
            if memory is not None:
                self._row_gone(key, memory, record)
            elif (item := self.open.get((key, None))) and item.kind in _WAITING and _active(record):
                self.hold(item)
        else:
            self._one_row(key)

    def _one_row(self, key: str) -> None:
        memory, record = self.side.state.rows.get(key), self.records.get(key)
        if record is None:
            if key not in self.found.adds:
                self.add(key)
        elif record.archived:
            self._archived(key, memory, record)
        else:
            self.found.memory[key] = RowMemory()
            self._cells(key, record, self.base(key) if memory is not None else {})

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

    def reconsider(self, key: str) -> None:
        """Merge a key's row again, now that a decision has said which row that is."""
        self.found.touched.add(key)
        self._one_row(key)

    def forget(self, key: str) -> None:
        """Drop what was found for a key whose row turned out to be another record's."""
        found = self.found
        for place in [p for p in found.holds if p[0] == key]:
            del found.holds[place]
        for cell in [c for c in (*found.takes, *found.agrees) if c[0] == key]:
            found.takes.pop(cell, None)
            found.agrees.pop(cell, None)
        for place in [p for p in self.open if p[0] == key]:
            found.released[place] = "given a new key"
        found.memory[key] = None
        self.forgotten.add(key)

    # --- cells -----------------------------------------------------------------------------------

    def _cells(self, key: str, record: Record, base: Mapping[str, Any]) -> None:
        theirs = self.theirs(key, record.values, base)
        if self.side.standing is Standing.LOST:
            for name in theirs:
                if theirs[name] != record.values.get(name):
                    self.hold(
                        self.item(key, name, HeldKind.CONFLICT, "differs, and the last agreed value is lost")
                    )
            return
        merged = merge_cells(base, record.values, theirs, theirs)
        for name, value in merged.take.items():
            self._take(key, name, value, base.get(name))
        for name, value in merged.agree.items():
            self.found.agrees[key, name] = value
        for name in merged.push:
            if self.tab.is_formula(self.found.rows[key], name):
                self.hold(self.item(key, name, HeldKind.FORMULA, FORMULA_HELD))
            elif (
                (item := self.open.get((key, name)))
                and item.kind is HeldKind.UNWRITABLE
                and self.decided(item)
            ):
                self.hold(self.item(key, name, item.kind, item.reason))
        for name in merged.clash:
            if key in self.forgotten:
                return
            self._clash(key, name, theirs[name], known=bool(base))

    def _clash(self, key: str, name: str, value: Any, *, known: bool) -> None:
        earlier = self.open.get((key, name))
        if earlier is not None and earlier.theirs == value and self._stands(earlier):
            self.hold(self.item(key, name, earlier.kind, earlier.reason))
        elif known:
            self.hold(self.item(key, name, HeldKind.CONFLICT, "changed in both places"))
        else:
            said = "added in both places, with different values"
            self.hold(self.item(key, name, HeldKind.ADDED_TWICE, said))

    def theirs(
        self,
        key: str,
        ours: Mapping[str, Any],
        base: Mapping[str, Any],
        modes: Collection[Mode] = (Mode.EDIT,),
    ) -> dict[str, Any]:
        """Return the readable values of a row in columns of these modes; unreadable ones are held on the way."""
        row = self.found.rows[key]
        values: dict[str, Any] = {}
        for name, value in self.tab.values(row).items():
            field, was, now = self.side.table.by_name[name], base.get(name), ours.get(name)
            if value != was or value != now:
                value = self._respelled(field, self.tab.raw(row, name), value, was, now)
            if self.tab.mode(name) not in modes:
                self._not_theirs(key, field, value, was, now)
            elif isinstance(value, Invalid):
                self._unreadable(key, field, value)
            else:
                values[name] = value
        return values

    def _respelled(self, field: Field, raw: Any, value: Any, *known: Any) -> Any:
        for agreed in known:
            if agreed is not None and value != agreed and same_spelling(field, raw, agreed, self.tab.reading):
                return agreed
        return value

    def _not_theirs(self, key: str, field: Field, value: Any, was: Any, now: Any) -> None:
        row = self.found.rows[key]
        typed = value.said if isinstance(value, Invalid) else value
        if value not in (was, now, None) and not self.tab.is_formula(row, field.name):
            address = self.tab.address(row, field.name)
            self.found.ignored.append(Ignored(key, field.name, address, typed))

    def _unreadable(self, key: str, field: Field, value: Invalid) -> None:
        said = f"'{_short(value.said)}' {value.reason}"
        held = self.item(
            key, field.name, HeldKind.INVALID, said, theirs=value.said, suggestion=value.suggestion
        )
        if (key, field.name) not in self.open:
            self.found.invalid[field.name] = self.found.invalid.get(field.name, 0) + 1
        self.hold(held)

    def _take(self, key: str, name: str, value: Any, was: Any) -> None:
        earlier = self.open.get((key, name))
        if earlier is not None and earlier.theirs == value and self._stands(earlier):
            self.hold(self.item(key, name, earlier.kind, earlier.reason))
        elif value is None and self.side.table.field(name).required:
            self.hold(self.item(key, name, HeldKind.REQUIRED, "was cleared, and it is required"))
        else:
            self.take(key, name, value, was)

    def _stands(self, earlier: HeldItem) -> bool:
        """Whether a value that is held because of others is no new edit, or was decided about."""
        return earlier.kind in CONTESTED or (earlier.kind in _REFUSED and self.decided(earlier))

    def decided(self, earlier: HeldItem) -> bool:
        """Whether a person has said what to do about an open item."""
        return self.side.decisions.get(earlier.number, earlier.decision) is not None

    def take(
        self, key: str, name: str, value: Any, was: Any, *, decided: bool = False, who: str = ""
    ) -> None:
        """Ask the dataset to take a cell's value from this tracker."""
        actor = Actor.RESOLVED if decided else Actor.TRACKER
        address = self.tab.address(self.found.rows.get(key), name)
        source = Source(actor, self.side.id, address, who or self.side.saved_by)
        self.found.takes[key, name] = Take(value, was, source, decided)

    # --- rows ------------------------------------------------------------------------------------

    def add(self, key: str) -> None:
        """Ask for a new record from the row that stands under `key`."""
        row = self.found.rows[key]
        if not self.side.spec.may_add:
            said = f"is a new row, and records are not added in {self.side.spec.name}"
            self.hold(self.item(key, None, HeldKind.INVALID, said))
            return
        # Whoever adds a record says all of it; a first sync keeps what stands in computed columns too.
        first = (Mode.COMPUTED,) if self.side.standing is Standing.NEW else ()
        theirs = self.theirs(key, {}, {}, (Mode.EDIT, Mode.READ, *first))
        values = {name: value for name, value in theirs.items() if value is not None}
        self.found.adds[key] = Added(row, values)
        self.found.memory[key] = RowMemory()
        for name in self.tab.fields:
            field = self.side.table.field(name)
            if field.required and name in theirs and theirs[name] is None and field.default is None:
                self.hold(self.item(key, name, HeldKind.REQUIRED, "is required and still blank"))

    def _doubled(self, key: str) -> None:
        rows = self.tab.twice[key]
        places = ", ".join(self.tab.address(row) for row in rows)
        said = f"stands in {len(rows)} rows ({places}); remove the copies or give them keys of their own"
        address = self.tab.address(rows[-1])
        self.hold(self.item(key, None, HeldKind.DUPLICATE_KEY, said, address=address))

    def _row_gone(self, key: str, memory: RowMemory, record: Record | None) -> None:
        found, spec = self.found, self.side.spec
        if not _active(record) or (spec.where and not spec.where.matches(record.values)):  # type: ignore[union-attr]
            found.memory[key] = None
        elif memory.left:
            return
        elif self.side.standing is not Standing.CURRENT:
            found.memory[key] = None
        elif (item := self.open.get((key, None))) and item.kind in _WAITING:
            self.hold(item)
        elif not memory.missing:
            found.missing.append(key)
            found.memory[key] = memory._replace(missing=True, frozen_from=self._frozen(memory))
        else:
            found.missing.append(key)
            self._deleted(key, record)

    def _deleted(self, key: str, record: Record | None) -> None:
        assert record is not None
        base, spec = self.base(key), self.side.spec
        changed = [name for name, value in record.values.items() if value != base.get(name)]
        if changed:
            self.hold(self.item(key, None, HeldKind.EDITED_AND_DELETED, _edited_elsewhere(changed)))
        elif spec.may_delete:
            self.found.archives[key] = self.side.source()
            self.found.memory[key] = None
        else:
            said = f"its row is gone from {spec.name}, where records are not deleted; the record is kept"
            self.hold(self.item(key, None, HeldKind.ROW_GONE, said))

    def _archived(self, key: str, memory: RowMemory | None, record: Record) -> None:
        base = self.base(key) if memory is not None else {}
        theirs = self.theirs(key, record.values, base)
        edited = {name: value for name, value in theirs.items() if value != base.get(name)}
        if memory is not None and not edited:
            self.found.memory[key] = RowMemory(left=True)
        elif memory is None or memory.left:
            said = "belongs to a record that was archived; the row is left as it is"
            self.hold(self.item(key, None, HeldKind.ARCHIVED_EDIT, said))
        else:
            self.found.restores.add(key)
            self.found.memory[key] = RowMemory()
            for name, value in edited.items():
                self._take(key, name, value, base.get(name))

    def _broken_keys(self) -> None:
        for row, invalid in self.tab.broken:
            said = f"has a key that {invalid.reason}"
            address = self.tab.address(row)
            item = self.item(f"row at {address}", None, HeldKind.INVALID, said, address=address)
            self.hold(replace(item, theirs=invalid.said))

    # --- held items ------------------------------------------------------------------------------

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
        when = show_value(_MOMENT, self.side.saved_at) if self.side.saved_at else ""
        return ", ".join(part for part in (self.side.saved_by, when) if part)

    def _said(self, key: str, name: str | None) -> str:
        """Who last changed the dataset's side, and when, in words."""
        for entry in reversed(self.since.get(key, [])):
            if entry.source.tracker != self.side.id and (name is None or entry.field == name):
                return who_and_when(entry)
        earlier = self.open.get((key, name))
        return earlier.ours_said if earlier else ""

    def hold(self, item: HeldItem) -> None:
        """Hold a cell or row, unless a person has already decided about it."""
        earlier = self.open.get((item.key, item.field))
        if earlier is not None:
            decision = self.side.decisions.get(earlier.number, earlier.decision)
            item = replace(
                item, number=earlier.number, since=earlier.since, run=earlier.run, decision=decision
            )
            if decision is not None:
                refusal = obey(self, item, decision)
                if refusal is None:
                    return
                item = replace(item, decision=None, reason=f"{item.reason}. {refusal}")
        self.found.holds[item.key, item.field] = item

    def _freeze(self) -> None:
        """Keep the base of rows held as a whole where it is: no newer value has reached them."""
        for key, name in self.found.holds:
            memory = self.side.state.rows.get(key)
            if name is None and memory is not None:
                kept = self.found.memory.get(key) or memory
                missing = key not in self.found.rows and key not in self.tab.twice
                self.found.memory[key] = kept._replace(
                    digest=None, missing=missing, frozen_from=self._frozen(memory)
                )

    def _frozen(self, memory: RowMemory) -> int:
        return self.side.base_seq if memory.frozen_from is None else memory.frozen_from

    def _release_settled(self) -> None:
        """Close open items that nothing speaks for any more; those that wait for a word stay."""
        for place, item in self.open.items():
            if place in self.found.holds or place in self.found.released:
                continue
            if item.kind is HeldKind.UNDO or self._still_blank(item):
                self.hold(replace(item, theirs=self.said(item.key, item.field)) if item.field else item)
            if place not in self.found.holds and place not in self.found.released:
                self.found.released[place] = "settled in the spreadsheet"

    def _still_blank(self, item: HeldItem) -> bool:
        """A required cell of a new record, still blank on both sides, is nobody's edit but still held."""
        row, record = self.found.rows.get(item.key), self.records.get(item.key)
        if item.kind is not HeldKind.REQUIRED or row is None or record is None or item.field is None:
            return False
        if record.archived:
            return False
        blank = item.field in self.tab.positions and self.tab.values(row).get(item.field) is None
        return blank and record.values.get(item.field) is None


def _active(record: Record | None) -> bool:
    return record is not None and not record.archived


def _short(said: str) -> str:
    return said if len(said) <= 40 else said[:39] + "…"


def _edited_elsewhere(changed: list[str]) -> str:
    return f"its row was deleted here while {', '.join(changed[:3])} changed elsewhere; the record is kept"


def who_and_when(entry: Entry) -> str:
    """Return who made a change and when, in words: "South.xlsx D9, 2024-05-01 10:30Z"."""
    source = entry.source
    hand = (
        " ".join(part for part in (source.who, source.tracker, source.address) if part) or source.actor.value
    )
    when = show_value(_MOMENT, entry.recorded_at) if entry.recorded_at else ""
    verb = {Op.ARCHIVE: "archived by ", Op.RESTORE: "restored by "}.get(entry.op, "")
    return f"{verb}{hand}, {when}" if when else f"{verb}{hand}"


_MOMENT = Field("when", FieldType.DATETIME)
