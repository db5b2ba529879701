"""Somebody at a spreadsheet: opens a workbook, finds rows by what they say, types, pastes, sorts, saves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import ooxml
from ..model.sheet import HELD_TAB
from .hands import DECISION_HEADERS, Hands, shown


class Person(Hands):
    """Edits one tab of a workbook as a person in Excel would, and nothing else of it."""

    def __init__(self, name: str, path: Path, tab: str, at: datetime) -> None:
        super().__init__(name)
        self.path, self.tab, self.at = path, tab, at

    def __enter__(self) -> Person:
        self._book = ooxml.Workbook.open(self.path)
        self._sheet = self._book[self.tab]
        self._read()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._sign()
            self._book.save()
        self._book.close()

    def _sign(self) -> None:
        """Note who saved the workbook and when, as Excel does (ECMA-376 part 2, 11)."""
        package = self._book.package
        part = package.related("", "core-properties")[0].target
        said = package.read(part).decode()
        said = re.sub(r"(<cp:lastModifiedBy)(?:/>|>[^<]*<)", rf"\1>{self.name}<", said)
        moment = f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        said = re.sub(r"(<dcterms:modified[^>]*>)[^<]*<", rf"\g<1>{moment}<", said)
        package.write(part, said.encode())

    def _read(self) -> None:
        grid = self._sheet.grid()
        self._area = self._sheet.tables()[0].ref
        top, first = self._area.first_row, self._area.first_column
        width = self._area.last_column - first + 1
        rows = [grid.rows[number - grid.first_row] for number in range(top, self._area.last_row + 1)]
        shown = [
            [None if cell == "" else cell for cell in row[first - 1 : first - 1 + width]] for row in rows
        ]
        self._headers = [str(header) for header in shown[0]]
        self._rows = [row + [None] * (width - len(row)) for row in shown[1:]]

    def cell(self, key: str, header: str) -> Any:
        """Return what the row of a key shows under a header."""
        return self._rows[self._index(key)][self._headers.index(header)]

    def type(self, key: str, header: str, value: Any, why: str = "") -> None:
        """Type a value into the row of a key."""
        index, place = self._index(key), self._headers.index(header)
        old = self._rows[index][place]
        address = self._set(index, place, value)
        self._typed(address, key, header, old, value, why)

    def paste_copy(self, key: str, why: str = "") -> None:
        """Copy the row of a key and paste it below the last row."""
        number = self._append(list(self._rows[self._index(key)]))
        self._say(f"row {number}: a copy of {key}, pasted", why)

    def add(self, values: Mapping[str, Any], why: str = "") -> None:
        """Type a new row below the last one, with nothing under the headers that are not named."""
        number = self._append([values.get(header) for header in self._headers])
        said = ", ".join(shown(value) for value in list(values.values())[:3])
        self._say(f"row {number}: a new row ({said} ...)", why)

    def sort(self, header: str, why: str = "") -> None:
        """Sort the rows by a column as Excel does: values move, blanks come last."""
        place = self._headers.index(header)
        before = self._rows
        self._rows = sorted(before, key=lambda row: (row[place] is None, str(row[place])))
        moved = sum(old is not new for old, new in zip(before, self._rows, strict=True))
        for index, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            for column, value in enumerate(new):
                if value != old[column]:
                    self._set(index, column, value, remember=False)
        self._sorted(header, moved, len(before), why)

    def decide(self, number: int, choice: str, use: str | None = None) -> None:
        """Choose from the drop-down of a held item in the tab `sheetops`."""
        tab = self._book[HELD_TAB]
        grid = tab.grid()
        top = next(n for n, row in enumerate(grid.rows) if row and row[0] == DECISION_HEADERS[0])
        item = next(n for n, row in enumerate(grid.rows) if n > top and row and row[0] == number)
        for header, value in zip(DECISION_HEADERS[1:], (choice, use), strict=True):
            if value is not None:
                tab.set_cell(item + grid.first_row, grid.rows[top].index(header) + 1, value)
        self._decided(number, choice, use)

    def _index(self, key: str) -> int:
        return next(n for n, row in enumerate(self._rows) if row[0] == key)

    def _set(self, index: int, place: int, value: Any, *, remember: bool = True) -> str:
        row, column = self._area.first_row + 1 + index, self._area.first_column + place
        self._sheet.set_cell(row, column, value)
        if remember:
            self._rows[index][place] = value
        return ooxml.cell_name(row, column)

    def _append(self, row: list[Any]) -> int:
        columns = range(self._area.first_column, self._area.last_column + 1)
        last = self._area.first_row + len(self._rows)
        self._rows.append(row)
        return self._sheet.append_rows([row], after_row=last, columns=columns)[0]
