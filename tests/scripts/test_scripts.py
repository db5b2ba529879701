"""The scripts a newcomer starts with: what they say when they can run, and when they cannot."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT
from tests.trackers import workbooks

SCRIPTS = ROOT / "scripts"


@pytest.fixture
def copy(tmp_path):
    """A clone without a .venv: the scripts and what they look at."""
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(folder, *words, **environment):
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )  # fmt: skip


def pretend(folder, *extras):
    """Make a .venv that looks as if these extras had been installed; its Python is the one that runs the tests."""
    made = run(
        folder, "-c",
        "import sys, json; sys.path.insert(0, 'scripts'); import own_python as o\n"
        "o.PYTHON.parent.mkdir(parents=True)\n"
        "o.PYTHON.symlink_to(sys.executable)\n"
        f"o.NOTE.write_text(json.dumps({{'asked': o._asked(), 'extras': {list(extras)!r}}}))",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr


needs_links = pytest.mark.skipif(os.name == "nt", reason="links to a Python need rights on Windows")


@needs_links
def test_nothing_is_installed_when_nothing_has_changed(copy):
    pretend(copy, "test", "dev")
    done = run(copy, "scripts/own_python.py", "test")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(copy / ".venv" / "bin" / "python")


@needs_links
@pytest.mark.parametrize("change", ["setup.cfg", "pyproject.toml", "extras"])
def test_a_change_of_what_is_asked_for_installs_again(copy, change):
    pretend(copy, "test")
    if change != "extras":
        with (copy / change).open("a") as file:
            file.write("\n# changed\n")
    done = run(
        copy,
        "scripts/own_python.py",
        "dev" if change == "extras" else "test",
        PIP_INDEX_URL="",
        PIP_NO_INDEX="1",
    )
    assert "Installing sheetops" in done.stderr
    assert "pip could not install" in done.stderr
    assert "PIP_INDEX_URL" in done.stderr
    assert done.returncode == 1


def test_a_python_without_venv_is_told_what_to_install(copy):
    (copy / "scripts" / "ensurepip.py").write_text("raise ImportError")
    done = run(copy, "scripts/demo.py")
    assert done.returncode == 1
    assert "sudo apt install python3-venv" in done.stderr
    assert "Nothing was installed." in done.stderr
    assert not (copy / ".venv").exists()


@pytest.mark.parametrize("script", ["demo.py", "test.py", "benchmark.py"])
def test_an_old_python_is_told_so(script):
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 1, 'final', 0); sys.path.insert(0, 'scripts')\n"
        f"runpy.run_path('scripts/{script}', run_name='__main__')"
    )
    done = run(ROOT, "-c", code)
    assert done.returncode == 1
    assert "sheetops needs Python 3.11 or newer; this is Python 3.9." in done.stderr


def test_the_benchmarks_are_listed():
    done = run(ROOT, "scripts/benchmark.py")
    assert done.returncode == 0
    assert "  sync " in done.stdout
    assert "_" not in done.stdout.split("where NAME is:")[1].split()[0]
    assert run(ROOT, "scripts/benchmark.py", "snyc").returncode == 2


@pytest.mark.slow
def test_the_sync_benchmark_runs(tmp_path):
    script = SCRIPTS / "benchmarks" / "sync.py"
    done = run(ROOT, str(script), "whole", "unchanged", "--rows", "600", "--cache", str(tmp_path))
    assert "peak memory" in done.stdout, done.stderr
    assert "nothing changed" in done.stdout


def test_test_passes_options_and_exit_code_on(copy):
    """`test.py` is pytest: its options, its exit code."""
    code = (
        "import sys, json; sys.path.insert(0, 'scripts'); import own_python\n"
        "own_python.run = lambda words, *extras: print(json.dumps([words, extras])) or 7\n"
        "sys.argv = ['test.py', '-k', 'x', '-q']; import runpy\n"
        "runpy.run_path('scripts/test.py', run_name='__main__')"
    )
    done = run(copy, "-c", code)
    assert done.returncode == 7
    side_by_side = ["-n", "auto", "--dist", "loadfile"]
    assert json.loads(done.stdout) == [["-m", "pytest", *side_by_side, "-k", "x", "-q"], ["test"]]


@pytest.fixture
def workspace(tmp_path):
    """A workspace of one workbook, in a folder with a space in its name."""
    folder = tmp_path / "my desk"
    folder.mkdir()
    (folder / "sheetops.toml").write_text(
        '[tables.cases]\nkey = "id"\n[tables.cases.fields]\nid = { type = "text" }\n[trackers.desk]\n'
        'file = "Desk.xlsx"\ntab = "Cases"\ntable = "cases"\n[trackers.desk.columns]\nCase = "id"\n'
    )
    workbooks.make(folder / "Desk.xlsx", [["Case"], ["A"], ["B"]])
    return folder


def test_refresh_sheets_has_a_line_for_each_tracker_and_an_exit_code(workspace):
    done = run(ROOT, "scripts/refresh_sheets.py", str(workspace))
    desk, whole = done.stdout.splitlines()
    assert desk.endswith(" refresh desk ok: 2 taken, 0 written, 0 appended, 0 held")
    assert "refresh ok, exit 0 R1: " in whole
    assert whole.endswith("2 records added.")
    assert (done.returncode, done.stderr) == (0, "")
    workbooks.edit(workspace / "Desk.xlsx", {"A1": "Kase"})
    done = run(ROOT, "scripts/refresh_sheets.py", str(workspace), "--log-json")
    assert done.returncode == 4
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["not done", "failed"]


def test_a_heartbeat_that_nobody_answers_fails_no_run(workspace):
    done = run(ROOT, "scripts/refresh_sheets.py", str(workspace), "--heartbeat", "http://127.0.0.1:9/x")
    assert done.returncode == 0
    assert "the heartbeat at 127.0.0.1 could not be reached" in done.stdout


def test_the_weekly_update_tells_the_week(workspace):
    done = run(ROOT, "scripts/weekly_update.py", str(workspace))
    assert done.returncode == 0
    assert "weekly ok, exit 0 R1: The week to " in done.stdout
    assert "cases: 2 records added, 0 cells edited by people, 0 archived; 2 records in all." in done.stdout


def test_a_folder_without_a_workspace_is_said(tmp_path):
    done = run(ROOT, "scripts/refresh_sheets.py", str(tmp_path))
    assert done.returncode == 1
    assert "refresh failed, exit 1: There is no sheetops.toml in" in done.stdout
