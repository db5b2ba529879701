"""Rows below and columns beside: tables, formats and what is bound to them grow along."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.formatting.rule import CellIsRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableFormula

from sheetops.ooxml import AppendRefused, Workbook


def _append(path: Path, rows: list[list[object]], after: int, columns: list[int]) -> list[int]:
    with Workbook.open(path) as book:
        numbers = book["Cases"].append_rows(rows, after_row=after, columns=columns)
        book.save()
    return numbers


def test_row_below_plain_data_takes_its_formats(tracker: Path) -> None:
    assert _append(tracker, [["C-6", dt.datetime(2024, 2, 1)]], 6, [1, 3]) == [7]
    sheet = openpyxl.load_workbook(tracker)["Cases"]
    assert (sheet["A7"].value, sheet["C7"].value) == ("C-6", dt.datetime(2024, 2, 1))
    assert sheet["C7"].number_format == sheet["C6"].number_format


def test_table_grows(table_tracker: Path) -> None:
    assert _append(table_tracker, [["C-6"], ["C-7"]], 6, [1]) == [7, 8]
    table = openpyxl.load_workbook(table_tracker)["Cases"].tables["CaseTable"]
    assert (table.ref, table.autoFilter.ref if table.autoFilter else "A1:C8") == ("A1:C8", "A1:C8")


def test_blank_rows_of_a_table_are_used_first(table_tracker: Path) -> None:
    book = openpyxl.load_workbook(table_tracker)
    book["Cases"].tables["CaseTable"].ref = "A1:C9"
    book.save(table_tracker)
    assert _append(table_tracker, [["C-6"], ["C-7"]], 6, [1]) == [7, 8]
    assert openpyxl.load_workbook(table_tracker)["Cases"].tables["CaseTable"].ref == "A1:C9"


def test_validations_formats_and_names_follow_the_table(table_tracker: Path) -> None:
    book = openpyxl.load_workbook(table_tracker)
    sheet = book["Cases"]
    choice = DataValidation("list", formula1='"open,closed"', sqref="B2:B6 F1:F6")
    sheet.add_data_validation(choice)
    sheet.conditional_formatting.add("B2:B6", CellIsRule("equal", ["1"]))
    book.defined_names["Keys"] = DefinedName("Keys", attr_text="Cases!$A$2:$A$6")
    book.defined_names["Elsewhere"] = DefinedName("Elsewhere", attr_text="Cases!$F$2:$F$6")
    book.save(table_tracker)
    _append(table_tracker, [["C-6"]], 6, [1])
    after = openpyxl.load_workbook(table_tracker)
    sheet = after["Cases"]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "B2:B7 F1:F6"
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["B2:B7"]
    assert after.defined_names["Keys"].attr_text == "Cases!$A$2:$A$7"
    assert after.defined_names["Elsewhere"].attr_text == "Cases!$F$2:$F$6"


def test_calculated_column_is_filled(table_tracker: Path) -> None:
    book = openpyxl.load_workbook(table_tracker)
    sheet = book["Cases"]
    sheet["D1"] = "Length"
    for row in range(2, 7):
        sheet[f"D{row}"] = f"=LEN(A{row})"
    table = Table(displayName="CaseTable", ref="A1:D6")
    table._initialise_columns()
    for column, name in zip(table.tableColumns, ["Key", "Status", "Opened", "Length"], strict=True):
        column.name = name
    table.tableColumns[3].calculatedColumnFormula = TableFormula(
        attr_text="LEN(CaseTable[[#This Row],[Key]])"
    )
    del sheet.tables["CaseTable"]
    sheet.add_table(table)
    book.save(table_tracker)
    _append(table_tracker, [["C-6"], ["C-7"]], 6, [1])
    sheet = openpyxl.load_workbook(table_tracker)["Cases"]
    assert [sheet["D7"].value, sheet["D8"].value] == ["=LEN(A7)", "=LEN(A8)"]


def test_something_below_the_table_refuses_the_row(table_tracker: Path) -> None:
    with Workbook.open(table_tracker) as book:
        book["Cases"].set("B8", "Total")
        book.save()
        with pytest.raises(AppendRefused, match="B8"):
            book["Cases"].append_rows([["C-6"], ["C-7"]], after_row=6, columns=[1])


def test_appending_in_the_middle_is_refused(tracker: Path) -> None:
    with Workbook.open(tracker) as book, pytest.raises(AppendRefused, match="A4"):
        book["Cases"].append_rows([["C-6"]], after_row=3, columns=[1])


def test_appending_twice_before_saving(table_tracker: Path) -> None:
    with Workbook.open(table_tracker) as book:
        sheet = book["Cases"]
        assert sheet.append_rows([["C-6"]], after_row=6, columns=[1]) == [7]
        assert sheet.append_rows([["C-7"]], after_row=7, columns=[1]) == [8]
        book.save()
        assert [sheet["A7"].value, book["Cases"]["A8"].value] == ["C-6", "C-7"]
        assert book["Cases"].tables()[0].ref.last_row == 8


def test_column_is_added_to_a_table(table_tracker: Path) -> None:
    with Workbook.open(table_tracker) as book:
        assert book["Cases"].add_column("SLA & due") == 4
        book.save()
        table = book["Cases"].tables()[0]
    assert (str(table.ref), table.columns) == ("A1:D6", ["Key", "Status", "Opened", "SLA & due"])
    assert openpyxl.load_workbook(table_tracker)["Cases"]["D1"].value == "SLA & due"


def test_column_is_added_beside_plain_data(tracker: Path) -> None:
    with Workbook.open(tracker) as book:
        assert book["Cases"].add_column("SLA", header_row=3) == 5
        book.save()
    assert openpyxl.load_workbook(tracker)["Cases"]["E3"].value == "SLA"


def test_column_name_that_exists_is_refused(table_tracker: Path) -> None:
    with Workbook.open(table_tracker) as book, pytest.raises(AppendRefused, match="status"):
        book["Cases"].add_column("status")


def test_column_in_use_is_refused(table_tracker: Path) -> None:
    with Workbook.open(table_tracker) as book:
        book["Cases"].set("D4", "a remark")
        with pytest.raises(AppendRefused, match="D4"):
            book["Cases"].add_column("SLA")


def _with_totals(path: Path, formula: str) -> Path:
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Cases")
        bold = made.add_format({"bold": True})
        columns = [
            {"header": "Key", "total_string": "Total"},
            {"header": "Hours", "total_function": "sum", "format": None},
        ]
        sheet.add_table("A1:B4", {"data": [["C-1", 1], ["C-2", 2]], "columns": columns, "total_row": True})
        sheet.write("A4", "Total", bold)
        sheet.write_formula("D1", formula)
    return path


@pytest.mark.parametrize("after", [3, 4])
def test_totals_row_moves_down(tmp_path: Path, after: int) -> None:
    path = _with_totals(tmp_path / "b.xlsx", "=SUM(B2:B3)")
    assert _append(path, [["C-3", 5], ["C-4", 6]], after, [1, 2]) == [4, 5]
    sheet = openpyxl.load_workbook(path)["Cases"]
    assert [sheet[f"A{row}"].value for row in range(3, 7)] == ["C-2", "C-3", "C-4", "Total"]
    assert [sheet[f"B{row}"].value for row in range(3, 6)] == [2, 5, 6]
    assert sheet["B6"].value.startswith("=SUBTOTAL(109,")
    assert (sheet.tables["Table1"].ref, sheet.tables["Table1"].autoFilter.ref) == ("A1:B6", "A1:B5")
    assert (sheet["A6"].font.b, sheet["A4"].font.b) == (True, False)


def test_totals_row_that_is_referred_to_stays(tmp_path: Path) -> None:
    path = _with_totals(tmp_path / "b.xlsx", "=B4*2")
    with Workbook.open(path) as book, pytest.raises(AppendRefused, match="D1 refers to it"):
        book["Cases"].append_rows([["C-3", 5]], after_row=3, columns=[1, 2])


def test_column_beside_the_table_does_not_keep_it_from_growing(table_tracker: Path) -> None:
    with Workbook.open(table_tracker) as book:
        book["Cases"].set("E6", "seen by Kim")
        book.save()
    assert _append(table_tracker, [["C-6", "seen"]], 6, [1, 5]) == [7]
    sheet = openpyxl.load_workbook(table_tracker)["Cases"]
    assert (sheet.tables["CaseTable"].ref, sheet["E7"].value) == ("A1:C7", "seen")


def test_rows_find_their_place_below_plain_data(tmp_path: Path) -> None:
    path = tmp_path / "plain.xlsx"
    book = openpyxl.Workbook()
    for row in ([], [None, "Case", "Status"], [None, "C-1", "open"], [None, "C-2", "closed"]):
        book.active.append(row)
    book.save(path)
    with Workbook.open(path) as wb:
        sheet = wb[wb.sheet_names[0]]
        assert sheet.append_rows([["C-3", "open"]]) == [5]
        assert sheet.append_rows([["C-4"], ["C-5", "open"]]) == [6, 7]
        wb.save()
    rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=4, min_col=2, values_only=True))
    assert rows == [("C-2", "closed"), ("C-3", "open"), ("C-4", None), ("C-5", "open")]


def test_rows_find_their_place_in_the_one_table(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Cases")
        page.write("A1", "Title")
        page.add_table(
            "B3:C6", {"columns": [{"header": "Case"}, {"header": "Status"}], "data": [["C-1", "open"]]}
        )
        page.write("E20", "a remark far below")
    with Workbook.open(path) as wb:
        assert wb["Cases"].append_rows([["C-2", "open"]]) == [5]
        wb.save()
    assert openpyxl.load_workbook(path)["Cases"]["B5"].value == "C-2"


def test_rows_find_their_place_in_an_empty_sheet(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    openpyxl.Workbook().save(path)
    with Workbook.open(path) as wb:
        assert wb[wb.sheet_names[0]].append_rows([["a", 1]]) == [1]
        wb.save()
    assert openpyxl.load_workbook(path).active["B1"].value == 1
