"""Runs: one row for each that committed something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetops.dataset import Store
from sheetops.model.errors import UnknownName

from .stories import RUN, add, commit, later


def test_a_run_is_known_from_its_first_commit_to_its_end(store: Store) -> None:
    second = replace(later("run-2"), verb="undo", undoes="run-1", who="Bo")
    commit(store, add("CASE-1"), run=second)
    assert store.run("run-2") == replace(second, first_seq=2, last_seq=2)
    ended = later("", 6).started
    store.end_run("run-2", ended, "done", {"added": 1})
    assert store.run("run-2") == replace(
        second, first_seq=2, last_seq=2, ended=ended, outcome="done", counts={"added": 1}
    )


def test_runs_come_newest_first(store: Store) -> None:
    for number in range(2, 6):
        commit(store, run=later(f"run-{number}"))
    assert [run.id for run in store.runs(3)] == ["run-5", "run-4", "run-3"]


def test_an_unknown_run_is_answered_with_the_nearest(store: Store) -> None:
    with pytest.raises(UnknownName, match="'run-1'"):
        store.run("rum-1")


def test_a_run_that_committed_nothing_is_not_kept(store: Store) -> None:
    store.end_run("run-9", RUN.started, "nothing to do", {})
    assert [run.id for run in store.runs()] == ["run-1"]
