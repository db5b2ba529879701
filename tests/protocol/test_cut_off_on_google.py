"""A process dies after its write to a Google Sheet and before the repair, while somebody sorts: nothing is taken for an edit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.model.record import Choose
from sheetops.sandbox import Sandbox

from .sheets import GoogleStory
from .story import TWO, Crash, cases

K1, K2, K6 = "CASE-0001", "CASE-0002", "CASE-0006"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[GoogleStory]:
    """North edits CASE-0001 and CASE-0002; south is sorted upside down just before the write, and the run dies after it."""
    with Sandbox(seed=2) as box:
        here = type("Here", (GoogleStory,), {"box": box})
        story = here(tmp_path, {"north": cases(6), "south": cases(0)}, TWO)
        story.settle()
        story.type("north", K1, note="new one", status="closed")
        story.type("north", K2, due=None)
        story.saved()
        ana = box.person(story.books["south"].id)
        box.before_next_write(lambda: box.before_next_write(lambda: ana.sort("Cases!A2:F7", descending=True)))
        story.books["south"].fault = _die
        with pytest.raises(Crash):
            story.ws.sync()
        story.books["south"].fault = story.faults
        story.open()
        yield story
        story.ws.close()


def _die(point: str) -> None:
    if point == "write:landed":
        raise Crash(point)


def test_what_went_to_a_wrong_row_is_held_and_nothing_is_taken(story: GoogleStory) -> None:
    before = story.records()
    assert story.cell("south", K6, "note") == "new one", "the write went to the row's old place"
    story.sync()
    assert story.records() == before
    held = {place[1:]: kind for place, kind in story.held().items()}
    assert held[K6, "note"] == held[K1, "note"] == "misplaced"
    assert held[K1, "status"] == held[K6, "status"] == "misplaced"
    assert story.idle()


def test_a_word_for_each_puts_all_right(story: GoogleStory) -> None:
    story.sync()
    for item in story.ws.held():
        story.decide(item, Choose.DATASET)
    story.settle()
    assert story.held() == {}
    assert (story.cell("south", K1, "note"), story.cell("south", K6, "note")) == ("new one", "note 6")
    assert story.cell("south", K1, "status") == "closed"
    assert story.cell("south", K2, "due") is None
    by_key = sorted((row[0], row[1], row[4]) for row in story.rows("south"))
    assert by_key == sorted((row[0], row[1], row[4]) for row in story.rows("north"))
