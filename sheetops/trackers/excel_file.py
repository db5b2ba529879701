"""A workbook on disk, read and written without Excel. Only touched cells change; see `sheetops.ooxml`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import ooxml
from ..model.errors import SheetopsError, TrackerBusy, TrackerChanged, TrackerNotWritten, TrackerUnreadable
from ..model.nearest import did_you_mean
from ..model.schema import TrackerSpec
from ..model.sheet import (
    HELD_TAB,
    TITLE,
    UNCACHED,
    CellError,
    Formula,
    Grid,
    OwnTab,
    Refused,
    Snapshot,
    SpreadsheetWrite,
    Stamp,
    TabLine,
    TabSnapshot,
    TabWrite,
    Written,
    a1,
)
from . import backups
from .excel_bar import BAR_HEIGHT, BAR_ROW, buttons, has_bar, mend, with_hint

STAMP_PREFIX = "sheetops."
"""Stamps are custom document properties: one per tracker, under this prefix and the tracker's id."""

WIDTHS = (6, 22, 18, 18, 26, 24, 26, 34, 20, 46, 20, 22, 22)
"""Of the columns of the program's own tab, in characters."""


@dataclass
class _Opened:
    """The workbook a snapshot was read from, kept so that the write need not read it again."""

    workbook: ooxml.Workbook
    tabs: dict[str, str]
    staged: dict[str, TabWrite] = field(default_factory=dict)


class ExcelFile:
    """An .xlsx or .xlsm file as a spreadsheet that holds trackers.

    `before_replace` is called when all that is left is to put the new file in the old one's place; a
    test may crash there.
    """

    def __init__(self, path: Path, before_replace: Callable[[], None] | None = None) -> None:
        self.path = path
        self._before_replace = before_replace

    def identity(self) -> str:
        from ..ooxml.archive import Archive

        try:
            with self.path.open("rb") as file:
                return _identity(Archive(file).identity())
        except Exception:
            with _plain_errors(self.path), ooxml.Workbook.open(self.path) as workbook:
                return _identity(workbook.identity)

    def busy(self) -> str | None:
        return ooxml.lock_owner(self.path)

    def read(self, trackers: Sequence[TrackerSpec]) -> Snapshot:
        with _plain_errors(self.path):
            workbook = ooxml.Workbook.open(self.path)
            stamps = workbook.custom_properties
            self._refuse_strange_tab(workbook, stamps)
            tabs = {t.id: self._tab(workbook, t, stamps) for t in trackers}
            own = _own_tab(workbook[HELD_TAB]) if workbook.has_sheet(HELD_TAB) else None
        token = _Opened(workbook, {t.id: t.tab for t in trackers})
        saved_by, saved_at = _last_saved(workbook)
        return Snapshot(
            _identity(workbook.identity),
            tabs,
            own,
            self._notes(workbook, trackers),
            saved_by,
            saved_at,
            token,
        )

    def _notes(self, workbook: ooxml.Workbook, trackers: Sequence[TrackerSpec]) -> tuple[str, ...]:
        """Say what a person should know before the workbook is written."""
        guarded = [t.tab for t in trackers if workbook[t.tab].protected]
        notes = [
            f"The tab '{tab}' of {self.path.name} is protected; it is written all the same."
            for tab in guarded
        ]
        notes += [
            f"{copy.name} looks like a conflicted copy of {self.path.name}: what was typed in it is not synced. "
            "Copy it over by hand, and delete the file."
            for copy in ooxml.conflict_copies(self.path)
        ]
        return tuple(notes)

    def _refuse_strange_tab(self, workbook: ooxml.Workbook, stamps: Mapping[str, str]) -> None:
        """Stop at a tab that has our name and is not ours: writing it would wipe out what people built."""
        named = [name for name in workbook.sheet_names if name.casefold() == HELD_TAB]
        stamped = any(name.startswith(STAMP_PREFIX) for name in stamps)
        if not named or (stamped and named == [HELD_TAB]) or workbook[named[0]]["A1"].value == TITLE:
            return
        raise strange_tab(self.path.name, named[0])

    def _tab(self, workbook: ooxml.Workbook, tracker: TrackerSpec, stamps: Mapping[str, str]) -> TabSnapshot:
        if not workbook.has_sheet(tracker.tab):
            raise no_such_tab(self.path.name, tracker, workbook.sheet_names)
        return TabSnapshot(
            _grid(workbook[tracker.tab]), Stamp.parse(stamps.get(f"{STAMP_PREFIX}{tracker.id}"))
        )

    def refused(self, snapshot: Snapshot, tabs: Mapping[str, TabWrite]) -> Refused:
        opened: _Opened = snapshot.token
        cells: dict[tuple[str, int, int], str] = {}
        appends: dict[str, str] = {}
        with _plain_errors(self.path), self._unless_changed(snapshot):
            if opened.staged:  # asked about another plan before: nothing of that one may be written
                self._reopen(opened)
            for tracker, tab in tabs.items():
                _stage(opened.workbook[opened.tabs[tracker]], tracker, tab, cells, appends)
                opened.staged[tracker] = tab
            if cells or appends:  # what was staged beside the refused must not be written as it is
                self._reopen(opened)
        return Refused(cells, appends)

    @contextmanager
    def _unless_changed(self, snapshot: Snapshot) -> Iterator[None]:
        """Some programs save over the open file: its parts are then not where they were, but nothing is broken."""
        try:
            yield
        except ooxml.WorkbookError as error:
            if isinstance(error, ooxml.WorkbookChanged) or self._is_as_read(snapshot):
                raise
            raise ooxml.WorkbookChanged(f"{self.path.name} was saved by somebody.") from error

    def _is_as_read(self, snapshot: Snapshot) -> bool:
        try:
            return self.identity() == snapshot.identity
        except SheetopsError:  # half saved
            return False

    def _reopen(self, opened: _Opened) -> None:
        opened.workbook.close()
        opened.workbook = ooxml.Workbook.open(self.path)
        opened.staged = {}

    def write(self, snapshot: Snapshot, write: SpreadsheetWrite) -> Written:
        opened: _Opened = snapshot.token
        if owner := self.busy():
            raise _opened_by(self.path, owner)
        with _plain_errors(self.path, writing=True), self._unless_changed(snapshot):
            if _identity(opened.workbook.identity) != snapshot.identity:
                raise ooxml.WorkbookChanged(f"{self.path.name} was saved by somebody.")
            self._put(opened, write)
            identity = opened.workbook.save(before_replace=self._before_replace)
            opened.workbook.close()
        return Written(_identity(identity))

    def used(self) -> str:
        return ""

    def own_tab(self) -> OwnTab:
        from .excel_tab import ExcelTab

        return ExcelTab(self.path, self._before_replace)

    def _put(self, opened: _Opened, write: SpreadsheetWrite) -> None:
        workbook = opened.workbook
        for tracker, tab in write.tabs.items():
            staged = opened.staged.get(tracker)
            if staged is None or replace(tab, stamp=None) != staged:
                _stage(workbook[opened.tabs[tracker]], tracker, tab, None, None)
            if tab.stamp is not None:
                workbook.set_custom_property(f"{STAMP_PREFIX}{tracker}", str(tab.stamp))
        mend(workbook)
        workbook.put_sheet(HELD_TAB, page(write.held_tab, bar=has_bar(workbook)))

    def backup(self, folder: str, run: str) -> None:
        stem, suffix = self.path.stem, self.path.suffix

        def copy(kept: Path) -> None:
            shutil.copy2(self.path, kept / f"{stem}.{run}{suffix}")

        backups.keep(Path(folder), self.path.name, f"{stem}.*{suffix}", copy)


