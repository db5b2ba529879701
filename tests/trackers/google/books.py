"""Google spreadsheets on a sandbox as people make and edit them: through the API, which knows nothing of sheetops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from requests import Session

from sheetops.config.google import GoogleSettings
from sheetops.model.schema import TrackerSpec
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.connection import Connection
from sheetops.trackers.google.remembered import Remembered
from sheetops.trackers.google.spreadsheet import GoogleSpreadsheet, Options
from sheetops.trackers.google.transport import Transport, open_transport

Rows = list[list[Any]]
EPOCH = dt.datetime(1899, 12, 30)
HTTP = Session()


ROBOT = "robot@sandbox.example"
ANA = "ana@example.com"


def make(
    box: Sandbox, tabs: dict[str, Rows], *, rows: int = 100, columns: int = 12, timezone: str = "Etc/UTC",
    shared: bool = True,
) -> str:  # fmt: skip
    """Ana makes a spreadsheet with these tabs, and so many rows below, shares it with the robot; its id is returned."""
    sheets = [
        {
            "properties": {
                "title": title,
                "gridProperties": {"rowCount": len(lines) + rows, "columnCount": columns},
            },
            "data": [{"rowData": [{"values": [cell(value) for value in row]} for row in lines]}],
        }
        for title, lines in tabs.items()
    ]
    properties = {"title": "Cases", "timeZone": timezone}
    made = HTTP.post(
        f"{box.url}/v4/spreadsheets", json={"properties": properties, "sheets": sheets}, timeout=20,
        headers={"Authorization": f"Bearer {ANA}"},
    )  # fmt: skip
    assert made.ok, made.text
    spreadsheet = str(made.json()["spreadsheetId"])
    if shared:
        box.share(spreadsheet, ROBOT)
    return spreadsheet


def cell(value: Any) -> dict[str, Any]:
    """A cell as a person would have left it: a date has a date's format."""
    if value is None:
        return {}
    if isinstance(value, dt.date):
        day = dt.datetime.combine(value, dt.time()) if not isinstance(value, dt.datetime) else value
        kind = "DATE_TIME" if isinstance(value, dt.datetime) else "DATE"
        serial = (day - EPOCH) / dt.timedelta(days=1)
        return {
            "userEnteredValue": {"numberValue": serial},
            "userEnteredFormat": {"numberFormat": {"type": kind}},
        }
    if isinstance(value, str) and value.startswith("="):
        return {"userEnteredValue": {"formulaValue": value}}
    kind = (
        "boolValue" if isinstance(value, bool) else "stringValue" if isinstance(value, str) else "numberValue"
    )
    return {"userEnteredValue": {kind: value}}


def rows(box: Sandbox, spreadsheet: str, tab: str = "Cases") -> Rows:
    """What stands in a tab, as an independent reader finds it: the values API, formulas as such."""
    url = f"{box.url}/v4/spreadsheets/{spreadsheet}/values/'{tab}'"
    answer = HTTP.get(url, params={"valueRenderOption": "FORMULA"}, timeout=20)
    assert answer.ok, answer.text
    return [[None if said == "" else said for said in row] for row in answer.json().get("values", [])]


def change(box: Sandbox, spreadsheet: str, *what: dict[str, Any]) -> list[dict[str, Any]]:
    """Another program changes the spreadsheet by a batch."""
    url = f"{box.url}/v4/spreadsheets/{spreadsheet}:batchUpdate"
    answer = HTTP.post(url, json={"requests": list(what)}, timeout=20)
    assert answer.ok, answer.text
    return list(answer.json()["replies"])


def put(box: Sandbox, spreadsheet: str, row: int, column: int, value: Any, *, sheet_id: int = 0) -> None:
    """Somebody puts a value into a cell."""
    start = {"sheetId": sheet_id, "rowIndex": row - 1, "columnIndex": column - 1}
    fields = "userEnteredValue,userEnteredFormat" if isinstance(value, dt.date) else "userEnteredValue"
    change(
        box,
        spreadsheet,
        {"updateCells": {"start": start, "rows": [{"values": [cell(value)]}], "fields": fields}},
    )


def transport(box: Sandbox, folder: Any = None, **settings: Any) -> Transport:
    """A line to the sandbox that never waits."""
    return open_transport(GoogleSettings(url=box.url, per_minute=100_000, **settings), folder, {})


def open_book(
    box: Sandbox,
    spreadsheet: str,
    trackers: Sequence[TrackerSpec],
    *,
    line: Transport | None = None,
    **options: Any,
) -> GoogleSpreadsheet:
    """Open a spreadsheet as a run does."""
    connection = Connection(line or transport(box), spreadsheet)
    return GoogleSpreadsheet(connection, trackers, Remembered(), Options(**options))
