"""Formulas that fill more than one cell, and the formats that calculated values bring."""

import pytest

MASK = "sheets.data.rowData.values(userEnteredValue,effectiveValue,effectiveFormat(numberFormat))"


@pytest.fixture
def typed(book):
    """A function that types texts into cells and returns what is shown."""

    def send(cells, seen):
        for cell, text in cells.items():
            book.sheet1.update_acell(cell, text)
        return book.sheet1.get(seen)

    return send


@pytest.fixture
def cells(api):
    """A function that returns the CellData of a range, row by row."""

    def get(text):
        answer = api("GET", "", params={"fields": MASK, "ranges": text})[1]
        rows = answer["sheets"][0]["data"][0].get("rowData", [])
        return [row.get("values", []) for row in rows]

    return get


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("={1;2;3}", [["1"], ["2"], ["3"]]),
        ('={1,"a";TRUE,A1}', [["1", "a"], ["TRUE", "3"]]),
        ("={A1:A2;A3}", [["3"], ["1"], ["2"]]),
        ("={1,2;3}", [["#VALUE!"]]),
        ("=SEQUENCE(2,2)", [["1", "2"], ["3", "4"]]),
        ("=SEQUENCE(3,1,10,-5)", [["10"], ["5"], ["0"]]),
        ("=ARRAYFORMULA(A1:A3*2)", [["6"], ["2"], ["4"]]),
        ('=ARRAYFORMULA(A1:A3&"-"&B1:B3)', [["3-c"], ["1-a"], ["2-a"]]),
        ("=ARRAYFORMULA(A1:A3/{1;0;1})", [["3"], ["#DIV/0!"], ["2"]]),
        ('=ARRAYFORMULA(IF(A1:A3>1,"many","one"))', [["many"], ["one"], ["many"]]),
        ("=ARRAYFORMULA(SUM(A1:A3*A1:A3))", [["14"]]),
        ("=SORT(A1:A3)", [["1"], ["2"], ["3"]]),
        ("=SORT(A1:B3,1,FALSE)", [["3", "c"], ["2", "a"], ["1", "a"]]),
        ("=UNIQUE(B1:B3)", [["c"], ["a"]]),
        ('=FILTER(A1:A3,ARRAYFORMULA(B1:B3="a"))', [["1"], ["2"]]),
        ('=FILTER(A1:A3,B1:B3="a")', [["1"], ["2"]]),
        ('=FILTER(A1:A3,B1:B3="z")', [["#N/A"]]),
        ("=TRANSPOSE(A1:A3)", [["3", "1", "2"]]),
    ],
)
def test_arrays(book, typed, formula, shown):
    book.sheet1.update([[3, "c"], [1, "a"], [2, "a"]], "A1")
    assert typed({"D1": formula}, "D1:G4") == shown


def test_a_spilled_cell_has_an_effective_value_and_nothing_entered(typed, cells, api):
    typed({"A1": "={1;2}"}, "A1")
    first, second = (row[0] for row in cells("A1:A9"))
    assert first["userEnteredValue"] == {"formulaValue": "={1;2}"}
    assert first["effectiveValue"] == {"numberValue": 1}
    assert second == {"effectiveValue": {"numberValue": 2}}
    formula = api("GET", "/values/A1:A9", params={"valueRenderOption": "FORMULA"})[1]
    assert formula["values"] == [["={1;2}"], [2]]


def test_typing_into_a_spilled_cell_breaks_the_array_and_clearing_it_mends_it(book, typed, cells):
    assert typed({"A1": "=SEQUENCE(3)", "A2": "mine"}, "A1:A3") == [["#REF!"], ["mine"]]
    assert cells("A1")[0][0]["effectiveValue"] == {"errorValue": {"type": "REF"}}
    book.sheet1.batch_clear(["A2"])
    assert book.sheet1.get("A1:A3") == [["1"], ["2"], ["3"]]


def test_an_array_over_the_edge_of_the_grid_is_an_error(book):
    small = book.add_worksheet("Small", 2, 2)
    small.update_acell("A1", "=SEQUENCE(3)")
    assert small.acell("A1").value == "#REF!"


def test_other_formulas_and_appending_see_spilled_cells(book, typed, change):
    assert typed({"A1": "={1;2;3}", "B1": "=SUM(A1:A3)", "B2": "=A3*2"}, "B1:B2") == [["6"], ["6"]]
    assert book.sheet1.append_row(["x"])["updates"]["updatedRange"] == "Sheet1!A4"
    book.sheet1.batch_clear(["A4"])
    rows = [{"values": [{"userEnteredValue": {"stringValue": "y"}}]}]
    change({"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}})
    assert book.sheet1.col_values(1) == ["1", "2", "3", "y"]


DATE = {"type": "DATE", "pattern": "m/d/yyyy"}


@pytest.mark.parametrize(
    ("formula", "form", "shown"),
    [
        ("=TODAY()", DATE, "5/17/2024"),
        ("=TODAY()+7", DATE, "5/24/2024"),
        ("=1+DATE(2024,1,5)", DATE, "1/6/2024"),
        ("=NOW()", {"type": "DATE_TIME", "pattern": "m/d/yyyy h:mm:ss"}, "5/17/2024 9:30:00"),
        ("=TODAY()-DATE(2024,5,10)", None, "7"),
        ("=A1", {"type": "DATE", "pattern": "yyyy-mm-dd"}, "2024-01-05"),
        ("=MAX(A1:A2)", {"type": "DATE", "pattern": "yyyy-mm-dd"}, "2024-01-06"),
        ("=A1>DATE(2024,1,1)", None, "TRUE"),
        ('=IF(TRUE,A1,"")', {"type": "DATE", "pattern": "yyyy-mm-dd"}, "2024-01-05"),
        ("=1+1", None, "2"),
    ],
)
def test_a_calculated_date_is_shown_as_one(book, cells, formula, form, shown):
    book.sheet1.update([["2024-01-05"], ["2024-01-06"], [formula]], "A1", value_input_option="USER_ENTERED")
    assert cells("A3")[0][0].get("effectiveFormat", {}).get("numberFormat") == form
    assert book.sheet1.acell("A3").value == shown


def test_today_is_the_day_where_the_spreadsheet_is(box, book):
    """09:30 in Greenwich is late in the evening of one place and the evening before in another."""
    book.update_timezone("Pacific/Kiritimati")
    book.sheet1.update_acell("A1", "=NOW()")
    assert book.sheet1.acell("A1").value == "5/17/2024 23:30:00"
    book.update_timezone("Pacific/Pago_Pago")
    assert book.sheet1.acell("A1").value == "5/16/2024 22:30:00"


def test_a_general_cell_has_no_number_format_and_a_blank_one_may_have_one(book, cells):
    book.sheet1.update([[1.5, "text", True]], "A1")
    assert [one.get("effectiveFormat") for one in cells("A1:C1")[0]] == [None, None, None]
    book.sheet1.format("B2", {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}})
    assert cells("A2:C2") == [
        [{}, {"effectiveFormat": {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}}]
    ]
