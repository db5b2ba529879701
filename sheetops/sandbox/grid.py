"""What a spreadsheet is: cells, sheets, and what lies on ranges of them. Plain data, no I/O.

A cell is never changed in place, and neither is any JSON that it holds: a new cell takes its place. That makes the
copy that `batchUpdate` works on cheap: rows are copied, cells are shared.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from .errors import ApiError, Json

Scalar = str | float | bool

ROW_PIXELS, COLUMN_PIXELS = 21, 100


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what was entered, and what hangs on it."""

    value: Scalar | None = None
    formula: str | None = None
    format: Json | None = None
    note: str = ""
    validation: Json | None = None
    runs: list[Json] | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was entered, whatever the cell looks like."""
        return self.value is None and self.formula is None

    def cleared(self) -> Cell:
        """Return the cell without its value."""
        return EMPTY if self.bare else replace(self, value=None, formula=None, runs=None)

    @property
    def bare(self) -> bool:
        """Whether nothing but a value is in the cell."""
        return self.format is None and not self.note and self.validation is None


EMPTY = Cell()


def shared(look: Json) -> Json:
    """Return the format that equals this one and that other cells have too: thousands of cells have a few formats."""
    return _parsed(json.dumps(look))


@lru_cache(4096)
def _parsed(text: str) -> Json:
    parsed: Json = json.loads(text)
    return parsed


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of one sheet, half-open, counted from 0. An end that is None goes on to the edge."""

    sheet_id: int = 0
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None

    @classmethod
    def of(cls, grid_range: Json) -> Area:
        """Return the area that a GridRange means."""
        names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
        return cls(grid_range.get("sheetId") or 0, *(grid_range.get(name) for name in names))

    def to_json(self) -> Json:
        """Return the GridRange; Google leaves out the sheet id when it is 0."""
        ends = {
            "startRowIndex": self.top, "endRowIndex": self.bottom,
            "startColumnIndex": self.left, "endColumnIndex": self.right,
        }  # fmt: skip
        head: Json = {"sheetId": self.sheet_id} if self.sheet_id else {}
        return head | {name: end for name, end in ends.items() if end is not None}

    def within(self, sheet: Sheet) -> Box:
        """Return the rectangle that this is on the sheet, cut at the sheet's edges."""
        bottom = sheet.row_count if self.bottom is None else min(self.bottom, sheet.row_count)
        right = sheet.column_count if self.right is None else min(self.right, sheet.column_count)
        return Box(self.top or 0, bottom, self.left or 0, right)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with all four ends known."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> range:
        return range(self.top, self.bottom)

    @property
    def columns(self) -> range:
        return range(self.left, self.right)

    def cells(self) -> Iterator[tuple[int, int]]:
        """Yield each address, row by row."""
        return ((row, column) for row in self.rows for column in self.columns)

    def meets(self, other: Box) -> bool:
        """Whether a cell lies in both."""
        return (
            self.top < other.bottom and other.top < self.bottom
            and self.left < other.right and other.left < self.right
        )  # fmt: skip

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.top <= other.top and other.bottom <= self.bottom
            and self.left <= other.left and other.right <= self.right
        )  # fmt: skip

    def area(self, sheet_id: int) -> Area:
        """Return it as an area of a sheet."""
        return Area(sheet_id, self.top, self.bottom, self.left, self.right)


@dataclass(slots=True)
class Sheet:
    """One tab."""

    properties: Json
    cells: list[list[Cell]] = field(default_factory=list)
    row_looks: dict[int, Json] = field(default_factory=dict)
    column_looks: dict[int, Json] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    protected: list[Json] = field(default_factory=list)
    groups: dict[str, list[Json]] = field(default_factory=lambda: {"ROWS": [], "COLUMNS": []})
    filter: Json | None = None
    conditional: list[Json] = field(default_factory=list)
    banding: list[Json] = field(default_factory=list)
    filter_views: list[Json] = field(default_factory=list)

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def row_count(self) -> int:
        return int(self.properties["gridProperties"]["rowCount"])

    @property
    def column_count(self) -> int:
        return int(self.properties["gridProperties"]["columnCount"])

    @property
    def hidden(self) -> bool:
        return bool(self.properties.get("hidden"))

    def whole(self) -> Box:
        """Return the rectangle of all cells."""
        return Box(0, self.row_count, 0, self.column_count)

    def used(self) -> Box:
        """Return the smallest rectangle from A1 that holds every cell with anything in it."""
        width = max((len(row) for row in self.cells), default=0)
        return Box(0, min(len(self.cells), self.row_count), 0, min(width, self.column_count))

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell, empty ones included."""
        try:
            return self.cells[row][column]
        except IndexError:
            return EMPTY

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Set the cell."""
        if cell.value is None and cell == EMPTY:
            if row < len(self.cells) and column < len(self.cells[row]):
                self.cells[row][column] = EMPTY
                self._trim(row)
            return
        while len(self.cells) <= row:
            self.cells.append([])
        line = self.cells[row]
        if len(line) <= column:
            line.extend([EMPTY] * (column + 1 - len(line)))
        line[column] = cell

    def _trim(self, row: int) -> None:
        line = self.cells[row]
        while line and line[-1] is EMPTY:
            line.pop()
        while self.cells and not self.cells[-1]:
            self.cells.pop()

    def copy(self) -> Sheet:
        """Return a copy; what happens to it does not happen to the original."""
        fresh = {
            name: copy.deepcopy(getattr(self, name))
            for name in self.__slots__
            if name not in ("cells", "merges")
        }
        return Sheet(cells=[row[:] for row in self.cells], merges=self.merges[:], **fresh)

    def resize(self, rows: int, columns: int) -> None:
        """Make the grid this large, cutting off what lies outside."""
        self.properties["gridProperties"] |= {"rowCount": rows, "columnCount": columns}
        del self.cells[rows:]
        for line in self.cells:
            del line[columns:]


@dataclass(slots=True)
class Spreadsheet:
    """One file: its sheets, what names and describes them, and what Drive knows about it.

    Developer metadata, of which programs leave thousands, is shared by copies as cells are: replace it, never change it.
    """

    id: str
    properties: Json
    sheets: list[Sheet]
    named: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)
    file: Json = field(default_factory=dict)

    def copy(self) -> Spreadsheet:
        """Return a copy; what happens to it does not happen to the original."""
        rest = {name: copy.deepcopy(getattr(self, name)) for name in ("properties", "named", "file")}
        sheets = [sheet.copy() for sheet in self.sheets]
        return Spreadsheet(id=self.id, sheets=sheets, metadata=self.metadata[:], **rest)

    def sheet(self, sheet_id: int, what: str = "grid") -> Sheet:
        """Return the sheet with this id. Raise when there is none."""
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise ApiError(f"No {what} with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """Return the sheet with this title; Google compares titles without regard to case."""
        exact = [sheet for sheet in self.sheets if sheet.title == title]
        folded = [sheet for sheet in self.sheets if sheet.title.casefold() == title.casefold()]
        return next(iter(exact + folded), None)

    def first(self) -> Sheet:
        """Return the first sheet that shows."""
        return next((sheet for sheet in self.sheets if not sheet.hidden), self.sheets[0])

    def reindex(self) -> None:
        """Number the sheets as they stand."""
        for index, sheet in enumerate(self.sheets):
            sheet.properties["index"] = index

    def cell_total(self) -> int:
        """Return how many cells the file has, empty ones included; Google allows 10,000,000."""
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets)
