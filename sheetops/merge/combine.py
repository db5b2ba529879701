"""All trackers together: what the dataset takes, and what two people decided differently.

Every tracker is merged against the dataset as it was before the run, so the order of trackers does
not matter: two different values for one cell are a conflict in both, and the dataset keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..model.record import CONTESTED, Actor, Change, HeldKind, Op, Record, RowMemory, Source, changed
from ..model.values import show_value
from .checks import check_values, hold_value
from .findings import Findings, Take
from .inputs import DatasetSide, PlanInputs
from .undo import UndoProposals, propose_undo

Cell = tuple[str, str, str]
"""(table, key, field)."""


class Combined:
    """The changes the dataset takes, in order, and its records as they will then be."""

    def __init__(self, inputs: PlanInputs, findings: Sequence[Findings]) -> None:
        self.inputs, self.findings = inputs, findings
        self.dataset: DatasetSide = inputs.dataset
        self.changes: list[Change] = []
        self.after: dict[str, dict[str, Record]] = {t: dict(r) for t, r in self.dataset.records.items()}
        self.notes: list[str] = []
        self.clears: dict[tuple[str, str], str | None] = {}

    def record(self, table: str, key: str) -> Record | None:
        """Return a record as it will be after the run."""
        return self.after.get(table, {}).get(key)

    def apply(self, change: Change) -> None:
        """Take one change: note it, and let `after` show it."""
        self.changes.append(change)
        records = self.after.setdefault(change.table, {})
        blank = self.inputs.schema.tables[change.table].blank(change.key) if change.op is Op.ADD else {}
        records[change.key] = changed(records, change, blank)


def combine(inputs: PlanInputs, findings: Sequence[Findings]) -> Combined:
    """Put the trackers' findings together. Findings gain the holds that only show across trackers."""
    together = Combined(inputs, findings)
    undo = propose_undo(inputs, findings)
    check_values(together)
    _add_records(together)
    _restore(together, undo)
    _take_unopposed(together)
    _set_cells(together, undo)
    _archive(together, undo)
    _refresh_holds(together)
    _agree(together)
    together.notes.extend(undo.notes)
    together.clears.update(undo.clears)
    return together


# --- records ---------------------------------------------------------------------------------------


def _add_records(together: Combined) -> None:
    wanted: dict[tuple[str, str], list[Findings]] = {}
    for found in together.findings:
        for key in found.adds:
            wanted.setdefault((found.side.table.name, key), []).append(found)
    for (table, key), adders in wanted.items():
        values = _common_values(adders, key)
        first = adders[0]
        source = first.side.source(first.side.tab.address(first.rows[key]))
        together.apply(Change(table, key, Op.ADD, source, new=values))
        for other in adders[1:]:
            agreed = {n: v for n, v in other.adds[key].values.items() if n in values}
            other.agrees.update({(key, name): value for name, value in agreed.items()})
        _fill_defaults(together, adders, table, key, values)


def _common_values(adders: Sequence[Findings], key: str) -> dict[str, Any]:
    """One record of the rows that several trackers added under one key; unequal cells are held."""
    values: dict[str, Any] = {}
    for name in dict.fromkeys(n for found in adders for n in found.adds[key].values):
        said = {found.adds[key].values[name] for found in adders if name in found.adds[key].values}
        if len(said) == 1:
            values[name] = said.pop()
            continue
        for found in adders:
            reason = "added in several trackers, with different values"
            hold_value(found, key, name, HeldKind.ADDED_TWICE, reason)
    return values


def _fill_defaults(
    together: Combined, adders: Sequence[Findings], table: str, key: str, values: Mapping[str, Any]
) -> None:
    for field in together.inputs.schema.tables[table].fields:
        held = any((key, field.name) in found.holds for found in adders)
        if field.default is not None and field.name not in values and not held:
            source = Source(Actor.DEFAULT)
            together.apply(Change(table, key, Op.SET, source, field.name, None, field.default))


def _restore(together: Combined, undo: UndoProposals) -> None:
    for found in together.findings:
        table = found.side.table.name
        for key in sorted(found.restores):
            record = together.record(table, key)
            if record is not None and record.archived:
                source = found.side.source(found.side.tab.address(found.rows[key]))
                together.apply(Change(table, key, Op.RESTORE, source))
                _file_with_archiver(together, found, key)
    for table, key, source in undo.restores:
        record = together.record(table, key)
        if record is not None and record.archived:
            together.apply(Change(table, key, Op.RESTORE, source))


