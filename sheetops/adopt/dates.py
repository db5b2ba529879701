"""Is 5/1/2024 the fifth of January? Decided by evidence where there is any, asked where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .evidence import ColumnCells, show_raw

_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?:\D.*)?")
_NAMED = 3


@dataclass(frozen=True)
class DateOrder:
    """How a tracker's typed dates are read. `day_first` None: no typed date depends on it.

    `evidence` is a sentence for people; `is_question` says that nothing in the workbook decides.
    """

    day_first: bool | None
    evidence: str = ""
    is_question: bool = False


def decide_order(columns: Iterable[ColumnCells]) -> DateOrder:
    """Return how the dates that were typed as text are read, with the cells that show it."""
    day, month, either = _sort_by_order(columns)
    if day and len(day) >= len(month):
        return DateOrder(True, _evidence("day first", day, "month first", month))
    if month:
        return DateOrder(False, _evidence("month first", month, "day first", day))
    if either:
        return DateOrder(True, _question(either), is_question=True)
    return DateOrder(None)


def _sort_by_order(columns: Iterable[ColumnCells]) -> tuple[list[str], list[str], list[str]]:
    """Return the typed dates that only read day first, only month first, and both ways."""
    day: list[str] = []
    month: list[str] = []
    either: list[str] = []
    for column in columns:
        for row, raw in column.cells:
            found = _NUMERIC.fullmatch(raw.strip()) if isinstance(raw, str) else None
            if found:
                first, second = int(found[1]), int(found[2])
                said = f"{column.address(row)} {show_raw(raw)}"
                if first > 12 >= second:
                    day.append(said)
                elif second > 12 >= first:
                    month.append(said)
                elif first != second:
                    either.append(said)
    return day, month, either


def _evidence(order: str, shown: list[str], other: str, against: list[str]) -> str:
    said = f"Typed dates are read {order}, as {', '.join(shown[:_NAMED])} can only be read."
    if against:
        said += (
            f" {len(against):,} can only be read {other} ({', '.join(against[:_NAMED])}): "
            "they will be held for a person to decide."
        )
    return said


def _question(either: list[str]) -> str:
    return (
        f"Question: is {either[0]} day first or month first? Nothing in the workbook decides it. "
        'Day first is taken; write dates = "month first" if that is wrong.'
    )
