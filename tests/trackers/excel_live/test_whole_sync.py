"""A press in an open workbook, from the calling book to the file on the disk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from sheetops.library import Workspace
from sheetops.model.errors import GuardStopped
from sheetops.trackers.excel_live import is_open_as, opener
from sheetops.workspace import load_config

from .. import workbooks
from . import shim

CONFIG = """
[workspace]
name = "live"
timezone = "Europe/London"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text", label = "Case ID" }
note = { type = "text", label = "Note" }
due = { type = "date", label = "Due" }
[trackers.north]
file = "North.xlsx"
tab = "Cases"
table = "cases"
columns = { "Case ID" = "case_id", "Note" = "note", "Due" = "due" }
[trackers.south]
file = "South.xlsx"
tab = "Cases"
table = "cases"
columns = { "Case ID" = "case_id", "Note" = "note" }
"""
NORTH = [["Case ID", "Note", "Due"], ["C1", "one", None], ["C2", "two", None]]


class Desk:
    """North is open in Excel; south is a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
        workbooks.make(folder / "North.xlsx", NORTH)
        workbooks.make(folder / "South.xlsx", [["Case ID", "Note"]])
        self.book = shim.open_book(folder / "North.xlsx")

    def workspace(self, **options: Any) -> Workspace:
        return Workspace(load_config(self.folder / "sheetops.toml"), who="ann", **options)

    def live(self) -> Workspace:
        """The workspace as a press in the open workbook opens it."""
        return self.workspace(backends={"excel": opener(self.book, patience=0.2)})

    def type(self, address: str, value: Any) -> None:
        assert shim.DESK.excel is not None
        shim.DESK.excel.sheet("Cases").set_value(address, value)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_press_syncs_the_open_book_and_the_other_file(desk: Desk) -> None:
    desk.type("B2", "typed and not saved")
    with desk.live() as ws:
        ws.sync()
        assert ws.table("cases")["C1"]["note"] == "typed and not saved"
    assert workbooks.rows(desk.folder / "South.xlsx")[1:] == [["C1", "typed and not saved"], ["C2", "two"]]
    assert "sheetops" in [sheet.name for sheet in desk.book.sheets]


def test_what_was_written_is_on_the_disk(desk: Desk) -> None:
    with desk.live() as ws:
        ws.sync()
    workbooks.edit(desk.folder / "South.xlsx", {"B2": "from south"})
    with desk.live() as ws:
        ws.sync()
    assert desk.book.sheets["Cases"].range("B2").value == "from south"
    assert workbooks.rows(desk.folder / "North.xlsx")[1][:2] == ["C1", "from south"]


def test_open_in_the_morning_and_closed_at_night(desk: Desk) -> None:
    """The stamp that Excel wrote is the one that is read from the file, and the other way round."""
    with desk.live() as ws:
        ws.sync()
    with desk.workspace() as ws:  # at night: the file
        ws.sync()
        assert ws.sync().run is None
    workbooks.edit(desk.folder / "South.xlsx", {"B2": "newer"})
    with desk.workspace() as ws:
        ws.sync()
    desk.book = shim.open_book(desk.folder / "North.xlsx")  # in the morning
    desk.type("B3", "morning")
    with desk.live() as ws:
        ws.sync()
        assert ws.held() == []
        assert {key: record["note"] for key in ("C1", "C2") for record in [ws.table("cases")[key]]} == {
            "C1": "newer",
            "C2": "morning",
        }


def test_closed_without_saving_after_it_could_not_be_saved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.live() as ws:
        ws.sync()
    workbooks.edit(desk.folder / "South.xlsx", {"B2": "from south"})
    refuse = shim.ComError(
        shim.EXCEPTION, "", (0, "Microsoft Excel", "The disk is full.", "", 0, -2146827284)
    )

    def full(book: Any) -> Any:
        raise refuse

    monkeypatch.setitem(shim._EXTRA, ("Workbook", "Save"), full)
    with desk.live() as ws:
        assert any("could not be saved" in note for note in ws.sync().notes)
    assert desk.book.sheets["Cases"].range("B2").value == "from south"
    with desk.workspace() as ws:
        with pytest.raises(GuardStopped, match="older than the last sync"):
            ws.sync()
        ws.sync(allow=["stamp"])
        assert ws.table("cases")["C1"]["note"] == "from south"
    assert workbooks.rows(desk.folder / "North.xlsx")[1][:2] == ["C1", "from south"]


def test_an_idle_press_touches_nothing(desk: Desk) -> None:
    with desk.live() as ws:
        ws.sync()
        ws.sync()
        shim.DESK.calls.clear()
        assert ws.sync().run is None
    assert [call for call in shim.DESK.calls if call.endswith("=") or call in ("Add", "Save")] == []


def test_the_calling_book_is_the_one_that_run_python_names(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RunPython starts Python with the workbook's name and Excel's window."""
    import xlwings

    monkeypatch.setattr(sys, "argv", ["-c", "--wb=North.xlsx", "--from_xl=1", "--app=", "--hwnd=7"])
    monkeypatch.setattr(sys, "platform", "win32")
    book = xlwings.Book.caller()
    monkeypatch.undo()
    assert is_open_as(book, desk.folder / "North.xlsx")
    assert not is_open_as(book, desk.folder / "South.xlsx")
    with desk.workspace(backends={"excel": opener(book)}) as ws:
        ws.sync()
    assert book.sheets["sheetops"].range("A1").value is not None


def test_a_book_that_was_renamed_is_no_tracker(desk: Desk) -> None:
    desk.book.save(str(desk.folder / "Other name.xlsx"))
    assert not is_open_as(desk.book, desk.folder / "North.xlsx")


def test_a_book_in_the_cloud_is_not_on_this_disk(desk: Desk) -> None:
    class InTheCloud:
        fullname = "https://example.sharepoint.com/sites/ops/North.xlsx"

    assert not is_open_as(InTheCloud(), desk.folder / "North.xlsx")
