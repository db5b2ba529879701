"""What the cells of one column are evidence for: which readings fit, and which cells do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from ..model.celltext import tidy
from ..model.schema import Field
from ..model.sheet import UNCACHED, CellError, a1
from ..model.values import Invalid, Reading, parse_value
from .headers import Header

ENOUGH = 0.95
"""A type is proposed when at least this share of a column's cells reads as it."""

_SAMPLE = 500
_NAMED = 4
"""How many of the cells that do not fit are named in a comment."""


@dataclass(frozen=True)
class ColumnCells:
    """A column of the table: its non-blank cells as (row, raw), and how many rows the table has."""

    header: Header
    cells: Sequence[tuple[int, Any]]
    rows: int
    formats: Sequence[str] = ()
    formulas: int = 0

    @cached_property
    def counts(self) -> Mapping[tuple[type, Any], int]:
        """(type, value) -> how often. 1, 1.0 and True are different cells, so the type counts too."""
        return Counter((type(raw), raw) for _, raw in self.cells)

    @cached_property
    def texts(self) -> Mapping[str, int]:
        """The texts of the column, tidied -> how often."""
        found: Counter[str] = Counter()
        for (kind, raw), times in self.counts.items():
            if kind is str:
                found[tidy(raw)] += times
        return found

    @property
    def blanks(self) -> int:
        """How many rows have nothing in this column."""
        return self.rows - len(self.cells)

    def share(self, *kinds: type) -> float:
        """Return which share of the non-blank cells is of one of these Python types."""
        found = sum(times for (kind, _), times in self.counts.items() if issubclass(kind, kinds))
        return found / len(self.cells) if self.cells else 0.0

    def address(self, row: int) -> str:
        """Return the address of the column's cell in a row."""
        return a1(row, self.header.column)


@dataclass(frozen=True)
class Fit:
    """How a column reads as a field: the cells that do (`good`) and those that do not, first ones named."""

    good: int
    bad: int
    named: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether nearly all cells fit, and at least one does."""
        return self.good > 0 and self.good >= ENOUGH * (self.good + self.bad)

    @property
    def remark(self) -> str:
        """The cells that do not fit, in words: "4 of 210 do not fit: D17 'tbc' ..."; "" when all do."""
        if not self.bad:
            return ""
        more = " ..." if self.bad > len(self.named) else ""
        return f"{self.bad:,} of {self.good + self.bad:,} do not fit: {', '.join(self.named)}{more}"


def fit(column: ColumnCells, reads: Callable[[Any], bool]) -> Fit:
    """Return how the column reads under a test of a raw cell. Equal cells are tested once.

    A hopeless test is given up after a sample, so that a long column costs each type little.
    """
    verdicts: dict[tuple[type, Any], bool] = {}
    for place, kind_and_raw in enumerate(column.counts):
        verdicts[kind_and_raw] = reads(kind_and_raw[1])
        if place == _SAMPLE and sum(verdicts.values()) < 0.5 * _SAMPLE:
            return Fit(0, len(column.cells), ())
    bad = [(row, raw) for row, raw in column.cells if not verdicts[type(raw), raw]]
    named = tuple(f"{column.address(row)} {show_raw(raw)}" for row, raw in bad[:_NAMED])
    return Fit(len(column.cells) - len(bad), len(bad), named)


def fits_field(column: ColumnCells, field: Field, reading: Reading) -> Fit:
    """Return how the column reads as a field, by the parser that runs will use."""
    return fit(column, lambda raw: not isinstance(parse_value(field, raw, reading), Invalid))


def show_raw(raw: Any) -> str:
    """Return a raw cell in a comment: 'tbc', 12, #REF!."""
    if isinstance(raw, CellError):
        return raw.text
    if raw is UNCACHED:
        return "(a formula without a stored result)"
    if isinstance(raw, str):
        text = " ".join(raw.split())
        return f"'{text[:30]}...'" if len(text) > 30 else f"'{text}'"
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "minutes")
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)


def is_moment(raw: Any) -> bool:
    """Return whether a cell is a date, with or without a time of day."""
    return isinstance(raw, date)


def is_length(raw: Any) -> bool:
    """Return whether a cell holds a time or a length of time."""
    return isinstance(raw, (time, timedelta))
