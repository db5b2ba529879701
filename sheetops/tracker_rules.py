"""What Excel is told about a field: the drop-down or limits of its cells, and the note on its header."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .model.schema import Field, FieldType, Mode, Table
from .model.values import show_value

INLINE_LIMIT = 255
"""Characters of a drop-down list that Excel stores in the rule itself; a longer one needs cells."""

_EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001 - wall time, as a cell holds it
_WARN = {"error_type": "warning", "ignore_blank": True}


def fits_inline(field: Field) -> bool:
    """Return whether the field's choices can stand in a rule: short, and without the dividing comma."""
    values = [choice.value for choice in field.choices]
    return len(",".join(values)) <= INLINE_LIMIT and not any("," in value for value in values)


def validation(field: Field, choices_at: str | None) -> dict[str, Any] | None:
    """Return XlsxWriter's options for the field's cells, or None where anything may be typed.

    Every rule warns and lets the person go on: a run holds a bad value and says why, and a spelling
    that the config knows as an alias is no mistake. `choices_at` is a range for a long drop-down.
    """
    if field.type is FieldType.CHOICE:
        source = choices_at or [choice.value for choice in field.choices]
        return _rule(
            field, "list", "Choose from the list, or type one of its other spellings.", source=source
        )
    if field.type is FieldType.BOOLEAN:
        return _rule(field, "list", "Yes or no.", source=["yes", "no"])
    if field.type in (FieldType.DATE, FieldType.DATETIME):
        return _rule(field, "date", "This column holds dates.", criteria=">=", value=_EARLIEST)
    if field.type in (FieldType.INTEGER, FieldType.MONEY, FieldType.NUMBER):
        return _limits(field)
    return None


def _rule(field: Field, kind: str, message: str, **more: Any) -> dict[str, Any]:
    return {**_WARN, "validate": kind, "error_title": field.header[:32], "error_message": message, **more}


def _limits(field: Field) -> dict[str, Any]:
    kind = "integer" if field.type is FieldType.INTEGER else "decimal"
    noun = "whole numbers" if kind == "integer" else "numbers"
    low, high = field.minimum, field.maximum
    if low is None and high is None:
        low, high = -1_000_000_000, 1_000_000_000  # a rule needs a limit to say "numbers only"
        return _rule(field, kind, f"This column holds {noun}.", criteria="between", minimum=low, maximum=high)
    if low is not None and high is not None:
        message = f"This column holds {noun} from {low} to {high}."
        return _rule(field, kind, message, criteria="between", minimum=low, maximum=high)
    criteria, limit = (">=", low) if high is None else ("<=", high)
    message = f"This column holds {noun} of {limit} or {'more' if high is None else 'less'}."
    return _rule(field, kind, message, criteria=criteria, value=limit)


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
