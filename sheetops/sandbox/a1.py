"""A1 and R1C1 notation: from text to an area of a spreadsheet, and back.

Source: https://developers.google.com/workspace/sheets/api/guides/concepts#cell
"""

from __future__ import annotations

import re

from .errors import ApiError
from .grid import Area, Box, Sheet, Spreadsheet

_CORNER = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]*)")
_R1C1 = re.compile(r"R([0-9]+)C([0-9]+)(?::R([0-9]+)C([0-9]+))?", re.IGNORECASE)
_PLAIN_TITLE = re.compile(r"[^\W\d]\w*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|R[0-9]*(C[0-9]*)?|C[0-9]*|TRUE|FALSE", re.IGNORECASE)


def column_name(index: int) -> str:
    """Return the letters of a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name: str) -> int:
    """Return the column, counted from 0, that the letters name."""
    index = 0
    for letter in name.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def quoted(title: str) -> str:
    """Return the title as Google writes it in ranges: in quotes unless it could be nothing but a title."""
    if _PLAIN_TITLE.fullmatch(title) and title.isascii() and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def written(sheet: Sheet, box: Box) -> str:
    """Return the rectangle in A1 notation with its sheet, as answers have it: `Sheet1!A1:D4`."""
    first = f"{column_name(box.left)}{box.top + 1}"
    last = f"{column_name(max(box.right, box.left + 1) - 1)}{max(box.bottom, box.top + 1)}"
    return f"{quoted(sheet.title)}!{first}" + ("" if first == last else f":{last}")


def area_of(book: Spreadsheet, text: str) -> Area:
    """Return the area that the text names: a range, a named range or a whole sheet.

    A named range comes before a sheet of the same name (documented); an unquoted text that reads as a cell is one,
    even where a sheet has that title (recorded by gspread's test of a tab called D3).
    """
    title, rest = _split(text)
    if title is None:
        return _without_sheet(book, rest)
    sheet = book.titled(title)
    if sheet is None:
        raise unparsable(text)
    area = rectangle(rest, sheet.id) or _named(book, rest)
    if area is None:
        raise unparsable(text)
    return area


def unparsable(text: str) -> ApiError:
    """Return the refusal of a range that names nothing."""
    return ApiError(f"Unable to parse range: {text}")


def _split(text: str) -> tuple[str | None, str]:
    """Return (title, range): no title when none is named, an empty range for a whole sheet."""
    match = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL)
    if match:
        return match[1].replace("''", "'"), match[2] or ""
    title, mark, rest = text.rpartition("!")
    return (title, rest) if mark else (None, text)


def _without_sheet(book: Spreadsheet, text: str) -> Area:
    area = _named(book, text)
    if area:
        return area
    area = rectangle(text, book.first().id) if text else None
    if area:
        return area
    sheet = book.titled(text)
    if sheet is None:
        raise unparsable(text)
    return Area(sheet.id)


def _named(book: Spreadsheet, name: str) -> Area | None:
    found = (Area.of(one["range"]) for one in book.named if one["name"].casefold() == name.casefold())
    return next(found, None)


def rectangle(text: str, sheet_id: int) -> Area | None:
    """Return the area that A1 or R1C1 notation without a sheet means; None when it is neither."""
    if not text:
        return Area(sheet_id)
    match = _R1C1.fullmatch(text)
    if match:
        row, column, last_row, last_column = (int(part) if part else None for part in match.groups())
        if not row or not column:
            return None
        return Area(sheet_id, row - 1, last_row or row, column - 1, last_column or column)
    first, colon, last = text.partition(":")
    start, end = _corner(first), _corner(last if colon else first)
    if start is None or end is None or (not colon and None in start):
        return None
    return _between(sheet_id, start, end)


def _corner(text: str) -> tuple[int | None, int | None] | None:
    """Return (row, column) counted from 0, each None where the text leaves it open."""
    match = _CORNER.fullmatch(text)
    if not match or not text or match[2] == "0":
        return None
    return (int(match[2]) - 1 if match[2] else None), (column_index(match[1]) if match[1] else None)


def _between(sheet_id: int, start: tuple[int | None, int | None], end: tuple[int | None, int | None]) -> Area:
    """Return the area between two corners, in whichever order they were given."""
    top, bottom = _ordered(start[0], end[0])
    left, right = _ordered(start[1], end[1])
    return Area(sheet_id, top, bottom, left, right)


def _ordered(start: int | None, end: int | None) -> tuple[int | None, int | None]:
    if start is not None and end is not None and start > end:
        start, end = end, start
    return start, (None if end is None else end + 1)
