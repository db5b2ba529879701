"""A workspace for a story: spreadsheets in memory, people who type into them, a clock that ticks, crashes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sheetops.columns.sets import ColumnSet
from sheetops.done import Done
from sheetops.library import Workspace
from sheetops.model.record import Choose, HeldItem, Op
from sheetops.model.schema import TrackerSpec
from sheetops.model.sheet import Spreadsheet
from sheetops.trackers.memory import MemorySpreadsheet
from sheetops.workspace import parse_config

Rows = list[list[Any]]

FIELDS = {
    "case_id": '{ type = "text", label = "Case ID" }',
    "status": '{ type = "choice", choices = ["open", "waiting", "closed"], label = "Status" }',
    "due": '{ type = "date", label = "Due" }',
    "amount": '{ type = "number", label = "Amount" }',
    "note": '{ type = "text", label = "Note" }',
    "market": '{ type = "choice", choices = { UK = ["GB", "United Kingdom"], IE = [] }, label = "Market" }',
}
HEADERS = {
    "case_id": "Case ID",
    "status": "Status",
    "due": "Due",
    "amount": "Amount",
    "note": "Note",
    "market": "Market",
}


def tracker(
    name: str, columns: Iterable[str] = tuple(HEADERS), *, settings: str = "", read: Iterable[str] = ()
) -> str:
    """The part of a sheetops.toml that binds the spreadsheet `name` to the table `cases`."""
    shown = [
        f'"{HEADERS.get(c, c)}" = ' + (f'{{ field = "{c}", mode = "read" }}' if c in read else f'"{c}"')
        for c in columns
    ]
    return "\n".join(
        [
            f"[trackers.{name}]",
            f'file = "{name}"',
            'backend = "memory"',
            'tab = "Cases"',
            'table = "cases"',
            settings,
            f"[trackers.{name}.columns]",
            *shown,
            "",
        ]
    )


def config(*trackers: str, fields: Mapping[str, str] = FIELDS, more: str = "") -> str:
    """A sheetops.toml with one table, `cases`, and these trackers."""
    return "\n".join(
        [
            '[workspace]\nname = "story"\ntimezone = "Europe/London"',
            '[tables.cases]\nkey = "case_id"\nkey_format = "CASE-{:04d}"',
            "[tables.cases.fields]",
            *(f"{name} = {said}" for name, said in fields.items()),
            *trackers,
            more,
        ]
    )


NORTH, SOUTH = tracker("north", settings="delete = true"), tracker("south")
TWO = config(NORTH, SOUTH)
ONE = config(NORTH)


def cases(count: int = 12, **cells: Any) -> Rows:
    """A header and `count` cases, CASE-0001 and on."""
    return [[*HEADERS.values()], *(case(number, **cells) for number in range(1, count + 1))]


def case(number: int, **cells: Any) -> list[Any]:
    """One row: an open case with a due date, an amount and a note."""
    told = {
        "case_id": f"CASE-{number:04d}",
        "status": "open",
        "due": dt.date(2024, 1, 1) + dt.timedelta(days=number),
        "amount": float(number),
        "note": f"note {number}",
        "market": "UK",
    }
    return list({**told, **cells}.values())


class Crash(BaseException):
    """The process is gone. Nothing in sheetops may catch this."""


def notes_of(done: Done) -> list[str]:
    """What a run said besides its changes: of itself, and of each spreadsheet."""
    return [*done.notes, *(note for plan in done.plans for note in plan.all_notes)]


class Faults:
    """Counts the points at which a run may be cut off, and cuts it off at one of them."""

    def __init__(self) -> None:
        self.at: int | str | None = None
        self.reached: list[str] = []

    def __call__(self, point: str) -> None:
        self.reached.append(point)
        if self.at == point or self.at == len(self.reached):
            raise Crash(point)


class Story:
    """A workspace with one spreadsheet in memory for every name in `sheets`, and people who edit them."""

    columns: Sequence[ColumnSet] = ()
    """What is computed in the story."""

    def __init__(self, folder: Path, sheets: Mapping[str, Rows], text: str = TWO) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.books: dict[str, Any] = {name: self.spreadsheet(name, rows) for name, rows in sheets.items()}
        self.faults = Faults()
        self.time = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        for book in self.books.values():
            book.fault = self.faults
        self.ws = self.open(text)

    def spreadsheet(self, name: str, rows: Rows) -> Any:
        """Make the spreadsheet that the tracker `name` is in."""
        return MemorySpreadsheet({"Cases": rows}, name)

    def backend(self, folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
        """Open a spreadsheet as a run does."""
        return self.books[trackers[0].source]  # type: ignore[no-any-return]

    def saved(self) -> None:
        """People save what they typed, before a run."""

    def loaded(self) -> None:
        """People look at what a run wrote."""

    def open(self, text: str | None = None) -> Workspace:
        """Open the workspace (again), with another config if one is given."""
        if text is not None:
            self.config = parse_config(text, self.folder / "sheetops.toml", self.columns)
        if hasattr(self, "ws"):
            self.ws.close()
        self.ws = Workspace(
            self.config,
            now=self._now,
            who="ann",
            backends={"memory": self.backend},
            fault=self.faults,
        )
        return self.ws

    def _now(self) -> dt.datetime:
        self.time += dt.timedelta(seconds=1)
        return self.time

    # --- people ----------------------------------------------------------------------------------

    def rows(self, name: str) -> Rows:
        """The rows of a spreadsheet below its header, as they stand there."""
        return self.books[name].tabs["Cases"][1:]

    def row(self, name: str, key: str) -> list[Any]:
        """The one row with this key, filled up to the width of the header."""
        found = [row for row in self.rows(name) if row and row[0] == key]
        assert len(found) == 1, f"{len(found)} rows of {key} in {name}"
        return found[0] + [None] * (len(self.books[name].tabs["Cases"][0]) - len(found[0]))

    def _column(self, name: str, field: str) -> int:
        return self.books[name].tabs["Cases"][0].index(HEADERS.get(field, field))

    def cell(self, name: str, key: str, field: str) -> Any:
        """What stands in a cell."""
        return self.row(name, key)[self._column(name, field)]

    def type(self, name: str, key: str, **cells: Any) -> None:
        """A person types into cells of one row."""
        for row in self.rows(name):
            if row and row[0] == key:
                for field, value in cells.items():
                    at = self._column(name, field)
                    row.extend([None] * (at + 1 - len(row)))
                    row[at] = value
                return
        raise AssertionError(f"{name} has no row {key}")

    def append(self, name: str, row: Sequence[Any]) -> None:
        """A person types a new row below the data."""
        self.books[name].tabs["Cases"].append(list(row))

    def delete(self, name: str, *keys: str) -> Rows:
        """A person deletes the rows of these keys; they are returned."""
        tab = self.books[name].tabs["Cases"]
        gone = [row for row in tab if row and row[0] in keys]
        tab[:] = [row for row in tab if row not in gone]
        return gone

    def formula(self, name: str, key: str, field: str, value: Any, text: str = "") -> None:
        """A person puts a formula into a cell, whose result is `value`."""
        said = text or (f'="{value}"' if isinstance(value, str) else f"={value}")
        self.type(name, key, **{field: value})
        number = next(n for n, row in enumerate(self.books[name].tabs["Cases"], 1) if row and row[0] == key)
        self.books[name].formulas.setdefault("Cases", {})[number, self._column(name, field) + 1] = said

    # --- runs ------------------------------------------------------------------------------------

    def sync(self, *, allow: Iterable[str] = ()) -> Done:
        """Run a sync."""
        self.saved()
        try:
            return self.ws.sync(allow=allow)
        finally:
            self.loaded()

    def crash(self, at: int | str, act: Callable[[], Any] | None = None) -> bool:
        """Run (a sync) until the given point is reached and cut it off there. Return whether it was reached."""
        self.saved()
        self.faults.at, self.faults.reached = at, []
        try:
            (act or self.sync)()
        except Crash:
            return True
        finally:
            self.faults.at = None
            self.loaded()
            self.open()
        return False

    def settle(self, *, allow: Iterable[str] = ()) -> Done:
        """Sync until a sync does nothing: twice at least, because a missing row is looked at twice."""
        for _ in range(8):
            before = self.everything()
            done = self.sync(allow=allow)
            if self.everything() == before and done.run is None:
                again = self.sync(allow=allow)
                assert again.run is None, "a second idle sync ran"
                assert self.everything() == before, "a second idle sync did something"
                return done
        raise AssertionError("the syncs do not come to rest")

    def idle(self) -> bool:
        """Whether the next sync does nothing at all: no journal entry, no write, no held item."""
        before = self.everything()
        done = self.sync()
        return done.run is None and self.everything() == before

    # --- what is there ---------------------------------------------------------------------------

    def value(self, key: str, field: str) -> Any:
        """What the dataset says."""
        return self.ws.table("cases")[key][field]

    def records(self) -> dict[str, dict[str, Any]]:
        """The active records of the dataset."""
        stored = self.ws.store.records("cases")
        return {key: dict(record.values) for key, record in stored.items() if not record.archived}

    def held(self) -> dict[tuple[str, str, str | None], str]:
        """The open held items: place -> kind."""
        return {item.place: item.kind.value for item in self.ws.held()}

    def item(self, name: str, key: str, field: str | None = None) -> HeldItem:
        """The one held item of a place."""
        found = [item for item in self.ws.held() if item.place == (name, key, field)]
        assert len(found) == 1, self.held()
        return found[0]

    def everything(self) -> tuple[Any, ...]:
        """All that a sync may change: the spreadsheets, the journal's head, the held items, the memory of trackers."""
        self.saved()
        store = self.ws.store
        states = {name: store.tracker_state(name) for name in self.ws.schema.trackers}
        memory = {
            name: (s.generation, {k: (m.missing, m.left, m.frozen_from) for k, m in s.rows.items()}, s.intent)
            for name, s in states.items()
        }
        return (
            {name: book.identity() for name, book in self.books.items()},
            {name: book.writes for name, book in self.books.items()},
            store.head(),
            [(i.number, i.place, i.kind, i.reason, i.theirs, i.ours, i.decision) for i in store.held()],
            memory,
        )

    def journal(self, *ops: Op) -> list[tuple[str, str, str | None, Any]]:
        """The journal as (op, key, field, new), without the agreements unless asked for."""
        wanted = ops or tuple(op for op in Op if op not in (Op.AGREE, Op.SCHEMA))
        return [(e.op.value, e.key, e.field, e.new) for e in self.ws.store.entries() if e.op in wanted]

    # --- deciding --------------------------------------------------------------------------------

    def decide(self, item: HeldItem, choice: Choose, value: Any = None) -> None:
        """Decide from a terminal."""
        self.ws.resolve(item.number, choice, value)

    def decide_in_tab(self, item: HeldItem, said: str, value: Any = None) -> None:
        """Decide in the tab `sheetops` of the item's spreadsheet, as typed there."""
        tab = self.books[item.tracker].tabs["sheetops"]
        header = next(row for row in tab if row and row[0] == "No.")
        for row in tab:
            if row and row[0] == item.number:
                row[header.index("Your decision")] = said
                row[header.index("Use this")] = value
                return
        raise AssertionError(f"item {item.number} is not in the tab of {item.tracker}")
