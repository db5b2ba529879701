"""Undo: what it would take to have the dataset as it was before a run, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..model.record import Actor, Entry, HeldKind, Op, Source
from ..model.values import show_value
from .findings import Findings, Take
from .inputs import PlanInputs


@dataclass
class UndoProposals:
    """What an undo asks for. Cells that people changed since are held with a tracker that shows them."""

    takes: dict[tuple[str, str, str], Take] = field(default_factory=dict)
    archives: list[tuple[str, str, Source]] = field(default_factory=list)
    restores: list[tuple[str, str, Source]] = field(default_factory=list)
    clears: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """Records taken out again -> the tracker a person had added them in; elsewhere their row is cleared."""
    notes: list[str] = field(default_factory=list)


def propose_undo(inputs: PlanInputs, findings: Sequence[Findings]) -> UndoProposals:
    """Return the changes that take a run back; nothing at all when no undo was asked for."""
    proposals = UndoProposals()
    if inputs.undo is not None:
        _Undo(inputs, findings, proposals, Source(Actor.UNDO, who=inputs.undo.run)).propose()
    return proposals


@dataclass
class _Undo:
    inputs: PlanInputs
    findings: Sequence[Findings]
    proposals: UndoProposals
    source: Source

    def propose(self) -> None:
        assert self.inputs.undo is not None
        cells: dict[tuple[str, str, str], tuple[object, object]] = {}
        added: dict[tuple[str, str], Entry] = {}
        for entry in self.inputs.undo.entries:
            if entry.op is Op.ADD:
                added[entry.table, entry.key] = entry
            elif entry.op is Op.ARCHIVE:
                self.proposals.restores.append((entry.table, entry.key, self.source))
            elif entry.op is Op.RESTORE:
                self.proposals.archives.append((entry.table, entry.key, self.source))
            elif entry.op is Op.SET and entry.field is not None:
                place = (entry.table, entry.key, entry.field)
                first = cells[place][0] if place in cells else entry.old
                cells[place] = (first, entry.new)
        for (table, key, name), (before, after) in cells.items():
            if (table, key) not in added:
                self._cell(table, key, name, before, after)
        for (table, key), entry in added.items():
            self._record(table, key, entry)

    def _cell(self, table: str, key: str, name: str, before: object, after: object) -> None:
        record = self.inputs.dataset.records.get(table, {}).get(key)
        now = record.values.get(name) if record else None
        if record is not None and now == after:
            self.proposals.takes[table, key, name] = Take(before, now, self.source)
        elif now != before:
            shown = show_value(self.inputs.schema.tables[table].field(name), before)
            self._hold(
                table, key, name, f"was changed again since; before the undone run it said {shown}", before
            )

    def _record(self, table: str, key: str, entry: Entry) -> None:
        assert self.inputs.undo is not None
        later = (e for e in self.inputs.undo.later if (e.table, e.key) == (table, key) and e.op is Op.SET)
        if any(
            e.source.actor is not Actor.COMPUTED for e in later
        ):  # what follows from a record is no work on it
            self._hold(table, key, None, "was added by the undone run and changed since; archive it?", None)
        else:
            self.proposals.archives.append((table, key, self.source))
            self.proposals.clears[table, key] = entry.source.tracker

    def _hold(self, table: str, key: str, name: str | None, reason: str, before: object) -> None:
        for found in self.findings:
            if found.side.table.name == table and key in found.rows:
                item = found.make_item(key, name, HeldKind.UNDO, reason, None)
                found.holds.setdefault((key, name), replace(item, base=before))
                return
        what = f"{key} {name}" if name else key
        self.proposals.notes.append(f"{what} {reason}; no tracker shows it, so it was left alone.")
