"""Requests about rows and columns, and about cells that make room for others."""

from __future__ import annotations

from . import dimensions, fields
from .batch import request
from .call import Call
from .errors import ApiError, Json
from .formulas import Calculation
from .grid import EMPTY, Box, Sheet
from .protection import refuse_protected
from .values import Rendering


def _span(call: Call, given: Json) -> tuple[Sheet, str, int, int]:
    """Return (sheet, dimension, start, end) of a DimensionRange; open ends are the edges."""
    sheet = call.book.sheet(given.get("sheetId") or 0)
    dimension = given.get("dimension")
    if dimension not in ("ROWS", "COLUMNS"):
        raise ApiError("dimension must be ROWS or COLUMNS.")
    limit = sheet.row_count if dimension == "ROWS" else sheet.column_count
    end = given.get("endIndex")
    return sheet, dimension, given.get("startIndex") or 0, limit if end is None else end


def _lines(sheet: Sheet, dimension: str, start: int, end: int) -> Box:
    return (
        Box(start, end, 0, sheet.column_count) if dimension == "ROWS" else Box(0, sheet.row_count, start, end)
    )


@request("insertDimension")
def insert_dimension(call: Call, body: Json) -> None:
    """Insert empty rows or columns."""
    sheet, dimension, start, end = _span(call, body["range"])
    inherit = bool(body.get("inheritFromBefore"))
    if inherit and start == 0:
        raise ApiError("inheritFromBefore cannot be true if inserting at the start of the sheet.")
    dimensions.insert(call.book, sheet, dimension, start, end - start, inherit=inherit)


@request("deleteDimension")
def delete_dimension(call: Call, body: Json) -> None:
    """Delete rows or columns. Lines that hold protected cells stay (Google's text)."""
    sheet, dimension, start, end = _span(call, body["range"])
    refuse_protected(sheet, _lines(sheet, dimension, start, end), call.user, call.book)
    dimensions.delete(call.book, sheet, dimension, start, end)


@request("appendDimension")
def append_dimension(call: Call, body: Json) -> None:
    """Add rows or columns at the end."""
    sheet, dimension, _, _ = _span(call, body)
    dimensions.grow(call.book, sheet, dimension, body["length"])


@request("moveDimension")
def move_dimension(call: Call, body: Json) -> None:
    """Move rows or columns; the destination is an index before the move (documented)."""
    sheet, dimension, start, end = _span(call, body["source"])
    refuse_protected(sheet, _lines(sheet, dimension, start, end), call.user, call.book)
    dimensions.move(call.book, sheet, dimension, start, end, body.get("destinationIndex") or 0)


@request("updateDimensionProperties")
def update_dimension(call: Call, body: Json) -> None:
    """Hide, show or resize rows or columns."""
    sheet, dimension, start, end = _span(call, body["range"])
    looks = sheet.row_looks if dimension == "ROWS" else sheet.column_looks
    for index in range(start, end):
        new = fields.update(looks.get(index, {}), body["properties"], body.get("fields", ""))
        looks[index] = {name: value for name, value in new.items() if value}


@request("autoResizeDimensions")
def auto_resize(call: Call, body: Json) -> None:
    """Make columns as wide as their longest text, in pixels of a guessed font; rows go back to their usual height."""
    sheet, dimension, start, end = _span(call, body["dimensions"])
    if dimension == "ROWS":
        for index in range(start, end):
            sheet.row_looks.get(index, {}).pop("pixelSize", None)
        return
    rendering = Rendering(call.book, Calculation(call.book, call.now))
    for column in range(start, end):
        texts = (str(rendering.shown(sheet, row, column)) for row in range(sheet.used().bottom))
        widest = max((_pixels(text) for text in texts), default=0)
        if widest:
            sheet.column_looks[column] = sheet.column_looks.get(column, {}) | {"pixelSize": widest}


def _pixels(text: str) -> int:
    """Return the width of the text, as if every letter were a capital A (recorded: 8691 pixels for 1024 of them)."""
    longest = max(text.splitlines(), key=len, default="")
    return round(len(longest) * WIDTH_OF_A + 6) if longest else 0


WIDTH_OF_A = 8.4814


