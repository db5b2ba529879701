"""A spreadsheet in memory: makes the protocol testable, and passes the same contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from ..model.errors import TrackerChanged, TrackerUnreadable
from ..model.schema import TrackerSpec
from ..model.sheet import (
    HELD_TAB,
    Formula,
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

Rows = list[list[Any]]
Formulas = dict[tuple[int, int], str]


class MemorySpreadsheet:
    """Tabs as lists of rows that a test, playing a person, may change at will.

    `tabs` maps a tab's name to its rows; `formulas` to the texts of its formulas by (row, column). Nothing
    calculates them: their results stand in `tabs`. `fault` is called at "write:before" and "write:after", where a test may crash.
    """

    def __init__(self, tabs: Mapping[str, Rows], name: str = "memory") -> None:
        self.name = name
        self.tabs: dict[str, Rows] = {tab: [list(row) for row in rows] for tab, rows in tabs.items()}
        self.formulas: dict[str, Formulas] = {}
        self.stamps: dict[str, str] = {}
        self.writes = 0
        self.opened_by: str | None = None
        self.fault: Callable[[str], None] = lambda point: None
        self.backups: dict[str, dict[str, Rows]] = {}

    def identity(self) -> str:
        return repr((self.tabs, self.formulas, self.stamps))

    def busy(self) -> str | None:
        return self.opened_by

    def read(self, trackers: Sequence[TrackerSpec]) -> Snapshot:
        for tracker in trackers:
            if tracker.tab not in self.tabs:
                raise TrackerUnreadable(f"{self.name} has no tab '{tracker.tab}'.")
        held = self.tabs.get(HELD_TAB)
        return Snapshot(
            self.identity(),
            {t.id: TabSnapshot(self._grid(t.tab), Stamp.parse(self.stamps.get(t.id))) for t in trackers},
            Grid(deepcopy(held)) if held is not None else None,
            token={t.id: t.tab for t in trackers},
        )

    def _grid(self, tab: str) -> Grid:
        return Grid(deepcopy(self.tabs[tab]), 1, dict(self.formulas.get(tab, {})))

    def refused(self, snapshot: Snapshot, tabs: Mapping[str, TabWrite]) -> Refused:
        appends: dict[str, str] = {}
        for tracker, tab in tabs.items():
            rows = self.tabs[snapshot.token[tracker]]
            for number, append in enumerate(tab.appends, start=tab.last_row + 1):
                for column in append.cells:
                    if _said(rows, number, column) not in (None, ""):
                        appends[tracker] = f"{a1(number, column)} is not empty; move what stands there."
        return Refused(appends=appends)

    def write(self, snapshot: Snapshot, write: SpreadsheetWrite) -> Written:
        self.fault("write:before")
        if snapshot.identity != self.identity():
            raise TrackerChanged(f"{self.name} was changed while it was being synced.")
        tabs, stamps, formulas = deepcopy(self.tabs), dict(self.stamps), deepcopy(self.formulas)
        for tracker, tab in write.tabs.items():
            name = snapshot.token[tracker]
            _apply(tabs[name], formulas.setdefault(name, {}), tab)
            if tab.stamp is not None:
                stamps[tracker] = str(tab.stamp)
        tabs[HELD_TAB] = [list(line.cells) for line in write.held_tab]
        self.tabs, self.stamps, self.formulas, self.writes = tabs, stamps, formulas, self.writes + 1
        self.fault("write:after")
        return Written(self.identity())

    def used(self) -> str:
        return ""

    def backup(self, folder: str, run: str) -> None:
        self.backups[run] = deepcopy(self.tabs)


def _apply(rows: Rows, formulas: Formulas, tab: TabWrite) -> None:
    for header in tab.headers:
        _put(rows, formulas, header.row, header.column, header.header)
    for cell in tab.cells:
        _put(rows, formulas, cell.row, cell.column, cell.value)
    for number, append in enumerate(tab.appends, start=tab.last_row + 1):
        for column, value in append.cells.items():
            _put(rows, formulas, number, column, value)


def _said(rows: Rows, row: int, column: int) -> Any:
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None


def _put(rows: Rows, formulas: Formulas, row: int, column: int, value: Any) -> None:
    formulas.pop((row, column), None)
    if isinstance(value, Formula):
        formulas[row, column], value = value.text, value.result
    while len(rows) < row:
        rows.append([])
    cells = rows[row - 1]
    cells.extend([None] * (column - len(cells)))
    cells[column - 1] = value
