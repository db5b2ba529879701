"""An open workbook as a spreadsheet that holds trackers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.errors import SheetopsError, TrackerBusy, TrackerChanged, TrackerNotWritten, TrackerUnreadable
from ...model.schema import TrackerSpec
from ...model.sheet import (
    HELD_TAB,
    TITLE,
    Grid,
    Refused,
    Snapshot,
    SpreadsheetWrite,
    Stamp,
    TabSnapshot,
    TabWrite,
    Written,
    a1,
)
from .. import backups
from ..excel_bar import shows_bar
from ..excel_file import STAMP_PREFIX, no_such_tab, page, strange_tab
from .blocks import Block
from .cells import Place, alike, content, differing, read_grid
from .excel import Excel
from .page import put_page, put_page_back
from .placing import appended, headers, table_at, unwritable
from .writing import TabWriter

_TEXT = 4
"""msoPropertyTypeString."""


@dataclass
class _Seen:
    """The tabs as they were read: tracker id -> its tab's name, tab's name -> its grid."""

    tabs: dict[str, str]
    grids: dict[str, Grid]


class ExcelLive:
    """A workbook that is open in Excel: `book` is the `xw.Book`, handed in, never looked for.

    What it promises, while people may be typing: a block of cells is compared with what was read in the calls right
    before it is written, without asking Excel twice in between, so an edit that was finished or begun by then is
    never overwritten: TrackerChanged is raised and what was written before is taken back. What nobody can see is a
    key pressed in the few milliseconds between those two calls. After a write everything is read again; what does
    not fit leaves an identity that makes the next sync look. A run that dies half-way leaves values but no new
    stamp, and the next sync goes on from there.

    A workbook that was written is saved, as it would be without Excel: data and stamp are on disk together, and so
    is whatever else was not saved yet. One that cannot be is written all the same, with a note to save it. `fault` is
    called before and after all is written; a test may crash there, or type.
    """

    def __init__(
        self,
        book: Any,
        trackers: Sequence[TrackerSpec],
        *,
        patience: float = 10.0,
        fault: Callable[[str], None] = lambda point: None,
    ) -> None:
        self.excel = Excel(book, patience)
        self.book, self._trackers, self._fault = book, tuple(trackers), fault
        self._date1904: bool | None = None

    @property
    def date1904(self) -> bool:
        if self._date1904 is None:
            self._date1904 = self.excel.ask(lambda: bool(self.book.api.Date1904))
        return self._date1904

    # --- reading -------------------------------------------------------------------------------------------

    def identity(self) -> str:
        return self._identity(self._grids(self._trackers), self._stamps())

    def busy(self) -> str | None:
        """Nobody but the person who pressed has it open; a cell being edited is waited for."""
        return None

    def read(self, trackers: Sequence[TrackerSpec]) -> Snapshot:
        self._refuse_read_only()
        names = self._names()
        stamps = self._stamps()
        self._refuse_strange_tab(names, stamps)
        for tracker in trackers:
            if tracker.tab not in names:
                raise no_such_tab(self.excel.name, tracker, names)
        grids = self._grids((*self._trackers, *trackers))
        tabs = {
            t.id: TabSnapshot(grids[t.tab], Stamp.parse(stamps.get(f"{STAMP_PREFIX}{t.id}")))
            for t in trackers
        }
        return Snapshot(
            self._identity(grids, stamps), tabs, grids.get(HELD_TAB), (), "", None,
            _Seen({t.id: t.tab for t in trackers}, grids),
        )  # fmt: skip

    def _refuse_read_only(self) -> None:
        if self.excel.ask(lambda: bool(self.book.api.ReadOnly)):
            raise TrackerUnreadable(
                f"{self.excel.name} is open read-only, so what a sync writes could not be saved.",
                not_done="Nothing in it was read or written.",
                next_step="Save it where it belongs, or close it and open it for editing (who else has it open?); "
                "then sync again.",
            )

    def _refuse_strange_tab(self, names: Sequence[str], stamps: Mapping[str, str]) -> None:
        named = [name for name in names if name.casefold() == HELD_TAB]
        if not named or (stamps and named == [HELD_TAB]):
            return
        rows = self.excel.ask(self._grid, named[0]).rows
        if rows and (named != [HELD_TAB] or rows[0][0] != TITLE):
            raise strange_tab(self.excel.name, named[0])

    def _names(self) -> list[str]:
        return self.excel.ask(lambda: [str(sheet.name) for sheet in self.book.sheets])

    def _grids(self, trackers: Sequence[TrackerSpec]) -> dict[str, Grid]:
        """Return the tabs of trackers that are there, and the program's own."""
        names = self._names()
        return {
            tab: self.excel.ask(self._grid, tab)
            for tab in dict.fromkeys([*(t.tab for t in trackers), HELD_TAB])
            if tab in names
        }

    def _grid(self, tab: str) -> Grid:
        return read_grid(self.book.sheets[tab], date1904=self.date1904)

    def _stamps(self) -> dict[str, str]:
        def read() -> dict[str, str]:
            every = {str(p.Name): p.Value for p in self.book.api.CustomDocumentProperties}
            return {name: str(value) for name, value in every.items() if name.startswith(STAMP_PREFIX)}

        return self.excel.ask(read)

    def _identity(self, grids: Mapping[str, Grid], stamps: Mapping[str, str]) -> str:
        """Content only, of the tabs that a sync looks at: not formats, not other tabs, not whether it was saved."""
        said = hashlib.sha256(repr(sorted(stamps.items())).encode("utf-8", "surrogatepass"))
        for name in sorted(grids):
            rows = [[None if value == "" else value for value in row] for row in grids[name].rows]
            told = repr((name, rows, sorted(grids[name].formulas.items())))
            said.update(told.encode("utf-8", "surrogatepass"))
        return f"open:{said.hexdigest()}"

    # --- writing -------------------------------------------------------------------------------------------

    def refused(self, snapshot: Snapshot, tabs: Mapping[str, TabWrite]) -> Refused:
        seen: _Seen = snapshot.token
        cells: dict[tuple[str, int, int], str] = {}
        appends: dict[str, str] = {}
        for tracker, tab in tabs.items():
            sheet = self.book.sheets[seen.tabs[tracker]]
            grid = seen.grids[seen.tabs[tracker]]
            found, below = self.excel.ask(unwritable, sheet, grid, tab)
            cells.update({(tracker, *place): reason for place, reason in found.items()})
            if below:
                appends[tracker] = below
        return Refused(cells, appends)

    def write(self, snapshot: Snapshot, write: SpreadsheetWrite) -> Written:
        seen: _Seen = snapshot.token
        self._fault("write:before")
        self._refuse_read_only()
        self._refuse_locked_tab(write)
        self._refuse_changed(seen)
        writers = {tracker: self._writer(seen, tracker, tab) for tracker, tab in write.tabs.items()}
        with self.excel.undisturbed(), self._or_undone(list(writers.values()), seen.grids.get(HELD_TAB)):
            for tracker, tab in write.tabs.items():
                _put(writers[tracker], tab)
            self._page_begun = True
            bar = shows_bar(seen.grids.get(HELD_TAB))
            put_page(self.excel, page(write.held_tab, bar=bar), date1904=self.date1904)
            for tracker, tab in write.tabs.items():
                if tab.stamp is not None:
                    self._put_stamp(f"{STAMP_PREFIX}{tracker}", str(tab.stamp))
        self._fault("write:after")
        written = self._looked_over(seen, write, writers)
        return Written(written.identity, (*written.notes, *self._saved()))

    @contextmanager
    def _or_undone(self, writers: list[TabWriter], held: Grid | None) -> Iterator[None]:
        """Take everything back when anything goes wrong, the stamps first: a stamp says that all the rest is there."""
        self._page_begun = False
        stamps = self._stamps()

        def take_back() -> None:
            for name in {f"{STAMP_PREFIX}{tracker.id}" for tracker in self._trackers}:
                self._put_stamp(name, stamps.get(name))
            if self._page_begun:
                put_page_back(self.excel, held, date1904=self.date1904)
            for writer in reversed(writers):
                writer.take_back()

        try:
            yield
        except SheetopsError as error:
            raise self._undone(take_back, error) from error
        except Exception:
            with suppress(SheetopsError):
                take_back()
            raise

    def _undone(self, take_back: Callable[[], None], error: SheetopsError) -> SheetopsError:
        try:
            take_back()
        except TrackerBusy:
            return self.excel.busy(
                f"{self.excel.name} was written in part; the next sync goes on from there, and nothing typed is lost."
            )
        except SheetopsError as second:
            return second
        return error

    def _refuse_locked_tab(self, write: SpreadsheetWrite) -> None:
        """Stop before anything is written where the program's own tab cannot be."""
        there = HELD_TAB in self._names()

        def locked() -> bool:
            api = self.book.sheets[HELD_TAB].api if there else self.book.api
            return bool(api.ProtectContents if there else api.ProtectStructure)

        if self.excel.ask(locked):
            what = f"The tab '{HELD_TAB}' of {self.excel.name}" if there else f"{self.excel.name}"
            raise TrackerNotWritten(
                f"{what} is protected, so sheetops cannot {'write there' if there else 'add its tab'}.",
                not_done=f"{self.excel.name} was not written.",
                next_step=f"Unprotect the {'tab' if there else 'workbook'} (Review > Unprotect) and sync again.",
            )

    def _refuse_changed(self, seen: _Seen) -> None:
        now = self._grids(self._trackers)
        for name, grid in now.items():
            before = seen.grids.get(name)
            places = differing(before, grid, {}) if before is not None else [(1, 1)]
            if places:
                raise TrackerChanged(
                    f"{self.excel.name} was edited while it was being synced (at {name}!{a1(*places[0])}).",
                    not_done=f"{self.excel.name} was not written.",
                    next_step="Sync again.",
                )

    def _writer(self, seen: _Seen, tracker: str, tab: TabWrite) -> TabWriter:
        name = seen.tabs[tracker]
        return TabWriter(
            self.excel, self.book.sheets[name], seen.grids[name],
            header_row=tab.header_row, key_column=tab.key_column, date1904=self.date1904,
        )  # fmt: skip

    def _put_stamp(self, name: str, text: str | None) -> None:
        """Set a stamp, or take it away."""

        def put() -> None:
            every = self.book.api.CustomDocumentProperties
            own = next((each for each in every if each.Name == name), None)
            if text is None and own is not None:
                own.Delete()
            elif own is not None and own.Value != text:
                own.Value = text
            elif own is None and text is not None:
                every.Add(Name=name, LinkToContent=False, Type=_TEXT, Value=text)

        self.excel.ask(put)

    def _looked_over(self, seen: _Seen, write: SpreadsheetWrite, writers: Mapping[str, TabWriter]) -> Written:
        """Read everything again: whatever was typed meanwhile must not count as seen."""
        grids = self._grids(self._trackers)
        notes = []
        for tracker, tab in write.tabs.items():
            name = seen.tabs[tracker]
            wanted = _wanted(tab)
            places = differing(seen.grids[name], grids[name], writers[tracker].now)
            places += [
                place
                for place, value in wanted.items()
                if place not in grids[name].formulas and not alike(content(grids[name], *place)[1], value)
            ]
            if places:
                notes.append(
                    f"{name}!{a1(*places[0])} of {self.excel.name} changed while it was being synced; "
                    "the next sync looks at it."
                )
        identity = self._identity(grids, self._stamps())
        return Written(f"{identity}:again" if notes else identity, tuple(notes))

    def _saved(self) -> tuple[str, ...]:
        """Save the workbook and return what a person should know where that did not go."""
        app, alerts = self.book.app, True
        try:
            alerts = self.excel.ask(getattr, app, "display_alerts")
            self.excel.ask(setattr, app, "display_alerts", False)
            self.excel.ask(self.book.save)
        except SheetopsError:
            note = (
                f"{self.excel.name} was written and could not be saved: save it before you close it. "
                "Closed without saving, it stops the next sync, which then asks what to do."
            )
            return (note,)
        finally:
            self.excel.given_back(setattr, app, "display_alerts", alerts)
        return ()

    def used(self) -> str:
        return ""

    def backup(self, folder: str, run: str) -> None:
        stem, suffix = Path(self.excel.name).stem, Path(self.excel.name).suffix or ".xlsx"

        def copy(kept: Path) -> None:
            target = str(kept / f"{stem}.{run}{suffix}")
            self.excel.ask(lambda: self.book.api.SaveCopyAs(target))

        backups.keep(Path(folder), self.excel.name, f"{stem}.*{suffix}", copy)


def _wanted(tab: TabWrite) -> dict[Place, Any]:
    return {**headers(tab), **{(c.row, c.column): c.value for c in tab.cells}, **appended(tab)}


def _put(writer: TabWriter, tab: TabWrite) -> None:
    """Write one tab: new columns, changed cells, rows below the data."""
    sheet = writer.sheet
    for header in tab.headers:
        table = writer.excel.ask(table_at, sheet, header.row, header.column - 1)
        if table is not None:
            top, left, bottom, right = table.reach
            if header.column > right:
                added = Block(top, right + 1, bottom, header.column)
                writer.grow(table.own, Block(top, left, bottom, header.column), added)
    writer.put(headers(tab))
    writer.put({(cell.row, cell.column): cell.value for cell in tab.cells})
    below = appended(tab)
    if below:
        table = writer.excel.ask(table_at, sheet, tab.last_row, min(c for _, c in below))
        last = max(row for row, _ in below)
        if table is not None and last > table.reach[2]:
            top, left, _, right = table.reach
            added = Block(table.reach[2] + 1, left, last, right)
            writer.grow(table.own, Block(top, left, last, right), added)
        writer.put({place: value for place, value in below.items() if value is not None})
