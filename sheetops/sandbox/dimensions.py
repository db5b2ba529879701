"""Rows and columns that come, go and move, and everything on them that goes along.

Merges, protected and named ranges, filters, groups and developer metadata follow insertion and deletion as
`GridRange`s do: a range grows when something is inserted inside it, and disappears with its last cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import TOO_MANY_CELLS, ApiError, Json
from .grid import EMPTY, Area, Cell, Sheet, Spreadsheet
from .references import Shift, moved_formula

CELL_LIMIT = 10_000_000
_NAMES = {"ROWS": ("startRowIndex", "endRowIndex"), "COLUMNS": ("startColumnIndex", "endColumnIndex")}


def insertion(start: int, count: int) -> Shift:
    """Return how spans change when `count` lines come before line `start`."""

    def shift(first: int | None, last: int | None) -> tuple[int | None, int | None]:
        first = first + count if first is not None and first >= start else first
        last = last + count if last is not None and last > start else last
        return first, last

    return shift


def deletion(start: int, end: int) -> Shift:
    """Return how spans change when the lines from `start` up to `end` go."""

    def at(place: int) -> int:
        return place - max(0, min(place, end) - start)

    def shift(first: int | None, last: int | None) -> tuple[int | None, int | None] | None:
        new = (None if first is None else at(first)), (None if last is None else at(last))
        gone = first is not None and last is not None and new[0] == new[1] and first != last
        return None if gone else new

    return shift


def moving(start: int, end: int, to: int) -> Shift:
    """Return how spans change when lines move before line `to`. What is on one line goes along; longer spans stay."""
    count = end - start

    def place(index: int) -> int:
        if start <= index < end:
            return index - start + (to if to < start else to - count)
        if to <= index < start:
            return index + count
        return index - count if end <= index < to else index

    def shift(first: int | None, last: int | None) -> tuple[int | None, int | None]:
        if first is None or last is None or last - first != 1:
            return first, last
        return place(first), place(first) + 1

    return shift


def insert(
    book: Spreadsheet, sheet: Sheet, dimension: str, start: int, count: int, *, inherit: bool = False
) -> None:
    """Insert empty lines before line `start`; with `inherit` they look like the line before, else like the next."""
    limit = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if not 0 <= start <= limit or count < 1:
        raise ApiError(
            f"range.startIndex[{start}] must not be greater than the sheet's {dimension.lower()[:-1]} count [{limit}]"
        )
    grow(book, sheet, dimension, count)
    model = start - 1 if inherit else start
    if dimension == "ROWS":
        _insert_rows(sheet, start, count, model)
    else:
        _insert_columns(sheet, start, count, model)
    shift_all(book, sheet, dimension, insertion(start, count))


def grow(book: Spreadsheet, sheet: Sheet, dimension: str, count: int) -> None:
    """Make the grid larger by this many lines. Raise when the file would have more than 10,000,000 cells."""
    across = sheet.column_count if dimension == "ROWS" else sheet.row_count
    if book.cell_total() + across * count > CELL_LIMIT:
        raise ApiError(TOO_MANY_CELLS)
    name = "rowCount" if dimension == "ROWS" else "columnCount"
    sheet.properties["gridProperties"][name] += count


def _look_alike(cell: Cell) -> Cell:
    """Return an empty cell with the look and the validation of this one."""
    return Cell(format=cell.format, validation=cell.validation) if cell.format or cell.validation else EMPTY


def _insert_rows(sheet: Sheet, start: int, count: int, model: int) -> None:
    if start >= len(sheet.cells):
        return
    like = [_look_alike(cell) for cell in sheet.cells[model]] if 0 <= model < len(sheet.cells) else []
    sheet.cells[start:start] = [like[:] for _ in range(count)]


def _insert_columns(sheet: Sheet, start: int, count: int, model: int) -> None:
    for line in sheet.cells:
        if start < len(line):
            like = _look_alike(line[model]) if 0 <= model < len(line) else EMPTY
            line[start:start] = [like] * count


def delete(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, end: int) -> None:
    """Delete the lines from `start` up to `end`."""
    limit = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if start >= limit or end > limit or end <= start:
        raise ApiError(f"Cannot delete {dimension.lower()} {start} to {end}: the sheet has {limit}.")
    if end - start >= limit:
        raise ApiError(f"You can't delete all the {dimension.lower()} on the sheet.")
    frozen = sheet.properties["gridProperties"].get(f"frozen{dimension.capitalize()[:-1]}Count", 0)
    if frozen and start <= frozen and end >= limit:
        raise ApiError(f"Sorry, it is not possible to delete all non-frozen {dimension.lower()}.")
    if dimension == "ROWS":
        del sheet.cells[start:end]
        sheet.properties["gridProperties"]["rowCount"] -= end - start
    else:
        for line in sheet.cells:
            del line[start:end]
        sheet.properties["gridProperties"]["columnCount"] -= end - start
    _unfreeze(sheet, dimension, start, end)
    shift_all(book, sheet, dimension, deletion(start, end))


def _unfreeze(sheet: Sheet, dimension: str, start: int, end: int) -> None:
    name = "frozenRowCount" if dimension == "ROWS" else "frozenColumnCount"
    frozen = sheet.properties["gridProperties"].get(name, 0)
    if start < frozen:
        sheet.properties["gridProperties"][name] = frozen - (min(end, frozen) - start)


def move(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, end: int, to: int) -> None:
    """Move lines so that they stand before the line that is now `to`."""
    if start <= to <= end:
        return
    for line in [sheet.cells] if dimension == "ROWS" else sheet.cells:
        _move_items(line, start, end, to, [] if dimension == "ROWS" else EMPTY)
    shift_all(book, sheet, dimension, moving(start, end, to))


def _move_items(line: list[Any], start: int, end: int, to: int, blank: Any) -> None:
    while len(line) < max(end, to):
        line.append(blank[:] if isinstance(blank, list) else blank)
    moving = line[start:end]
    del line[start:end]
    at = to if to < start else to - (end - start)
    line[at:at] = moving
    while line and (line[-1] is EMPTY or line[-1] == []):
        line.pop()


def _shifted_rules(sheet: Sheet, dimension: str, shift: Shift) -> list[Json]:
    """Return the conditional formats with their ranges shifted; one without a range left goes."""
    moved = (
        (rule, [shifted(one, sheet.id, dimension, shift) for one in rule["ranges"]])
        for rule in sheet.conditional
    )
    return [rule | {"ranges": [one for one in ranges if one]} for rule, ranges in moved if any(ranges)]


def placed_at(one: Json, index: int) -> Json:
    """Return the metadata of one line as that of another."""
    span = one["location"]["dimensionRange"] | {"startIndex": index, "endIndex": index + 1}
    return one | {"location": one["location"] | {"dimensionRange": span}}


def shift_all(book: Spreadsheet, sheet: Sheet, dimension: str, shift: Shift) -> None:
    """Move everything that lies on ranges of the sheet."""
    looks = sheet.row_looks if dimension == "ROWS" else sheet.column_looks
    spans = ((shift(index, index + 1), look) for index, look in list(looks.items()))
    kept = {span[0]: look for span, look in spans if span and span[0] is not None}
    looks.clear()
    looks.update(kept)
    areas = (shifted(area.to_json(), sheet.id, dimension, shift) for area in sheet.merges)
    sheet.merges = [Area.of(area) for area in areas if area and _several(Area.of(area))]
    sheet.protected = _shifted_ranges(sheet.protected, sheet.id, dimension, shift)
    book.named = _shifted_ranges(book.named, sheet.id, dimension, shift)
    sheet.filter_views = _shifted_ranges(sheet.filter_views, sheet.id, dimension, shift)
    sheet.banding = _shifted_ranges(sheet.banding, sheet.id, dimension, shift)
    sheet.conditional = _shifted_rules(sheet, dimension, shift)
    if sheet.filter:
        sheet.filter = next(iter(_shifted_ranges([sheet.filter], sheet.id, dimension, shift)), None)
    _shift_spans(book, sheet, dimension, shift)
    _shift_formulas(book, sheet, dimension, shift)


def _several(area: Area) -> bool:
    return ((area.bottom or 0) - (area.top or 0)) * ((area.right or 0) - (area.left or 0)) > 1


def shifted(grid_range: Json, sheet_id: int, dimension: str, shift: Shift) -> Json | None:
    """Return the GridRange after the shift; None when it is gone."""
    if (grid_range.get("sheetId") or 0) != sheet_id:
        return grid_range
    names = _NAMES[dimension]
    ends = shift(grid_range.get(names[0]), grid_range.get(names[1]))
    if ends is None:
        return None
    return grid_range | {name: end for name, end in zip(names, ends, strict=True) if end is not None}


def _shifted_ranges(items: Iterable[Json], sheet_id: int, dimension: str, shift: Shift) -> list[Json]:
    pairs = (
        (item, shifted(item["range"], sheet_id, dimension, shift) if "range" in item else {})
        for item in items
    )
    return [item | ({"range": area} if "range" in item else {}) for item, area in pairs if area is not None]


def on_lines(span: Json, sheet: Sheet, dimension: str) -> bool:
    """Whether the DimensionRange is on the sheet, in this direction."""
    return (span.get("sheetId") or 0) == sheet.id and span["dimension"] == dimension


def _shift_spans(book: Spreadsheet, sheet: Sheet, dimension: str, shift: Shift) -> None:
    """Move groups and developer metadata; what was on deleted lines only is deleted with them (documented)."""
    kept = []
    for one in book.metadata:
        span = one["location"].get("dimensionRange")
        if not span or not on_lines(span, sheet, dimension):
            kept.append(one)
        elif ends := shift(span["startIndex"], span["endIndex"]):
            moved = span | {"startIndex": ends[0], "endIndex": ends[1]}
            kept.append(one | {"location": one["location"] | {"dimensionRange": moved}})
    book.metadata = kept
    sheet.groups[dimension] = [
        group | {"range": group["range"] | {"startIndex": ends[0], "endIndex": ends[1]}}
        for group in sheet.groups[dimension]
        if (ends := shift(group["range"]["startIndex"], group["range"]["endIndex"]))
    ]


def _shift_formulas(book: Spreadsheet, changed: Sheet, dimension: str, shift: Shift) -> None:
    """Rewrite the references in formulas, as Sheets does."""
    for sheet in book.sheets:
        for line in sheet.cells:
            for column, cell in enumerate(line):
                if cell.formula is not None:
                    formula = moved_formula(cell.formula, sheet.title, changed.title, dimension, shift)
                    if formula != cell.formula:
                        line[column] = Cell(None, formula, cell.format, cell.note, cell.validation)
