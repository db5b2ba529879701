"""The `spreadsheets.values` methods: read, write, append and clear rectangles of values.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import entry, looks
from .a1 import area_of, column_name, quoted, written
from .call import Call, beyond, box_of
from .dimensions import grow, insert
from .errors import ApiError, Json, bad_value
from .formulas import Calculation
from .grid import Area, Box, Cell, Sheet, Spreadsheet
from .locales import locale_of
from .protection import refuse_protected
from .tables import table_in

RENDER = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")


@dataclass(slots=True)
class Rendering:
    """How values are shown."""

    book: Spreadsheet
    calculation: Calculation
    option: str = "FORMATTED_VALUE"
    date_strings: bool = False

    @classmethod
    def of(cls, book: Spreadsheet, options: Json, now: datetime, prefix: str = "") -> Rendering:
        """Return the rendering that a request asks for."""
        name = prefix + ("ValueRenderOption" if prefix else "valueRenderOption")
        option = options.get(name) or "FORMATTED_VALUE"
        if option not in RENDER:
            kind = "type.googleapis.com/google.apps.sheets.v4.ValueRenderOption"
            raise bad_value(name, kind, f'"{option}"')
        dates = prefix + ("DateTimeRenderOption" if prefix else "dateTimeRenderOption")
        return cls(book, Calculation(book, now), option, options.get(dates) == "FORMATTED_STRING")

    def shown(self, sheet: Sheet, row: int, column: int) -> Any:
        """Return one cell as an answer has it; an empty one is ""."""
        cell = sheet.cell(row, column)
        if self.option == "FORMULA" and cell.formula is not None:
            return cell.formula
        value = cell.value if cell.value is not None else self.calculation.value(sheet, row, column)
        if value is None:
            return ""
        form = self.calculation.form(cell, value)
        dated = self.date_strings and (form or {}).get("type") in ("DATE", "TIME", "DATE_TIME")
        if self.option == "FORMATTED_VALUE" or dated:
            return looks.formatted(value, form, locale_of(self.book.properties["locale"]))
        return looks.plain(value) if isinstance(value, float) else value


def read(rendering: Rendering, area: Area, major: str = "ROWS") -> Json:
    """Return a ValueRange. Empty cells at the end of a row, and empty rows at the end, are left out."""
    sheet, box = box_of(rendering.book, area)
    used = rendering.calculation.used(sheet)
    rows = range(box.top, min(box.bottom, used.bottom))
    columns = range(box.left, min(box.right, used.right))
    lines = [[rendering.shown(sheet, row, column) for column in columns] for row in rows]
    if major == "COLUMNS":
        lines = [list(line) for line in zip(*lines, strict=True)]
    found = _without_ends(lines)
    answer: Json = {"range": written(sheet, box), "majorDimension": major}
    return answer | ({"values": found} if found else {})


def _without_ends(lines: list[list[Any]]) -> list[list[Any]]:
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines


def major_of(options: Json) -> str:
    """Return the major dimension that was asked for."""
    return "COLUMNS" if options.get("majorDimension") == "COLUMNS" else "ROWS"


def write(call: Call, area: Area, value_range: Json, option: str | None) -> Json:
    """Write the values and return an UpdateValuesResponse; null leaves a cell as it is and is not counted (recorded)."""
    lines = checked_lines(value_range)
    sheet, box = _target(call.book, area, lines)
    sizes = [(row, column) for row, line in enumerate(lines) for column in range(len(line))]
    touched = [(r, c) for r, c in sizes if lines[r][c] is not None]
    target = Box(box.top, box.top + len(lines), box.left, box.left + max(map(len, lines), default=0))
    if touched:
        refuse_protected(sheet, target, call.user, call.book)
        call.touched |= {(sheet.id, box.top + row, box.left + column) for row, column in touched}
    enter = reader(call, option)
    for row, column in touched:
        old = sheet.cell(box.top + row, box.left + column)
        sheet.put(box.top + row, box.left + column, entry.placed(old, enter(lines[row][column], old)))
    answer: Json = {"spreadsheetId": call.book.id, "updatedRange": written(sheet, target if lines else box)}
    counts = {
        "updatedRows": len({row for row, _ in touched}),
        "updatedColumns": len({column for _, column in touched}),
        "updatedCells": len(touched),
    }
    answer |= {name: count for name, count in counts.items() if count}
    if call.options.get("includeValuesInResponse") in (True, "true", "True"):
        rendering = Rendering.of(call.book, call.options, call.now, "response")
        answer["updatedData"] = read(rendering, target.area(sheet.id), major_of(value_range))
    return answer


def reader(call: Call, option: str | None) -> Callable[[Any, Cell], entry.Entered]:
    """Return the function that turns JSON values into entries, by RAW or USER_ENTERED."""
    locale = locale_of(call.book.properties["locale"])
    if option == "RAW":
        return lambda value, _: entry.raw(value)
    if option == "USER_ENTERED":
        return lambda value, old: entry.typed(value, locale, call.now, as_text=entry.is_text(old))
    raise ApiError("'valueInputOption' is required but not specified")


def checked_lines(value_range: Json) -> list[list[Any]]:
    """Return the values by rows. Raise, as Google does, when they are not a list of lists of scalars."""
    values = value_range.get("values") or []
    list_kind = "type.googleapis.com/google.protobuf.ListValue"
    if not isinstance(values, list):
        raise bad_value("data.values", list_kind, f'"{values}"')
    for number, line in enumerate(values):
        if not isinstance(line, list):
            raise bad_value(f"data.values[{number}]", list_kind, f'"{line}"')
        for place, item in enumerate(line):
            if isinstance(item, dict | list):
                kind = "struct_value" if isinstance(item, dict) else "list_value"
                raise ApiError(f"Invalid data[0]: Invalid values[{number}][{place}]: {kind} {{\n}}\n")
    if value_range.get("majorDimension") != "COLUMNS":
        return values
    height = max(map(len, values), default=0)
    return [[line[row] if row < len(line) else None for line in values] for row in range(height)]


def _target(book: Spreadsheet, area: Area, lines: list[list[Any]]) -> tuple[Sheet, Box]:
    """Return where the values go. A single cell is where they begin; a larger range must hold them."""
    sheet, box = box_of(book, area)
    height, width = len(lines), max(map(len, lines), default=0)
    single = (box.bottom - box.top, box.right - box.left) == (1, 1)
    if not single and (box.top + height > box.bottom or box.left + width > box.right):
        over_row = box.top + height > box.bottom
        what = f"row [{box.bottom + 1}]" if over_row else f"column [{column_name(box.right)}]"
        raise ApiError(
            f"Requested writing within range [{_always_quoted(sheet, box)}], but tried writing to {what}"
        )
    if box.top + height > sheet.row_count or box.left + width > sheet.column_count:
        target = Box(box.top, box.top + height, box.left, box.left + width)
        raise beyond(sheet, target)
    return sheet, box


def _always_quoted(sheet: Sheet, box: Box) -> str:
    text = written(sheet, box)
    return text if text.startswith("'") else "'" + sheet.title + "'" + text[len(quoted(sheet.title)) :]


def clear(call: Call, area: Area) -> str:
    """Clear the values, keep the rest of each cell, and return the range as Google writes it."""
    sheet, box = box_of(call.book, area)
    refuse_protected(sheet, box, call.user, call.book)
    used = sheet.used()
    for row in range(box.top, min(box.bottom, used.bottom)):
        for column in range(box.left, min(box.right, len(sheet.cells[row]) if row < len(sheet.cells) else 0)):
            if not sheet.cell(row, column).blank:
                sheet.put(row, column, sheet.cell(row, column).cleared())
    return written(sheet, box)


def get(call: Call, range_text: str) -> Json:
    """Answer values.get."""
    rendering = Rendering.of(call.book, call.options, call.now)
    return read(rendering, area_of(call.book, range_text), major_of(call.options))


def append(call: Call, range_text: str, value_range: Json) -> Json:
    """Answer values.append: the values go below the last table that meets the range."""
    book = call.book
    sheet, box = box_of(book, area_of(book, range_text))
    lines = checked_lines(value_range)
    table = table_in(sheet, box, Calculation(book, call.now))
    top, left = (table.bottom, table.left) if table else (box.top, box.left)
    height, width = len(lines), max(map(len, lines), default=0)
    if call.options.get("insertDataOption") == "INSERT_ROWS" and table and height:
        insert(book, sheet, "ROWS", top, height)
    elif top + height > sheet.row_count:
        grow(book, sheet, "ROWS", top + height - sheet.row_count)
    if left + width > sheet.column_count:
        grow(book, sheet, "COLUMNS", left + width - sheet.column_count)
    target = Area(sheet.id, top, top + max(height, 1), left, left + max(width, 1))
    updates = write(call, target, value_range, call.options.get("valueInputOption"))
    answer: Json = {"spreadsheetId": book.id}
    if table:
        answer["tableRange"] = written(sheet, table)
    return answer | {"updates": updates}


def totals(call: Call, responses: list[Json]) -> Json:
    """Return the sums that batchUpdate answers with."""
    sums = {
        "totalUpdatedRows": len({(sheet, row) for sheet, row, _ in call.touched}),
        "totalUpdatedColumns": len({(sheet, column) for sheet, _, column in call.touched}),
        "totalUpdatedCells": sum(one.get("updatedCells", 0) for one in responses),
        "totalUpdatedSheets": len({sheet for sheet, _, _ in call.touched}),
    }
    answer: Json = {"spreadsheetId": call.book.id}
    return answer | {name: total for name, total in sums.items() if total} | {"responses": responses}
