"""Whole-sheet reading: python-calamine within bounds, our own reader where a sheet is too sparse for it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sheetops.ooxml.values import CellError, Value

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Row = list[Any]


@dataclass
class Grid:
    """The values of a sheet. Row r, column c (both counted from 1) is `rows[r - first_row][c - 1]`.

    `first_row` is 1. Rows may be of different length, and a blank cell is '' or None in `rows`; `value(r, c)`
    knows all that and returns None for blank or outside. Numbers are floats when python-calamine read them
    (5.0 == 5). Dates are date, time, datetime or timedelta. An error cell is a CellError, never text.
    """

    first_row: int
    rows: list[Row]

    def value(self, row: int, column: int) -> Value:
        index = row - self.first_row
        if not 0 <= index < len(self.rows) or not 0 < column <= len(self.rows[index]):
            return None
        value: Value = self.rows[index][column - 1]
        return None if value == "" else value

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1


def dense_enough(rows: int, columns: int, size: int) -> bool:
    """Tell whether a rectangle may be handed to python-calamine, which allocates every cell of it.

    A stray value at XFD20000 took it 10 GB. A stored cell takes 15 bytes of XML or more.
    """
    return rows * columns <= max(1_000_000, size // 8)


def from_calamine(
    path: Path, file: BinaryIO, sheet: str, errors: dict[tuple[int, int], str], max_column: int | None
) -> Grid:
    """Read a sheet by python-calamine, which reports error cells as blank; they are put back from `errors`."""
    worksheet = _worksheet(path, file, sheet)
    with _gc_paused():
        rows: list[Row] = worksheet.to_python(skip_empty_area=False)
    if max_column is not None:
        for row in rows:
            del row[max_column:]
    for (number, column), code in errors.items():
        if number <= len(rows) and column <= len(rows[number - 1]):
            rows[number - 1][column - 1] = CellError(code)
    return Grid(1, rows)


def _worksheet(path: Path, file: BinaryIO, sheet: str) -> CalamineSheet:
    """Read by the path, which is faster, unless it is the workbook's own and another file has taken its place."""
    from python_calamine import CalamineWorkbook

    if path != Path(file.name) or _is(path, file):
        with CalamineWorkbook.from_path(path) as workbook:
            worksheet = workbook.get_sheet_by_name(sheet)
        if path != Path(file.name) or _is(path, file):
            return worksheet
    file.seek(0)
    with CalamineWorkbook.from_filelike(file) as workbook:
        return workbook.get_sheet_by_name(sheet)


def _is(path: Path, file: BinaryIO) -> bool:
    try:
        now, then = path.stat(), os.fstat(file.fileno())
    except OSError:
        return False
    return os.path.samestat(now, then) and (now.st_size, now.st_mtime_ns) == (then.st_size, then.st_mtime_ns)


def from_cells(cells: Iterator[tuple[int, int, Value]]) -> Grid:
    """Build a ragged grid from single cells: no row is longer than its last value."""
    rows: list[Row] = []
    for number, column, value in cells:
        while len(rows) < number:
            rows.append([])
        row = rows[number - 1]
        row.extend([None] * (column - len(row)))
        row[column - 1] = value
    return Grid(1, rows)


@contextmanager
def _gc_paused() -> Iterator[None]:
    """Millions of new values make the collector walk them again and again; none of them is garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def is_unreadable(error: BaseException) -> bool:
    """Tell whether python-calamine could not read a file; on some it panics, which is no Exception."""
    from python_calamine import CalamineError

    return isinstance(error, CalamineError | OSError | ValueError) or type(error).__name__ == "PanicException"
