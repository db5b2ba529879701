"""Two people at work on two trackers of one table, and what must hold whatever they do.

North shows every case, may delete, and alone writes `due` and `north_note`. South shows UK cases only and
alone writes `south_note`. Both write `status` and `note`; north writes `market`, south reads it.
Every text that is typed is new, so a value that comes back was brought back by the protocol.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sheetops.merge.decide import choices
from sheetops.model.record import Choose, HeldKind, Op
from sheetops.model.values import Reading, parse_value

from .story import HEADERS, Rows, Story, config, tracker

FIELDS = {
    "case_id": '{ type = "text", label = "Case ID" }',
    "status": '{ type = "choice", choices = ["open", "waiting", "closed"], label = "Status" }',
    "note": '{ type = "text", label = "Note" }',
    "market": '{ type = "choice", choices = ["UK", "IE"], label = "Market" }',
    "due": '{ type = "date", label = "Due" }',
    "north_note": '{ type = "text" }',
    "south_note": '{ type = "text" }',
}
COLUMNS = {
    "north": ["case_id", "status", "note", "market", "due", "north_note", "south_note"],
    "south": ["case_id", "status", "note", "market", "south_note"],
}
EDITED = {
    "north": ["status", "note", "market", "due", "north_note"],
    "south": ["status", "note", "south_note"],
}
OTHER = {"north": "south", "south": "north"}
OWN = {"north": ["due", "north_note"], "south": ["south_note"]}
"""Columns with one writer."""

NORTH = tracker("north", COLUMNS["north"], settings="delete = true", read=["south_note"])
SOUTH = tracker("south", COLUMNS["south"], settings="where = \"market == 'UK'\"", read=["market"])
GUARDS = """
[guards]
deletes_percent = 100
deletes_rows = 1000
changed_column_percent = 100
changed_at_least = 1000
duplicates_percent = 100
unparsable_percent = 100
"""
ORDERS = {
    "north first": config(NORTH, SOUTH, fields=FIELDS, more=GUARDS),
    "south first": config(SOUTH, NORTH, fields=FIELDS, more=GUARDS),
}
_READING = Reading(ZoneInfo("Europe/London"))


def beginning() -> dict[str, Rows]:
    """Six cases in north, one of them Irish, and an empty south."""
    markets = ["UK", "UK", "UK", "IE", "UK", "UK"]
    rows = [
        [f"CASE-{n:04d}", "open", f"note {n}", market, dt.date(2024, 1, n), f"north {n}", None]
        for n, market in enumerate(markets, start=1)
    ]
    return {name: [[HEADERS.get(c, c) for c in COLUMNS[name]]] for name in ("north", "south")} | {
        "north": [[HEADERS.get(c, c) for c in COLUMNS["north"]], *rows]
    }


class People:
    """Two people and their trackers; every sync is watched for what a sync must never do."""

    def __init__(self, folder: Path, order: str = "north first", story: type[Story] = Story) -> None:
        self.story = story(folder, beginning(), ORDERS[order])
        self.typed = 0
        self.clipboard: dict[str, list[list[Any]]] = {"north": [], "south": []}
        self.handled: set[str] = set()
        """Keys that a person decided about, pasted or copied: their values may come back, by their will."""
        self.edited: set[str] = set()
        """Keys that anybody edited since everything agreed."""
        self.fresh_edits: dict[str, dict[tuple[str, str], Any]] = {"north": {}, "south": {}}
        """New texts typed since the last run that was not cut off: (key, field) -> text."""
        self.deleted: dict[str, set[str]] = {"north": set(), "south": set()}
        self.survivors: set[str] = set()
        """Keys deleted in one tracker and edited in the other before either knew."""
        self.story.settle()

    # --- what people do --------------------------------------------------------------------------

    def _rows(self, name: str) -> Rows:
        return self.story.rows(name)

    def fresh(self, field: str) -> Any:
        """A value nobody has typed before (a choice has too few for that)."""
        self.typed += 1
        if field == "due":
            return dt.date(2025, 1, 1) + dt.timedelta(days=self.typed)
        if field == "status":
            return ["open", "waiting", "closed"][self.typed % 3]
        if field == "market":
            return ["UK", "IE"][self.typed % 2]
        return f"{field} typed {self.typed}"

    def _row(self, name: str, at: int) -> list[Any] | None:
        rows = [row for row in self._rows(name) if any(cell not in (None, "") for cell in row)]
        if not rows:
            return None
        row = rows[at % len(rows)]
        row.extend([None] * (len(COLUMNS[name]) - len(row)))
        return row

    def edit(self, name: str, at: int, column: int, *, value: Any = None) -> None:
        """Type something new into a cell that is theirs to edit."""
        row = self._row(name, at)
        if row is None:
            return
        field = EDITED[name][column % len(EDITED[name])]
        old = row[COLUMNS[name].index(field)]
        row[COLUMNS[name].index(field)] = self.fresh(field) if value is None else value
        if row[0] and row[COLUMNS[name].index(field)] != old:
            self.edited.add(row[0])
            if field.endswith("note") and row[0] in self.story.records():
                self.fresh_edits[name][row[0], field] = row[COLUMNS[name].index(field)]
                if row[0] in self.deleted[OTHER[name]] and row[COLUMNS[name].index(field)]:
                    self.survivors.add(row[0])

    def clear(self, name: str, at: int, column: int) -> None:
        """Empty a cell."""
        self.edit(name, at, column, value="")

    def garbage(self, name: str, at: int) -> None:
        """Type what cannot be a value."""
        row = self._row(name, at)
        if row is not None:
            self.typed += 1
            row[COLUMNS[name].index("due" if name == "north" else "status")] = f"tbc {self.typed}"

    def scribble(self, name: str, at: int) -> None:
        """Type into a column that belongs to the dataset."""
        row = self._row(name, at)
        if row is not None:
            self.typed += 1
            row[COLUMNS[name].index("south_note" if name == "north" else "market")] = f"scribble {self.typed}"

    def add(self, name: str, key: str | None) -> None:
        """Type a new row, with a key or without."""
        told = {"case_id": key, "status": "open", "note": self.fresh("note"), "market": "UK"}
        if name == "south":
            told.pop("market")
        row = [told.get(column) for column in COLUMNS[name]]
        if key and any(r and r[0] == key for r in self._rows(name)):
            self.handled.add(key)
        if key:
            self.edited.add(key)
        self.story.append(name, row)

    def delete(self, name: str, at: int) -> None:
        """Delete a row, though never the last two: an empty tracker is a guard's business."""
        row = self._row(name, at)
        if row is not None and len(self._rows(name)) > 2:
            tab = self.story.books[name].tabs["Cases"]
            del tab[next(n for n, r in enumerate(tab) if r is row)]
            if row[0]:
                self._note_deletion(name, row)

    def _note_deletion(self, name: str, row: list[Any]) -> None:
        self.deleted[name].add(row[0])
        self.survivors.discard(row[0])
        if row[0] in self.deleted[OTHER[name]]:
            return
        for (key, field), text in self.fresh_edits[OTHER[name]].items():
            shown = row[COLUMNS[name].index(field)] if field in COLUMNS[name] else None
            if key == row[0] and shown != text and text:
                self.survivors.add(key)

    def cut(self, name: str, at: int) -> None:
        """Cut a row, to be pasted later."""
        row = self._row(name, at)
        if row is not None and len(self._rows(name)) > 2:
            self.delete(name, at)
            self.clipboard[name].append(list(row))

    def paste(self, name: str) -> None:
        """Paste what was cut, below the data."""
        if self.clipboard[name]:
            row = self.clipboard[name].pop()
            self.story.append(name, row)
            self.handled.add(str(row[0]))

    def duplicate(self, name: str, at: int) -> None:
        """Copy a row and paste it below."""
        row = self._row(name, at)
        if row is not None:
            self.story.append(name, row)
            self.handled.add(str(row[0]))

    def rekey(self, name: str, at: int) -> None:
        """Type another key over a row's key."""
        row = self._row(name, at)
        if row is not None:
            self.typed += 1
            new = f"KEY-{self.typed}"
            self.handled |= {str(row[0]), new}
            row[0] = new

    def sort(self, name: str) -> None:
        """Sort the rows by note."""
        tab = self.story.books[name].tabs["Cases"]
        tab[1:] = sorted(tab[1:], key=lambda row: str(row[2] if len(row) > 2 else ""), reverse=True)

    def decide(self, at: int, option: int) -> None:
        """Decide about one held item, as the drop-down allows."""
        items = sorted(
            (i for i in self.story.ws.held() if choices(i)), key=lambda i: (i.tracker, i.key, i.field or "")
        )
        if items:
            item = items[at % len(items)]
            choice = choices(item)[option % len(choices(item))]
            value = self.fresh(item.field or "note") if choice is Choose.USE else None
            self.handled |= {item.key, str(item.theirs)}
            self.story.decide(item, choice, value)

    # --- runs, watched ---------------------------------------------------------------------------

    def sync(self, *, crash_at: int | None = None, meanwhile: tuple[str, int, int] | None = None) -> None:
        """Sync; cut it off at a point, or type into a tracker just before it is written."""
        before, head, active = self._cells(), self.story.ws.store.head(), set(self.story.records())
        if meanwhile is not None:
            book = self.story.books[meanwhile[0]]

            def type_now(point: str) -> None:
                self.story.faults(point)
                if point == "write:before":
                    book.fault = self.story.faults
                    self.edit(*meanwhile)
                    before.update(self._cells())

            book.fault = type_now
        if crash_at is None:
            self.story.sync()
        else:
            self.story.crash(crash_at)
        for book in self.story.books.values():
            book.fault = self.story.faults
        if crash_at is None:
            self.fresh_edits = {"north": {}, "south": {}}
        self._check_run(before, head, active)

    def _cells(self) -> dict[tuple[str, str, str], Any]:
        """Every cell of every row whose key stands once in its tracker."""
        found: dict[tuple[str, str, str], Any] = {}
        for name in COLUMNS:
            keys = [row[0] for row in self._rows(name) if row and row[0]]
            for row in self._rows(name):
                if row and row[0] and keys.count(row[0]) == 1:
                    padded = row + [None] * len(COLUMNS[name])
                    found.update(
                        {(name, row[0], f): padded[i] for i, f in enumerate(COLUMNS[name]) if f != "case_id"}
                    )
        return found

    def _check_run(self, before: dict[tuple[str, str, str], Any], head: int, active: set[str]) -> None:
        after, store = self._cells(), self.story.ws.store
        entries = [e for e in store.entries() if e.op in (Op.ADD, Op.SET)]
        accepted = {(e.field, e.new) for e in entries if e.op is Op.SET}
        for entry in entries:
            if entry.op is Op.ADD:
                accepted.update(entry.new.items())
        for (name, key, field), value in before.items():
            now = after.get((name, key, field), value)
            if now == value or value in (None, "") or key in self.handled or field not in EDITED[name]:
                continue
            assert field not in OWN[name], (
                f"{name} {key} {field}: {value!r}, its only writer's, became {now!r}"
            )
            assert (field, value) in accepted, (
                f"lost update: {name} {key} {field} said {value!r}, now {now!r}"
            )
        active |= self.story.records().keys()
        for name in COLUMNS:
            had = {key for n, key, _ in before if n == name}
            for key in {key for n, key, _ in after if n == name} - had - self.handled:
                assert key in active, f"resurrected: {name} got a row of {key}, which is not active"
        for entry in store.entries(after=head):
            if entry.op is Op.RESTORE and entry.key not in self.handled:
                assert entry.key in self.edited, (
                    f"resurrected: {entry.key} was restored and nobody had edited it"
                )
        kinds = (HeldKind.CONFLICT, HeldKind.CONTESTED, HeldKind.ADDED_TWICE)
        for item in store.held():
            if item.kind in kinds and item.key not in self.handled:
                assert item.field not in OWN[item.tracker], f"a column with one writer is in conflict: {item}"

    def settle_and_check(self) -> None:
        """Sync until nothing is left to do, then check that everything agrees that is not held."""
        before, head, active = self._cells(), self.story.ws.store.head(), set(self.story.records())
        self.story.settle()
        self._check_run(before, head, active)
        assert self.story.ws.store.verify() == []
        self._check_agreement()
        self._check_no_reversal()
        self._check_nothing_was_added_twice()
        self._check_edits_survived()
        self.edited, self.survivors = set(), set()
        self.fresh_edits = {"north": {}, "south": {}}
        self.deleted = {"north": set(), "south": set()}

    def _check_agreement(self) -> None:
        records, held = self.story.records(), self.story.held()
        table = self.story.ws.schema.tables["cases"]
        archived = self.story.ws.store.keys("cases") - records.keys()
        for name in COLUMNS:
            memory = self.story.ws.store.tracker_state(name).rows
            cells = self._cells()
            for (shown_in, key, field), raw in cells.items():
                if shown_in != name or (name, key, field) in held or (name, key, None) in held:
                    continue
                if key in archived:
                    continue
                rekeyed = any(i.kind is HeldKind.REKEY and i.theirs == key for i in self.story.ws.held())
                assert key in records or rekeyed, f"{name} has a row of {key}, which nobody holds or knows"
                if key in records:
                    said = parse_value(table.field(field), raw, _READING)
                    assert said == records[key][field], (
                        f"{name} {key} {field}: {raw!r} != {records[key][field]!r}"
                    )
            for key, values in records.items():
                wanted = name == "north" or values["market"] == "UK"
                left = key in memory and memory[key].left
                there = any(row and row[0] == key for row in self._rows(name))
                assert there or not wanted or left or (name, key, None) in held, f"{name} has no row of {key}"

    def _check_no_reversal(self) -> None:
        """A value that was typed once is accepted once; what comes twice was brought back by a stale sheet."""
        seen: set[tuple[str, str, Any]] = set()
        for entry in self.story.ws.store.entries():
            told = entry.new.items() if entry.op is Op.ADD else [(entry.field, entry.new)]
            for field, new in told if entry.op in (Op.ADD, Op.SET) else ():
                if field not in ("status", "market") and new is not None:
                    place = (entry.key, field, new)
                    assert place not in seen or entry.key in self.handled, f"reverted: {place}"
                    seen.add(place)

    def _check_nothing_was_added_twice(self) -> None:
        """A row that was typed once is one record, unless people copied it or gave it another key."""
        added = [e.new.get("note") for e in self.story.ws.store.entries() if e.op is Op.ADD]
        added = [
            note for note in added if note is not None
        ]  # one key typed in two places with two notes: held, not taken
        assert self.handled or len(added) == len(set(added)), f"added twice: {added}"

    def _check_edits_survived(self) -> None:
        unwanted = self.deleted["north"] - self.handled - self.survivors - self.edited
        unwanted -= {item.key for item in self.story.ws.held()}
        back = unwanted & self.story.records().keys()
        assert not back, f"{back} were deleted in north, edited by nobody, and are still there"
        gone = self.survivors - self.story.records().keys() - self.handled
        assert not gone, f"{gone} were deleted in one tracker, edited in the other, and are gone"
