"""`sheetops columns list`, as somebody types it who wonders where a column comes from."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetops.cli.main import cli
from sheetops.library import open_workspace

from ..trackers import workbooks

CONFIG = """
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
opened = { type = "date" }
market = { type = "text" }
policy = { type = "text" }
amount = { type = "number" }
[patterns.cases]
date = "opened"
attributes = ["policy", "market"]
repeats = ["market"]
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case" = "case_id"
"Opened" = "opened"
"Market" = "market"
"Amount" = "amount"
"""
OWN = '''
from sheetops.columns import column


@column("cases", needs=["amount"], by=["market"], makes={"share": "number"})
def share(rows):
    """The case's share of its market's amount."""
    return rows["amount"] / rows["amount"].sum()


@column("cases", needs=["amount"], makes={"half": "number"})
def half(rows):
    raise RuntimeError("no such thing")
'''
NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "columns.py").write_text(OWN, encoding="utf-8")
    rows = [
        ["Case", "Opened", "Market", "Amount"],
        ["A", dt.date(2026, 1, 2), "UK", 1],
        ["B", dt.date(2026, 1, 3), "UK", 3],
    ]
    workbooks.make(tmp_path / "Desk.xlsx", rows)
    return tmp_path


def synced(folder: Path, now: dt.datetime = NOON) -> None:
    with open_workspace(folder, now=lambda: now) as ws:
        assert ws.sync().exit_code == 0


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-C", str(folder)])


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    said = json.loads(run(folder, "columns", "list", "--json").output)
    assert (said["command"], said["exit_code"]) == ("columns list", 0)
    return {row["column"]: row for row in reversed(said["columns"])}


def test_before_the_first_sync_nothing_was_computed_and_no_dataset_is_made(folder: Path) -> None:
    said = run(folder, "columns", "list").output
    assert "never: the next sync does it" in said
    assert not (folder / "sheetops.db").exists()


def test_after_a_sync_it_says_from_what_when_and_until_when(folder: Path) -> None:
    synced(folder)
    found = rows(folder)
    assert found["share"]["needs"] == ["amount"]
    assert found["share"]["computed"] == "2026-01-05T12:00:00+00:00"
    assert found["share"]["low_data"] == "What the function says; blank where market is blank."
    assert found["market_repeat"]["set"] == "cases.repeat"
    assert found["pattern"]["table"] == "cases"
    assert found["trend"]["table"] == "patterns", "columns of the tables that a set keeps are computed too"
    assert "too few cases: 2 of 20 in 28 days" in found["pattern"]["notes"][0]


def test_a_column_that_fails_says_why_and_is_computed_again(folder: Path) -> None:
    synced(folder)
    half = rows(folder)["half"]
    assert half["failed"]
    assert half["awaits"] == "it failed the last time"
    assert (
        "FAILED    The columns 'half' of cases were not computed: no such thing"
        in run(folder, "columns", "list").output
    )


def test_the_time_makes_columns_stale_and_so_do_edits_of_sheetops_toml(folder: Path) -> None:
    synced(folder)
    repeat = rows(folder)["market_repeat"]
    assert repeat["holds_until"] == "2026-01-06T00:00:00+00:00"
    assert "the time makes another answer, since 2026-01-06 00:00 UTC" in repeat["awaits"]
    assert rows(folder)["share"]["up_to_date"]
    (folder / "sheetops.toml").write_text(
        CONFIG.replace('repeats = ["market"]', 'repeats = ["policy"]'), encoding="utf-8"
    )
    assert rows(folder)["share"]["awaits"] == "sheetops.toml or columns.py has changed since"


def test_a_workspace_without_computed_columns_says_so(folder: Path) -> None:
    (folder / "columns.py").unlink()
    (folder / "sheetops.toml").write_text(
        CONFIG.partition("[patterns")[0] + "[trackers" + CONFIG.partition("[trackers")[2], encoding="utf-8"
    )
    assert "No column is computed" in run(folder, "columns", "list").output
