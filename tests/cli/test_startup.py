"""The command line starts at once: what is heavy is imported by the commands that need it."""

import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "pandas", "numpy", "python_calamine", "xlsxwriter")


def modules_after(*words):
    code = (
        "import sys\nfrom sheetops.cli import cli\n"
        f"try:\n    cli({list(words)!r})\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_imports_nothing_heavy():
    assert modules_after("--help").isdisjoint(HEAVY)


@pytest.mark.parametrize("command", ["status", "held"])
def test_reading_commands_import_no_pandas_and_no_workbooks(desk, command):
    loaded = modules_after(command, "-C", str(desk.folder))
    assert loaded.isdisjoint(("pandas", "numpy", "python_calamine", "xlsxwriter"))


def test_an_unchanged_sync_reads_no_workbook(desk):
    assert modules_after("sync", "-C", str(desk.folder)).isdisjoint(("pandas", "numpy", "python_calamine"))
