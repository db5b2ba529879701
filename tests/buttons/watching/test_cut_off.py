"""The machine stops while a tick is carried out, at every point; the next watch goes on. Nothing is done twice, or lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sheetops.library import Workspace

from ...trackers.google.cities import K1, K2
from .conftest import Stopped, Ticking

POINTS = ("taken", "unticked", "started", "pressed", "ran", "told")
both = pytest.mark.parametrize("city", ["London", "Dublin"])
at_every_point = pytest.mark.parametrize("point", POINTS)


def stop_at(point: str) -> Callable[[str], None]:
    def fault(reached: str) -> None:
        if reached == point:
            raise Stopped

    return fault


def look_until_it_stops(ticking: Ticking, point: str) -> None:
    ticking.fault = stop_at(point)
    with pytest.raises(Stopped):
        ticking.look()
    ticking.fault = lambda point: None


@both
@at_every_point
def test_a_sync_is_done_once(ticking: Ticking, city: str, point: str) -> None:
    ticking.edit(city, K1, "once")
    ticking.tick(city, "sync")
    look_until_it_stops(ticking, point)
    ticking.look()
    ticking.look()
    assert ticking.note(K1) == "once"
    assert ticking.runs() == 2, "the first sync, and one for the tick"
    assert not ticking.ticked(city, "sync")
    assert "1 cell into the dataset" in ticking.outcome(city, "sync")


@both
@at_every_point
def test_an_undo_takes_one_run_back_and_not_two(ticking: Ticking, city: str, point: str) -> None:
    """An undo that was done twice would say so, or take the run before back."""
    for number in (1, 2, 3):
        ticking.edit(city, K1, f"edit {number}")
        ticking.cities.sync()
    ticking.tick(city, "undo")
    look_until_it_stops(ticking, point)
    ticking.look()
    ticking.look()
    assert ticking.note(K1) == "edit 2"
    assert ticking.runs() == 5
    assert not ticking.ticked(city, "undo")


@both
@at_every_point
def test_a_tick_that_comes_before_the_next_watch_is_a_second_one(
    ticking: Ticking, city: str, point: str
) -> None:
    ticking.tick(city, "preview")
    look_until_it_stops(ticking, point)
    was_taken = ticking.ticked(city, "preview")
    if not was_taken:
        ticking.tick(city, "preview")
    done = [*ticking.look().done, *ticking.look().done]
    told = point == "told"
    assert len(done) == 2 if not was_taken else 1, (point, told)
    assert not ticking.ticked(city, "preview")


@at_every_point
def test_stopped_twice_it_is_still_done_once(ticking: Ticking, point: str) -> None:
    ticking.edit("London", K1, "once")
    ticking.tick("London", "sync")
    look_until_it_stops(ticking, "started")
    ticking.fault = stop_at(point)
    try:
        ticking.look()
    except Stopped:
        ticking.fault = lambda point: None
        ticking.look()
    assert (ticking.note(K1), ticking.runs()) == ("once", 2)
    assert "1 cell into the dataset" in ticking.outcome("London", "sync")


@both
def test_an_undo_that_never_began_does_not_take_back_what_came_since(ticking: Ticking, city: str) -> None:
    ticking.edit(city, K1, "to be taken back")
    ticking.cities.sync()
    ticking.tick(city, "undo")
    look_until_it_stops(ticking, "started")
    ticking.edit("London", K2, "of somebody else")
    ticking.cities.sync()
    looked = ticking.look()
    assert looked.exit_code == 1
    assert "It was cut off before it began, and R3 has come since. Nothing was taken back" in ticking.outcome(
        city, "undo"
    )
    assert (ticking.note(K1), ticking.note(K2)) == ("to be taken back", "of somebody else")


def test_a_run_that_is_cut_off_in_the_middle_is_completed(
    ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dataset has taken the edit and London was not written yet when the machine stops."""
    ticking.edit("Dublin", K1, "half way")
    ticking.tick("Dublin", "sync")
    opened = ticking.open

    def cut(who: str) -> Workspace:
        ws = opened(who)
        if who.startswith("tick"):
            object.__setattr__(ws._env, "fault", lambda point: _stop(point, "sync:committed"))
        return ws

    monkeypatch.setattr(ticking, "open", cut)
    with pytest.raises(Stopped):
        ticking.look()
    monkeypatch.setattr(ticking, "open", opened)
    assert ticking.cities.row(K1)[4] == "note 1"
    ticking.look()
    assert ticking.cities.row(K1)[4] == "half way"
    assert "It was cut off as R2 and has been completed." in ticking.outcome("Dublin", "sync")


def _stop(point: str, where: str) -> None:
    if point == where:
        raise Stopped


def test_what_stops_the_program_each_time_is_given_up_and_said(ticking: Ticking) -> None:
    ticking.tick("Dublin", "preview")
    for _ in range(3):
        look_until_it_stops(ticking, "started")
    assert ticking.look().exit_code == 1
    assert "cut off 3 times while it did this, and gives it up. Run in a terminal, to see why: sheetops preview" in ticking.outcome("Dublin", "preview")  # fmt: skip
    assert ticking.look().done == []


def test_a_mistake_of_our_own_is_said_beside_the_tick(
    ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("north")

    monkeypatch.setattr("sheetops.actions.sync", broken)
    ticking.tick("London", "sync")
    ticking.look()
    assert "sheetops made a mistake of its own (KeyError in test_cut_off.py" in ticking.outcome(
        "London", "sync"
    )


@pytest.mark.parametrize("when", ["taken", "ran"])
def test_an_answer_of_google_that_is_lost_makes_no_second_run(ticking: Ticking, when: str) -> None:
    """The write that unticks, or that says the outcome, is carried out, and its answer never comes."""

    def lose(point: str) -> None:
        if point == when:
            ticking.cities.box.fail_next(503, when="write", committed=True)

    ticking.edit("London", K1, "once")
    ticking.tick("London", "sync")
    ticking.fault = lose
    ticking.look()
    ticking.look()
    assert (ticking.note(K1), ticking.runs()) == ("once", 2)
    assert not ticking.ticked("London", "sync")
    assert "1 cell into the dataset" in ticking.outcome("London", "sync")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the child is forked, which this system cannot do")
@pytest.mark.parametrize("point", POINTS)
def test_a_process_that_dies_leaves_what_the_next_one_needs(
    ticking: Ticking, tmp_path: Path, point: str
) -> None:
    ticking.edit("Dublin", K1, "once")
    ticking.tick("Dublin", "sync")
    ticking.cities.ws.close()
    child = os.fork()
    if child == 0:
        ticking.fault = lambda reached: os._exit(9) if reached == point else None  # type: ignore[func-returns-value]
        try:
            ticking.look()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    ticking.look()
    assert (ticking.note(K1), ticking.runs()) == ("once", 2)
    assert not ticking.ticked("Dublin", "sync")
    assert "1 cell into the dataset" in ticking.outcome("Dublin", "sync")
