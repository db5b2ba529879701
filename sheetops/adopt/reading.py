"""What adoption reads: the tabs of a workbook, or of whatever else has tabs, as plain grids. Nothing is written."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


@dataclass(frozen=True)
class Origin:
    """The spreadsheet that is adopted, in the words of sheetops.toml and of people.

    `title` is what people call it, `name` the same without a file's ending. `source` is how a tracker of the `backend`
    names it, and `settings` are the lines that say so. `noun` is what kind of thing it is.
    """

    title: str
    name: str
    source: str
    backend: str
    settings: tuple[tuple[str, str], ...]
    noun: str


class Tabs(Protocol):
    """A spreadsheet that can be adopted: a workbook, or one in Google Sheets."""

    @property
    def origin(self) -> Origin:
        """Which spreadsheet it is."""
        ...

    def read(self, tab: str | None) -> list[TabRead]:
        """Return the tab of this name, or all that could be trackers. Raise UnknownName when there is none so called."""
        ...

    def number_formats(self, tab: str, cells: Iterable[tuple[int, int]]) -> dict[int, list[str]]:
        """Return column -> the number formats of the given (row, column) cells."""
        ...


@dataclass(frozen=True)
class WorkbookTabs:
    """The tabs of a workbook in a workspace's folder."""

    workbook: Workbook
    home: Path

    @property
    def origin(self) -> Origin:
        """Return the workbook as sheetops.toml names it: relative to the workspace where that is possible."""
        path = self.workbook.path
        try:
            source = Path(os.path.relpath(path.resolve(), self.home)).as_posix()
        except ValueError:  # another drive on Windows
            source = path.resolve().as_posix()
        return Origin(path.name, path.stem, source, "excel", (("file", source),), "workbook")

    def read(self, tab: str | None) -> list[TabRead]:
        """Return worksheets."""
        names = [name for name, (kind, _) in self.workbook.parts.items() if kind == "worksheet"]
        return [_read_tab(self.workbook, name) for name in wanted_tabs(self.workbook.path.name, names, tab)]

    def number_formats(self, tab: str, cells: Iterable[tuple[int, int]]) -> dict[int, list[str]]:
        """Return column -> the number formats of the given (row, column) cells."""
        found: dict[int, list[str]] = {}
        for row, column in cells:
            found.setdefault(column, []).append(self.workbook[tab].cell(row, column).number_format)
        return found


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook to look at it. Raise TrackerUnreadable, with what to do, for what is none."""
    try:
        with Workbook.open(path) as workbook:
            yield workbook
    except WorkbookError as error:
        raise TrackerUnreadable(str(error), not_done="") from None


def wanted_tabs(title: str, names: Sequence[str], wanted: str | None) -> list[str]:
    """Return the tabs to look at: the wanted one, or all but the program's own. Raise UnknownName for one too many."""
    if wanted is None:
        return [name for name in names if name.casefold() != OWN_TAB]
    found = [name for name in names if name.casefold() == wanted.strip().casefold()]
    if not found:
        near = did_you_mean(wanted, names) or f" It has: {', '.join(names)}."
        raise UnknownName(f"{title} has no tab '{wanted}'.{near}")
    return found


def _read_tab(workbook: Workbook, name: str) -> TabRead:
    """Return a tab's values, merged ranges, formulas and Excel tables."""
    sheet = workbook[name]
    stored = sheet.grid()
    grid = Grid(
        [_plain_row(row) for row in stored.rows],
        stored.first_row,
        sheet.formulas(),
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
