"""A spreadsheet as `spreadsheets.get` answers it.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import looks
from .defaults import DEFAULT_FORMAT
from .errors import Json
from .fields import Mask, wants
from .formulas import ERROR_TYPES, Calculation
from .grid import COLUMN_PIXELS, EMPTY, ROW_PIXELS, Area, Box, Cell, Sheet, Spreadsheet
from .locales import locale_of
from .protection import shown as protected_shown

URL = "https://docs.google.com/spreadsheets/d/{}/edit"


def spreadsheet(
    book: Spreadsheet, user: str, now: datetime, *, areas: list[Area], grid: bool, mask: Mask
) -> Json:
    """Return the whole answer before the field mask is applied; grid data only where it is wanted."""
    answer: Json = {"spreadsheetId": book.id, "properties": book.properties}
    wanted = {area.sheet_id for area in areas} if areas else {sheet.id for sheet in book.sheets}
    painter = _Painter(book, now, mask)
    answer["sheets"] = [
        _sheet(book, one, user) | ({"data": painter.data(one, areas)} if grid else {})
        for one in book.sheets
        if one.id in wanted
    ]
    if book.named:
        answer["namedRanges"] = book.named
    answer["spreadsheetUrl"] = URL.format(book.id)
    own = [one for one in book.metadata if one["location"]["locationType"] == "SPREADSHEET"]
    return answer | ({"developerMetadata": own} if own else {})


def _sheet(book: Spreadsheet, sheet: Sheet, user: str) -> Json:
    """Return a sheet without its cells; what is empty is left out."""
    parts: Json = {
        "merges": [area.to_json() for area in sheet.merges],
        "protectedRanges": [protected_shown(book, one, user) for one in sheet.protected],
        "basicFilter": sheet.filter,
        "conditionalFormats": sheet.conditional,
        "filterViews": sheet.filter_views,
        "bandedRanges": sheet.banding,
        "rowGroups": sheet.groups["ROWS"],
        "columnGroups": sheet.groups["COLUMNS"],
        "developerMetadata": [
            one for one in book.metadata if one["location"].get("sheetId", None) == sheet.id
            and one["location"]["locationType"] == "SHEET"
        ],
    }  # fmt: skip
    return {"properties": sheet.properties} | {name: part for name, part in parts.items() if part}


class _Painter:
    """Cells as CellData, only as much of each as the field mask keeps."""

    def __init__(self, book: Spreadsheet, now: datetime, mask: Mask) -> None:
        self._book, self._calculation = book, Calculation(book, now)
        self._locale = locale_of(book.properties["locale"])
        data = ("sheets", "data")
        self._rows = wants(mask, *data, "rowData")
        self._dimensions = [kind for kind in ("rowMetadata", "columnMetadata") if wants(mask, *data, kind)]
        self._wanted = {name for name in _PARTS if wants(mask, *data, "rowData", "values", name)}

    def data(self, sheet: Sheet, areas: list[Area]) -> list[Json]:
        """Return the GridData of each area of the sheet, or of all of it."""
        boxes = [area.within(sheet) for area in areas if area.sheet_id == sheet.id] or [sheet.whole()]
        return [self._block(sheet, box) for box in boxes]

    def _block(self, sheet: Sheet, box: Box) -> Json:
        block: Json = {"startRow": box.top} if box.top else {}
        if box.left:
            block["startColumn"] = box.left
        rows = self._row_data(sheet, box) if self._rows else []
        if rows:
            block["rowData"] = rows
        for name in self._dimensions:
            rows_wanted = name == "rowMetadata"
            block[name] = [
                look(self._book, sheet, "ROWS" if rows_wanted else "COLUMNS", index)
                for index in (box.rows if rows_wanted else box.columns)
            ]
        return block

    def _row_data(self, sheet: Sheet, box: Box) -> list[Json]:
        used = sheet.used()
        rows = []
        for row in range(box.top, min(box.bottom, used.bottom)):
            line = sheet.cells[row][box.left : box.right]
            while line and line[-1] is EMPTY:
                line.pop()
            cells = [self._cell(sheet, row, box.left + place, cell) for place, cell in enumerate(line)]
            rows.append({"values": cells} if cells else {})
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _cell(self, sheet: Sheet, row: int, column: int, cell: Cell) -> Json:
        if cell is EMPTY:
            return {}
        parts: Json = {}
        value = self._calculation.value(sheet, row, column)
        for name in _PARTS:
            if name in self._wanted:
                part = _PARTS[name](self, cell, value)
                if part not in (None, ""):
                    parts[name] = part
        return parts

    def entered(self, cell: Cell, value: Any) -> Json | None:
        del value
        return {"formulaValue": cell.formula} if cell.formula is not None else extended(cell.value)

    def effective(self, cell: Cell, value: Any) -> Json | None:
        if cell.formula is not None and isinstance(value, str) and value in ERROR_TYPES:
            return {"errorValue": {"type": ERROR_TYPES[value]}}
        return extended(value)

    def text(self, cell: Cell, value: Any) -> str | None:
        form = (cell.format or {}).get("numberFormat")
        return None if value is None else looks.formatted(value, form, self._locale)

    def full_format(self, cell: Cell, value: Any) -> Json:
        """Return the default format under the cell's own; numbers stand on the right."""
        full: Json = dict(self._book.properties.get("defaultFormat") or DEFAULT_FORMAT)
        if value is not None:
            number = isinstance(value, float) and not isinstance(value, bool)
            full["horizontalAlignment"] = (
                "RIGHT" if number else "CENTER" if isinstance(value, bool) else "LEFT"
            )
        for name, part in (cell.format or {}).items():
            full[name] = full.get(name, {}) | part if isinstance(part, dict) else part
        return full


_PARTS: dict[str, Callable[[_Painter, Cell, Any], Any]] = {
    "userEnteredValue": _Painter.entered,
    "effectiveValue": _Painter.effective,
    "formattedValue": _Painter.text,
    "userEnteredFormat": lambda _, cell, value: cell.format,
    "effectiveFormat": _Painter.full_format,
    "note": lambda _, cell, value: cell.note,
    "textFormatRuns": lambda _, cell, value: cell.runs,
    "dataValidation": lambda _, cell, value: cell.validation,
}


def extended(value: Any) -> Json | None:
    """Return the value as an ExtendedValue."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": looks.plain(value)}


def look(book: Spreadsheet, sheet: Sheet, dimension: str, index: int) -> Json:
    """Return the DimensionProperties of one row or column."""
    rows = dimension == "ROWS"
    own = (sheet.row_looks if rows else sheet.column_looks).get(index, {})
    answer = {"pixelSize": ROW_PIXELS if rows else COLUMN_PIXELS} | own
    found = [one for one in book.metadata if _is_at(one, sheet.id, dimension, index)]
    return answer | ({"developerMetadata": found} if found else {})


def _is_at(metadata: Json, sheet_id: int, dimension: str, index: int) -> bool:
    span = metadata["location"].get("dimensionRange") or {}
    here = (span.get("sheetId") or 0, span.get("dimension"), span.get("startIndex"))
    return here == (sheet_id, dimension, index)
