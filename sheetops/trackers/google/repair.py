"""What a write put into wrong cells because people moved rows or columns while it was under way, and how to put that right. Pure.

Google's batchUpdate knows no "only if nothing has changed". A write therefore reads back the key column, the header row
and the rows that got a key or are new, in the same call. Where something is not at the place that was written, every
value is brought to its own row and column, and what it had gone over is put back as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...model.sheet import TabWrite, a1
from .building import FORMAT, VALUE, cell_requests
from .cells import Json, entered, format_for
from .lining_up import Lines, Place, by_key, has_content, line_up, same_columns, text_of
from .tabs import TabState
from .wording import follow


@dataclass(frozen=True)
class Cell:
    """What a cell is to hold. `look` is a number format that goes with it: {} for none, None to leave it as it is."""

    value: Json
    look: Json | None = None


@dataclass(frozen=True)
class Now:
    """What was read back after a write: row -> key, column -> header, row -> all of it, each as it was entered.

    `tab` is the whole tab, where it was read again.
    """

    keys: Mapping[int, Json] = field(default_factory=dict)
    headers: Mapping[int, Json] = field(default_factory=dict)
    lines: Mapping[int, Sequence[Json]] = field(default_factory=dict)
    tab: TabState | None = None


@dataclass(frozen=True)
class Meant:
    """What a write was meant to do to one tab: `cells` by their places in the tab as it was read before.

    `new_rows` and `new_columns` are numbers of lines that nobody was in before. `appended` are rows that went below
    the data wherever that was, by the numbers that they have if nobody typed anything there: number -> key.
    """

    before: TabState
    header_row: int
    key_column: int
    cells: Mapping[Place, Cell] = field(default_factory=dict)
    new_rows: frozenset[int] = frozenset()
    new_columns: frozenset[int] = frozenset()
    appended: Mapping[int, str] = field(default_factory=dict)
    whole: bool = False
    """Whether headers, or rows without a key, are repaired: only the whole tab tells then whether they have moved since."""

    def at(self, place: Place) -> Cell:
        """Return what a cell was to hold after the write."""
        return self.cells.get(place) or Cell(self.before.entered(*place))

    @property
    def by_number(self) -> list[Place]:
        """The places that were written by their numbers, whatever stood there by then."""
        return [place for place in self.cells if place[0] not in self.appended]

    @property
    def close(self) -> list[int]:
        """Rows that the key column alone cannot vouch for: they have no key, got it in this write, or are new."""
        keyed = {row for row, column in self.by_number if column == self.key_column}
        bare = {row for row, _ in self.by_number if not self.before.entered(row, self.key_column)}
        return sorted((keyed | bare | self.new_rows) - {self.header_row})


def meant(before: TabState, write: TabWrite) -> Meant:
    """Return what a write is meant to do; ask before the write is noted in `before`."""
    values: dict[Place, Any] = {(h.row, h.column): h.header for h in write.headers}
    values.update({(cell.row, cell.column): cell.value for cell in write.cells})
    rows = dict(enumerate(write.appends, start=write.last_row + 1))
    values.update({(row, column): value for row, one in rows.items() for column, value in one.cells.items()})
    by_number = before.last_row > write.last_row
    return Meant(
        replace(before, kinds=dict(before.kinds)), write.header_row, write.key_column,
        {place: Cell(entered(v), format_for(v, before.kinds.get(place))) for place, v in values.items()},
        frozenset(rows) if by_number else frozenset(),
        frozenset(header.column for header in write.headers),
        {} if by_number else {row: str(one.key) for row, one in rows.items()},
    )  # fmt: skip


# --- is anything wrong? -----------------------------------------------------------------------------------------


def is_displaced(meant: Meant, now: Now) -> bool:
    """Whether rows or columns moved, so that something may stand where it does not belong."""
    if now.tab is not None:  # nothing less than lining it up says whether it is
        return True
    return bool(
        _columns_moved(meant, now) or _moved(meant, now) or _changed(meant, now) or _adrift(meant, now)
    )


def _columns_moved(meant: Meant, now: Now) -> bool:
    columns = {column for _, column in meant.cells} | {meant.key_column}
    if meant.new_columns:
        columns |= set(range(1, max(columns) + 1))
    return any(now.headers.get(c, {}) != meant.at((meant.header_row, c)).value for c in columns)


def _moved(meant: Meant, now: Now) -> list[int]:
    """Return the rows that were written and have another key than they were to have."""
    rows = {row for row, _ in meant.by_number if row != meant.header_row}
    return [row for row in rows if now.keys.get(row, {}) != meant.at((row, meant.key_column)).value]


def _changed(meant: Meant, now: Now) -> list[int]:
    """Return the rows with a key of this write that hold something else beside it."""
    return [row for row in meant.close if _trimmed(now.lines.get(row, ())) != _line(meant, row)]


def _line(meant: Meant, row: int) -> list[Json]:
    last = max([meant.before.width(row), *(c for r, c in meant.cells if r == row)])
    return _trimmed([meant.at((row, column)).value for column in range(1, last + 1)])


def _trimmed(cells: Sequence[Json]) -> list[Json]:
    last = next((n for n in range(len(cells), 0, -1) if cells[n - 1]), 0)
    return list(cells[:last])


def _adrift(meant: Meant, now: Now) -> list[int]:
    """Return the new rows that are not where they were expected."""
    return [row for row, key in meant.appended.items() if text_of(now.keys.get(row, {})) != key.strip()]


def needs_whole_tab(meant: Meant, now: Now) -> bool:
    """Whether keys and headers do not say enough to put things right."""
    if now.tab is not None:
        return False
    if _columns_moved(meant, now) or _changed(meant, now):
        return True
    known = by_key(_keys(meant), now.keys)
    there = set(known.values())
    bare = _has_bare_rows(meant)
    moved = _moved(meant, now)
    if any(row not in known or (row not in there and (bare or now.keys.get(row))) for row in moved):
        return True
    return bool(meant.appended) and any(row not in known for row in _adrift(meant, now))


def _has_bare_rows(meant: Meant) -> bool:
    """Whether a row below the headers has content and no key."""
    rows = range(meant.header_row + 1, len(meant.before.raw) + 1)
    return any(
        not meant.before.entered(row, meant.key_column) and has_content(meant.before, row, ()) for row in rows
    )


def _keys(meant: Meant) -> dict[int, Json]:
    """Return row -> key as all rows were to have it, new rows included."""
    rows = range(1, len(meant.before.raw) + 1)
    keys = {row: meant.before.entered(row, meant.key_column) for row in rows}
    return keys | {row: cell.value for (row, c), cell in meant.cells.items() if c == meant.key_column}


# --- putting right -------------------------------------------------------------------------------------------------


@dataclass
class Repair:
    """What to write to put things right, what a person should look at, and what the repair itself means.

    The places are those of the tab as it was read back. `lines` says where every row and column went.
    """

    cells: dict[Place, Cell] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    lines: Lines = field(default_factory=Lines)

    def __bool__(self) -> bool:
        return bool(self.cells)


def repair(meant: Meant, now: Now) -> Repair:
    """Return what to write so that every value stands in its own row and nothing else has changed."""
    landed = dict.fromkeys(meant.by_number) if now.tab is None else _landed(meant, now.tab)
    lines = _known_lines(meant, now) if now.tab is None else _seen_lines(meant, now.tab, landed)
    if lines is None:
        return Repair(unsure=["The headers were changed while rows were written: look whether all is where it was."])  # fmt: skip
    found = Repair(lines=lines)
    _put_back(meant, now, landed, found)
    for place, cell in meant.cells.items():
        below = now.tab is None and place[0] in meant.appended  # its values are there, its formats may not be
        at, fixed = lines.now(place), replace(cell, value=follow(cell.value, lines.now))
        if (
            at is not None
            and not (below and at == place)
            and not (below and fixed.look is None and fixed == cell)
        ):
            found.cells[at] = fixed
    found.cells = {at: cell for at, cell in found.cells.items() if not _stands(meant, now, at, cell)}
    return found


def _known_lines(meant: Meant, now: Now) -> Lines:
    rows = by_key(_keys(meant), now.keys)
    return Lines({meant.header_row: meant.header_row, **rows}, same_columns(_last_column(meant)))


def _landed(meant: Meant, tab: TabState) -> dict[Place, None]:
    """Return all places that the write went over; those of rows below the data are found by their keys."""
    places = dict.fromkeys(meant.by_number)
    for number, row in _appended_at(meant, tab).items():
        places.update(dict.fromkeys((row, c) for r, c in meant.cells if r == number))
    return places


def _appended_at(meant: Meant, tab: TabState) -> dict[int, int]:
    found: dict[int, int] = {}
    last = len(tab.raw)
    for number, key in sorted(meant.appended.items(), reverse=True):
        rows = range(last, 0, -1)
        row = next((r for r in rows if text_of(tab.entered(r, meant.key_column)) == key.strip()), None)
        if row is not None:
            found[number] = row
    return found


def _seen_lines(meant: Meant, tab: TabState, landed: Mapping[Place, None]) -> Lines | None:
    new = {*meant.new_rows, *meant.appended}
    heads = {c: said for c in range(1, _last_column(meant) + 1) if (said := _head(meant, c))}
    lines = line_up(meant.before, heads, meant.header_row, meant.key_column, tab, landed, new)
    if lines is None:
        return None
    for number, row in _appended_at(meant, tab).items():
        lines.rows[number] = row
    _new_columns(meant, tab, landed, lines)
    _new_rows(meant, tab, landed, lines)
    return lines


def _head(meant: Meant, column: int) -> Json:
    """Return a column's header; one that an earlier write had gone over is the one that it gets back."""
    if column in meant.new_columns:
        return {}
    return meant.before.entered(meant.header_row, column) or meant.at((meant.header_row, column)).value


