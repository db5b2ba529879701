"""A workspace with a table of cases, and files from elsewhere."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

import sheetops
from sheetops.cli.main import cli
from sheetops.tracker_workbook import build_workbook
from sheetops.workspace import load_config

CONFIG = """
[workspace]
name = "Cases"
[tables.cases]
key = "case_id"
key_format = "CASE-{:04d}"
[tables.cases.fields]
case_id = { type = "text", label = "Case ID" }
source_system = { type = "text" }
source_ref = { type = "text", label = "Reference" }
status = { type = "choice", label = "Status", required = true, choices = { New = [], "In review" = ["open"], Closed = ["done"] } }
market = { type = "choice", label = "Market", choices = { US = ["USA"], DE = ["Deutschland", "德国"], UK = [] } }
merchant = { type = "text", label = "Merchant" }
opened_at = { type = "date", label = "Opened at" }
points = { type = "integer", label = "Points", default = 0 }
summary = { type = "long text", label = "Summary" }
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case ID" = "case_id"
Status = "status"
Market = "market"
Merchant = "merchant"
[trackers.intake]
file = "Intake.xlsx"
tab = "Intake"
table = "intake"
delete = false
[trackers.intake.columns]
Intake = "intake_id"
File = "file"
Row = "row"
Reason = "reason"
"The row" = "raw"
State = "state"
"""
HEADER = ["Reference", "Status", "Market", "Merchant", "Opened at", "Summary"]


@dataclass
class Office:
    """The workspace's folder, with the program's hands on it."""

    folder: Path

    def file(self, *rows, name="tickets.csv", header=HEADER, divider=",", encoding="utf-8"):
        """Write a file from elsewhere."""
        out = io.StringIO()
        csv.writer(out, delimiter=divider).writerows([header, *rows])
        path = self.folder / name
        path.write_bytes(out.getvalue().encode(encoding))
        return str(path)

    def run(self, *words, answers=""):
        """Run a command in this workspace."""
        return CliRunner().invoke(cli, [*map(str, words), "-C", str(self.folder)], input=answers)

    def take(self, file, *words, code=0, answers=""):
        """Import a file unasked; return what was said."""
        yes = () if answers else ("--yes",)
        result = self.run("import", file, "--into", "cases", *yes, *words, answers=answers)
        assert result.exit_code == code, result.output + result.stderr
        return result.output

    def table(self, name="cases"):
        """Return the active records by key."""
        with sheetops.open(self.folder) as ws:
            return {k: dict(r.values) for k, r in ws.store.records(name).items() if not r.archived}

    def head(self):
        """Return the number of the journal's last entry."""
        with sheetops.open(self.folder) as ws:
            return ws.store.head()

    def mapping(self, name="tickets"):
        """Return the mapping file."""
        return self.folder / "imports" / f"{name}.toml"


@pytest.fixture
def office(tmp_path):
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    config = load_config(tmp_path)
    for spec in config.schema.trackers.values():
        build_workbook(tmp_path / spec.source, config.schema, [spec], {})
    return Office(tmp_path)
