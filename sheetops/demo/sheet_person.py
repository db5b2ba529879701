"""Somebody at a Google sheet: types into its page, where each letter is saved at once, and sorts while others are at work."""

from __future__ import annotations

from typing import Any

from ..model.sheet import HELD_TAB, a1
from ..sandbox import Sandbox
from .google_sheet import address_of
from .hands import DECISION_HEADERS, Hands


class SheetPerson(Hands):
    """Edits one tab of a spreadsheet on a sandbox as a person in a browser would. The header is in row 1."""

    def __init__(self, name: str, box: Sandbox, spreadsheet: str, tab: str) -> None:
        super().__init__(name)
        self.tab = tab
        self._hand = box.person(spreadsheet, address_of(name))

    def _rows(self, tab: str) -> list[list[Any]]:
        rows = self._hand.see(f"'{tab}'")
        width = max(map(len, rows))
        return [row + [""] * (width - len(row)) for row in rows]

    def type(self, key: str, header: str, value: Any, why: str = "") -> None:
        rows = self._rows(self.tab)
        number = _row_of(rows, key)
        place = rows[0].index(header)
        old = rows[number - 1][place]
        address = a1(number, place + 1)
        self._hand.type(f"'{self.tab}'!{address}", str(value))
        self._typed(address, key, header, old, value, why)

    def sort(self, header: str, why: str = "") -> None:
        before = self._rows(self.tab)
        last, place = a1(len(before), len(before[0])), before[0].index(header)
        self._hand.sort(f"'{self.tab}'!A2:{last}", place + 1)
        moved = sum(old != new for old, new in zip(before, self._rows(self.tab), strict=True))
        self._sorted(header, moved, len(before) - 1, why)

    def decide(self, number: int, choice: str, use: str | None = None) -> None:
        rows = self._rows(HELD_TAB)
        top = next(row for row in rows if row[0] == DECISION_HEADERS[0])
        item = _row_of(rows, str(number))
        for header, value in zip(DECISION_HEADERS[1:], (choice, use), strict=True):
            if value is not None:
                self._hand.type(f"'{HELD_TAB}'!{a1(item, top.index(header) + 1)}", value)
        self._decided(number, choice, use)


def _row_of(rows: list[list[Any]], key: str) -> int:
    """Return the number of the row that begins with this key."""
    return 1 + next(n for n, row in enumerate(rows) if row[0] == key)
