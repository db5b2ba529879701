"""What an import brings is in the trackers after the next sync, and people work on the intake there."""

import json

from sheetops import ooxml

GOOD = ["T-1", "New", "DE", "Acme", "2026-01-05", ""]
BAD = ["T-2", "New", "DE", "Beta", "31/02/2026", ""]


def test_the_intake_is_there_as_soon_as_a_tracker_shows_it(office):
    assert office.run("sync").exit_code == 0
    assert office.run("sql", "SELECT count(*) FROM intake").exit_code == 0


def read(office, book, tab, address):
    with ooxml.Workbook.open(office.folder / book) as workbook:
        return workbook[tab][address].value


def test_records_and_intake_reach_their_trackers_and_a_correction_comes_back(office):
    office.take(office.file(GOOD, BAD), code=3)
    assert office.run("sync").exit_code == 0
    assert [read(office, "Desk.xlsx", "Cases", cell) for cell in ("A2", "B2", "D2")] == [
        "CASE-0001",
        "New",
        "Acme",
    ]
    assert "31/02/2026" in read(office, "Intake.xlsx", "Intake", "D2")
    raw = json.loads(read(office, "Intake.xlsx", "Intake", "E2"))
    with ooxml.Workbook.open(office.folder / "Intake.xlsx") as workbook:
        workbook["Intake"].set("E2", json.dumps({**raw, "Opened at": "28/02/2026"}))
        workbook.save()
    assert office.run("sync").exit_code == 0
    assert office.run("import", "--retry", "--yes").exit_code == 0
    assert office.run("sync").exit_code == 0
    assert read(office, "Desk.xlsx", "Cases", "A3") == "CASE-0002"
    assert read(office, "Intake.xlsx", "Intake", "F2") == "done"


def test_what_was_typed_in_a_tracker_outlives_the_next_import(office):
    office.take(office.file(GOOD))
    office.run("sync")
    with ooxml.Workbook.open(office.folder / "Desk.xlsx") as workbook:
        workbook["Cases"].set("B2", "Closed")
        workbook.save()
    office.run("sync")
    said = office.take(office.file(["T-1", "In review", *GOOD[2:]]), code=3)
    assert "CASE-0001 status: kept yours, 'Closed'" in said
    assert office.table()["CASE-0001"]["status"] == "Closed"


def test_an_undone_import_leaves_the_tracker_too(office):
    office.take(office.file(GOOD))
    office.run("sync")
    assert office.run("undo", "R1").exit_code == 0
    assert office.table() == {}
    assert office.run("doctor").exit_code == 0
