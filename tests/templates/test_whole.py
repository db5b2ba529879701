"""The governance workspace as a team would use it: every tracker is filled, synced both ways, and taken back."""

import pytest

from .desk import Desk, typed

KEPT = {"patterns", "spellings", "incidents", "case-counts"}
"""Trackers whose records sheetops finds; nobody types a new row there."""
STARTED = {"markets": 8, "policies": 10, "policy_versions": 10, "teams": 12, "sla-policies": 12}
"""The first free row of trackers that come with records."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("governance"))
    assert desk.run("init", "--template", "live-governance").exit_code == 0
    for tracker in desk.config.schema.trackers.keys() - KEPT:
        row = dict(typed(desk.config, tracker))
        if tracker in STARTED:  # the keys of these are words that people choose
            spec = desk.config.schema.trackers[tracker]
            row[spec.by_field[desk.config.schema.table_of(spec).key].header] = "Another"
        desk.type(tracker, STARTED.get(tracker, 2), row)
    desk.first = desk.run("sync")
    return desk


@pytest.mark.slow
def test_every_tracker_takes_a_row_and_gives_it_a_key(desk):
    assert desk.first.exit_code == 0, desk.first.output
    schema = desk.config.schema
    for tracker in schema.trackers.keys() - KEPT - STARTED.keys():
        table = schema.table_of(schema.trackers[tracker])
        key = schema.trackers[tracker].by_field[table.key].header
        assert desk.read(tracker, 2)[key] == table.key_format.format(1), tracker


@pytest.mark.slow
def test_a_second_sync_has_nothing_to_do_and_doctor_is_content(desk):
    assert desk.run("sync").output == "Nothing to do.\n"
    assert "All is well." in desk.run("doctor").output


@pytest.mark.slow
def test_the_tabs_that_explain_and_count_stay_beside_the_one_of_the_sync(desk):
    assert desk.tabs("Cases.xlsx") == ["Cases", "Dashboard", "How this tracker works", "Choices", "sheetops"]


@pytest.mark.slow
def test_what_is_computed_comes_back_into_the_tracker(desk):
    case = desk.read("cases", 2)
    assert (case["Status"], case["Severity"], case["First response state"]) == ("new", "critical", "breached")
    assert desk.read("escalations", 2)["To mend"].startswith("an open escalation has an owner")


@pytest.mark.slow
def test_an_edit_is_taken_and_an_undo_brings_the_cell_back(desk):
    desk.type("cases", 2, {"Status": "in review", "Owner": "Ben"})
    assert desk.run("sync").exit_code == 0
    said = desk.run("sql", "SELECT status, owner FROM cases").output.split()
    assert said[-2:] == ["in_review", "Ben"]
    assert desk.run("undo", "R2").exit_code == 0
    case = desk.read("cases", 2)
    assert (case["Status"], case["Owner"]) == ("new", None)


@pytest.mark.slow
def test_a_case_stays_open_until_its_note_and_evidence_stand(desk):
    desk.type("cases", 2, {"Status": "closed", "Closing note": "Removed, warned."})
    first = desk.run("sync")
    assert first.exit_code == 3
    assert "it cannot be 'closed' without Evidence: fill it in" in first.output
    desk.type("cases", 2, {"Evidence": "https://evidence.example/7"})
    assert desk.run("sync").exit_code == 0
    assert desk.run("sql", "SELECT status FROM cases").output.split()[-1] == "closed"