def _last_column(meant: Meant) -> int:
    return max([meant.before.width(meant.header_row), *(column for _, column in meant.cells)])


def _new_columns(meant: Meant, tab: TabState, landed: Mapping[Place, None], lines: Lines) -> None:
    """A new column stays where it was put, unless another stands there by now."""
    used = {c for r in range(1, len(tab.raw) + 1) for c in range(1, tab.width(r) + 1) if tab.entered(r, c) and (r, c) not in landed}  # fmt: skip
    used |= set(lines.columns.values())
    for column in sorted(meant.new_columns):
        lines.columns.pop(column, None)
        at = column if column not in used else max(used) + 1
        lines.columns[column] = at
        used.add(at)


def _new_rows(meant: Meant, tab: TabState, landed: Mapping[Place, None], lines: Lines) -> None:
    """A new row stays where it was put, unless somebody's row stands there by now."""
    used = {row for row in range(1, len(tab.raw) + 1) if has_content(tab, row, landed)}
    used |= set(lines.rows.values())
    free = max({*used, *meant.new_rows}, default=0) + 1
    for row in sorted(meant.new_rows):
        lines.rows[row] = row if row not in used else free
        free += row in used


def _put_back(meant: Meant, now: Now, landed: Mapping[Place, None], found: Repair) -> None:
    """Give the cells that were written what they held before, or were to hold."""
    was = found.lines.turned()
    emptied = []
    for place in landed:
        before = was.now(place)
        cell = meant.at(before) if before else Cell({})
        written = meant.cells.get(place)
        if written is not None and written.look is not None and cell.look is None:
            kind = meant.before.kinds.get(before) if before else None
            cell = replace(cell, look={"type": kind} if kind else {})
        found.cells[place] = cell
        if before is None and (now.tab is None or has_content(now.tab, place[0], landed)):
            emptied.append(a1(*place))
    if emptied:
        many = len(emptied) > 1
        found.unsure.append(
            f"{', '.join(emptied)} {'were' if many else 'was'} written while people moved rows, and emptied again: if "
            "you had typed something there in that second, type it again."
        )


