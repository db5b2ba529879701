"""What all tests share: Hypothesis without deadlines (machines differ), and the place of the shared vectors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("sheetops", deadline=None)
settings.load_profile("sheetops")

SHARED = Path(os.environ.get("SHEETOPS_SHARED", Path(__file__).parents[2] / "shared"))
"""Independent answers and real data that are too large, or not ours, to be part of the repository."""


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Any]:
    """Read a JSON file of independent answers; skip the test where there is none."""

    def read(name: str) -> Any:
        path = SHARED / "vectors" / name
        if not path.is_file():
            pytest.skip(f"{path} is not there; set SHEETOPS_SHARED to the folder that has the vectors")
        return json.loads(path.read_text(encoding="utf-8"))

    return read
