"""Where a table is: the rule by which `values.append` finds its place.

Source: https://developers.google.com/workspace/sheets/api/guides/values#append-values; the recordings show that a
gap of one column makes two tables, and that the last of them is taken.
"""

from __future__ import annotations

from collections.abc import Container

from .formulas import Calculation
from .grid import Box, Sheet


def table_in(sheet: Sheet, box: Box, calculation: Calculation) -> Box | None:
    """Return the last table that meets the rectangle; the last is the lowest, then the rightmost. None without one."""
    used, spilled = calculation.used(sheet), calculation.spilled(sheet)
    left_over = {
        (row, column)
        for row in range(box.top, min(box.bottom, used.bottom))
        for column in range(box.left, min(box.right, used.right))
        if not sheet.cell(row, column).blank or (row, column) in spilled
    }
    found: list[Box] = []
    while left_over:
        table = _grown(sheet, spilled, left_over.pop())
        left_over = {at for at in left_over if not table.holds(Box(at[0], at[0] + 1, at[1], at[1] + 1))}
        found.append(table)
    return max(found, key=lambda table: (table.bottom, table.right), default=None)


def _grown(sheet: Sheet, spilled: Container[tuple[int, int]], start: tuple[int, int]) -> Box:
    """Return the rectangle around the cell that grows while a filled cell touches it, corners included."""
    row, column = start
    top, bottom, left, right = row, row + 1, column, column + 1
    before = None
    while before != (top, bottom, left, right):
        before = (top, bottom, left, right)
        # each side goes as far as it can: the sides of a tall table are then walked once, not once a row
        while _filled(sheet, spilled, bottom, bottom + 1, left - 1, right + 1):
            bottom += 1
        while top and _filled(sheet, spilled, top - 1, top, left - 1, right + 1):
            top -= 1
        while _filled(sheet, spilled, top - 1, bottom + 1, right, right + 1):
            right += 1
        while left and _filled(sheet, spilled, top - 1, bottom + 1, left - 1, left):
            left -= 1
    return Box(top, bottom, left, right)


def _filled(
    sheet: Sheet, spilled: Container[tuple[int, int]], top: int, bottom: int, left: int, right: int
) -> bool:
    return any(
        not sheet.cell(row, column).blank or (row, column) in spilled
        for row in range(max(top, 0), bottom)
        for column in range(max(left, 0), right)
    )
