"""Rows and columns that come, go, move and hide, and ranges that change with them."""

import pytest

from sheetops.sandbox.dimensions import deletion, insertion


def span(dimension, start, end):
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


@pytest.mark.parametrize(
    ("before", "after"), [((3, 5), (5, 7)), ((1, 3), (1, 5)), ((0, 2), (0, 2)), ((2, 4), (4, 6)), ((None, None), (None, None))]
)  # fmt: skip
def test_spans_after_an_insertion_of_two_before_line_two(before, after):
    assert insertion(2, 2)(*before) == after


@pytest.mark.parametrize(
    ("before", "after"), [((5, 7), (3, 5)), ((1, 3), (1, 2)), ((2, 4), None), ((0, 9), (0, 7)), ((3, 6), (2, 4)), ((None, None), (None, None))]
)  # fmt: skip
def test_spans_after_lines_two_and_three_are_deleted(before, after):
    assert deletion(2, 4)(*before) == after


def test_everything_goes_along(book, change, api):
    tab = book.sheet1
    tab.update([[1, 2], [3, 4], [5, 6]], "A1")
    tab.merge_cells("A2:B2")
    tab.define_named_range("A1:B3", "all")
    tab.set_basic_filter("A1:B3")
    tab.hide_rows(2, 3)
    change({"insertDimension": {"range": span("ROWS", 1, 2), "inheritFromBefore": True}})
    got = api("GET", "")[1]
    sheet = got["sheets"][0]
    assert sheet["merges"][0]["startRowIndex"] == 2
    assert got["namedRanges"][0]["range"]["endRowIndex"] == 4
    assert sheet["basicFilter"]["range"]["endRowIndex"] == 4
    rows = api("GET", "", params={"fields": "sheets.data.rowMetadata.hiddenByUser"})[1]["sheets"][0]["data"][
        0
    ]
    assert [n for n, row in enumerate(rows["rowMetadata"]) if row] == [3]
    change({"deleteDimension": {"range": span("ROWS", 0, 4)}})
    got = api("GET", "")[1]
    assert "namedRanges" not in got
    assert "basicFilter" not in got["sheets"][0]
    assert "merges" not in got["sheets"][0]


def test_a_new_row_looks_like_its_neighbour(book, change):
    book.sheet1.update([["x"], ["y"]], "A1")
    book.sheet1.format("A2", {"textFormat": {"bold": True}})
    change({"insertDimension": {"range": span("ROWS", 2, 3), "inheritFromBefore": True}})
    assert book.sheet1.col_values(1) == ["x", "y"]
    change({"insertDimension": {"range": span("ROWS", 1, 2)}})
    assert book.sheet1.col_values(1) == ["x", "", "y"]


def test_move(book, change):
    book.sheet1.update([["a"], ["b"], ["c"], ["d"]], "A1")
    change({"moveDimension": {"source": span("ROWS", 0, 1), "destinationIndex": 3}})
    assert book.sheet1.col_values(1) == ["b", "c", "a", "d"]
    change({"moveDimension": {"source": span("ROWS", 2, 4), "destinationIndex": 0}})
    assert book.sheet1.col_values(1) == ["a", "d", "b", "c"]
    book.sheet1.update([["1", "2", "3"]], "B1")
    change({"moveDimension": {"source": span("COLUMNS", 0, 1), "destinationIndex": 4}})
    assert book.sheet1.row_values(1) == ["1", "2", "3", "a"]


def test_cells_make_room_and_close_up(book, change):
    tab = book.sheet1
    tab.update([["a", "1"], ["b", "2"], ["c", "3"]], "A1")
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    change({"insertRange": {"range": area, "shiftDimension": "ROWS"}})
    assert tab.get("A1:B4") == [["a", "1"], ["", "2"], ["b", "3"], ["c"]]
    change({"deleteRange": {"range": area, "shiftDimension": "ROWS"}})
    assert tab.get("A1:B3") == [["a", "1"], ["b", "2"], ["c", "3"]]
    change({"insertRange": {"range": area, "shiftDimension": "COLUMNS"}})
    assert tab.get("A2:C2") == [["", "b", "2"]]
    change({"deleteRange": {"range": area, "shiftDimension": "COLUMNS"}})
    assert tab.get("A2:C2") == [["b", "2"]]


