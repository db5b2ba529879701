"""A tracker's tab as rows by key: where the header is, which column is which field, what each row says."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from ..model.lexicon import is_total, same_header
from ..model.live import bare, is_live
from ..model.nearest import nearest
from ..model.schema import FieldType, Mode, Table, TrackerSpec, reading_fingerprint
from ..model.sheet import Formula, Grid, a1
from ..model.values import Invalid, Reading, is_blank, parse_value
from .guards import GuardTrip

_LIVE = ("live",)
"""What stands for a live formula of a row's own in its digest."""

HEADER_SEARCH_ROWS = 60
"""How far down a header row is looked for: titles and notes above it are shorter than this."""


class SheetRow(NamedTuple):
    """One row: its 1-based number and the raw cells of the mapped columns, in the tracker's order."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Tab:
    """What a tracker's tab says, by key. Rows are remembered by key; numbers are good for this read only."""

    spec: TrackerSpec
    table: Table
    reading: Reading
    grid: Grid
    header_row: int
    positions: Mapping[str, int]
    """field -> 1-based column number, for the columns that are there."""
    rows: Mapping[str, SheetRow]
    twice: Mapping[str, Sequence[SheetRow]]
    keyless: Sequence[SheetRow]
    broken: Sequence[tuple[SheetRow, Invalid]]
    notes: tuple[str, ...] = ()
    state_column: int | None = None
    unmapped: tuple[str, ...] = ()
    """Headers nobody mapped: those columns belong to the people."""
    new_key_column: int | None = None
    """Where the key column will be added; None when the tab has one."""
    _parsed: dict[int, dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def salt(self) -> bytes:
        """What makes a digest good only for this way of reading, and these columns being there."""
        said = reading_fingerprint(self.table, self.spec) + "|".join(self.positions)
        return hashlib.blake2b(said.encode(), digest_size=16).digest()

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of the tab's columns, without the key."""
        return tuple(f for f in self.positions if f != self.table.key)

    @cached_property
    def last_row(self) -> int:
        """The last row with data; the header row when there is none."""
        numbers = [row.number for rows in (self.rows.values(), self.keyless) for row in rows]
        numbers += [row.number for rows in self.twice.values() for row in rows]
        numbers += [row.number for row, _ in self.broken]
        return max(numbers, default=self.header_row)

    @property
    def row_count(self) -> int:
        """How many rows have content."""
        return len(self.rows) + len(self.keyless) + sum(map(len, self.twice.values()))

    def digest(self, row: SheetRow) -> bytes:
        """Return a digest (16 bytes) of the row's raw cells. Equal digests mean: nothing was touched.

        What a live formula comes to is nobody's touch: only whether it is there, and names its own row's cells.
        """
        cells = self._with_formulas(row) if self._live else row.cells
        return hashlib.blake2b(pickle.dumps(cells, 5), digest_size=16, key=self.salt).digest()

    def _with_formulas(self, row: SheetRow) -> tuple[Any, ...]:
        """Return the row's cells, with formulas in place of values in live columns."""
        cells = list(row.cells)
        for place, column, name in self._live:
            if text := self.grid.formulas.get((row.number, column)):
                right = bare(text) == bare(self._text(row.number, name))
                cells[place] = _LIVE if right else (cells[place], text)
        return tuple(cells)

    @cached_property
    def _live(self) -> tuple[tuple[int, int, str], ...]:
        """The columns that show a live formula, as (place in a row's cells, column number, field)."""
        found = enumerate(self.positions.items())
        return tuple((place, column, name) for place, (name, column) in found if self._is_live(name))

    def _is_live(self, name: str) -> bool:
        live = self.table.by_name[name].live
        return live is not None and live.due in self.positions and live.at_risk_at in self.positions

    def _text(self, number: int, name: str) -> str:
        live = self.table.by_name[name].live
        assert live is not None
        return live.formula(a1(number, self.positions[live.due]), a1(number, self.positions[live.at_risk_at]))

    def live_formula(self, number: int, name: str, values: Mapping[str, Any]) -> Formula | None:
        """Return the formula that shows the field of a record with these values in a row; None: show the value."""
        live = self.table.by_name[name].live
        if live is None or not self._is_live(name) or values.get(name) not in live.states:
            return None
        if values.get(live.due) is None or values.get(live.at_risk_at) is None:
            return None
        return Formula(self._text(number, name), values[name])

    @cached_property
    def running(self) -> frozenset[str]:
        """The fields whose cells may hold a formula that sheetops wrote."""
        computed = (name for name in self.fields if self.mode(name) is Mode.COMPUTED)
        return frozenset(n for n in computed if self.grid.formulas or self.table.by_name[n].live)

    def is_ours(self, row: SheetRow, name: str) -> bool:
        """Return whether the field's cell holds a formula that sheetops wrote, whichever cells it names by now."""
        text = self.grid.formulas.get((row.number, self.positions[name]))
        return bool(text) and self.mode(name) is Mode.COMPUTED and is_live(text or "")

    def is_right(self, row: SheetRow, name: str, wanted: Formula) -> bool:
        """Return whether the field's cell holds just this formula, however it is spelled."""
        text = self.grid.formulas.get((row.number, self.positions[name]))
        return text is not None and bare(text) == bare(wanted.text)

    def values(self, row: SheetRow) -> dict[str, Any]:
        """Return field -> canonical value or Invalid for a row, without the key."""
        found = self._parsed.get(row.number)
        if found is None:
            cells = zip(self.positions, row.cells, strict=True)
            by_name = self.table.by_name
            found = {f: parse_value(by_name[f], raw, self.reading) for f, raw in cells if f != self.table.key}
            self._parsed[row.number] = found
        return found

    def raw(self, row: SheetRow, name: str) -> Any:
        """Return the raw cell of a field."""
        return row.cells[self._places[name]]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.positions)}

    @cached_property
    def _modes(self) -> Mapping[str, Mode]:
        return {name: self.spec.by_field[name].mode for name in self.positions}

    def address(self, row: SheetRow | None, name: str | None = None) -> str:
        """Return the address of a cell of the row; of its key cell when no field is named."""
        if row is None:
            return ""
        return a1(row.number, self.positions.get(name or self.table.key, 1))

    def is_formula(self, row: SheetRow, name: str) -> bool:
        """Return whether the field's cell holds a formula."""
        return (row.number, self.positions[name]) in self.grid.formulas

    def mode(self, name: str) -> Mode:
        """Return who owns the field's column."""
        return self._modes[name]


