"""`sheetops template add`: a piece comes to a workspace that is there, and nothing that stood there changes."""

import json

import pytest

from sheetops.sandbox import Sandbox
from sheetops.templates import init_workspace

from .desk import Desk

OWN = b'# mine\r\n[workspace]\r\nname = "Desk"   # keep   this\r\n'


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "sheetops.toml").write_bytes(OWN)
    return Desk(tmp_path)


def test_a_piece_is_appended_and_the_rest_stays_byte_for_byte(desk):
    result = desk.run("template", "add", "meetings")
    assert result.exit_code == 0
    assert "reference, meetings" in result.output
    text = (desk.folder / "sheetops.toml").read_bytes()
    assert text.startswith(OWN)
    assert text.count(b"\r\n") == text.count(b"\n")
    assert {path.name for path in desk.folder.glob("*.xlsx")} == {"Reference.xlsx", "Meetings.xlsx"}
    assert desk.run("sync").exit_code == 0


def test_what_is_there_already_is_not_added_again(desk):
    desk.run("template", "add", "meetings")
    result = desk.run("template", "add", "playbooks")
    assert result.output.startswith(f"Added to {desk.folder / 'sheetops.toml'}: playbooks\n")


def test_a_piece_that_is_there_is_refused(desk):
    desk.run("template", "add", "meetings")
    before = (desk.folder / "sheetops.toml").read_bytes()
    result = desk.run("template", "add", "meetings")
    assert result.exit_code == 1
    assert "cannot be added: [tables.meetings], [tables.decisions]" in result.stderr
    assert (desk.folder / "sheetops.toml").read_bytes() == before


def test_a_name_of_ones_own_stays_and_is_named(desk):
    own = OWN + b'[tables.markets]\r\nkey = "m"\r\n[tables.markets.fields]\r\nm = { type = "text" }\r\n'
    (desk.folder / "sheetops.toml").write_bytes(own)
    result = desk.run("template", "add", "meetings")
    assert "needs the piece 'reference', of which a part is there already: [tables.markets]" in result.stderr
    assert (desk.folder / "sheetops.toml").read_bytes() == own
    assert list(desk.folder.glob("*.xlsx")) == []


def test_a_workbook_of_ones_own_is_never_written_over(desk):
    (desk.folder / "Meetings.xlsx").write_bytes(b"precious")
    result = desk.run("template", "add", "meetings")
    assert result.exit_code == 1
    assert "There is a Meetings.xlsx" in result.stderr
    assert (desk.folder / "Meetings.xlsx").read_bytes() == b"precious"
    assert (desk.folder / "sheetops.toml").read_bytes() == OWN


def test_a_misspelt_piece_is_named(desk):
    result = desk.run("template", "add", "meeting")
    assert (result.exit_code, "Did you mean 'meetings'" in result.stderr) == (2, True)


def test_a_piece_can_begin_a_workspace(tmp_path):
    written = init_workspace(tmp_path, "traffic")
    assert [path.name for path in written] == ["Reference.xlsx", "Traffic.xlsx", "sheetops.toml"]
    assert Desk(tmp_path).run("plan").exit_code == 0


def test_lists_and_additions_are_objects_for_programs(desk):
    pieces = json.loads(desk.run("template", "add", "events", "--json").stdout)["pieces"]
    assert pieces == ["reference", "events"]


def test_the_list_names_what_a_piece_needs(desk):
    from click.testing import CliRunner

    from sheetops.cli.main import cli

    said = json.loads(CliRunner().invoke(cli, ["template", "list", "--json"]).stdout)
    needs = {one["name"]: one["needs"] for one in said["pieces"]}
    assert needs["appeals"] == ["reference", "sla-policies", "cases"]
    assert [one["name"] for one in said["templates"]] == ["live-cases", "live-governance"]


# --- the same in Google Sheets -------------------------------------------------------------------------


@pytest.fixture
def box(monkeypatch):
    with Sandbox(seed=7) as box:
        monkeypatch.setenv("SHEETOPS_GOOGLE_URL", box.url)
        yield box


def person_at(box, desk, tracker):
    """The owner of the spreadsheet a tracker is in, with the tracker."""
    spec = desk.config.schema.trackers[tracker]
    return box.person(spec.source, "robot@sandbox.example"), spec


@pytest.mark.slow
def test_the_same_trackers_are_made_in_google_sheets_and_sync_both_ways(desk, box):
    assert desk.run("template", "add", "appeals", "--google").exit_code == 0
    assert list(desk.folder.glob("*.xlsx")) == []
    assert desk.run("sync").exit_code == 0
    ana, spec = person_at(box, desk, "cases")
    at = {column.field: place for place, column in enumerate(spec.columns)}
    row = [""] * len(at)
    for name, said in {
        "merchant": "Lumen",
        "market": "UK",
        "policy": "Counterfeit",
        "detected_at": "2026-03-02 10:00",
    }.items():
        row[at[name]] = said
    for place, said in enumerate(row):
        if said:
            ana.type(f"Cases!{letters(place)}2", said)
    assert desk.run("sync").exit_code == 0
    seen = ana.see("Cases!A2:F2")[0]
    assert (seen[0], seen[1], seen[5]) == ("CASE-00001", "new", "breached")
    ana.type(f"Cases!{letters(at['owner'])}2", "Ben")
    assert desk.run("sync").exit_code == 0
    assert desk.run("undo", "R3").exit_code == 0
    assert ana.see(f"Cases!{letters(at['owner'])}2") in ([], [[""]])


def test_tabs_are_added_to_a_spreadsheet_that_somebody_shared(desk, box):
    assert desk.run("template", "add", "reference", "--google").exit_code == 0
    _, spec = person_at(box, desk, "markets")
    result = desk.run(
        "template", "add", "meetings", "--into", f"https://docs.google.com/spreadsheets/d/{spec.source}/edit"
    )
    assert result.exit_code == 0
    again = Desk(desk.folder)
    assert again.config.schema.trackers["meetings"].source == spec.source
    assert again.run("sync").exit_code == 0


def test_a_tab_of_that_name_is_left_alone(desk, box):
    desk.run("template", "add", "reference", "--google")
    _, spec = person_at(box, desk, "markets")
    before = (desk.folder / "sheetops.toml").read_bytes()
    link = f"https://docs.google.com/spreadsheets/d/{spec.source}/edit"
    assert desk.run("template", "add", "meetings", "--into", link).exit_code == 0
    (desk.folder / "sheetops.toml").write_bytes(before)
    result = desk.run("template", "add", "meetings", "--into", link)
    assert "The spreadsheet has a tab 'Meetings' already." in result.stderr
    assert (desk.folder / "sheetops.toml").read_bytes() == before


def letters(place):
    from sheetops.model.sheet import column_letters

    return column_letters(place + 1)
