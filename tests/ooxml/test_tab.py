"""The program's own sheet, and the stamp."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from sheetops.ooxml import CellRefused, ListValidation, SheetCell, SheetContent, Workbook

from .parts import contents, minimal, sheet, write

LONG = [f"a choice that is long, number {n}" for n in range(30)]
CONTENT = SheetContent(
    rows=[
        [SheetCell("Held items", "title")],
        [SheetCell("Where", "header"), SheetCell("Decision", "header")],
        [
            SheetCell("Cases D17", "link", "'Cases'!D17"),
            SheetCell("", "input"),
            SheetCell(dt.datetime(2024, 1, 2, 3, 4)),
        ],
        [SheetCell("=1+1", "warning"), SheetCell(None, "input"), SheetCell(5, "datetime")],
    ],
    column_widths=[30, 12.5],
    freeze_row=2,
    validations=[
        ListValidation("B3:B4", ["keep ours", "take theirs"], "Choose one"),
        ListValidation("C3", LONG),
    ],
    tab_color="1F4E79",
)


@pytest.fixture
def with_tab(tracker: Path) -> Path:
    with Workbook.open(tracker) as book:
        book.put_sheet("sheetops", CONTENT)
        book.save()
    return tracker


def test_tab_is_last_and_not_active(with_tab: Path) -> None:
    book = openpyxl.load_workbook(with_tab)
    assert book.sheetnames == ["Cases", "Other", "sheetops"]
    assert book.active.title == "Cases"


def test_content_of_the_tab(with_tab: Path) -> None:
    page = openpyxl.load_workbook(with_tab)["sheetops"]
    assert [page["A1"].value, page["A4"].value, page["A4"].data_type] == ["Held items", "=1+1", "s"]
    assert page["C3"].value == dt.datetime(2024, 1, 2, 3, 4)
    assert page["A3"].hyperlink.location == "'Cases'!D17"
    assert (page["A1"].font.b, page["A1"].font.sz, page["A4"].fill.fgColor.rgb) == (True, 14, "FFFFC7CE")
    assert (page.freeze_panes, page.column_dimensions["A"].width) == ("A3", 30)
    assert page.sheet_properties.tabColor.rgb == "FF1F4E79"


def test_short_list_is_in_the_validation_and_a_long_one_in_a_hidden_column(with_tab: Path) -> None:
    page = openpyxl.load_workbook(with_tab)["sheetops"]
    short, long = page.data_validations.dataValidation
    assert (short.formula1, short.prompt) == ('"keep ours,take theirs"', "Choose one")
    assert long.formula1 == "$E$1:$E$30"
    assert [page["E1"].value, page["E30"].value] == [LONG[0], LONG[29]]
    assert page.column_dimensions["E"].hidden


def test_same_content_again_writes_nothing(with_tab: Path) -> None:
    before = with_tab.read_bytes()
    with Workbook.open(with_tab) as book:
        book.put_sheet("sheetops", CONTENT)
        book.save()
    assert with_tab.read_bytes() == before


def test_replacing_the_tab_leaves_all_else(with_tab: Path) -> None:
    before = contents(with_tab)
    with Workbook.open(with_tab) as book:
        book.put_sheet("sheetops", SheetContent([[SheetCell("nothing held")]]))
        book.save()
        assert book["sheetops"]["A1"].value == "nothing held"
    after = contents(with_tab)
    assert {name for name in after if after[name] != before[name]} == {"xl/worksheets/sheet3.xml"}


def test_tab_in_a_file_without_styles(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet("")))
    with Workbook.open(path) as book:
        book.put_sheet("sheetops", CONTENT)
        book.save()
    assert openpyxl.load_workbook(path)["sheetops"]["A1"].font.b


def test_sheet_name_excel_refuses(tracker: Path) -> None:
    with Workbook.open(tracker) as book, pytest.raises(CellRefused, match="31"):
        book.put_sheet("a/b", SheetContent())


def test_stamp_is_kept_in_the_document_properties(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book.set_custom_property("sheetops", "T1:1 <&>")
        book.set_custom_property("other", "x")
        book.save()
        book.set_custom_property("sheetops", "T1:2")
        book.save()
        assert book.custom_properties == {"sheetops": "T1:2", "other": "x"}
    read = openpyxl.load_workbook(tracker).custom_doc_props
    assert {prop.name: prop.value for prop in read.props} == {"sheetops": "T1:2", "other": "x"}
