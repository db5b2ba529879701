"""A tab as one answer of the API shows it: values, formulas, number formats, and what else decides about writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...merge.tab import HEADER_SEARCH_ROWS
from ...model.lexicon import same_header
from ...model.live import is_live
from ...model.schema import Mode, TrackerSpec
from ...model.sheet import UNCACHED, Formula, Grid, a1, column_letters
from .cells import CELL_CHARACTERS, Json, as_read, kind_after, value_of

_SPILLS = re.compile(
    r"\{|\b(?:ARRAYFORMULA|BYCOL|BYROW|CHOOSECOLS|CHOOSEROWS|EXPAND|FILTER|FLATTEN|FREQUENCY|GOOGLEFINANCE|GROWTH"
    r"|HSTACK|IMPORT\w+|LINEST|LOGEST|MAKEARRAY|MAP|MINVERSE|MMULT|MUNIT|QUERY|RANDARRAY|REGEXEXTRACT|SCAN|SEQUENCE"
    r"|SORTN?|SPLIT|TOCOL|TOROW|TRANSPOSE|TREND|UNIQUE|VSTACK|WRAPCOLS|WRAPROWS)\b",
    re.IGNORECASE,
)
"""Formulas whose result may fill cells beside their own. One too many here costs a read, nothing else."""


@dataclass
class TabState:
    """One tab. `rows[i][j]` is the value in row i + 1, column j + 1; `kinds` the types of number formats there.

    `raw` is the answer's rowData: what a cell was entered as, to put it back exactly. `spilled` are cells that a
    formula elsewhere fills. A formula's value is UNCACHED until its result has been read. `live` are cells with a formula
    of ours: what it comes to changes with the clock, nobody asks for it, and the value is None.
    """

    sheet_id: int
    title: str
    row_count: int
    column_count: int
    rows: list[list[Any]] = field(default_factory=list)
    kinds: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    spilled: set[tuple[int, int]] = field(default_factory=set)
    live: set[tuple[int, int]] = field(default_factory=set)
    merges: tuple[tuple[int, int, int, int], ...] = ()
    protected: tuple[Json, ...] = ()
    metadata: tuple[Json, ...] = ()
    raw: Sequence[Json] = ()

    def grid(self) -> Grid:
        """Return the tab as every backend returns one."""
        return Grid(self.rows, 1, {**dict.fromkeys(self.spilled, ""), **self.formulas}, self.merges)

    def value(self, row: int, column: int) -> Any:
        """Return the value at a 1-based position."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return cells[column - 1] if column <= len(cells) else None

    def entered(self, row: int, column: int) -> Json:
        """Return what a cell was entered as ({} for a blank), as the API said it."""
        values = self.raw[row - 1].get("values", ()) if 0 < row <= len(self.raw) else ()
        found: Json = values[column - 1].get("userEnteredValue", {}) if column <= len(values) else {}
        return found

    def width(self, row: int) -> int:
        """Return how many cells the answer had in a row."""
        return len(self.raw[row - 1].get("values", ())) if 0 < row <= len(self.raw) else 0

    def put(self, row: int, column: int, value: Any) -> None:
        """Remember that a value was written, as it will be read back."""
        place = (row, column)
        self.formulas.pop(place, None)
        self.live.discard(place)
        if isinstance(value, Formula):
            self.formulas[place] = value.text
            self.live.add(place)
            value = None
        self._widen(row, column)[column - 1] = as_read(value)
        kind = kind_after(value, self.kinds.get(place))
        if kind:
            self.kinds[place] = kind

    def put_result(self, row: int, column: int, value: Any) -> None:
        """Take in the result of a formula, or what an array formula fills a cell with."""
        if (row, column) not in self.formulas:
            self.spilled.add((row, column))
        self._widen(row, column)[column - 1] = value

    def _widen(self, row: int, column: int) -> list[Any]:
        while len(self.rows) < row:
            self.rows.append([])
        cells = self.rows[row - 1]
        cells.extend([None] * (column - len(cells)))
        return cells

    @property
    def last_row(self) -> int:
        """The last row in which anything stands, in whatever column; a formula without a result counts."""
        calculated = max((row for row, _ in (*self.formulas, *self.spilled)), default=0)
        typed = next((n for n in range(len(self.rows), 0, -1) if any(map(_is_there, self.rows[n - 1]))), 0)
        return max(typed, calculated)

    def content(self) -> Iterator[Any]:
        """Yield what makes the tab's identity: all that was entered or calculated, and no look."""
        yield self.sheet_id
        for number, cells in enumerate(self.rows, start=1):
            last = len(cells)
            while last and not _is_there(cells[last - 1]):
                last -= 1
            if last:
                yield number, [float(c) if type(c) is int else c for c in cells[:last]]
        yield sorted(self.formulas.items())


