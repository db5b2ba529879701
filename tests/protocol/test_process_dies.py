"""A run whose process dies (os._exit) at every numbered point, over real files; the next run recovers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sheetops.model.record import Choose

from .files import FileStory
from .story import TWO, cases

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the child is forked, which this system cannot do"),
]

POINTS = 17
K1, K2, K3, K4 = (f"CASE-{n:04d}" for n in range(1, 5))


def story_with_a_bit_of_everything(folder: Path) -> FileStory:
    """An edit on each side, a new row without a key, a deletion, an edit of the row deleted, a decision."""
    story = FileStory(folder, {"north": cases(6), "south": cases(0)}, TWO)
    story.settle()
    story.type("north", K1, note="ours")
    story.saved()
    story.ws.sync(only=["north"])
    story.loaded()
    story.type("south", K1, note="theirs")
    story.delete("north", K4)
    story.sync()
    story.decide(story.item("south", K1, "note"), Choose.MINE)
    story.type("north", K2, status="closed")
    story.type("south", K3, note="from south")
    story.append("south", [None, "open", None, 7, "new"])
    story.saved()
    return story


def check(story: FileStory) -> None:
    assert story.value(K1, "note") == "theirs"
    assert K4 not in story.records()
    assert story.value("CASE-0007", "note") == "new"
    assert sorted(story.records()) == [K1, K2, K3, "CASE-0005", "CASE-0006", "CASE-0007"]
    for name in ("north", "south"):
        assert story.cell(name, K1, "note") == "theirs"
        assert story.cell(name, K2, "status") == "closed"
        assert story.cell(name, K3, "note") == "from south"
        assert story.cell(name, "CASE-0007", "amount") == 7
    assert story.held() == {}
    assert story.ws.store.verify() == []


def die_at(story: FileStory, point: int) -> bool:
    """Sync in a child that dies at the given point. Return whether it got that far."""
    story.ws.close()
    child = os.fork()
    if child == 0:
        reached = 0

        def die(_: str) -> None:
            nonlocal reached
            reached += 1
            if reached == point:
                os._exit(9)

        story.faults = die  # type: ignore[assignment]
        try:
            story.open().sync()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_process_dies(tmp_path: Path, point: int) -> None:
    story = story_with_a_bit_of_everything(tmp_path)
    assert die_at(story, point)
    story.loaded()
    story.open()
    story.settle()
    check(story)
    story.ws.close()


def test_every_point_was_tried(tmp_path: Path) -> None:
    story = story_with_a_bit_of_everything(tmp_path)
    assert not die_at(story, POINTS + 1), "there are more points than are tried"


@pytest.mark.parametrize("points", [(5, 5), (5, 9), (9, 3), (12, 6), (4, 14)])
def test_process_dies_twice(tmp_path: Path, points: tuple[int, int]) -> None:
    story = story_with_a_bit_of_everything(tmp_path)
    for point in points:
        die_at(story, point)
    story.loaded()
    story.open()
    story.settle()
    check(story)
