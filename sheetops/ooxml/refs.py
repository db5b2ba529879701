"""A1 references: 'D17' and 'B2:D9' as numbers, counted from 1.

ECMA-376 part 1, 18.18.62 (ST_Ref) and 18.18.7 (ST_CellRef).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})\Z")
_ROW = re.compile(r"\$?([0-9]{1,7})\Z")


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """Return 1 for 'A', 28 for 'AB'."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=20_000)
def column_letters(number: int) -> str:
    """Return 'A' for 1, 'AB' for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Return 'D17' for (17, 4)."""
    return f"{column_letters(column)}{row}"


def parse_cell(ref: str) -> tuple[int, int]:
    """Return (row, column) of 'D17' or '$D$17'. Raise ValueError when it is no cell of a worksheet."""
    match = _CELL.match(ref)
    if match is None:
        raise ValueError(f"{ref!r} is not a cell reference like D17")
    row, column = int(match[2]), column_number(match[1])
    check_cell(row, column)
    return row, column


def check_cell(row: int, column: int) -> None:
    """Raise ValueError when (row, column) lies outside a worksheet."""
    if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
        raise ValueError(f"row {row}, column {column} is outside a worksheet ({MAX_ROW} x {MAX_COLUMN})")


class Range(NamedTuple):
    """A rectangle of cells, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @classmethod
    def parse(cls, ref: str) -> Range:
        """Read 'B2', 'B2:D9', 'B:D' or '2:9'. Raise ValueError otherwise."""
        first, _, last = ref.partition(":")
        top, left = _corner(first, lowest=True)
        bottom, right = _corner(last or first, lowest=False)
        return cls(min(top, bottom), min(left, right), max(top, bottom), max(left, right))

    def contains(self, row: int, column: int) -> bool:
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column

    def overlaps(self, other: Range) -> bool:
        rows = self.first_row <= other.last_row and other.first_row <= self.last_row
        return rows and self.first_column <= other.last_column and other.first_column <= self.last_column

    @property
    def single(self) -> bool:
        return self.first_row == self.last_row and self.first_column == self.last_column

    def __str__(self) -> str:
        first = cell_name(self.first_row, self.first_column)
        return first if self.single else f"{first}:{cell_name(self.last_row, self.last_column)}"


def _corner(ref: str, *, lowest: bool) -> tuple[int, int]:
    if match := _CELL.match(ref):
        return int(match[2]), column_number(match[1])
    if match := _COLUMN.match(ref):
        return (1 if lowest else MAX_ROW), column_number(match[1])
    if match := _ROW.match(ref):
        return int(match[1]), (1 if lowest else MAX_COLUMN)
    raise ValueError(f"{ref!r} is not a reference like B2, B:D or 2:9")


def parse_ranges(refs: str) -> list[Range]:
    """Read a list of references separated by spaces (ST_Sqref), leaving out what is none."""
    ranges = []
    for ref in refs.split():
        try:
            ranges.append(Range.parse(ref))
        except ValueError:
            continue
    return ranges
