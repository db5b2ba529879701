"""A workbook for a workspace that is there already."""

import pytest

from sheetops.model.errors import ConfigError
from sheetops.workspace import parse_config

EXISTING = """
[workspace]
timezone = "Europe/London"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text", label = "Case ID" }
status = { type = "choice", label = "Status", choices = ["open", "closed"] }
market = { type = "choice", choices = { UK = ["GB"], IE = ["Ireland"] } }
points = { type = "integer" }
[trackers.south]
file = "South.xlsx"
tab = "Cases"
table = "cases"
where = "market == 'UK'"
[trackers.south.columns]
"Ref" = "case_id"
"Punkte" = "points"
"""
HEADER = ["Ref", "STATUS", "Market", "Punkte", "Mood"]
ROWS = [[f"C-{n}", "open", "Ireland", n, "fine"] for n in range(1, 11)]


def test_headers_that_match_join_the_table(adopt, tmp_path):
    proposal = adopt([HEADER, *ROWS], existing=EXISTING)
    spec = parse_config(EXISTING + proposal.toml(), tmp_path / "sheetops.toml").schema.trackers["north"]
    assert [(c.header, c.field) for c in spec.columns] == [
        ("Ref", "case_id"), ("STATUS", "status"), ("Market", "market"), ("Punkte", "points"),
    ]  # fmt: skip
    assert proposal.new_table is None
    assert any("4 of 5 columns are fields of the table 'cases'" in finding for finding in proposal.findings)


def test_a_column_the_table_has_not_comes_with_the_line_that_would_add_it(adopt):
    text = adopt([HEADER, *ROWS], existing=EXISTING).toml()
    assert '# "Mood" = "mood" is left out: column E is no field of cases. To keep it, add: mood = {' in text


def test_a_choice_that_is_the_same_everywhere_is_offered_as_condition(adopt):
    assert "# where = \"market == 'IE'\"" in adopt([HEADER, *ROWS], existing=EXISTING).toml()


def test_values_the_known_type_cannot_read_are_named(adopt):
    rows = [[*row] for row in ROWS]
    rows[3][1] = "opne"
    assert "# B: 1 of 10 do not fit: B5 'opne'" in adopt([HEADER, *rows], existing=EXISTING).toml()


def test_a_missing_key_is_minted_in_the_words_of_the_table(adopt):
    proposal = adopt([HEADER[1:], *(row[1:] for row in ROWS)], existing=EXISTING)
    assert (proposal.table, proposal.mint_key_header) == ("cases", "Case ID")


def test_other_columns_become_a_table_of_their_own(adopt):
    rows = [["Shop ID", "Country", "City"], *([f"S-{n}", "UK", f"T{n}"] for n in range(9))]
    proposal = adopt(rows, existing=EXISTING)
    assert (proposal.table, proposal.tracker) == ("cases_2", "north")


def test_a_tab_that_is_a_tracker_already_is_refused(adopt):
    with pytest.raises(ConfigError, match="is tracker 'south' of this workspace already"):
        adopt([HEADER, *ROWS], existing=EXISTING, name="South.xlsx")


def test_the_text_can_be_added_to_a_file_without_a_last_line_break(adopt):
    assert adopt([HEADER, *ROWS], existing=EXISTING.rstrip("\n")).tracker == "north"
