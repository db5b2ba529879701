"""Spreadsheets made in Google Sheets for trackers: the header, the records they come with, and a tracker's looks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .config.google import GoogleSettings, sandbox_folder, server_url
from .model.errors import TrackerNotWritten
from .model.record import Values
from .model.schema import Schema, Table, TrackerSpec
from .model.values import Reading, to_cell

if TYPE_CHECKING:
    from .trackers.google.transport import Transport

EMPTY_ROWS = 200
"""Rows below the records in a tab that is made. People and syncs add more."""


def make_spreadsheet(
    google: Transport,
    title: str,
    schema: Schema,
    specs: Sequence[TrackerSpec],
    records: Mapping[str, Sequence[Values]],
) -> str:
    """Make a spreadsheet with a tab for each tracker, and return its id."""
    tabs = [google_tab(schema.table_of(spec), spec, records.get(spec.id, ())) for spec in specs]
    return str(google.create(title, tabs)["spreadsheetId"])


def add_tabs(
    google: Transport,
    source: str,
    schema: Schema,
    specs: Sequence[TrackerSpec],
    records: Mapping[str, Sequence[Values]],
) -> None:
    """Add a tab for each tracker to a spreadsheet that is there, all or none. Raise TrackerNotWritten for a title in use."""
    sheets = google.read(source, fields="spreadsheetId,properties(title),sheets(properties(title,sheetId))")[
        "sheets"
    ]
    titles = {one["properties"]["title"].casefold() for one in sheets}
    taken = [spec.tab for spec in specs if spec.tab.casefold() in titles]
    if taken:
        raise TrackerNotWritten(
            f"The spreadsheet has a tab '{taken[0]}' already.",
            next_step="Rename that tab, or name another spreadsheet.",
        )
    numbers = {one["properties"].get("sheetId", 0) for one in sheets}
    requests: list[dict[str, Any]] = []
    for spec in specs:
        tab = google_tab(schema.table_of(spec), spec, records.get(spec.id, ()))
        number = _free(zlib.crc32(spec.id.encode()) % 2_000_000_000, numbers)
        requests.append({"addSheet": {"properties": {**tab["properties"], "sheetId": number}}})
        requests.append({"updateCells": {
            "rows": tab["data"][0]["rowData"], "fields": "userEnteredValue,userEnteredFormat.numberFormat",
            "start": {"sheetId": number, "rowIndex": 0, "columnIndex": 0},
        }})  # fmt: skip
    google.batch(source, requests)


def format_books(google: Transport, schema: Schema, books: Mapping[str, Sequence[TrackerSpec]]) -> None:
    """Give the trackers' tabs their formats, drop-downs, notes and protected columns, as `sheetops tracker format` does."""
    from .trackers.google.apply_format import format_trackers
    from .trackers.google.connection import Connection
    from .trackers.google.remembered import Remembered

    for source, specs in books.items():
        google.names.setdefault(source, specs[0].name)
        format_trackers(
            Connection(google, source), [(spec, schema.table_of(spec)) for spec in specs], Remembered()
        )


def refuse_robot(
    google: Transport, settings: GoogleSettings, folder: Path, environ: Mapping[str, str]
) -> None:
    """Raise TrackerNotWritten where a new spreadsheet would be a robot's own, which nobody else could open."""
    elsewhere = server_url(settings, environ) or sandbox_folder(settings, folder, environ)
    if google.robot and not elsewhere:
        raise TrackerNotWritten(
            f"A spreadsheet that {google.robot} makes would be its own, and nobody else could open it.",
            next_step=f"Make an empty spreadsheet, share it with {google.robot} as Editor, and add --into LINK.",
        )


def google_tab(table: Table, spec: TrackerSpec, records: Sequence[Values]) -> dict[str, Any]:
    """Return a tab as Google takes it: header, records, and room below."""
    lines = [_header(spec), *_lines(table, spec, records)]
    grid = {"rowCount": len(lines) + EMPTY_ROWS, "columnCount": len(spec.columns)}
    return {"properties": {"title": spec.tab, "gridProperties": grid}, "data": [{"rowData": lines}]}


def _header(spec: TrackerSpec) -> dict[str, Any]:
    return {"values": [{"userEnteredValue": {"stringValue": column.header}} for column in spec.columns]}


def _lines(table: Table, spec: TrackerSpec, records: Sequence[Values]) -> Iterator[dict[str, Any]]:
    reading = Reading(ZoneInfo(spec.timezone), spec.day_first)
    fields = [table.field(column.field) for column in spec.columns]
    for record in records:
        yield {"values": [_cell(to_cell(field, record.get(field.name), reading)) for field in fields]}


def _cell(value: Any) -> dict[str, Any]:
    """Return a cell as somebody would have typed it: a number with a date's format is a date, without one a number."""
    from .trackers.google.cells import entered, format_for

    look = format_for(value, None)
    cell = {"userEnteredValue": entered(value)}
    return cell | {"userEnteredFormat": {"numberFormat": look}} if look else cell


def _free(number: int, taken: set[int]) -> int:
    """Return a number that is not taken, and take it."""
    while number in taken:
        number += 1
    taken.add(number)
    return number
