"""The demo's Google spreadsheet: on a sandbox in the demo's folder, with the records and the looks of a tracker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config.google import GoogleSettings
from ..google_books import google_tab
from ..model.errors import SheetopsError
from ..model.record import Values
from ..model.schema import Table, TrackerSpec

if TYPE_CHECKING:
    from ..sandbox import Sandbox

PLACEHOLDER = "the-id-of-the-spreadsheet"
"""What stands in the scenes' configs until the spreadsheet is made."""


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

    tab = google_tab(table, spec, records)
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
