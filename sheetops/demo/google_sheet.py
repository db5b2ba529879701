"""The demo's Google spreadsheet: on a sandbox in the demo's folder, with the records and the looks of a tracker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..config.google import GoogleSettings
from ..model.errors import SheetopsError
from ..model.record import Values
from ..model.schema import Table, TrackerSpec
from ..model.values import Reading, to_cell

if TYPE_CHECKING:
    from ..sandbox import Sandbox

PLACEHOLDER = "the-id-of-the-spreadsheet"
"""What stands in the scenes' configs until the spreadsheet is made."""

_EMPTY_ROWS = 50


def has_google() -> bool:
    """Return whether what Google Sheets need is installed."""
    from ..trackers.google.auth import need_google

    try:
        need_google()
    except SheetopsError:
        return False
    return True


def address_of(person: str) -> str:
    """Return the address by which the sandbox knows somebody."""
    return f"{person.lower()}@sandbox.example"


def make_sheet(box: Sandbox, owner: str, table: Table, spec: TrackerSpec, records: Sequence[Values]) -> str:
    """Make somebody's spreadsheet, share it, format it as `sheetops tracker format` does, and return its id."""
    from ..trackers.google.apply_format import format_trackers
    from ..trackers.google.auth import SANDBOX_USER
    from ..trackers.google.connection import Connection
    from ..trackers.google.remembered import Remembered
    from ..trackers.google.transport import open_transport

    lines = [_header(spec), *_lines(table, spec, records)]
    grid = {"rowCount": len(lines) + _EMPTY_ROWS, "columnCount": len(spec.columns)}
    tab = {"properties": {"title": spec.tab, "gridProperties": grid}, "data": [{"rowData": lines}]}
    there, nowhere = GoogleSettings(url=box.url), Path()
    own = open_transport(there, nowhere, {}, user=address_of(owner))
    source = str(own.create(spec.name, [tab])["spreadsheetId"])
    box.person(source).settings(time_zone=spec.timezone)
    box.share(source, SANDBOX_USER)
    google = open_transport(there, nowhere, {})
    google.names[source] = spec.name
    format_trackers(Connection(google, source), [(spec, table)], Remembered())
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
    reading = Reading(ZoneInfo(spec.timezone), spec.day_first)
    fields = [table.field(column.field) for column in spec.columns]
    for record in records:
        yield {"values": [_cell(to_cell(field, record.get(field.name), reading)) for field in fields]}


def _cell(value: Any) -> dict[str, Any]:
    """Return a cell as somebody would have typed it: a number with a date's format is a date, without one a number."""
    from ..trackers.google.cells import entered, format_for

    look = format_for(value, None)
    cell = {"userEnteredValue": entered(value)}
    return cell | {"userEnteredFormat": {"numberFormat": look}} if look else cell
