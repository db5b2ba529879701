"""A workbook with its buttons in a workspace that was synced, for the tests that press them in LibreOffice."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sheetops.buttons.excel.installing import button_excel
from sheetops.buttons.excel.settings import SETTINGS_NAME
from sheetops.library import open_workspace

from ..trackers import workbooks

CONFIG = """
[workspace]
name = "ops"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
[trackers.desk]
file = "Desk.xlsx"  # the desk's own
tab = "Cases"
table = "cases"
columns = { "Case" = "case_id", "Status" = "status" }
[trackers.back]
file = "Back.xlsx"
tab = "Cases"
table = "cases"
columns = { "Case" = "case_id", "Status" = "status" }
"""


def make(folder: Path) -> Path:
    """Return the workbook with its buttons; a change waits in the other tracker: B was opened again."""
    folder.mkdir()
    (folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    for name in ("Desk.xlsx", "Back.xlsx"):
        workbooks.make(folder / name, [["Case", "Status"], ["A", "open"], ["B", "closed"]])
    with open_workspace(folder) as ws:
        ws.sync()
    workbooks.edit(folder / "Back.xlsx", {"B3": "open"})
    button_excel(folder / "Desk.xlsx", python=Path(sys.executable))
    return folder / "Desk.xlsm"


def set_in_settings(desk: Path, **said: str) -> None:
    file = desk.parent / SETTINGS_NAME
    file.write_text(json.dumps({**json.loads(file.read_text()), **said}), encoding="ascii")


def dataset(desk: Path) -> dict[str, str]:
    with open_workspace(desk.parent) as ws:
        return {key: record.values["status"] for key, record in ws.store.records("cases").items()}


def ended(said: str) -> bool:
    return not said.startswith("Running since") and not said.startswith("Last run R1,")
