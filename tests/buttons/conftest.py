"""A desk with a workbook, a token that may do everything, and the service at work on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.buttons.serving.line import Line

from . import serving


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return serving.workspace(tmp_path / "desk")


@pytest.fixture
def text(desk: Path) -> str:
    return serving.token(desk)


@pytest.fixture
def url(desk: Path, text: str) -> Iterator[str]:
    with serving.served(desk, line=Line(gather=0.0)) as server:
        yield server.url
