"""Requests that change cells: values, formats, notes, validation, borders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from . import entry, fields
from .batch import request
from .call import Call, box_of
from .dimensions import grow
from .entry import checked
from .errors import ApiError, Json
from .fields import Mask
from .formulas import Calculation
from .grid import EMPTY, Area, Box, Cell, Scalar, Sheet, shared
from .locales import locale_of
from .references import copied_formula
from .requests_sheets import stored_color
from .values import Rendering

_STORED = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns")


def masked(text: str) -> Mask:
    """Return the parts of CellData to change. `*` is all that is stored."""
    if not text:
        raise ApiError("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    mask = fields.parse(text)
    return {name: {} for name in _STORED} if "*" in mask else mask


def changed(cell: Cell, data: Json, mask: Mask) -> Cell:
    """Return the cell with the parts that the mask names taken from the CellData; what that lacks is cleared."""
    value, formula, runs = cell.value, cell.formula, cell.runs
    if "userEnteredValue" in mask:
        value, formula = _entered(data.get("userEnteredValue") or {})
        runs = None
    look = (
        _look(cell.format, data.get("userEnteredFormat") or {}, mask)
        if "userEnteredFormat" in mask
        else cell.format
    )
    note = data.get("note") or "" if "note" in mask else cell.note
    rule = data.get("dataValidation") if "dataValidation" in mask else cell.validation
    if "textFormatRuns" in mask:
        runs = data.get("textFormatRuns") or None
    new = Cell(value, formula, look or None, note, rule or None, runs)
    return EMPTY if new == EMPTY else new


def _entered(value: Json) -> tuple[Scalar | None, str | None]:
    """Return (value, formula) of an ExtendedValue: nothing in it is parsed, text stays text."""
    if "formulaValue" in value:
        formula = value["formulaValue"]
        checked(formula)
        return (None, formula) if formula.startswith("=") else (formula, None)
    if "boolValue" in value:
        return bool(value["boolValue"]), None
    if "numberValue" in value:
        number = value["numberValue"]
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ApiError(f"Invalid value at 'userEnteredValue.number_value' (TYPE_DOUBLE), {number!r}")
        return float(number), None
    if "errorValue" in value:
        raise ApiError("Cannot write an error value.")
    text = value.get("stringValue")
    checked(text)
    return text or None, None


def _look(old: Json | None, new: Json, mask: Mask) -> Json:
    below = mask["userEnteredFormat"]
    source: Json = stored_format(new)
    if not below or "*" in below:
        return shared(source)
    names = ",".join(".".join(path) for path in fields.paths(_with_styles(below)))
    return shared(fields.trimmed(fields.update(old or {}, source, names)) or {})


def _with_styles(mask: Mask) -> Mask:
    """Return the mask with each color's style beside the color, as Google keeps the two alike."""
    wide = dict(mask)
    for name in ("backgroundColor", "backgroundColorStyle"):
        if name in mask:
            wide |= {"backgroundColor": {}, "backgroundColorStyle": {}}
    text = mask.get("textFormat")
    if text and any(name.startswith("foregroundColor") for name in text):
        wide["textFormat"] = text | {"foregroundColor": {}, "foregroundColorStyle": {}}
    return wide


def stored_format(given: Any) -> Any:
    """Return the format as Google stores it: no null, 32-bit colors, each color in both of its fields."""
    if isinstance(given, list):
        return [stored_format(item) for item in given]
    if not isinstance(given, dict):
        return given
    kept = {name: stored_format(item) for name, item in given.items() if item is not None}
    for name in [name for name in kept if name.lower().endswith("color") and isinstance(kept[name], dict)]:
        kept[name] = stored_color(kept[name])
        kept.setdefault(f"{name}Style", {"rgbColor": kept[name]})
    for name in [name for name in kept if name.lower().endswith("colorstyle")]:
        rgb = kept[name].get("rgbColor")
        if rgb is not None:
            kept[name] = {"rgbColor": stored_color(rgb)}
            kept.setdefault(name.removesuffix("Style"), kept[name]["rgbColor"])
    return kept


@request("updateCells")
def update_cells(call: Call, body: Json) -> None:
    """Write CellData, from a start or over a range; over a range, cells without data are cleared (documented)."""
    mask, rows = masked(body.get("fields", "")), body.get("rows") or []
    if "start" in body:
        sheet, box = _from_start(call, body["start"], rows)
    else:
        sheet, box = call.writable(body["range"])
        _refuse_overhang(box, rows)
    for row in box.rows:
        line = (rows[row - box.top].get("values") or []) if row - box.top < len(rows) else []
        width = box.right - box.left if "range" in body else len(line)
        for place in range(width):
            data = line[place] if place < len(line) else {}
            column = box.left + place
            sheet.put(row, column, changed(sheet.cell(row, column), data, mask))


