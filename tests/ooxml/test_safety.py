"""The old file stands until the new one is whole, checked and still wanted."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sheetops.ooxml import (
    Workbook,
    WorkbookChanged,
    WorkbookLocked,
    conflict_copies,
    is_placeholder,
    lock_owner,
)


def test_identity_is_that_of_the_new_file(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        before = book.identity
        book["Cases"].set("B2", "x")
        after = book.save()
    with Workbook.open(tracker) as again:
        assert again.identity == after != before


def test_file_changed_meanwhile_is_not_replaced(tracker: Path) -> None:
    with Workbook.open(tracker) as book, Workbook.open(tracker) as other:
        other["Cases"].set("B2", "theirs")
        other.save()
        book["Cases"].set("B2", "ours")
        with pytest.raises(WorkbookChanged, match="someone else"):
            book.save()
    with Workbook.open(tracker) as book:
        assert book["Cases"]["B2"].value == "theirs"
    assert [p.name for p in tracker.parent.iterdir()] == [tracker.name]


def test_expected_identity_overrides_the_one_read(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        old = book.identity
        book["Cases"].set("B2", "x")
        book.save()
        book["Cases"].set("B2", "y")
        with pytest.raises(WorkbookChanged):
            book.save(expect=old)


def test_nothing_to_save_writes_nothing(tracker: Path) -> None:
    before = tracker.stat().st_mtime_ns
    with Workbook.open(tracker) as book:
        book.save()
    assert tracker.stat().st_mtime_ns == before


def test_failure_before_the_replacement_leaves_the_old_file(tracker: Path) -> None:
    before = tracker.read_bytes()

    def fail() -> None:
        raise KeyboardInterrupt

    with Workbook.open(tracker) as book:
        book["Cases"].set("B2", "x")
        with pytest.raises(KeyboardInterrupt):
            book.save(before_replace=fail)
    assert tracker.read_bytes() == before
    assert [p.name for p in tracker.parent.iterdir()] == [tracker.name]


def test_killed_before_the_replacement_leaves_the_old_file(tracker: Path) -> None:
    before = tracker.read_bytes()
    program = (
        "import os, sys; from sheetops.ooxml import Workbook; b = Workbook.open(sys.argv[1]); "
        "b['Cases'].set('B2', 'x'); b.save(before_replace=lambda: os._exit(7))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program, str(tracker)], cwd=root)
    assert done.returncode == 7
    assert tracker.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_permissions_are_kept(tracker: Path) -> None:
    tracker.chmod(0o640)
    with Workbook.open(tracker) as book:
        book["Cases"].set("B2", "x")
        book.save()
    assert stat.S_IMODE(tracker.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_link_stays_a_link(tracker: Path) -> None:
    link = tracker.with_name("link.xlsx")
    link.symlink_to(tracker)
    with Workbook.open(link) as book:
        book["Cases"].set("B2", "x")
        book.save()
        assert book["Cases"]["B2"].value == "x"
    assert link.is_symlink()


def test_saving_twice_keeps_both_changes(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].set("B2", "x")
        book.save()
        book["Cases"].set("B3", "y")
        book.save()
        assert [book["Cases"][ref].value for ref in ("B2", "B3")] == ["x", "y"]


def test_sheet_taken_before_saving_shows_the_new_file(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        sheet = book["Cases"]
        sheet.set("B2", "x")
        book.save()
        assert sheet["B2"].value == sheet.grid().value(2, 2) == "x"
        sheet.set("B3", "y")
        book.save()
        assert sheet["B3"].value == "y"


def test_file_that_cannot_be_replaced_now_can_be_saved_later(
    tracker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_old: Path, _new: Path) -> Path:
        raise PermissionError(32, "in use by another process")

    with Workbook.open(tracker) as book:
        book["Cases"].set("B2", "x")
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", held)
            patched.setattr("sheetops.ooxml.files._PAUSE", 0)
            with pytest.raises(WorkbookLocked, match="another program"):
                book.save()
        book.save()
        assert book["Cases"]["B2"].value == "x"


def test_excel_owner_is_named(tracker: Path) -> None:
    name = "Kim Müller"
    narrow, wide = name.encode("cp1252"), name.encode("utf-16-le")
    data = bytes([len(narrow)]) + narrow.ljust(54) + bytes([len(name), 0]) + wide.ljust(108)
    tracker.with_name(f"~${tracker.name}").write_bytes(data)
    assert lock_owner(tracker) == name


def test_libreoffice_owner_is_named(tracker: Path) -> None:
    tracker.with_name(f".~lock.{tracker.name}#").write_text("Kim,kim,desk-7,23.11.2026 10:00,file:///x;")
    assert lock_owner(tracker) == "Kim"


def test_nobody_has_it_open(tracker: Path) -> None:
    assert lock_owner(tracker) is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_cannot_be_written(tracker: Path) -> None:
    from sheetops.ooxml import SaveFailed

    tracker.parent.chmod(0o555)
    try:
        with Workbook.open(tracker) as book:
            book["Cases"].set("B2", "x")
            with pytest.raises(SaveFailed, match="old file"):
                book.save()
    finally:
        tracker.parent.chmod(0o755)


def test_copies_of_a_cloud_conflict_are_found(tracker: Path) -> None:
    names = [
        "tracker (Kim's conflicted copy 2024-05-06).xlsx",
        "tracker-DESKTOP7.xlsx",
        "tracker (2).xlsx",
        "track.xlsx",
    ]
    for name in names:
        tracker.with_name(name).write_bytes(b"x")
    assert [path.name for path in conflict_copies(tracker)] == names[:2]


def test_file_on_this_disk_is_no_placeholder(tracker: Path) -> None:
    assert not is_placeholder(tracker)
