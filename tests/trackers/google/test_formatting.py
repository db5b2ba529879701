"""`tracker format`: what it sets on a sheet, and all that it leaves as it is."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.sandbox import Sandbox
from sheetops.sandbox.errors import ApiError
from sheetops.sandbox.service import Service
from sheetops.trackers.google.apply_format import format_trackers
from sheetops.trackers.google.connection import Connection
from sheetops.trackers.google.remembered import Remembered
from sheetops.workspace import parse_config

from ...sandbox import discovery
from . import books

CONFIG = """
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = {{ type = "text", label = "Case ID" }}
status = {{ type = "choice", choices = {{ open = [], closed = ["done"] }}, required = true }}
opened = {{ type = "date" }}
touched = {{ type = "datetime" }}
effort = {{ type = "duration" }}
amount = {{ type = "money", currency = "EUR" }}
points = {{ type = "integer", min = 0, max = 10 }}
share = {{ type = "number", max = 0.5 }}
done = {{ type = "boolean" }}
why = {{ type = "long text" }}
{fields}
[trackers.north]
spreadsheet = "{spreadsheet}"
tab = "Cases"
table = "cases"
[trackers.north.columns]
"Case ID" = "case_id"
Status = "status"
Opened = "opened"
Touched = "touched"
Effort = "effort"
Amount = "amount"
Points = "points"
Share = "share"
Done = "done"
Why = {{ field = "why", mode = "computed" }}
{columns}
"""
HEADER = ["Case ID", "Status", "Opened", "Touched", "Effort", "Amount", "Points", "Share", "Done", "Why"]
ROW = ["007", "open", dt.date(2026, 1, 5), dt.datetime(2026, 1, 5, 9), None, 12.5, 3, 0.25, True, "late"]
EVERYTHING = "sheets(properties,merges,protectedRanges,basicFilter,conditionalFormats,data)"


@pytest.fixture
def formatted(box):
    """A function that formats a spreadsheet's tracker, and returns what was done and what it took."""

    def run(spreadsheet, *, fields="", columns=""):
        text = CONFIG.format(spreadsheet=spreadsheet, fields=fields, columns=columns)
        schema = parse_config(text, Path("/w/sheetops.toml")).schema
        spec = schema.trackers["north"]
        connection = Connection(books.transport(box), spreadsheet)
        done = format_trackers(connection, [(spec, schema.table_of(spec))], Remembered())
        return done["north"], connection

    return run


def look(box, spreadsheet):
    """The spreadsheet's only tab as the API shows it to the robot."""
    answer = books.transport(box).read(spreadsheet, fields=EVERYTHING)
    return answer["sheets"][0]


def cell(sheet, row, column):
    return sheet["data"][0]["rowData"][row - 1]["values"][column - 1]


def kinds(sheet, row, columns=9):
    cells = (cell(sheet, row, column) for column in range(1, columns + 1))
    return [one.get("userEnteredFormat", {}).get("numberFormat", {}).get("type", "") for one in cells]


def test_formats_reach_from_below_the_header_to_the_end_of_the_tab(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW]}, rows=48)
    formatted(spreadsheet)
    sheet = look(box, spreadsheet)
    wanted = ["TEXT", "TEXT", "DATE", "DATE_TIME", "TIME", "CURRENCY", "NUMBER", "", ""]
    assert [kinds(sheet, row) for row in (1, 2, 50)] == [[""] * 9, wanted, wanted]


def test_an_identifier_typed_below_keeps_its_zeros_and_money_shows_its_currency(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW]})
    formatted(spreadsheet)
    cem = box.person(spreadsheet, "cem@example.com")
    cem.type("Cases!A3", "0042", "closed")
    cem.type("Cases!F3", "1234.5")
    assert books.rows(box, spreadsheet)[2][:2] == ["0042", "closed"]
    assert cem.see("Cases!F3") == [["€1,234.50"]]


