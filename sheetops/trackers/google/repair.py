"""What a write put into wrong rows because people moved rows while it was under way, and how to put that right. Pure.

Google's batchUpdate knows no "only if nothing has changed". A write therefore reads back the key column and the header
row in the same call. Where a key is not at the row that was written, every value is brought to its own row by key, and
what it had overwritten is put back as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...model.sheet import TabWrite, a1
from .cells import Json, entered
from .tabs import TabState

Place = tuple[int, int]


@dataclass(frozen=True)
class Now:
    """Where keys and headers stand after a write: row -> key, column -> header, each as it was entered.

    `tab` is the whole tab, where it was read again.
    """

    keys: Mapping[int, Json]
    headers: Mapping[int, Json]
    header_row: int
    key_column: int
    tab: TabState | None = None


@dataclass(frozen=True)
class Put:
    """A value that was written, or is to be: its place, what was entered, and the key of the row it is meant for."""

    row: int
    column: int
    value: Json
    key: str


@dataclass
class Repair:
    """What to write to put things right, and what a person should look at."""

    puts: list[Put] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.puts)


@dataclass(frozen=True)
class Meant:
    """What a write was meant to do to one tab, as it was read before."""

    before: TabState
    header_row: int
    key_column: int
    puts: tuple[Put, ...]
    exact: tuple[Put, ...] = ()
    """Cells of new rows that had to go to a row by its number."""

    @property
    def strict(self) -> bool:
        """Whether the key column alone cannot tell: keys themselves were written."""
        return bool(self.exact) or any(put.column == self.key_column for put in self.puts)

    def key_at(self, row: int) -> Json:
        """Return the key that a row was to have after the write."""
        written = (p.value for p in (*self.puts, *self.exact) if (p.row, p.column) == (row, self.key_column))
        return next(written, None) or self.before.entered(row, self.key_column)


def meant(before: TabState, write: TabWrite) -> Meant:
    """Return what a write is meant to do; ask before the write is noted in `before`."""
    puts = tuple(Put(c.row, c.column, entered(c.value), c.key) for c in write.cells)
    exact: tuple[Put, ...] = ()
    if write.appends and before.last_row > write.last_row:
        exact = tuple(
            Put(row, column, entered(value), append.key)
            for row, append in enumerate(write.appends, start=write.last_row + 1)
            for column, value in append.cells.items()
        )
    return Meant(before, write.header_row, write.key_column, puts, exact)


def is_displaced(meant: Meant, now: Now) -> bool:
    """Whether rows or columns moved, so that something may stand where it does not belong."""
    columns = {put.column for put in meant.puts} | {meant.key_column}
    if any(now.headers.get(c, {}) != meant.before.entered(meant.header_row, c) for c in columns if _had(meant, c)):  # fmt: skip
        return True
    rows = range(1, len(meant.before.raw) + 1) if meant.strict else {put.row for put in meant.puts}
    return any(now.keys.get(row, {}) != meant.key_at(row) for row in rows)


def _had(meant: Meant, column: int) -> bool:
    return bool(meant.before.entered(meant.header_row, column))


def needs_whole_tab(meant: Meant, now: Now) -> bool:
    """Whether the key column and the header row do not say enough to put things right."""
    columns = {put.column for put in meant.puts} | {meant.key_column}
    moved = any(now.headers.get(c, {}) != meant.before.entered(meant.header_row, c) for c in columns)
    return meant.strict or moved


def now_of(tab: TabState, meant: Meant) -> Now:
    """Return where keys and headers stand in a tab that was read again, wherever its columns went."""
    key_header = meant.before.entered(meant.header_row, meant.key_column)
    header_row, key_column = meant.header_row, meant.key_column
    for row in range(1, min(len(tab.raw), meant.header_row + 200) + 1):
        columns = [c for c in range(1, _width(tab, row) + 1) if tab.entered(row, c) == key_header]
        if columns:
            header_row, key_column = row, columns[0]
            break
    keys = {row: tab.entered(row, key_column) for row in range(1, len(tab.raw) + 1)}
    headers = {c: tab.entered(header_row, c) for c in range(1, _width(tab, header_row) + 1)}
    return Now(keys, headers, header_row, key_column, tab)


def _width(tab: TabState, row: int) -> int:
    return len(tab.raw[row - 1].get("values", ()))


# --- putting right -------------------------------------------------------------------------------------------------


def repair(meant: Meant, now: Now) -> Repair:
    """Return what to write so that every value stands in its own row and nothing else has changed."""
    return _Repairing(meant, now).run()


class _Repairing:
    """One repair; a class because each step looks at the same rows and adds to the same list."""

    def __init__(self, meant: Meant, now: Now) -> None:
        self.meant, self.now, self.before = meant, now, meant.before
        self.found = Repair()
        self.keys = dict(now.keys)
        self.key_column = now.key_column
        self.wanted = {(put.key, put.column): put.value for put in meant.puts}
        self.rows_before = self._unique({r: self.before.entered(r, meant.key_column) for r in range(1, len(self.before.raw) + 1)})  # fmt: skip

    def run(self) -> Repair:
        if self.now.tab is not None:
            self._rows_written_over(self.now.tab)
            self._keys_given_wrongly(self.now.tab)
        self.rows_now = self._unique(self.keys)
        for put in self.meant.puts:
            if put.column != self.meant.key_column:
                self._cell(put)
        return self.found

    def _unique(self, keys: Mapping[int, Json]) -> dict[str, int]:
        """Return key -> row, for the keys that stand in one row only."""
        rows: dict[str, list[int]] = {}
        for row, said in keys.items():
            if key := _text(said):
                rows.setdefault(key, []).append(row)
        return {key: at[0] for key, at in rows.items() if len(at) == 1}

    def _column_now(self, header: Json) -> int | None:
        return next((c for c, said in self.now.headers.items() if header and said == header), None)

    # --- a value in a cell ------------------------------------------------------------------------------

    def _cell(self, put: Put) -> None:
        header = self.before.entered(self.meant.header_row, put.column)
        column_now = self._column_now(header) or put.column
        there = _text(self.keys.get(put.row, {}))
        moved = there != put.key or column_now != put.column
        if moved:
            self._put_back(put, there)
        row_now = self.rows_now.get(put.key)
        if moved and row_now is not None:
            self._write(Put(row_now, column_now, put.value, put.key))

    def _put_back(self, put: Put, key: str) -> None:
        """Give the cell that was written by mistake what it held before."""
        header = self.now.headers.get(put.column, {})
        column = self._column_before(header) or put.column
        row = self.rows_before.get(key)
        if (key, column) in self.wanted:
            value = self.wanted[key, column]
        elif row is not None:
            value = self.before.entered(row, column)
        else:
            value = {}
            self.found.unsure.append(
                f"{a1(put.row, put.column)} was written while people moved rows, and emptied again: if you had typed "
                "something there in that second, type it again."
            )
        self._write(Put(put.row, put.column, value, key))

    def _column_before(self, header: Json) -> int | None:
        width = _width(self.before, self.meant.header_row) if self.before.raw else 0
        places = range(1, width + 1)
        return next((c for c in places if header and self.before.entered(self.meant.header_row, c) == header), None)  # fmt: skip

    def _write(self, put: Put) -> None:
        self.found.puts.append(put)
        if put.column == self.key_column:
            self.keys[put.row] = put.value

    # --- keys, and whole rows ---------------------------------------------------------------------------

    def _vanished(self) -> list[str]:
        there = {_text(said) for said in self.keys.values()}
        return [key for key in self.rows_before if key not in there]

    def _keys_given_wrongly(self, tab: TabState) -> None:
        """A key that was given to a row without one stands in another row now: take it there, put that one's back."""
        given = [put for put in self.meant.puts if put.column == self.meant.key_column]
        for put in given:
            skip = {p.column for p in self.meant.puts if p.row == put.row}
            own = _content(self.before, put.row, skip)
            if _content(tab, put.row, skip) == own:
                continue
            self._write(Put(put.row, self.key_column, self._key_of_row(tab, put.row, skip), ""))
            old = self.before.entered(put.row, self.meant.key_column)
            rows = [
                row
                for row in range(1, len(tab.raw) + 1)
                if row != put.row and self.keys.get(row, {}) == old and _content(tab, row, skip) == own
            ]
            if len(rows) == 1 and own:
                self._write(Put(rows[0], self.key_column, put.value, put.key))
            else:
                self.found.unsure.append(
                    f"The row that was to get the key {put.key} is no longer to be found; look for it, and type the key."
                )

    def _key_of_row(self, tab: TabState, row: int, skip: set[int]) -> Json:
        """Return the key that a row had before it was overwritten; {} where it had none."""
        content = _content(tab, row, skip)
        for key in self._vanished():
            at = self.rows_before[key]
            if content and _content(self.before, at, skip) == content:
                return self.before.entered(at, self.meant.key_column)
        return {}

    def _rows_written_over(self, tab: TabState) -> None:
        """New rows that went to their place by number may have hit rows that people had pushed down there."""
        by_row: dict[int, list[Put]] = {}
        for put in self.meant.exact:
            by_row.setdefault(put.row, []).append(put)
        free = tab.last_row + 1
        for key in self._vanished():
            row = self._pushed_to(key)
            if row not in by_row:
                continue
            for put in by_row.pop(row):
                value = self.before.entered(self.rows_before[key], put.column)
                self._write(Put(put.row, put.column, value, key))
                self._write(Put(free, put.column, put.value, put.key))
            free += 1

    def _pushed_to(self, key: str) -> int:
        """Return the row to which a key must have gone, going by the row above it."""
        order = sorted(self.rows_before, key=self.rows_before.__getitem__)
        above = order[: order.index(key)]
        there = {_text(said): row for row, said in self.now.keys.items()}
        known = next((one for one in reversed(above) if one in there), None)
        shift = there[known] - self.rows_before[known] if known is not None else 0
        return self.rows_before[key] + shift


