"""`sheetops schedule` as people type it. Programs of the system are files of the test's own, first on the path."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

CRONTAB = """#!/bin/sh
if [ "$1" = -l ]; then
  [ -f "{file}" ] || {{ echo "no crontab for you" >&2; exit 1; }}
  exec cat "{file}"
fi
exec cat > "{file}"
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for crontab is a shell script")
PHRASE = "every 15 min on workdays 8-19"


@pytest.fixture
def crontab(tmp_path, monkeypatch):
    """A crontab of this test's own, with somebody's line in it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    file = tmp_path / "the crontab"
    file.write_text("5 4 * * * backup\n")
    (programs / "crontab").write_text(CRONTAB.format(file=file))
    (programs / "crontab").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return file


def test_from_words_to_a_crontab_and_back(desk, crontab):
    words = ("schedule", "add", PHRASE, "--as", "cron")
    asked = desk.run(*words)
    assert asked.exit_code == 2
    assert "Nothing was written, because nobody answered. To write it, add --yes." in asked.output
    shown = json.loads(desk.run(*words, "--json").output)
    assert (shown["installed"], shown["words"]) == (
        False,
        "Monday to Friday, every 15 minutes from 08:00 to 18:45",
    )
    assert crontab.read_text() == "5 4 * * * backup\n"
    added = desk.run(*words, "--yes")
    assert added.exit_code == 0
    assert "    */15 8-18 * * 1-5 cd " in added.output
    assert len(crontab.read_text().splitlines()) == 3
    (listed,) = json.loads(desk.run("schedule", "list", "--json").output)["schedules"]
    assert (listed["schedule"], listed["problems"], listed["failures"]) == (shown["schedule"], [], 0)
    removed = desk.run("schedule", "remove", shown["schedule"])
    assert removed.output.startswith(f"Removed {shown['schedule']}: sync, Monday to Friday")
    assert crontab.read_text() == "5 4 * * * backup\n"


def test_what_the_scheduler_starts_syncs_and_ends_with_an_exit_code(desk, crontab):
    name = json.loads(desk.run("schedule", "add", PHRASE, "--as", "cron", "--yes", "--json").output)[
        "schedule"
    ]
    desk.type("North.xlsx", {"E2": "typed"})
    done = desk.run("schedule", "run", name)
    assert done.exit_code == 0
    assert "north ok: 1 taken, 0 written, 0 appended, 0 held" in done.output
    assert desk.run("schedule", "run", name, "--quiet").output == ""
    assert desk.run("schedule", "run", name, "--if-missed").output == "No run was missed.\n"
    said = json.loads(desk.run("schedule", "run", name, "--json").output)
    assert (said["ran"], said["sentence"]) == (True, "Nothing to do: everything agrees.")
    assert "last run" in desk.run("schedule", "list").output


def test_a_schedule_that_there_is_not(desk, crontab):
    for verb in ("remove", "run"):
        result = desk.run("schedule", verb, "nightly")
        assert result.exit_code == 2
        assert "There is no schedule 'nightly'." in result.output
    assert "Nothing is scheduled." in desk.run("schedule", "list").output


def test_a_phrase_that_is_none_is_said_with_an_example(desk, crontab):
    result = desk.run("schedule", "add", "every mnday at 6", "--as", "cron", "--yes")
    assert result.exit_code == 2
    assert "'mnday' is no weekday. Did you mean 'monday'?" in result.output
    assert Path(crontab).read_text() == "5 4 * * * backup\n"
