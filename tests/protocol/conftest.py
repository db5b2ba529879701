"""Where the stories of this folder begin: two trackers that agree, north with `delete = true`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .story import TWO, Rows, Story, cases


def telling(tmp_path: Path, kind: type[Story] = Story) -> Iterator[Callable[..., Story]]:
    """Give what begins a story of this kind: a config, and the rows of every spreadsheet that does not start empty."""
    told: list[Story] = []

    def begin(text: str = TWO, *, settle: bool = True, **sheets: Rows) -> Story:
        names = [
            line[10:-1]
            for line in text.splitlines()
            if line.startswith("[trackers.") and "." not in line[10:]
        ]
        rows = {name: sheets.get(name, cases(0)) for name in names}
        story = kind(tmp_path / str(len(told)), rows, text)
        told.append(story)
        if settle:
            story.settle()
        return story

    yield begin
    for story in told:
        story.ws.close()


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Callable[..., Story]]:
    """Begin a story in memory."""
    yield from telling(tmp_path)


@pytest.fixture
def story(tell: Callable[..., Story]) -> Story:
    """Twelve cases that north brought in, and that south shows too. Everything agrees."""
    return tell(north=cases())
