"""A team's dataset on a PostgreSQL server: the same runs, the same holds, the same undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.model.errors import RunLocked
from sheetops.model.record import Choose

from ..dataset.postgres import running_server
from . import test_columns
from .story import TWO, Crash, Story, cases
from .test_columns import SHOWN, Computed

K1, K2, K3 = "CASE-0001", "CASE-0002", "CASE-0003"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a running PostgreSQL server; skips, saying how to enable it, without one."""
    with running_server() as url:
        yield url


@pytest.fixture
def story(server: str, tmp_path: Path) -> Story:
    """Two trackers that agree with a dataset on the server."""
    text = TWO.replace('name = "story"', f'name = "story"\ndatabase = "{server}"')
    story = Story(tmp_path, {"north": cases(), "south": cases()}, text)
    _empty(story)
    story.settle()
    return story


def _empty(story: Story) -> None:
    """Give every test a dataset of its own: the server is kept, what was in it is not."""
    from sqlalchemy import create_engine

    url = story.config.database_url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url)
    with engine.begin() as conn:
        conn.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()


def test_edits_go_both_ways_and_a_conflict_is_held(story: Story) -> None:
    story.type("north", K1, status="closed", note="from north")
    story.type("south", K1, status="waiting", amount=7.5)
    story.type("south", K2, due="31/02/2026")
    done = story.ws.sync()
    assert done.exit_code == 3
    assert story.cell("south", K1, "note") == "from north"
    assert story.cell("north", K1, "amount") == 7.5
    assert {(i.tracker, i.key, i.field) for i in story.ws.held()} == {
        ("north", K1, "status"),
        ("south", K1, "status"),
        ("south", K2, "due"),
    }
    assert story.ws.sync().run is None


def test_a_decision_and_an_undo(story: Story) -> None:
    story.type("north", K1, status="closed")
    story.type("south", K1, status="waiting")
    edited = story.ws.sync()
    north = next(i for i in story.ws.held() if i.tracker == "north")
    story.ws.resolve(north.number, Choose.MINE)
    resolved = story.ws.sync()
    assert story.ws.table("cases")[K1]["status"] == "closed"
    assert edited.id is not None
    assert resolved.id is not None
    story.ws.undo(resolved.id)
    assert story.ws.table("cases")[K1]["status"] == "open"
    assert story.ws.store.verify() == []


def test_a_run_that_was_cut_off_is_made_good(story: Story) -> None:
    story.type("north", K3, note="typed once")
    story.faults.at = "sync:committed"
    with pytest.raises(Crash):
        story.ws.sync()
    story.faults.at = None
    story.open()
    story.settle()
    assert story.cell("south", K3, "note") == "typed once"
    assert story.ws.held() == []
    assert story.ws.store.verify() == []


def test_two_runs_at_once(story: Story) -> None:
    with story.ws.store.lock("the other run"), pytest.raises(RunLocked, match="the other run"):
        Story.open(story).sync()


def test_computed_columns_follow_an_edit_and_the_time(server: str, tmp_path: Path) -> None:
    rows = cases(3)
    rows[0] = list(SHOWN)
    text = test_columns.TEXT.replace('name = "story"', f'name = "story"\ndatabase = "{server}"')
    story = Computed(tmp_path, {"north": rows, "south": [list(SHOWN)]}, text)
    _empty(story)
    story.settle()
    story.type("south", K1, amount=50)
    story.settle()
    assert story.cell("north", K1, "double") == story.value(K1, "double") == 100
    story.time += dt.timedelta(days=2)
    story.settle()
    assert story.cell("south", K2, "age") == 2
    assert story.ws.store.verify() == []
