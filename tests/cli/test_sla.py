"""`sheetops sla ...` and `explain KEY sla`, as somebody types them, on workbooks that were synced."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from sheetops.cli.main import cli
from sheetops.library import open_workspace

from ..trackers import workbooks

HEADER = ["Case", "Status", "Opened", "Owner", "Due", "State", "Why"]
CONFIG = """
[workspace]
timezone = "Europe/London"
[calendars.uk]
hours = "mon-fri 09:00-17:00"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "waiting", "closed"] }
opened_at = { type = "datetime" }
owner = { type = "text" }
[sla.cases]
goals = ["resolution"]
opened = "opened_at"
policies = "sla_policies"
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case" = "case_id"
"Status" = "status"
"Opened" = "opened_at"
"Owner" = "owner"
"Due" = "resolution_due"
"State" = "resolution_state"
"Why" = "resolution_why"
[trackers.policies]
file = "Policies.xlsx"
tab = "sla_policies"
table = "sla_policies"
[trackers.policies.columns]
"Policy" = "policy"
"Goal" = "goal"
"Target" = "target"
"Pause" = "pause"
"Stop" = "stop"
"""
MONDAY = dt.datetime(2026, 1, 5, 9)
POLICIES = [
    ["Policy", "Goal", "Target", "Pause", "Stop"],
    ["usual", "resolution", "4h", "status == 'waiting'", "status == 'closed'"],
]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Two cases of a Monday at nine: one waited from ten to three, and was closed on Tuesday at ten; one is open."""
    workbooks.make(
        tmp_path / "Desk.xlsx", [HEADER, ["C1", "open", MONDAY, "ann"], ["C2", "open", MONDAY, "bob"]]
    )
    workbooks.make(tmp_path / "Policies.xlsx", POLICIES, tab="sla_policies")
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    for moment, cell, value in (
        ((5, 9), None, None), ((5, 10), "B2", "waiting"), ((5, 15), "B2", "open"), ((6, 10), "B2", "closed"),
        ((6, 11), "D3", "ann"), ((6, 12), "D3", "bob"),
    ):  # fmt: skip
        if cell:
            workbooks.edit(tmp_path / "Desk.xlsx", {cell: value})
        now = dt.datetime(2026, 1, *moment, tzinfo=dt.UTC)
        with open_workspace(tmp_path, now=lambda now=now: now) as ws:
            assert ws.sync().exit_code == 0
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "-C", str(folder)])


def as_json(folder: Path, *words: str) -> Any:
    return json.loads(run(folder, *words, "--json").output)


def test_the_workbook_shows_the_verdict(desk: Path) -> None:
    sheet = openpyxl.load_workbook(desk / "Desk.xlsx")["Cases"]
    assert [sheet.cell(2, c).value for c in (5, 6)] == [dt.datetime(2026, 1, 6, 10), "met"]
    assert sheet.cell(3, 6).value == "breached"
    assert str(sheet.cell(3, 7).value).startswith(
        "Breached since Mon 5 Jan 2026 13:00, when 4h of Mon-Fri 09:00-17:00"
    )


def test_explain_shows_every_interval_with_sums_to_the_second(desk: Path) -> None:
    said = run(desk, "explain", "C1", "sla").output
    assert "counted: 4 h (14,400 s)" in said
    assert "paused: 5 h (18,000 s)" in said
    assert "policy usual (version " in said
    rows = as_json(desk, "explain", "C1", "resolution")["sla"]
    assert sum(row["seconds"] for row in rows if row["what"] == "counted") == 4 * 3600
    assert sum(row["seconds"] for row in rows) == 25 * 3600, "from opening to stop, no second is missing"


def test_explain_names_the_nearest_case(desk: Path) -> None:
    result = run(desk, "explain", "C9", "sla")
    assert result.exit_code == 2
    assert "There is no case 'C9'" in result.output


def test_what_if_by_a_cell_and_by_an_edit_that_is_not_synced_yet(desk: Path) -> None:
    assert "C1" in run(desk, "sla", "what-if", "--set", "usual.target=3h").output
    assert as_json(desk, "sla", "what-if")["flips"] == []
    workbooks.edit(desk / "Policies.xlsx", {"C2": "300h"}, tab="sla_policies")
    pending = as_json(desk, "sla", "what-if")["flips"]
    assert {row["key"] for row in pending} == {"C1", "C2"}
    with open_workspace(desk) as ws:
        assert ws.table("sla_policies")["usual"]["target"] == "4h", "nothing was written"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("usual.target=4x", "4x"),
        ("other.target=4h", "no policy 'other'"),
        ("target", "Write it like"),
        ("usual.targt=4h", "targt"),
    ],
)
def test_what_if_of_what_cannot_be(desk: Path, edit: str, said: str) -> None:
    result = run(desk, "sla", "what-if", "--set", edit)
    assert result.exit_code == 2
    assert said in result.output


def test_propose_tells_what_the_past_would_have_kept(desk: Path) -> None:
    said = run(desk, "sla", "propose", "resolution").output
    assert "usual: 4h would have been kept by 90 % of 1 finished" in said
    assert "1 still open" in said


def test_time_by_owner_and_status_and_as_a_workbook(desk: Path) -> None:
    totals = {row["owner"]: row for row in as_json(desk, "sla", "time")["totals"]}
    assert totals["ann"]["cases"] == 2
    assert "Back to an earlier owner: 1 time, in 1 case" in run(desk, "sla", "time").output
    out = desk / "time.xlsx"
    assert run(desk, "sla", "time", "--by", "status", "--out", str(out)).exit_code == 0
    assert openpyxl.load_workbook(out).sheetnames == ["by owner", "by status", "cases", "spent"]
    assert run(desk, "sla", "time", "--by", "team").exit_code == 2


def test_check_finds_a_policy_row_that_cannot_be_read(desk: Path) -> None:
    assert run(desk, "sla", "check").exit_code == 0
    workbooks.edit(desk / "Policies.xlsx", {"A3": "odd", "B3": "resolution", "C3": "4x"}, tab="sla_policies")
    with open_workspace(desk) as ws:
        done = ws.sync()
    assert any("SLA policy odd, target" in note for plan in done.plans for note in plan.all_notes)
    result = run(desk, "sla", "check")
    assert result.exit_code == 1
    assert "odd, target" in result.output


def test_shipped_policies_become_a_tracker(tmp_path: Path) -> None:
    out = tmp_path / "Policies.xlsx"
    said = CliRunner().invoke(cli, ["sla", "policies", "--out", str(out)])
    assert said.exit_code == 0, said.output
    sheet = openpyxl.load_workbook(out)["sla_policies"]
    goals = {sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)}
    assert {"first_response", "resolution", "appeal_window"} <= goals
    again = CliRunner().invoke(cli, ["sla", "policies", "--out", str(out)])
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_a_table_without_goals(tmp_path: Path) -> None:
    (tmp_path / "sheetops.toml").write_text(
        '[tables.cases]\nkey = "id"\n[tables.cases.fields]\nid = { type = "text" }\n'
    )
    result = run(tmp_path, "sla", "check")
    assert result.exit_code == 2
    assert "[sla.TABLE]" in result.output
