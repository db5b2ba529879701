"""A new workspace from a template, its workbooks read back by an independent reader."""

import openpyxl
import pytest

from sheetops.model.errors import ConfigError, TrackerNotWritten, UnknownName
from sheetops.templates import init_workspace, list_templates
from sheetops.workspace import load_config

TEMPLATES = [template.name for template in list_templates()]


@pytest.fixture
def live(tmp_path):
    init_workspace(tmp_path, "live-cases")
    return tmp_path


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_makes_a_workspace_that_loads(tmp_path, name):
    written = init_workspace(tmp_path / "new", name)
    config = load_config(tmp_path / "new")
    assert written[-1] == config.path
    assert {path.name for path in written[:-1]} == {spec.name for spec in config.schema.trackers.values()}


@pytest.mark.parametrize("template", list_templates(), ids=TEMPLATES)
def test_every_template_says_what_it_is_for(template):
    assert len(template.about) > 20


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_tab_has_the_headers_of_its_tracker(tmp_path, name):
    init_workspace(tmp_path, name)
    for spec in load_config(tmp_path).schema.trackers.values():
        sheet = openpyxl.load_workbook(tmp_path / spec.source)[spec.tab]
        headers = [cell.value for cell in sheet[spec.header_row or 1]]
        assert headers == [column.header for column in spec.columns]


def test_the_header_is_frozen_and_the_rows_are_an_excel_table(live):
    sheet = openpyxl.load_workbook(live / "LIVE cases UK.xlsx")["Cases"]
    assert sheet.freeze_panes == "B2"
    assert sheet.tables["tracker_uk"].ref == "A1:T2"
    assert sheet.tables["tracker_uk"].autoFilter.ref == "A1:T2"


def test_a_choice_has_a_drop_down_that_lets_other_spellings_through(live):
    rule = rule_of(live, "B")
    assert rule.formula1 == '"Open,In review,Waiting for merchant,Appealed,Enforced,Dismissed"'
    assert (rule.type, rule.errorStyle) == ("list", "warning")


def test_numbers_and_dates_have_rules_and_formats(live):
    points, due = rule_of(live, "O"), rule_of(live, "E")
    assert (points.type, points.formula1, points.formula2) == ("whole", "0", "48")
    assert due.type == "date"


def rule_of(live, column):
    sheet = openpyxl.load_workbook(live / "LIVE cases UK.xlsx")["Cases"]
    return next(rule for rule in sheet.data_validations.dataValidation if f"{column}2" in str(rule.sqref))


def test_the_header_carries_the_fields_description_as_a_note(live):
    sheet = openpyxl.load_workbook(live / "LIVE cases IE.xlsx")["Cases"]
    assert sheet["A1"].comment.text.startswith("Leave it blank in a new row")
    assert "Blank in a new row means: Open." in sheet["B1"].comment.text


def test_a_workspace_is_never_written_over(live):
    before = (live / "sheetops.toml").read_bytes()
    with pytest.raises(ConfigError, match="There is a LIVE cases UK"):
        init_workspace(live, "live-cases")
    assert (live / "sheetops.toml").read_bytes() == before


def test_somebodys_workbook_is_never_written_over(tmp_path):
    (tmp_path / "LIVE cases IE.xlsx").write_bytes(b"precious")
    with pytest.raises(ConfigError, match="LIVE cases IE"):
        init_workspace(tmp_path, "live-cases")
    assert [path.name for path in tmp_path.iterdir()] == ["LIVE cases IE.xlsx"]


def test_a_folder_that_cannot_be_written_is_left_as_it_was(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrackerNotWritten, match="cannot be written"):
        init_workspace(tmp_path / "file" / "new", "live-cases")


def test_a_misspelt_template_is_named(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'live-cases'"):
        init_workspace(tmp_path, "live-case")
