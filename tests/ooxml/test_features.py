"""Notes, drop-downs, conditional formats, links and names, beside what is there already."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from sheetops.ooxml import CellRefused, Workbook

from .parts import contents


def test_note_on_a_sheet_without_any(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].add_note("B2", "held: changed in both places\n<see tab>")
        book.save()
        assert book["Cases"].notes() == {(2, 2): "held: changed in both places\n<see tab>"}
    comment = openpyxl.load_workbook(tracker)["Cases"]["B2"].comment
    assert (comment.text, comment.author) == ("held: changed in both places\n<see tab>", "sheetops")


def test_note_beside_others(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("S").write_comment("A1", "first", {"author": "Kim"})
    with Workbook.open(path) as book:
        book["S"].add_note("C3", "second")
        book["S"].add_note("A1", "changed")
        book.save()
    sheet = openpyxl.load_workbook(path)["S"]
    assert [sheet["A1"].comment.text, sheet["C3"].comment.text] == ["changed", "second"]
    assert contents(path)["xl/drawings/vmlDrawing1.vml"].count(b"<v:shape ") == 2


def test_drop_down_beside_another(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].add_list("B2:B6", ["open", "closed"], prompt="Status")
        book["Cases"].add_list("C2:C6", "Other!$A$1:$A$3")
        with pytest.raises(CellRefused, match="already"):
            book["Cases"].add_list("B6:B9", ["x"])
        book.save()
    found = openpyxl.load_workbook(tracker)["Cases"].data_validations.dataValidation
    assert [(str(v.sqref), v.formula1) for v in found] == [
        ("B2:B6", '"open,closed"'),
        ("C2:C6", "Other!$A$1:$A$3"),
    ]


def test_conditional_format(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].add_conditional_format("A2:C6", '$B2="open"', fill="FFC7CE")
        book.save()
    (area,) = openpyxl.load_workbook(tracker)["Cases"].conditional_formatting
    (rule,) = area.rules
    assert (str(area.sqref), rule.formula, rule.dxf.fill.bgColor.rgb) == ("A2:C6", ['$B2="open"'], "FFFFC7CE")


def test_links_of_both_kinds(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        book["Cases"].add_hyperlink("A2", location="'Other'!A1")
        book["Cases"].add_hyperlink("A3", url="https://example.com/?a=1&b=2")
        book.save()
    sheet = openpyxl.load_workbook(tracker)["Cases"]
    assert sheet["A2"].hyperlink.location == "'Other'!A1"
    assert sheet["A3"].hyperlink.target == "https://example.com/?a=1&b=2"


def test_defined_name_is_added_and_changed(tracker: Path) -> None:
    for area in ("Cases!$A$2:$A$6", "Cases!$A$2:$A$9"):
        with Workbook.open(tracker) as book:
            book.set_name("Keys", area)
            book.save()
        assert openpyxl.load_workbook(tracker).defined_names["Keys"].attr_text == area