def _stands(meant: Meant, now: Now, at: Place, cell: Cell) -> bool:
    """Whether a cell holds already what it should."""
    if now.tab is not None:
        same_look = cell.look is None or cell.look.get("type") == now.tab.kinds.get(at)
        return now.tab.entered(*at) == cell.value and same_look
    return at[0] not in meant.appended and meant.cells.get(at) == cell


def after(meant: Meant, now: Now, done: Repair) -> Meant:
    """Return what the repair means, on the tab as it was seen when it was made: rows are where they were then."""
    lines = done.lines
    key_column = lines.columns.get(meant.key_column)
    if key_column is None:  # the keys are gone: nothing can be told any more
        return replace(meant, cells={}, appended={})
    header_row = lines.rows[meant.header_row]
    before = now.tab if now.tab is not None else _as_moved(meant, now, lines)
    columns = (lines.columns[column] for column in meant.new_columns)
    return Meant(
        before, header_row, key_column, done.cells,
        frozenset(r for (r, _), cell in done.cells.items() if cell.value and not has_content(before, r, ())),
        frozenset(column for column in columns if not before.entered(header_row, column)),
        whole=any(r == header_row or not before.entered(r, key_column) for r, _ in done.cells),
    )  # fmt: skip


def _as_moved(meant: Meant, now: Now, lines: Lines) -> TabState:
    """Return the tab after a write of which only the keys were read back: rows as they were, in their new order."""
    was = lines.turned().rows
    last = max([*now.keys, *(row for row, _ in meant.by_number)], default=0)
    raw: list[Json] = []
    for row in range(1, last + 1):
        number = was.get(row, 0)
        width = max([meant.before.width(number), *(c for r, c in meant.cells if r == number)])
        cells = [meant.at((number, column)).value for column in range(1, width + 1)]
        raw.append({"values": [{"userEnteredValue": value} if value else {} for value in cells]})
    for place in meant.by_number:
        _set(raw, place, meant.cells[place].value)
    for row, key in now.keys.items():
        _set(raw, (row, meant.key_column), key)
    kinds = {(at, c): kind for (row, c), kind in meant.before.kinds.items() if (at := lines.rows.get(row))}
    return replace(meant.before, raw=raw, kinds=kinds)


def _set(raw: list[Json], place: Place, value: Json) -> None:
    row, column = place
    cells = raw[row - 1]["values"]
    cells.extend({} for _ in range(column - len(cells)))
    cells[column - 1] = {"userEnteredValue": value} if value else {}


def requests_for(cells: Mapping[Place, Cell], tab: TabState) -> Iterator[Json]:
    """Yield the requests that write these cells, and make room for them first."""
    for dimension, last, count in (
        ("ROWS", max((row for row, _ in cells), default=0), tab.row_count),
        ("COLUMNS", max((column for _, column in cells), default=0), tab.column_count),
    ):
        if last > count:
            yield {"appendDimension": {"sheetId": tab.sheet_id, "dimension": dimension, "length": last - count}}  # fmt: skip
    plain = {at: {VALUE: cell.value} for at, cell in cells.items() if cell.look is None}
    yield from cell_requests(tab.sheet_id, plain)
    shown = {at: {VALUE: c.value, "userEnteredFormat": {"numberFormat": c.look} if c.look else {}} for at, c in cells.items() if c.look is not None}  # fmt: skip
    yield from cell_requests(tab.sheet_id, shown, f"{VALUE},{FORMAT}")