def after(meant: Meant, now: Now, done: Repair) -> Meant:
    """Return what the repair means, on the tab as it was seen when it was made: rows are where they were then."""
    rows = {
        _text(meant.before.entered(row, meant.key_column)): row for row in range(1, len(meant.before.raw) + 1)
    }
    if now.tab is not None:
        raw = [{"values": [dict(cell) for cell in line.get("values", ())]} for line in now.tab.raw]
    else:  # only the order of the rows has changed
        last = max(now.keys, default=0)
        lines = (meant.before.raw[at - 1] if (at := rows.get(_text(now.keys.get(row, {})))) else {} for row in range(1, last + 1))  # fmt: skip
        raw = [{"values": [dict(cell) for cell in line.get("values", ())]} for line in lines]
    for put in done.puts:
        _set(raw, put)
    before = replace(meant.before, raw=raw)
    return Meant(before, now.header_row, now.key_column, tuple(done.puts))


def _set(raw: list[Json], put: Put) -> None:
    raw.extend({"values": []} for _ in range(put.row - len(raw)))
    cells = raw[put.row - 1]["values"]
    cells.extend({} for _ in range(put.column - len(cells)))
    cells[put.column - 1]["userEnteredValue"] = put.value


def _text(said: Json) -> str:
    """Return a key as text: the number 12 and the text "12" are one key."""
    value: Any = next(iter(said.values()), "") if said else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _content(tab: TabState, row: int, skip: set[int]) -> list[Json]:
    """Return what was entered in a row beside the columns that were written, without blanks at the end."""
    if not 0 < row <= len(tab.raw):
        return []
    cells = [{} if c in skip else tab.entered(row, c) for c in range(1, _width(tab, row) + 1)]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def requests_for(puts: Sequence[Put], sheet_id: int) -> Iterator[Json]:
    """Yield the requests that write these values; the last word on a cell counts."""
    from .building import VALUE, cell_requests

    last: dict[Place, Json] = {(put.row, put.column): {VALUE: put.value} for put in puts}
    yield from cell_requests(sheet_id, last)
