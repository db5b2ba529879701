"""Setting cells: what is written is what openpyxl and our own reader find."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from sheetops.ooxml import CellError, CellRefused, SheetMissing, Workbook


@pytest.mark.parametrize(
    "value",
    [
        "closed",
        "a & <b>",
        " padded ",
        "line\nbreak",
        "",
        "=no formula",
        "00123",
        "_x0041_",
        "Größe 😀",
        5,
        -2.5,
        1e300,
        True,
        False,
    ],
)
def test_value_reads_back_as_it_was_set(tracker: Path, value: object) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].set("B3", value)
        book.save()
        assert book["Cases"]["B3"].value == value
        assert book["Cases"].grid().value(3, 2) == (value if value != "" else None)


@pytest.mark.parametrize(
    "value",
    [dt.date(2024, 5, 6), dt.datetime(2024, 5, 6, 7, 8, 9), dt.time(7, 8), dt.timedelta(hours=30)],
)
def test_date_gets_a_date_format(tracker: Path, value: object) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].set("J9", value)
        book.save()
        assert book["Cases"]["J9"].value == value
        assert book["Cases"].grid().value(9, 10) == value


def test_format_of_a_cell_stays(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        before = book["Cases"]["C3"].number_format
        book["Cases"].set("C3", dt.datetime(2025, 2, 3))
        book.save()
        assert book["Cases"]["C3"].number_format == before
    assert openpyxl.load_workbook(tracker)["Cases"]["C3"].value == dt.datetime(2025, 2, 3)


def test_error_value_is_an_error(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].set("B3", CellError("#N/A"))
        book["Cases"].set("B4", "#N/A")
        book.save()
        grid = book["Cases"].grid()
    assert grid.value(3, 2) == CellError("#N/A")
    assert grid.value(4, 2) == "#N/A"


def test_every_other_part_is_byte_identical(tracker: Path) -> None:
    before = _parts(tracker)
    with Workbook.open(tracker) as book:
        book["Cases"].set("B3", "closed")
        book.save()
    after = _parts(tracker)
    changed = {name for name in before if before[name] != after[name]}
    assert list(before) == list(after)
    assert changed == {"xl/worksheets/sheet1.xml"}


def test_setting_and_setting_back_restores_the_sheet(tracker: Path) -> None:
    before = _parts(tracker)["xl/worksheets/sheet1.xml"]
    for value in (7, 3):
        with Workbook.open(tracker) as book:
            book["Other"].set("A1", value)
            book.save()
    assert _parts(tracker)["xl/worksheets/sheet1.xml"] == before


def test_formula_is_not_overwritten_by_accident(tracker: Path) -> None:
    with Workbook.open(tracker) as book, pytest.raises(CellRefused, match="holds a formula"):
        book["Cases"].set("D2", 1)


def test_formula_is_overwritten_when_asked(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].set("D2", 1, overwrite_formula=True)
        book.save()
        assert book["Cases"]["D2"].formula is None
        assert book["Cases"]["D2"].value == 1


def test_merged_cell_is_refused(tracker: Path) -> None:
    with Workbook.open(tracker) as book, pytest.raises(CellRefused, match="G1:H2"):
        book["Cases"].set("H2", 1)


def test_uncached_formulas_are_named(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        assert (2, 4) in book["Cases"].uncached_formulas()
        assert book["Cases"].formulas()[2, 4] == "ROW()*1"


def test_missing_sheet_is_named(tracker: Path) -> None:
    with Workbook.open(tracker) as book, pytest.raises(SheetMissing, match="Cases, Other"):
        book["Case"]


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
