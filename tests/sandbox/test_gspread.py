"""gspread's own methods, unchanged, against the sandbox."""

import gspread
import pytest
from gspread.cell import Cell
from gspread.utils import Dimension, ExportFormat, MergeType, ValidationConditionType

from .conftest import client_of

ROWS = [["Id", "Name", "Hours"], ["007", "Ana", 3], ["008", "Bo", 1.5], ["009", "Cy", ""]]


@pytest.fixture
def tab(book):
    book.sheet1.update(ROWS, "A1")
    return book.sheet1


def test_open(client, book):
    assert client.open_by_key(book.id).title == "Cases"
    assert client.open("Cases").id == book.id
    assert client.open_by_url(f"https://docs.google.com/spreadsheets/d/{book.id}/edit#gid=0").id == book.id
    assert [one.id for one in client.openall()] == [book.id]
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key("nothing")
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open("nothing")


def test_read(tab):
    assert tab.get_all_values() == [
        ["Id", "Name", "Hours"], ["007", "Ana", "3"], ["008", "Bo", "1.5"], ["009", "Cy", ""],
    ]  # fmt: skip
    assert tab.get("A2:C3") == [["007", "Ana", "3"], ["008", "Bo", "1.5"]]
    assert tab.acell("B2").value == "Ana"
    assert tab.cell(3, 3).numeric_value == 1.5
    assert tab.row_values(1) == ["Id", "Name", "Hours"]
    assert tab.col_values(2) == ["Name", "Ana", "Bo", "Cy"]
    assert [cell.value for cell in tab.range("A2:B2")] == ["007", "Ana"]
    assert [list(one) for one in tab.batch_get(["A1:B1", "C2:C3"])] == [[["Id", "Name"]], [["3"], ["1.5"]]]
    assert tab.get("C2:C3", value_render_option="UNFORMATTED_VALUE") == [[3], [1.5]]


def test_get_all_records_mangles_ids_which_is_why_we_do_not_use_it(tab):
    assert tab.get_all_records()[0] == {"Id": 7, "Name": "Ana", "Hours": 3}
    assert tab.get_all_records(numericise_ignore=["all"])[0]["Id"] == "007"


def test_write(tab):
    tab.update_acell("D1", "New")
    tab.update_cell(2, 4, "=C2*2")
    tab.update_cells([Cell(3, 4, "x"), Cell(4, 4, "y")])
    tab.batch_update([{"range": "E1", "values": [["E"]]}, {"range": "E2:E3", "values": [[1], [2]]}])
    assert tab.get("D1:E4") == [["New", "E"], ["6", "1"], ["x", "2"], ["y"]]
    tab.batch_clear(["D1:D4", "E1:E1"])
    assert tab.get("D1:E4") == [[], ["", "1"], ["", "2"]]
    tab.clear()
    assert tab.get_all_values() in ([[]], [])


def test_append_insert_delete(tab):
    tab.append_row(["010", "Di"])
    tab.append_rows([["011", "Ed"], ["012", "Fy"]], value_input_option="USER_ENTERED")
    assert tab.col_values(1) == ["Id", "007", "008", "009", "010", "11", "12"]
    tab.insert_row(["006", "Al"], index=2)
    tab.insert_rows([["a"], ["b"]], row=3)
    assert tab.col_values(1)[:4] == ["Id", "006", "a", "b"]
    tab.delete_rows(3, 4)
    assert tab.col_values(1)[:3] == ["Id", "006", "007"]
    tab.insert_cols([["L", 1], ["M", 2]], col=2)
    assert tab.row_values(1) == ["Id", "L", "M", "Name", "Hours"]
    tab.delete_columns(2, 3)
    assert tab.row_values(1) == ["Id", "Name", "Hours"]
    tab.add_rows(5)
    tab.add_cols(2)
    tab.resize(20, 5)
    assert (tab.row_count, tab.col_count) == (20, 5)


def test_find_and_sort(tab):
    assert tab.find("Bo").address == "B3"
    assert tab.find("nobody") is None
    tab.update_acell("C4", "Bo")
    assert [cell.address for cell in tab.findall("Bo")] == ["B3", "C4"]
    tab.update_acell("C4", 2)
    tab.sort((3, "des"), range="A2:C4")
    assert tab.col_values(3) == ["Hours", "3", "2", "1.5"]


