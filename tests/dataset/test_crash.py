"""The process dies at a numbered point: the dataset is as before or as after, never between."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from sheetops.dataset import Confirm, Store, TrackerCommit, journal
from sheetops.model.errors import RunLocked, StoreError
from sheetops.model.record import Intent, RowMemory

from .stories import CASES, MONDAY, RUN, add, archive, commit, conflict, edit

ROOT = Path(__file__).parents[2]
POINTS = ["before", "mid", "after"]


def child(url: str, body: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in another process that has `url`, the stories and this file's steps at hand."""
    lines = f"""
        import os, sys, time
        sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
        from dataset.stories import *
        from dataset.test_crash import big_commit, confirm
        url = {url!r}
    """
    script = textwrap.dedent(lines) + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )


def dies_at(point: str) -> str:
    return f"lambda at: os._exit(9) if at == {point!r} else None"


def big_commit(store: Store) -> None:
    """One commit that touches everything a commit can touch."""
    commit(
        store,
        edit("CASE-1", "status", "open", "closed"),
        archive("CASE-2"),
        add("CASE-3", order=3),
        held=[conflict("CASE-3", "due")],
        released=[(conflict("CASE-1").place, "same on both sides")],
        trackers=[TrackerCommit("north", {"CASE-3": RowMemory(b"x")}, Intent("north", "run-1", 1, 0))],
    )


def confirm(store: Store) -> None:
    store.confirm(Confirm("north", 1, store.head(), "sha", "print", (), {"CASE-3": None}, MONDAY))


def everything(store: Store) -> tuple[Any, ...]:
    return (
        store.records("cases"),
        store.entries(),
        store.held(),
        store.tracker_state("north"),
        [(run.id, run.first_seq, run.last_seq) for run in store.runs()],
    )


@pytest.fixture
def at_work(store: Store) -> Store:
    commit(store, add("CASE-1", status="open"), add("CASE-2"), held=[conflict("CASE-1")])
    return store


@pytest.mark.parametrize("point", POINTS)
def test_a_commit_is_whole_or_not_there(at_work: Store, url: str, point: str) -> None:
    before = everything(at_work)
    died = child(url, f"with Store.open(url, CASES, fault={dies_at(f'commit:{point}')}) as s: big_commit(s)")
    assert died.returncode == 9, died.stderr
    after = everything(at_work)
    if point == "after":
        assert after[0].keys() == {"CASE-1", "CASE-2", "CASE-3"}
        assert after[3].intent is not None
    else:
        assert after == before
        big_commit(at_work)
    assert at_work.verify() == []


@pytest.mark.parametrize("point", POINTS)
def test_a_confirm_is_whole_or_not_there(at_work: Store, url: str, point: str) -> None:
    big_commit(at_work)
    before = everything(at_work)
    died = child(url, f"with Store.open(url, CASES, fault={dies_at(f'confirm:{point}')}) as s: confirm(s)")
    assert died.returncode == 9, died.stderr
    assert (everything(at_work) == before) is (point != "after")
    confirm(at_work)
    state = at_work.tracker_state("north")
    assert (state.generation, state.intent, state.rows) == (1, None, {})


@pytest.mark.parametrize("point", POINTS)
def test_an_error_at_the_same_points_does_the_same(url: str, point: str) -> None:
    def fault(at: str) -> None:
        if at == f"commit:{point}" and armed:
            raise KeyboardInterrupt

    armed = False
    with Store.open(url, CASES, create=True, fault=fault) as store:
        store.apply_schema(RUN)
        commit(store, add("CASE-1", status="open"), add("CASE-2"))
        before, armed = everything(store), True
        with pytest.raises(KeyboardInterrupt):
            big_commit(store)
        assert (everything(store) == before) is (point != "after")
        assert store.verify() == []


def test_the_lock_of_a_run_that_died_is_free(store: Store, url: str) -> None:
    died = child(
        url,
        """
        store = Store.open(url, CASES)
        store.lock("Bo").__enter__()
        os._exit(9)
        """,
    )
    assert died.returncode == 9, died.stderr
    with store.lock("Ada"):
        pass


def test_another_process_is_told_who_is_at_work(store: Store, url: str) -> None:
    with store.lock("Ada: sync"):
        refused = child(
            url,
            """
            from sheetops.model.errors import RunLocked
            try:
                with Store.open(url, CASES) as s, s.lock("Bo"): print("both")
            except RunLocked as error:
                print(error)
            """,
        )
    assert "Ada: sync since" in refused.stdout


def test_two_writers_at_once_lose_nothing(store: Store, url: str) -> None:
    """Twenty commits each from two processes that do not take the lock: one goes first, the other re-plans."""
    body = """
        from sheetops.model.errors import PlanStale
        with Store.open(url, CASES) as s:
            done = 0
            while done < 20:
                try:
                    commit(s, add(f"{name}-{done}"))
                    done += 1
                except PlanStale:
                    pass
        """
    script = "import sys\n" + textwrap.dedent(body)
    with subprocess.Popen(
        [sys.executable, "-c", _program(url, "A", script)], stderr=subprocess.PIPE, text=True
    ) as other:
        done = subprocess.run([sys.executable, "-c", _program(url, "B", script)], check=False, timeout=60)
        assert other.wait(60) == 0, other.stderr and other.stderr.read()
    assert done.returncode == 0
    assert len(store.keys("cases")) == 40
    assert store.verify() == []


def _program(url: str, name: str, script: str) -> str:
    paths = [str(ROOT), str(ROOT / "tests")]
    return f"import sys; sys.path[:0] = {paths!r}\nfrom dataset.stories import *\nurl, name = {url!r}, {name!r}\n{script}"


def test_two_processes_may_create_the_dataset_at_once(url: str) -> None:
    script = "with Store.open(url, CASES, create=True, workspace_id=name) as s: print(s.workspace_id)"
    command = [sys.executable, "-c"]
    started = [
        subprocess.Popen([*command, _program(url, name, script)], stdout=subprocess.PIPE, text=True)
        for name in "ABC"
    ]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert said[0] in ("A\n", "B\n", "C\n")
    assert len(set(said)) == 1


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/sheetops.db", CASES, create=True) as store:
        store.apply_schema(RUN)
        commit(store, add("CASE-1"))
        before = everything(store)
        with store._db.engine.connect() as conn:
            # SQLite says "database or disk is full" for a file that may not grow, too.
            conn.exec_driver_sql("PRAGMA max_page_count = 60")
        with pytest.raises(StoreError, match="full"):
            commit(store, *[add(f"CASE-{n}", status="x" * 500) for n in range(2, 2000)])
        assert everything(store) == before
        assert store.verify() == []


def test_a_reader_sees_one_moment_while_another_writes(store: Store) -> None:
    commit(store, add("CASE-1", status="open"))
    with store._db.read() as conn:
        assert journal.head(conn) == 2
        commit(store, add("CASE-2"))
        assert journal.head(conn) == 2
    assert store.head() == 3


def test_running_out_of_patience_is_said_as_busy(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetops.dataset.database.BUSY_SECONDS", 1)
    busy = pytest.raises(RunLocked, match="Another program is writing")
    with Store.open(url, CASES) as impatient, store._db.write(), busy:
        commit(impatient, add("CASE-1"))