def _said(raw: Any) -> str:
    return same_header(raw) if isinstance(raw, str) else ""


def _header_at(grid: Grid, row: int) -> dict[str, list[int]]:
    """Header text (folded) -> columns, of one row."""
    found: dict[str, list[int]] = {}
    index = row - grid.first_row
    if 0 <= index < len(grid.rows):
        for column, raw in enumerate(grid.rows[index], start=1):
            if said := _said(raw):
                found.setdefault(said, []).append(column)
    for top, left, bottom, _ in grid.merged:  # a header merged downwards stands in the row above
        if top < row <= bottom and (said := _said(grid.value(top, left))):
            found.setdefault(said, []).append(left)
    return found


def _find_header(grid: Grid, spec: TrackerSpec) -> tuple[int, dict[str, list[int]]]:
    """Return the row that carries most of the tracker's headers. The first wins a tie."""
    wanted = {_said(c.header) for c in spec.columns}
    rows = (
        [spec.header_row] if spec.header_row else range(grid.first_row, grid.first_row + HEADER_SEARCH_ROWS)
    )
    best = max(rows, key=lambda row: len(wanted & _header_at(grid, row).keys()), default=1)
    return best, _header_at(grid, best)


def read_tab(
    spec: TrackerSpec, table: Table, grid: Grid, reading: Reading, *, first: bool = False
) -> Tab | GuardTrip:
    """Return a tracker's tab by key, or the guard it trips: header gone, key column gone, header twice.

    A mapped column that is missing is left out both ways and reported with the nearest unmapped header;
    a column nobody mapped belongs to the people. `first` says that the tracker was never synced: only
    then may a key column be added where the config allows it.
    """
    header_row, headers = _find_header(grid, spec)
    positions, missing = _positions(spec, headers)
    new_key = None
    if first and spec.add_key_column and positions and table.key not in positions:
        new_key = max(column for columns in headers.values() for column in columns) + 1
        key_header = spec.by_field[table.key].header
        positions = {table.key: new_key, **positions}
        missing = [header for header in missing if header != key_header]
    if trip := _header_trip(spec, table, positions, headers):
        return trip
    notes = _column_notes(spec, headers, missing)
    rows = _data_rows(grid, header_row, positions)
    keyed, keyless, broken, twice = _by_key(table, positions, rows, reading)
    keyless, skipped = _without_totals(keyless)
    state = headers.get(_said(spec.state_header or ""), [None])[0]
    return Tab(
        spec, table, reading, grid, header_row, positions, keyed, twice, keyless, broken,
        (*notes, *(f"Row {n} of {spec.name} looks like a totals row and is left alone." for n in skipped)),
        state, _unmapped(grid, header_row, spec), new_key,
    )  # fmt: skip


def _positions(spec: TrackerSpec, headers: Mapping[str, list[int]]) -> tuple[dict[str, int], list[str]]:
    positions: dict[str, int] = {}
    missing: list[str] = []
    for column in spec.columns:
        found = headers.get(_said(column.header))
        if found:
            positions[column.field] = found[0]
        else:
            missing.append(column.header)
    return positions, missing


