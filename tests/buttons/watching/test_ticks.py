"""People tick cells; a watch does what they ask for and says so beside the tick."""

from __future__ import annotations

import zipfile

import pytest

from sheetops.merge.tab_controls import is_ticked

from ...trackers import workbooks
from ...trackers.google import books
from ...trackers.google.cities import K1, K2
from .conftest import Ticking, open_by_kim

CITIES = ["London", "Dublin"]
both = pytest.mark.parametrize("city", CITIES)


@both
def test_a_tick_is_done_taken_away_and_answered_beside_it(ticking: Ticking, city: str) -> None:
    ticking.edit(city, K1, "from here")
    ticking.tick(city, "sync")
    looked = ticking.look()
    assert ticking.note(K1) == "from here"
    assert not ticking.ticked(city, "sync")
    assert ticking.outcome(city, "sync").startswith("Thu 26 Nov 12:00: 1 cell into the dataset")
    assert [(one["action"], one["exit_code"]) for one in looked.done] == [("sync", 0)]
    runs = ticking.runs()
    assert ticking.look().done == []
    assert ticking.runs() == runs


@both
def test_several_ticks_are_done_one_after_the_other(ticking: Ticking, city: str) -> None:
    ticking.edit(city, K1, "one")
    for action in ("preview", "sync", "held", "weekly"):
        ticking.tick(city, action)
    assert [one["action"] for one in ticking.look().done] == ["preview", "sync", "held", "weekly"]
    assert "A sync would do: 1 cell into the dataset" in ticking.outcome(city, "preview")
    assert ticking.outcome(city, "held").endswith("Nothing is held: every cell agrees.")
    assert "The week to" in ticking.outcome(city, "weekly")


@both
def test_explain_takes_the_record_from_the_cell_beside_it(ticking: Ticking, city: str) -> None:
    ticking.tick(city, "explain", record=K2)
    ticking.look()
    assert f"What is known of {K2}:" in ticking.outcome(city, "explain")
    assert ticking.controls(city)["explain"][2] == K2, "what was typed stays"
    ticking.tick(city, "explain", record="CASE-0009")
    assert ticking.look().exit_code == 2
    assert "There is no record 'CASE-0009'." in ticking.outcome(city, "explain")


@both
def test_a_tick_for_undo_takes_the_last_run_back(ticking: Ticking, city: str) -> None:
    ticking.edit("Dublin", K1, "wrong")
    ticking.cities.sync()
    ticking.tick(city, "undo")
    ticking.look()
    assert ticking.note(K1) == "note 1"
    assert "Took back R" in ticking.outcome(city, "undo")


@both
def test_a_sync_carries_ticks_and_words_over_as_it_found_them(ticking: Ticking, city: str) -> None:
    ticking.tick(city, "preview")
    ticking.look()
    said = ticking.outcome(city, "preview")
    ticking.tick(city, "refresh")
    ticking.edit("Dublin", K1, "a")
    ticking.edit("London", K2, "b")
    ticking.cities.sync()
    assert ticking.ticked(city, "refresh")
    assert ticking.outcome(city, "preview") == said
    assert ticking.tab(city)[1][0].startswith("Last run R2")
    assert [one["action"] for one in ticking.look().done] == ["refresh"]


@both
def test_held_items_keep_their_place_and_what_was_chosen_when_the_ticks_come(
    ticking: Ticking, city: str
) -> None:
    """The ticks are taken out of the tab first, as it was before anybody watched."""
    ticking.edit("Dublin", K1, "ours")
    ticking.edit("London", K1, "theirs")
    if city == "London":
        books.change(
            ticking.cities.box,
            ticking.cities.id,
            {
                "deleteDimension": {
                    "range": {"sheetId": 5_333_677, "dimension": "ROWS", "startIndex": 4, "endIndex": 15}
                }
            },
        )
    else:
        workbooks.change(ticking.dublin, lambda sheet: sheet.delete_rows(5, 11), tab="sheetops")
    assert ticking.cities.sync().exit_code == 3
    assert ticking.controls(city) == {}
    row = next(n for n, row in enumerate(ticking.tab(city), 1) if len(row) > 3 and row[2] == K1)
    if city == "London":
        ticking.cities.ana.type(f"sheetops!L{row}", "take the dataset's")
    else:
        workbooks.edit(ticking.dublin, {f"L{row}": "take the dataset's"}, tab="sheetops")
    before = ticking.tab(city)[row - 1]
    ticking.look()
    assert len(ticking.controls(city)) == 7
    assert ticking.tab(city)[row - 1 + 11] == before
    ticking.tick(city, "sync")
    ticking.look()
    rows = ticking.cities.london() if city == "London" else ticking.cities.dublin()
    assert next(one for one in rows if one[0] == K1)[4] == ticking.note(K1), "the decision was still read"


def test_ticks_change_nothing_else_of_a_workbook(ticking: Ticking) -> None:
    def parts() -> dict[str, bytes]:
        with zipfile.ZipFile(ticking.dublin) as book:
            return {name: book.read(name) for name in book.namelist()}

    ticking.tick("Dublin", "preview")
    before = parts()
    ticking.look()
    after = parts()
    assert before.keys() == after.keys()
    sheets = {name for name in before if before[name] != after[name]}
    assert len(sheets - {"xl/styles.xml"}) == 1
    assert ticking.outcome("Dublin", "preview").encode() in after[next(iter(sheets - {"xl/styles.xml"}))]