def test_format_notes_freeze_merge(tab):
    tab.format("A1:C1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 1}})
    tab.batch_format([{"range": "C2:C4", "format": {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}}])
    assert tab.get("C2:C3") == [["3.00"], ["1.50"]]
    tab.insert_note("A2", "keep the zeros")
    assert tab.get_note("A2") == "keep the zeros"
    tab.update_notes({"A3": "three", "B2": "two"})
    assert [line[:2] for line in tab.get_notes()[:3]] == [["", ""], ["keep the zeros", "two"], ["three", ""]]
    tab.clear_note("A2")
    assert tab.get_note("A2") == ""
    tab.freeze(rows=1, cols=1)
    tab.merge_cells("A6:B6")
    tab.unmerge_cells("A6:B6")
    tab.set_basic_filter()
    tab.clear_basic_filter()
    tab.columns_auto_resize(0, 2)
    tab.hide_rows(2, 3)
    tab.unhide_rows(2, 3)
    tab.hide_columns(2, 3)
    tab.add_dimension_group_rows(1, 3)
    assert tab.list_dimension_group_rows()[0]["depth"] == 1
    tab.delete_dimension_group_rows(1, 3)
    tab.add_validation("B2:B4", ValidationConditionType.one_of_list, ["Ana", "Bo"], showCustomUi=True)
    tab.copy_range("A2:B2", "A8")
    tab.cut_range("A8:B8", "A9")
    assert tab.get("A8:B9") == [[], ["007", "Ana"]]


def test_tabs(book, tab):
    other = book.add_worksheet("Other", 10, 4)
    assert [one.title for one in book.worksheets()] == ["Sheet1", "Other"]
    other.update_title("Renamed")
    other.update_index(0)
    assert [one.title for one in book.worksheets()] == ["Renamed", "Sheet1"]
    other.update_tab_color("#ff0000")
    copied = tab.duplicate(new_sheet_name="Copy")
    assert copied.get_all_values() == tab.get_all_values()
    assert book.worksheet("Copy").id == copied.id
    other.hide()
    assert [one.title for one in book.worksheets(exclude_hidden=True)] == ["Sheet1", "Copy"]
    other.show()
    book.reorder_worksheets([tab, copied, other])
    assert [one.title for one in book.worksheets()] == ["Sheet1", "Copy", "Renamed"]
    book.del_worksheet(other)
    with pytest.raises(gspread.WorksheetNotFound):
        book.worksheet("Renamed")


def test_names_and_protection(book, tab):
    tab.define_named_range("A1:C4", "everything")
    assert book.values_get("everything")["values"][1] == ["007", "Ana", "3"]
    assert [one["name"] for one in book.list_named_ranges()] == ["everything"]
    tab.delete_named_range(book.list_named_ranges()[0]["namedRangeId"])
    tab.add_protected_range("A1:C1", editor_users_emails=["ana@example.com"], description="header")
    protected = book.list_protected_ranges(tab.id)
    assert protected[0]["description"] == "header"
    tab.delete_protected_range(protected[0]["protectedRangeId"])
    assert book.list_protected_ranges(tab.id) == []


def test_spreadsheet(client, book, tab):
    book.update_title("Cases 2024")
    book.update_locale("de_DE")
    book.update_timezone("Europe/Berlin")
    assert (book.title, book.locale, book.timezone) == ("Cases 2024", "de_DE", "Europe/Berlin")
    copied = client.copy(book.id, title="Cases copy")
    assert copied.sheet1.get_all_values() == tab.get_all_values()
    moved = tab.copy_to(copied.id)
    assert moved["title"] == "Copy of Sheet1"
    assert book.export(ExportFormat.CSV).decode().splitlines()[1] == "007,Ana,3"
    assert book.get_lastUpdateTime() == book.lastUpdateTime
    copied.sheet1.insert_note("A1", "copied with its comments")
    client.copy(copied.id, copy_comments=True)
    client.del_spreadsheet(copied.id)
    client.import_csv(book.id, "a,b\n1,2\n")
    assert client.open_by_key(book.id).sheet1.get_all_values() == [["a", "b"], ["1", "2"]]


def test_share(client, book):
    book.share("ana@example.com", perm_type="user", role="writer", notify=False)
    book.share("", perm_type="anyone", role="reader")
    assert {one.get("emailAddress"): one["role"] for one in book.list_permissions()}[
        "ana@example.com"
    ] == "writer"
    assert book.remove_permissions("ana@example.com")
    assert "ana@example.com" not in {one.get("emailAddress") for one in book.list_permissions()}


def test_the_other_ways_to_read(client, book, tab):
    assert client.get_file_drive_metadata(book.id)["name"] == "Cases"
    assert [one["id"] for one in client.list_spreadsheet_files()] == [book.id]
    assert book.url.endswith(book.id)
    assert tab.url.endswith(f"#gid={tab.id}")
    assert (book.creationTime[:4], tab.index, tab.isSheetHidden) == ("2024", 0, False)
    assert book.fetch_sheet_metadata()["sheets"][0]["properties"]["sheetId"] == tab.id
    assert book.get_worksheet(0).id == book.get_worksheet_by_id(tab.id).id == tab.id
    assert book.values_batch_get(["A1:B1"])["valueRanges"][0]["values"] == [["Id", "Name"]]
    assert tab.get_values("A2:B2") == [["007", "Ana"]]
    assert [cell.value for cell in tab.get_all_cells()[:3]] == ["Id", "Name", "Hours"]
    assert tab.expand("A1") == [*tab.get_all_values()[:3], ["009", "Cy", ""]]
    tab.define_named_range("A2:A4", "ids")
    assert [cell.value for cell in book.named_range("ids")] == ["007", "008", "009"]


def test_the_other_ways_to_write(book, tab):
    book.values_update("A5", params={"valueInputOption": "RAW"}, body={"values": [["010"]]})
    book.values_append("A1", params={"valueInputOption": "RAW"}, body={"values": [["011"]]})
    book.values_batch_update({"valueInputOption": "RAW", "data": [{"range": "A7", "values": [["012"]]}]})
    assert tab.col_values(1)[4:] == ["010", "011", "012"]
    book.values_clear("A7")
    book.values_batch_clear(body={"ranges": ["A6"]})
    assert tab.col_values(1)[4:] == ["010"]
    tab.delete_dimension(Dimension.rows, 5)
    assert tab.col_values(1)[-1] == "009"
    tab.update_note("A1", "one")
    tab.insert_notes({"A2": "two", "B2": "three"})
    tab.clear_notes(["A1", "B2"])
    assert [tab.get_note(cell) for cell in ("A1", "A2", "B2")] == ["", "two", ""]


def test_the_other_looks(book, tab):
    tab.freeze(rows=2, cols=1)
    tab.hide_gridlines()
    tab.update_tab_color("#00ff00")
    seen = book.get_worksheet_by_id(tab.id)
    assert (seen.frozen_row_count, seen.frozen_col_count, seen.is_gridlines_hidden) == (2, 1, True)
    assert seen.get_tab_color() == "#00FF00"
    tab.show_gridlines()
    tab.clear_tab_color()
    seen = book.get_worksheet_by_id(tab.id)
    assert (seen.is_gridlines_hidden, seen.get_tab_color(), seen.column_count) == (False, None, 26)
    tab.rows_auto_resize(0, 3)
    tab.hide_columns(1, 2)
    tab.unhide_columns(1, 2)
    tab.add_dimension_group_columns(1, 3)
    assert len(tab.list_dimension_group_columns()) == 1
    tab.delete_dimension_group_columns(1, 3)
    assert tab.list_dimension_group_columns() == []
    tab.batch_merge([{"range": "A6:B6"}, {"range": "D1:D2", "mergeType": MergeType.merge_columns}])
    assert len(book.fetch_sheet_metadata()["sheets"][0]["merges"]) == 2


def test_tabs_by_id(book, tab):
    copied = book.duplicate_sheet(tab.id, new_sheet_name="Second")
    assert copied.get_all_values() == tab.get_all_values()
    book.del_worksheet_by_id(copied.id)
    assert [one.id for one in book.worksheets()] == [tab.id]


def test_another_owner(box, client, book):
    book.share("ana@example.com", perm_type="user", role="writer", notify=False)
    number = next(
        one["id"] for one in book.list_permissions() if one.get("emailAddress") == "ana@example.com"
    )
    book.transfer_ownership(number)
    client_of(box.url, "ana@example.com").open_by_key(book.id).accept_ownership(number)
    roles = {one["emailAddress"]: one["role"] for one in book.list_permissions()}
    assert roles == {"robot@sandbox.example": "writer", "ana@example.com": "owner"}
    client.insert_permission(book.id, "bo@example.com", perm_type="user", role="reader")
    number = next(one["id"] for one in book.list_permissions() if one["emailAddress"] == "bo@example.com")
    client.remove_permission(book.id, number)
    assert "bo@example.com" not in {one["emailAddress"] for one in book.list_permissions()}
