"""`sheetops report` and `sheetops verify` on the command line: files written, JSON, exit codes."""

import json

import pytest
from click.testing import CliRunner

from sheetops.cli.main import cli

from ..reports.desk import filled

REPORTS = {
    "weekly": (), "cases": (), "problems": (), "insights": (), "meeting": (), "evidence": ("C-00001",),
    "effect": ("cases", "--since", "2026-10-05", "--date", "detected_at"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("desk")).folder


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


STUDY = "study"
"""It is of an incident, which that desk has none of; told of in tests/reports/test_study.py."""


def test_every_report_is_here():
    assert {*REPORTS, STUDY} == set(cli.commands["report"].commands)


@pytest.mark.parametrize("name", REPORTS)
def test_each_prints_one_versioned_object_and_writes_its_file(folder, tmp_path, name):
    out = tmp_path / ("out.zip" if name == "evidence" else "out.md")
    result = run("report", name, *REPORTS[name], "-C", folder, "--to", out, "--json")
    said = json.loads(result.stdout)
    assert (said["sheetops"], said["command"], said["exit_code"]) == (1, f"report {name}", 0)
    assert said["file"] == str(out)
    assert out.stat().st_size > 100


def test_a_package_that_was_touched_ends_with_1(folder, tmp_path):
    out = tmp_path / "c.zip"
    assert run("report", "evidence", "C-00001", "-C", folder, "--to", out).exit_code == 0
    assert run("verify", out).exit_code == 0
    out.write_bytes(out.read_bytes()[:-40])
    result = run("verify", out, "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["exit_code"]) == (1, 1)
    assert said["differences"]


def test_a_week_that_is_none_ends_with_2_and_says_how_to_write_one(folder):
    result = run("report", "weekly", "--week", "47", "-C", folder)
    assert result.exit_code == 2
    assert "'47' is no week." in result.stderr
    assert "Write it like --week" in result.stderr


def test_notes_are_taken_or_a_report_is_written_not_both(folder, tmp_path):
    assert run("report", "meeting", "--take", "n.md", "--to", tmp_path / "o.md", "-C", folder).exit_code == 2
