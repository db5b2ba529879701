"""The demo, as a newcomer runs it; its workbooks, as another spreadsheet program reads them."""

import csv
import datetime as dt
import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetops import ooxml
from sheetops.cli.main import cli
from sheetops.demo import run_demo
from sheetops.demo.live_cases import live_cases
from sheetops.demo.real_data import has_real_data
from sheetops.library import open_workspace
from sheetops.model.errors import TrackerBusy
from sheetops.sandbox import Sandbox, serving
from tests.docs.pages import ROOT

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
SHARED = Path(os.environ.get("SHEETOPS_SHARED", ROOT.parent / "shared"))


def play(folder, **settings):
    return run_demo(folder, shared=folder / "nothing here", now=lambda: NOON, **settings)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A demo that was played, and what it said."""
    folder = tmp_path_factory.mktemp("demo") / "live"
    return folder, play(folder)


@pytest.mark.slow
class TestStory:
    def test_everything_that_the_main_job_promises_is_in_it(self, played):
        said = "\n".join(played[1].lines)
        for promise in (
            "300 records added",
            "changed in several places",
            "'31/02/2026' is not a date in the calendar",
            "stands in 2 rows",
            "116 of 117 rows moved",
            "LIVE-00300 restriction: (blank) -> LIVE paused 30 days (LIVE cases ES O110)",
            "LIVE-00300 owner: Elena Prieto -> Amara Osei (LIVE cases ES D110)",
            "'Urgent' is not one of: Critical, High, Medium, Low",
            "use this: High",
            "1 new key given",
            "keep mine",
            "sheetops undo R2",
        ):
            assert promise in said

    def test_it_fits_on_two_screens(self, played):
        assert len(played[1].lines) <= 112

    def test_it_says_the_same_each_time(self, played, tmp_path):
        again = play(tmp_path / "again")
        here, there = str(played[0]), str(tmp_path / "again")
        assert [line.replace(here, "") for line in played[1].lines] == [
            line.replace(there, "") for line in again.lines
        ]

    def test_the_edits_are_taken_back_in_dataset_and_workbook(self, played):
        status = CliRunner().invoke(cli, ["sql", "SELECT count(*) FROM cases", "-C", str(played[0])])
        assert "300" in status.output
        with ooxml.Workbook.open(played[0] / "LIVE cases UK.xlsx") as book:
            assert book["Cases"]["P171"].value is None, "the restriction that Amara typed"

    def test_the_journal_is_whole(self, played):
        assert CliRunner().invoke(cli, ["doctor", "-C", str(played[0])]).output.endswith("All is well.\n")

    def test_what_people_built_is_still_there(self, played):
        with zipfile.ZipFile(played[0] / "LIVE cases IE.xlsx") as book:
            names = book.namelist()
            assert "xl/charts/chart1.xml" in names
            assert "xl/tables/table1.xml" in names
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<conditionalFormatting" in sheet
        assert "<dataValidation " in sheet

    def test_it_ends_with_workbooks_to_open_and_commands_to_try(self, played):
        folder, outcome = played
        assert all(Path(book).is_file() for book in outcome.data["workbooks"])
        line = next(line for line in outcome.lines if line.endswith(f" held -C {folder}"))
        tried = subprocess.run(shlex.split(line), capture_output=True, text=True)
        assert tried.returncode == 3, tried.stderr
        assert "31/02/2026" in tried.stdout

    def test_a_second_demo_takes_the_place_of_the_first_and_leaves_other_files(self, played):
        folder, _ = played
        (folder / "my notes.txt").write_text("keep")
        assert play(folder).exit_code == 0
        assert (folder / "my notes.txt").read_text() == "keep"


@pytest.mark.slow
class TestGoogleSheet:
    """What Carla sees, and what became of her sort between a run's read and its write."""

    def test_a_sort_in_the_middle_of_a_run_costs_a_write_and_changes_no_other_cell(self, played):
        lines = played[1].lines
        run = lines.index("  Undo: sheetops undo R2")
        assert lines[run + 1 : run + 5] == [
            "  Requests to LIVE cases ES: 1 read, 2 writes",
            "  Carla, in the Google sheet LIVE cases ES:",
            "    sorted by Merchant: 108 of 109 rows moved",
            "    different afterwards, of 1,853 cells: LIVE-00300 Owner, LIVE-00300 Points; nothing else",
        ]

    def test_each_row_is_still_the_case_that_the_dataset_has(self, played):
        folder, outcome = played
        with Sandbox(data=folder / "google") as box:
            headers, *rows = box.person(outcome.data["sheets"][0]).see("Cases")
        with open_workspace(folder) as ws:
            columns = ws.schema.trackers["es"].columns
            cases = ws.table("cases")
            seen = {row[0]: dict(zip(headers, row, strict=False)) for row in rows}
            assert len(seen) == len(rows) == 109
            for name in ("merchant", "creator", "live_room", "policy", "summary"):
                header = next(column.header for column in columns if column.field == name)
                assert {key: row[header] for key, row in seen.items()} == {
                    key: cases[key][name] for key in seen
                }

    def test_people_decide_in_its_tab(self, played):
        folder, outcome = played
        with Sandbox(data=folder / "google") as box:
            said = box.person(outcome.data["sheets"][0]).see("sheetops")
        header = next(row for row in said if row and row[0] == "No.")
        assert "Your decision" in header
        assert "about 300" in str(said[-1]), "what nobody decided is still there to be decided"

    def test_nothing_is_left_running(self, played):
        assert serving(played[0] / "google") is None

    def test_a_sandbox_that_serves_it_has_to_be_stopped_first(self, played):
        folder, _ = played
        with (
            Sandbox(data=folder / "google") as box,
            pytest.raises(TrackerBusy, match=f"at {box.url} is serving"),
        ):
            play(folder)

    def test_without_what_google_needs_there_are_two_workbooks_and_a_word_about_it(self, tmp_path):
        outcome = play(tmp_path / "two", google=False)
        assert outcome.data["sheets"] == []
        assert "140 of 140 rows moved" in "\n".join(outcome.lines)
        assert 'pip install "sheetops[google]"' in outcome.lines[-1]
        assert not (tmp_path / "two" / "google").exists()

    def test_another_server_in_the_environment_is_left_alone(self, tmp_path, monkeypatch):
        with Sandbox() as other:
            monkeypatch.setenv("SHEETOPS_GOOGLE_URL", other.url)
            assert play(tmp_path / "own").exit_code == 0
            assert not other.requests


