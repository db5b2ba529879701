"""docs/reports.md: every report and every role is there, and its examples are read."""

import re
from pathlib import Path

import pytest

from sheetops.cli.main import cli
from sheetops.reports.meeting import read_notes
from sheetops.reports.roles import shipped_roles
from sheetops.workspace import parse_config

from .pages import ROOT

PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", cli.commands["report"].commands)
def test_every_report_is_explained(name):
    assert f"`sheetops report {name}" in PAGE


def test_every_role_is_named():
    assert [name for name in shipped_roles() if f"`{name}`" not in PAGE] == []


def test_the_config_of_the_page_is_read():
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    tables = '[tables.tickets]\nkey = "id"\n[tables.tickets.fields]\nid = { type = "text" }\nraised_on = { type = "date" }\ntopic = { type = "text" }\n'
    config = parse_config(tables + block, Path("/w/sheetops.toml"))
    assert config.reports.values["closed"] == ("done", "won't fix")


def test_the_notes_of_the_page_are_read():
    (block,) = re.findall(r"```\n(Decision:.*?)```", PAGE, re.DOTALL)
    found, wrong = read_notes(block)
    assert ([one.kind for one in found], wrong) == (["decision", "action"], [])
