"""Every story of this folder again, with workbooks that are open in Excel in place of those in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheetops.model.sheet import Uncached

from .conftest import telling
from .open_books import LiveStory
from .story import Story, cases
from .test_case_table import *  # noqa: F403
from .test_decisions import *  # noqa: F403
from .test_guards import *  # noqa: F403
from .test_undo import *  # noqa: F403

pytestmark = pytest.mark.slow

STAMPS = "takes the stamps of a spreadsheet in memory away; told for open workbooks in test_stories_live.py"
OTHERWISE = {
    "test_base_lost": STAMPS,
    "test_tracker_restored_from_an_old_backup": STAMPS,
    "test_tracker_copied_over_another": STAMPS,
    "test_tracker_that_is_busy_is_left_out_and_the_rest_goes_on": "told for open workbooks in test_busy.py",
}


@pytest.fixture(autouse=True)
def _told_here(request: pytest.FixtureRequest) -> None:
    name = request.node.originalname
    typed = getattr(request.node, "callspec", None)
    if typed and isinstance(typed.params.get("typed"), Uncached):
        pytest.skip("Excel calculates every formula of an open workbook")
    if name in OTHERWISE:
        pytest.skip(OTHERWISE[name])
    if "stamp" in request.node.name:
        pytest.skip(STAMPS)


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Callable[..., Story]]:
    """Begin a story in Excel."""
    yield from telling(tmp_path, LiveStory)


@pytest.fixture
def story(tell: Callable[..., Story]) -> Story:
    """Twelve cases that north brought in, and that south shows too. Everything agrees."""
    return tell(north=cases())
