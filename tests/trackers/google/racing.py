"""Races as data: a small tracker on a sandbox, people who move its rows while it is written, and what must come out.

A row is known by what stands in its column Mine, which sheetops does not own: so the order of rows does not matter, and
each must hold exactly what people and sheetops put there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from sheetops.config.google import GoogleSettings
from sheetops.model.schema import Column, TrackerSpec
from sheetops.model.sheet import (
    CellWrite,
    HeaderWrite,
    RowAppend,
    SpreadsheetWrite,
    Stamp,
    TabWrite,
    Written,
    column_letters,
)
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.transport import open_transport

from . import books

SPEC = TrackerSpec(
    "t1",
    "cases",
    "book",
    "Cases",
    (Column("id", "ID"), Column("note", "Note"), Column("risk", "Risk"), Column("due", "Due")),
)
HEADERS = ["ID", "Note", "Risk", "Mine", "Due", "Own"]
ID, NOTE, RISK, MINE, DUE, OWN = range(1, 7)
Record = dict[str, Any]
Act = Callable[["Race"], None]


@dataclass
class Race:
    """A tracker, what sheetops is about to write to it, and what every row must hold in the end."""

    box: Sandbox
    rows: int = 6
    keyless: tuple[int, ...] = ()
    """Numbers of rows (0: the first) without a key."""
    banner: int = 0
    """Lines above the header row."""
    filled: bool = False
    """A column of formulas goes on below the data."""
    options: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Record] = field(default_factory=dict)
    """What stands in Mine (or the key of a new row) -> header -> value."""
    exempt: set[tuple[str, str]] = field(default_factory=set)
    """Cells that somebody typed into in the very second in which they were written: the promise ends there."""
    fresh: int = 0
    said: list[str] = field(default_factory=list)
    """Mistakes of the people themselves."""

    def __post_init__(self) -> None:
        self.header_row = self.banner + 1
        lines: list[list[Any]] = [[f"Banner {n}"] for n in range(self.banner)]
        lines.append([*HEADERS, "Calc"] if self.filled else list(HEADERS))
        for n in range(self.rows):
            record = self._record(n)
            self.wanted[record["Mine"]] = record
            lines.append([record[name] for name in HEADERS])
        self.last_row = len(lines)
        if self.filled:
            for line in lines[self.header_row :]:
                line.append("=1+1")
            lines += [[None] * len(HEADERS) + ["=1+1"] for _ in range(8)]
        self.id = books.make(self.box, {"Cases": lines}, rows=60, columns=9)
        self.sheet_id = self.box.service.store.get(self.id).sheets[0].id
        self.person = self.box.person(self.id)
        settings = GoogleSettings(url=self.box.url, per_minute=100_000)
        self.line = open_transport(settings, Path(), {}, sleep=lambda seconds: None)
        self.book = books.open_book(self.box, self.id, [SPEC], line=self.line, **self.options)
        self.snapshot = self.book.read([SPEC])
        self.seen = replace(self.book.connection.count)
        self.cells: list[CellWrite] = []
        self.appends: list[RowAppend] = []
        self.headers: list[HeaderWrite] = []

    def _record(self, n: int) -> Record:
        key = None if n in self.keyless else f"K{n}"
        return {
            "ID": key,
            "Note": f"note {n}",
            "Risk": n,
            "Mine": f"mine {n}",
            "Due": n,
            "Own": None if n % 3 else f"own {n}",
        }

    # --- what sheetops is about to write ------------------------------------------------------------------

    def write(self, n: int, header: str, value: Any) -> None:
        """Plan a value for a record; the tracker's rows are as they were made."""
        record = self.wanted[f"mine {n}"]
        column = HEADERS.index(header) + 1 if header in HEADERS else len(HEADERS) + 1
        key = record["ID"] or f"K{n}"
        self.cells.append(CellWrite(self.header_row + 1 + n, column, value, key, header.lower()))
        record[header] = value

    def mint(self, n: int) -> None:
        """Plan to give a row without a key its own."""
        self.write(n, "ID", f"K{n}")

    def append(self, key: str) -> None:
        """Plan a new row."""
        self.appends.append(RowAppend(key, {ID: key, NOTE: f"new {key}", RISK: 7, DUE: 3}))
        self.wanted[key] = {"ID": key, "Note": f"new {key}", "Risk": 7, "Due": 3}

    def header(self, text: str) -> None:
        """Plan a new column at the right edge."""
        self.headers.append(HeaderWrite(self.header_row, len(HEADERS) + 1, text))

    def run(self) -> Written:
        """Write what was planned."""
        change = TabWrite(
            tuple(self.cells), tuple(self.appends), tuple(self.headers), self.last_row,
            Stamp("w0", "t1", 1), self.header_row, ID,
        )  # fmt: skip
        return self.book.write(self.snapshot, SpreadsheetWrite({"t1": change}, ()))

    def meanwhile(self, *acts: Act) -> None:
        """Let people do these things before the next write that is not yet spoken for."""

        def act_all() -> None:
            try:
                for act in acts:
                    if any("Mine" in row for row in self.grid()):  # else nobody could say what is done
                        act(self)
                self._exempt()
            except (
                Exception
            ) as error:  # it happens in the sandbox's thread: the test would hear of it as a lost answer
                self.said.append(repr(error))
                raise

        self.box.before_next_write(act_all)

    def _exempt(self) -> None:
        """Note which typed cells the write that is under way goes over by number: no program can know of them."""
        batch = next(r for r in reversed(self.box.requests) if b"createDeveloperMetadata" in r.body)
        places = _written(json.loads(batch.body))
        grid = self.grid()
        headers = grid[self.where_headers() - 1] if any("Mine" in row for row in grid) else []
        for row, column in places:
            cells = grid[row - 1] if row <= len(grid) else []
            said = cells[column - 1] if column <= len(cells) else None
            if isinstance(said, str) and said.startswith("typed") and column <= len(headers):
                name = cells[headers.index("Mine")] if headers.index("Mine") < len(cells) else said
                self.exempt.add((name, headers[column - 1]))

    # --- what is there --------------------------------------------------------------------------------------

    def grid(self) -> list[list[Any]]:
        """The tab, as an independent reader finds it."""
        titles = [sheet.title for sheet in self.box.service.store.get(self.id).sheets]
        return books.rows(self.box, self.id, titles[0])

    def where_headers(self) -> int:
        """The number of the row that has the headers now."""
        found = self.grid()
        return next(n for n, row in enumerate(found, start=1) if "Mine" in row)

    def mine_at(self, row: int) -> str | None:
        """What stands in Mine in a row now."""
        found = self.grid()
        headers = found[self.where_headers() - 1]
        line = found[row - 1] if row <= len(found) else []
        place = headers.index("Mine")
        return line[place] if place < len(line) else None

    def found(self) -> list[Record]:
        """Every row below the headers in which something stands beside formulas, without blanks."""
        grid = self.grid()
        at = next((n for n, row in enumerate(grid) if "Mine" in row), None)
        if at is None:
            return [{"no header": str(grid)}]
        headers = grid[at]
        records = []
        for row in grid[at + 1 :]:
            cells = zip([*headers, *[None] * len(row)], row, strict=False)
            record = {str(h): v for h, v in cells if v is not None and h != "Calc"}
            if record:
                records.append(record)
        return records

    def wrong(self) -> list[str]:
        """Return every way in which the tab is not as it must be."""
        said = list(self.said)
        left = {name: _plain(record) for name, record in self.wanted.items()}
        for record in self.found():
            name = str(record.get("Mine") or record.get("ID"))
            want = left.pop(name, None)
            if want is None:
                said.append(f"unexpected or twice: {record}")
                continue
            said += [
                f"{name}.{header}: {record.get(header)!r}, not {want.get(header)!r}"
                for header in sorted(want.keys() | record.keys())
                if (name, header) not in self.exempt and want.get(header) != record.get(header)
            ]
        gone = {
            name for name, record in left.items() if all((name, header) in self.exempt for header in record)
        }
        said += [f"missing: {record}" for name, record in left.items() if name not in gone]
        banner = [v for row in self.grid() for v in row if str(v).startswith("Banner")]
        if len(banner) != self.banner:
            said.append(f"banner: {banner}")
        return said


