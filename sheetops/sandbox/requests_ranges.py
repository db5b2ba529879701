"""Requests about ranges: merging, protecting, naming, sorting, filtering."""

from __future__ import annotations

from typing import Any

from . import fields
from .batch import request
from .call import Call, box_of
from .dimensions import on_lines, placed_at
from .errors import MERGED_PARTLY, PROTECTED, ApiError, Json
from .formulas import Calculation
from .grid import EMPTY, Area, Box, Cell, Sheet, Spreadsheet
from .protection import may_edit


@request("mergeCells")
def merge(call: Call, body: Json) -> None:
    """Merge a range whole, by rows or by columns; only the first value of each merged block stays."""
    sheet, box = call.writable(body["range"])
    kind = body.get("mergeType") or "MERGE_ALL"
    _unmerge(sheet, box)
    for block in _blocks(box, kind):
        if (block.bottom - block.top) * (block.right - block.left) < 2:
            continue
        _keep_first(sheet, block)
        sheet.merges.append(block.area(sheet.id))


def _blocks(box: Box, kind: str) -> list[Box]:
    if kind == "MERGE_ROWS":
        return [Box(row, row + 1, box.left, box.right) for row in box.rows]
    if kind == "MERGE_COLUMNS":
        return [Box(box.top, box.bottom, column, column + 1) for column in box.columns]
    return [box]


def _keep_first(sheet: Sheet, block: Box) -> None:
    filled = [at for at in block.cells() if not sheet.cell(*at).blank]
    first = sheet.cell(*filled[0]) if filled else EMPTY
    for at in filled:
        sheet.put(*at, sheet.cell(*at).cleared())
    if filled:
        corner = sheet.cell(block.top, block.left)
        sheet.put(
            block.top,
            block.left,
            Cell(first.value, first.formula, corner.format, corner.note, corner.validation),
        )


@request("unmergeCells")
def unmerge(call: Call, body: Json) -> None:
    """Take apart every merged block of a range."""
    sheet, box = call.writable(body["range"])
    _unmerge(sheet, box)


def _unmerge(sheet: Sheet, box: Box) -> None:
    met = [area for area in sheet.merges if area.within(sheet).meets(box)]
    if not all(box.holds(area.within(sheet)) for area in met):
        raise ApiError(MERGED_PARTLY)
    sheet.merges = [area for area in sheet.merges if area not in met]


def _shown_range(given: Json) -> Json:
    return Area.of(given).to_json()


@request("addNamedRange")
def add_named(call: Call, body: Json) -> Json:
    """Name a range."""
    given = body["namedRange"]
    call.book.sheet(given["range"].get("sheetId") or 0)
    if any(one["name"].casefold() == given["name"].casefold() for one in call.book.named):
        raise ApiError(f"A named range with the name '{given['name']}' already exists.")
    number = given.get("namedRangeId") or str(call.new_id())
    made = {"namedRangeId": number, "name": given["name"], "range": _shown_range(given["range"])}
    call.book.named.append(made)
    return {"namedRange": made}


def _by_id(items: list[Json], name: str, wanted: Any, what: str) -> int:
    for place, one in enumerate(items):
        if one[name] == wanted:
            return place
    raise ApiError(f"No {what} with id: {wanted}")


@request("updateNamedRange")
def update_named(call: Call, body: Json) -> None:
    """Rename a named range, or let it name another range."""
    given = body["namedRange"]
    place = _by_id(call.book.named, "namedRangeId", given["namedRangeId"], "named range")
    new = fields.update(call.book.named[place], given, body.get("fields", ""))
    call.book.named[place] = new | {"range": _shown_range(new["range"])}


@request("deleteNamedRange")
def delete_named(call: Call, body: Json) -> None:
    """Forget the name; the cells stay."""
    del call.book.named[_by_id(call.book.named, "namedRangeId", body["namedRangeId"], "named range")]


@request("addProtectedRange")
def add_protected(call: Call, body: Json) -> Json:
    """Protect a range. Who asks may edit it, beside the editors named."""
    given = body["protectedRange"]
    sheet = call.book.sheet((given.get("range") or {}).get("sheetId") or 0)
    taken = {one["protectedRangeId"] for each in call.book.sheets for one in each.protected}
    number = given.get("protectedRangeId") or call.new_id()
    if number in taken:
        raise ApiError(f"Protected range with id {number} already exists.")
    made: Json = {"protectedRangeId": number}
    made |= {name: given[name] for name in _PROTECTED if given.get(name)}
    if "range" in made:
        made["range"] = _shown_range(made["range"])
    editors = {name: who for name, who in (given.get("editors") or {}).items() if who}
    reply = made | {"requestingUserCanEdit": True, "editors": editors}
    mine = [one for one in (call.user, call.book.file.get("owner")) if one not in editors.get("users", [])]
    users = [*editors.get("users", []), *dict.fromkeys(mine)]
    sheet.protected.append(made | {"editors": editors | {"users": users}})
    return {"protectedRange": reply}


