"""A small workspace on disk, a person who types into its workbooks, and the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetops import ooxml
from sheetops.cli.main import cli
from sheetops.tracker_workbook import build_workbook
from sheetops.workspace import load_config

CONFIG = """
[workspace]
name = "Desk"
[tables.cases]
key = "case_id"
key_format = "C-{:02d}"
[tables.cases.fields]
case_id = { type = "text", label = "Case ID" }
status = { type = "choice", label = "Status", choices = { open = [], closed = ["done"] } }
market = { type = "choice", label = "Market", choices = ["UK", "IE"] }
due = { type = "date", label = "Due" }
note = { type = "text", label = "Note" }
[trackers.north]
file = "North.xlsx"
tab = "Cases"
table = "cases"
delete = true
[trackers.north.columns]
"Case ID" = "case_id"
Status = "status"
Market = "market"
Due = "due"
Note = "note"
[trackers.south]
file = "South.xlsx"
tab = "Cases"
table = "cases"
where = "market == 'UK'"
[trackers.south.columns]
"Case ID" = "case_id"
Status = "status"
Market = { field = "market", mode = "read" }
Due = "due"
Note = "note"
"""
ROWS = 30
RECORDS = [
    {"case_id": f"C-{n:02d}", "status": "open", "market": "UK" if n % 3 else "IE", "note": f"note {n}"}
    for n in range(1, ROWS + 1)
]


@dataclass
class Desk:
    """The workspace's folder, with the people's and the program's hands on it."""

    folder: Path

    def run(self, *words: str) -> Result:
        """Run a command in this workspace."""
        return CliRunner().invoke(cli, [*words, "-C", str(self.folder)])

    def type(self, book: str, cells: dict[str, Any]) -> None:
        """Type into a workbook's tracker and save it."""
        with ooxml.Workbook.open(self.folder / book) as workbook:
            for address, value in cells.items():
                workbook["Cases"].set(address, value)
            workbook.save()

    def read(self, book: str, address: str, tab: str = "Cases") -> Any:
        """Return what a cell shows."""
        with ooxml.Workbook.open(self.folder / book) as workbook:
            return workbook[tab][address].value

    def files(self) -> dict[str, bytes]:
        """Return the workbooks' bytes."""
        return {path.name: path.read_bytes() for path in self.folder.glob("*.xlsx")}


@pytest.fixture
def new(tmp_path):
    """Two workbooks that were never synced."""
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    config = load_config(tmp_path)
    for spec in config.schema.trackers.values():
        shown = [r for r in RECORDS if spec.where is None or spec.where.matches(r)]
        build_workbook(tmp_path / spec.source, config.schema, [spec], {spec.id: shown})
    return Desk(tmp_path)


@pytest.fixture
def desk(new):
    """The same after a first sync."""
    first = new.run("sync")
    assert first.exit_code == 0, first.output
    return new


@pytest.fixture
def held(desk):
    """The same with a conflict (#1 in North, #3 in South) and a bad date (#2)."""
    desk.type("North.xlsx", {"B2": "closed", "D4": "31/02/2026"})
    desk.type("South.xlsx", {"B2": None})
    assert desk.run("sync").exit_code == 3
    return desk