def test_a_folder_that_is_no_demo_is_left_as_it_is(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    result = CliRunner().invoke(cli, ["demo", str(tmp_path)])
    assert result.exit_code == 1
    assert "is there already and is not a demo" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_invented_cases_depend_on_the_seed_and_the_day_alone():
    assert live_cases(40, 3, NOON) == live_cases(40, 3, NOON + dt.timedelta(hours=5))
    assert live_cases(40, 3, NOON) != live_cases(40, 4, NOON)


def test_invented_cases_are_coherent():
    for case in live_cases(500, 7, NOON):
        assert case["opened_at"] < NOON
        assert (case["resolved_at"] is not None) == (case["status"] in ("Enforced", "Dismissed"))
        assert case["resolved_at"] is None or case["opened_at"] < case["resolved_at"] < NOON


@pytest.mark.slow
def test_real_incidents_and_requests(tmp_path):
    if not has_real_data(SHARED / "data"):
        pytest.skip(f"real data is not there; to run this, put the two CSV files into {SHARED / 'data'}")
    outcome = run_demo(tmp_path / "real", shared=SHARED, now=lambda: NOON)
    said = "\n".join(outcome.lines)
    assert "3,000 records added" in said
    assert "2 rows appended" in said, (
        "a case that Ben made Major shows up in the other workbook and in the Google sheet"
    )
    assert "'31/04/2012' is not a date in the calendar" in said
    with ooxml.Workbook.open(tmp_path / "real" / "Feedback.xlsx") as book:
        assert book["Feedback"]["A2"].value


@pytest.mark.slow
def test_as_a_program_of_its_own(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "SHEETOPS_SHARED"}
    words = ["-m", "sheetops", "demo", str(tmp_path / "d"), "--json"]
    done = subprocess.run([sys.executable, *words], capture_output=True, env=environment, check=True)
    assert json.loads(done.stdout)["command"] == "demo"


RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""
"""LibreOffice trusts stored results of formulas by default; Excel calculates, because the file asks for it."""
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(scope="module")
def opened(played, tmp_path_factory):
    """The demo's workbook as LibreOffice reads it: every tab as CSV."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not there; to run this: apt-get install libreoffice-calc")
    out = tmp_path_factory.mktemp("csv")
    every_tab = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    (out / "profile" / "user").mkdir(parents=True)
    (out / "profile" / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
    profile = f"-env:UserInstallation={(out / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", every_tab, "--outdir", str(out)]
    subprocess.run(
        [*command, str(played[0] / "LIVE cases UK.xlsx")], check=True, capture_output=True, timeout=120
    )
    return {path.stem.rpartition("-")[2]: rows_of(path) for path in out.glob("*.csv")}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.slow
class TestLibreOffice:
    def test_reads_every_tab_and_row(self, opened):
        assert set(opened) == {"Cases", "Overview", "sheetops"}
        assert opened["Cases"][0][:3] == ["Case ID", "Status", "Severity"]
        assert len(opened["Cases"]) == 185

    def test_shows_the_same_values_as_we_read(self, opened, played):
        with ooxml.Workbook.open(played[0] / "LIVE cases UK.xlsx") as book:
            ours = [row[0] for row in book["Cases"].grid().rows]
        assert [row[0] for row in opened["Cases"]] == ours

    def test_counts_by_formulas_what_is_there_now(self, opened):
        shown = next(row for row in opened["Overview"] if row and row[0] == "Enforced")
        really = [row[2] for row in opened["Cases"] if row[1] == "Enforced"]
        assert sum(map(int, shown[1:])) == len(really)

    def test_shows_what_is_held(self, opened):
        said = "\n".join(",".join(row) for row in opened["sheetops"])
        assert "31/02/2026" in said
        assert "Your decision" in said
