"""Cells of an open workbook as values: what COM hands over, and what it must be handed to keep a value what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from ...model.sheet import CellError, Formula, Grid
from ...ooxml.styles import format_kind
from ...ooxml.values import from_serial, same, to_serial

Place = tuple[int, int]

_FIRST_ERROR = -2146828288
"""0x800A0000: an error value is this plus its number in Excel (xlErrRef = 2023)."""
_ERRORS = {
    2000: "#NULL!", 2007: "#DIV/0!", 2015: "#VALUE!", 2023: "#REF!", 2029: "#NAME?", 2036: "#NUM!", 2042: "#N/A",
    2043: "#GETTING_DATA", 2045: "#SPILL!", 2046: "#CONNECT!", 2047: "#BLOCKED!", 2048: "#UNKNOWN!",
    2049: "#FIELD!", 2050: "#CALC!",
}  # fmt: skip
_DAY = timedelta(days=1)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet's dates are wall time)
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_FORMATS = {"date": "m/d/yyyy", "datetime": "m/d/yyyy h:mm", "time": "h:mm:ss", "duration": "[h]:mm:ss"}
"""As Excel names its built-in formats, which show dates the way the reader's own locale does."""
_LARGE = 2_000_000
_FORMULAS, _PART, _BY_ROWS, _BY_COLUMNS, _PREVIOUS = -4123, 2, 1, 2, 2


def rectangle(sheet: Any, top: int, left: int, bottom: int, right: int) -> Any:
    """Return a range by its corners, 1-based and inclusive."""
    return sheet.range((top, left), (bottom, right))


def rows_of(block: Any, shape: tuple[int, int]) -> list[list[Any]]:
    """Return what COM gives for a range of this shape as rows: one cell comes without any, blanks at the end may lack."""
    given = block if isinstance(block, tuple | list) else [[block]]
    rows = [[*row, *[None] * (shape[1] - len(row))] for row in given]
    return [*rows, *([None] * shape[1] for _ in range(shape[0] - len(rows)))]


def read_grid(sheet: Any, *, date1904: bool) -> Grid:
    """Return the whole of a sheet: values, formulas and merged ranges."""
    bottom, right = _last_cell(sheet)
    area = rectangle(sheet, 1, 1, bottom, right)
    values, formulas = read_block(area, date1904=date1904)
    while values and all(value is None for value in values[-1]):
        values.pop()
    return Grid(values, 1, formulas, tuple(_merged(sheet, 1, 1, bottom, right)))


def read_block(area: Any, *, date1904: bool) -> tuple[list[list[Any]], dict[Place, str]]:
    """Return the values of a range, and the texts of its formulas by their place in the sheet."""
    top, left, shape = area.row, area.column, area.shape
    raw, texts = rows_of(area.raw_value, shape), rows_of(area.formula, shape)
    plain = (
        rows_of(area.api.Value2, shape) if any(isinstance(v, Decimal) for row in raw for v in row) else None
    )
    values: list[list[Any]] = []
    formulas: dict[Place, str] = {}
    for r, (row, said) in enumerate(zip(raw, texts, strict=True)):
        values.append([])
        for c, (value, text) in enumerate(zip(row, said, strict=True)):
            if isinstance(value, Decimal) and plain is not None:  # money: COM gives four digits of it
                value = plain[r][c]
            found = value_of(value, date1904=date1904)
            if isinstance(found, datetime) and found.year <= 1900 + 4 * date1904:
                found = _short(area, r, c, value, date1904=date1904)
            values[-1].append(found)
            if _is_formula(text, value):
                formulas[top + r, left + c] = text
            elif text in ("", None) and found is not None:  # filled by a formula that spills
                formulas[top + r, left + c] = ""
    _put_times(area, values, date1904=date1904)
    return values, formulas


def _put_times(area: Any, values: list[list[Any]], *, date1904: bool) -> None:
    """Replace the numbers that a format shows as hours and minutes: COM gives them as it gives any other number."""
    top, left = area.row, area.column
    for column in range(len(values[0])):
        numbers = [r for r, row in enumerate(values) if type(row[column]) is float]
        runs = [(numbers[0], numbers[-1])] if numbers else []
        while runs:
            first, last = runs.pop()
            part = rectangle(area.sheet, top + first, left + column, top + last, left + column)
            code = part.number_format
            if code is None and first < last:
                middle = (first + last) // 2
                runs += [(first, middle), (middle + 1, last)]
            elif code is not None and (kind := format_kind(code)) != "number":
                for row in range(first, last + 1):
                    if type(values[row][column]) is float:
                        values[row][column] = from_serial(values[row][column], kind, date1904=date1904)


def _is_formula(text: Any, value: Any) -> bool:
    """A text that begins with "=" reads as itself both ways; a formula reads as what it comes to."""
    return isinstance(text, str) and text.startswith("=") and text != value


def value_of(raw: Any, *, date1904: bool) -> Any:
    """Return a value as COM gave it as a plain one: dates naive, a midnight as its date, errors as CellError."""
    if raw in ("", None):
        return None
    if isinstance(raw, datetime):
        moment = datetime(*raw.timetuple()[:6], raw.microsecond)  # noqa: DTZ001
        rounded = timedelta(
            milliseconds=round(timedelta(microseconds=moment.microsecond) / timedelta(milliseconds=1))
        )
        moment = moment.replace(microsecond=0) + rounded
        early = moment.year <= 1900 + 4 * date1904
        return moment.date() if moment.time() == time() and not early else moment
    if isinstance(raw, int) and not isinstance(raw, bool):
        number = raw - _FIRST_ERROR
        return CellError(_ERRORS.get(number, "#N/A")) if 2000 <= number < 2100 else float(raw)
    return raw