def _file_with_archiver(together: Combined, found: Findings, key: str) -> None:
    """Tell the tracker whose deletion an edit elsewhere has outlived, and let its people decide."""
    archived_by = next(
        (e.source.tracker for e in reversed(found.side.since) if e.key == key and e.op is Op.ARCHIVE), None
    )
    for other in together.findings:
        if other.side.id == archived_by and other is not found and key not in other.rows:
            said = (
                f"its row was deleted here while it was edited in {found.side.spec.name}; the record is kept"
            )
            other.holds[key, None] = other.make_item(key, None, HeldKind.EDITED_AND_DELETED, said, None)


# --- cells -----------------------------------------------------------------------------------------


def _take_unopposed(together: Combined) -> None:
    """Take a contested value when nobody contests it any more: the other side took theirs back."""
    contested: dict[Cell, list[Findings]] = {}
    for found in together.findings:
        table = found.side.table.name
        for key, name in {*found.takes, *(p for p in found.holds if p[1] is not None)}:
            contested.setdefault((table, key, str(name)), []).append(found)
    for (table, key, name), sides in contested.items():
        item = sides[0].holds.get((key, name))
        alone = len(sides) == 1 and (table, key, name) not in together.dataset.held_elsewhere
        if alone and item is not None and item.kind in CONTESTED and item.base == item.ours:
            del sides[0].holds[key, name]
            sides[0].released[key, name] = "nobody else wanted another value any more"
            source = sides[0].side.source(item.address)
            sides[0].takes[key, name] = Take(item.theirs, item.base, source)


def _set_cells(together: Combined, undo: UndoProposals) -> None:
    wanted: dict[Cell, list[tuple[Findings | None, Take]]] = {}
    for found in together.findings:
        for (key, name), take in found.takes.items():
            wanted.setdefault((found.side.table.name, key, name), []).append((found, take))
    for cell, take in undo.takes.items():
        wanted.setdefault(cell, []).append((None, take))
    for cell, proposals in wanted.items():
        _set_cell(together, cell, proposals)


def _set_cell(together: Combined, cell: Cell, proposals: list[tuple[Findings | None, Take]]) -> None:
    table, key, name = cell
    decided = {take.value for _, take in proposals if take.decided}
    values = decided if len(decided) == 1 else {take.value for _, take in proposals}
    record = together.record(table, key)
    assert record is not None
    old = record.values.get(name)
    if len(values) > 1:
        _hold_all(together, cell, proposals, old)
        return
    value = values.pop()
    if value != old:
        source = next(take.source for _, take in proposals if take.value == value)
        together.apply(Change(table, key, Op.SET, source, name, old, value))
        proposals = [(f, t) for f, t in proposals if t.source is not source]
    for found, take in proposals:
        if found is not None and take.value == value:
            found.agrees[key, name] = value
        elif found is not None:
            _hold_take(found, key, name, HeldKind.CONFLICT, "changed in both places")


def _hold_all(
    together: Combined, cell: Cell, proposals: Sequence[tuple[Findings | None, Take]], old: Any
) -> None:
    table, key, name = cell
    field = together.inputs.schema.tables[table].field(name)
    for found, _ in proposals:
        if found is None:
            continue
        others = [
            f"'{show_value(field, other.value)}' in {f.side.spec.name} {other.source.address}"
            if f
            else f"'{show_value(field, other.value)}' by the undo"
            for f, other in proposals
            if f is not found
        ]
        said = f"changed in several places: {', '.join(others)}"
        _hold_take(found, key, name, HeldKind.CONTESTED, said)


def _hold_take(found: Findings, key: str, name: str, kind: HeldKind, reason: str) -> None:
    found.takes.pop((key, name), None)
    hold_value(found, key, name, kind, reason)


# --- archiving -------------------------------------------------------------------------------------


_HELD_EDITS = (
    HeldKind.CONFLICT,
    HeldKind.CONTESTED,
    HeldKind.ADDED_TWICE,
    HeldKind.INVALID,
    HeldKind.REQUIRED,
    HeldKind.NOT_UNIQUE,
)
"""What a person typed and nobody has taken yet: an edit all the same."""