_PROTECTED = ("range", "namedRangeId", "description", "warningOnly", "unprotectedRanges")


def _protected(call: Call, wanted: int) -> tuple[Sheet, int]:
    for sheet in call.book.sheets:
        for place, one in enumerate(sheet.protected):
            if one["protectedRangeId"] == wanted:
                if not may_edit(call.book, one, call.user):
                    raise ApiError(PROTECTED)
                return sheet, place
    raise ApiError(f"No protected range with id: {wanted}")


@request("updateProtectedRange")
def update_protected(call: Call, body: Json) -> None:
    """Change a protected range; only who may edit it may change it."""
    given = body["protectedRange"]
    sheet, place = _protected(call, given["protectedRangeId"])
    new = fields.trimmed(fields.update(sheet.protected[place], given, body.get("fields", "")))
    new["protectedRangeId"] = given["protectedRangeId"]
    if "range" in new:
        new["range"] = _shown_range(new["range"])
    users = (new.get("editors") or {}).get("users") or []
    owner = call.book.file.get("owner")
    new["editors"] = (new.get("editors") or {}) | {"users": users if owner in users else [*users, owner]}
    sheet.protected[place] = new


@request("deleteProtectedRange")
def delete_protected(call: Call, body: Json) -> None:
    """Stop protecting a range; only who may edit it may do that."""
    sheet, place = _protected(call, body["protectedRangeId"])
    del sheet.protected[place]


@request("setBasicFilter")
def set_filter(call: Call, body: Json) -> None:
    """Set the filter of a sheet; open ends become the grid's edges. It hides rows from people, not from the API."""
    given = fields.trimmed(body["filter"])
    sheet, box = box_of(call.book, Area.of(given.get("range") or {}))
    sheet.filter = given | {"range": box.area(sheet.id).to_json()}


@request("clearBasicFilter")
def clear_filter(call: Call, body: Json) -> None:
    """Remove the filter of a sheet."""
    call.book.sheet(body.get("sheetId") or 0).filter = None


@request("sortRange")
def sort_range(call: Call, body: Json) -> None:
    """Sort the rows of a range by their values. Whether row metadata goes along is the sandbox's switch."""
    sheet, box = call.writable(body["range"])
    if any(area.within(sheet).meets(box) and area.bottom != (area.top or 0) + 1 for area in sheet.merges):
        raise ApiError("You can't sort a range with vertically merged cells.")
    calculation = Calculation(call.book, call.now)
    order = list(box.rows)
    for spec in reversed(body.get("sortSpecs") or []):
        column = spec.get("dimensionIndex") or 0
        if column not in box.columns:
            raise ApiError("The sort column must be within the range.")
        values = {row: calculation.value(sheet, row, column) for row in box.rows}
        order = _sorted(order, values, descending=spec.get("sortOrder") == "DESCENDING")
    _reorder(sheet, box, order)
    if call.metadata_follows_sort:
        _move_metadata(call.book, sheet, {old: box.top + place for place, old in enumerate(order)})


def _sorted(order: list[int], values: dict[int, Any], *, descending: bool) -> list[int]:
    """Return the rows in order: numbers, text, FALSE, TRUE; empty cells at the end either way."""
    filled = [row for row in order if values[row] not in (None, "")]
    empty = [row for row in order if values[row] in (None, "")]
    return sorted(filled, key=lambda row: _rank(values[row]), reverse=descending) + empty


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 2, value
    return (0, value) if isinstance(value, int | float) else (1, value.casefold())


def _reorder(sheet: Sheet, box: Box, order: list[int]) -> None:
    lines = [[sheet.cell(row, column) for column in box.columns] for row in order]
    for row, line in zip(box.rows, lines, strict=True):
        for column, cell in zip(box.columns, line, strict=True):
            if sheet.cell(row, column) is not cell:
                sheet.put(row, column, cell)


def _move_metadata(book: Spreadsheet, sheet: Sheet, new_place: dict[int, int]) -> None:
    for place, one in enumerate(book.metadata):
        span = one["location"].get("dimensionRange")
        if span and on_lines(span, sheet, "ROWS"):
            book.metadata[place] = placed_at(one, new_place.get(span["startIndex"], span["startIndex"]))