def no_such_tab(book: str, tracker: TrackerSpec, names: Sequence[str]) -> TrackerUnreadable:
    """Return what to say of a workbook whose tabs are `names` and which lacks a tracker's."""
    there = ", ".join(f"'{name}'" for name in names)
    return TrackerUnreadable(
        f"{book} has no tab '{tracker.tab}'.{did_you_mean(tracker.tab, names)}",
        not_done="It was left out; nothing in it was read or written.",
        next_step=f"Its tabs are {there}. Name one in sheetops.toml under [trackers.{tracker.id}].",
    )


def strange_tab(book: str, tab: str) -> TrackerUnreadable:
    """Return what to say of a tab that has the name of the program's own and was made by somebody else."""
    return TrackerUnreadable(
        f"{book} has a tab '{tab}' that sheetops did not make, and needs that name for its own.",
        not_done="The workbook was left as it is.",
        next_step="Rename that tab, save, and run the command again.",
    )


def _own_tab(sheet: ooxml.Sheet) -> Grid:
    """Return the program's own tab, cell by cell: it is small, and calamine would read every text of the file."""
    rows: list[list[object]] = []
    for column in range(1, len(WIDTHS) + 1):
        for row, _, value in sheet.values_in_column(column):
            rows.extend([None] * len(WIDTHS) for _ in range(row - len(rows)))
            rows[row - 1][column - 1] = value
    return Grid(rows)


def _last_saved(workbook: ooxml.Workbook) -> tuple[str, datetime | None]:
    """Return who saved the workbook last and when, as far as it says so (ECMA-376 part 2, 11)."""
    said = workbook.core_properties
    try:
        at = datetime.fromisoformat(said.get("modified", ""))
    except ValueError:
        return said.get("lastModifiedBy", ""), None
    return said.get("lastModifiedBy", ""), at if at.tzinfo else at.replace(tzinfo=UTC)


def _identity(identity: ooxml.Identity) -> str:
    """Content only: a file that was copied or touched, and nothing else, is the file it was."""
    return f"{identity.size}:{identity.sha256}"


def _grid(sheet: ooxml.Sheet) -> Grid:
    read = sheet.grid()
    rows = read.rows
    for (row, column), code in sheet.scan.errors.items():
        _replace(rows, row - read.first_row, column, CellError(code))
    for row, column in sheet.uncached_formulas():
        _replace(rows, row - read.first_row, column, UNCACHED)
    merged = tuple((m[0], m[1], m[2], m[3]) for m in sheet.merged_ranges())
    return Grid(rows, read.first_row, sheet.formula_texts(), merged)


