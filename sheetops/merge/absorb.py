"""One tracker against the dataset: what it changed, what is held, what is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ..model.record import CONTESTED, Actor, HeldItem, HeldKind, Record, RowMemory, Source
from ..model.schema import Field, Mode
from ..model.values import Invalid, same_spelling
from .decide import obey
from .findings import Added, Findings, Ignored, Take
from .gone import WAITING, hold_broken_keys, hold_doubled, is_active, row_gone, row_of_archived
from .holding import Holding
from .inputs import DatasetSide, Standing, TrackerSide
from .rows import match_keyless_rows, match_renamed_keys
from .three_way import merge_cells

FORMULA_HELD = "holds a formula, and the dataset has another value; a formula is never overwritten"

MISPLACED = (
    "was written, or missed, by a run that was cut off while rows were moved; look which value is right"
)

_REFUSED = (HeldKind.NOT_UNIQUE, HeldKind.INVALID)
"""Values that only the whole dataset can judge are found wanting after the merge, and decided about in it."""


def absorb(side: TrackerSide, dataset: DatasetSide, spoken_for: set[str]) -> Findings:
    """Return what the tracker's tab asks of the dataset, cell by cell, and what has to be held.

    `spoken_for` are keys that stand in the table's trackers; the new ones that are given are added.
    """
    return _Absorb(side, dataset, spoken_for).run()


class _Absorb(Holding):
    """The merge of one tracker; a class only because every step reads the same dozen things."""

    def run(self) -> Findings:
        found = self.found
        match_keyless_rows(self)
        keys = set(self.side.touched | (found.rows.keys() - self.tab.rows.keys()))
        found.touched = keys
        match_renamed_keys(self, keys)
        for key in sorted(keys):
            if (key, None) not in found.holds and (key, None) not in found.released:
                self._one(key)
        hold_broken_keys(self)
        self._freeze()
        self._release_settled()
        return found

    # --- one key ---------------------------------------------------------------------------------

    def _one(self, key: str) -> None:
        row, memory, record = self.found.rows.get(key), self.side.state.rows.get(key), self.records.get(key)
        if key in self.tab.twice:
            hold_doubled(self, key)
        elif row is None:
            if memory is not None:
                row_gone(self, key, memory, record)
            elif (item := self.open.get((key, None))) and item.kind in WAITING and is_active(record):
                self.hold(item)
        else:
            self._one_row(key)

    def _one_row(self, key: str) -> None:
        memory, record = self.side.state.rows.get(key), self.records.get(key)
        if record is None:
            if key not in self.found.adds:
                self.add(key)
        elif record.archived:
            row_of_archived(self, key, memory, record)
        else:
            self.found.memory[key] = RowMemory()
            self._cells(key, record, self.base(key) if memory is not None else {})

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
            self.take_edit(key, name, value, base.get(name))
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
            if name in self.tab.running and self.tab.is_ours(row, name):
                continue  # it says what the clock says, and nobody typed it
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

    def take_edit(self, key: str, name: str, value: Any, was: Any) -> None:
        """Take a cell that was edited here, unless it is held already or may not be blank."""
        earlier = self.open.get((key, name))
        if earlier is not None and earlier.theirs == value and self._stands(earlier):
            self.hold(self.item(key, name, earlier.kind, earlier.reason))
        elif (key, name) in self.side.misplaced:
            self.hold(self.item(key, name, HeldKind.MISPLACED, MISPLACED))
        elif value is None and self.side.table.field(name).required:
            self.hold(self.item(key, name, HeldKind.REQUIRED, "was cleared, and it is required"))
        else:
            self.take(key, name, value, was)

    def _stands(self, earlier: HeldItem) -> bool:
        """Whether a value that is held because of others is no new edit, or was decided about."""
        return earlier.kind in (*CONTESTED, HeldKind.MISPLACED) or (
            earlier.kind in _REFUSED and self.decided(earlier)
        )

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

    # --- held items ------------------------------------------------------------------------------

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
                    digest=None, missing=missing, frozen_from=self.frozen(memory)
                )

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


def _short(said: str) -> str:
    return said if len(said) <= 40 else said[:39] + "…"
