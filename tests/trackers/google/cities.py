"""A workspace with a Google spreadsheet in London and a workbook in Dublin, and the people there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from sheetops import actions
from sheetops.library import Workspace, open_workspace
from sheetops.sandbox import Sandbox

from .. import workbooks
from . import books

HEADER = ["Case ID", "Status", "Due", "Amount", "Note"]
COLUMNS = '"Case ID" = "case_id"\n"Status" = "status"\n"Due" = "due"\n"Amount" = "amount"\n"Note" = "note"'
CONFIG = """
[workspace]
name = "two cities"
timezone = "Etc/UTC"
[google]
per_minute = 100000
{google}
[tables.cases]
key = "case_id"
key_format = "CASE-{{:04d}}"
[tables.cases.fields]
case_id = {{ type = "text" }}
status = {{ type = "choice", choices = ["open", "closed"] }}
due = {{ type = "date" }}
amount = {{ type = "number" }}
note = {{ type = "text" }}
risk = {{ type = "text" }}
[trackers.dublin]
file = "Dublin.xlsx"
tab = "Cases"
table = "cases"
[trackers.dublin.columns]
{columns}
[trackers.london]
spreadsheet = "https://docs.google.com/spreadsheets/d/{id}/edit#gid=0"
name = "London"
tab = "{tab}"
table = "cases"
{london}
[trackers.london.columns]
{columns}
{more}
"""
K1, K2, K3 = "CASE-0001", "CASE-0002", "CASE-0003"


def case(number: int, **cells: Any) -> list[Any]:
    told = {
        "id": f"CASE-{number:04d}", "status": "open", "due": dt.date(2024, 1, number), "amount": float(number),
        "note": f"note {number}",
    }  # fmt: skip
    return list({**told, **cells}.values())


class Cities:
    """A workspace with one tracker in each city, and the people there."""

    def __init__(self, folder: Path, box: Sandbox, config: str = CONFIG, **parts: str) -> None:
        self.folder, self.box = folder, box
        self.id = parts.pop("id", "") or books.make(box, {"Cases": [HEADER], "Notes": [["mine"]]})
        workbooks.make(folder / "Dublin.xlsx", [HEADER, case(1), case(2), case(3)])
        said = {"google": "", "london": "", "more": "", "tab": "Cases", "columns": COLUMNS, **parts}
        (folder / "sheetops.toml").write_text(config.format(id=self.id, **said), encoding="utf-8")
        self.ana = box.person(self.id, books.ANA)
        self.ws = self.open()

    def open(self) -> Workspace:
        """Open the workspace as another process would."""
        self.ws = open_workspace(self.folder, environ={"SHEETOPS_GOOGLE_URL": self.box.url}, who="robot")
        return self.ws

    def sync(self, **options: Any) -> actions.Outcome:
        self.ws.close()
        return actions.sync(self.open(), **options)

    def london(self, tab: str = "Cases") -> list[list[Any]]:
        return books.rows(self.box, self.id, tab)

    def dublin(self) -> list[list[Any]]:
        return workbooks.rows(self.folder / "Dublin.xlsx")

    def in_dublin(self, **cells: Any) -> None:
        workbooks.edit(self.folder / "Dublin.xlsx", cells)

    def row(self, key: str) -> list[Any]:
        return next(row for row in self.london() if row and row[0] == key)


def used(outcome: actions.Outcome) -> str:
    """What talking to London has cost, in words."""
    return str(outcome.data["used"].get("London", ""))
