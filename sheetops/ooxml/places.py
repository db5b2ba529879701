"""Where rows go when nobody says: below the last row in use, in the columns the sheet already has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sheetops.ooxml.tables import Table

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet


def find_place(
    sheet: Sheet, width: int, after_row: int | None, columns: Sequence[int] | None
) -> tuple[int, Sequence[int]]:
    """Return (the row to append after, the columns to fill) for rows of `width` cells.

    A sheet with one table takes them in that table, else below the last row with a value, from the first
    column in use on. What is given is kept as it is given.
    """
    tables = sheet.tables()
    table = tables[0] if len(tables) == 1 else None
    if columns is None:
        first = table.ref.first_column if table else _first_column(sheet)
        columns = range(first, first + width)
    if after_row is None:
        after_row = _last_in_table(sheet, table) if table else _last_used_row(sheet)
    return after_row, columns


def _used(row: Sequence[object]) -> bool:
    return any(cell not in (None, "") for cell in row)


def _last_used_row(sheet: Sheet) -> int:
    grid = sheet.grid()
    stored = next((n for n in range(grid.last_row, 0, -1) if _used(grid.rows[n - grid.first_row])), 0)
    edited = (row for row, cells in sheet.edits.items() if any(e.value is not None for e in cells.values()))
    return max([stored, *edited])


def _last_in_table(sheet: Sheet, table: Table) -> int:
    """Return the last row of the table with something in it: its blank rows are used before it grows."""
    left, right = table.ref.first_column, table.ref.last_column
    grid = sheet.grid()
    for row in range(table.last_data_row, table.first_data_row - 1, -1):
        edits = sheet.edits.get(row, {})
        typed = any(edit.value is not None for column, edit in edits.items() if left <= column <= right)
        index = row - grid.first_row
        if typed or (index < len(grid.rows) and _used(grid.rows[index][left - 1 : right])):
            return row
    return table.first_data_row - 1


def _first_column(sheet: Sheet) -> int:
    columns = (
        next((n for n, cell in enumerate(row, 1) if cell not in (None, "")), None)
        for row in sheet.grid().rows
    )
    return min((column for column in columns if column is not None), default=1)
