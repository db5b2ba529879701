"""How a tracker's tab looks now, from one answer of the API: what `format` may set, and what it has to leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...model.schema import TrackerSpec
from .cells import Json
from .connection import Connection
from .reading import Read, read
from .remembered import Remembered
from .rules import SIGN
from .tabs import TabState, by_id

_MASK = (
    "properties(title,timeZone,locale),sheets("
    "properties(sheetId,title,hidden,gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount)),"
    "merges,developerMetadata,basicFilter,"
    "protectedRanges(protectedRangeId,range,unprotectedRanges,description,warningOnly,requestingUserCanEdit,editors),"
    "data(startRow,startColumn,columnMetadata(pixelSize),rowData(values(userEnteredValue,"
    "effectiveFormat(numberFormat(type)),note,dataValidation(condition(type),inputMessage)))))"
)


@dataclass(frozen=True)
class Looks:
    """How a tab looks. Rows and columns are counted from 1.

    `rules` says of every cell with data validation whether the rule is one of ours.
    """

    rules: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    widths: Sequence[int] = ()
    frozen_rows: int = 0
    frozen_columns: int = 0
    has_filter: bool = False

    def width(self, column: int) -> int:
        """Return a column's width in pixels; 0 where it is not known."""
        return self.widths[column - 1] if column <= len(self.widths) else 0


def look(
    connection: Connection, trackers: Sequence[TrackerSpec], remembered: Remembered
) -> tuple[Read, dict[str, Looks]]:
    """Read the trackers' tabs as a run does, and how they look beside it, in the same request."""
    found = read(connection, trackers, remembered, _MASK)
    sheets = by_id(found.answer)
    return found, {tracker: looks_of(sheets[tab.sheet_id], tab) for tracker, tab in found.tabs.items()}


def looks_of(sheet: Json, tab: TabState) -> Looks:
    """Return how a tab looks, from the answer's Sheet."""
    rules: dict[tuple[int, int], bool] = {}
    notes: dict[tuple[int, int], str] = {}
    for place, cell in _cells(tab):
        if "dataValidation" in cell:
            rules[place] = str(cell["dataValidation"].get("inputMessage", "")).endswith(SIGN)
        if "note" in cell:
            notes[place] = cell["note"]
    grid = sheet["properties"].get("gridProperties", {})
    widths = [one.get("pixelSize", 0) for block in sheet.get("data", ()) for one in block.get("columnMetadata", ())]  # fmt: skip
    return Looks(
        rules, notes, widths, grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0), "basicFilter" in sheet,
    )  # fmt: skip


def _cells(tab: TabState) -> Iterator[tuple[tuple[int, int], Json]]:
    for row, line in enumerate(tab.raw, start=1):
        for column, cell in enumerate(line.get("values", ()), start=1):
            if cell:
                yield (row, column), cell