@request("addDimensionGroup")
def add_group(call: Call, body: Json) -> Json:
    """Group rows or columns. A group inside another is one deeper."""
    sheet, dimension, start, end = _span(call, body["range"])
    shown: Json = {"sheetId": sheet.id} if sheet.id else {}
    span = shown | {"dimension": dimension, "startIndex": start, "endIndex": end}
    outer = [one for one in sheet.groups[dimension] if _overlap(one["range"], start, end)]
    if any(_crossing(one["range"], start, end) for one in outer):
        raise ApiError("The sandbox does not implement groups that cross.")
    for one in outer:
        if _within(one["range"], start, end):
            one["depth"] += 1
    depth = 1 + sum(not _within(one["range"], start, end) for one in outer)
    sheet.groups[dimension].append({"range": span, "depth": depth})
    sheet.groups[dimension].sort(key=lambda one: (one["range"]["startIndex"], one["depth"]))
    name = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    sheet.properties["gridProperties"].setdefault(name, True)
    return {"dimensionGroups": sheet.groups[dimension]}


def _overlap(span: Json, start: int, end: int) -> bool:
    return bool(span["startIndex"] < end and start < span["endIndex"])


def _within(span: Json, start: int, end: int) -> bool:
    """Whether the span lies inside, and is not the same."""
    inside = start <= span["startIndex"] and span["endIndex"] <= end
    return bool(inside and (start, end) != (span["startIndex"], span["endIndex"]))


def _crossing(span: Json, start: int, end: int) -> bool:
    outside = span["startIndex"] <= start and end <= span["endIndex"]
    return not outside and not _within(span, start, end)


@request("deleteDimensionGroup")
def delete_group(call: Call, body: Json) -> Json:
    """Ungroup rows or columns."""
    sheet, dimension, start, end = _span(call, body["range"])
    groups = sheet.groups[dimension]
    same = [one for one in groups if (one["range"]["startIndex"], one["range"]["endIndex"]) == (start, end)]
    if not same:
        raise ApiError("The sandbox does not implement ungrouping a part of a group.")
    groups.remove(max(same, key=lambda one: int(one["depth"])))
    for one in groups:
        if _within(one["range"], start, end):
            one["depth"] -= 1
    return {"dimensionGroups": groups} if groups else {}


@request("updateDimensionGroup")
def update_group(call: Call, body: Json) -> None:
    """Fold or unfold a group."""
    given = body["dimensionGroup"]
    sheet, dimension, start, end = _span(call, given["range"])
    for one in sheet.groups[dimension]:
        span = one["range"]
        if (span["startIndex"], span["endIndex"], one["depth"]) == (start, end, given.get("depth", 1)):
            one["collapsed"] = bool(given.get("collapsed"))
            return
    raise ApiError("No dimension group with this range and depth.")


@request("insertRange")
def insert_range(call: Call, body: Json) -> None:
    """Insert empty cells; those there move down or to the right, and fall off the edge only when they are empty."""
    sheet, box = call.writable(body["range"])
    if body["shiftDimension"] == "ROWS":
        _slide(sheet, box.columns, sheet.row_count, box.top, box.bottom - box.top, across=False)
    else:
        _slide(sheet, box.rows, sheet.column_count, box.left, box.right - box.left, across=True)


@request("deleteRange")
def delete_range(call: Call, body: Json) -> None:
    """Delete cells; those below or to the right move up."""
    sheet, box = call.writable(body["range"])
    if body["shiftDimension"] == "ROWS":
        _slide(sheet, box.columns, sheet.row_count, box.bottom, box.top - box.bottom, across=False)
    else:
        _slide(sheet, box.rows, sheet.column_count, box.right, box.left - box.right, across=True)


def _slide(sheet: Sheet, lines: range, limit: int, start: int, by: int, *, across: bool) -> None:
    """Move all cells from `start` on by so many places, along rows (`across`) or columns."""

    def at(line: int, place: int) -> tuple[int, int]:
        return (line, place) if across else (place, line)

    for line in lines:
        moving = [sheet.cell(*at(line, place)) for place in range(start, limit)]
        if by > 0 and any(cell is not EMPTY for cell in moving[len(moving) - by :]):
            raise ApiError("This action would move cells with content beyond the edge of the grid.")
        kept = ([EMPTY] * by + moving)[: len(moving)] if by > 0 else moving + [EMPTY] * -by
        for offset, cell in enumerate(kept):
            sheet.put(*at(line, min(start, start + by) + offset), cell)