def test_no_value_changes_and_a_run_reads_the_same(box, formatted):
    spreadsheet = books.make(
        box, {"Cases": [HEADER, ROW, [7, "x", 5, 6, 0.5, dt.date(2026, 2, 1), 2.5, "=1/4"]]}
    )
    config = parse_config(
        CONFIG.format(spreadsheet=spreadsheet, fields="", columns=""), Path("/w/sheetops.toml")
    )
    specs = list(config.schema.trackers.values())
    before = books.open_book(box, spreadsheet, specs).read(specs)
    values = books.rows(box, spreadsheet)
    done, _ = formatted(spreadsheet)
    after = books.open_book(box, spreadsheet, specs).read(specs)
    assert books.rows(box, spreadsheet) == values
    assert after.identity == before.identity
    width = len(HEADER)
    filled = [list(row[:width]) + [None] * (width - len(row)) for row in after.tabs["north"].grid.rows[:3]]
    assert filled == [[*row, *[None] * (width - len(row))] for row in before.tabs["north"].grid.rows]
    assert any("'Case ID' (A): 1 cell of numbers" in said for said in done.remarks)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(-99, 99), st.floats(-1, 50_000, allow_nan=False), st.just("=1/4"),
    st.sampled_from(["007", "open", "5-10", "x"]), st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0)),
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(ANYTHING, min_size=10, max_size=10), max_size=6))
def test_whatever_stands_in_the_cells_reads_the_same(rows):
    with Sandbox(seed=1) as box:
        spreadsheet = books.make(box, {"Cases": [HEADER, *rows]}, rows=15)
        text = CONFIG.format(spreadsheet=spreadsheet, fields="", columns="")
        schema = parse_config(text, Path("/w/sheetops.toml")).schema
        specs = [schema.trackers["north"]]
        before = books.open_book(box, spreadsheet, specs).read(specs)
        format_trackers(
            Connection(books.transport(box), spreadsheet), [(specs[0], schema.tables["cases"])], Remembered()
        )
        after = books.open_book(box, spreadsheet, specs).read(specs)
    assert after.identity == before.identity
    places = [(row, column) for row in range(1, 21) for column in range(1, 11)]
    assert [after.tabs["north"].grid.value(*at) for at in places] == [
        before.tabs["north"].grid.value(*at) for at in places
    ]


def test_drop_downs_and_limits_warn_like_those_of_a_workbook(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW]})
    done, _ = formatted(spreadsheet)
    sheet = look(box, spreadsheet)
    rules = {HEADER[c - 1]: cell(sheet, 3, c).get("dataValidation") for c in range(1, 10)}
    assert done.drop_downs == ["Status", "Done"]
    assert [v["userEnteredValue"] for v in rules["Status"]["condition"]["values"]] == ["open", "closed"]
    assert [v["userEnteredValue"] for v in rules["Done"]["condition"]["values"]] == [
        "yes",
        "no",
        "TRUE",
        "FALSE",
    ]
    assert rules["Opened"]["condition"]["type"] == rules["Touched"]["condition"]["type"] == "DATE_IS_VALID"
    assert rules["Points"]["condition"] == {
        "type": "NUMBER_BETWEEN", "values": [{"userEnteredValue": "0"}, {"userEnteredValue": "10"}],
    }  # fmt: skip
    assert rules["Share"]["condition"] == {
        "type": "NUMBER_LESS_THAN_EQ", "values": [{"userEnteredValue": "=1/2"}],
    }  # fmt: skip
    assert not any(rule and rule.get("strict") for rule in rules.values())
    assert rules["Case ID"] is rules["Effort"] is None


def test_the_header_is_styled_noted_and_frozen_and_filters(box, formatted):
    spreadsheet = books.make(box, {"Cases": [["Cases of the north"], [], HEADER, ROW]})
    formatted(spreadsheet)
    sheet = look(box, spreadsheet)
    assert "Required." in cell(sheet, 3, 2)["note"]
    assert "Also understood: done = closed" in cell(sheet, 3, 2)["note"]
    assert "put back" in cell(sheet, 3, 10)["note"]
    assert cell(sheet, 3, 1)["userEnteredFormat"]["textFormat"]["bold"]
    assert "userEnteredFormat" not in cell(sheet, 1, 1)
    grid = sheet["properties"]["gridProperties"]
    assert (grid["frozenRowCount"], grid["frozenColumnCount"]) == (3, 1)
    area = sheet["basicFilter"]["range"]
    assert (area["startRowIndex"], area["startColumnIndex"], area["endColumnIndex"]) == (2, 0, 10)
    widths = [one["pixelSize"] for one in sheet["data"][0]["columnMetadata"]]
    assert widths[9] == 348
    assert widths[10] == 100


