"""Writing into a tab that people may be typing in: each block is compared, written, and read back; or all is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ...model.errors import TrackerChanged
from ...model.sheet import Formula, Grid, a1
from .blocks import Block, blocks
from .cells import (
    Place,
    as_typed,
    content,
    may_be_misread,
    needed_format,
    read_block,
    rectangle,
    same_content,
    shows,
)
from .excel import Excel

_VISIBLE = 12
"""xlCellTypeVisible."""


class TabWriter:
    """Writes to one tab what was planned on `seen`, the tab as it was read.

    A block is compared with `seen` in the calls right before it is written: its cells, the keys of its rows and
    the headers. Whoever typed since stops the write. What was written is remembered, so that it can be undone.
    """

    def __init__(
        self, excel: Excel, sheet: Any, seen: Grid, *, header_row: int, key_column: int, date1904: bool
    ) -> None:
        self.excel, self.sheet, self.seen = excel, sheet, seen
        self.header_row, self.key_column, self.date1904 = header_row, key_column, date1904
        self.width = max(map(len, seen.rows), default=1)
        self.now: dict[Place, tuple[str, Any]] = {}
        """What stands in the cells that were written, as it was read back."""
        self._undo: list[Callable[[], None]] = []

    def put(self, cells: Mapping[Place, Any]) -> None:
        """Write values and `Formula`s. Raise TrackerChanged where a person was faster."""
        # A formula that a table brings along into its new rows stays.
        cells = {p: v for p, v in cells.items() if not (isinstance(v, Formula) and self._brought(p))}
        if not cells:
            return
        self._show_as_dates(cells)
        kinds = {place: isinstance(value, Formula) for place, value in cells.items()}
        for block, is_formula in blocks(kinds, self._shown_rows()):
            self._write(block, cells, is_formula=is_formula)

    def _brought(self, place: Place) -> bool:
        return place in self.now and bool(self.now[place][0])

    def grow(self, table: Any, whole: Block, added: Block) -> None:
        """Let a table reach over `whole`; `added` is new in it, and was blank. What the table puts there counts as known."""
        before = self.excel.ask(lambda: table.range.address)

        def compare_and_grow() -> None:
            self._compare(added)
            table.resize(rectangle(self.sheet, *whole))

        self._undo.append(partial(self._shrink, table, before, added))
        self.excel.ask(compare_and_grow)
        self._read_back(added)

    def _shrink(self, table: Any, before: str, added: Block) -> None:
        """Give a table the size it had, and empty what it had put into its new cells."""
        table.resize(self.sheet.range(before))
        for place, (text, value) in self._contents(added).items():
            known = place in self.now and same_content((text, value), self.now[place])
            if known or text or str(value).startswith("Column"):
                self.sheet.range(place).clear_contents()

    def take_back(self) -> None:
        """Undo all that was written and still stands as it was written. Raise TrackerBusy when Excel does not let us."""
        for undo in reversed(self._undo):
            self.excel.ask(undo)
        self._undo = []

    # --- one block ---------------------------------------------------------------------------------------

    def _write(self, block: Block, cells: Mapping[Place, Any], *, is_formula: bool) -> None:
        def typed(value: Any, quoted: bool) -> Any:
            if is_formula:
                return value.text
            return as_typed(value, date1904=self.date1904, quoted=quoted)

        area = rectangle(self.sheet, *block)
        rows = [
            [typed(cells[r, c], may_be_misread(cells[r, c])) for c in range(block.left, block.right + 1)]
            for r in range(block.top, block.bottom + 1)
        ]

        def compare_and_write() -> None:
            self._compare(block)
            if is_formula:
                area.formula = rows
            else:
                area.value = rows

        self._undo.append(partial(self._put_back, block))
        self.excel.ask(compare_and_write)
        self._read_back(block)
        for place in block.places():
            if not is_formula and self._misread(cells[place], self.now[place][1]):
                self._again(place, cells[place])

    def _compare(self, block: Block) -> None:
        """Raise TrackerChanged unless the tab is here what it is believed to be; the block itself comes last."""
        around = [
            Block(self.header_row, 1, self.header_row, self.width),
            Block(block.top, self.key_column, block.bottom, self.key_column),
        ]
        for each in (*around, block):
            found = self._contents(each)
            for place, said in found.items():
                if not same_content(said, self._believed(place)):
                    raise TrackerChanged(
                        f"{self.excel.name} was edited while it was being synced (at {self.sheet.name}!{a1(*place)}).",
                        not_done=f"{self.excel.name} was left as the person has it.",
                        next_step="Sync again.",
                    )

    def _believed(self, place: Place) -> tuple[str, Any]:
        return self.now[place] if place in self.now else content(self.seen, *place)

    def _contents(self, block: Block) -> dict[Place, tuple[str, Any]]:
        values, formulas = read_block(rectangle(self.sheet, *block), date1904=self.date1904)
        return {
            (r, c): (
                (formulas[r, c], None) if (r, c) in formulas else ("", values[r - block.top][c - block.left])
            )
            for r, c in block.places()
        }

    def _read_back(self, block: Block) -> None:
        self.now.update(self.excel.ask(self._contents, block))

    def _misread(self, wanted: Any, found: Any) -> bool:
        """Whether Excel took a text for something else ("WAHR" is no text in German), or kept the mark before it."""
        if not isinstance(wanted, str) or not wanted:
            return False
        return not isinstance(found, str) if not may_be_misread(wanted) else found == f"'{wanted}"

    def _again(self, place: Place, text: str) -> None:
        """Write a text the other way: with the mark before it, or without."""
        block = Block(*place, *place)
        quoted = not may_be_misread(text)

        def compare_and_write() -> None:
            self._compare(block)
            self.sheet.range(place).value = as_typed(text, date1904=self.date1904, quoted=quoted)

        self.excel.ask(compare_and_write)
        self._read_back(block)

    def _put_back(self, block: Block) -> None:
        """Give the cells of a block back what they held, except where a person has typed since."""
        found = self._contents(block)
        ours = {
            p: content(self.seen, *p)
            for p in block.places()
            if p in self.now and same_content(found[p], self.now[p])
        }
        for (row, column), (text, value) in ours.items():
            cell = self.sheet.range((row, column))
            if text:
                cell.formula = text
            else:
                cell.value = as_typed(value, date1904=self.date1904, quoted=may_be_misread(value))
            del self.now[row, column]

    # --- formats and filters -----------------------------------------------------------------------------

    def _show_as_dates(self, cells: Mapping[Place, Any]) -> None:
        """Give cells that get a date, a time or a duration a format that shows it as one, where they have none."""
        needed = {
            place: code
            for place, value in cells.items()
            if (code := needed_format(value)) is not None
            and not shows(self.excel.ask(self._format, place), value)
        }
        for block, code in blocks(needed):
            before = {place: self.excel.ask(self._format, place) for place in block.places()}
            self._undo.append(partial(self._give_formats, before))
            self.excel.ask(setattr, rectangle(self.sheet, *block), "number_format", code)

    def _format(self, place: Place) -> str | None:
        said: str | None = self.sheet.range(place).number_format
        return said

    def _give_formats(self, formats: Mapping[Place, str | None]) -> None:
        for place, said in formats.items():
            self.sheet.range(place).number_format = said or "General"

    def _shown_rows(self) -> Mapping[int, bool] | None:
        """Return which rows a filter shows, None where nothing is filtered."""
        return self.excel.ask(shown_rows, self.sheet)


def shown_rows(sheet: Any) -> Mapping[int, bool] | None:
    """Return row -> whether it shows, None where no filter hides any."""
    filtered = bool(sheet.api.FilterMode) or any(_is_filtered(table) for table in sheet.tables)
    if not filtered:
        return None
    used = sheet.used_range
    bottom, right = used.row + used.shape[0] - 1, used.column + used.shape[1] - 1
    seen: set[int] = set()
    for area in rectangle(sheet, 1, 1, bottom, max(right, 2)).api.SpecialCells(_VISIBLE).Areas:
        seen.update(range(area.Row, area.Row + area.Rows.Count))
    return {row: row in seen for row in range(1, bottom + 1)}


def _is_filtered(table: Any) -> bool:
    own = table.api.AutoFilter if table.show_autofilter else None
    return own is not None and bool(own.FilterMode)
