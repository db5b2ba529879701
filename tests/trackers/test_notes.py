"""What a person is told about a workbook before it is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl

from sheetops.model.schema import Column, TrackerSpec
from sheetops.trackers.excel_file import ExcelFile

TRACKER = TrackerSpec("north", "cases", "North.xlsx", "Cases", (Column("case_id", "Case ID"),))


def _workbook(path: Path, *, protected: bool = False) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Cases"
    book.active.append(["Case ID"])
    book.active.protection.sheet = protected
    book.save(path)
    return path


def test_a_plain_workbook_needs_no_word(tmp_path: Path) -> None:
    assert ExcelFile(_workbook(tmp_path / "North.xlsx")).read([TRACKER]).notes == ()


def test_a_protected_tab_is_named(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "North.xlsx", protected=True)
    assert "'Cases' of North.xlsx is protected" in ExcelFile(path).read([TRACKER]).notes[0]


def test_a_conflicted_copy_is_named(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "North.xlsx")
    shutil.copy(path, tmp_path / "North (Kim's conflicted copy 2026-05-06).xlsx")
    assert "Kim's conflicted copy" in ExcelFile(path).read([TRACKER]).notes[0]


def test_who_saved_it_last_is_known(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "North.xlsx")
    book = openpyxl.load_workbook(path)
    book.properties.lastModifiedBy = "Ann Example"
    book.save(path)
    snapshot = ExcelFile(path).read([TRACKER])
    assert snapshot.saved_by == "Ann Example"
    assert snapshot.saved_at is not None
    assert snapshot.saved_at.tzinfo is not None
