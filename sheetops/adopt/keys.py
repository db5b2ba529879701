"""Which column identifies a record, and how its keys are made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..model.celltext import as_text
from ..model.schema import FieldType
from ..model.values import is_blank
from .evidence import ColumnCells, show_raw
from .types import Guess
from .words import names_identifier

_KEY_TYPES = (FieldType.TEXT, FieldType.INTEGER, FieldType.URL, FieldType.PERSON)
_FEW = 0.05
"""A column with this share of doubled or blank cells may still be meant as the key."""
_LONGEST = 80
_CODE = re.compile(r"\S*\d\S*")


@dataclass(frozen=True)
class Key:
    """The column proposed as key, how its keys look, and what stands in the way."""

    column: int
    key_format: str | None
    remarks: tuple[str, ...]


def choose_key(columns: Sequence[tuple[ColumnCells, Guess]]) -> Key | None:
    """Return the best column that identifies a record, or None when there is none.

    Unique and without blanks comes first, then a header that sounds like an identifier, then the
    leftmost. A column that only a few rows spoil is proposed if its header says what it is.
    """
    rated = [
        (rating, -n, column) for n, (column, guess) in enumerate(columns) if (rating := _rate(column, guess))
    ]
    if not rated:
        return None
    _, place, column = max(rated, key=lambda entry: entry[:2])
    return Key(column.header.column, key_format(column), tuple(_remarks(column, first=place == 0)))


def _rate(column: ColumnCells, guess: Guess) -> int:
    """Return 0 for what cannot be a key, else how likely it is one."""
    if guess.field.type not in _KEY_TYPES or not column.cells or column.header.doubled or column.formulas:
        return 0
    if any(len(as_text(raw)) > _LONGEST for _, raw in column.cells[:100]):
        return 0
    named = names_identifier(column.header.text)
    if not named and not (guess.field.type is FieldType.TEXT and _are_codes(column)):
        return 0
    spoilt = column.blanks + sum(len(rows) - 1 for rows in duplicates(column).values())
    if spoilt:
        return 2 if named and len(column.cells) > 1 and spoilt <= max(1, _FEW * column.rows) else 0
    if named:
        return 3 if _only_counts_rows(column) else 4
    return 1


def _are_codes(column: ColumnCells) -> bool:
    """Return whether the cells are codes and not prose: several, no spaces in them, and a digit in each."""
    return len(column.cells) > 1 and all(_CODE.fullmatch(as_text(raw)) for _, raw in column.cells)


def _only_counts_rows(column: ColumnCells) -> bool:
    """Return whether the cells only number the rows, 1, 2, 3 ..., and so would change when rows are sorted."""
    return [raw for _, raw in column.cells] == list(range(1, len(column.cells) + 1))


def duplicates(column: ColumnCells) -> Mapping[str, list[int]]:
    """Return each key that stands in more than one row -> its rows."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, raw in column.cells:
        if not is_blank(raw):
            rows[as_text(raw)].append(row)
    return {key: where for key, where in rows.items() if len(where) > 1}


def _remarks(column: ColumnCells, *, first: bool) -> list[str]:
    doubled = duplicates(column)
    if not doubled and not column.blanks:
        said = ["each row has one of its own"]
    else:
        said = [
            f"{show_raw(key)} stands in {len(rows)} rows ({', '.join(column.address(row) for row in rows[:4])}): "
            "these rows are held until a person decides"
            for key, rows in list(doubled.items())[:5]
        ]
        said += [f"{len(doubled) - 5:,} more keys stand in several rows"] if len(doubled) > 5 else []
        said += (
            [f"{column.blanks:,} rows have none; they are given one at the first sync"]
            if column.blanks
            else []
        )
    if _only_counts_rows(column):
        said.append("it only numbers the rows: do not renumber it after sorting")
    return said


def key_format(column: ColumnCells) -> str | None:
    """Return how new keys look, from the old ones: CASE-0042 -> CASE-{:04d}; None when they show no way."""
    keys = [as_text(raw) for _, raw in column.cells]
    parts = [re.fullmatch(r"(.*?)(\d+)", key) for key in keys]
    found = [part for part in parts if part]
    if not found or len(found) < 0.95 * len(keys):
        return None
    prefixes = {part[1] for part in found}
    if len(prefixes) != 1 or max(len(part[2]) for part in found) > 15:
        return None
    widths = {len(part[2]) for part in found}
    padded = any(part[2].startswith("0") for part in found) or (len(widths) == 1 and prefixes != {""})
    number = f"{{:0{max(widths)}d}}" if padded else "{:d}"
    return prefixes.pop().replace("{", "{{").replace("}", "}}") + number
