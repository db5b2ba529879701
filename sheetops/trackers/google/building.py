"""From changes to the requests of a batch: cells in blocks, rows below the data, headers, number formats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model.sheet import RowAppend, TabWrite
from .cells import Json, entered, format_for
from .tabs import TabState

VALUE = "userEnteredValue"
FORMAT = "userEnteredFormat.numberFormat"
BLOCK_BYTES = 200_000
"""About how large one request may grow, so that a batch can be divided between any two."""

PAYLOAD = 1_900_000
"""Bytes of a batch at the most: Google recommends 2 MB."""

Cells = Mapping[tuple[int, int], Json]
"""(row, column), 1-based -> CellData."""


def cell_requests(sheet_id: int, cells: Cells, fields: str = VALUE) -> list[Json]:
    """Return updateCells requests that write these cells, neighbours together."""
    return [
        {"updateCells": {"start": _at(sheet_id, row, column), "rows": rows, "fields": fields}}
        for row, column, rows in _blocks(cells)
    ]


def _at(sheet_id: int, row: int, column: int) -> Json:
    return {"sheetId": sheet_id, "rowIndex": row - 1, "columnIndex": column - 1}


def _blocks(cells: Cells) -> Iterator[tuple[int, int, list[Json]]]:
    """Yield rectangles as (top, left, rows): runs in a row, with equal runs in the rows below."""
    open_blocks: dict[tuple[int, int], _Block] = {}
    for row, runs in _runs(cells):
        kept: dict[tuple[int, int], _Block] = {}
        for left, values in runs:
            shape = (left, len(values))
            block = open_blocks.pop(shape, None) or _Block(row)
            if block.rows and (block.top + len(block.rows) != row or block.bytes > BLOCK_BYTES):
                yield block.top, left, block.rows
                block = _Block(row)
            block.add(values)
            kept[shape] = block
        yield from ((block.top, left, block.rows) for (left, _), block in open_blocks.items())
        open_blocks = kept
    yield from ((block.top, left, block.rows) for (left, _), block in open_blocks.items())


@dataclass
class _Block:
    """Rows of cells that one request writes, and about how many bytes they take."""

    top: int = 0
    rows: list[Json] = field(default_factory=list)
    bytes: int = 0

    def add(self, values: list[Json]) -> None:
        self.rows.append({"values": values})
        self.bytes += sum(60 + _length(one.get(VALUE, {})) for one in values)


def _length(said: Json) -> int:
    return len(said.get("stringValue", "")) + len(said.get("formulaValue", ""))


def _runs(cells: Cells) -> Iterator[tuple[int, list[tuple[int, list[Json]]]]]:
    """Yield (row, [(left, cells side by side), ...]) from the top down."""
    row, runs = 0, list[tuple[int, list[Json]]]()
    for (number, column), data in sorted(cells.items(), key=lambda one: one[0]):
        if number != row:
            if runs:
                yield row, runs
            row, runs = number, []
        if runs and runs[-1][0] + len(runs[-1][1]) == column:
            runs[-1][1].append(data)
        else:
            runs.append((column, [data]))
    if runs:
        yield row, runs


def tab_requests(tab: TabState, write: TabWrite) -> list[Json]:
    """Return the requests for all changes to a tracker's tab, and note them in `tab` as they will be read back."""
    requests = _wider(tab, max((header.column for header in write.headers), default=0))
    values: dict[tuple[int, int], Any] = {(h.row, h.column): h.header for h in write.headers}
    values.update({(cell.row, cell.column): cell.value for cell in write.cells})
    requests += value_requests(tab, values)
    if write.appends:
        requests += _appended(tab, write)
    return requests


def _wider(tab: TabState, columns: int) -> list[Json]:
    if columns <= tab.column_count:
        return []
    more = columns - tab.column_count
    tab.column_count = columns
    return [{"appendDimension": {"sheetId": tab.sheet_id, "dimension": "COLUMNS", "length": more}}]


def value_requests(tab: TabState, values: Mapping[tuple[int, int], Any]) -> list[Json]:
    """Return the requests that put values in cells; a cell that would show a date as a number gets a format too."""
    plain: dict[tuple[int, int], Json] = {}
    shown: dict[tuple[int, int], Json] = {}
    for place, value in values.items():
        look = format_for(value, tab.kinds.get(place))
        data: Json = {VALUE: entered(value)}
        if look is None:
            plain[place] = data
        else:
            shown[place] = {**data, "userEnteredFormat": {"numberFormat": look}}
        tab.put(*place, value)
    requests = cell_requests(tab.sheet_id, plain)
    return requests + cell_requests(tab.sheet_id, shown, f"{VALUE},{FORMAT}")


def _appended(tab: TabState, write: TabWrite) -> list[Json]:
    """Return the requests for new rows: after the last row with data, wherever that is when the batch is carried out.

    So a row that somebody types at that moment is not overwritten. Only where something stands below the data already
    (a column of formulas that people filled down, say), the rows have to go to their place by number.
    """
    first = write.last_row + 1
    requests: list[Json] = []
    if (more := first - 1 + len(write.appends) - tab.row_count) > 0:
        requests.append({"appendDimension": {"sheetId": tab.sheet_id, "dimension": "ROWS", "length": more}})
        tab.row_count += more
    below = tab.last_row > write.last_row
    cells = {(row, column): value for row, append in _numbered(first, write.appends) for column, value in append.cells.items()}  # fmt: skip
    if below:
        return requests + value_requests(tab, cells)
    looks = {place: look for place, v in cells.items() if (look := format_for(v, tab.kinds.get(place)))}
    for place, value in cells.items():
        tab.put(*place, value)
    requests += _after_the_last(tab.sheet_id, write.appends)
    formats = {place: {"userEnteredFormat": {"numberFormat": look}} for place, look in looks.items()}
    return requests + cell_requests(tab.sheet_id, formats, FORMAT)


def _numbered(first: int, appends: Sequence[RowAppend]) -> Iterable[tuple[int, RowAppend]]:
    return enumerate(appends, start=first)


def _after_the_last(sheet_id: int, appends: Sequence[RowAppend]) -> Iterator[Json]:
    width = max(column for append in appends for column in append.cells)
    block = _Block()
    for append in appends:
        if block.bytes > BLOCK_BYTES:
            yield _append_block(sheet_id, block)
            block = _Block()
        block.add([{VALUE: entered(append.cells.get(column))} for column in range(1, width + 1)])
    yield _append_block(sheet_id, block)


def _append_block(sheet_id: int, block: _Block) -> Json:
    return {"appendCells": {"sheetId": sheet_id, "rows": block.rows, "fields": VALUE}}


def digest(requests: Sequence[Json]) -> str:
    """Return a short digest of what a batch does, by which a program knows its own write again."""
    said = json.dumps(requests, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.blake2b(said, digest_size=6).hexdigest()


def divided(requests: Sequence[Json], limit: int = PAYLOAD) -> list[list[Json]]:
    """Return the requests in parts that a batch can carry, in their order. At least one part, maybe empty."""
    parts: list[list[Json]] = [[]]
    size = 0
    for request in requests:
        length = len(json.dumps(request, ensure_ascii=False).encode())
        if parts[-1] and size + length > limit:
            parts.append([])
            size = 0
        parts[-1].append(request)
        size += length
    return parts
