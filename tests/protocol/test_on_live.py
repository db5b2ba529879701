"""The stories of this folder that a spreadsheet has a part in, told again with workbooks that are open in Excel.

Left out for the time they take: the guards, which look at a plan and not at a spreadsheet, and each kind of decision
in turn (words typed into the tab `sheetops` are here).
"""

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
from .test_undo import *  # noqa: F403

del test_decision, test_decision_survives_a_crash  # noqa: F821

pytestmark = pytest.mark.slow

STAMPS = "takes the stamps of a spreadsheet in memory away; an old workbook is told in trackers/excel_live/test_whole_sync.py"
OTHERWISE = {
    "test_base_lost": STAMPS,
    "test_tracker_restored_from_an_old_backup": STAMPS,
    "test_tracker_copied_over_another": STAMPS,
}


@pytest.fixture(autouse=True)
def _told_here(request: pytest.FixtureRequest) -> None:
    name = request.node.originalname
    typed = getattr(request.node, "callspec", None)
    if typed and typed.params.get("typed") == 45300:
        pytest.skip("Excel shows a number as a date where a date was; which it is nobody can tell")
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
