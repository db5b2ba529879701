"""A spreadsheet in Google Sheets that is to be adopted: its tabs as plain grids, in two reads. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from ..trackers.google.cells import Json
from ..trackers.google.connection import Connection
from ..trackers.google.tabs import TabState, forget_unread, tab_of, take_results
from .reading import Origin, TabRead, wanted_tabs

_STRUCTURE = "properties(title,timeZone),sheets(properties(sheetId,title,sheetType))"
_CELLS = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),merges,data(startRow,startColumn,"
    "rowData(values(userEnteredValue,effectiveValue,effectiveFormat(numberFormat)))))"
)


class GoogleTabs:
    """The tabs of one spreadsheet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, TabState] = {}

    @cached_property
    def _structure(self) -> Mapping[str, Any]:
        return self._connection.structure(_STRUCTURE)

    @property
    def origin(self) -> Origin:
        """Return the spreadsheet as sheetops.toml names it: by a link that opens it, and its title."""
        title, source = self._structure["properties"]["title"], self._connection.spreadsheet
        link = f"https://docs.google.com/spreadsheets/d/{source}/edit"
        settings = (("spreadsheet", link), ("name", title))
        return Origin(title, title, source, "google", settings, "spreadsheet")

    @property
    def timezone(self) -> str:
        """The spreadsheet's own time zone; "" where it has none that a calendar knows."""
        return str(self._structure["properties"].get("timeZone", ""))

    def read(self, tab: str | None) -> list[TabRead]:
        """Return the tab of this name, or all that have cells. Raise UnknownName when there is none so called."""
        grids = {
            sheet["properties"]["title"]: sheet["properties"].get("sheetId", 0)
            for sheet in self._structure["sheets"]
            if sheet["properties"].get("sheetType", "GRID") == "GRID"
        }
        names = wanted_tabs(self.origin.title, list(grids), tab)
        filters = [{"gridRange": {"sheetId": grids[name]}} for name in names]
        answer = self._connection.by_filter(filters, _CELLS) if filters else {}
        for sheet in answer.get("sheets", ()):
            state = _with_results(sheet)
            self._read[state.title] = state
        return [TabRead(name, self._read[name].grid()) for name in names]

    def number_formats(self, tab: str, cells: Iterable[tuple[int, int]]) -> dict[int, list[str]]:
        """Return column -> the number formats of the given (row, column) cells."""
        found: dict[int, list[str]] = {}
        for row, column in cells:
            cell = self._read[tab].raw[row - 1]["values"][column - 1]
            shown: Json = cell.get("effectiveFormat", {}).get("numberFormat", {})
            found.setdefault(column, []).append(shown.get("pattern", ""))
        return found


def _with_results(sheet: Json) -> TabState:
    """Return a tab with the results of its formulas."""
    state = tab_of(sheet)
    take_results(state, sheet)
    forget_unread(state)
    for row in state.rows:
        while row and row[-1] in (None, ""):
            row.pop()
    return state
