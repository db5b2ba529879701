"""What a plan would do and a run did, in words: one place, so that terminal, spreadsheet and log agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .model.record import Actor, Change, Entry, HeldItem, Op, Source
from .model.schema import Schema
from .model.values import show_value

if TYPE_CHECKING:
    from .merge.plan import Plan, TrackerPlan

SHOWN = 20
"""How many lines of a plan are shown before "and 312 more: --all"."""

_PARTS = (
    ("shape_changes", "{n} {cells} of the dataset's shape", ("change", "changes")),
    ("cells_taken", "{n} {cells} into the dataset", ("cell", "cells")),
    ("records_added", "{n} {cells} added", ("record", "records")),
    ("records_archived", "{n} {cells} archived", ("record", "records")),
    ("records_restored", "{n} {cells} restored", ("record", "records")),
    ("cells_computed", "{n} computed {cells}", ("cell", "cells")),
    ("records_computed", "{n} computed {cells} added", ("record", "records")),
    ("cells_written", "{n} {cells} written to trackers", ("cell", "cells")),
    ("rows_appended", "{n} {cells} appended", ("row", "rows")),
    ("keys_minted", "{n} new {cells} given", ("key", "keys")),
    ("edits_ignored", "{n} {cells} put back", ("edit", "edits")),
    ("rows_missing", "{n} {cells} missing", ("row", "rows")),
    ("held", "{n} held", ("", "")),
)


def outcome_words(counts: Mapping[str, int]) -> str:
    """Return the counts of a plan or run as a sentence: "12 cells into the dataset, 2 held."."""
    said = [
        words.format(n=f"{counts[name]:,}", cells=forms[0] if counts[name] == 1 else forms[1])
        for name, words, forms in _PARTS
        if counts.get(name)
    ]
    return ", ".join(said) + "." if said else "Everything agrees."


def short(said: str, width: int = 60) -> str:
    """Return text on one line, cut with an ellipsis where it is longer than `width`."""
    line = " ".join(said.split())
    return line if len(line) <= width else line[: width - 1] + "…"


class Wording:
    """Says changes, cells and held items of one workspace in words."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def value(self, table: str, field: str | None, value: Any) -> str:
        """Return a value as people read it."""
        known = self.schema.tables[table].by_name.get(field or "") if table in self.schema.tables else None
        return short(show_value(known, value) if known else str(value))

    def quoted(self, table: str, field: str | None, value: Any) -> str:
        """Return a value in quotation marks, or that it is blank."""
        return "blank" if value is None else f"'{self.value(table, field, value)}'"

    def tracker(self, name: str) -> str:
        """Return what people call a tracker: its file's name."""
        return self.schema.trackers[name].name if name in self.schema.trackers else name

    def place(self, source: Source) -> str:
        """Return where a change was made: "North.xlsx D17", "undo R4", "import of cases.csv row 4", "default"."""
        if source.tracker is not None:
            tracker = self.schema.trackers.get(source.tracker)
            name = tracker.name if tracker else source.tracker
            return f"{name} {source.address}" if source.address else name
        if source.actor is Actor.IMPORT and source.address:
            return f"import of {source.address}"
        named = source.actor in (Actor.UNDO, Actor.COMPUTED)
        return f"{source.actor.value} {source.who}".strip() if named else source.actor.value

    def change(self, change: Change | Entry) -> str:
        """Return one change as a line: "CASE-0042 status: open -> closed (North.xlsx D17)"."""
        where = self.place(change.source)
        if change.op is Op.SET:
            old = self.value(change.table, change.field, change.old)
            new = self.value(change.table, change.field, change.new)
            return f"{change.key} {change.field}: {old} -> {new} ({where})"
        if change.op is Op.AGREE:
            return f"{change.key} {change.field}: already {self.value(change.table, change.field, change.new)} ({where})"
        if change.op is Op.SCHEMA:
            return f"{change.table} {change.field or ''}: {change.old} -> {change.new}"
        return f"{change.key} {_DONE[change.op]} ({where})"

    def held(self, item: HeldItem) -> str:
        """Return a held item as a line, its number first when it has one."""
        tracker = self.schema.trackers.get(item.tracker)
        name = tracker.name if tracker else item.tracker
        number = f"#{item.number} " if item.number else ""
        what = f"{item.key} {item.field}" if item.field else item.key
        sides = ""
        if item.field:
            mine, ours = (self.quoted(item.table, item.field, v) for v in (item.theirs, item.ours))
            sides = f"; here {mine}, dataset {ours}" if mine != ours else ""
        near = f"; nearest valid: '{item.suggestion}'" if item.suggestion else ""
        return f"{number}{what} ({name} {item.address}): {item.reason}{sides}{near}"


