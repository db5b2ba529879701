"""Cells as CellData, written straight to JSON text: a tab of 100,000 x 20 is two million of them, most asked for in two parts.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/cells#CellData
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import Any

from . import fields, looks
from .defaults import DEFAULT_FORMAT
from .errors import Json
from .fields import Mask
from .formulas import Calculation
from .functions import ERROR_TYPES
from .grid import EMPTY, Box, Cell, Sheet, Spreadsheet
from .http import Written, compact
from .locales import locale_of

_Draw = Callable[[Cell, Any], str]


class Painter:
    """Draws only as much of each cell as the field mask keeps."""

    def __init__(self, book: Spreadsheet, now: datetime, mask: Mask) -> None:
        self._book, self._calculation = book, Calculation(book, now)
        self._locale = locale_of(book.properties["locale"])
        self._mask = _below(mask, "sheets", "data", "rowData", "values")
        self._looks: dict[tuple[Any, ...], str] = {}
        self._draws: list[tuple[str, _Draw]] = [
            (f'"{name}":', _narrowed(draw, self._below(name)))
            for name, draw in self._parts().items()
            if fields.wants(self._mask, name)
        ]

    def _parts(self) -> dict[str, _Draw]:
        return {
            "userEnteredValue": _entered,
            "effectiveValue": _effective,
            "formattedValue": self._text,
            "userEnteredFormat": lambda cell, _: _json(cell.format),
            "effectiveFormat": self._effective_format,
            "note": lambda cell, _: _json(cell.note),
            "textFormatRuns": lambda cell, _: _json(cell.runs),
            "dataValidation": lambda cell, _: _json(cell.validation),
        }

    def _below(self, name: str) -> Mask:
        """Return what the mask keeps of a part; the effective format narrows itself, so that it can remember itself."""
        return {} if name == "effectiveFormat" else _below(self._mask, name)

    def rows(self, sheet: Sheet, box: Box) -> Written | None:
        """Return the RowData of the rectangle, without empty cells and rows at the end; None when nothing is left."""
        used = self._calculation.used(sheet)
        texts = [self._row(sheet, row, box) for row in range(box.top, min(box.bottom, used.bottom))]
        while texts and texts[-1] == "{}":
            texts.pop()
        return Written("[" + ",".join(texts) + "]") if texts else None

    def _row(self, sheet: Sheet, row: int, box: Box) -> str:
        line = sheet.cells[row][box.left : box.right] if row < len(sheet.cells) else []
        filled = min(self._calculation.width(sheet, row), box.right) - box.left
        line += [EMPTY] * (filled - len(line))
        while len(line) > max(filled, 0) and line[-1] is EMPTY:
            line.pop()
        texts = [self._cell(sheet, row, place, cell) for place, cell in enumerate(line, box.left)]
        return '{"values":[' + ",".join(texts) + "]}" if texts else "{}"

    def _cell(self, sheet: Sheet, row: int, column: int, cell: Cell) -> str:
        value = cell.value if cell.value is not None else self._calculation.value(sheet, row, column)
        parts = [name + text for name, draw in self._draws if (text := draw(cell, value))]
        return "{" + ",".join(parts) + "}"

    def _text(self, cell: Cell, value: Any) -> str:
        if value is None:
            return ""
        return quoted(looks.formatted(value, self._calculation.form(cell, value), self._locale))

    def _effective_format(self, cell: Cell, value: Any) -> str:
        """Return the format; there are few different ones, so each is drawn once. An empty cell without one has none."""
        if cell is EMPTY and value is None:
            return ""
        form = self._calculation.form(cell, value)
        known = (id(cell.format), value is None or type(value), id(form))
        if known not in self._looks:
            look = self._full_format(cell, value) | ({"numberFormat": form} if form else {})
            self._looks[known] = _json(fields.select(look, _below(self._mask, "effectiveFormat")))
        return self._looks[known]

    def _full_format(self, cell: Cell, value: Any) -> Json:
        """Return the default format under the cell's own; numbers stand on the right."""
        full: Json = dict(self._book.properties.get("defaultFormat") or DEFAULT_FORMAT)
        if value is not None:
            number = isinstance(value, float) and not isinstance(value, bool)
            full["horizontalAlignment"] = (
                "RIGHT" if number else "CENTER" if isinstance(value, bool) else "LEFT"
            )
        for name, part in (cell.format or {}).items():
            full[name] = full.get(name, {}) | part if isinstance(part, dict) else part
        return full


def _below(mask: Mask, *path: str) -> Mask:
    """Return the mask below the path; an empty one keeps everything."""
    for name in path:
        if not mask or "*" in mask:
            return {}
        mask = mask.get(name, {})
    return {} if "*" in mask else mask


def _narrowed(draw: _Draw, mask: Mask) -> _Draw:
    """Return what draws only what the mask keeps."""
    if not mask:
        return draw

    def narrow(cell: Cell, value: Any) -> str:
        text = draw(cell, value)
        return _json(fields.select(json.loads(text), mask)) if text else ""

    return narrow


def _json(part: Any) -> str:
    """Return the part as JSON; nothing for one that is empty, which Google leaves out."""
    return compact(part) if part else ""


def _entered(cell: Cell, value: Any) -> str:
    del value
    return (
        '{"formulaValue":' + quoted(cell.formula) + "}" if cell.formula is not None else extended(cell.value)
    )


def _effective(cell: Cell, value: Any) -> str:
    calculated = cell.value is None
    if calculated and isinstance(value, str) and value in ERROR_TYPES:
        return '{"errorValue":{"type":"' + ERROR_TYPES[value] + '"}}'
    return extended(value)


def extended(value: Any) -> str:
    """Return the value as an ExtendedValue; nothing for an empty cell."""
    if isinstance(value, str):
        return '{"stringValue":' + quoted(value) + "}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return '{"boolValue":true}' if value else '{"boolValue":false}'
    return (
        '{"numberValue":' + float.__repr__(value).removesuffix(".0") + "}"
        if abs(value) < 1e16
        else _json({"numberValue": looks.plain(value)})
    )
