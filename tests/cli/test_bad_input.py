"""Input that nobody wants: a clear error, the next step, and nothing lost. Each on real files, from the command line."""

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys

import openpyxl
import pytest

import sheetops
from sheetops.model.errors import ClockWentBack

CFB = bytes.fromhex("d0cf11e0a1b11ae1")


def change(desk, act, book="North.xlsx"):
    """Let another program change a workbook's tracker."""
    workbook = openpyxl.load_workbook(desk.folder / book)
    act(workbook)
    workbook.save(desk.folder / book)


def refused(desk, *words, code=1):
    """Run a sync that cannot go well; return its words, and see that no workbook was touched."""
    before = desk.files()
    result = desk.run("sync", *words)
    assert result.exit_code == code, result.output
    assert desk.files() == before
    assert "Traceback" not in result.output
    return result.output


HALF = object()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "is not an Excel workbook"),
        (b"", "is empty"),
        (CFB + bytes(4096), "save it as .xlsx"),
        (HALF, "is cut off"),
    ],
    ids=["text", "nothing", "an old format", "half a file"],
)
def test_a_file_that_is_no_sound_workbook(desk, content, said):
    book = desk.folder / "North.xlsx"
    book.write_bytes(book.read_bytes()[:9000] if content is HALF else content)
    assert said in refused(desk)


def test_the_other_workbooks_go_on(desk):
    (desk.folder / "North.xlsx").write_bytes(b"hello")
    desk.type("South.xlsx", {"B2": "closed"})
    result = desk.run("sync")
    assert result.exit_code == 1
    assert "Left out" in result.output
    assert "1 cell into the dataset" in result.output


def rename_tab(workbook):
    workbook["Cases"].title = "Case"


def drop_header(workbook):
    workbook["Cases"].delete_rows(1)


def same_header_twice(workbook):
    workbook["Cases"]["E1"] = "Status"


def rename_key(workbook):
    workbook["Cases"]["A1"] = "Number"


def spoil_dates(workbook):
    for row in range(2, 14):
        workbook["Cases"][f"D{row}"] = "soon"


@pytest.mark.parametrize(
    ("act", "code", "said", "then"),
    [
        (rename_tab, 1, "has no tab 'Cases'. Did you mean 'Case'?", "sheetops.toml"),
        (drop_header, 4, "The header row of North.xlsx, tab 'Cases' is gone", "Put the header row back"),
        (same_header_twice, 4, "have the header 'Status' (columns B and E)", "Rename one"),
        (rename_key, 4, "The key column 'Case ID' of North.xlsx", "Put its header back"),
        (spoil_dates, 4, "12 of 30 cells (40 %) of column 'Due'", "--allow unparsable"),
    ],
)
def test_a_tab_that_cannot_be_read_as_before(desk, act, code, said, then):
    change(desk, act)
    output = refused(desk, code=code)
    assert said in output
    assert then in output


def test_an_enormous_used_range_with_few_rows(desk):
    def stray(workbook):
        workbook["Cases"]["XFD1048576"] = "x"
        workbook["Cases"]["B2"] = "closed"

    change(desk, stray)
    assert "1 cell into the dataset" in desk.run("sync").output


def test_merged_header_cells_leave_the_covered_column_alone(desk):
    change(desk, lambda workbook: workbook["Cases"].merge_cells("D1:E1"))
    desk.type("North.xlsx", {"B2": "closed"})
    output = desk.run("sync").output
    assert "Column 'Note' is missing in North.xlsx" in output
    assert desk.read("South.xlsx", "E2") == "note 1", "nobody cleared it"


@pytest.mark.skipif(os.name == "nt", reason="Windows passes text, not bytes")
def test_bytes_from_a_terminal_that_are_no_text(held):
    words = ["resolve", "1", "--use", os.fsdecode(b"caf\xe9"), "-C", str(held.folder)]
    done = subprocess.run([sys.executable, "-m", "sheetops", *words], capture_output=True)
    assert done.returncode == 2, done.stderr.decode()
    assert b"It stays held." in done.stderr
    assert held.run("sync").exit_code == 3


