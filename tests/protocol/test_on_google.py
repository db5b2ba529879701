"""Every story of this folder again, with Google spreadsheets in place of those in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheetops.model.sheet import CellError, Uncached
from sheetops.sandbox import Sandbox

from .conftest import telling
from .sheets import GoogleStory
from .story import Story, cases
from .test_case_table import *  # noqa: F403
from .test_decisions import *  # noqa: F403
from .test_guards import *  # noqa: F403
from .test_undo import *  # noqa: F403

pytestmark = pytest.mark.slow

OTHERWISE = {
    "test_base_lost": "takes the stamps of a spreadsheet in memory away; told for Google in test_stories.py",
    "test_tracker_restored_from_an_old_backup": "the same",
    "test_tracker_copied_over_another": "the same",
    "test_a_person_who_never_stops_typing_is_left_out_and_loses_nothing": "nobody is left out on Google",
    "test_tracker_that_is_busy_is_left_out_and_the_rest_goes_on": "an online spreadsheet is never busy",
}


@pytest.fixture(autouse=True)
def _told_here(request: pytest.FixtureRequest) -> None:
    name = request.node.originalname
    typed = getattr(request.node, "callspec", None)
    if name == "test_key_that_cannot_be_read" or (
        typed and isinstance(typed.params.get("typed"), (CellError, Uncached))
    ):
        pytest.skip(
            "nobody types an error value into Google; formulas that come to one are in test_stories.py"
        )
    if name in OTHERWISE:
        pytest.skip(OTHERWISE[name])
    if "stamp" in request.node.name:
        pytest.skip("takes the stamps of a spreadsheet in memory away; told for Google in test_stories.py")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(seed=5) as box:
        yield box


@pytest.fixture
def tell(tmp_path: Path, box: Sandbox) -> Iterator[Callable[..., Story]]:
    """Begin a story on the sandbox."""
    yield from telling(tmp_path, type("Here", (GoogleStory,), {"box": box}))


@pytest.fixture
def story(tell: Callable[..., Story]) -> Story:
    """Twelve cases that north brought in, and that south shows too. Everything agrees."""
    return tell(north=cases())
