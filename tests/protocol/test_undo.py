"""Undo: dataset and trackers as they were before a run; what people did since is held, never overwritten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sheetops.done import Done
from sheetops.model.errors import UnknownName
from sheetops.model.record import Actor, Choose, HeldKind, Op

from .story import HEADERS, NORTH, Story, case, cases, config, tracker

Tell = Callable[..., Story]
K1, K2, K3, NEW = "CASE-0001", "CASE-0002", "CASE-0003", "CASE-0050"


def run_of(done: Done) -> str:
    assert done.run is not None
    return done.run.id


def undo(story: Story, run: str) -> Done:
    done = story.ws.undo(run)
    story.settle()
    assert story.ws.store.verify() == []
    return done


def test_undo_of_edits(story: Story) -> None:
    before = story.records()
    story.type("north", K1, status="closed", note="x")
    story.type("south", K2, amount=5)
    done = undo(story, run_of(story.sync()))
    assert story.records() == before
    for name in ("north", "south"):
        assert story.row(name, K1) == case(1)
        assert story.row(name, K2) == case(2)
    assert story.held() == {}
    assert done.run is not None
    assert done.run.undoes == "R2"
    last = story.ws.history(K1, "note")[-1]
    assert (last.source.actor, last.op) in {(Actor.UNDO, Op.SET), (Actor.TRACKER, Op.AGREE)}


def test_undo_of_an_edit_made_twice_in_one_run(story: Story) -> None:
    """A person types again while the run writes: both rounds belong to the run."""
    south = story.books["south"]

    def type_meanwhile(point: str) -> None:
        if point == "write:before":
            south.fault = story.faults
            story.type("south", K1, status="waiting")

    south.fault = type_meanwhile
    story.type("north", K1, status="closed")
    run = run_of(story.sync())
    story.settle()
    undo(story, run)
    assert story.value(K1, "status") == "open"


def test_undo_of_a_record_added_by_a_person(story: Story) -> None:
    """Its row stays where it was typed; the rows that sheetops had appended elsewhere are cleared."""
    story.append("north", case(50))
    undo(story, run_of(story.sync()))
    assert NEW not in story.records()
    assert story.row("north", NEW) == case(50)
    assert not any(any(row) for row in story.rows("south")[12:])
    assert story.held() == {}


def test_undo_of_a_minted_record(story: Story) -> None:
    story.append("north", case(1, case_id=None, note="new"))
    undo(story, run_of(story.sync()))
    assert len(story.records()) == 12
    assert not any(any(row) for row in story.rows("south")[12:])


def test_undo_of_a_record_and_then_the_next_one_gets_a_key_of_its_own(story: Story) -> None:
    story.append("north", case(1, case_id=None, note="first"))
    undo(story, run_of(story.sync()))
    story.append("south", case(1, case_id=None, note="second"))
    story.settle()
    assert story.value("CASE-0014", "note") == "second"
    assert "CASE-0013" not in story.records()


def test_undo_of_an_archived_record(story: Story) -> None:
    story.delete("north", K1)
    story.sync()
    undo(story, run_of(story.sync()))
    assert K1 in story.records()
    assert story.row("north", K1) == story.row("south", K1) == case(1)
    assert story.held() == {}


def test_undo_of_an_archived_record_clears_the_mark(tell: Tell) -> None:
    south = tracker("south", settings='state_column = "State"')
    story = tell(config(NORTH, south), north=cases(), south=[[*HEADERS.values(), "State"]])
    story.delete("north", K1)
    story.sync()
    run = run_of(story.sync())
    assert story.row("south", K1)[-1] == "archived"
    undo(story, run)
    assert story.row("south", K1)[-1] is None


def test_undo_of_a_decision(story: Story) -> None:
    story.type("north", K1, note="ours")
    story.ws.sync(only=["north"])
    story.type("south", K1, note="theirs")
    story.sync()
    story.decide(story.item("south", K1, "note"), Choose.MINE)
    run = run_of(story.sync())
    assert story.value(K1, "note") == "theirs"
    undo(story, run)
    assert story.value(K1, "note") == story.cell("north", K1, "note") == "ours"
    assert story.cell("south", K1, "note") == "ours"


def test_undo_holds_what_people_changed_since(story: Story) -> None:
    story.type("north", K1, note="in the run", status="closed")
    run = run_of(story.sync())
    story.type("south", K1, note="since the run")
    story.sync()
    undo(story, run)
    assert story.value(K1, "status") == "open"
    assert story.value(K1, "note") == "since the run"
    for name in ("north", "south"):
        assert story.cell(name, K1, "note") == "since the run"
    items = [item for item in story.ws.held() if item.kind is HeldKind.UNDO]
    assert [(item.key, item.field, item.base) for item in items] == [(K1, "note", "note 1")]
    assert "before the undone run it said note 1" in items[0].reason


def test_undo_holds_what_people_typed_since_and_no_run_has_read(story: Story) -> None:
    story.type("north", K1, note="in the run")
    run = run_of(story.sync())
    story.type("south", K1, note="typed just now")
    undo(story, run)
    said = {story.cell("south", K1, "note"), story.value(K1, "note")}
    assert "typed just now" in said, "what was typed is still there"
    assert story.cell("south", K1, "note") == "typed just now"


def test_undo_keeps_other_edits_of_the_same_row(story: Story) -> None:
    story.type("north", K1, note="in the run")
    run = run_of(story.sync())
    story.type("south", K1, status="closed")
    undo(story, run)
    assert story.row("north", K1) == story.row("south", K1) == case(1, status="closed")
    assert story.held() == {}


def test_undo_of_an_added_record_that_people_went_on_with(story: Story) -> None:
    story.append("north", case(50))
    run = run_of(story.sync())
    story.type("south", NEW, note="worked on")
    story.sync()
    undo(story, run)
    assert story.value(NEW, "note") == "worked on"
    assert [(item.key, item.field, item.kind) for item in story.ws.held()] == [(NEW, None, HeldKind.UNDO)]


@pytest.mark.parametrize("choice", [Choose.MINE, Choose.DATASET])
def test_undo_of_an_added_record_that_people_went_on_with_is_decided(story: Story, choice: Choose) -> None:
    story.append("north", case(50))
    run = run_of(story.sync())
    story.type("south", NEW, note="worked on")
    story.sync()
    undo(story, run)
    story.decide(story.ws.held()[0], choice)
    story.settle()
    assert (NEW in story.records()) == (choice is Choose.MINE)
    assert story.held() == {}


def test_undo_of_an_undo(story: Story) -> None:
    story.type("north", K1, note="x")
    story.append("south", case(50))
    story.delete("north", K2)
    story.sync()
    run = run_of(story.sync())
    first = next(r for r in story.ws.runs() if r.id != run)
    done = undo(story, first.id)
    undo(story, run_of(done))
    assert story.value(K1, "note") == story.cell("north", K1, "note") == "x"
    assert NEW in story.records()
    assert story.row("north", NEW) == story.row("south", NEW) == case(50)
    assert story.held() == {}


def test_undo_twice_does_nothing_more(story: Story) -> None:
    story.type("north", K1, note="x")
    run = run_of(story.sync())
    undo(story, run)
    head = story.ws.store.head()
    undo(story, run)
    assert story.value(K1, "note") == "note 1"
    assert story.ws.store.head() == head
    assert story.held() == {}


def test_undo_of_an_older_run_keeps_the_later_ones(story: Story) -> None:
    story.type("north", K1, note="first")
    first = run_of(story.sync())
    story.type("north", K2, note="second")
    story.sync()
    undo(story, first)
    assert (story.value(K1, "note"), story.value(K2, "note")) == ("note 1", "second")


def test_undo_of_a_mass_edit_needs_no_override(story: Story) -> None:
    for n in range(1, 13):
        story.type("north", f"CASE-{n:04d}", amount=0)
    run = run_of(story.sync(allow=["mass-edit"]))
    undo(story, run)
    assert [row[3] for row in story.rows("south")] == [float(n) for n in range(1, 13)]


def test_undo_of_the_first_run(tell: Tell) -> None:
    story = tell(north=cases(3))
    first = story.ws.runs()[-1].id
    undo(story, first)
    assert story.records() == {}
    assert [row[0] for row in story.rows("north")] == [K1, K2, K3]
    assert not any(any(row) for row in story.rows("south"))


def test_undo_of_a_run_that_does_not_exist(story: Story) -> None:
    with pytest.raises(UnknownName, match="no run 'R99'"):
        story.ws.undo("R99")


@pytest.mark.parametrize("point", range(1, 22, 2))
def test_undo_that_is_cut_off(story: Story, point: int) -> None:
    story.type("north", K1, note="x")
    story.append("north", case(50))
    run = run_of(story.sync())
    story.crash(point, lambda: story.ws.undo(run))
    story.settle()
    undo(story, run)
    assert story.value(K1, "note") == story.cell("south", K1, "note") == story.cell("north", K1, "note")
    assert story.value(K1, "note") == "note 1"
    assert NEW not in story.records()
    assert not any(any(row) for row in story.rows("south")[12:])
    assert story.held() == {}
