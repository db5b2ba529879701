"""A workbook that is open in Excel keeps the contract, plain and with its rows in a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .. import workbooks
from ..contract import ROWS, SpreadsheetContract
from .open_books import OpenBook


class OnScreen(SpreadsheetContract):
    table = False

    @pytest.fixture
    def far(self, tmp_path: Path) -> OpenBook:
        return OpenBook(tmp_path / "Book.xlsx", ROWS, table=self.table)

    def backed_up(self, far: Any, folder: Path) -> list[list[Any]]:
        return workbooks.rows(folder / "Book.R7.xlsx")


class TestLive(OnScreen):
    pass


class TestLiveTable(OnScreen):
    table = True
