"""The calls that a tracker is read and written with, one by one, against Google's description of them."""

import pytest

from sheetops.sandbox.defaults import new_spreadsheet
from sheetops.sandbox.drive import new_file
from sheetops.sandbox.grid import Cell
from sheetops.sandbox.http import Request

MASK = (
    "spreadsheetId,properties(title,timeZone,locale),sheets(properties(sheetId,title,hidden,gridProperties),merges,"
    "protectedRanges,basicFilter,developerMetadata,data(startRow,startColumn,rowData(values(userEnteredValue,"
    "effectiveFormat(numberFormat)))))"
)
DATE = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}
STAMP = {"metadataKey": "generation", "visibility": "DOCUMENT"}


def area(top, bottom, left, right, sheet=0):
    return {
        "sheetId": sheet, "startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right,
    }  # fmt: skip


def text(value):
    return {"userEnteredValue": {"stringValue": value}}


def test_one_read_has_all_that_a_tracker_needs(book, change, api):
    tab = book.add_worksheet("Cases", 20, 4)
    tab.update([["Id", "Due"], ["007", "2024-01-05"]], "A1", value_input_option="RAW")
    tab.update_acell("B2", "2024-01-05")
    tab.set_basic_filter("A1:B2")
    tab.merge_cells("C1:D1")
    change(
        {"createDeveloperMetadata": {"developerMetadata": STAMP | {
            "metadataId": 7, "metadataValue": "x", "location": {"sheetId": tab.id}}}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 99, "range": area(0, 20, 1, 2, tab.id),
                                                  "editors": {"users": ["ana@example.com"]}}}},
    )  # fmt: skip
    by_filter = {"dataFilters": [{"gridRange": {"sheetId": tab.id}}]}
    answer = api("POST", ":getByDataFilter", params={"fields": MASK}, json=by_filter)[1]
    assert answer["properties"] == {"title": "Cases", "timeZone": "Etc/GMT", "locale": "en_US"}
    (sheet,) = answer["sheets"]
    assert set(sheet) == {
        "properties",
        "merges",
        "protectedRanges",
        "basicFilter",
        "developerMetadata",
        "data",
    }
    assert sheet["properties"]["gridProperties"] == {"rowCount": 20, "columnCount": 4}
    assert sheet["protectedRanges"][0]["protectedRangeId"] == 99
    assert "ana@example.com" in sheet["protectedRanges"][0]["editors"]["users"]
    assert sheet["data"][0]["rowData"][1]["values"] == [
        text("007"), {"userEnteredValue": {"numberValue": 45296}, "effectiveFormat": DATE},
    ]  # fmt: skip
    assert api("GET", "", params={"fields": MASK, "ranges": "Cases"})[1] == answer
    header = {"dataFilters": [{"a1Range": "Cases!A1:B1"}]}
    top = api("POST", ":getByDataFilter", params={"fields": MASK}, json=header)[1]["sheets"]
    assert [one["data"][0]["rowData"] for one in top] == [[{"values": [text("Id"), text("Due")]}]]


def test_a_number_format_is_written_with_its_value_and_kept_without(book, change, api):
    rows = [{"values": [{"userEnteredValue": {"numberValue": 45296}, "userEnteredFormat": DATE}]}]
    both = "userEnteredValue,userEnteredFormat.numberFormat"
    book.sheet1.format("A1", {"textFormat": {"bold": True}})
    change({"updateCells": {"start": {"sheetId": 0}, "rows": rows, "fields": both}})
    change({"updateCells": {"range": area(1, 2, 0, 1), "rows": rows, "fields": both}})
    assert book.sheet1.get("A1:A2") == [["2024-01-05"], ["2024-01-05"]]
    query = {"fields": "sheets.data.rowData.values.userEnteredFormat", "ranges": "A1"}
    look = api("GET", "", params=query)[1]["sheets"][0]["data"][0]["rowData"][0]["values"][0][
        "userEnteredFormat"
    ]
    assert look == DATE | {"textFormat": {"bold": True}}
    change({"updateCells": {"start": {"sheetId": 0}, "fields": "userEnteredValue",
                            "rows": [{"values": [{"userEnteredValue": {"numberValue": 45297}}]}]}})  # fmt: skip
    assert book.sheet1.acell("A1").value == "2024-01-06"
    change(
        {
            "updateCells": {
                "range": area(0, 1, 0, 1),
                "fields": "userEnteredValue,userEnteredFormat.numberFormat",
            }
        }
    )
    assert book.sheet1.acell("A1").value is None