def _archive(together: Combined, undo: UndoProposals) -> None:
    edited: dict[tuple[str, str], Change] = {(c.table, c.key): c for c in together.changes if c.op is Op.SET}
    for found in together.findings:
        table = found.side.table.name
        for key, source in sorted(found.archives.items()):
            change = edited.get((table, key))
            if change is not None and change.source.tracker != found.side.id:
                _outlived(found, key, str(change.field))
            elif source.actor is Actor.TRACKER and (name := _held_edit(together, found, key)):
                _outlived(found, key, name)
            else:
                _archive_one(together, table, key, source)
    for table, key, source in undo.archives:
        if (table, key) not in edited:
            _archive_one(together, table, key, source)


def _held_edit(together: Combined, found: Findings, key: str) -> str | None:
    """Return the field of a record that is held because of what was typed in another tracker."""
    table = found.side.table.name
    for other in together.findings:
        if other is not found and other.side.table.name == table:
            for (held, name), item in other.holds.items():
                if held == key and name is not None and item.kind in _HELD_EDITS:
                    return name
    elsewhere = together.dataset.held_elsewhere
    return next((n for t, held, n in sorted(elsewhere, key=str) if (t, held) == (table, key) and n), None)


def _archive_one(together: Combined, table: str, key: str, source: Source) -> None:
    record = together.record(table, key)
    if record is not None and not record.archived:
        together.apply(Change(table, key, Op.ARCHIVE, source))


def _outlived(found: Findings, key: str, name: str) -> None:
    said = f"its row was deleted here while {name} changed elsewhere; the record is kept"
    found.holds[key, None] = found.make_item(key, None, HeldKind.EDITED_AND_DELETED, said, None)
    memory = found.side.state.rows.get(key) or RowMemory()
    frozen = memory.frozen_from if memory.frozen_from is not None else found.side.base_seq
    found.memory[key] = memory._replace(digest=None, missing=True, frozen_from=frozen)
    found.released.pop((key, None), None)


# --- agreement, and held items as they are after the run ----------------------------------------------


def _agree(together: Combined) -> None:
    """Journal that a tracker already says what the dataset says, so that its base moves at once."""
    for found in together.findings:
        table = found.side.table.name
        whole = _whole_rows(together, found)
        for key in sorted(whole):
            source = found.side.source(found.side.tab.address(found.rows[key]))
            together.changes.append(Change(table, key, Op.AGREE, source))
        for (key, name), value in found.agrees.items():
            if key in whole:
                continue
            record = together.record(table, key)
            if record is None or record.values.get(name) != value:
                continue
            address = found.side.tab.address(found.rows.get(key), name)
            source = found.side.source(address)
            together.changes.append(Change(table, key, Op.AGREE, source, name, value, value))


def _whole_rows(together: Combined, found: Findings) -> set[str]:
    """Keys the tracker did not have before whose every cell is the dataset's: one word for all of them."""
    keys = {key for key, _ in found.agrees if key not in found.side.state.rows}
    held = {key for key, _ in found.holds}
    return {key for key in keys - held if _alike(together, found, key)}


def _alike(together: Combined, found: Findings, key: str) -> bool:
    record, row = together.record(found.side.table.name, key), found.rows.get(key)
    if record is None or row is None:
        return False
    values = found.side.tab.values(row)
    return all(record.values.get(name) == value for name, value in values.items())


def _refresh_holds(together: Combined) -> None:
    """Show in each held cell what the dataset will say; let go of those that now agree."""
    for found in together.findings:
        for place, item in list(found.holds.items()):
            record = together.record(item.table, item.key)
            if record is None:
                continue
            if item.field is None:
                if record.archived and item.kind in (HeldKind.ROW_GONE, HeldKind.EDITED_AND_DELETED):
                    del found.holds[place]
                    found.released[place] = "the record was archived"
                    found.memory[item.key] = None
                continue
            now = record.values.get(item.field)
            settled = (
                item.kind in (HeldKind.CONFLICT, HeldKind.CONTESTED, HeldKind.ADDED_TWICE)
                and now == item.theirs
            )
            if settled and now is not None:
                del found.holds[place]
                found.released[place] = "both sides say the same now"
                found.agrees[item.key, item.field] = now
            elif now != item.ours:
                found.holds[place] = replace(item, ours=now)


def changed_keys(changes: Iterable[Change], table: str) -> set[str]:
    """Return the keys of a table that a run changes."""
    return {c.key for c in changes if c.table == table and c.op is not Op.AGREE}
