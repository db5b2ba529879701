"""Reading and writing rectangles of values."""

import pytest

from sheetops.sandbox.a1 import area_of, quoted
from sheetops.sandbox.defaults import new_sheet, new_spreadsheet
from sheetops.sandbox.errors import ApiError
from sheetops.sandbox.grid import Area


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("Sheet1!A1:B2", Area(0, 0, 2, 0, 2)),
        ("A1:B2", Area(0, 0, 2, 0, 2)),
        ("B2:A1", Area(0, 0, 2, 0, 2)),
        ("$C$3", Area(0, 2, 3, 2, 3)),
        ("Sheet1!A:C", Area(0, None, None, 0, 3)),
        ("Sheet1!2:4", Area(0, 1, 4, None, None)),
        ("Sheet1!A5:A", Area(0, 4, None, 0, 1)),
        ("Sheet1!A1:1", Area(0, 0, 1, 0, None)),
        ("Sheet1", Area(0)),
        ("'It''s here'!A1", Area(7, 0, 1, 0, 1)),
        ("It's here!A1", Area(7, 0, 1, 0, 1)),
        ("'P1'!B2", Area(8, 1, 2, 1, 2)),
        ("'P1'", Area(8)),
        ("P1", Area(0, 0, 1, 15, 16)),  # an unquoted text that reads as a cell is one
        ("totals", Area(8, 0, 5, 0, 1)),
        ("Sheet1!R2C3:R4C5", Area(0, 1, 4, 2, 5)),
        ("AAA10", Area(0, 9, 10, 702, 703)),
    ],
)
def test_ranges(text, area):
    book = new_spreadsheet("id", "Book")
    book.sheets += [new_sheet(7, "It's here"), new_sheet(8, "P1")]
    book.named.append({"namedRangeId": "1", "name": "Totals", "range": Area(8, 0, 5, 0, 1).to_json()})
    assert area_of(book, text) == area


@pytest.mark.parametrize(
    "text", ["Nowhere!A1", "Sheet1!A0", "Sheet1!A1:B2:C3", "Sheet1!1A", "nothing", "Sheet1!AAAA1"]
)
def test_what_is_no_range(text):
    with pytest.raises(ApiError, match="Unable to parse range"):
        area_of(new_spreadsheet("id", "Book"), text)


@pytest.mark.parametrize(
    ("title", "written"),
    [("Sheet1", "Sheet1"), ("D3", "'D3'"), ("my tab", "'my tab'"), ("It's", "'It''s'"), ("R1C1", "'R1C1'"),
     ("2024", "'2024'"), ("Übung", "'Übung'"), ("abc_1", "abc_1")],
)  # fmt: skip
def test_titles_in_ranges(title, written):
    assert quoted(title) == written


def test_nothing_is_written_outside_of_the_range(api, book):
    status, answer = api(
        "PUT", "/values/A1:B2", params={"valueInputOption": "RAW"}, json={"values": [["a"]] * 3}
    )
    assert status == 400
    assert answer["error"]["message"] == (
        "Requested writing within range ['Sheet1'!A1:B2], but tried writing to row [3]"
    )
    status, answer = api(
        "PUT", "/values/A1:B2", params={"valueInputOption": "RAW"}, json={"values": [["a"] * 3]}
    )
    assert "tried writing to column [C]" in answer["error"]["message"]
    status, answer = api("GET", "/values/A1001")
    assert answer["error"]["message"] == (
        "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"
    )
    assert book.sheet1.get_all_values() in ([[]], [])


def test_an_option_is_required_and_values_are_scalars(api):
    assert (
        "'valueInputOption' is required"
        in api("PUT", "/values/A1", json={"values": [["a"]]})[1]["error"]["message"]
    )
    raw = {"valueInputOption": "RAW"}
    assert api("PUT", "/values/A1", params=raw, json={"values": ["a"]})[0] == 400
    assert api("PUT", "/values/A1", params=raw, json={"values": [[{"a": 1}]]})[0] == 400
    assert api("GET", "/values/A1", params={"valueRenderOption": "PRETTY"})[0] == 400


def test_null_leaves_a_cell_and_empty_text_clears_it(book):
    book.sheet1.update([["a", "b"]], "A1")
    answer = book.sheet1.update([[None, ""]], "A1:B1")
    assert answer["updatedCells"] == 1
    assert book.sheet1.get("A1:B1") == [["a"]]