def test_a_repeated_formula_goes_along(book, change):
    book.sheet1.update([[1], [2], [3]], "A1")
    cell = {"userEnteredValue": {"formulaValue": "=A1*A$1+$A1"}}
    change({"repeatCell": {"range": area(0, 3, 1, 2), "cell": cell, "fields": "userEnteredValue"}})
    formulas = book.sheet1.get("B1:B3", value_render_option="FORMULA")
    assert formulas == [["=A1*A$1+$A1"], ["=A2*A$1+$A2"], ["=A3*A$1+$A3"]]
    source, down = area(0, 1, 1, 2), area(4, 5, 2, 3)
    change({"copyPaste": {"source": source, "destination": down}})
    assert book.sheet1.acell("C5", value_render_option="FORMULA").value == "=B5*B$1+$A5"


def test_appended_cells_follow_the_last_value_not_the_last_format(book, change):
    book.sheet1.update([["a", "b"], ["", "c"]], "A1")
    book.sheet1.format("A1:A500", DATE)
    book.sheet1.insert_note("A300", "not data")
    rows = [{"values": [text("new")]}, {}, {"values": [{}, text("last")]}]
    change({"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}})
    assert book.sheet1.get("A1:B9") == [["a", "b"], ["", "c"], ["new"], [], ["", "last"]]


def test_explicit_ids_are_taken_or_refused(change, refused, api):
    made = change({"addSheet": {"properties": {"sheetId": 4242, "title": "Held"}}})[0]["addSheet"][
        "properties"
    ]
    assert made["sheetId"] == 4242
    assert "4242 already exists" in refused({"addSheet": {"properties": {"sheetId": 4242}}})
    protected = {"addProtectedRange": {"protectedRange": {"protectedRangeId": 5, "range": {"sheetId": 4242}}}}
    change(protected)
    assert "5 already exists" in refused(protected)
    change({"deleteProtectedRange": {"protectedRangeId": 5}})
    assert "No protected range with id: 5" in refused({"deleteProtectedRange": {"protectedRangeId": 5}})
    stamp = STAMP | {"location": {"sheetId": 4242}}
    create = {"createDeveloperMetadata": {"developerMetadata": stamp | {"metadataId": 8}}}
    assert change(create)[0]["createDeveloperMetadata"]["developerMetadata"]["location"] == {
        "locationType": "SHEET", "sheetId": 4242,
    }  # fmt: skip
    assert "8 already exists" in refused(create)
    none = {"createDeveloperMetadata": {"developerMetadata": stamp | {"metadataId": 0}}}
    assert "must be positive" in refused(none)
    gone = {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": 8}}}}
    assert len(change(gone)[0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 1
    change(create, gone, create)  # in order, within one batch
    assert api("GET", "", params={"fields": "sheets.developerMetadata.metadataId"})[1]["sheets"][1] == {
        "developerMetadata": [{"metadataId": 8}]
    }


def test_looks_that_are_written_once(book, change, api):
    rule = {
        "condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Open"}]},
        "showCustomUi": True,
    }
    hidden = {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}
    grid = {"gridProperties": {"frozenRowCount": 1}}
    change(
        {"setDataValidation": {"range": area(1, 3, 0, 1), "rule": rule}},
        {"updateSheetProperties": {"properties": {"sheetId": 0} | grid, "fields": "gridProperties.frozenRowCount"}},
        {"updateDimensionProperties": hidden | {
            "properties": {"hiddenByUser": True, "pixelSize": 150}, "fields": "hiddenByUser,pixelSize"}},
        {"setBasicFilter": {"filter": {"range": {"sheetId": 0, "startRowIndex": 0}}}},
    )  # fmt: skip
    mask = "sheets(properties.gridProperties,basicFilter,data(columnMetadata,rowData.values.dataValidation))"
    sheet = api("GET", "", params={"fields": mask, "ranges": "A1:B3"})[1]["sheets"][0]
    assert sheet["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert sheet["data"][0]["columnMetadata"][1] == {"pixelSize": 150, "hiddenByUser": True}
    assert [row.get("values") for row in sheet["data"][0]["rowData"]] == [
        None,
        *[[{"dataValidation": rule}]] * 2,
    ]
    assert sheet["basicFilter"]["range"] == {
        "startRowIndex": 0, "endRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 26,
    }  # fmt: skip
    change({"setDataValidation": {"range": area(1, 3, 0, 1)}})
    assert (
        "rowData" not in api("GET", "", params={"fields": mask, "ranges": "A1:B3"})[1]["sheets"][0]["data"][0]
    )


@pytest.mark.parametrize("mask", ["", "*", "updatedSpreadsheet", "updatedSpreadsheet(sheets(data))"])
def test_what_was_written_is_read_back(book, api, mask):
    write = {"updateCells": {"start": {"sheetId": 0, "rowIndex": 4}, "rows": [{"values": [text("k")]}],
                             "fields": "userEnteredValue"}}  # fmt: skip
    body = {
        "requests": [write],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["A5", "Sheet1!A1:A2"],
    }
    body |= {"responseIncludeGridData": not mask}  # not looked at where there is a mask
    answer = api("POST", ":batchUpdate", params={"fields": mask} if mask else {}, json=body)[1]
    first, second = answer["updatedSpreadsheet"]["sheets"][0]["data"]
    assert first["startRow"] == 4
    assert first["rowData"][0]["values"][0]["userEnteredValue"] == {"stringValue": "k"}
    assert "rowData" not in second


def test_a_read_back_off_the_grid_is_refused_and_nothing_is_written(book, api):
    write = {
        "updateCells": {
            "start": {"sheetId": 0},
            "rows": [{"values": [text("k")]}],
            "fields": "userEnteredValue",
        }
    }
    body = {"requests": [write], "includeSpreadsheetInResponse": True, "responseRanges": ["A5000"]}
    assert api("POST", ":batchUpdate", json=body)[0] == 400
    assert book.sheet1.acell("A1").value is None


@pytest.fixture
def large(box):
    """A tab of 5,000 x 20."""
    book = new_spreadsheet("large", "Large")
    book.file = new_file(box.service, "robot@sandbox.example")
    book.sheets[0].resize(5010, 26)
    book.sheets[0].cells = [
        [
            Cell(f"C-{row}"),
            Cell(45000.0 + row, None, DATE),
            *(Cell(f"text {row * n % 97}") for n in range(18)),
        ]
        for row in range(5000)
    ]
    box.service.store.put(book)
    return book


def test_a_large_tab_is_answered_compressed(box, large):
    query = {"fields": [MASK]}
    answer = box.front.answer(Request("GET", "/v4/spreadsheets/large", query, {"accept-encoding": "gzip"}))
    assert len(answer.body) < 1_000_000


def test_a_large_batch_is_written(box, large):
    import json

    requests = [
        {"updateCells": {"start": {"sheetId": 0, "rowIndex": row, "columnIndex": 3},
                         "rows": [{"values": [text(f"new {row}")]}], "fields": "userEnteredValue"}}
        for row in range(5000)
    ]  # fmt: skip
    body = json.dumps({"requests": requests}).encode()
    answer = box.front.answer(Request("POST", "/v4/spreadsheets/large:batchUpdate", body=body))
    assert answer.status == 200
