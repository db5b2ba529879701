"""A report as a tab of a workbook that people work in: everything else of the file stays as it is."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from sheetops import report_verbs
from sheetops.library import Workspace, open_workspace
from sheetops.model.errors import TrackerBusy, TrackerNotWritten
from sheetops.templates import init_workspace

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
BOOK = "LIVE cases UK.xlsx"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    init_workspace(tmp_path, "live-cases")
    with open_workspace(tmp_path, now=lambda: NOW) as ws:
        ws.sync()
        yield ws


def book(ws: Workspace) -> Path:
    return ws.config.folder / BOOK


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_tracker_gets_a_tab_and_nothing_else_of_it_changes(ws: Workspace) -> None:
    before = parts(book(ws))
    said = report_verbs.weekly(ws, to=book(ws))
    assert said.lines[0].startswith(f"Put on the tab 'Weekly update' of {BOOK}: Weekly update 2026-W47")
    sheet = openpyxl.load_workbook(book(ws))["Weekly update"]
    assert sheet["A1"].value == "Weekly update 2026-W47"
    assert sheet["A2"].value.startswith("Written by sheetops report weekly 2026-W47, as of ")
    headers = [row[0].value for row in sheet.iter_rows() if row[0].value == "Figure"]
    assert headers
    after = parts(book(ws))
    changed = {name for name in before if before[name] != after[name]}
    assert not [name for name in changed if name.startswith(("xl/worksheets/", "xl/charts", "xl/tables"))], (
        changed
    )
    assert ws.sync().exit_code == 0
    assert ws.plan().is_empty


def test_the_next_one_takes_its_place_and_the_same_one_writes_nothing(ws: Workspace) -> None:
    report_verbs.weekly(ws, to=book(ws))
    first = book(ws).read_bytes()
    assert "says so already" in report_verbs.weekly(ws, to=book(ws)).lines[0]
    assert book(ws).read_bytes() == first
    report_verbs.weekly(ws, "2026-W46", to=book(ws))
    names = openpyxl.load_workbook(book(ws)).sheetnames
    assert names.count("Weekly update") == 1
    assert openpyxl.load_workbook(book(ws))["Weekly update"]["A1"].value == "Weekly update 2026-W46"


def test_a_tab_of_somebody_else_and_a_workbook_that_is_open_are_left_alone(ws: Workspace) -> None:
    other = openpyxl.load_workbook(book(ws))
    other.create_sheet("Weekly update")["A1"] = "mine"
    other.save(book(ws))
    there = book(ws).read_bytes()
    with pytest.raises(TrackerNotWritten, match="that sheetops did not write"):
        report_verbs.weekly(ws, to=book(ws))
    lock = book(ws).with_name(f".~lock.{BOOK}#")
    lock.write_text(",kim,desk,23.11.2026 09:00,file:///x;", encoding="utf-8")
    with pytest.raises(TrackerBusy, match="kim"):
        report_verbs.weekly(ws, to=book(ws))
    assert book(ws).read_bytes() == there


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not here: apt install libreoffice-calc"
)
def test_libreoffice_opens_the_workbook_with_its_tab(ws: Workspace, tmp_path: Path) -> None:
    report_verbs.weekly(ws, to=book(ws))
    out = tmp_path / "out"
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(book(ws))],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert openpyxl.load_workbook(out / BOOK)["Weekly update"]["A1"].value == "Weekly update 2026-W47"
