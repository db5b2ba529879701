"""What one tracker's tab has to be written so that it says what the dataset says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.celltext import CELL_LIMIT
from ..model.record import HeldKind, Record, RowMemory
from ..model.schema import Mode
from ..model.sheet import CellWrite, Formula, HeaderWrite, RowAppend
from ..model.values import same_spelling, to_cell
from .absorb import FORMULA_HELD
from .combine import Combined, changed_keys
from .findings import Findings, Place
from .inputs import Standing
from .plan import SheetChange, TrackerPlan
from .tab import SheetRow

ARCHIVED = "archived"
MOVED_OUT = "moved out"


def push(found: Findings, together: Combined) -> TrackerPlan:
    """Return the tracker's part of the plan. Held cells, formulas and people's own columns stay as they are."""
    return _Push(found, together).run()


class _Push:
    """The write side of one tracker; a class only because every step adds to the same lists."""

    def __init__(self, found: Findings, together: Combined) -> None:
        self.found, self.together, self.side = found, together, found.side
        self.tab, self.spec = found.side.tab, found.side.spec
        self.shown: list[SheetChange] = []
        self.cells: list[CellWrite] = []
        self.appends: list[RowAppend] = []
        self.left: list[str] = []
        self.written: set[str] = set()

    def run(self) -> TrackerPlan:
        for key in sorted(self._keys(), key=lambda key: (len(key), key)):
            record, row = self.together.record(self.side.table.name, key), self.found.rows.get(key)
            if row is None:
                if record is not None and self._belongs(key, record):
                    self._append(key, record)
            elif record is not None and not self.found.row_held(key):
                self._row(key, row, record)
        return self._plan()

    def _keys(self) -> set[str]:
        keys = self.found.touched | changed_keys(self.together.changes, self.side.table.name)
        if self.side.standing is not Standing.CURRENT:
            keys |= self.together.after.get(self.side.table.name, {}).keys()
        return keys

    # --- rows that are there -----------------------------------------------------------------------

    def _row(self, key: str, row: SheetRow, record: Record) -> None:
        if record.archived:
            self._archived(key, row, record)
            return
        if key in self.found.key_writes:
            self._write_key(key, row)
        theirs, ours = self.tab.values(row), record.values
        for name in self.tab.fields:
            live = name in self.tab.running and self._live(key, row, name, record)
            if not live and theirs[name] != ours.get(name):
                self._cell(key, row, name, ours.get(name))
        moved = self.spec.where is not None and not self.spec.where.matches(record.values)
        self._state(key, row, MOVED_OUT if moved else None)
        clean = key not in self.written and not any(k == key for k, _ in self.found.holds)
        earlier = self.side.state.rows.get(key)
        self.found.memory[key] = RowMemory(digest=self.tab.digest(row) if clean else None)
        if clean and earlier == self.found.memory[key]:
            del self.found.memory[key]

    def _archived(self, key: str, row: SheetRow, record: Record) -> None:
        if self._is_cleared(key):
            self._clear(key, row)
            return
        for held in [p for p in self.found.holds if p[0] == key and p[1] is not None]:
            del self.found.holds[held]
            self.found.released[held] = "the record was archived"
        for name in sorted(self.tab.running):
            self._live(key, row, name, record)
        memory = self.found.memory.get(key) or self.side.state.rows.get(key) or RowMemory()
        self.found.memory[key] = memory._replace(left=True, missing=False, frozen_from=None)
        self._state(key, row, ARCHIVED)

    def _is_cleared(self, key: str) -> bool:
        """Whether the row goes with its record: an undo says so, or an unfinished write was about to do it."""
        place, intent = (self.side.table.name, key), self.side.state.intent
        if place in self.together.clears:
            return self.together.clears[place] != self.side.id
        own = (key, self.side.table.key, None)
        return intent is not None and any((w["key"], w["field"], w["new"]) == own for w in intent.writes)

    def _clear(self, key: str, row: SheetRow) -> None:
        """Take out again what sheetops had appended, where nobody has typed over it."""
        for name, column in self.tab.positions.items():
            ours, raw = self.tab.is_ours(row, name), self.tab.raw(row, name)
            if ours or (not self.tab.is_formula(row, name) and raw not in (None, "")):
                self._put(key, row, name, column, None, raw, over_formula=ours)
        self.found.memory[key] = RowMemory(left=True)  # forgotten when the row is seen to be gone

    def _cell(self, key: str, row: SheetRow, name: str, after: Any) -> None:
        field, mode = self.side.table.by_name[name], self.tab.mode(name)
        theirs, forced = self.tab.values(row)[name], (key, name) in self.found.forced
        if mode is Mode.EDIT and self.found.cell_held(key, name):
            return
        raw = self.tab.raw(row, name)
        if after is not None and same_spelling(field, raw, after, self.tab.reading):
            return
        if self.tab.is_formula(row, name) and not forced:
            if mode is Mode.EDIT:
                self.found.holds[key, name] = self.found.make_item(
                    key, name, HeldKind.FORMULA, FORMULA_HELD, None
                )
            return
        if isinstance(after, str) and len(after) > CELL_LIMIT:
            self._too_long(key, name, after)
            return
        if not self._refused(key, row, name):
            self._put(key, row, name, self.tab.positions[name], after, theirs, over_formula=forced)

    def _refused(self, key: str, row: SheetRow, name: str) -> bool:
        """Hold a cell that the spreadsheet said it cannot take. Return whether it is one."""
        refused = self.together.inputs.refused.cells
        reason = refused.get((self.side.id, row.number, self.tab.positions[name]))
        if reason:
            said = f"cannot be written: {reason}"
            self.found.holds[key, name] = self.found.make_item(key, name, HeldKind.UNWRITABLE, said, None)
        return bool(reason)

    def _live(self, key: str, row: SheetRow, name: str, record: Record) -> bool:
        """Let a cell show a state that runs with the clock, or end that. Return False where neither is the case."""
        tab, value = self.tab, record.values.get(name)
        wanted = None if record.archived else tab.live_formula(row.number, name, record.values)
        ours = tab.is_ours(row, name)
        if wanted is None and not ours:
            return False
        if wanted is not None and (
            tab.is_right(row, name, wanted) or (tab.is_formula(row, name) and not ours)
        ):
            return True
        if not self._refused(key, row, name):
            there = tab.values(row)[name]
            self._put(key, row, name, tab.positions[name], value, there, over_formula=ours, formula=wanted)
        return True

    def _too_long(self, key: str, name: str, text: str) -> None:
        said = f"cannot show the dataset's {len(text):,} characters; a cell holds {CELL_LIMIT:,}"
        self.found.holds[key, name] = self.found.make_item(key, name, HeldKind.INVALID, said, None)

    def _put(
        self, key: str, row: SheetRow, name: str, column: int, after: Any, before: Any, *,
        over_formula: bool = False, formula: Formula | None = None,
    ) -> None:  # fmt: skip
        value = formula or to_cell(self.side.table.by_name[name], after, self.tab.reading)
        self.cells.append(CellWrite(row.number, column, value, key, name, over_formula))
        after = f"{after} (live)" if formula else after
        self.shown.append(SheetChange(key, name, self.tab.address(row, name), before, after))
        self.written.add(key)

    def _write_key(self, key: str, row: SheetRow) -> None:
        column = self.tab.positions[self.side.table.key]
        old = self.tab.raw(row, self.side.table.key)
        if reason := self.together.inputs.refused.cells.get((self.side.id, row.number, column)):
            self.found.notes.append(f"The key {key} cannot be written: {reason}")
            return
        self.cells.append(CellWrite(row.number, column, key, key, self.side.table.key))
        self.shown.append(SheetChange(key, self.side.table.key, self.tab.address(row), old or None, key))
        self.written.add(key)

    def _state(self, key: str, row: SheetRow, word: str | None) -> None:
        """Mark a row whose record left, in the tracker's state column where it has one."""
        if word is not None:
            self.left.append(key)
        column = self.tab.state_column
        if column is None:
            return
        now = self.tab.grid.value(row.number, column) or None
        if now != word and (word is not None or now in (ARCHIVED, MOVED_OUT)):
            self.cells.append(CellWrite(row.number, column, word, key, ""))

    # --- rows to come ------------------------------------------------------------------------------

    def _belongs(self, key: str, record: Record) -> bool:
        """Return whether a record without a row here should get one."""
        known = self.found.memory.get(key, self.side.state.rows.get(key))
        if record.archived or known is not None or key in self.tab.twice or self.found.row_held(key):
            return False
        return self.spec.where is None or self.spec.where.matches(record.values)

    def _append(self, key: str, record: Record) -> None:
        if reason := self.together.inputs.refused.appends.get(self.side.id):
            said = f"has no row in {self.spec.name} yet: {reason}"
            self.found.holds[key, None] = self.found.make_item(key, None, HeldKind.UNWRITABLE, said, None)
            return
        cells: dict[int, Any] = {}
        number = self.tab.last_row + 1 + len(self.appends)
        for name, column in self.tab.positions.items():
            value = key if name == self.side.table.key else record.values.get(name)
            if isinstance(value, str) and len(value) > CELL_LIMIT:
                self._too_long(key, name, value)  # held, or the blank cell would clear the dataset's text
                continue
            if value is not None:
                live = self.tab.live_formula(number, name, record.values)
                cells[column] = live or to_cell(self.side.table.by_name[name], value, self.tab.reading)
        self.appends.append(RowAppend(key, cells))

    # --- the plan ----------------------------------------------------------------------------------

    def _plan(self) -> TrackerPlan:
        found, earlier = self.found, {(i.key, i.field): i for i in self.side.held}
        held = tuple(sorted(found.holds.values(), key=lambda i: (i.number or 1 << 60, i.key, i.field or "")))
        fresh = tuple(item for item in held if (item.key, item.field) not in earlier)
        changed = any(_differs(item, earlier.get((item.key, item.field))) for item in held)
        gone = [place for place in earlier if place not in found.holds]
        released, settles = self._outcomes(gone)
        absorbed = any(c.source.tracker == self.side.id for c in self.together.changes)
        writes = bool(self.cells or self.appends or changed or gone or absorbed)
        renewed = self.side.standing is not Standing.CURRENT
        return TrackerPlan(
            self.side.id, self.spec.name, tuple(self.shown), tuple(self.cells), tuple(self.appends),
            tuple(found.mints), held, fresh, released, settles, dict(found.memory), tuple(found.missing),
            tuple(found.ignored), (*self.tab.notes, *self.side.notes, *found.notes), tuple(self.left), self.tab.last_row,
            self.tab.header_row, self.tab.positions[self.side.table.key], self._headers(), must_write=writes or renewed, must_remember=self._remembers(),
        )  # fmt: skip

    def _headers(self) -> tuple[HeaderWrite, ...]:
        column = self.tab.new_key_column
        if column is None:
            return ()
        header = self.spec.by_field[self.side.table.key].header
        return (HeaderWrite(self.tab.header_row, column, header),)

    def _outcomes(
        self, gone: list[Place]
    ) -> tuple[tuple[tuple[Place, str], ...], tuple[tuple[Place, str], ...]]:
        """Divide settled items into those settled by the dataset alone and those the sheet has to follow."""
        waits: set[Place] = {*self.found.follows, *((change.key, change.field) for change in self.shown)}
        waits.update((append.key, None) for append in self.appends)
        waits.update((key, None) for key in self.written)
        said: Mapping[Place, str] = self.found.released
        done = [(place, said.get(place, "settled")) for place in gone if place not in waits]
        later = [(place, said.get(place, "settled")) for place in gone if place in waits]
        return tuple(done), tuple(later)

    def _remembers(self) -> bool:
        """Return whether more than a digest changes in what is remembered of the rows."""
        before = self.side.state.rows
        for key, memory in self.found.memory.items():
            old = before.get(key)
            if memory is None or old is None:
                if memory is not old:
                    return True
            elif memory[1:] != old[1:]:
                return True
        return False


def _differs(item: Any, earlier: Any) -> bool:
    if earlier is None:
        return True
    said = ("kind", "reason", "ours", "theirs", "address", "suggestion")
    return any(getattr(item, name) != getattr(earlier, name) for name in said)