@pytest.mark.parametrize("value", ["nonsense", "x" * 40_000, "nul \x00"])
def test_a_decision_that_the_column_cannot_hold(held, value):
    result = held.run("resolve", "1", "--use", value)
    assert result.exit_code == 2
    assert "It stays held." in result.stderr
    assert len(result.stderr) < 400
    assert held.run("sync").exit_code == 3


def test_an_escaped_surrogate_in_a_cell(desk):
    change(desk, lambda workbook: workbook["Cases"].__setitem__("E2", "a _xD800_ b"))
    result = desk.run("sync")
    assert result.exit_code in (0, 3), result.output
    assert desk.run("doctor").exit_code == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(desk):
    desk.type("North.xlsx", {"B2": "closed"})
    desk.folder.chmod(0o555)
    try:
        assert "cannot be written" in refused(desk)
    finally:
        desk.folder.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit there")
@pytest.mark.parametrize("limit", [1_000, 9_000, 60_000])
def test_a_disk_that_fills_up_during_a_run(desk, limit):
    desk.type("North.xlsx", {"B2": "closed", "E3": "a note that must not get lost"})
    before = desk.files()
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        f"sys.argv = ['sheetops', 'sync', '-C', {str(desk.folder)!r}]\n"
        "from sheetops.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert limit > 9_000 or desk.files() == before
    assert not list(desk.folder.glob("*.tmp"))
    assert desk.run("sync").exit_code == 0
    assert (desk.read("South.xlsx", "B2"), desk.read("South.xlsx", "E3")) == (
        "closed",
        "a note that must not get lost",
    )
    assert desk.run("doctor").exit_code == 0


def test_a_dataset_that_another_run_holds(desk):
    from filelock import FileLock

    with FileLock(f"{desk.folder / 'sheetops.db'}.lock"):
        assert "Another run is at work" in refused(desk, code=5)


def test_a_dataset_of_a_newer_version(desk):
    database = sqlite3.connect(desk.folder / "sheetops.db")
    database.execute("UPDATE sheetops_meta SET value = '999' WHERE name = 'version'")
    database.commit()
    database.close()
    assert "newer" in refused(desk)


def test_a_damaged_dataset(desk):
    path = desk.folder / "sheetops.db"
    path.write_bytes(b"not a database, " * 400)
    output = refused(desk)
    assert "sheetops.db" in output


def test_a_clock_before_the_last_run(desk):
    desk.type("North.xlsx", {"B2": "closed"})
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with (
        sheetops.open(desk.folder, now=lambda: long_ago) as ws,
        pytest.raises(ClockWentBack, match="2020-01-01"),
    ):
        ws.sync()


def test_a_config_that_is_no_text(desk):
    (desk.folder / "sheetops.toml").write_bytes(b"\xff\xfe\x00[workspace]")
    assert "is not UTF-8 text" in refused(desk)


def test_a_copied_workbook_under_the_name_of_another(desk):
    shutil.copy(desk.folder / "South.xlsx", desk.folder / "North.xlsx")
    output = refused(desk, code=4)
    assert "it may be a copy" in output
    assert "--allow stamp" in output


def test_a_workbook_that_is_gone(desk):
    (desk.folder / "North.xlsx").unlink()
    output = refused(desk)
    assert "North.xlsx" in output


def test_an_old_backup_put_back(desk):
    old = (desk.folder / "North.xlsx").read_bytes()
    desk.type("South.xlsx", {"B2": "closed"})
    assert desk.run("sync").exit_code == 0
    (desk.folder / "North.xlsx").write_bytes(old)
    assert "older than the last sync" in refused(desk, code=4)
    assert desk.run("sync", "--allow", "stamp").exit_code == 0
    assert desk.read("North.xlsx", "B2") == "closed", "an old file reverts nothing"