def test_append_resize_and_what_cannot_be(book, change, refused):
    change({"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 2}})
    assert book.get_worksheet(0).col_count == 28
    assert "can't delete all the rows" in refused({"deleteDimension": {"range": span("ROWS", 0, 1000)}})
    assert "start of the sheet" in refused(
        {"insertDimension": {"range": span("ROWS", 0, 1), "inheritFromBefore": True}}
    )
    assert "10000000" in refused(
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 10_000_000}}
    )
    frozen = {
        "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1000}},
        "fields": "gridProperties.frozenRowCount",
    }
    assert "freeze all visible rows" in refused({"updateSheetProperties": frozen})


def test_a_filter_hides_nothing_from_the_api_and_append_goes_below_it(book):
    book.sheet1.update([["Id"], ["1"], ["2"]], "A1")
    book.sheet1.set_basic_filter("A1:A3")
    book.sheet1.append_row(["3"])
    assert book.sheet1.col_values(1) == ["Id", "1", "2", "3"]
    book.sheet1.set_basic_filter()
    found = book.fetch_sheet_metadata()["sheets"][0]["basicFilter"]["range"]
    assert found == {"startRowIndex": 0, "endRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 26}


def test_sorting_keeps_whole_rows_and_puts_blanks_last(book, change):
    book.sheet1.update([["b", 2], ["", 0], ["a", 1], ["10", 3]], "A1")
    area = {"sheetId": 0, "endRowIndex": 4, "endColumnIndex": 2}
    change({"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}})
    assert book.sheet1.get("A1:B4") == [["b", "2"], ["a", "1"], ["10", "3"], ["", "0"]]


def test_borders_and_colors_as_google_keeps_them(book, change, api):
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    side = {"style": "SOLID", "color": {"red": 1, "green": 0}}
    change({"updateBorders": {"range": area, "top": side, "innerHorizontal": side}})
    query = {"ranges": "A1:A2", "fields": "sheets.data.rowData.values.userEnteredFormat.borders"}
    rows = api("GET", "", params=query)[1]["sheets"][0]["data"][0]["rowData"]
    top = rows[0]["values"][0]["userEnteredFormat"]["borders"]
    assert set(top) == {"top", "bottom"}
    assert top["top"] == {"style": "SOLID", "color": {"red": 1}, "colorStyle": {"rgbColor": {"red": 1}}}
    assert set(rows[1]["values"][0]["userEnteredFormat"]["borders"]) == {"top"}


def test_what_is_below_frozen_rows_cannot_all_go(book, refused):
    book.sheet1.freeze(rows=1)
    text = refused({"deleteDimension": {"range": span("ROWS", 1, 1000)}})
    assert text.endswith("Sorry, it is not possible to delete all non-frozen rows.")


def test_conditional_formats_banding_and_filter_views_are_kept_and_go_along(change, api):
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 5, "startColumnIndex": 0, "endColumnIndex": 2}
    blank = {"condition": {"type": "BLANK"}, "format": {"textFormat": {"bold": True}}}
    replies = change(
        {"addConditionalFormatRule": {"rule": {"ranges": [area], "booleanRule": blank}}},
        {"addBanding": {"bandedRange": {"range": area}}},
        {"addFilterView": {"filter": {"title": "Mine", "range": area}}},
        {"insertDimension": {"range": span("ROWS", 0, 1)}},
    )
    sheet = api("GET", "")[1]["sheets"][0]
    kept = [
        sheet["conditionalFormats"][0]["ranges"][0],
        sheet["bandedRanges"][0]["range"],
        sheet["filterViews"][0]["range"],
    ]
    assert [one["startRowIndex"] for one in kept] == [2, 2, 2]
    view = {"filterViewId": replies[2]["addFilterView"]["filter"]["filterViewId"], "title": "Ours"}
    banding = {"bandedRangeId": replies[1]["addBanding"]["bandedRange"]["bandedRangeId"], "rowProperties": {}}
    change(
        {"updateFilterView": {"filter": view, "fields": "title"}},
        {"updateBanding": {"bandedRange": banding, "fields": "rowProperties"}},
        {"updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 0}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 5}},
    )
    copied = api("GET", "")[1]["sheets"][1]
    assert copied["filterViews"][0]["title"] == "Ours"
    assert copied["conditionalFormats"][0]["ranges"][0]["sheetId"] == 5
    change(
        {"deleteFilterView": {"filterId": view["filterViewId"]}},
        {"deleteBanding": {"bandedRangeId": banding["bandedRangeId"]}},
        {"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}},
    )
    assert set(api("GET", "")[1]["sheets"][0]) == {"properties"}
