"""A tab as the page shows it: texts, looks, drop-downs, notes, and what may not be edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .errors import Json
from .grid import EMPTY, Box, Cell, Sheet, Spreadsheet
from .protection import may_edit, range_of
from .values import Rendering


def tab_view(book: Spreadsheet, sheet: Sheet, user: str, now: datetime) -> Json:
    """Return one tab with all its cells that have anything in them; a plain text cell is only its text."""
    grid, rendering = sheet.properties["gridProperties"], Rendering.of(book, {}, now)
    used = rendering.calculation.used(sheet)
    locked = _locked(book, sheet, user)
    return {
        "title": book.properties["title"],
        "version": book.file["version"],
        "tab": sheet.id,
        "tabs": [{"id": one.id, "title": one.title} for one in book.sheets if not one.hidden],
        "rows": sheet.row_count,
        "columns": sheet.column_count,
        "frozen": grid.get("frozenRowCount", 0),
        "widths": {
            column: look["pixelSize"] for column, look in sheet.column_looks.items() if "pixelSize" in look
        },
        "hidden": {
            "rows": [row for row, look in sheet.row_looks.items() if look.get("hiddenByUser")],
            "columns": [column for column, look in sheet.column_looks.items() if look.get("hiddenByUser")],
        },
        "locked": [[box.top, box.bottom, box.left, box.right] for box in locked],
        "merges": [
            [box.top, box.bottom, box.left, box.right]
            for box in (area.within(sheet) for area in sheet.merges)
        ],
        "cells": [_line(rendering, sheet, row) for row in range(used.bottom)],
    }


def _locked(book: Spreadsheet, sheet: Sheet, user: str) -> list[Box]:
    return [range_of(book, one).within(sheet) for one in sheet.protected if not may_edit(book, one, user)]


def _line(rendering: Rendering, sheet: Sheet, row: int) -> list[Any]:
    line = sheet.cells[row] if row < len(sheet.cells) else []
    width = max(len(line), rendering.calculation.width(sheet, row))
    return [_cell(rendering, sheet, row, column, sheet.cell(row, column)) for column in range(width)]


def _cell(rendering: Rendering, sheet: Sheet, row: int, column: int, cell: Cell) -> Any:
    text = rendering.shown(sheet, row, column)
    value = rendering.calculation.value(sheet, row, column)
    if value is None and cell is EMPTY:
        return ""
    if isinstance(value, str) and cell.bare and cell.formula is None:
        return text
    parts: Json = {"t": text, "e": cell.formula, "n": cell.note, "s": _style(cell.format or {}, value)}
    parts["l"] = choices(cell.validation or {})
    return {name: part for name, part in parts.items() if part not in (None, "", {}, [])}


def choices(rule: Json) -> list[str]:
    """Return the choices of a drop-down list."""
    condition = rule.get("condition") or {}
    if condition.get("type") == "BOOLEAN":
        return ["TRUE", "FALSE"]
    if condition.get("type") != "ONE_OF_LIST":
        return []
    return [str(one.get("userEnteredValue", "")) for one in condition.get("values") or []]


def _style(look: Json, value: Any) -> Json:
    """Return the CSS of a cell."""
    text = look.get("textFormat") or {}
    number = isinstance(value, float) and not isinstance(value, bool)
    align = (
        look.get("horizontalAlignment") or ("RIGHT" if number else "CENTER" if value in (True, False) else "")
    ).lower()
    css = {
        "fontWeight": "bold" if text.get("bold") else "",
        "fontStyle": "italic" if text.get("italic") else "",
        "textDecoration": "line-through" if text.get("strikethrough") else "",
        "textAlign": "" if align == "left" else align,
        "whiteSpace": "pre-wrap" if look.get("wrapStrategy") == "WRAP" else "",
        "backgroundColor": _color(look.get("backgroundColor")),
        "color": _color(text.get("foregroundColor")),
    }
    return {name: setting for name, setting in css.items() if setting}


def _color(color: Json | None) -> str:
    if color is None:
        return ""
    return "#" + "".join(f"{round(color.get(part, 0) * 255):02x}" for part in ("red", "green", "blue"))
