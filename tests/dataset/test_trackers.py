"""What the dataset remembers of trackers: rows, generations and the write that is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sheetops.dataset import Confirm, Store, TrackerCommit
from sheetops.model.record import Intent, Mint, RowMemory, TrackerState
from sheetops.model.sheet import UNCACHED, CellError

from .stories import MONDAY, add, commit, conflict

INTENT = Intent("north", "run-1", 1, 0, appended=("CASE-1",), writes=({"row": 4, "value": None},))
ROWS = {"CASE-1": RowMemory(b"\x01\x02", frozen_from=1), "CASE-2": RowMemory(None, missing=True, left=True)}


def confirmed(generation: int, seq: int, rows: dict[str, RowMemory | None] | None = None) -> Confirm:
    mapping = (("status", "Status"), ("due", "Due by"))
    return Confirm("north", generation, seq, "sha-1", "print", mapping, rows or {}, MONDAY)


def test_a_tracker_nobody_synced_is_at_generation_zero(store: Store) -> None:
    assert store.tracker_state("north") == TrackerState("north")


def test_a_commit_remembers_rows_and_opens_the_intent_at_its_own_head(store: Store) -> None:
    head = commit(store, add("CASE-1"), trackers=[TrackerCommit("north", ROWS, INTENT)])
    state = store.tracker_state("north")
    assert state.rows == ROWS
    assert state.intent == replace(INTENT, seq=head)
    assert state.generation == 0


def test_confirming_closes_the_intent_and_keeps_the_generation(store: Store) -> None:
    head = commit(store, add("CASE-1"), trackers=[TrackerCommit("north", ROWS, INTENT)])
    store.confirm(confirmed(1, head, {"CASE-1": RowMemory(b"new"), "CASE-2": None}))
    assert store.tracker_state("north") == TrackerState(
        "north",
        generation=1,
        seq=head,
        identity="sha-1",
        fingerprint="print",
        mapping=(("status", "Status"), ("due", "Due by")),
        rows={"CASE-1": RowMemory(b"new")},
        generations={1: head},
    )


def test_every_generation_keeps_its_place_in_the_journal(store: Store) -> None:
    first = commit(store, add("CASE-1"))
    store.confirm(confirmed(1, first))
    second = commit(store, add("CASE-2"))
    store.confirm(confirmed(2, second))
    assert store.tracker_head("north").generations == {1: first, 2: second}


def test_the_head_of_a_tracker_leaves_its_rows_out(store: Store) -> None:
    commit(store, trackers=[TrackerCommit("north", ROWS)])
    assert store.tracker_head("north").rows == {}


def test_trackers_are_kept_apart(store: Store) -> None:
    commit(store, trackers=[TrackerCommit("north", ROWS, INTENT), TrackerCommit("south")])
    assert store.tracker_state("south") == TrackerState("south")


def test_an_abandoned_intent_is_gone_and_its_generation_free_again(store: Store) -> None:
    commit(store, trackers=[TrackerCommit("north", {}, INTENT)])
    store.abandon_intent("north")
    assert store.tracker_head("north").intent is None
    commit(store, trackers=[TrackerCommit("north", {}, INTENT)])
    assert store.tracker_head("north").intent is not None


def test_a_new_intent_takes_the_place_of_an_open_one(store: Store) -> None:
    commit(store, trackers=[TrackerCommit("north", {}, INTENT)])
    commit(store, trackers=[TrackerCommit("north", {}, replace(INTENT, generation=2))])
    intent = store.tracker_head("north").intent
    assert intent is not None
    assert intent.generation == 2


def test_minted_keys_come_back_with_the_row_as_it_was_read(store: Store) -> None:
    row = {
        "text": "x",
        "moment": datetime(2024, 1, 5, 9, 30, tzinfo=UTC),
        "wall": datetime(2024, 1, 5, 9, 30),
        "day": date(2024, 1, 5),
        "clock": time(9, 30),
        "length": timedelta(minutes=1, microseconds=1),
        "amount": Decimal("1.50"),
        "number": 0.1,
        "infinite": float("inf"),
        "yes": True,
        "blank": None,
        "error": CellError("#REF!"),
        "formula": UNCACHED,
        "broken": "\ud83d",
        "list": [1, ("a", 2)],
        "dict": {"$": 1, 2: "x"},
    }
    intent = replace(INTENT, mints=(Mint("CASE-9", 12, row),))
    commit(store, trackers=[TrackerCommit("north", {}, intent)])
    back = store.tracker_head("north").intent
    assert back is not None
    assert back.mints == intent.mints
    assert back.writes == intent.writes


def test_identity_alone_is_remembered_without_a_run(store: Store) -> None:
    head = store.head()
    store.remember_identity("north", "sha-2", {"CASE-1": RowMemory(b"x")})
    state = store.tracker_state("north")
    assert (state.identity, state.generation, state.rows) == ("sha-2", 0, {"CASE-1": RowMemory(b"x")})
    store.confirm(confirmed(1, head))
    store.remember_identity("north", None)
    state = store.tracker_head("north")
    assert (state.identity, state.generation, state.fingerprint) == (None, 1, "print")
    assert store.head() == head


def test_what_a_write_settles_is_released_when_it_is_confirmed(store: Store) -> None:
    intent = replace(INTENT, releases=(("CASE-1", "status", "kept mine"), ("CASE-2", None, "gone")))
    commit(store, held=[conflict(), conflict("CASE-2", None), conflict("CASE-3")])
    commit(store, trackers=[TrackerCommit("north", {}, intent)])
    assert [item.number for item in store.held()] == [1, 2, 3]
    store.confirm(confirmed(1, store.head()))
    assert [item.number for item in store.held()] == [3]


def test_a_write_that_did_not_land_settles_nothing(store: Store) -> None:
    intent = replace(INTENT, releases=(("CASE-1", "status", "kept mine"),))
    commit(store, held=[conflict()], trackers=[TrackerCommit("north", {}, intent)])
    store.abandon_intent("north")
    store.confirm(confirmed(1, store.head()))
    assert len(store.held()) == 1
