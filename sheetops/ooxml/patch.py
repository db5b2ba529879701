"""Carry cell edits through the stream of a sheet's rows: touched cells change, all other bytes pass."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from sheetops.ooxml.edits import CellEdit, cell_xml
from sheetops.ooxml.errors import CellRefused
from sheetops.ooxml.refs import cell_name, column_number
from sheetops.ooxml.scan import Scan
from sheetops.ooxml.sheetxml import Block, CellSpan, Grammar, RowSpan, SheetReader
from sheetops.ooxml.xmltext import attributes, escape_text, utf8, with_attribute

Edits = dict[int, dict[int, CellEdit]]
Place = tuple[int, int]


@dataclass
class Patch:
    """The edits of one sheet, on their way through its rows.

    choose_style(edit, inherited) returns the cell format to write; column_style(column) what a column prescribes.
    `written` collects the XML of every cell written, for the check after saving.
    """

    edits: Edits
    grammar: Grammar
    choose_style: Callable[[CellEdit, int], int]
    column_style: Callable[[int], int | None]
    date1904: bool = False
    written: dict[Place, bytes] = field(default_factory=dict)
    _styles: dict[Place, int] = field(default_factory=dict)
    _wanted: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for cells in self.edits.values():
            for edit in cells.values():
                if edit.like is not None:
                    self._wanted.setdefault(edit.like[0], set()).add(edit.like[1])

    def blocks(self, reader: SheetReader, scan: Scan) -> Iterator[bytes]:
        """Yield the sheet's rows with the edits made. Raise CellRefused when a row cannot be placed."""
        todo, wanted = sorted(self.edits), sorted(self._wanted)
        before = done = 0
        for index, block in enumerate(reader.blocks()):
            first, last = _reach(scan, index)
            end = bisect_right(todo, last, done) if scan.ordered else len(todo)
            if end > done or bisect_left(wanted, first) < bisect_right(wanted, last) or not scan.ordered:
                yield from self._block(block, before, todo[done:end], scan.ordered)
            else:
                self._leave(block, before)
                yield block.data
            done = end if scan.ordered else 0
            before = scan.ends[index] if index < len(scan.ends) else before
        todo = todo[done:] if scan.ordered else [row for row in todo if row not in self._seen]
        if todo and not (scan.ordered and scan.regular) and min(todo) <= scan.max_row:
            raise CellRefused(
                f"Row {todo[0]} is not in the sheet, and the sheet's rows are out of order, so a new row has no "
                "place. Nothing was written. Open the workbook in Excel, save it, and try again."
            )
        for row in todo:
            yield self._new_row(row)

    _seen: set[int] = field(default_factory=set)
    _above: tuple[Block, RowSpan] | None = None

    def _block(self, block: Block, before: int, todo: list[int], ordered: bool) -> Iterator[bytes]:
        at = done = 0
        passed: RowSpan | None = None
        for row in self.grammar.rows(block.view, before):
            while ordered and done < len(todo) and todo[done] < row.number:
                yield block.data[at : row.start]
                at = row.start
                yield self._new_row(todo[done])
                done += 1
            if row.number in self._wanted:
                self._note_styles(block, row)
            self._stand_below(block, passed)
            passed = row
            if row.number in self.edits:
                self._refuse_twice(row)
                yield block.data[at : row.start]
                yield self._changed_row(block, row)
                at = row.end
                done += ordered
        self._stand_below(block, passed)
        yield block.data[at:]

    def _stand_below(self, block: Block, row: RowSpan | None) -> None:
        """Remember the row above the one that comes next."""
        if row is not None:
            self._above = (block, row)

    def _leave(self, block: Block, before: int) -> None:
        """Remember the last row of a block that is passed as a whole, in case the next block needs it."""
        start = block.view.rfind(self.grammar.row_open)
        rows = list(self.grammar.rows(block.view[start:], before)) if start >= 0 else []
        if rows:
            self._stand_below(Block(block.data[start:], block.view[start:]), rows[-1])

    def _refuse_twice(self, row: RowSpan) -> None:
        if row.number in self._seen:
            raise CellRefused(
                f"Row {row.number} stands in the sheet twice, so it is not clear which one to change. Nothing was "
                "written. Open the workbook in Excel, let it repair the file, save it, and try again."
            )
        self._seen.add(row.number)

    def _note_styles(self, block: Block, row: RowSpan) -> None:
        columns = self._wanted[row.number]
        for cell in self.grammar.cells(block.view, row):
            if cell.column in columns:
                self._styles[row.number, cell.column] = _style(cell.attrs)

    def _changed_row(self, block: Block, row: RowSpan) -> bytes:
        edits = dict(sorted(self.edits[row.number].items()))
        pieces, at = [], row.inner
        row_style = _row_style(row.attrs)
        cells = self._found(block, row, edits)
        if cells is None:
            cells = list(self.grammar.cells(block.view, row))
            self._refuse_doubles(row, cells, edits)
        rising = all(a.column < b.column for a, b in pairwise(cells))
        present = {cell.column for cell in cells}
        new = [column for column in edits if column not in present]
        for cell in cells:
            while rising and new and new[0] < cell.column:
                pieces += [block.data[at : cell.start], self._new_cell(row.number, new.pop(0), row_style)]
                at = cell.start
            if cell.column in edits:
                pieces += [
                    block.data[at : cell.start],
                    self._changed_cell(block, row.number, cell, edits[cell.column]),
                ]
                at = cell.end
        pieces.append(block.data[at : row.close])
        pieces += [self._new_cell(row.number, column, row_style) for column in new]
        return self._row_xml(block, row, b"".join(pieces), sorted(edits))

    def _found(self, block: Block, row: RowSpan, edits: dict[int, CellEdit]) -> list[CellSpan] | None:
        """Return the cells to be changed without reading the others, ten times as fast where it can be done.

        That is where each stands in its row once, or belongs behind the row's last cell; None where it is not so.
        """
        view, last = block.view, _last_column(block.view, row, self.grammar.cell_open[:-1])
        found = []
        for column in edits:
            cell = self._cell_at(block, row, column)
            if cell is None and (last is None or column <= last):
                return None
            if cell is not None:
                if view.find(b'r="%b"' % cell_name(row.number, column).encode(), cell.inner, row.close) >= 0:
                    return None
                found.append(cell)
        return found if all(a.start < b.start for a, b in pairwise(found)) else None

    def _refuse_doubles(self, row: RowSpan, cells: list[CellSpan], edits: dict[int, CellEdit]) -> None:
        columns = [cell.column for cell in cells]
        for column in edits:
            if columns.count(column) > 1:
                raise CellRefused(
                    f"Cell {cell_name(row.number, column)} stands in the file twice. Nothing was written. "
                    "Open the workbook in Excel, let it repair the file, save it, and try again."
                )

    def _row_xml(self, block: Block, row: RowSpan, cells: bytes, columns: list[int]) -> bytes:
        attrs = _widened_spans(utf8(row.attrs), columns).encode()
        name = self.grammar.prefix + b"row"
        closing = block.data[row.close : row.end] or b"</" + name + b">"
        return b"<" + name + attrs + b">" + cells + closing

    def _new_row(self, number: int) -> bytes:
        name = self.grammar.prefix + b"row"
        cells = [self._new_cell(number, column, None) for column in sorted(self.edits[number])]
        if not any(cells):
            return b""
        return b'<%b r="%d">%b</%b>' % (name, number, b"".join(cells), name)

    def _new_cell(self, row: int, column: int, row_style: int | None) -> bytes:
        edit = self.edits[row][column]
        inherited = row_style
        if edit.like is not None:
            inherited = self._styles.get(edit.like, row_style)
        if inherited is None:
            inherited = self.column_style(column)
        if inherited is None:
            inherited = self._style_above(row, column) if edit.like is None else 0
        if edit.raw is None and edit.value is None and edit.formula is None and edit.number_format is None:
            return b""
        return self._cell(edit, (row, column), None, self.choose_style(edit, inherited))

    def _style_above(self, row: int, column: int) -> int:
        """Return the format of the cell above a new one, which is in the row read last if it is stored at all."""
        if self._above is None or self._above[1].number != row - 1:
            return 0
        block, above = self._above
        cell = self._cell_at(block, above, column)
        if cell is None and b'r="' not in block.view[above.inner : above.close]:
            cells = self.grammar.cells(block.view, above)
            cell = next((found for found in cells if found.column == column), None)
        return _style(cell.attrs) if cell else 0

    def _cell_at(self, block: Block, row: RowSpan, column: int) -> CellSpan | None:
        """Return a row's cell found by its address, without reading the others."""
        view = block.view
        at = view.find(b'r="%b"' % cell_name(row.number, column).encode(), row.inner, row.close)
        cell = self.grammar.cell.match(view, view.rfind(b"<", row.inner, at), row.close) if at >= 0 else None
        if cell is None:
            return None
        inner, close = cell.span(2) if cell[2] is not None else (cell.end(), cell.end())
        return CellSpan(column, cell.start(), inner, close, cell.end(), cell[1], True)

    def _changed_cell(self, block: Block, row: int, cell: CellSpan, edit: CellEdit) -> bytes:
        if edit.keep_value:
            xml = self._with_formula(block, cell, edit.formula or "")
            self.written[row, cell.column] = xml
            return xml
        style = self.choose_style(edit, _style(cell.attrs))
        return self._cell(edit, (row, cell.column), utf8(cell.attrs), style)

    def _with_formula(self, block: Block, cell: CellSpan, formula: str) -> bytes:
        """Return a cell with another formula text and everything else as it is."""
        match = self.grammar.formula.search(block.view, cell.inner, cell.close)
        name = self.grammar.prefix + b"f"
        new = b"<%b>%b</%b>" % (name, escape_text(formula).encode(), name)
        start, end = match.span() if match else (cell.inner, cell.inner)
        return block.data[cell.start : start] + new + block.data[end : cell.end]

    def _cell(self, edit: CellEdit, place: Place, attrs: str | None, style: int) -> bytes:
        xml = edit.raw
        if xml is None:
            prefix = self.grammar.prefix.decode()
            xml = cell_xml(edit, place, attrs, style, prefix, date1904=self.date1904).encode()
        self.written[place] = xml
        return xml


