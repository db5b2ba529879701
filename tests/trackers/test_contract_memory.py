"""The spreadsheet in memory keeps the contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sheetops.trackers.memory import MemorySpreadsheet

from .contract import ROWS, SpreadsheetContract


class MemoryFar:
    """The rows themselves."""

    def __init__(self) -> None:
        self.spreadsheet = MemorySpreadsheet({"Cases": ROWS})

    def put(self, row: int, column: int, value: Any) -> None:
        rows = self.spreadsheet.tabs["Cases"]
        while len(rows) < row:
            rows.append([None] * 3)
        rows[row - 1][column - 1] = value

    def put_formula(self, row: int, column: int, formula: str, result: Any) -> None:
        self.put(row, column, result)
        self.spreadsheet.formulas["Cases"] = {(row, column): formula}

    def rows(self, tab: str = "Cases") -> list[list[Any]]:
        return self.spreadsheet.tabs[tab]


class TestMemory(SpreadsheetContract):
    @pytest.fixture
    def far(self) -> MemoryFar:
        return MemoryFar()

    def backed_up(self, far: Any, folder: Path) -> list[list[Any]]:
        return far.spreadsheet.backups["R7"]["Cases"]  # type: ignore[no-any-return]