def test_dates_as_numbers_as_text_and_as_seen(book):
    book.sheet1.update([["2024-01-05", "1/5/2024 6:00 PM"]], "A1", value_input_option="USER_ENTERED")
    assert book.sheet1.get("A1:B1") == [["2024-01-05", "1/5/2024 6:00 PM"]]
    plain = book.sheet1.get("A1:B1", value_render_option="UNFORMATTED_VALUE")
    assert plain == [[45296, 45296.75]]
    text = book.sheet1.get(
        "A1", value_render_option="UNFORMATTED_VALUE", date_time_render_option="FORMATTED_STRING"
    )
    assert text == [["2024-01-05"]]
    assert book.sheet1.get("A1", value_render_option="FORMULA") == [[45296]]


def test_values_in_the_response(api):
    query = {"valueInputOption": "USER_ENTERED", "includeValuesInResponse": "true",
             "responseValueRenderOption": "UNFORMATTED_VALUE"}  # fmt: skip
    answer = api("PUT", "/values/A1:B1", params=query, json={"values": [["=1+1", "5%"]]})[1]
    assert answer["updatedData"] == {"range": "Sheet1!A1:B1", "majorDimension": "ROWS", "values": [[2, 0.05]]}


def test_append_finds_the_last_table(book):
    tab = book.sheet1
    tab.update([["x", "y", "z"], ["x", "y", "z"]], "A1")
    tab.update([["x", "y"], ["x", "y"]], "B4")
    assert tab.append_row(["new"])["tableRange"] == "Sheet1!B4:C5"
    assert tab.append_row(["new"], table_range="A1")["updates"]["updatedRange"] == "Sheet1!A3"
    small = book.add_worksheet("Small", 2, 2)
    small.update([["a"], ["b"]], "A1")
    assert small.append_rows([["c", "d", "e"]])["updates"]["updatedRange"] == "Small!A3:C3"
    inserted = tab.append_row(["in"], table_range="A1", insert_data_option="INSERT_ROWS")
    assert inserted["tableRange"] == "Sheet1!A1:C6"  # the rows added above have made the two tables one


def test_appending_to_a_tall_table(book):
    tab = book.add_worksheet("Tall", 5001, 20)
    tab.update([[f"{row}-{column}" for column in range(20)] for row in range(5000)], "A1")
    assert tab.append_row(["last"])["updates"]["updatedRange"] == "Tall!A5001"


def test_a_formula_follows_its_cells(book):
    tab = book.sheet1
    tab.update([[1], [2], ["=SUM(A1:A2)"], ["=$A$2*10"]], "A1", value_input_option="USER_ENTERED")
    tab.insert_row([""], index=2)
    assert tab.get("A4:A5", value_render_option="FORMULA") == [["=SUM(A1:A3)"], ["=$A$3*10"]]
    tab.delete_rows(3)
    assert tab.get("A3:A4", value_render_option="FORMULA") == [["=SUM(A1:A2)"], ["=#REF!*10"]]
    assert tab.acell("A4").value == "#REF!"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=3/2", "1.5"),
        ("=2+3*4^2", "50"),
        ("=-A1+10%", "-3.9"),
        ("=SUM(A1:A3)", "9"),
        ("=AVERAGE(A1:A3)", "4.5"),
        ("=COUNTA(A1:B3)", "3"),
        ('=IF(A1>3,"big","small")', "big"),
        ('="a"&B1&"c"', "axc"),
        ("=A1/0", "#DIV/0!"),
        ("=IFERROR(A1/0,7)", "7"),
        ("=B1+1", "#VALUE!"),
        ("=nonsense", "#NAME?"),
        ("=Nowhere!A1", "#REF!"),
        ("=C1", "#REF!"),  # it asks for itself
        ("=VLOOKUP(A1,A:B,2)", "=VLOOKUP(A1,A:B,2)"),  # beyond the sandbox: its own text
        ("=Sheet1!A2", "5"),
        ("=ROUND(2.345,2)", "2.35"),
        ("=DATE(2024,1,5)", "1/5/2024"),
        ("=TRUE", "TRUE"),
        ("=LEN(UPPER(B1))=1", "TRUE"),
    ],
)
def test_formulas(book, formula, shown):
    book.sheet1.update([[4, "x", formula], [5], [""]], "A1", value_input_option="USER_ENTERED")
    assert book.sheet1.acell("C1").value == shown
