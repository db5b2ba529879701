"""Is 5/1/2024 the fifth of January? Told by the dates that read one way only, for the whole file or market by market."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from ..model.condition import Condition
from ..model.schema import FieldType, Table
from ..model.values import Reading, parse_value
from .mapping import DateRule, FileMapping
from .rows import DATES, FileRows

_NUMERIC = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?:\D.*)?", re.DOTALL)
MOST_VALUES = 60
"""Values of a field that may divide a file into day first and month first."""
_ANY = Reading(ZoneInfo("UTC"))
LEAST = 2
"""Dates that must show an order before a rule is made of it."""


@dataclass(frozen=True)
class DateOrder:
    """How the dates of a file are read, and what shows it, in words."""

    day_first: bool
    rules: tuple[DateRule, ...]
    evidence: str


@dataclass
class _Shown:
    """How many dates read day first only, month first only, and either way; an example of each."""

    day: int = 0
    month: int = 0
    either: int = 0
    example: str = ""


def date_order(file: FileRows, mapping: FileMapping, table: Table) -> DateOrder | None:
    """Return how typed dates are read, by the evidence of the file; None where no date depends on it.

    Where some can only be day first and others only month first, a field (a market) whose values divide them cleanly
    makes rules. Where nothing decides, `mapping.day_first` stands, and the evidence says that it is a guess.
    """
    headers = [
        h for h, name in mapping.columns.items() if h in file.headers and table.field(name).type in DATES
    ]
    columns = [[_kind(raw) for raw in file.column(header)] for header in headers]
    whole = _tally(kind for column in columns for kind in column)
    if not (whole.day or whole.month or whole.either):
        return None
    if whole.day and whole.month and (rules := _by_field(file, mapping, table, columns)):
        return rules
    if whole.day and whole.day >= whole.month:
        against = f"; {whole.month:,} can only be read month first" if whole.month else ""
        return DateOrder(True, (), f"day first: {whole.day:,} can only be read so{against}")
    if whole.month:
        against = f"; {whole.day:,} can only be read day first" if whole.day else ""
        return DateOrder(False, (), f"month first: {whole.month:,} can only be read so{against}")
    words = "day first" if mapping.day_first else "month first"
    other = "month first" if mapping.day_first else "day first"
    said = f"{words}, by the setting of the workspace: nothing in the file decides it (--dates '{other}' reads the other way)"
    return DateOrder(mapping.day_first, (), said)


def _kind(raw: Any) -> str:
    found = _NUMERIC.fullmatch(raw) if isinstance(raw, str) else None
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return "day"
    if second > 12 >= first:
        return "month"
    return "either" if first != second and first <= 12 else ""


def _tally(kinds: Any) -> _Shown:
    counts = Counter(kinds)
    return _Shown(counts["day"], counts["month"], counts["either"])


def _by_field(
    file: FileRows, mapping: FileMapping, table: Table, columns: Sequence[Sequence[str]]
) -> DateOrder | None:
    """Return the rules of the first field whose values divide the dates cleanly: no value shows both orders."""
    dividing = (FieldType.CHOICE, FieldType.TEXT, FieldType.REFERENCE)
    for header, name in mapping.columns.items():
        if header not in file.headers or table.field(name).type not in dividing:
            continue
        cells = [str(raw) for raw in file.column(header)]
        if len(different := set(cells)) > MOST_VALUES:
            continue
        values = {raw: parse_value(table.field(name), raw, _ANY) for raw in different}
        shown: dict[Any, Counter[str]] = defaultdict(Counter)
        for column in columns:
            for raw, kind in zip(cells, column, strict=True):
                if isinstance(values[raw], str):
                    shown[values[raw]][kind] += 1
        if any(one["day"] and one["month"] for one in shown.values()):
            continue
        if order := _rules(name, shown):
            return order
    return None


def _rules(name: str, shown: dict[Any, Counter[str]]) -> DateOrder | None:
    month = sorted(str(value) for value, one in shown.items() if one["month"] >= LEAST)
    day = sorted(str(value) for value, one in shown.items() if one["day"] >= LEAST)
    if not month or not day:
        return None
    few, usual = (month, True) if len(month) <= len(day) else (day, False)
    listed = ", ".join(repr(value) for value in few)
    rule = DateRule(Condition(f"{name} in [{listed}]"), day_first=not usual)
    words = ("month first", "day first") if usual else ("day first", "month first")
    return DateOrder(
        usual,
        (rule,),
        f"{words[0]} where {name} is {', '.join(few)}, {words[1]} elsewhere: dates that read one way only show it",
    )


def with_order(mapping: FileMapping, order: DateOrder | None) -> FileMapping:
    """Return a mapping that reads dates so."""
    return mapping if order is None else replace(mapping, day_first=order.day_first, rules=order.rules)