_DONE = {Op.ADD: "added", Op.ARCHIVE: "archived", Op.RESTORE: "restored"}


def plan_lines(plan: Plan, schema: Schema, *, limit: int | None = SHOWN) -> list[str]:
    """Return a plan as lines of text: counts first, then cells with addresses, at most `limit` lines of each."""
    wording = Wording(schema)
    lines = [f"Plan: {outcome_words(plan.counts())}"]
    lines += _section("The dataset's shape", plan.schema_changes, limit)
    taken = [change for change in plan.changes if change.op is not Op.AGREE]
    for title, is_ours in (("Into the dataset", False), ("Computed", True)):
        some = [wording.change(c) for c in taken if (c.source.actor is Actor.COMPUTED) is is_ours]
        lines += _section(title, some, limit)
    columns = [
        f"{t.name}: the column '{h.header}' is added at the right edge of the tab, with a key for each row"
        for t in plan.trackers
        for h in t.headers
    ]
    lines += _section("New columns", columns, limit)
    lines += _section(
        "To trackers", [line for t in plan.trackers for line in _write_lines(t, wording, schema)], limit
    )
    new = {item.place for t in plan.trackers for item in t.new_held}
    held = [wording.held(i) + (" (new)" if i.place in new else "") for i in plan.held]
    lines += _section("Held: left exactly as typed until somebody decides", held, limit)
    gone = [
        f"{t.name}: {short(', '.join(t.missing), 80)}; looked for again in the next sync"
        for t in plan.trackers
        if t.missing
    ]
    lines += _section("Rows that are gone", gone, limit)
    ignored = [
        f"{i.key} {i.field} ({t.name} {i.address}): '{short(str(i.typed))}' was typed into a column that is not edited here"
        for t in plan.trackers
        for i in t.ignored
    ]
    lines += _section("Put back", ignored, limit)
    lines += _section("Notes", plan.all_notes, limit)
    lines += _section("Left out", plan.busy, None)
    lines += _section("Stopped by a guard", [f"{t.message} {t.next_step}" for t in plan.guards], None)
    return lines


def _write_lines(tracker: TrackerPlan, wording: Wording, schema: Schema) -> Iterable[str]:
    table = schema.trackers[tracker.tracker].table
    for cell in tracker.shown:
        old, new = wording.value(table, cell.field, cell.old), wording.value(table, cell.field, cell.new)
        yield f"{cell.key} {cell.field}: {old} -> {new} ({tracker.name} {cell.address})"
    if tracker.appends:
        keys = short(", ".join(append.key for append in tracker.appends), 80)
        yield f"{tracker.name}: {count(len(tracker.appends), 'row')} appended: {keys}"


def count(number: int, word: str) -> str:
    """Return a number with its noun: "1 row", "12 rows"."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _section(title: str, lines: Sequence[str], limit: int | None) -> list[str]:
    if not lines:
        return []
    shown = lines if limit is None else lines[:limit]
    rest = len(lines) - len(shown)
    more = [f"  and {rest:,} more: --all"] if rest else []
    return ["", title, *(f"  {line}" for line in shown), *more]
