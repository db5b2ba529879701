"""Where the table stands on a tab: its header row, its columns, its rows, and what is around it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.lexicon import is_total
from ..model.sheet import Grid, a1, column_letters
from ..model.values import is_blank
from .headers import Header, looks_like_header, read_headers, repeats_header
from .reading import TableBox, TabRead

_LOOKED_AT = 300
"""Rows with content from which a table's width is judged."""
_SEARCHED = 60
"""How far down a header is looked for; a run looks no further when it finds the header again."""
_TAIL = 5
_GAP = 2
"""This many wholly empty columns divide two tables that stand side by side."""

Row = tuple[int, dict[int, Any]]
"""A row's number and its non-blank cells by column, both counted from 1."""


@dataclass(frozen=True)
class Region:
    """The table of a tab. `rows` are those of its records; totals and footnotes are not among them."""

    header_row: int
    headers: tuple[Header, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    totals: tuple[Row, ...] = ()
    under_another: bool = False
    """A second header row stands right above, which a search by headers might take for this one."""

    @property
    def size(self) -> int:
        """How much table there is: columns with a header times rows, one row for an empty table."""
        return len(self.headers) * (len(self.rows) + 1)


def find_region(tab: TabRead) -> Region | None:
    """Return the table of a tab, or None when no row looks like a header."""
    rows = content_rows(tab.grid)
    if not rows:
        return None
    box = max(tab.boxes, key=lambda b: (b.right - b.left + 1) * (b.last_row - b.header_row), default=None)
    header_row = box.header_row if box else _find_header_row(rows, tab.grid)
    return _region(tab.grid, rows, header_row, box) if header_row else None


def content_rows(grid: Grid) -> list[Row]:
    """Return the rows that hold anything, without their blank cells."""
    found = []
    for number, cells in enumerate(grid.rows, start=grid.first_row):
        if cells:
            filled = {column: raw for column, raw in enumerate(cells, 1) if not is_blank(raw)}
            if filled:
                found.append((number, filled))
    return found


def _find_header_row(rows: Sequence[Row], grid: Grid) -> int | None:
    """Return the first row that is as wide as the table and reads like a header, the lower one of two."""
    width = _usual_width(rows)
    least = max(1 if width == 1 else 2, math.ceil(0.6 * width))
    wide_data = 0
    for place, (number, cells) in enumerate(rows):
        if number > _SEARCHED or wide_data == 3:
            return None
        if len(cells) < least:
            continue
        below = rows[place + 1 : place + 51]
        if looks_like_header(cells, [c for _, c in below]) and _covers(cells, below):
            return _lower_of_two(rows[place], below, grid)
        wide_data += 1
    return None


def _usual_width(rows: Sequence[Row]) -> int:
    """Return how many cells a full row of the table has: the upper quartile of the rows looked at."""
    counts = sorted(len(cells) for _, cells in rows[:_LOOKED_AT])
    return counts[(3 * len(counts)) // 4]


def _covers(cells: Mapping[int, Any], below: Sequence[Row]) -> bool:
    """Return whether the row stands over most columns that the rows below it use."""
    if not below:
        return True
    used = Counter(column for _, row in below for column in row)
    columns = [column for column, times in used.items() if times >= max(1, len(below) // 5)]
    return not columns or sum(column in cells for column in columns) >= 0.6 * len(columns)


def _lower_of_two(first: Row, below: Sequence[Row], grid: Grid) -> int:
    """Return the row under a header when it is a header too: group names above, column names below."""
    number, cells = first
    if not below or below[0][0] != number + 1:
        return number
    _, under = below[0]
    grouped = any(
        top == number and bottom == number and right > left for top, left, bottom, right in grid.merged
    )
    fills_gaps = any(column not in cells for column in under)
    all_text = all(isinstance(raw, str) for raw in under.values())
    rest = [c for _, c in below[1:]]
    unlike_rows = any(not isinstance(row.get(column), (str, type(None))) for row in rest for column in under)
    is_header = all_text and looks_like_header(under, rest) and (grouped or (fills_gaps and unlike_rows))
    return number + 1 if is_header and rest else number


def _region(grid: Grid, rows: Sequence[Row], header_row: int, box: TableBox | None) -> Region:
    below = [row for row in rows if row[0] > header_row]
    headers, notes = read_headers(grid, header_row)
    used = sorted({h.column for h in headers} | {column for _, cells in below for column in cells})
    block = range(box.left, box.right + 1) if box else _main_block(used, {h.column for h in headers})
    headers = [h for h in headers if h.column in block]
    columns = {h.column for h in headers}
    data = [row for row in below if not columns.isdisjoint(row[1])]
    data, again = _without_repeats(data, headers)
    notes += again
    kept, tail_notes = _without_tail(data, columns, box)
    above = any(number == header_row - 1 and len(cells) > 1 for number, cells in rows)
    notes += _title_notes(rows, header_row - above)
    notes += _headless_notes(below, columns, block)
    notes += _outside_notes(below, used, block)
    totals = tuple(row for row in data[len(kept) :] if _is_totals(*row, box))
    return Region(header_row, tuple(headers), tuple(kept), (*notes, *tail_notes), totals, above)


def _main_block(used: Sequence[int], headed: set[int]) -> range:
    """Return the columns of the widest group that wide gaps divide from the others."""
    blocks: list[list[int]] = []
    for column in used:
        if blocks and column - blocks[-1][-1] <= _GAP:
            blocks[-1].append(column)
        else:
            blocks.append([column])
    best = max(blocks, key=lambda block: sum(column in headed for column in block))
    return range(best[0], best[-1] + 1)


def _without_repeats(data: list[Row], headers: Sequence[Header]) -> tuple[list[Row], list[str]]:
    """Set rows that repeat the header apart."""
    texts = {h.column: h.text for h in headers}
    again = {number for number, cells in data if repeats_header(cells, texts)}
    notes = [
        f"Row {number} repeats the header. A run would take it for a record: remove it." for number in again
    ]
    return [row for row in data if row[0] not in again], sorted(notes)


def _without_tail(data: list[Row], columns: set[int], box: TableBox | None) -> tuple[list[Row], list[str]]:
    """Set totals and footnotes at the end apart."""
    kept, notes = list(data), []
    for number, cells in reversed(data[-_TAIL:]):
        if _is_totals(number, cells, box):
            notes.append(f"Row {number} is a totals row; it is no record and is left alone.")
        elif _is_footnote(cells, columns, number, kept):
            place = a1(number, next(iter(cells)))
            notes.append(
                f"{place} looks like a footnote. A run would take it for a record without a key: "
                "move it above the header or to another tab."
            )
        else:
            break
        kept.pop()
    return kept, notes


def _is_totals(number: int, cells: Mapping[int, Any], box: TableBox | None) -> bool:
    return bool(box and box.totals_row == number) or any(is_total(raw) for raw in cells.values())


def _is_footnote(cells: Mapping[int, Any], columns: set[int], number: int, kept: Sequence[Row]) -> bool:
    """Return whether a last row is one lonely text under a blank row."""
    lonely = len(cells) == 1 and len(columns) >= 3 and isinstance(next(iter(cells.values())), str)
    return lonely and len(kept) > 1 and number - kept[-2][0] > 1


def _title_notes(rows: Sequence[Row], header_row: int) -> list[str]:
    above = [cells for number, cells in rows if number < header_row]
    texts = [raw for cells in above for raw in cells.values() if isinstance(raw, str)]
    if not above:
        return []
    said = f", such as '{texts[0].strip()[:60]}'" if texts else ""
    return [f"Above the header is something else{said}; it is not touched."]


def _headless_notes(below: Sequence[Row], columns: set[int], block: range) -> list[str]:
    headless = sorted({c for _, cells in below for c in cells if c in block and c not in columns})
    if not headless:
        return []
    named = ", ".join(column_letters(column) for column in headless[:8])
    return [f"Column {named} has values and no header of text; it is left out and not touched."]


def _outside_notes(below: Sequence[Row], used: Sequence[int], block: range) -> list[str]:
    outside = {column for column in used if column not in block}
    cells = [(number, c) for number, row in below for c in row if c in outside]
    if not cells:
        return []
    where = f"in {a1(*cells[0])}" if len(cells) == 1 else f"from {a1(*cells[0])} on"
    return [f"Beside the table, {where}, stands something else; it is left out and not touched."]