def _header_trip(
    spec: TrackerSpec, table: Table, positions: Mapping[str, int], headers: Mapping[str, list[int]]
) -> GuardTrip | None:
    where = f"{spec.name}, tab '{spec.tab}'"
    if not positions:
        expected = ", ".join(c.header for c in spec.columns[:5])
        said = f"The header row of {where} is gone: none of its headers ({expected} ...) was found."
        return GuardTrip(spec.id, "header", said, None, "Put the header row back, or run: sheetops adopt")
    if table.key not in positions:
        header = spec.by_field[table.key].header
        near = nearest(header, headers)
        hint = f" Is it the column '{near}' now?" if near else ""
        said = f"The key column '{header}' of {where} is missing.{hint}"
        return GuardTrip(
            spec.id, "key-column", said, None, "Put its header back, or name it in sheetops.toml."
        )
    for column in spec.columns:
        found = headers.get(_said(column.header), [])
        if len(found) > 1:
            places = " and ".join(a1(1, c)[:-1] for c in found)
            said = f"Two columns of {where} have the header '{column.header}' (columns {places})."
            return GuardTrip(spec.id, "header-twice", said, None, "Rename one of them.")
    return None


def _unmapped(grid: Grid, header_row: int, spec: TrackerSpec) -> tuple[str, ...]:
    mapped = {_said(c.header) for c in spec.columns} | {_said(spec.state_header or "")}
    cells = grid.rows[header_row - grid.first_row] if header_row >= grid.first_row else ()
    headers = dict.fromkeys(" ".join(cell.split()) for cell in cells if _said(cell))
    return tuple(header for header in headers if _said(header) not in mapped)


def _column_notes(spec: TrackerSpec, headers: Mapping[str, list[int]], missing: Sequence[str]) -> list[str]:
    mapped = {_said(c.header) for c in spec.columns} | {_said(spec.state_header or "")}
    free = [h for h in headers if h not in mapped]
    notes = []
    for header in missing:
        near = nearest(header, free, cutoff=0.6)
        alias = f" Is it '{near}' now? Then say so in sheetops.toml." if near else ""
        notes.append(f"Column '{header}' is missing in {spec.name}; it is left out both ways.{alias}")
    return notes


def _data_rows(grid: Grid, header_row: int, positions: Mapping[str, int]) -> list[SheetRow]:
    indexes = [column - 1 for column in positions.values()]
    width = max(indexes) + 1
    pick = itemgetter(*indexes) if len(indexes) > 1 else lambda cells: (cells[indexes[0]],)
    start = header_row + 1 - grid.first_row
    blanks = (None, "")
    rows = []
    for number, cells in enumerate(grid.rows[start:], start=header_row + 1):
        if len(cells) < width:
            cells = [*cells, *[None] * (width - len(cells))]
        picked = pick(cells)
        if any(cell not in blanks for cell in picked):
            rows.append(SheetRow(number, picked))
    return rows


def _is_plain(raw: Any) -> bool:
    """Return whether a cell is text that reads as itself: nearly every key is, and there are many."""
    return (
        type(raw) is str and 0 < len(raw) < 256 and raw.isascii() and raw.isprintable() and raw.strip() == raw
    )


def _by_key(
    table: Table, positions: Mapping[str, int], rows: Sequence[SheetRow], reading: Reading
) -> tuple[dict[str, SheetRow], list[SheetRow], list[tuple[SheetRow, Invalid]], dict[str, list[SheetRow]]]:
    at = list(positions).index(table.key)
    key_field = table.field(table.key)
    keyed: dict[str, SheetRow] = {}
    keyless: list[SheetRow] = []
    broken: list[tuple[SheetRow, Invalid]] = []
    twice: dict[str, list[SheetRow]] = {}
    plain = key_field.type is FieldType.TEXT and key_field.pattern is None
    for row in rows:
        raw = row.cells[at]
        key = raw if plain and _is_plain(raw) else parse_value(key_field, raw, reading)
        if key is None:
            if not all(map(is_blank, row.cells)):
                keyless.append(row)
        elif isinstance(key, Invalid):
            broken.append((row, key))
        elif key in twice:
            twice[key].append(row)
        elif key in keyed:
            twice[key] = [keyed.pop(key), row]
        else:
            keyed[key] = row
    return keyed, keyless, broken, twice


def _without_totals(keyless: list[SheetRow]) -> tuple[list[SheetRow], list[int]]:
    """Set totals rows apart: they have no key, and minting one for them would be absurd."""
    totals = [row.number for row in keyless if any(map(is_total, row.cells))]
    return [row for row in keyless if row.number not in totals], totals
