"""How a tracker looks, in whatever program: formats, widths and colours, decided once for Excel and Google."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .model.schema import Field, FieldType, Mode

HEADER_FILL, OWNED_HEADER_FILL, HEADER_TEXT = "#1F3A4D", "#6B7B86", "#FFFFFF"
OWNED_TEXT = "#5A6770"
"""The text of cells in which sheetops puts back what somebody types; it stands in italics too."""


@dataclass(frozen=True)
class Look:
    """How the cells of one type of field are shown: width in characters, number format, alignment.

    Nothing wraps: a row stays one line high, so that a screen shows forty cases and not six.
    """

    width: float
    format: str = "General"
    align: str = "left"


LOOKS: Mapping[FieldType, Look] = {
    FieldType.TEXT: Look(18, "@"),
    FieldType.LONG_TEXT: Look(48),
    FieldType.INTEGER: Look(10, "#,##0", "right"),
    FieldType.NUMBER: Look(12, "General", "right"),
    FieldType.MONEY: Look(14, "#,##0.00", "right"),
    FieldType.DATE: Look(12, "yyyy-mm-dd"),
    FieldType.DATETIME: Look(17, "yyyy-mm-dd hh:mm"),
    FieldType.DURATION: Look(11, "[h]:mm", "right"),
    FieldType.BOOLEAN: Look(9, align="center"),
    FieldType.CHOICE: Look(12),
    FieldType.MULTI_CHOICE: Look(26),
    FieldType.URL: Look(34),
    FieldType.PERSON: Look(20),
    FieldType.REFERENCE: Look(22, "@"),
}
_NARROWEST, _WIDEST_CHOICE = 9, 30


def is_owned(mode: Mode) -> bool:
    """Return whether sheetops owns a column: what is typed there is put back."""
    return mode is not Mode.EDIT


def column_width(field: Field, header: str) -> float:
    """Return a column's width in characters: enough for its header with the filter button and for usual content."""
    longest = max((len(choice.value) for choice in field.choices), default=0)
    is_choice = field.type is FieldType.CHOICE
    content = min(longest + 4, _WIDEST_CHOICE) if is_choice else LOOKS[field.type].width
    return max(content, len(header) + 5, _NARROWEST)


def number_format(field: Field) -> str:
    """Return the number format of a field's cells."""
    return _money_format(field) if field.type is FieldType.MONEY else LOOKS[field.type].format


_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}


def _money_format(field: Field) -> str:
    digits = "#,##0" + (f".{'0' * field.decimals}" if field.decimals else "")
    if not field.currency:
        return digits
    symbol = _SYMBOLS.get(field.currency)
    return f"[${symbol}]{digits}" if symbol else f"{digits} [${field.currency}]"
