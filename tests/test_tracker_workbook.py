"""Workbooks built from any tracker and table."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from sheetops.tracker_workbook import build_workbook
from sheetops.workspace import parse_config

CONFIG = """
[tables.t]
key = "id"
description = "Things to look at"
[tables.t.fields]
id = { type = "text" }
day = { type = "date" }
at = { type = "datetime" }
effort = { type = "duration" }
amount = { type = "money", currency = "SEK", decimals = 0 }
done = { type = "boolean" }
note = { type = "long text" }
place = { type = "choice", choices = [%s] }
[trackers.a]
file = "a.xlsx"
tab = "A"
table = "t"
timezone = "Asia/Tokyo"
header_row = 3
[trackers.a.columns]
ID = "id"
Day = "day"
At = "at"
Effort = "effort"
Amount = "amount"
Done = "done"
Note = { field = "note", mode = "computed" }
Place = "place"
"""
LONG = ", ".join(f'"a place called {n}, far away"' for n in range(40))


@pytest.fixture
def sheet(tmp_path):
    config = parse_config(CONFIG % LONG, Path("/w/sheetops.toml"))
    record = {
        "id": "007",
        "day": date(2026, 1, 5),
        "at": datetime(2026, 1, 5, 15, tzinfo=UTC),
        "effort": timedelta(hours=30),
        "amount": Decimal(1200),
        "done": True,
        "note": "=1+1",
    }
    specs = config.schema.trackers.values()
    build_workbook(tmp_path / "a.xlsx", config.schema, specs, {"a": [record]})
    return openpyxl.load_workbook(tmp_path / "a.xlsx")["A"]


def test_values_keep_their_type_and_dates_stand_in_the_trackers_zone(sheet):
    values = [cell.value for cell in sheet[4]]
    assert values[:3] == ["007", datetime(2026, 1, 5), datetime(2026, 1, 6, 0)]
    assert values[3:6] == [timedelta(hours=30), 1200, True]


def test_text_that_looks_like_a_formula_stays_text(sheet):
    assert (sheet["G4"].value, sheet["G4"].data_type) == ("=1+1", "s")


def test_formats_follow_the_type(sheet):
    assert sheet["B4"].number_format == "yyyy-mm-dd"
    assert sheet["D4"].number_format == "[h]:mm"
    assert sheet["E4"].number_format == "#,##0 [$SEK]"


def test_a_title_stands_above_a_lower_header(sheet):
    assert sheet["A1"].value == "Things to look at"
    assert [sheet["A3"].value, sheet.freeze_panes] == ["ID", "B4"]


def test_a_long_drop_down_stands_on_a_hidden_tab(sheet):
    rule = next(r for r in sheet.data_validations.dataValidation if "H4" in str(r.sqref))
    choices = sheet.parent["Choices"]
    assert rule.formula1 == "Choices!$A$1:$A$40"
    assert (choices.sheet_state, choices["A40"].value) == ("veryHidden", "a place called 39, far away")


def test_a_computed_column_says_whose_it_is(sheet):
    assert "Filled in by sheetops" in sheet["G3"].comment.text
