"""The same stories over Google spreadsheets: people edit them on a sandbox, runs with sheetops over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sheetops.model.live import is_live
from sheetops.model.schema import TrackerSpec
from sheetops.model.sheet import Spreadsheet
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.connection import Connection
from sheetops.trackers.google.remembered import Remembered
from sheetops.trackers.google.spreadsheet import GoogleSpreadsheet, Options

from ..trackers.google import books
from .story import Rows, Story

_CELL = "userEnteredValue,effectiveValue,effectiveFormat(numberFormat(type))"
_SHOWN = f"sheets(properties(sheetId,title),data(rowData(values({_CELL}))))"


class OnSandbox:
    """A spreadsheet as people have it open in a browser: `tabs` is what they see, until they have typed into it."""

    def __init__(self, box: Sandbox, rows: Rows) -> None:
        self.box, self.id = box, books.make(box, {"Cases": rows})
        self.formulas: dict[str, dict[tuple[int, int], str]] = {}
        self.fault: Any = None
        self.load()

    @property
    def tabs(self) -> dict[str, Rows]:
        """What stands in the tabs now; a browser shows at once what anybody writes."""
        if self.writes != self._version and all(
            self._shown(title) == said for title, said in self._seen.items()
        ):
            self.load()
        return self._tabs

    @tabs.setter
    def tabs(self, tabs: dict[str, Rows]) -> None:
        self._tabs = tabs

    def load(self) -> None:
        """Look at the spreadsheet as it is now."""
        url = f"{self.box.url}/v4/spreadsheets/{self.id}"
        self._version = self.writes
        answer = books.HTTP.get(url, params={"fields": _SHOWN}, timeout=20).json()
        self._tabs: dict[str, Rows] = {}
        self.formulas, self._ids = {}, {}
        for sheet in answer["sheets"]:
            title = sheet["properties"]["title"]
            self._ids[title] = sheet["properties"].get("sheetId", 0)
            lines = [line for data in sheet["data"] for line in data.get("rowData", [])]
            self._tabs[title] = [[_value(cell) for cell in line.get("values", [])] for line in lines]
            self.formulas[title] = {
                (row, column): cell["userEnteredValue"]["formulaValue"]
                for row, line in enumerate(lines, 1)
                for column, cell in enumerate(line.get("values", []), 1)
                if "formulaValue" in cell.get("userEnteredValue", {})
            }
        for lines in self._tabs.values():
            width = max(map(len, lines), default=0)
            for row in lines:
                row.extend([None] * (width - len(row)))
        self._seen = {title: self._shown(title) for title in self._tabs}

    def _shown(self, title: str) -> str:
        return repr((self._tabs[title], sorted(self.formulas.get(title, {}).items())))

    def save(self) -> None:
        """What was typed stands in the spreadsheet, as soon as it is typed."""
        for title in self._tabs:
            if self._shown(title) == self._seen[title]:
                continue
            data = [
                {"values": [self._cell(title, r, c, value) for c, value in enumerate(row, 1)]}
                for r, row in enumerate(self._tabs[title], 1)
            ]
            fields = (
                "userEnteredValue"
                if title == "sheetops"
                else "userEnteredValue,userEnteredFormat.numberFormat"
            )
            area = {"sheetId": self._ids[title], "startRowIndex": 0, "startColumnIndex": 0}
            books.change(self.box, self.id, {"updateCells": {"range": area, "rows": data, "fields": fields}})
            self._seen[title] = self._shown(title)
            self._version = self.writes

    def _cell(self, title: str, row: int, column: int, value: Any) -> dict[str, Any]:
        if said := self.formulas.get(title, {}).get((row, column)):
            if not is_live(said):  # a person's, which comes to what the story says
                said = f'="{value}"' if isinstance(value, str) else f"={value}"
            return {"userEnteredValue": {"formulaValue": said}}
        cell = books.cell(value)
        if isinstance(value, str) and value.startswith("="):
            return {"userEnteredValue": {"stringValue": value}}
        return cell

    @property
    def writes(self) -> int:
        """Goes up whenever anybody changes the spreadsheet."""
        return int(self.box.service.store.get(self.id).file["version"])

    def identity(self) -> str:
        """A fingerprint of the spreadsheet."""
        return str(self.writes)


def _value(cell: dict[str, Any]) -> Any:
    said = cell.get("effectiveValue", {})
    value = next(iter(said.values()), None)
    kind = cell.get("effectiveFormat", {}).get("numberFormat", {}).get("type")
    if "numberValue" in said and kind in ("DATE", "DATE_TIME"):
        moment = books.EPOCH + dt.timedelta(milliseconds=round(value * 86_400_000))
        return moment.date() if moment.time() == dt.time() else moment
    return value


class GoogleStory(Story):
    """A story over spreadsheets of one sandbox."""

    box: Sandbox

    def spreadsheet(self, name: str, rows: Rows) -> OnSandbox:
        return OnSandbox(self.box, rows)

    def backend(self, folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
        book = self.books[trackers[0].source]

        def fault(point: str) -> None:
            book.fault(point)
            book.save()  # whoever typed meanwhile has typed it by now

        book.save()
        connection = Connection(books.transport(self.box), book.id)
        return GoogleSpreadsheet(connection, trackers, Remembered.load(folder, book.id), Options(fault=fault))

    def saved(self) -> None:
        for book in self.books.values():
            book.save()