def _is_there(value: Any) -> bool:
    return value is not None and value != ""


def id_of(sheet: Json) -> int:
    """Return the id of a Sheet of an answer: the first tab's is 0, which answers leave out."""
    return int(sheet["properties"].get("sheetId", 0))


def by_id(answer: Json) -> dict[int, Json]:
    """Return the Sheets of an answer by their ids."""
    return {id_of(sheet): sheet for sheet in answer.get("sheets", ())}


def tab_of(sheet: Json) -> TabState:
    """Return the tab that a Sheet of an answer describes, with as much of its data as the answer has."""
    properties = sheet["properties"]
    size = properties.get("gridProperties", {})
    tab = TabState(
        id_of(sheet), properties["title"], size.get("rowCount", 0), size.get("columnCount", 0),
        merges=tuple(_merged(one) for one in sheet.get("merges", ())),
        protected=tuple(sheet.get("protectedRanges", ())),
        metadata=tuple(sheet.get("developerMetadata", ())),
    )  # fmt: skip
    for block in sheet.get("data", ()):
        _fill(tab, block)
    return tab


def _fill(tab: TabState, block: Json) -> None:
    assert not block.get("startRow")
    assert not block.get("startColumn"), "whole tabs are read"
    tab.raw = block.get("rowData", ())
    for number, line in enumerate(tab.raw, start=1):
        cells = enumerate(line.get("values", ()), start=1)
        tab.rows.append([_value(tab, (number, column), cell) if cell else None for column, cell in cells])


def _value(tab: TabState, place: tuple[int, int], cell: Json) -> Any:
    """Return what stands in a cell, and note its number format and formula. Called for every cell, so it is terse."""
    kind = None
    shown = cell.get("effectiveFormat")
    if shown and "numberFormat" in shown:
        kind = tab.kinds[place] = shown["numberFormat"]["type"]
    said = cell.get("userEnteredValue")
    if not said:
        return None
    if "stringValue" in said:
        return said["stringValue"]
    if "formulaValue" in said:
        tab.formulas[place] = said["formulaValue"]
        return UNCACHED
    return value_of(said, kind)


def _merged(area: Json) -> tuple[int, int, int, int]:
    return (
        area.get("startRowIndex", 0) + 1,
        area.get("startColumnIndex", 0) + 1,
        area["endRowIndex"],
        area["endColumnIndex"],
    )


# --- results of formulas ---------------------------------------------------------------------------------------


def find_live(tab: TabState, tracker: TrackerSpec) -> None:
    """Note which formulas are ours: those of their shape in columns that sheetops owns."""
    places = {place for place, formula in tab.formulas.items() if is_live(formula)}
    computed = {same_header(c.header) for c in tracker.columns if c.mode is Mode.COMPUTED}
    owned = {column for column in {c for _, c in places} if _stands_over(tab, column, computed)}
    tab.live = {place for place in places if place[1] in owned}


