"""The demo's Google spreadsheet: on a sandbox in the demo's folder, with the records and the looks of a tracker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..config.google import GoogleSettings
from ..model.errors import SheetopsError
from ..model.record import Values
from ..model.schema import FieldType, Table, TrackerSpec
from ..model.values import Reading, to_cell

if TYPE_CHECKING:
    from ..sandbox import Sandbox

PLACEHOLDER = "the-id-of-the-spreadsheet"
"""What stands in the scenes' configs until the spreadsheet is made."""

_HEADER = {
    "backgroundColor": {"red": 0.12, "green": 0.23, "blue": 0.3},
    "textFormat": {"bold": True, "foregroundColor": {"red": 1, "green": 1, "blue": 1}},
}
_FORMATS = {
    FieldType.DATE: {"type": "DATE", "pattern": "yyyy-mm-dd"},
    FieldType.DATETIME: {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
    FieldType.INTEGER: {"type": "NUMBER", "pattern": "0"},
    FieldType.MONEY: {"type": "NUMBER", "pattern": "#,##0.00"},
}
_WIDTHS = {FieldType.DATETIME: 130, FieldType.INTEGER: 70, FieldType.LONG_TEXT: 480}
_WIDTH, _EMPTY_ROWS = 150, 50


def has_google() -> bool:
    """Return whether what Google Sheets need is installed."""
    from ..trackers.google.auth import need_google

    try:
        need_google()
    except SheetopsError:
        return False
    return True


def make_sheet(box: Sandbox, table: Table, spec: TrackerSpec, records: Sequence[Values]) -> str:
    """Make the spreadsheet of a tracker and return its id."""
    from ..trackers.google.transport import open_transport

    lines = [_header(spec), *_lines(table, spec, records)]
    grid = {
        "rowCount": len(lines) + _EMPTY_ROWS, "columnCount": len(spec.columns),
        "frozenRowCount": 1, "frozenColumnCount": 1,
    }  # fmt: skip
    tab = {"properties": {"title": spec.tab, "gridProperties": grid}, "data": [{"rowData": lines}]}
    google = open_transport(GoogleSettings(url=box.url), Path(), {})
    made = google.create(spec.name, [tab])
    source, sheet_id = str(made["spreadsheetId"]), made["sheets"][0]["properties"].get("sheetId", 0)
    google.batch(source, [_timezone(spec), *_dressed(table, spec, sheet_id)])
    return source


Cells = Mapping[tuple[str, str], Any]
"""(key, header) -> what the cell shows. The key stands in the first column."""


def cells_by_key(box: Sandbox, spec: TrackerSpec) -> Cells:
    """Return every cell of the tracker's tab as somebody sees it, whichever row it stands in."""
    headers, *rows = box.person(spec.source).see(f"'{spec.tab}'")
    padded = ([*row, *[""] * (len(headers) - len(row))] for row in rows)
    return {(row[0], header): said for row in padded for header, said in zip(headers, row, strict=True)}


def different(before: Cells, after: Cells) -> list[str]:
    """Return which cells are not what they were, and which rows are new or gone, in words."""
    keys = {key for key, _ in before}
    cells = [
        f"{key} {header}" for key, header in before if after.get((key, header), "") != before[key, header]
    ]
    return cells + [f"{key} (a new row)" for key in dict.fromkeys(key for key, _ in after) if key not in keys]


def _header(spec: TrackerSpec) -> dict[str, Any]:
    return {"values": [{"userEnteredValue": {"stringValue": column.header}} for column in spec.columns]}


def _lines(table: Table, spec: TrackerSpec, records: Sequence[Values]) -> Iterator[dict[str, Any]]:
    from ..trackers.google.cells import entered

    reading = Reading(ZoneInfo(spec.timezone), spec.day_first)
    fields = [table.field(column.field) for column in spec.columns]
    for record in records:
        values = [to_cell(field, record.get(field.name), reading) for field in fields]
        yield {"values": [{"userEnteredValue": entered(value)} for value in values]}


def _timezone(spec: TrackerSpec) -> dict[str, Any]:
    return {"updateSpreadsheetProperties": {"properties": {"timeZone": spec.timezone}, "fields": "timeZone"}}


def _dressed(table: Table, spec: TrackerSpec, sheet_id: int) -> Iterator[dict[str, Any]]:
    """Yield the requests for the header's look, and for each column's number format and width."""
    header = {"sheetId": sheet_id, "startRowIndex": 0, "endRowIndex": 1}
    yield {
        "repeatCell": {"range": header, "cell": {"userEnteredFormat": _HEADER}, "fields": "userEnteredFormat"}
    }
    for place, column in enumerate(spec.columns):
        kind = table.field(column.field).type
        below = {
            "sheetId": sheet_id,
            "startRowIndex": 1,
            "startColumnIndex": place,
            "endColumnIndex": place + 1,
        }
        look = {"userEnteredFormat": {"numberFormat": _FORMATS.get(kind, {"type": "TEXT"})}}
        yield {"repeatCell": {"range": below, "cell": look, "fields": "userEnteredFormat.numberFormat"}}
        span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
        size = {"pixelSize": _WIDTHS.get(kind, _WIDTH)}
        yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