def _from_start(call: Call, start: Json, rows: list[Json]) -> tuple[Sheet, Box]:
    top, left = start.get("rowIndex") or 0, start.get("columnIndex") or 0
    width = max((len(row.get("values") or []) for row in rows), default=0)
    sheet = call.book.sheet(start.get("sheetId") or 0)
    if top + len(rows) > sheet.row_count:
        raise ApiError(
            f"Attempting to write row: {sheet.row_count}, beyond the last requested row of: {sheet.row_count - 1}"
        )
    if left + width > sheet.column_count:
        last = sheet.column_count
        raise ApiError(f"Attempting to write column: {last}, beyond the last requested column of: {last - 1}")
    area = Area(sheet.id, top, top + max(len(rows), 1), left, left + max(width, 1))
    call.writable(area.to_json())
    return sheet, Box(top, top + len(rows), left, left + width)


def _refuse_overhang(box: Box, rows: list[Json]) -> None:
    if len(rows) > box.bottom - box.top:
        raise ApiError(
            f"Attempting to write row: {box.bottom}, beyond the last requested row of: {box.bottom - 1}"
        )
    width = max((len(row.get("values") or []) for row in rows), default=0)
    if width > box.right - box.left:
        raise ApiError(
            f"Attempting to write column: {box.right}, beyond the last requested column of: {box.right - 1}"
        )


@request("appendCells")
def append_cells(call: Call, body: Json) -> None:
    """Write rows below the last row with data in any column, adding rows to the grid where they are needed (documented).

    A value is data, also one that a formula gives; a format, a note or a drop-down alone is not (assumed).
    """
    sheet, rows = call.book.sheet(body.get("sheetId") or 0), body.get("rows") or []
    top = _last_row_with_data(call, sheet)
    missing = top + len(rows) - sheet.row_count
    if missing > 0:
        grow(call.book, sheet, "ROWS", missing)
    start = {"sheetId": sheet.id, "rowIndex": top}
    update_cells(call, {"start": start, "rows": rows, "fields": body.get("fields", "")})


def _last_row_with_data(call: Call, sheet: Sheet) -> int:
    """Return the number of the last row with a value, counted from 1; 0 when there is none."""
    spilled = Calculation(call.book, call.now).spilled(sheet)
    row = len(sheet.cells)
    while row and all(cell.blank for cell in sheet.cells[row - 1]):
        row -= 1
    return max(row, max((at[0] + 1 for at in spilled), default=0))


@request("repeatCell")
def repeat_cell(call: Call, body: Json) -> None:
    """Write the same CellData to every cell of a range."""
    mask, data = masked(body.get("fields", "")), body.get("cell") or {}
    sheet, box = call.writable(body["range"])
    for row, column in box.cells():
        new = changed(sheet.cell(row, column), data, mask)
        if new.formula is not None and "userEnteredValue" in mask:  # documented: its references go along
            new = replace(new, formula=copied_formula(new.formula, row - box.top, column - box.left))
        sheet.put(row, column, new)


@request("setDataValidation")
def set_validation(call: Call, body: Json) -> None:
    """Set, or without a rule clear, the data validation of a range."""
    sheet, box = call.writable(body["range"])
    for row, column in box.cells():
        sheet.put(row, column, _ruled(sheet.cell(row, column), body.get("rule")))


def _ruled(cell: Cell, rule: Json | None) -> Cell:
    new = replace(cell, validation=fields.trimmed(rule) if rule else None)
    return EMPTY if new == EMPTY else new


@request("updateBorders")
def update_borders(call: Call, body: Json) -> None:
    """Set the borders around and inside a range."""
    sheet, box = call.writable(body["range"])
    for row, column in box.cells():
        sides = {
            "top": "top" if row == box.top else "innerHorizontal",
            "bottom": "bottom" if row == box.bottom - 1 else "innerHorizontal",
            "left": "left" if column == box.left else "innerVertical",
            "right": "right" if column == box.right - 1 else "innerVertical",
        }
        borders = {side: body[name] for side, name in sides.items() if body.get(name)}
        if borders:
            cell = sheet.cell(row, column)
            old = (cell.format or {}).get("borders") or {}
            look = (cell.format or {}) | {"borders": old | stored_format(borders)}
            sheet.put(row, column, replace(cell, format=look))


@request("findReplace")
def find_replace(call: Call, body: Json) -> Json:
    """Replace text in cells, and in formulas where asked. The replies count as Google's do."""
    pattern = _pattern(body)
    counts = {"valuesChanged": 0, "formulasChanged": 0, "occurrencesChanged": 0}
    rows: set[tuple[int, int]] = set()
    rendering = Rendering(call.book, Calculation(call.book, call.now))
    for sheet, row, column in list(_searched(call, body)):
        cell = sheet.cell(row, column)
        is_formula = cell.formula is not None
        if is_formula and not body.get("includeFormulas"):
            continue
        text = cell.formula or str(rendering.shown(sheet, row, column))
        new, hits = pattern.subn(_replacement(body), text)
        if hits and new != text:
            _retype(call, sheet, row, column, new)
            rows.add((sheet.id, row))
            counts["formulasChanged" if is_formula else "valuesChanged"] += 1
            counts["occurrencesChanged"] += hits
    counts |= {"rowsChanged": len(rows), "sheetsChanged": len({sheet for sheet, _ in rows})}
    return {name: count for name, count in counts.items() if count}