def _written(body: dict[str, Any]) -> set[tuple[int, int]]:
    """The cells that a batch writes by their numbers."""
    places = set()
    for request in body["requests"]:
        if "updateCells" in request:
            start = request["updateCells"]["start"]
            for down, line in enumerate(request["updateCells"]["rows"], start=1):
                for right, _ in enumerate(line["values"], start=1):
                    places.add((start.get("rowIndex", 0) + down, start.get("columnIndex", 0) + right))
    return places


def _plain(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}


# --- what people do -------------------------------------------------------------------------------------------


def sort(header: str = "Mine", *, descending: bool = True) -> Act:
    """Sort all rows by a column."""

    def act(race: Race) -> None:
        grid, top = race.grid(), race.where_headers()
        headers = grid[top - 1]
        if header not in headers:
            return
        right = column_letters(len(headers))
        race.person.sort(
            f"Cases!A{top + 1}:{right}{len(grid)}", headers.index(header) + 1, descending=descending
        )

    return act


def insert_rows(before: int, count: int = 1) -> Act:
    """Insert blank rows; 0 is before the header row, 1 after it."""
    return lambda race: race.person.insert_rows("Cases", race.where_headers() + before, count)


def delete_row(n: int) -> Act:
    """Delete the row that is the n-th below the headers (0: the first)."""

    def act(race: Race) -> None:
        row = race.where_headers() + 1 + n
        name = race.mine_at(row)
        if name in race.wanted:
            del race.wanted[name]
            race.person.delete_rows("Cases", row)

    return act