def _reach(scan: Scan, index: int) -> tuple[int, int]:
    return (scan.starts[index], scan.ends[index]) if index < len(scan.starts) else (0, 0)


_STYLE = re.compile(rb"(?:^|\s)s\s*=\s*[\"']([0-9]+)[\"']")


def _style(attrs: bytes) -> int:
    match = _STYLE.search(attrs)
    return int(match[1]) if match else 0


def _row_style(attrs: bytes) -> int | None:
    """Return a row's own format, which counts only with customFormat (18.3.1.73)."""
    values = attributes(utf8(attrs))
    if values.get("customFormat") not in ("1", "true") or not values.get("s", "").isdecimal():
        return None
    return int(values["s"])


def _widened_spans(attrs: str, columns: list[int]) -> str:
    """Return a row's attributes with `spans` reaching over the columns, when it has one list of two numbers."""
    first, _, last = attributes(attrs).get("spans", "").partition(":")
    if not (first.isdecimal() and last.isdecimal()):
        return attrs
    low, high = min(int(first), columns[0]), max(int(last), columns[-1])
    return (
        attrs if (low, high) == (int(first), int(last)) else with_attribute(attrs, "spans", f"{low}:{high}")
    )


_LAST_CELL = re.compile(rb'\sr="([A-Z]{1,3})[0-9]+"')


def _last_column(view: bytes, row: RowSpan, cell_open: bytes) -> int | None:
    """Return the column of a row's last cell, 0 when it has none, None when that cell has no plain address."""
    start = view.rfind(cell_open, row.inner, row.close)
    if start < 0:
        return 0
    match = _LAST_CELL.search(view, start, view.find(b">", start))
    return column_number(match[1].decode("ascii")) if match else None
