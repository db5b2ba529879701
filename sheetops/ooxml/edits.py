"""Edits as data, and the bytes of one cell that carries them out (ECMA-376 part 1, 18.3.1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sheetops.ooxml.errors import CellRefused
from sheetops.ooxml.refs import cell_name
from sheetops.ooxml.values import CellError, Value, check_text, encode_text, number_text, to_serial
from sheetops.ooxml.xmltext import attributes, escape_text, with_attribute

# Built-in formats, so that Excel shows them the way the reader's own locale writes dates (18.8.30).
DATE_FORMATS = {"date": "mm-dd-yy", "datetime": "m/d/yy h:mm", "time": "h:mm:ss", "duration": "[h]:mm:ss"}


FORMULA_LIMIT = 8192


@dataclass(frozen=True, slots=True)
class CellEdit:
    """What one cell becomes.

    style: index of a cell format, else the one the cell has or inherits. like: the cell whose format a new cell
    takes. keep_value: only the formula changes. raw: the cell's XML as it is, for moving cells and for undoing an edit to the byte.
    """

    value: Value = None
    number_format: str | None = None
    style: int | None = None
    like: tuple[int, int] | None = None
    formula: str | None = None
    raw: bytes | None = None
    keep_value: bool = False


def default_format(value: Value) -> str | None:
    """Return the number format a date, time or duration needs to be one."""
    if isinstance(value, datetime):
        return DATE_FORMATS["datetime"]
    for kind, name in ((date, "date"), (time, "time"), (timedelta, "duration")):
        if isinstance(value, kind):
            return DATE_FORMATS[name]
    return None


def check_value(value: Value, *, date1904: bool) -> None:
    """Raise CellRefused for a value no cell can hold, TypeError for one that is none."""
    content(value, "", date1904=date1904)


def check_formula(formula: str) -> None:
    """Raise CellRefused for what is no formula at all, or longer than Excel takes (8,192 characters)."""
    check_text(formula)
    if not 0 < len(formula.removeprefix("=")) <= FORMULA_LIMIT:
        raise CellRefused(f"A formula has 1 to {FORMULA_LIMIT:,} characters; this one has {len(formula):,}.")


def content(value: Value, prefix: str, *, date1904: bool) -> tuple[str | None, str]:
    """Return (the cell's t attribute, the XML inside the cell) of a value."""
    if value is None:
        return None, ""
    if isinstance(value, bool):
        return "b", _v(str(int(value)), prefix)
    if isinstance(value, int | float):
        return None, _v(number_text(value), prefix)
    if isinstance(value, str):
        check_text(value)
        space = ' xml:space="preserve"' if value != value.strip() or "\n" in value or "  " in value else ""
        return "inlineStr", f"<{prefix}is><{prefix}t{space}>{encode_text(value)}</{prefix}t></{prefix}is>"
    if isinstance(value, CellError):
        return "e", _v(escape_text(value.code), prefix)
    if isinstance(value, date | time | timedelta):
        return None, _v(number_text(to_serial(value, date1904=date1904)), prefix)
    raise TypeError(f"a cell cannot hold a {type(value).__name__}")


def _v(text: str, prefix: str) -> str:
    return f"<{prefix}v>{text}</{prefix}v>"


def cell_xml(
    edit: CellEdit, place: tuple[int, int], attrs: str | None, style: int, prefix: str, *, date1904: bool
) -> str:
    """Return the XML of an edited cell. `attrs` is the inside of its present start tag, None for a new cell.

    Cell and value metadata (cm, vm) and phonetics (ph) belong to the old value and go with it.
    """
    kind, inner = content(edit.value, prefix, date1904=date1904)
    if edit.formula is not None:
        inner = f"<{prefix}f>{escape_text(edit.formula)}</{prefix}f>{inner}"
        kind = "str" if kind == "inlineStr" else kind
        inner = inner if edit.value is None or kind != "str" else _formula_text(edit, prefix)
    inside = f' r="{cell_name(*place)}"' if attrs is None else attrs.rstrip()
    old = with_attribute(inside, "s", None) if style == 0 and attrs is None else inside
    if (style or " s=" in old) and f's="{style}"' not in old.split():
        old = with_attribute(old, "s", str(style))
    for name in ("cm", "vm", "ph"):
        old = with_attribute(old, name, None) if name in old else old
    if kind != _kind_of(old):
        old = with_attribute(old, "t", kind)
    return f"<{prefix}c{old}>{inner}</{prefix}c>" if inner else f"<{prefix}c{old}/>"


def _kind_of(inside: str) -> str | None:
    return attributes(inside).get("t") if "t" in inside else None


def _formula_text(edit: CellEdit, prefix: str) -> str:
    text = encode_text(str(edit.value))
    return f"<{prefix}f>{escape_text(edit.formula or '')}</{prefix}f>{_v(text, prefix)}"
