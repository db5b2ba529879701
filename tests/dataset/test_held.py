"""Held items: filed once, known by a number, decided by people, released with a word."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sheetops.dataset import Store
from sheetops.model.errors import UnknownName
from sheetops.model.record import Choose, Decision

from .stories import MONDAY, commit, conflict, later

MINE = Decision(Choose.MINE, who="Ada")


def test_a_filed_item_has_a_number_a_run_and_a_time(store: Store) -> None:
    commit(store, held=[conflict(ours=Decimal("1.50"), suggestion="open", ours_said="Bo, today")])
    (item,) = store.held()
    assert item == replace(
        conflict(ours=Decimal("1.50"), suggestion="open", ours_said="Bo, today"),
        number=1,
        since=MONDAY,
        run="run-1",
    )


def test_filing_the_same_place_again_keeps_number_and_since(store: Store) -> None:
    commit(store, held=[conflict(), conflict("CASE-2", None)])
    commit(store, held=[conflict(theirs="shut"), conflict("CASE-3")], run=later("run-2"))
    assert [(i.number, i.key, i.theirs, i.run) for i in store.held()] == [
        (1, "CASE-1", "shut", "run-1"),
        (2, "CASE-2", "waiting", "run-1"),
        (3, "CASE-3", "waiting", "run-2"),
    ]


def test_numbers_are_never_used_twice(store: Store) -> None:
    commit(store, held=[conflict()])
    commit(store, released=[(conflict().place, "same on both sides")])
    commit(store, held=[conflict()])
    assert [item.number for item in store.held()] == [2]


def test_only_the_named_place_is_released(store: Store) -> None:
    commit(store, held=[conflict(), conflict(field=None), conflict("CASE-2")])
    commit(store, released=[(("north", "CASE-1", None), "gone"), (("south", "CASE-2", "status"), "no such")])
    assert [item.number for item in store.held()] == [1, 3]


def test_how_an_item_ended_can_be_queried(store: Store) -> None:
    commit(store, held=[conflict()])
    commit(store, released=[(conflict().place, "kept mine")], run=later("run-2"))
    _, rows = store.query("SELECT number, outcome, closed_run FROM sheetops_held")
    assert rows == [(1, "kept mine", "run-2")]


def test_items_of_one_tracker(store: Store) -> None:
    commit(store, held=[conflict(), replace(conflict(), tracker="south")])
    assert [item.tracker for item in store.held("south")] == ["south"]


def test_a_decision_stays_with_its_item(store: Store) -> None:
    commit(store, held=[conflict()])
    decided = store.decide(1, Decision(Choose.USE, Decimal("2.00"), "Ada"))
    assert decided.decision == Decision(Choose.USE, Decimal("2.00"), "Ada")
    assert store.held() == [decided]


def test_a_decision_made_during_a_run_is_not_lost(store: Store) -> None:
    commit(store, held=[conflict()])
    store.decide(1, MINE)
    commit(store, held=[conflict()])
    assert store.held()[0].decision == MINE


def test_a_decision_about_other_values_is_dropped(store: Store) -> None:
    commit(store, held=[conflict()])
    store.decide(1, MINE)
    commit(store, held=[conflict(theirs="shut")])
    assert store.held()[0].decision is None


@pytest.mark.parametrize("number", [1, 2])
def test_deciding_needs_an_open_item(store: Store, number: int) -> None:
    commit(store, held=[conflict()])
    commit(store, released=[(conflict().place, "gone")])
    with pytest.raises(UnknownName, match=f"number {number}"):
        store.decide(number, MINE)


def test_broken_text_in_a_cell_can_be_held(store: Store) -> None:
    broken = "half a \ud83d and \x00"
    commit(store, held=[replace(conflict(theirs=broken), reason=f"'{broken}' is no date")])
    (item,) = store.held()
    assert item.theirs == broken
    assert "is no date" in item.reason