def _pattern(body: Json) -> re.Pattern[str]:
    text = body["find"] if body.get("searchByRegex") else re.escape(body["find"])
    if body.get("matchEntireCell"):
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, 0 if body.get("matchCase") else re.IGNORECASE)
    except re.error as error:
        raise ApiError(f"Invalid regular expression: {error}") from None


def _replacement(body: Json) -> Any:
    new = body.get("replacement") or ""
    return re.sub(r"\$(\d)", r"\\\1", new) if body.get("searchByRegex") else lambda _: new


def _searched(call: Call, body: Json) -> Iterator[tuple[Sheet, int, int]]:
    if "range" in body:
        sheets = [(call.book.sheet(body["range"].get("sheetId") or 0), Area.of(body["range"]))]
    elif body.get("allSheets"):
        sheets = [(sheet, Area(sheet.id)) for sheet in call.book.sheets]
    else:
        sheet = call.book.sheet(body["sheetId"])
        sheets = [(sheet, Area(sheet.id))]
    for sheet, area in sheets:
        box, used = area.within(sheet), sheet.used()
        for row in range(box.top, min(box.bottom, used.bottom)):
            for column in range(box.left, min(box.right, used.right)):
                if not sheet.cell(row, column).blank:
                    yield sheet, row, column


def _retype(call: Call, sheet: Sheet, row: int, column: int, text: str) -> None:
    call.writable(Area(sheet.id, row, row + 1, column, column + 1).to_json())
    cell = sheet.cell(row, column)
    locale = locale_of(call.book.properties["locale"])
    sheet.put(
        row, column, entry.placed(cell, entry.typed(text, locale, call.now, as_text=entry.is_text(cell)))
    )


_KINDS = {
    "PASTE_NORMAL": _STORED, "PASTE_VALUES": ("userEnteredValue",), "PASTE_FORMAT": ("userEnteredFormat",),
    "PASTE_DATA_VALIDATION": ("dataValidation",), "PASTE_FORMULA": ("userEnteredValue",),
    "PASTE_NO_BORDERS": _STORED,
}  # fmt: skip


@request("copyPaste")
def copy_paste(call: Call, body: Json) -> None:
    """Copy a range to another, again and again where the other is larger. References in formulas go along (assumed)."""
    source_sheet, source = _readable(call, body["source"])
    sheet, box = call.writable(_extended(body["destination"], source))
    kind = body.get("pasteType") or "PASTE_NORMAL"
    if kind not in _KINDS:
        raise ApiError(f"The sandbox does not implement pasteType {kind}.")
    height, width = source.bottom - source.top, source.right - source.left
    taken = {at: source_sheet.cell(*at) for at in source.cells()}
    calculation = Calculation(call.book, call.now)
    fixed = {at: calculation.value(source_sheet, *at) for at in taken} if kind == "PASTE_VALUES" else {}
    for row, column in box.cells():
        at = source.top + (row - box.top) % height, source.left + (column - box.left) % width
        old, new = sheet.cell(row, column), taken[at]
        if kind == "PASTE_VALUES":
            new = Cell(fixed[at])
        elif new.formula is not None:
            new = replace(new, formula=copied_formula(new.formula, row - at[0], column - at[1]))
        sheet.put(row, column, _pasted(old, new, _KINDS[kind]))


def _readable(call: Call, grid_range: Json) -> tuple[Sheet, Box]:
    sheet, box = box_of(call.book, Area.of(grid_range))
    if not box.rows or not box.columns:
        raise ApiError("The source range is empty.")
    return sheet, box


def _extended(destination: Json, source: Box) -> Json:
    """Return the destination, at least as large as the source."""
    area = Area.of(destination)
    top, left = area.top or 0, area.left or 0
    bottom = max(area.bottom or 0, top + source.bottom - source.top)
    right = max(area.right or 0, left + source.right - source.left)
    return Area(area.sheet_id, top, bottom, left, right).to_json()


def _pasted(old: Cell, new: Cell, parts: tuple[str, ...]) -> Cell:
    value = new if "userEnteredValue" in parts else old
    return Cell(
        value.value,
        value.formula,
        (new if "userEnteredFormat" in parts else old).format,
        (new if "note" in parts else old).note,
        (new if "dataValidation" in parts else old).validation,
        value.runs,
    )


@request("cutPaste")
def cut_paste(call: Call, body: Json) -> None:
    """Move a range to another place."""
    source_sheet, source = call.writable(body["source"])
    at = body["destination"]
    top, left = at.get("rowIndex") or 0, at.get("columnIndex") or 0
    bottom, right = top + source.bottom - source.top, left + source.right - source.left
    sheet, box = call.writable(Area(at.get("sheetId") or 0, top, bottom, left, right).to_json())
    taken = [source_sheet.cell(*place) for place in source.cells()]
    for row, column in source.cells():
        source_sheet.put(row, column, EMPTY)
    for (row, column), cell in zip(box.cells(), taken, strict=False):
        sheet.put(row, column, cell)
