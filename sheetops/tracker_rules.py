"""What people are told about a field: the drop-down or limits of its cells, and the note on its header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .model.schema import Field, FieldType, Mode, Table
from .model.values import show_value

_EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001 - wall time, as a cell holds it
_FAR = 1_000_000_000
"""A rule needs a limit to say "numbers only"."""


class Kind(Enum):
    """What a rule wants of a cell."""

    LIST = "one of a list"
    YES_NO = "yes or no"
    DATE = "a date"
    WHOLE = "a whole number"
    NUMBER = "a number"


@dataclass(frozen=True)
class Rule:
    """What may be typed into a column without a warning, and the words of the warning.

    `values` are a list's; `low` and `high` limit dates and numbers, None where there is no limit.
    Every rule warns and lets the person go on: a run holds a bad value and says why, and a spelling
    that the config knows as an alias is no mistake.
    """

    kind: Kind
    message: str
    values: tuple[str, ...] = ()
    low: Any = None
    high: Any = None


def rule_of(field: Field) -> Rule | None:
    """Return the rule for the field's cells, or None where anything may be typed."""
    if field.type is FieldType.CHOICE:
        values = tuple(choice.value for choice in field.choices)
        return Rule(Kind.LIST, "Choose from the list, or type one of its other spellings.", values)
    if field.type is FieldType.BOOLEAN:
        return Rule(Kind.YES_NO, "Yes or no.", ("yes", "no"))
    if field.type in (FieldType.DATE, FieldType.DATETIME):
        return Rule(Kind.DATE, "This column holds dates.", low=_EARLIEST)
    if field.type in (FieldType.INTEGER, FieldType.MONEY, FieldType.NUMBER):
        return _limits(field)
    return None


def _limits(field: Field) -> Rule:
    kind = Kind.WHOLE if field.type is FieldType.INTEGER else Kind.NUMBER
    said = f"This column holds {'whole numbers' if kind is Kind.WHOLE else 'numbers'}"
    low, high = field.minimum, field.maximum
    if low is None and high is None:
        return Rule(kind, f"{said}.", low=-_FAR, high=_FAR)
    if low is not None and high is not None:
        return Rule(kind, f"{said} from {low} to {high}.", low=low, high=high)
    limit, words = (low, "more") if high is None else (high, "less")
    return Rule(kind, f"{said} of {limit} or {words}.", low=low, high=high)


def header_note(field: Field, table: Table, mode: Mode) -> str:
    """Return the words for the note on a column's header; "" when there is nothing to say."""
    return "\n".join(_note_lines(field, table, mode))


def _note_lines(field: Field, table: Table, mode: Mode) -> Iterator[str]:
    if field.description:
        yield field.description
    if mode is not Mode.EDIT:
        yield "Filled in by sheetops. What is typed here is put back."
        return
    if field.required and field.name != table.key:
        yield "Required."
    if field.default is not None:
        yield f"Blank in a new row means: {show_value(field, field.default)}."
    if field.type is FieldType.MULTI_CHOICE:
        yield "Choices: " + "; ".join(choice.value for choice in field.choices)
    if any(choice.aliases for choice in field.choices):
        yield "Also understood: " + "; ".join(
            f"{', '.join(choice.aliases)} = {choice.value}" for choice in field.choices if choice.aliases
        )
