"""The program's own tab in a Google spreadsheet: only the lines that changed are written.

Somebody may choose from a drop-down of it while a run is under way; a line that stays as it is is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...model.sheet import HELD_TAB, TabCell, TabLine
from .cells import Json, as_read, entered
from .tabs import TabState

SHEET_ID = 5_333_677
"""The tab's id where the spreadsheet has none of that id yet."""

_WIDTHS = (6, 22, 18, 18, 26, 24, 26, 34, 20, 46, 20, 22, 22)
_PIXELS_A_LETTER = 7
_FIELDS = "userEnteredValue,userEnteredFormat,dataValidation"
_TAB_COLOR = {"red": 0.75, "green": 0.565, "blue": 0}
_DARK = {"red": 0.12, "green": 0.23, "blue": 0.3}
_WHITE = {"red": 1, "green": 1, "blue": 1}
_GREY = {"red": 0.35, "green": 0.4, "blue": 0.44}
_RED = {"red": 0.61, "green": 0, "blue": 0.02}
_YELLOW = {"red": 1, "green": 0.95, "blue": 0.8}

_STYLES: Mapping[str, Json] = {
    "title": {"textFormat": {"bold": True, "fontSize": 12, "foregroundColor": _DARK}},
    "muted": {"textFormat": {"foregroundColor": _GREY}},
    "alert": {"textFormat": {"bold": True, "foregroundColor": _RED}},
    "header": {
        "textFormat": {"bold": True, "foregroundColor": _WHITE},
        "backgroundColor": _DARK,
        "verticalAlignment": "MIDDLE",
    },
    "wrap": {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"},
    "link": {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"},
    "input": {"backgroundColor": _YELLOW, "wrapStrategy": "WRAP", "verticalAlignment": "TOP"},
    "tick": {"backgroundColor": _YELLOW, "horizontalAlignment": "CENTER"},
    "text": {},
}


def made() -> list[Json]:
    """Return the requests that add the tab to a spreadsheet that has none."""
    size = {"rowCount": 300, "columnCount": len(_WIDTHS)}
    properties = {
        "sheetId": SHEET_ID, "title": HELD_TAB, "gridProperties": size, "tabColorStyle": {"rgbColor": _TAB_COLOR},
    }  # fmt: skip
    return [{"addSheet": {"properties": properties}}, *map(_width, range(len(_WIDTHS)))]


def _width(column: int) -> Json:
    span = {"sheetId": SHEET_ID, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
    size = {"pixelSize": 12 + _WIDTHS[column] * _PIXELS_A_LETTER}
    return {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}


def fresh() -> TabState:
    """Return the tab as `made` makes it."""
    return TabState(SHEET_ID, HELD_TAB, 300, len(_WIDTHS))


def line_requests(tab: TabState, lines: Sequence[TabLine], sheets: Mapping[str, int]) -> list[Json]:
    """Return the requests that make the tab say these lines, and note them in `tab`.

    `sheets` gives the ids of the tabs that links lead to, by the names that the lines call them.
    """
    requests: list[Json] = []
    if (more := len(lines) - tab.row_count) > 0:
        requests.append({"appendDimension": {"sheetId": tab.sheet_id, "dimension": "ROWS", "length": more}})
        tab.row_count += more
    rows = [(number, line) for number, line in enumerate(lines, start=1) if not _says(tab, number, line)]
    rows += [(number, TabLine()) for number in range(len(lines) + 1, len(tab.rows) + 1) if any(tab.rows[number - 1])]  # fmt: skip
    for first, some in _neighbours(rows):
        start = {"sheetId": tab.sheet_id, "rowIndex": first - 1, "columnIndex": 0}
        data = [{"values": list(_cells(line, sheets))} for line in some]
        requests.append({"updateCells": {"start": start, "rows": data, "fields": _FIELDS}})
    for number, line in rows:
        _note(tab, number, line)
    return requests


def block_requests(sheet_id: int, first: int, lines: Sequence[TabLine]) -> list[Json]:
    """Return the requests that make room at a 1-based row and put lines there; all that stands below moves down whole."""
    rows = {
        "sheetId": sheet_id,
        "dimension": "ROWS",
        "startIndex": first - 1,
        "endIndex": first - 1 + len(lines),
    }
    start = {"sheetId": sheet_id, "rowIndex": first - 1, "columnIndex": 0}
    data = [{"values": list(_cells(line, {}))} for line in lines]
    return [
        {"insertDimension": {"range": rows, "inheritFromBefore": False}},
        {"updateCells": {"start": start, "rows": data, "fields": _FIELDS}},
    ]


def cell_request(sheet_id: int, cell: TabCell) -> Json:
    """Return the request that puts a value into one cell, which keeps its look where none is asked for."""
    data: Json = {"userEnteredValue": entered(cell.value)}
    fields = "userEnteredValue"
    if cell.style is not None:
        text = {"numberFormat": {"type": "TEXT"}} if isinstance(cell.value, str) else {}
        data["userEnteredFormat"] = {**_STYLES.get(cell.style, {}), **text}
        fields += ",userEnteredFormat"
    start = {"sheetId": sheet_id, "rowIndex": cell.row - 1, "columnIndex": cell.column - 1}
    return {"updateCells": {"start": start, "rows": [{"values": [data]}], "fields": fields}}


def _neighbours(rows: Sequence[tuple[int, TabLine]]) -> Iterator[tuple[int, list[TabLine]]]:
    """Yield (number of the first, lines) for lines that stand below each other."""
    block: list[TabLine] = []
    first = 0
    for number, line in rows:
        if block and number != first + len(block):
            yield first, block
            block = []
        if not block:
            first = number
        block.append(line)
    if block:
        yield first, block


def _says(tab: TabState, number: int, line: TabLine) -> bool:
    """Whether the tab's row says the line already."""
    cells = tab.rows[number - 1] if number <= len(tab.rows) else ()
    there = [*cells, *[None] * (len(_WIDTHS) - len(cells))]
    wanted = [*line.cells, *[None] * (len(_WIDTHS) - len(line.cells))]
    return all(as_read(want) == (seen or None) or (want == seen) for want, seen in zip(wanted, there, strict=False))  # fmt: skip


def _note(tab: TabState, number: int, line: TabLine) -> None:
    tab.kinds = {place: kind for place, kind in tab.kinds.items() if place[0] != number}
    for column in range(1, len(_WIDTHS) + 1):
        value = line.cells[column - 1] if column <= len(line.cells) else None
        tab.put(number, column, value)


def _cells(line: TabLine, sheets: Mapping[str, int]) -> Iterator[Json]:
    for place in range(len(_WIDTHS)):
        value = line.cells[place] if place < len(line.cells) else None
        parts = {"userEnteredValue": entered(value), "userEnteredFormat": _look(line, place, value)}
        cell: Json = {
            name: part for name, part in parts.items() if part
        }  # what the mask names and is not there is cleared
        if place in line.links and (address := _address(line.links[place], sheets)):
            look = cell.get("userEnteredFormat", {})
            cell["userEnteredFormat"] = {
                **look,
                "textFormat": {**look.get("textFormat", {}), "link": {"uri": address}},
            }
        if place in line.ticks:
            cell["dataValidation"] = {"condition": {"type": "BOOLEAN"}, "strict": True, "showCustomUi": True}
        if line.choices and place == line.choices_at:
            cell["dataValidation"] = _drop_down(line.choices)
        yield cell


def _look(line: TabLine, place: int, value: Any) -> Json:
    if (
        place in line.ticks
    ):  # no number format: in a cell of text, a box that is ticked would be the text TRUE
        return _STYLES["tick"]
    style = "input" if place in line.inputs else "link" if place in line.links else line.style
    look = _STYLES.get(style, {}) if value is not None or style == "input" else {}
    text = {"numberFormat": {"type": "TEXT"}} if isinstance(value, str) or style == "input" else {}
    return {**look, **text}


def _address(link: str, sheets: Mapping[str, int]) -> str | None:
    """Return where "'Cases'!D17" leads within the spreadsheet."""
    tab, _, cell = link.rpartition("!")
    title = tab.strip("'").replace("''", "'")
    return f"#gid={sheets[title]}&range={cell}" if title in sheets else None


def _drop_down(choices: Sequence[str]) -> Json:
    values = [{"userEnteredValue": choice} for choice in choices]
    return {
        "condition": {"type": "ONE_OF_LIST", "values": values},
        "showCustomUi": True,
        "strict": False,
        "inputMessage": "Choose, and sync again.",
    }
