"""A record cannot be closed before what must stand is filled in; nothing that people typed is lost over it."""

import pytest

from sheetops.model.record import Choose

from .story import NORTH, SOUTH, Story, cases, config, notes_of

RULES = '[rules.cases]\nends = ["closed"]\nclosing = ["note"]\n'
KEY = "CASE-0001"


@pytest.fixture
def story(tmp_path):
    story = Story(
        tmp_path, {"north": cases(note=None), "south": cases(note=None)}, config(NORTH, SOUTH, more=RULES)
    )
    story.ws.sync()
    return story


def status(story):
    return story.ws.store.records("cases", [KEY])[KEY].values["status"]


def test_the_status_is_held_with_what_is_missing_and_the_rest_of_the_row_is_taken(story):
    story.type("north", KEY, status="closed", amount=99.0)
    done = story.ws.sync()
    (item,) = story.ws.held()
    assert (item.key, item.field, done.held) == (KEY, "status", 1)
    assert item.reason == "it cannot be 'closed' without Note: fill it in"
    assert (status(story), story.cell("north", KEY, "status"), story.cell("south", KEY, "amount")) == (
        "open",
        "closed",
        99.0,
    )


def test_it_closes_when_the_missing_part_is_typed_wherever_that_is(story):
    story.type("north", KEY, status="closed")
    story.ws.sync()
    story.type("south", KEY, note="Removed, warned.")
    story.ws.sync()
    assert (status(story), story.ws.held()) == ("closed", [])
    assert story.cell("south", KEY, "status") == "closed"


def test_both_at_once_need_no_second_try(story):
    story.type("north", KEY, status="closed")
    story.type("south", KEY, note="Removed, warned.")
    assert story.ws.sync().held == 0
    assert status(story) == "closed"


def test_spaces_are_no_note(story):
    story.type("north", KEY, status="closed", note="   ")
    assert story.ws.sync().held == 1


def test_other_states_need_nothing(story):
    story.type("north", KEY, status="waiting")
    assert story.ws.sync().held == 0


def test_a_record_that_comes_in_closed_is_taken_and_named(tmp_path):
    story = Story(tmp_path, {"north": cases(2, status="closed", note=None)}, config(NORTH, more=RULES))
    done = story.ws.sync()
    assert done.held == 0
    assert "cases: 2 are closed without Note: CASE-0001, CASE-0002" in notes_of(done)[0]


def test_the_dataset_may_be_taken_back_into_the_tracker(story):
    story.type("north", KEY, status="closed")
    story.ws.sync()
    story.ws.resolve(story.ws.held()[0].number, Choose.DATASET)
    story.ws.sync()
    assert (story.cell("north", KEY, "status"), story.ws.held()) == ("open", [])


def test_a_second_sync_writes_nothing_while_it_is_held(story):
    story.type("north", KEY, status="closed")
    story.ws.sync()
    assert story.ws.sync().run is None
