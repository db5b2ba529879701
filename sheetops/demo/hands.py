"""What people at any spreadsheet do in the demo, and how it is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime
from typing import Any

DECISION_HEADERS = ("No.", "Your decision", "Use this")
"""Headers of the tab `sheetops` that a person looks for."""


class Hands(ABC):
    """Somebody who edits one tab of one spreadsheet, finding rows by what they say. `did` says what they did."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.did: list[str] = []

    @abstractmethod
    def type(self, key: str, header: str, value: Any, why: str = "") -> None:
        """Type a value into the row of a key."""

    @abstractmethod
    def sort(self, header: str, why: str = "") -> None:
        """Sort the rows by a column: values move, blanks come last."""

    @abstractmethod
    def decide(self, number: int, choice: str, use: str | None = None) -> None:
        """Choose from the drop-down of a held item in the tab `sheetops`."""

    def _typed(self, address: str, key: str, header: str, old: Any, new: Any, why: str) -> None:
        self._say(f"{address:<5} {key} {header}: {shown(old)} -> {shown(new)}", why)

    def _sorted(self, header: str, moved: int, rows: int, why: str) -> None:
        self._say(f"sorted by {header}: {moved:,} of {rows:,} rows moved", why)

    def _decided(self, number: int, choice: str, use: str | None) -> None:
        self._say(f"tab 'sheetops', item {number}: {choice}{f' {use}' if use else ''}", "")

    def _say(self, what: str, why: str) -> None:
        self.did.append(f"{what}   <- {why}" if why else what)


def shown(value: Any) -> str:
    """Return a value as the demo tells it."""
    if value is None or value == "":
        return "(blank)"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    said = str(value)
    return said if len(said) <= 44 else said[:43] + "…"