def test_only_the_robot_types_into_a_computed_column(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW]})
    done, _ = formatted(spreadsheet)
    assert done.owned == ["Why"]
    cem = box.person(spreadsheet, "cem@example.com")
    with pytest.raises(ApiError, match="protected cell"):
        cem.type("Cases!J2", "mine")
    cem.type("Cases!B2", "closed")
    mine = look(box, spreadsheet)["protectedRanges"]
    assert [(one["requestingUserCanEdit"], "sheetops" in one["description"]) for one in mine] == [
        (True, True)
    ]
    assert set(mine[0]["editors"]["users"]) == {books.ROBOT, books.ANA}, "the robot, and the file's owner"
    assert formatted(spreadsheet)[0].columns == done.columns
    assert len(look(box, spreadsheet)["protectedRanges"]) == 1
    font = cell(look(box, spreadsheet), 2, 10)["userEnteredFormat"]["textFormat"]
    assert font["italic"]


def test_twice_is_the_same_sheet_and_one_read_and_one_batch(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW, [7, "done"]]})
    formatted(spreadsheet)
    once = look(box, spreadsheet)
    _, connection = formatted(spreadsheet)
    assert look(box, spreadsheet) == once
    assert connection.used() == "2 reads, 1 write", "the first read looks the tab up; later runs know it"


