"""What each command does to real files, and what it says."""

import csv
import datetime as dt

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from sheetops.cli.main import cli


def test_an_edit_in_one_workbook_reaches_the_other(desk):
    desk.type("North.xlsx", {"B2": "done", "E3": "called back"})
    result = desk.run("sync")
    assert (desk.read("South.xlsx", "B2"), desk.read("South.xlsx", "E3")) == ("closed", "called back")
    assert "Run R2: 2 cells into the dataset, 2 cells written to trackers." in result.output
    assert "Undo: sheetops undo R2" in result.output
    assert desk.read("North.xlsx", "B2") == "done", "the sheet's own spelling stays"


def test_a_plan_says_cells_with_addresses_and_writes_nothing(desk):
    desk.type("North.xlsx", {"B2": "closed"})
    before = desk.files()
    output = desk.run("plan").output
    assert output.startswith("Plan: 1 cell into the dataset, 1 cell written to trackers.")
    assert "C-01 status: open -> closed (North.xlsx B2)" in output
    assert "C-01 status: open -> closed (South.xlsx B2)" in output
    assert desk.files() == before


def test_a_plan_shows_twenty_lines_unless_asked_for_all(desk):
    desk.type("North.xlsx", {f"E{row}": f"new {row}" for row in range(2, 27)} | {"B2": "closed"})
    short = desk.run("plan", "--allow", "mass-edit").output
    whole = desk.run("plan", "--allow", "mass-edit", "--all").output
    assert "and 6 more: --all" in short
    assert "more: --all" not in whole
    assert "C-25 note: note 25 -> new 26" in whole


def test_a_saved_plan_is_done_exactly(desk, tmp_path):
    desk.type("North.xlsx", {"B2": "closed"})
    desk.run("plan", "--save", str(tmp_path / "plan.json"))
    assert desk.run("sync", "--plan", str(tmp_path / "plan.json")).exit_code == 0
    assert desk.read("South.xlsx", "B2") == "closed"


def test_a_conflict_is_held_on_both_sides_and_resolved_from_the_terminal(held):
    listed = held.run("held").output
    assert "C-01 status" in listed
    assert "sheetops resolve 1 --mine" in listed
    assert (held.read("North.xlsx", "B2"), held.read("South.xlsx", "B2")) == ("closed", None)
    for number, value in ((1, "closed"), (2, "2026-02-28"), (3, "closed")):
        assert held.run("resolve", str(number), "--use", value).exit_code == 0
    assert held.run("sync").exit_code == 0
    assert (held.read("North.xlsx", "B2"), held.read("South.xlsx", "B2")) == ("closed", "closed")
    assert held.read("North.xlsx", "D4") == dt.date(2026, 2, 28)


def test_a_bad_date_stays_as_it_was_typed(held):
    assert held.read("North.xlsx", "D4") == "31/02/2026"
    assert "'31/02/2026' is not a date" in held.run("held").output


def test_undo_brings_back_dataset_and_workbooks(desk):
    before = {book: desk.read(book, "B2") for book in ("North.xlsx", "South.xlsx")}
    desk.type("North.xlsx", {"B2": "closed"})
    desk.run("sync")
    result = desk.run("undo", "R2")
    assert result.exit_code == 0
    assert {book: desk.read(book, "B2") for book in before} == before
    assert "C-01" not in desk.run("plan").output


def test_history_says_who_where_and_what(desk):
    desk.type("North.xlsx", {"B2": "closed"})
    desk.run("sync")
    lines = desk.run("history", "C-01", "status").output.split("\n")
    assert lines[0].split() == ["when", "(UTC)", "run", "what", "before", "after", "who", "and", "where"]
    assert lines[2].split()[2:6] == ["R2", "status", "open", "closed"]
    assert lines[2].endswith("North.xlsx B2")
    assert "R1" in desk.run("history").output


def test_explain_says_where_a_value_is_from(desk):
    output = desk.run("explain", "C-01", "status").output
    assert "status: open" in output
    assert "North.xlsx" in output
    assert "open, closed" in output


def test_status_counts(held):
    output = held.run("status").output
    assert "cases: 30 records" in output
    assert "North.xlsx" in output


