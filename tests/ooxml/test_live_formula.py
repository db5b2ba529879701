"""A formula that is set: which bytes change, what readers see that do not calculate, and what LibreOffice makes of it."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest

from sheetops.model.live import Live
from sheetops.ooxml import CellRefused, Workbook

from .parts import contents, minimal, sheet, write
from .test_formulas import SHARED

OFFICE = shutil.which("soffice")
ROWS = '<row r="1"><c r="A1" s="0"><v>1</v></c><c r="B1"/><c r="C1" t="inlineStr"><is><t>x</t></is></c></row>'
STATE = Live("due", "risk", "breached", "at risk", "on track")


def test_it_has_a_result_for_readers_that_do_not_calculate(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(ROWS)))
    with Workbook.open(path) as book:
        book["S"].set_formula(1, 2, '=IF(A1<2,"<one>","many")', "<one>")
        assert (book["S"]["B1"].formula, book["S"]["B1"].value) == ('IF(A1<2,"<one>","many")', "<one>")
        book.save()
        assert book["S"].uncached_formulas() == set()
        assert (book["S"]["B1"].formula, book["S"]["B1"].value) == ('IF(A1<2,"<one>","many")', "<one>")


def test_only_its_cell_changes_and_excel_calculates_on_load(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(ROWS)))
    before = contents(path)
    with Workbook.open(path) as book:
        book["S"].set_formula(1, 2, "=A1+1", 2)
        book.save()
    after = contents(path)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    was, now = before["xl/worksheets/sheet1.xml"], after["xl/worksheets/sheet1.xml"]
    assert now == was.replace(b'<c r="B1"/>', b'<c r="B1"><f>A1+1</f><v>2</v></c>')


def test_a_formula_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(SHARED)))
    with Workbook.open(path) as book, pytest.raises(CellRefused, match="B1 holds a formula"):
        book["S"].set_formula(1, 2, "=A1", 1)


@pytest.mark.parametrize("text", ["", "=", "=" + "A1+" * 3000 + "1"])
def test_what_is_no_formula_is_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(ROWS)))
    with Workbook.open(path) as book, pytest.raises(CellRefused, match="8,192 characters"):
        book["S"].set_formula(1, 2, text)


def test_dependants_of_a_shared_formula_keep_their_own(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(SHARED)))
    with Workbook.open(path) as book:
        book["S"].set_formula(1, 2, "=A1", 1, overwrite_formula=True)
        book.save()
    with Workbook.open(path) as book:
        assert book["S"].formulas() == {(1, 2): "A1", (2, 2): 'A2*$A$1+LEN("A1")', (3, 2): 'A3*$A$1+LEN("A1")'}  # fmt: skip


def test_shared_formulas_tell_their_own_texts(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(SHARED)))
    with Workbook.open(path) as book:
        texts = book["S"].formula_texts()
        assert dict(texts)[3, 2] == 'A3*$A$1+LEN("A1")'
        assert ((2, 2) in texts, (2, 1) in texts, len(texts)) == (True, False, 3)


@pytest.mark.skipif(
    OFFICE is None, reason="soffice is not there; to run it: apt-get install libreoffice-calc"
)
def test_libreoffice_calculates_the_state(tmp_path: Path) -> None:
    """The stored results are wrong on purpose: what it shows, it has worked out."""
    path = write(tmp_path / "live.xlsx", minimal(sheet("")))
    now = dt.datetime.now()  # noqa: DTZ005 - the spreadsheet's clock is this machine's
    day = dt.timedelta(days=1)
    times = [(-day, -2 * day), (day, -day), (2 * day, day)]
    with Workbook.open(path) as book:
        tab = book["S"]
        for row, (due, risk) in enumerate(times, start=1):
            tab.set_cell(row, 1, now + due)
            tab.set_cell(row, 2, now + risk)
            tab.set_formula(row, 3, STATE.formula(f"A{row}", f"B{row}"), "stale")
        tab.set_formula(4, 3, STATE.formula("A4", "B4"), "stale")
        tab.set_cell(4, 4, "end")
        book.save()
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [str(OFFICE), profile, "--headless", "--convert-to", "csv", "--outdir", tmp_path, path],
        check=True, capture_output=True, timeout=170,
    )  # fmt: skip
    with (tmp_path / "live.csv").open(newline="") as file:
        assert [row[2] for row in csv.reader(file)] == ["breached", "at risk", "on track", ""]
