"""The values of formulas: arithmetic, comparison, text, references, the commonest functions, and arrays that spill.

Assumed. A formula that uses anything else shows its own text: the sandbox never invents a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .a1 import area_of, rectangle
from .arrays import Table, placed
from .errors import ApiError, Json
from .functions import Failure, Shown, Unknown, form_of, shown
from .grid import Area, Box, Cell, Scalar, Sheet, Spreadsheet
from .locales import locale_of
from .reader import Reader
from .serials import to_serial

_MAY_SPILL = re.compile(r"\{|\b(?:ARRAYFORMULA|SEQUENCE|SORT|UNIQUE|FILTER|TRANSPOSE)\(", re.IGNORECASE)
_Address = tuple[int, int, int]
_Spills = dict[tuple[int, int], Scalar | None]


class Calculation:
    """The values of one spreadsheet's cells, each formula calculated once."""

    def __init__(self, book: Spreadsheet, now: datetime) -> None:
        self._book, self._now = book, now
        self._known: dict[_Address, Scalar | None] = {}
        self._busy: set[_Address] = set()
        self._spills: dict[int, _Spills] = {}
        self._used: dict[int, Box] = {}
        self._widths: dict[int, dict[int, int]] = {}

    def value(self, sheet: Sheet, row: int, column: int) -> Scalar | None:
        """Return the effective value of a cell; an error is its text, such as `#DIV/0!`."""
        cell = sheet.cell(row, column)
        if cell.value is not None:
            return cell.value
        spilled = self.spilled(sheet)
        if cell.formula is None:
            return spilled.get((row, column))
        address = (sheet.id, row, column)
        if address not in self._known:
            found = self._calculated(sheet, cell.formula, address)
            self._known[address] = (found or [None])[0] if isinstance(found, Table) else found
        return self._known[address]

    def form(self, cell: Cell, value: object) -> Json | None:
        """Return the number format that a cell is shown with: its own, or the one its formula's value brings."""
        return (cell.format or {}).get("numberFormat") or form_of(value)

    def used(self, sheet: Sheet) -> Box:
        """Return the rectangle from A1 that holds every cell with anything in it, spilled values included."""
        if sheet.id not in self._used:
            box, spilled = sheet.used(), self.spilled(sheet)
            bottom = max((row + 1 for row, _ in spilled), default=0)
            right = max((column + 1 for _, column in spilled), default=0)
            self._used[sheet.id] = Box(0, max(box.bottom, bottom), 0, max(box.right, right))
        return self._used[sheet.id]

    def spilled(self, sheet: Sheet) -> _Spills:
        """Return the values that array formulas put into cells beside their own."""
        if sheet.id not in self._spills:
            self._spills[sheet.id] = {}  # what is asked for meanwhile is not there yet
            for row, column, formula in _arrays(sheet):
                self._spill(sheet, row, column, formula)
        return self._spills[sheet.id]

    def width(self, sheet: Sheet, row: int) -> int:
        """Return how many cells of the row array formulas fill, counted from the first column."""
        if sheet.id not in self._widths:
            self._widths[sheet.id] = widths = dict[int, int]()
            for at, column in self.spilled(sheet):
                widths[at] = max(widths.get(at, 0), column + 1)
        return self._widths[sheet.id].get(row, 0)

    def _spill(self, sheet: Sheet, row: int, column: int, formula: str) -> None:
        """Fill the cells below and to the right. One that is not free, or off the grid, makes the formula #REF!."""
        address, spilled = (sheet.id, row, column), self._spills[sheet.id]
        found = self._calculated(sheet, formula, address)
        if not isinstance(found, Table):
            self._known[address] = found
            return
        cells = {(row + down, column + right): value for down, right, value in placed(found)}
        first = cells.pop((row, column), "#N/A")
        beyond = row + found.height > sheet.row_count or column + found.width > sheet.column_count
        if beyond or any(at in spilled or not sheet.cell(*at).blank for at in cells):
            self._known[address] = "#REF!"
            return
        self._known[address] = first
        spilled.update(cells)

    def _calculated(self, sheet: Sheet, formula: str, address: _Address) -> Scalar | Table | None:
        if address in self._busy:
            return "#REF!"
        self._busy.add(address)
        try:
            result: Scalar | Table | None = Reader(formula[1:], sheet, self).result()
        except Failure as failure:
            return failure.code
        except (Unknown, RecursionError):
            return formula
        finally:
            self._busy.discard(address)
        return 0.0 if result is None else result

    def cells(self, sheet: Sheet, text: str) -> Table:
        """Return the values of a range, row by row."""
        try:
            area = area_of(self._book, text) if "!" in text else rectangle(text, sheet.id)
            there = self._book.sheet((area or Area(sheet.id)).sheet_id)
        except ApiError:
            raise Failure("#REF!") from None
        if area is None:
            raise Unknown
        used, box = self.used(there), area.within(there)
        bottom, right = max(used.bottom, box.top + 1), max(used.right, box.left + 1)
        return self._table(there, Box(box.top, min(box.bottom, bottom), box.left, min(box.right, right)))

    def _table(self, sheet: Sheet, box: Box) -> Table:
        return Table((self._referred(sheet, *at) for at in box.cells()), box.right - box.left, spills=False)

    def _referred(self, sheet: Sheet, row: int, column: int) -> Scalar | None:
        """Return a value as a formula sees it: a date, percentage or amount keeps its format on the way."""
        value = self.value(sheet, row, column)
        if type(value) is not float:
            return value
        return shown(value, (sheet.cell(row, column).format or {}).get("numberFormat"))

    def named(self, name: str) -> Table:
        """Return the values of a named range."""
        for one in self._book.named:
            if one["name"].casefold() == name.casefold():
                area = Area.of(one["range"])
                sheet = self._book.sheet(area.sheet_id)
                return self._table(sheet, area.within(sheet))
        raise Failure("#NAME?")

    @property
    def now(self) -> float:
        """Return the time as a serial, in the spreadsheet's own time zone."""
        try:
            zone = ZoneInfo(self._book.properties["timeZone"])
        except (ZoneInfoNotFoundError, ValueError, KeyError):
            return to_serial(self._now)
        return to_serial(self._now.astimezone(zone) if self._now.tzinfo else self._now)

    def dated(self, serial: float, *, clock: bool = False) -> Shown:
        """Return the serial as a date, or as a date with its time, in the form of the spreadsheet's locale."""
        pattern = locale_of(self._book.properties["locale"]).date.replace("M", "m")
        if clock:
            return Shown(serial, {"type": "DATE_TIME", "pattern": f"{pattern} h:mm:ss"})
        return Shown(serial, {"type": "DATE", "pattern": pattern})


def _arrays(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, formula) of the formulas that may fill more than their own cell."""
    for row, line in enumerate(sheet.cells):
        for column, cell in enumerate(line):
            if cell.formula is not None and _MAY_SPILL.search(cell.formula):
                yield row, column, cell.formula
