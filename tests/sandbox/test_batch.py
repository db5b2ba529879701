"""batchUpdate: all or nothing, one reply each, and an answer that reads back."""

import pytest
import requests

ROW = {"sheetId": 0, "dimension": "ROWS"}


def write(row, column, value, sheet=0):
    data = {"userEnteredValue": value}
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": [data]}], "fields": "userEnteredValue"}}


def test_all_or_nothing(book, change, refused):
    change(write(0, 0, {"stringValue": "before"}))
    text = refused(write(0, 0, {"stringValue": "after"}), {"deleteSheet": {"sheetId": 99}})
    assert text == "Invalid requests[1].deleteSheet: No sheet with id: 99"
    assert book.sheet1.acell("A1").value == "before"


def test_values_are_never_parsed(book, change):
    texts = ["007", "7e30", "1/2", "=1+1", "TRUE", "'x", " 1 "]
    change(*[write(row, 0, {"stringValue": text}) for row, text in enumerate(texts)])
    got = book.sheet1.get("A1:A7", value_render_option="UNFORMATTED_VALUE")
    assert [row[0] for row in got] == texts
    change(
        write(0, 0, {"numberValue": 7}),
        write(1, 0, {"boolValue": False}),
        write(2, 0, {"formulaValue": "=A1*2"}),
    )
    assert book.sheet1.get("A1:A3", value_render_option="UNFORMATTED_VALUE") == [[7], [False], [14]]
    change(write(0, 0, {}))
    assert book.sheet1.acell("A1").value is None


def test_reads_back_in_the_same_call(api):
    status, answer = api(
        "POST", ":batchUpdate",
        json={"requests": [write(1, 1, {"stringValue": "x"})], "includeSpreadsheetInResponse": True,
              "responseRanges": ["Sheet1!B1:B3"], "responseIncludeGridData": True},
    )  # fmt: skip
    assert status == 200
    data = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]
    assert data["startColumn"] == 1
    assert data["rowData"][1]["values"][0]["formattedValue"] == "x"
    status, answer = api(
        "POST", ":batchUpdate",
        params={"fields": "updatedSpreadsheet.sheets.data.rowData.values.effectiveValue"},
        json={"requests": [write(0, 0, {"numberValue": 1.5})], "includeSpreadsheetInResponse": True,
              "responseRanges": ["A1"]},
    )  # fmt: skip
    cell = {"values": [{"effectiveValue": {"numberValue": 1.5}}]}
    assert answer == {"updatedSpreadsheet": {"sheets": [{"data": [{"rowData": [cell]}]}]}}


def test_what_is_missing_is_named(refused):
    assert refused({"addChart": {"chart": {}}}) == "The sandbox does not implement requests[0].addChart."
    assert "Unknown name \"addRows\" at 'requests[0]'" in refused({"addRows": {}})
    assert refused() == "Must specify at least one request."


def test_a_range_of_data_clears_what_it_has_no_data_for(book, change):
    book.sheet1.update([["a", "b"], ["c", "d"]], "A1")
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    rows = [{"values": [{"userEnteredValue": {"stringValue": "A"}}]}]
    change({"updateCells": {"range": area, "rows": rows, "fields": "userEnteredValue"}})
    assert book.sheet1.get("A1:B2") == [["A"]]


def test_a_field_mask_leaves_the_rest_of_the_cell(book, change):
    sheet = book.sheet1
    sheet.update([["=1/4"]], "A1", value_input_option="USER_ENTERED")
    sheet.insert_note("A1", "a quarter")
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}
    percent = {"userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}}
    change({"repeatCell": {"range": area, "cell": percent, "fields": "userEnteredFormat.numberFormat"}})
    assert sheet.acell("A1").value == "25%"
    assert sheet.get_note("A1") == "a quarter"
    change({"repeatCell": {"range": area, "cell": {}, "fields": "*"}})
    assert sheet.get_all_values() in ([[]], [])


def test_limits(refused, book):
    text = refused(write(0, 0, {"stringValue": "x" * 50_001}))
    assert "more than the maximum of 50000 characters in a single cell" in text
    big = {"addSheet": {"properties": {"gridProperties": {"rowCount": 1_000_000, "columnCount": 11}}}}
    assert "above the limit of 10000000 cells" in refused(big)
    assert "beyond the last requested row of: 999" in refused(write(1000, 0, {"stringValue": "x"}))
    assert len(book.worksheets()) == 1


def test_append_cells_goes_below_everything(book, change):
    book.sheet1.update([["a"], [""], ["c"]], "C1")
    rows = [{"values": [{"userEnteredValue": {"stringValue": "new"}}]}]
    change({"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}})
    assert book.sheet1.get("A1:C4") == [["", "", "a"], [], ["", "", "c"], ["new"]]


def test_append_cells_adds_rows_to_a_full_grid(book, change):
    sheet = book.add_worksheet("Small", 2, 2)
    sheet.update([["a"], ["b"]], "A1")
    rows = [{"values": [{"userEnteredValue": {"stringValue": "c"}}]}]
    change({"appendCells": {"sheetId": sheet.id, "rows": rows, "fields": "userEnteredValue"}})
    assert sheet.get_all_values() == [["a", ""], ["b", ""], ["c", ""]] or sheet.col_values(1) == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize("title", ["Sheet1", "SHEET1"])
def test_two_tabs_cannot_have_one_title(refused, title):
    text = refused({"addSheet": {"properties": {"title": title}}})
    assert text.startswith(f'Invalid requests[0].addSheet: A sheet with the name "{title}" already exists.')


def test_find_and_replace(book, change):
    book.sheet1.update(
        [["Open", "opened"], ['=CONCATENATE("open")', 5]], "A1", value_input_option="USER_ENTERED"
    )
    reply = change({"findReplace": {"find": "open", "replacement": "Shut", "allSheets": True}})[0][
        "findReplace"
    ]
    assert reply == {"valuesChanged": 2, "occurrencesChanged": 2, "rowsChanged": 1, "sheetsChanged": 1}
    assert book.sheet1.get("A1:B2") == [["Shut", "Shuted"], ["open", "5"]]
    change({"findReplace": {"find": r"(S)hut$", "replacement": "$1HUT", "searchByRegex": True, "sheetId": 0}})
    assert book.sheet1.acell("A1").value == "SHUT"


def test_sheets_api_create(box, api):
    body = {
        "properties": {"title": "Made", "locale": "en_GB", "timeZone": "Europe/London"},
        "sheets": [
            {
                "properties": {"title": "Cases", "gridProperties": {"rowCount": 5, "columnCount": 3}},
                "data": [{"rowData": [{"values": [{"userEnteredValue": {"stringValue": "Id"}}]}]}],
            }
        ],
    }
    made = requests.post(f"{box.url}/v4/spreadsheets", json=body, timeout=5).json()
    assert made["properties"]["timeZone"] == "Europe/London"
    assert [one["properties"]["title"] for one in made["sheets"]] == ["Cases"]
    assert api("GET", "/values/Cases", spreadsheet=made["spreadsheetId"])[1]["values"] == [["Id"]]
