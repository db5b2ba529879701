"""Google trackers from the terminal: adopt, format, sync, and people who type in between."""

import json

import pytest
from click.testing import CliRunner

from sheetops.cli.main import cli
from sheetops.sandbox import Sandbox

from ..trackers.google import books

HEADER = ["Case ID", "Status", "Note", "SLA"]
ROWS = [[f"{n:04d}", ["open", "closed"][n % 2], f"note {n}", None] for n in range(1, 13)]


@pytest.fixture
def box():
    with Sandbox(seed=7) as box:
        yield box


@pytest.fixture
def run(box, tmp_path, monkeypatch):
    """A function that runs a command in the test's folder, with the sandbox for Google."""
    monkeypatch.setenv("SHEETOPS_GOOGLE_URL", box.url)

    def command(*words):
        return CliRunner().invoke(cli, [*words, "-C", str(tmp_path)])

    return command


@pytest.fixture
def adopted(box, run, tmp_path):
    """The id of a spreadsheet that is a tracker, with a column that sheetops owns."""
    spreadsheet = books.make(box, {"Cases": [HEADER, *ROWS]})
    assert run("adopt", f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit").exit_code == 0
    config = tmp_path / "sheetops.toml"
    text = config.read_text().replace('"SLA" = "sla"', '"SLA" = { field = "sla", mode = "read" }')
    config.write_text(text)
    return spreadsheet


def test_format_says_what_it_did_and_the_next_sync_has_nothing_to_do(box, run, adopted):
    assert run("sync").exit_code == 0
    result = run("tracker", "format")
    assert result.exit_code == 0
    assert result.output == (
        "Formatted Cases, tab 'Cases': 4 columns. No value was changed.\n"
        "  Drop-downs: Status.\n"
        "  Only sheetops and the file's owner can type into: SLA.\n"
    )
    assert "Nothing to do" in run("sync").output


def test_what_is_typed_after_formatting_is_synced(box, run, adopted, tmp_path):
    run("sync")
    run("tracker", "format")
    cem = box.person(adopted, "cem@example.com")
    cem.type("Cases!A14", "0099", "closed", "new")
    cem.type("Cases!C2", "called")
    assert run("sync").exit_code == 0
    said = run("sql", "SELECT note FROM cases WHERE case_id IN ('0001', '0099') ORDER BY case_id").output
    assert said.split()[-2:] == ["called", "new"]


def test_records_from_elsewhere_come_below_the_last_row_not_below_the_formats(box, run, adopted, tmp_path):
    run("sync")
    run("tracker", "format")
    other = books.make(box, {"More": [HEADER, ["0500", "open", "from elsewhere"]]})
    config = (tmp_path / "sheetops.toml").read_text()
    (tmp_path / "sheetops.toml").write_text(
        config
        + f'[trackers.more]\nspreadsheet = "{other}"\ntab = "More"\ntable = "cases"\n[trackers.more.columns]\n'
        '"Case ID" = "case_id"\nStatus = "status"\nNote = "note"\n'
    )
    assert run("sync", "--allow", "mass-edit").exit_code == 0
    assert books.rows(box, adopted)[13][:3] == ["0500", "open", "from elsewhere"]


def test_json_names_columns(run, adopted):
    said = json.loads(run("tracker", "format", "--json").stdout)
    assert said["command"] == "tracker format"
    assert said["trackers"][0]["columns"] == HEADER


def test_only_google_trackers_need_it(desk):
    assert "no tracker in Google Sheets" in desk.run("tracker", "format").output
    assert desk.run("tracker", "format", "north").output.startswith("north (North.xlsx) is no Google Sheet")
    assert desk.run("tracker", "format", "nroth").exit_code == 2


def test_a_header_that_is_gone_stops_it(box, run, adopted):
    books.change(
        box,
        adopted,
        {"updateCells": {"range": {"sheetId": 0, "endRowIndex": 1}, "fields": "userEnteredValue"}},
    )
    result = run("tracker", "format")
    assert result.exit_code == 1
    assert "header row" in result.stderr
    assert "Nothing was formatted." in result.stderr


def test_one_spreadsheet_that_cannot_be_opened_leaves_the_others(box, run, adopted, tmp_path):
    lost = books.make(box, {"More": [HEADER]}, shared=False)
    config = (tmp_path / "sheetops.toml").read_text()
    (tmp_path / "sheetops.toml").write_text(
        f'{config}[trackers.lost]\nspreadsheet = "{lost}"\ntab = "More"\ntable = "cases"\n[trackers.lost.columns]\n'
        '"Case ID" = "case_id"\n'
    )
    result = run("tracker", "format")
    assert result.exit_code == 1
    assert "Formatted Cases" in result.output
    assert "Not formatted: robot@sandbox.example may not open 'lost'" in result.output


def test_columns_moved_in_the_same_second_are_said(box, run, adopted):
    cem = box.person(adopted, "cem@example.com")
    box.before_next_write(lambda: cem.insert_columns("Cases", before=1))
    result = run("tracker", "format")
    assert result.exit_code == 5
    assert "moved or renamed columns of 'Cases' while it was formatted" in result.stderr