def _short(area: Any, row: int, column: int, raw: datetime, *, date1904: bool) -> Any:
    """Return what a number below a few years is: a time, a duration (its format says so), or an early date."""
    moment = raw.replace(tzinfo=None)
    serial = (moment - (_EPOCH_1904 if date1904 else _EPOCH)) / _DAY
    cell = area.sheet.range((area.row + row, area.column + column))
    return from_serial(serial, format_kind(cell.number_format or "General"), date1904=date1904)


def _last_cell(sheet: Any) -> Place:
    used = sheet.used_range
    bottom, right = used.row + used.shape[0] - 1, used.column + used.shape[1] - 1
    if bottom * right <= _LARGE:
        return bottom, right
    # Formats reach far below the data: ask for the last cell that holds something.
    ends = []
    for order in (_BY_ROWS, _BY_COLUMNS):
        found = sheet.api.Cells.Find(
            What="*", LookIn=_FORMULAS, LookAt=_PART, SearchOrder=order, SearchDirection=_PREVIOUS
        )
        ends.append(found)
    if ends[0] is None or ends[1] is None:
        return 1, 1
    return ends[0].Row, ends[1].Column


def _merged(sheet: Any, top: int, left: int, bottom: int, right: int) -> list[tuple[int, int, int, int]]:
    """Return the merged ranges of an area, halving it until each half is all merged or not at all."""
    found: set[tuple[int, int, int, int]] = set()
    areas = [(top, left, bottom, right)]
    while areas:
        area = areas.pop()
        if any(m[0] <= area[0] and m[1] <= area[1] and area[2] <= m[2] and area[3] <= m[3] for m in found):
            continue
        here = rectangle(sheet, *area)
        if here.merge_cells is False:
            continue
        t, le, b, r = area
        if (t, le) == (b, r):
            whole = here.merge_area
            found.add(
                (whole.row, whole.column, whole.row + whole.shape[0] - 1, whole.column + whole.shape[1] - 1)
            )
        elif b - t >= r - le:
            middle = (t + b) // 2
            areas += [(t, le, middle, r), (middle + 1, le, b, r)]
        else:
            middle = (le + r) // 2
            areas += [(t, le, b, middle), (t, middle + 1, b, r)]
    return sorted(found)


# --- writing -------------------------------------------------------------------------------------------


def as_typed(value: Any, *, date1904: bool, quoted: bool) -> Any:
    """Return what to hand to Excel so that the cell holds `value`; `quoted` puts the mark before a text that
    keeps Excel from reading it as a number, a date or a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, date | time | timedelta):
        return to_serial(value, date1904=date1904)
    text = str(value)
    return f"'{text}" if quoted else text


def may_be_misread(value: Any) -> bool:
    """Whether Excel, in whatever language, might take a text for something else than a text."""
    if not isinstance(value, str) or not value:
        return False
    return not value[0].isalpha() or any(character.isdigit() for character in value)


def needed_format(value: Any) -> str | None:
    """Return the number format that shows a date, a time or a duration as one."""
    kinds = {datetime: "datetime", date: "date", time: "time", timedelta: "duration"}
    return next((_FORMATS[name] for kind, name in kinds.items() if isinstance(value, kind)), None)


def shows(number_format: Any, value: Any) -> bool:
    """Whether a cell's number format shows a value as what it is."""
    needed = needed_format(value)
    if needed is None:
        return True
    return isinstance(number_format, str) and format_kind(number_format) == format_kind(needed)


def alike(left: Any, right: Any) -> bool:
    """Whether two values are one: a date and its midnight are, a blank and an empty text are."""
    left, right = _settled(left), _settled(right)
    if isinstance(left, CellError) or isinstance(right, CellError):
        return bool(left == right)
    return same(left, right)


def _settled(value: Any) -> Any:
    if isinstance(value, Formula):
        value = value.result
    if type(value) is date:
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return None if value == "" else value


def content(grid: Grid, row: int, column: int) -> tuple[str, Any]:
    """Return what a person put into a cell: a formula by its text (what it comes to may change by itself), or a value."""
    text = grid.formulas.get((row, column))
    return (text, None) if text is not None else ("", grid.value(row, column))


def same_content(left: tuple[str, Any], right: tuple[str, Any]) -> bool:
    """Whether a cell still holds what a person put there."""
    return left[0] == right[0] and alike(left[1], right[1])


def differing(before: Grid, after: Grid, expected: Mapping[Place, Any]) -> list[Place]:
    """Return the cells that hold neither what they held before nor what is expected of them."""
    height = max(len(before.rows), len(after.rows))
    width = max((len(row) for grid in (before, after) for row in grid.rows), default=0)
    return [
        (row, column)
        for row in range(1, height + 1)
        for column in range(1, width + 1)
        if (row, column) not in expected
        and not same_content(content(before, row, column), content(after, row, column))
    ]
