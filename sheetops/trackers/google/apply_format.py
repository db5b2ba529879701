"""`sheetops tracker format` for one spreadsheet: one read, one batch that comes whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from ...merge.guards import GuardTrip
from ...merge.tab import read_tab
from ...model.errors import TrackerChanged, TrackerNotWritten
from ...model.schema import Table, TrackerSpec
from ...model.values import Reading
from .building import digest
from .cells import Json
from .connection import Connection
from .formatting import Formatted, format_tab
from .looking import look
from .remembered import Remembered
from .tabs import TabState, by_id, quoted
from .transport import IdInUse

KEY = "sheetops.format"
"""The key of the developer metadata that counts how often a tab was formatted."""

_BACK = "replies,updatedSpreadsheet(sheets(properties(sheetId,title),data(startRow,rowData(values(userEnteredValue)))))"


def format_trackers(
    connection: Connection, trackers: Sequence[tuple[TrackerSpec, Table]], remembered: Remembered
) -> dict[str, Formatted]:
    """Format the trackers' tabs of one spreadsheet and return what was done, by tracker.

    Raise TrackerNotWritten where a header is gone, TrackerChanged where another program or a person was at work in
    the same second.
    """
    found, looks = look(connection, [spec for spec, _ in trackers], remembered)
    robot, done = connection.transport.robot, dict[str, Formatted]()
    headers: dict[int, int] = {}
    for spec, table in trackers:
        state = found.tabs[spec.id]
        tab = read_tab(
            spec, table, state.grid(), Reading(ZoneInfo(spec.timezone), spec.day_first), first=True
        )
        if isinstance(tab, GuardTrip):
            raise TrackerNotWritten(tab.message, not_done="Nothing was formatted.", next_step=tab.next_step)
        done[spec.id] = format_tab(tab, state, looks[spec.id], robot)
        headers[state.sheet_id] = tab.header_row
    touched = {t: one for t, one in done.items() if one.requests}
    if touched:
        _send(connection, [found.tabs[tracker] for tracker in touched], headers, list(touched.values()))
    return done


def _send(
    connection: Connection, tabs: Sequence[TabState], headers: dict[int, int], done: Sequence[Formatted]
) -> None:
    requests = [request for one in done for request in one.requests]
    count = _count(tabs[0], connection.spreadsheet, digest(requests))
    places = [f"{quoted(tab.title)}!{headers[tab.sheet_id]}:{headers[tab.sheet_id]}" for tab in tabs]
    try:
        answer = connection.batch([*count, *requests], places, _BACK).answer
    except IdInUse as error:
        if not error.resent or not _landed(connection, count[0]):
            raise
        return
    _look_back(answer, tabs, headers)


def _count(tab: TabState, spreadsheet: str, said: str) -> list[Json]:
    """Return the requests that count this one: so a batch whose answer was lost cannot be carried out twice."""
    old = [one for one in tab.metadata if one.get("metadataKey") == KEY]
    number = 1 + max((_number(one) for one in old), default=0)
    place = f"{KEY}|{spreadsheet}|{tab.sheet_id}|{number}".encode()
    made = {
        "metadataId": 1 + int.from_bytes(hashlib.blake2b(place, digest_size=8).digest(), "big") % (2**31 - 2),
        "metadataKey": KEY,
        "metadataValue": f"{number}|{said}",
        "location": {"sheetId": tab.sheet_id},
        "visibility": "DOCUMENT",
    }
    lookups = [{"developerMetadataLookup": {"metadataId": one["metadataId"]}} for one in old]
    return [
        {"createDeveloperMetadata": {"developerMetadata": made}},
        *({"deleteDeveloperMetadata": {"dataFilter": one}} for one in lookups),
    ]


def _number(metadata: Json) -> int:
    number = str(metadata.get("metadataValue", "")).partition("|")[0]
    return int(number) if number.isdigit() else 0


def _landed(connection: Connection, count: Json) -> bool:
    made = count["createDeveloperMetadata"]["developerMetadata"]
    there = connection.metadata(made["metadataId"])
    return there is not None and there.get("metadataValue") == made["metadataValue"]


def _look_back(answer: Json, tabs: Sequence[TabState], headers: dict[int, int]) -> None:
    """Raise TrackerChanged where a header row is not where it was read: somebody moved columns in that second."""
    sheets = by_id(answer["updatedSpreadsheet"])
    for tab in tabs:
        row = headers[tab.sheet_id]
        before = tab.raw[row - 1].get("values", []) if row <= len(tab.raw) else []
        blocks = sheets[tab.sheet_id].get("data", [])
        after = [
            cell for block in blocks for line in block.get("rowData", []) for cell in line.get("values", [])
        ]
        if _entered(before) != _entered(after):
            raise TrackerChanged(
                f"Somebody moved or renamed columns of '{tab.title}' while it was formatted, so formats may be in wrong "
                "columns. No value was changed.",
                not_done="",
                next_step="Undo the last change in the spreadsheet (File > Version history), and format it again.",
            )


def _entered(cells: Sequence[Json]) -> list[Json]:
    said = [cell.get("userEnteredValue", {}) for cell in cells]
    while said and not said[-1]:
        said.pop()
    return said
