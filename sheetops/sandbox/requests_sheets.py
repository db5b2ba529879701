"""Requests about the spreadsheet and its sheets."""

from __future__ import annotations

import copy
from typing import Any

from . import fields
from .batch import request
from .call import Call
from .defaults import new_sheet
from .errors import TOO_MANY_CELLS, ApiError, Json
from .grid import Area, Sheet, Spreadsheet


@request("updateSpreadsheetProperties")
def update_spreadsheet(call: Call, body: Json) -> None:
    """Change the title, the locale, the time zone ..."""
    call.book.properties = fields.update(call.book.properties, body["properties"], body.get("fields", ""))


@request("addSheet")
def add_sheet(call: Call, body: Json) -> Json:
    """Add a tab where `index` says, at the end without one."""
    given = body.get("properties") or {}
    kind = given.get("sheetType") or "GRID"
    if kind != "GRID":
        raise ApiError(f"Adding a sheet of type {kind} is not supported.")
    title = given.get("title") or _free_title(call.book)
    _refuse_taken(call.book, title)
    sheet = new_sheet(sheet_id(call, given.get("sheetId")), title, given)
    place(call.book, sheet, given.get("index"))
    return {"properties": copy.deepcopy(sheet.properties)}


def _free_title(book: Spreadsheet) -> str:
    number = len(book.sheets) + 1
    while book.titled(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def _refuse_taken(book: Spreadsheet, title: str, but: Sheet | None = None) -> None:
    taken = book.titled(title)
    if taken is not None and taken is not but:
        raise ApiError(f'A sheet with the name "{title}" already exists. Please enter another name.')


def free_copy_title(book: Spreadsheet, title: str) -> str:
    """Return `Copy of TITLE`, with a number when that is taken."""
    name, number = f"Copy of {title}", 2
    while book.titled(name):
        name, number = f"Copy of {title} {number}", number + 1
    return name


def sheet_id(call: Call, wanted: int | None) -> int:
    """Return the id of a new sheet: the one wanted, or a fresh one. Raise when it is taken."""
    taken = {sheet.id for sheet in call.book.sheets}
    if wanted is None:
        return next(number for number in iter(call.new_id, None) if number not in taken)
    if wanted in taken:
        raise ApiError(f"Sheet with id {wanted} already exists.")
    return int(wanted)


def place(book: Spreadsheet, sheet: Sheet, index: int | None) -> None:
    """Put the sheet among the others. Raise when the file would have too many cells."""
    if book.cell_total() + sheet.row_count * sheet.column_count > 10_000_000:
        raise ApiError(TOO_MANY_CELLS)
    book.sheets.insert(len(book.sheets) if index is None else index, sheet)
    book.reindex()


@request("deleteSheet")
def delete_sheet(call: Call, body: Json) -> None:
    """Delete a tab, and what names it."""
    sheet = call.book.sheet(body.get("sheetId") or 0, "sheet")
    if len([one for one in call.book.sheets if not one.hidden and one is not sheet]) == 0:
        raise ApiError("You can't remove all the visible sheets in a document.")
    call.book.sheets.remove(sheet)
    call.book.named = [one for one in call.book.named if Area.of(one["range"]).sheet_id != sheet.id]
    call.book.metadata = [one for one in call.book.metadata if _sheet_of(one) != sheet.id]
    call.book.reindex()


def _sheet_of(metadata: Json) -> int | None:
    location = metadata["location"]
    if "dimensionRange" in location:
        return int(location["dimensionRange"].get("sheetId") or 0)
    found: int | None = location.get("sheetId")
    return found


@request("duplicateSheet")
def duplicate_sheet(call: Call, body: Json) -> Json:
    """Copy a tab within the spreadsheet. Developer metadata is copied with new ids (documented)."""
    source = call.book.sheet(body.get("sourceSheetId") or 0, "sheet")
    title = body.get("newSheetName") or f"Copy of {source.title}"
    _refuse_taken(call.book, title)
    sheet = copied_sheet(source, sheet_id(call, body.get("newSheetId")), title)
    _renumber(call, sheet)
    index = body.get("insertSheetIndex")
    place(call.book, sheet, source.properties["index"] + 1 if index is None else index)
    copy_metadata(call, call.book, source.id, sheet.id)
    return {"properties": copy.deepcopy(sheet.properties)}


def copied_sheet(source: Sheet, new_id: int, title: str) -> Sheet:
    """Return a copy of the sheet under another id and title; ranges on it move to the new id."""
    sheet = source.copy()
    sheet.properties |= {"sheetId": new_id, "title": title}
    sheet.merges = [Area(new_id, one.top, one.bottom, one.left, one.right) for one in sheet.merges]
    for rule in sheet.conditional:
        rule["ranges"] = [_on(one, new_id) for one in rule["ranges"]]
    for item in [
        *sheet.protected,
        *sheet.filter_views,
        *sheet.banding,
        *([sheet.filter] if sheet.filter else []),
    ]:
        if "range" in item:
            item["range"] = _on(item["range"], new_id)
    for groups in sheet.groups.values():
        for group in groups:
            group["range"] = _on(group["range"], new_id)
    return sheet


def _on(span: Json, new_id: int) -> Json:
    rest = {name: value for name, value in span.items() if name != "sheetId"}
    return ({"sheetId": new_id} if new_id else {}) | rest


def _renumber(call: Call, sheet: Sheet) -> None:
    for protected in sheet.protected:
        protected["protectedRangeId"] = call.new_id()


def copy_metadata(call: Call, source: Spreadsheet, from_sheet: int, to_sheet: int) -> None:
    """Copy the developer metadata of a sheet, its rows and its columns."""
    for one in [one for one in source.metadata if _sheet_of(one) == from_sheet]:
        fresh = copy.deepcopy(one) | {"metadataId": call.new_id()}
        if "dimensionRange" in fresh["location"]:
            fresh["location"]["dimensionRange"] = _on(fresh["location"]["dimensionRange"], to_sheet)
        else:
            fresh["location"]["sheetId"] = to_sheet
        call.book.metadata.append(fresh)


@request("updateSheetProperties")
def update_sheet(call: Call, body: Json) -> None:
    """Change what the field mask names: title, index, size, frozen lines, color, hidden ..."""
    given = body["properties"]
    sheet = call.book.sheet(given.get("sheetId") or 0, "sheet")
    properties = fields.update(sheet.properties, _rounded(given), body.get("fields", ""))
    _keep_required(sheet.properties, properties)
    _refuse_taken(call.book, properties["title"], sheet)
    others = [one for one in call.book.sheets if one is not sheet and not one.hidden]
    if properties.get("hidden") and not others:
        raise ApiError("You can't hide all the sheets in a document.")
    _resized(call.book, sheet, properties["gridProperties"])
    index = properties["index"]
    sheet.properties = _tidy(properties)
    if "index" in fields.parse(body.get("fields", "")):
        _moved(call.book, sheet, index)


def _keep_required(old: Json, new: Json) -> None:
    """A title, an index or a size that a mask names and the request lacks stays (assumed)."""
    for name in ("sheetId", "title", "index", "sheetType"):
        new.setdefault(name, old[name] if name != "index" else 0)
    for name in ("rowCount", "columnCount"):
        new["gridProperties"].setdefault(name, old["gridProperties"][name])


def _resized(book: Spreadsheet, sheet: Sheet, grid: Json) -> None:
    rows, columns = int(grid["rowCount"]), int(grid["columnCount"])
    if book.cell_total() - sheet.row_count * sheet.column_count + rows * columns > 10_000_000:
        raise ApiError(TOO_MANY_CELLS)
    if grid.get("frozenRowCount", 0) >= rows:
        raise ApiError("You can't freeze all visible rows on the sheet.")
    if grid.get("frozenColumnCount", 0) >= columns:
        raise ApiError("You can't freeze all visible columns on the sheet.")
    sheet.resize(rows, columns)


def _moved(book: Spreadsheet, sheet: Sheet, index: int) -> None:
    """Move the tab before the one that is at `index` now, so one further left when it comes from the left."""
    old = book.sheets.index(sheet)
    book.sheets.remove(sheet)
    book.sheets.insert(index - (index > old), sheet)
    book.reindex()


def _tidy(properties: Json) -> Json:
    """Return the properties without zeros and false, which proto3 JSON leaves out."""
    keep = ("sheetId", "index")
    grid = {name: value for name, value in properties["gridProperties"].items() if value}
    rest = {
        name: value for name, value in properties.items() if value not in (None, False, {}) or name in keep
    }
    return rest | {"gridProperties": grid}


def _rounded(value: Any, inside: str = "") -> Any:
    """Return the properties with colors as Google stores them: 32-bit floats, no zeros, no null."""
    if isinstance(value, dict):
        items = {name: _rounded(item, name) for name, item in value.items() if item is not None}
        if inside in ("rgbColor", "tabColor"):
            return stored_color(items)
        if inside == "tabColorStyle" and not items:
            return None
        return items
    return value


def stored_color(parts: Json) -> Json:
    """Return the color in steps of 1/255, without zeros (recorded: 0.5 comes back as 0.49803922)."""
    steps = {name: int(part * 255 + 1e-4) / 255 if name != "alpha" else part for name, part in parts.items()}
    return {name: single_precision(step) for name, step in steps.items() if step}


def single_precision(number: float) -> float:
    """Return the number as a 32-bit float prints: eight significant digits (recorded: 0.49803922)."""
    short = float(f"{number:.8g}")
    return int(short) if short.is_integer() else short
