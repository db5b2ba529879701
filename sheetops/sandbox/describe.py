"""A spreadsheet as `spreadsheets.get` answers it.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets
"""

from __future__ import annotations

from datetime import datetime

from .cells import Painter
from .errors import Json
from .fields import Mask, wants
from .grid import COLUMN_PIXELS, ROW_PIXELS, Area, Box, Sheet, Spreadsheet
from .protection import shown as protected_shown

URL = "https://docs.google.com/spreadsheets/d/{}/edit"


def spreadsheet(
    book: Spreadsheet, user: str, now: datetime, *, areas: list[Area], grid: bool, mask: Mask
) -> Json:
    """Return the whole answer before the field mask is applied; grid data only where it is wanted."""
    answer: Json = {"spreadsheetId": book.id, "properties": book.properties}
    wanted = {area.sheet_id for area in areas} if areas else {sheet.id for sheet in book.sheets}
    painter = Painter(book, now, mask)
    answer["sheets"] = [
        _sheet(book, one, user) | ({"data": _data(painter, book, one, areas, mask)} if grid else {})
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


def _data(painter: Painter, book: Spreadsheet, sheet: Sheet, areas: list[Area], mask: Mask) -> list[Json]:
    """Return the GridData of each area of the sheet, or of all of it."""
    boxes = [area.within(sheet) for area in areas if area.sheet_id == sheet.id] or [sheet.whole()]
    dimensions = [kind for kind in ("rowMetadata", "columnMetadata") if wants(mask, "sheets", "data", kind)]
    with_rows = wants(mask, "sheets", "data", "rowData")
    return [_block(painter if with_rows else None, book, sheet, box, dimensions) for box in boxes]


def _block(painter: Painter | None, book: Spreadsheet, sheet: Sheet, box: Box, dimensions: list[str]) -> Json:
    block: Json = {"startRow": box.top} if box.top else {}
    if box.left:
        block["startColumn"] = box.left
    rows = painter.rows(sheet, box) if painter else None
    if rows:
        block["rowData"] = rows
    for name in dimensions:
        lines = ("ROWS", box.rows) if name == "rowMetadata" else ("COLUMNS", box.columns)
        block[name] = [look(book, sheet, lines[0], index) for index in lines[1]]
    return block


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