def test_a_workbook_that_is_open_waits_until_it_is_closed(ticking: Ticking) -> None:
    ticking.tick("Dublin", "sync")
    lock = open_by_kim(ticking.dublin)
    looked = ticking.look()
    assert looked.done == []
    assert ticking.said == [
        "Dublin.xlsx: Dublin.xlsx is open (Kim), and its ticks wait. Nothing was started. Save and close it."
    ]
    lock.unlink()
    assert [one["action"] for one in ticking.look().done] == ["sync"]


def test_a_workbook_that_is_opened_while_it_is_done_is_answered_when_it_is_closed(ticking: Ticking) -> None:
    def kim(point: str) -> None:
        if point == "pressed":
            open_by_kim(ticking.dublin)

    ticking.fault = kim
    ticking.tick("Dublin", "preview")
    ticking.look()
    assert "being done" in ticking.outcome("Dublin", "preview")
    ticking.dublin.with_name(f"~${ticking.dublin.name}").unlink()
    ticking.fault = lambda point: None
    assert [one["action"] for one in ticking.look().done] == ["preview"]
    assert ticking.outcome("Dublin", "preview").endswith("Nothing to do: everything agrees.")


@both
def test_a_tick_made_while_the_first_is_done_is_done_too(ticking: Ticking, city: str) -> None:
    def impatient(point: str) -> None:
        if point == "pressed":
            ticking.fault = lambda point: None
            ticking.tick(city, "preview")

    ticking.fault = impatient
    ticking.tick(city, "preview")
    assert len(ticking.look().done) == 1
    assert ticking.ticked(city, "preview"), "the outcome was written beside it, and the new tick left alone"
    assert len(ticking.look().done) == 1
    assert not ticking.ticked(city, "preview")


def test_somebody_who_types_meanwhile_loses_nothing(ticking: Ticking) -> None:
    box, ana = ticking.cities.box, ticking.cities.ana
    ticking.tick("London", "preview")
    row = ticking.row("London", "explain")
    box.before_next_write(lambda: ana.type(f"sheetops!C{row}", K2))
    box.before_next_write(lambda: ana.type("Cases!E2", "typed meanwhile"))
    ticking.look()
    assert ticking.controls("London")["explain"][2] == K2
    assert ticking.cities.london()[1][4] == "typed meanwhile"


def test_rows_that_are_moved_in_the_moment_of_the_write_are_found_again(ticking: Ticking) -> None:
    box, ana = ticking.cities.box, ticking.cities.ana
    ticking.tick("London", "preview")
    box.before_next_write(lambda: ana.insert_rows("sheetops", 5, 2))
    looked = ticking.look()
    assert [one["action"] for one in looked.done] == ["preview"]
    assert not ticking.ticked("London", "preview")
    assert ticking.outcome("London", "preview").endswith("Nothing to do: everything agrees.")


def test_a_workbook_that_is_saved_in_the_moment_of_the_write_is_read_again(ticking: Ticking) -> None:
    def save(point: str) -> None:
        if point == "taken":
            ticking.edit("Dublin", K1, "saved in between")

    ticking.fault = save
    ticking.tick("Dublin", "sync")
    ticking.look()
    assert ticking.note(K1) == "saved in between"


@both
def test_a_tick_that_is_taken_away_in_time_starts_nothing(ticking: Ticking, city: str) -> None:
    ticking.edit(city, K1, "not yet")
    ticking.tick(city, "sync")
    ticking.fault = lambda point: ticking.untick(city, "sync") if point == "taken" else None
    assert ticking.look().done == []
    assert ticking.note(K1) == "note 1"
    ticking.fault = lambda point: None
    assert ticking.look().done == []


@both
def test_what_does_not_go_is_said_beside_the_tick_with_the_next_step(ticking: Ticking, city: str) -> None:
    workbooks.edit(ticking.dublin, {"A1": "Kase"})
    ticking.tick(city, "sync")
    assert ticking.look().exit_code == 4
    assert "The key column 'Case ID' of Dublin.xlsx" in ticking.outcome(city, "sync")


@both
def test_another_run_at_work_is_waited_for(ticking: Ticking, city: str) -> None:
    ticking.edit(city, K1, "later")
    ticking.tick(city, "sync")
    with ticking.open("Kim") as other, other.store.lock("Kim"):
        assert ticking.look().done == []
        assert "being done" in ticking.outcome(city, "sync")
    assert [one["action"] for one in ticking.look().done] == ["sync"]
    assert ticking.note(K1) == "later"


def test_a_tab_that_somebody_else_made_is_left_alone(ticking: Ticking) -> None:
    workbooks.edit(ticking.dublin, {"A1": "My notes"}, tab="sheetops")
    before = ticking.dublin.read_bytes()
    assert ticking.look().exit_code == 1
    assert "is not as sheetops made it" in ticking.said[0]
    assert ticking.dublin.read_bytes() == before


@pytest.mark.parametrize("mark", ["x", "X", "TRUE", True, "✓", 1])
def test_the_ways_to_tick(mark: object) -> None:
    assert is_ticked(mark)


@pytest.mark.parametrize("mark", [None, "", " ", "no", False, 0, "FALSE"])
def test_what_is_no_tick(mark: object) -> None:
    assert not is_ticked(mark)
