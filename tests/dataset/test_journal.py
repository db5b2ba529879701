"""The journal: what is asked of it, and what happens when somebody tampers with it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine

from sheetops.dataset import Commit, Store
from sheetops.model.errors import ClockWentBack, PlanStale
from sheetops.model.record import Op

from .stories import CASES, FULL, MONDAY, NORTH, RUN, add, archive, commit, edit, later, restore


@pytest.fixture
def history(store: Store) -> Store:
    """Two cases; one is worked on in a second run, archived and brought back."""
    commit(store, add("CASE-1", **{k: v for k, v in FULL.items() if k != "id"}), add("CASE-2"))
    second = later("run-2")
    commit(store, edit("CASE-1", "status", "open", "closed"), edit("CASE-1", "order", 7, 8), run=second)
    commit(store, archive("CASE-1"), restore("CASE-1"), run=second)
    return store


def test_entries_come_in_order_without_gaps(history: Store) -> None:
    assert [e.seq for e in history.entries()] == list(range(1, 8))
    assert history.head() == 7


def test_an_entry_says_who_changed_what_from_what_where_and_when(history: Store) -> None:
    entry = history.entries(key="CASE-1", field="order")[1]
    assert (entry.op, entry.old, entry.new, entry.source) == (Op.SET, 7, 8, NORTH)
    assert (entry.run, entry.recorded_at) == ("run-2", later("run-2").started)


def test_a_new_record_is_one_entry_with_its_values(history: Store) -> None:
    first = history.entries(key="CASE-1")[0]
    assert first.new == FULL
    assert first.old is None


@pytest.mark.parametrize(
    ("asked", "seqs"),
    [
        ({"key": "CASE-1"}, [2, 4, 5, 6, 7]),
        ({"key": "CASE-1", "field": "status"}, [2, 4, 6, 7]),
        ({"run": "run-2"}, [4, 5, 6, 7]),
        ({"after": 5}, [6, 7]),
        ({"keys": ["CASE-1", "CASE-2"], "table": "cases", "after": 2}, [3, 4, 5, 6, 7]),
        ({"keys": []}, []),
        ({"keys": ["CASE-2"], "key": "CASE-1"}, []),
        ({"table": "feedback"}, []),
    ],
)
def test_entries_may_be_narrowed(history: Store, asked: dict[str, Any], seqs: list[int]) -> None:
    assert [e.seq for e in history.entries(**asked)] == seqs


def test_runs_know_their_part_of_the_journal(history: Store) -> None:
    newest, first = history.runs()
    assert (first.id, first.first_seq, first.last_seq) == ("run-1", 1, 3)
    assert (newest.id, newest.first_seq, newest.last_seq) == ("run-2", 4, 7)


def test_a_plan_made_on_another_head_is_stale(history: Store) -> None:
    with pytest.raises(PlanStale, match="entry 7, not 6"):
        history.commit(Commit(later("run-3"), 6, [add("CASE-3")]))


def test_a_clock_behind_the_journal_is_noticed(history: Store) -> None:
    with pytest.raises(ClockWentBack, match=r"09:00:00 UTC.*09:05:00 UTC"):
        commit(history, add("CASE-3"), run=RUN)
    assert history.last_recorded() == later("run-2").started


def test_a_new_dataset_has_no_history(url: str) -> None:
    with Store.open(url, CASES, create=True) as store:
        assert (store.head(), store.last_recorded(), store.entries(), store.runs()) == (0, None, [], [])
        assert store.verify() == []


def test_effective_time_is_kept(store: Store) -> None:
    commit(store, replace(add("CASE-1"), effective_at=MONDAY))
    assert store.entries()[-1].effective_at == MONDAY


def test_a_sound_dataset_has_no_problems(history: Store) -> None:
    assert history.verify() == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE sheetops_journal SET new_value = '9' WHERE seq = 5", "Entry 5 .*CASE-1.* was altered"),
        ("UPDATE sheetops_journal SET who = 'Eve' WHERE seq = 2", "Entry 2 .* was altered"),
        ("DELETE FROM sheetops_journal WHERE seq = 4", "jumps from entry 3 to entry 5"),
        (
            "UPDATE cases SET status = 'open' WHERE id = 'CASE-1'",
            "cases CASE-1 .* status is 'open', not 'closed'",
        ),
        ("DELETE FROM cases WHERE id = 'CASE-2'", "cases CASE-2 is in the journal but not in the table"),
        ("INSERT INTO cases (id) VALUES ('CASE-7')", "cases CASE-7 is in the table but not in the journal"),
    ],
)
def test_tampering_is_found_and_named(history: Store, url: str, tampering: str, found: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        conn.exec_driver_sql(tampering)
    engine.dispose()
    problems = history.verify()
    assert len(problems) == 1
    assert re.search(found, problems[0])
