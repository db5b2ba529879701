"""Reading a workbook for adoption: the tabs as plain grids, within bounds, and nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..model.errors import TrackerUnreadable, UnknownName
from ..model.nearest import did_you_mean
from ..model.sheet import UNCACHED, CellError, Grid
from ..ooxml import CellError as StoredError
from ..ooxml import Sheet, Workbook, WorkbookError

OWN_TAB = "sheetops"


@dataclass(frozen=True)
class TableBox:
    """An Excel table (ListObject) on a tab, 1-based and inclusive; `totals_row` None when it has none."""

    header_row: int
    left: int
    right: int
    last_row: int
    totals_row: int | None = None


@dataclass(frozen=True)
class TabRead:
    """One tab as it was read."""

    name: str
    grid: Grid
    boxes: tuple[TableBox, ...] = ()


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook to look at it. Raise TrackerUnreadable, with what to do, for what is none."""
    try:
        with Workbook.open(path) as workbook:
            yield workbook
    except WorkbookError as error:
        raise TrackerUnreadable(str(error), not_done="") from None


def tab_names(workbook: Workbook, wanted: str | None) -> list[str]:
    """Return the worksheets to look at: the wanted one, or all but the program's own."""
    names = [name for name, (kind, _) in workbook.parts.items() if kind == "worksheet"]
    if wanted is None:
        return [name for name in names if name.casefold() != OWN_TAB]
    found = [name for name in names if name.casefold() == wanted.strip().casefold()]
    if not found:
        near = did_you_mean(wanted, names) or f" It has: {', '.join(names)}."
        raise UnknownName(f"{workbook.path.name} has no tab '{wanted}'.{near}")
    return found


def read_tab(workbook: Workbook, name: str) -> TabRead:
    """Return a tab's values, merged ranges, formulas and Excel tables."""
    sheet = workbook[name]
    stored = sheet.grid()
    grid = Grid(
        [_plain_row(row) for row in stored.rows],
        stored.first_row,
        frozenset(sheet.formulas()),
        tuple((r.first_row, r.first_column, r.last_row, r.last_column) for r in sheet.merged_ranges()),
    )
    _mark_uncached(grid, sheet)
    return TabRead(name, grid, tuple(_boxes(sheet)))


def _plain_row(cells: list[object]) -> list[object]:
    """Say errors as the model does and drop the blanks at the end: a stray cell makes long rows."""
    while cells and (cells[-1] is None or cells[-1] == ""):
        cells.pop()
    return [CellError(cell.code) if isinstance(cell, StoredError) else cell for cell in cells]


def _mark_uncached(grid: Grid, sheet: Sheet) -> None:
    for row, column in sheet.uncached_formulas():
        index = row - grid.first_row
        if 0 <= index < len(grid.rows):
            cells = grid.rows[index]
            assert isinstance(cells, list)
            cells.extend([None] * (column - len(cells)))
            cells[column - 1] = UNCACHED


def _boxes(sheet: Sheet) -> Iterator[TableBox]:
    for table in sheet.tables():
        if table.header_row is not None:
            ref = table.ref
            yield TableBox(
                table.header_row, ref.first_column, ref.last_column, ref.last_row, table.totals_row
            )


def number_formats(workbook: Workbook, tab: str, cells: Iterable[tuple[int, int]]) -> dict[int, list[str]]:
    """Return column -> the number formats of the given (row, column) cells."""
    found: dict[int, list[str]] = {}
    for row, column in cells:
        found.setdefault(column, []).append(workbook[tab].cell(row, column).number_format)
    return found