def test_what_people_built_stays(box, formatted):
    spreadsheet = books.make(box, {"Cases": [[*HEADER, "Mood"], [*ROW, 5]]})
    rule = {"condition": {"type": "BOOLEAN"}, "showCustomUi": True}
    red = {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": {"red": 1}}}
    whole = {"sheetId": 0, "startColumnIndex": 8, "endColumnIndex": 9, "startRowIndex": 1, "endRowIndex": 2}
    note = {
        "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 1},
        "rows": [{"values": [{"note": "ask Bo"}]}],
    }
    side = {
        "start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 1},
        "rows": [{"values": [{"note": "late"}]}],
    }
    books.change(
        box, spreadsheet,
        {"setDataValidation": {"range": whole, "rule": rule}},
        {"addConditionalFormatRule": {"rule": {"ranges": [whole], "booleanRule": red}, "index": 0}},
        {"updateCells": {**note, "fields": "note"}}, {"updateCells": {**side, "fields": "note"}},
        {"setBasicFilter": {"filter": {"range": whole}}},
        {"updateDimensionProperties": {
            "range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
            "properties": {"pixelSize": 300}, "fields": "pixelSize"}},
    )  # fmt: skip
    before = look(box, spreadsheet)
    done, _ = formatted(spreadsheet)
    after = look(box, spreadsheet)
    assert (cell(after, 1, 11), cell(after, 2, 11)) == (cell(before, 1, 11), cell(before, 2, 11))
    assert cell(after, 2, 9)["dataValidation"] == cell(before, 2, 9)["dataValidation"]
    assert cell(after, 3, 9)["dataValidation"]["condition"]["type"] == "ONE_OF_LIST"
    assert (cell(after, 1, 2)["note"], cell(after, 2, 2)["note"]) == ("ask Bo", "late")
    assert after["conditionalFormats"] == before["conditionalFormats"]
    assert after["basicFilter"] == before["basicFilter"]
    assert after["data"][0]["columnMetadata"][0]["pixelSize"] == 300
    assert len(done.remarks) == 2


def test_a_filter_takes_in_the_columns_beside_so_that_sorting_tears_no_row(box, formatted):
    spreadsheet = books.make(box, {"Cases": [["Mood", *HEADER, "Mine"], [1, *ROW, 2]]}, columns=16)
    formatted(spreadsheet)
    area = look(box, spreadsheet)["basicFilter"]["range"]
    assert (area["startColumnIndex"], area["endColumnIndex"]) == (0, 12)


def test_what_stands_below_the_data_is_left_alone(box, formatted):
    spreadsheet = books.make(
        box, {"Cases": [HEADER, ROW, [], [None, "Total", None, None, None, "=SUM(F2:F2)"]]}
    )
    formatted(spreadsheet)
    sheet = look(box, spreadsheet)
    assert "userEnteredFormat" not in cell(sheet, 4, 2)
    assert sheet["basicFilter"]["range"]["endRowIndex"] == 2


def test_a_list_that_is_too_long_is_no_drop_down_and_that_is_said(box, formatted):
    spreadsheet = books.make(box, {"Cases": [[*HEADER, "Shop"], ROW]})
    many = ", ".join(f'"shop {n}"' for n in range(501))
    done, _ = formatted(
        spreadsheet, fields=f'shop = {{ type = "choice", choices = [{many}] }}', columns='Shop = "shop"'
    )
    assert any("501 choices" in said for said in done.remarks)
    assert "dataValidation" not in cell(look(box, spreadsheet), 2, 11)


def test_a_column_that_becomes_the_peoples_own_is_opened_again(box, formatted):
    spreadsheet = books.make(box, {"Cases": [[*HEADER, "Team"], ROW]})
    team = 'team = { type = "text" }'
    formatted(spreadsheet, fields=team, columns='Team = { field = "team", mode = "read" }')
    assert look(box, spreadsheet)["protectedRanges"][0]["range"]["endColumnIndex"] == 11
    formatted(spreadsheet, fields=team, columns='Team = "team"')
    sheet = look(box, spreadsheet)
    assert [one["range"]["endColumnIndex"] for one in sheet["protectedRanges"]] == [10]
    assert not cell(sheet, 2, 11)["userEnteredFormat"].get("textFormat")
    assert "note" not in cell(sheet, 1, 11)
    box.person(spreadsheet, "cem@example.com").type("Cases!K2", "B")


def test_columns_that_somebody_else_protects_are_named_and_left(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW]})
    area = {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}
    box.person(spreadsheet, "bo@example.com").batch(
        {"addProtectedRange": {"protectedRange": {"range": area}}}
    )
    done, _ = formatted(spreadsheet)
    assert "Status" not in [column.header for column in done.columns]
    assert done.remarks[0].startswith("Somebody has protected Status, so nothing is set there.")
    sheet = look(box, spreadsheet)
    assert "note" not in cell(sheet, 1, 2)
    assert "note" in cell(sheet, 1, 10)
    assert "basicFilter" not in sheet


def test_merged_titles_are_no_obstacle(box, formatted):
    spreadsheet = books.make(box, {"Cases": [["Cases of the north"], HEADER, ROW]})
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 5}
    books.change(box, spreadsheet, {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}})
    formatted(spreadsheet)
    grid = look(box, spreadsheet)["properties"]["gridProperties"]
    assert (grid["frozenRowCount"], grid.get("frozenColumnCount", 0)) == (2, 0)


def test_a_lost_answer_does_not_format_twice(box, formatted):
    spreadsheet = books.make(box, {"Cases": [HEADER, ROW]})
    box.fail_next(503, when="write", committed=True)
    formatted(spreadsheet)
    assert len(look(box, spreadsheet)["protectedRanges"]) == 1


def test_every_request_is_what_googles_own_description_allows(box, formatted, monkeypatch):
    asked, real = [], Service.answer

    def checked(self, request):
        answer = real(self, request)
        discovery.check(request, answer)
        asked.append(request)
        return answer

    monkeypatch.setattr(Service, "answer", checked)
    spreadsheet = books.make(box, {"Cases": [["Title"], HEADER, ROW]})
    formatted(spreadsheet)
    formatted(spreadsheet)
    assert len(asked) > 6