def results_wanted(tab: TabState, headers: Sequence[str]) -> list[Json]:
    """Return the gridRanges in which formulas' results have to be read: none where no watched column has any.

    `headers` are the watched columns'. A formula that may fill cells beside its own is read for all the tab.
    """
    others = tab.formulas.keys() - tab.live
    if not others:
        return []
    if any(_SPILLS.search(tab.formulas[place]) for place in others):
        return [{"sheetId": tab.sheet_id}]
    wanted = {same_header(header) for header in headers}
    columns = {column for _, column in others}
    watched = sorted(column for column in columns if _stands_over(tab, column, wanted))
    return [
        {"sheetId": tab.sheet_id, "startColumnIndex": column - 1, "endColumnIndex": column}
        for column in watched
    ]


def _stands_over(tab: TabState, column: int, headers: set[str]) -> bool:
    found = (tab.value(row, column) for row in range(1, HEADER_SEARCH_ROWS + 1))
    return any(isinstance(said, str) and same_header(said) in headers for said in found)


def take_results(tab: TabState, sheet: Json) -> None:
    """Put the results of formulas, and what array formulas fill, in their cells."""
    for block in sheet.get("data", ()):
        top, left = block.get("startRow", 0), block.get("startColumn", 0)
        for number, line in enumerate(block.get("rowData", ()), start=top + 1):
            for column, cell in enumerate(line.get("values", ()), start=left + 1):
                result = cell.get("effectiveValue")
                if result and _is_calculated(tab, number, column):
                    kind = cell.get("effectiveFormat", {}).get("numberFormat", {}).get("type")
                    tab.put_result(number, column, value_of(result, kind))


def _is_calculated(tab: TabState, row: int, column: int) -> bool:
    place = (row, column)
    return place not in tab.live and (place in tab.formulas or not tab.entered(row, column))


def forget_unread(tab: TabState) -> None:
    """A formula in a column that nobody watches needs no result; blank results are blank."""
    for row, column in tab.formulas:
        if tab.rows[row - 1][column - 1] is UNCACHED:
            tab.rows[row - 1][column - 1] = None


# --- what cannot be written --------------------------------------------------------------------------------------


def refusal(tab: TabState, row: int, column: int, value: Any, *, over_formula: bool) -> str | None:
    """Return why a cell cannot take a value, in words; None where it can."""
    place = a1(row, column)
    if (row, column) in tab.spilled:
        return f"{place} is filled by a formula elsewhere"
    if (row, column) in tab.formulas and not over_formula:
        return f"{place} holds a formula"
    for top, left, bottom, right in tab.merges:
        if top <= row <= bottom and left <= column <= right and (row, column) != (top, left):
            return f"{place} lies inside the merged cells {a1(top, left)}:{a1(bottom, right)}"
    if isinstance(value, str) and len(value) > CELL_CHARACTERS:
        return f"the text has {len(value):,} characters; a cell of Google Sheets holds {CELL_CHARACTERS:,}"
    guard = next((one for one in tab.protected if _guards(one, row, column)), None)
    if guard is not None:
        called = f" ('{guard['description']}')" if guard.get("description") else ""
        return f"{place} lies in a range that somebody has protected{called}; ask its owner to let the robot edit it"
    return None


def _guards(protected: Json, row: int, column: int) -> bool:
    """Whether a protected range keeps us from writing a cell."""
    if not forbids(protected):
        return False
    if not _holds(protected.get("range", {}), row, column):
        return False
    return not any(_holds(one, row, column) for one in protected.get("unprotectedRanges", ()))


def forbids(protected: Json) -> bool:
    """Return whether a protected range is one that we may not edit."""
    return not (protected.get("warningOnly") or protected.get("requestingUserCanEdit"))


def _holds(area: Json, row: int, column: int) -> bool:
    top, left = area.get("startRowIndex", 0), area.get("startColumnIndex", 0)
    bottom, right = area.get("endRowIndex", 1 << 31), area.get("endColumnIndex", 1 << 31)
    return bool(top < row <= bottom and left < column <= right)


def quoted(title: str) -> str:
    """Return a tab's title as A1 notation wants it: always in quotes, so that a tab P1 is no cell."""
    return "'" + title.replace("'", "''") + "'"


def column_range(title: str, column: int) -> str:
    """Return the A1 range of a whole column."""
    letters = column_letters(column)
    return f"{quoted(title)}!{letters}:{letters}"
