"""Where an open workbook can be written, and in words where it cannot."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...model.sheet import Grid, TabWrite, a1
from .blocks import blocks
from .cells import Place, needed_format, rectangle, shows


class TableAt(NamedTuple):
    """An Excel table: what xlwings calls it, where it is (top, left, bottom, right), whether it has a totals row."""

    own: Any
    reach: tuple[int, int, int, int]
    totals: bool


def tables(sheet: Any) -> list[TableAt]:
    """Return the tables of a sheet."""
    found = []
    for table in sheet.tables:
        area = table.range
        bottom, right = area.row + area.shape[0] - 1, area.column + area.shape[1] - 1
        found.append(TableAt(table, (area.row, area.column, bottom, right), bool(table.show_totals)))
    return found


def table_at(sheet: Any, row: int, column: int) -> TableAt | None:
    """Return the table that a cell is in."""
    for table in tables(sheet):
        top, left, bottom, right = table.reach
        if top <= row <= bottom and left <= column <= right:
            return table
    return None


def headers(tab: TabWrite) -> dict[Place, Any]:
    """Return the new headers by place."""
    return {(header.row, header.column): header.header for header in tab.headers}


def appended(tab: TabWrite) -> dict[Place, Any]:
    """Return the cells of the rows that are added below the data, by place."""
    return {
        (number, column): value
        for number, append in enumerate(tab.appends, start=tab.last_row + 1)
        for column, value in append.cells.items()
    }


def unwritable(sheet: Any, grid: Grid, tab: TabWrite) -> tuple[dict[Place, str], str]:
    """Return why cells cannot be written, by place, and why rows cannot be added ("" where they can)."""
    name = sheet.name
    over = {(c.row, c.column) for c in tab.cells if c.over_formula}
    values = {(c.row, c.column): c.value for c in tab.cells}
    cells = {p: reason for p in values if (reason := _taken(name, grid, p, over=p in over))}
    below = appended(tab)
    locked = _locked(sheet, {**values, **below, **headers(tab)})
    cells.update(
        {place: reason for place, reason in locked.items() if place in values and place not in cells}
    )
    return cells, (_in_the_way(sheet, grid, tab, below, locked) if below else "")


def _taken(name: str, grid: Grid, place: Place, *, over: bool) -> str:
    where = f"{name}!{a1(*place)}"
    for top, left, bottom, right in grid.merged:
        if top <= place[0] <= bottom and left <= place[1] <= right and place != (top, left):
            return (
                f"{where} lies inside the merged range {a1(top, left)}:{a1(bottom, right)}, where only {a1(top, left)} "
                f"shows. It was not written. Write {a1(top, left)} instead, or unmerge the range in Excel."
            )
    text = grid.formulas.get(place)
    if text == "":
        return f"{where} is filled by a formula in another cell. It was not written. Change that formula."
    if text is not None and not over:
        return f"{where} holds a formula. It was not overwritten. Change the cells the formula reads."
    return ""


def _locked(sheet: Any, values: dict[Place, Any]) -> dict[Place, str]:
    """Return the cells that a protected sheet does not let anybody write."""
    api = sheet.api
    if not api.ProtectContents or api.ProtectionMode:
        return {}
    found: dict[Place, str] = {}
    formats = bool(api.Protection.AllowFormattingCells)
    for block, _ in blocks(dict.fromkeys(values, 0)):
        whole = rectangle(sheet, *block).api.Locked
        for place in block.places():
            if whole or (whole is None and sheet.range(place).api.Locked):
                found[place] = (
                    f"{sheet.name}!{a1(*place)} is locked, and the tab '{sheet.name}' is protected. It was not written. "
                    "Unprotect the tab (Review > Unprotect Sheet), or unlock the column, and sync again."
                )
            elif (
                needed_format(values[place])
                and not formats
                and not shows(sheet.range(place).number_format, values[place])
            ):
                found[place] = (
                    f"{sheet.name}!{a1(*place)} needs a date format, which the protected tab '{sheet.name}' does "
                    "not allow. It was not written. Format the column as a date, or unprotect the tab."
                )
    return found


def _in_the_way(
    sheet: Any, grid: Grid, tab: TabWrite, below: dict[Place, Any], locked: dict[Place, str]
) -> str:
    for place in sorted(below):
        if grid.value(*place) not in (None, ""):
            return (
                f"{sheet.name}!{a1(*place)} is not empty, so rows cannot be added there. Nothing was added. "
                "Move what stands there, or clear it."
            )
        if reason := locked.get(place) or _taken(sheet.name, grid, place, over=False):
            return reason
    table = table_at(sheet, tab.last_row, min(column for _, column in below))
    last = max(row for row, _ in below)
    if table is None or last <= table.reach[2] - table.totals:
        return ""
    if table.totals:
        return (
            f"Table {table.own.name} ends with a totals row, which an open workbook keeps where it is. Nothing was "
            "added. Switch the totals row off (Table Design > Total Row), or close the workbook and sync."
        )
    for row in range(table.reach[2] + 1, last + 1):
        for column in range(table.reach[1], table.reach[3] + 1):
            if grid.value(row, column) not in (None, ""):
                return (
                    f"{sheet.name}!{a1(row, column)} is not empty, so table {table.own.name} cannot grow. Nothing was "
                    "added. Move what stands below the table."
                )
    return ""