def move_row(n: int, before: int) -> Act:
    """Drag the n-th row below the headers to before another."""

    def act(race: Race) -> None:
        top = race.where_headers() + 1
        if before not in (n, n + 1):
            race.person.move_rows("Cases", top + n, 1, top + before)

    return act


def insert_column(before: int) -> Act:
    """Insert a blank column before the one with this number."""
    return lambda race: race.person.insert_columns("Cases", before)


def delete_column(header: str) -> Act:
    """Delete a column with all in it."""

    def act(race: Race) -> None:
        headers = race.grid()[race.where_headers() - 1]
        if header in headers:
            race.person.delete_columns("Cases", headers.index(header) + 1)
            for record in race.wanted.values():
                record.pop(header, None)

    return act


def move_column(first: int, before: int) -> Act:
    """Drag a column to before another."""

    def act(race: Race) -> None:
        source = {
            "sheetId": race.sheet_id,
            "dimension": "COLUMNS",
            "startIndex": first - 1,
            "endIndex": first,
        }
        if before not in (first, first + 1):
            race.person.batch({"moveDimension": {"source": source, "destinationIndex": before - 1}})

    return act


def type_cell(n: int, header: str) -> Act:
    """Type into a cell of the n-th row below the headers that nobody else writes to."""

    def act(race: Race) -> None:
        grid, top = race.grid(), race.where_headers()
        headers, row = grid[top - 1], top + 1 + n
        name = race.mine_at(row)
        if name not in race.wanted or header not in headers:
            return
        race.fresh += 1
        column = headers.index(header) + 1
        text = f"typed {race.fresh}"
        race.person.type(f"Cases!{column_letters(column)}{row}", text)
        race.wanted[name][header] = text

    return act


def type_row() -> Act:
    """Type a new row below the data."""

    def act(race: Race) -> None:
        grid, top = race.grid(), race.where_headers()
        headers = grid[top - 1]
        last = max(n for n, row in enumerate(grid, start=1) if any(v not in (None, "=1+1") for v in row))
        race.fresh += 1
        name = f"typed row {race.fresh}"
        for header in ("Mine", "Note"):
            if header in headers:
                race.person.type(f"Cases!{column_letters(headers.index(header) + 1)}{last + 1}", name)
        race.wanted[name] = {h: name for h in ("Mine", "Note") if h in headers}

    return act


def rename(title: str) -> Act:
    """Rename the tab."""
    return lambda race: race.person.rename_tab("Cases", title)


def shuffled(random: Random, *, columns: bool = True) -> Act:
    """One of all these, at random."""
    n, m = random.randrange(8), random.randrange(8)
    rows: list[Act] = [
        sort(random.choice(HEADERS), descending=random.random() < 0.5),
        sort("Mine", descending=random.random() < 0.5),
        insert_rows(random.randrange(6), random.randint(1, 3)),
        delete_row(n),
        move_row(n, m),
        type_cell(n, "Own"),
        type_row(),
    ]
    sides = [insert_column(random.randint(1, 6)), move_column(random.randint(1, 6), random.randint(1, 7))]
    return random.choice(rows + sides if columns and random.random() < 0.5 else rows)