def _replace(rows: list[list[object]], index: int, column: int, value: object) -> None:
    if 0 <= index < len(rows):
        cells = rows[index]
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = value


def _stage(
    sheet: ooxml.Sheet,
    tracker: str,
    tab: TabWrite,
    refused_cells: dict[tuple[str, int, int], str] | None,
    refused_appends: dict[str, str] | None,
) -> None:
    """Put a tab's changes into the open workbook; nothing reaches the file before it is saved."""
    moved = {h.column: sheet.add_column(h.header, header_row=h.row) for h in tab.headers}
    for cell in tab.cells:
        try:
            _set(sheet, cell.row, moved.get(cell.column, cell.column), cell.value, over=cell.over_formula)
        except ooxml.CellRefused as error:
            if refused_cells is None:
                raise
            refused_cells[tracker, cell.row, cell.column] = str(error)
    if not tab.appends:
        return
    columns = sorted({column for append in tab.appends for column in append.cells})
    rows = [[_value(append.cells.get(column)) for column in columns] for append in tab.appends]
    try:
        places = [moved.get(column, column) for column in columns]
        numbers = sheet.append_rows(rows, after_row=tab.last_row, columns=places)
        _append_formulas(sheet, tab, numbers)
    except ooxml.CellRefused as error:
        if refused_appends is None:
            raise
        refused_appends[tracker] = str(error)


def _set(sheet: ooxml.Sheet, row: int, column: int, value: Any, *, over: bool) -> None:
    if isinstance(value, Formula):
        sheet.set_formula(row, column, value.text, value.result, overwrite_formula=over)
    else:
        sheet.set_cell(row, column, value, overwrite_formula=over)


def _value(value: Any) -> Any:
    return value.result if isinstance(value, Formula) else value


def _append_formulas(sheet: ooxml.Sheet, tab: TabWrite, numbers: Sequence[int]) -> None:
    """Put formulas in rows that were added, for the row each came to; one that a table brings along stays."""
    for planned, (number, append) in enumerate(
        zip(numbers, tab.appends, strict=True), start=tab.last_row + 1
    ):
        for column, value in append.cells.items():
            if isinstance(value, Formula) and sheet.formula_at(number, column) is None:
                text = ooxml.moved(value.text, number - planned, 0)
                sheet.set_formula(number, column, text, value.result)


def page(lines: Sequence[TabLine], *, bar: bool = False) -> ooxml.SheetContent:
    """Lay the program's own tab out as a worksheet, with the button bar where the workbook has its macros."""
    lines = with_hint(lines) if bar else lines
    rows = [
        [
            ooxml.SheetCell(ticked(value), _style(line, index), line.links.get(index))
            for index, value in enumerate(line.cells)
        ]
        for line in lines
    ]
    drop_downs = [
        ooxml.ListValidation(a1(number, line.choices_at + 1), line.choices, "Choose, save, and sync again.")
        for number, line in enumerate(lines, start=1)
        if line.choices and line.choices_at is not None
    ]
    drop_downs += [
        ooxml.ListValidation(a1(number, place + 1), (TICK,), f"Choose {TICK}, save, and close the workbook.")
        for number, line in enumerate(lines, start=1)
        for place in line.ticks
    ]
    heights = {BAR_ROW: BAR_HEIGHT} if bar else {}
    return ooxml.SheetContent(rows, WIDTHS, 0, drop_downs, "BF9000", heights, buttons(WIDTHS) if bar else ())


TICK = "x"
"""What stands in a cell that is ticked: a workbook has no tick boxes without a macro or a control."""


def ticked(value: Any) -> Any:
    """Return a value of the program's own tab as a workbook holds it."""
    return (TICK if value else None) if isinstance(value, bool) else value


def _style(line: TabLine, index: int) -> str:
    if index in line.inputs:
        return "input"
    return "link" if index in line.links else line.style


def _opened_by(path: Path, owner: str) -> TrackerBusy:
    return TrackerBusy(
        f"{path.name} is open ({owner}).",
        not_done=f"{path.name} was not written.",
        next_step="Close it (save first) and run: sheetops sync",
    )


@contextmanager
def _plain_errors(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Say what went wrong with a workbook as the error people are meant to get."""
    try:
        yield
    except ooxml.WorkbookChanged as error:
        raise TrackerChanged(
            f"{path.name} was saved by somebody while it was being synced.",
            not_done=f"{path.name} was not written.",
            next_step="Run: sheetops sync",
        ) from error
    except ooxml.WorkbookLocked as error:
        raise _opened_by(path, "by another program") from error
    except ooxml.WorkbookError as error:
        kind = TrackerNotWritten if writing else TrackerUnreadable
        said = str(error) if path.name in str(error) else f"{path.name}: {error}"
        raise kind(said, not_done="", next_step="") from error
    except OSError as error:
        kind = TrackerNotWritten if writing else TrackerUnreadable
        done = "written" if writing else "read"
        raise kind(
            f"{path.name} could not be {done}: {error.strerror or error}.",
            not_done=f"{path.name} was left as it is.",
            next_step="Check the folder and its permissions, then run the command again.",
        ) from error