def test_sql_reads_and_cannot_write(desk):
    assert desk.run("sql", "SELECT market, count(*) AS n FROM cases GROUP BY 1 ORDER BY 1").output == (
        "market  n\n------  --\nIE      10\nUK      20\n"
    )
    assert desk.run("sql", "DELETE FROM cases").exit_code == 1
    assert "30" in desk.run("sql", "SELECT count(*) FROM cases").output


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_export(desk, tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason='to run this: pip install ".[parquet]"')
    out = tmp_path / f"cases.{kind}"
    assert desk.run("export", "cases", str(out)).output == f"Wrote 30 records of cases to {out}.\n"
    if kind == "csv":
        with out.open(encoding="utf-8") as file:
            assert next(csv.DictReader(file))["case_id"] == "C-01"
    elif kind == "parquet":
        assert len(pd.read_parquet(out)) == 30
    else:
        assert openpyxl.load_workbook(out).active["A2"].value == "C-01"


def test_export_to_an_unknown_kind_names_the_known_ones(desk, tmp_path):
    result = desk.run("export", "cases", str(tmp_path / "cases.ods"))
    assert result.exit_code == 2
    assert ".csv, .parquet, .xlsx" in result.stderr


def test_doctor_says_all_is_well_and_what_is_not(desk):
    assert desk.run("doctor").output.endswith("All is well.\n")
    (desk.folder / "South.xlsx").unlink()
    result = desk.run("doctor")
    assert result.exit_code == 1
    assert "problem" in result.output
    assert "South.xlsx" in result.output


def test_only_one_tracker(desk):
    desk.type("North.xlsx", {"B2": "closed"})
    desk.type("South.xlsx", {"B4": "closed"})
    assert "North.xlsx" not in desk.run("plan", "--only", "south").output


def test_init_writes_a_workspace_and_lists_templates(tmp_path):
    run = CliRunner().invoke
    assert "live-cases" in run(cli, ["init", "--list"]).output
    made = run(cli, ["init", "live-cases", "-C", str(tmp_path / "new")])
    assert made.exit_code == 0
    assert (tmp_path / "new" / "sheetops.toml").is_file()
    assert run(cli, ["sync", "-C", str(tmp_path / "new")]).exit_code == 0
    near = run(cli, ["init", "life-cases", "-C", str(tmp_path / "other")])
    assert near.exit_code == 2
    assert "live-cases" in near.stderr


def test_adopt_leaves_the_workbook_alone_and_a_sync_follows(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Complaints, March"])
    book.active.append([])
    book.active.append(["Ref", "Status", "Received"])
    for n in range(1, 41):
        book.active.append([f"R{n:03d}", "open" if n % 2 else "closed", dt.date(2026, 3, 1 + n % 28)])
    book.save(tmp_path / "March.xlsx")
    before = (tmp_path / "March.xlsx").read_bytes()
    run = CliRunner().invoke
    assert run(cli, ["adopt", str(tmp_path / "March.xlsx")]).exit_code == 0
    assert (tmp_path / "March.xlsx").read_bytes() == before
    synced = run(cli, ["sync", "-C", str(tmp_path)])
    assert synced.exit_code == 0, synced.output
    assert "40 records added" in synced.output


def test_the_version_is_that_of_the_package():
    from sheetops import __version__

    assert CliRunner().invoke(cli, ["--version"]).output == f"sheetops, version {__version__}\n"


def test_history_keeps_what_a_decision_overwrote(held):
    held.run("resolve", "2", "--dataset")
    held.run("sync")
    said = held.run("history", "C-03", "due").output
    assert "C-03 due was held in North.xlsx D4 with '31/02/2026': take the dataset's (R3)" in said


def test_an_undo_of_a_run_that_took_nothing_says_so(held):
    held.run("resolve", "2", "--dataset")
    held.run("sync")
    result = held.run("undo", "R3")
    assert "R3 took nothing into the dataset, so there is nothing to take back." in result.output
    assert held.read("North.xlsx", "D4") is None


def test_a_missing_column_is_reported_although_nothing_else_changed(desk):
    desk.type("North.xlsx", {"E1": "Remarks"})
    assert "Column 'Note' is missing in North.xlsx" in desk.run("plan").output
    assert "Column 'Note' is missing in North.xlsx" in desk.run("sync").output


def test_press_says_what_a_button_would(desk):
    said = desk.run("press", "preview")
    assert (said.exit_code, said.stdout.splitlines()[0]) == (0, "Nothing to do: everything agrees.")
    unknown = desk.run("press", "sink")
    assert unknown.exit_code == 2
    assert unknown.stdout.startswith("There is no action 'sink'. Did you mean 'sync'?")
