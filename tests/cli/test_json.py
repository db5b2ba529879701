"""`--json` on every command: one versioned object on stdout, errors too."""

import json

import pytest

from sheetops.cli.main import cli

WORDS = {
    "plan": ("plan",),
    "sync": ("sync",),
    "status": ("status",),
    "held": ("held",),
    "resolve": ("resolve", "1", "--mine"),
    "history": ("history", "C-01"),
    "undo": ("undo", "R2"),
    "explain": ("explain", "C-01"),
    "export": ("export", "cases", "{out}/cases.csv"),
    "sql": ("sql", "SELECT count(*) AS n FROM cases"),
    "import": ("import", "{out}/new.csv", "--into", "cases", "--yes"),
    "doctor": ("doctor",),
    "press": ("press", "preview"),
    "watch": ("watch", "--once"),
}
ELSEWHERE = {
    "report",
    "verify",
    "init",
    "adopt",
    "google",
    "tracker",
    "sla",
    "demo",
    "sandbox",
    "button",
    "serve",
    "token",
    "columns",
    "schedule",
    "template",
}
"""Commands that begin a workspace, or serve until stopped; tested where they are tested."""


def test_every_command_is_tested_here():
    assert set(WORDS) | ELSEWHERE == set(cli.commands)


@pytest.mark.parametrize("command", WORDS)
def test_every_command_prints_one_versioned_object(held, tmp_path, command):
    words = [word.format(out=tmp_path) for word in WORDS[command]]
    (tmp_path / "new.csv").write_text("Case ID,Status\nC-99,open\n", encoding="utf-8")
    result = held.run(*words, "--json")
    said = json.loads(result.stdout)
    assert (said["sheetops"], said["command"], said["exit_code"]) == (1, command, result.exit_code)


def test_an_error_is_an_object_too(desk):
    result = desk.run("undo", "R99", "--json")
    said = json.loads(result.stdout)
    assert (said["exit_code"], result.exit_code) == (2, 2)
    assert set(said["error"]) == {"code", "what", "not_done", "next_step"}
    assert result.stderr == ""


def test_a_guard_comes_with_its_plan(desk):
    desk.type("North.xlsx", {f"{column}{row}": None for row in range(2, 12) for column in "ABCDE"})
    said = json.loads(desk.run("sync", "--json").stdout)
    assert said["exit_code"] == 4
    assert said["plan"]["guards"][0]["override"] == "deletes"


def test_values_are_plain(held):
    said = json.loads(
        held.run("sql", "SELECT case_id, status, due FROM cases ORDER BY 1 LIMIT 1", "--json").stdout
    )
    assert said["columns"] == ["case_id", "status", "due"]
    assert said["rows"] == [["C-01", "open", None]]
