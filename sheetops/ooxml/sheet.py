"""One worksheet: its cells, read and set. What it takes to write them is decided here, done in saving.py."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sheetops.ooxml import appending, features, grid, notes, tables, unpacked
from sheetops.ooxml.edits import CellEdit, check_formula, check_value, default_format
from sheetops.ooxml.errors import CellRefused
from sheetops.ooxml.formulas import FormulaTexts
from sheetops.ooxml.grid import Grid
from sheetops.ooxml.patch import Edits
from sheetops.ooxml.places import find_place
from sheetops.ooxml.reading import CellReader
from sheetops.ooxml.refs import Range, cell_name, check_cell, parse_cell, parse_ranges
from sheetops.ooxml.scan import Formula, Scan, scan_sheet
from sheetops.ooxml.sheetxml import Block, CellSpan, RowSpan, SheetReader
from sheetops.ooxml.values import Value
from sheetops.ooxml.xmltext import Document, attributes, utf8

if TYPE_CHECKING:
    from sheetops.ooxml.workbook import Workbook

_KEEP_BELOW = 16 << 20


class Cell:
    """One cell, read when asked."""

    def __init__(self, sheet: Sheet, row: int, column: int) -> None:
        self.sheet, self.row, self.column = sheet, row, column

    @property
    def value(self) -> Value:
        """The value; of a formula its stored result. A value set but not yet saved is returned as set."""
        edit = self.sheet.pending(self.row, self.column)
        return edit.value if edit else self.sheet.stored_value(self.row, self.column)

    @property
    def formula(self) -> str | None:
        """The formula without '=', '' when a shared formula gives no text of its own, None for no formula."""
        edit = self.sheet.pending(self.row, self.column)
        if edit:
            return edit.formula
        formula = self.sheet.formula_at(self.row, self.column)
        return formula.text if formula else None

    @property
    def number_format(self) -> str:
        """The number format code, 'General' for a cell without one."""
        return self.sheet.workbook.styles.number_format(self.sheet.stored_style(self.row, self.column))


class Sheet:
    """A worksheet of an open workbook."""

    def __init__(self, workbook: Workbook, name: str, part: str) -> None:
        self.workbook, self.name = workbook, name
        self.start(part)

    def start(self, part: str) -> None:
        """Forget everything read and set: the sheet's part is new, or was just saved."""
        self.part = part
        self.edits: Edits = {}
        self.frame_changed = False
        self._scan: Scan | None = None
        self._frame: Document | None = None
        self._merged: list[Range] | None = None
        self._pivots: list[Range] | None = None
        self._arrays: list[tuple[tuple[int, int], Range, str]] | None = None
        self._spans: tuple[Block, dict[int, list[RowSpan]]] | None = None
        self._kept: list[Block] | None = None
        self._recent: tuple[int, Block] | None = None

    def __getitem__(self, ref: str) -> Cell:
        return Cell(self, *parse_cell(ref))

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell by numbers, both counted from 1."""
        check_cell(row, column)
        return Cell(self, row, column)

    # -- reading

    @property
    def scan(self) -> Scan:
        """One pass over the sheet, made when first needed."""
        if self._scan is None:
            self._scan_from(self.workbook.package.stream(self.part))
        assert self._scan is not None
        return self._scan

    def _scan_from(self, pieces: Iterable[bytes]) -> None:
        self._scan = scan_sheet(pieces)

    def grid(self, max_column: int | None = None) -> Grid:
        """Return the values of the whole sheet, as stored; see `Grid` for how to address them.

        A sheet too sparse to be held as a rectangle is read cell by cell; columns right of max_column are left out.
        """
        if self._scan is None and unpacked.worth_it(self.workbook.package.member(self.part)):
            # No room for the copy is no reason to fail: the workbook itself can be read as well.
            with suppress(OSError), unpacked.unpacked_copy(self.workbook, self.part, self._scan_from) as copy:
                return self._grid(copy, max_column)
        return self._grid(self.workbook.path, max_column)

    def _grid(self, path: Path, max_column: int | None) -> Grid:
        scan = self.scan
        stored = (
            self.part not in self.workbook.package.changed and not scan.opaque and scan.encoding == "utf-8"
        )
        if stored and grid.dense_enough(scan.max_row, scan.max_column, scan.size):
            file = self.workbook.package.archive.file
            try:
                return grid.from_calamine(path, file, self.name, scan.errors, max_column)
            except BaseException as error:
                if not grid.is_unreadable(error):
                    raise
                # A dialect calamine does not know; our own reader does.
        return grid.from_cells(self.reader().cells(self._stream_blocks(), max_column))

    def values_in_column(self, column: int) -> Iterator[tuple[int, int, Value]]:
        """Yield (row, column, value) of the stored cells of one column."""
        found = self.reader().cells(self._stream_blocks(), column)
        return (cell for cell in found if cell[1] == column)

    def reader(self) -> CellReader:
        book = self.workbook
        return CellReader(self.scan.grammar, book.styles, book.strings, book.date1904)

    def formulas(self) -> dict[tuple[int, int], str]:
        """Return (row, column) -> formula text of every formula cell; '' where a shared formula keeps it elsewhere."""
        return {place: formula.text for place, formula in self.scan.formulas.items()}

    def formula_texts(self) -> FormulaTexts:
        """Return the formulas by place, each with its own text, shared ones too; worked out when asked for."""
        return FormulaTexts(self.scan.formulas)

    def uncached_formulas(self) -> set[tuple[int, int]]:
        """Return the formula cells that store no result: their value is unknown, not cleared."""
        return {place for place, formula in self.scan.formulas.items() if not formula.cached}

    def formula_at(self, row: int, column: int) -> Formula | None:
        return self.scan.formulas.get((row, column))

    def merged_ranges(self) -> list[Range]:
        """Return the merged ranges of the sheet."""
        group = self.frame.child(self.frame.root, "mergeCells")
        nodes = self.frame.children(group, "mergeCell") if group else []
        if self._merged is None or len(self._merged) != len(nodes):
            self._merged = parse_ranges(" ".join(node.get("ref") for node in nodes))
        return self._merged

    def tables(self) -> list[tables.Table]:
        """Return the sheet's tables (ListObjects)."""
        return tables.read_tables(self.workbook.package, self.part)

    @property
    def protected(self) -> bool:
        """Tell whether the sheet is protected. It can be written all the same: protection is a request, not a lock."""
        node = self.frame.child(self.frame.root, "sheetProtection")
        return node is not None and node.get("sheet") in ("1", "true")

    @property
    def frame(self) -> Document:
        """All of the sheet's XML but the rows; set `frame_changed` after changing it."""
        if self._frame is None:
            frame = self.scan.frame
            text = utf8(frame.head + frame.tail)
            if frame.self_closed:
                at = len(utf8(frame.head))
                text = f"{text[: at - 2]}></{frame.prefix.decode()}sheetData>{text[at:]}"
            self._frame = Document(text, self.part)
        return self._frame

    def pending(self, row: int, column: int) -> CellEdit | None:
        return self.edits.get(row, {}).get(column)

    def stored_value(self, row: int, column: int) -> Value:
        found = self._find(row, column)
        return self.reader().value(*found) if found else None

    def stored_style(self, row: int, column: int) -> int:
        found = self._find(row, column)
        style = attributes(utf8(found[1].attrs)).get("s", "0") if found else "0"
        return int(style) if style.isdecimal() else 0

    def stores(self, row: int, column: int) -> bool:
        """Tell whether the file has a cell there, be it blank."""
        if row > self.scan.max_row or column > self.scan.max_column:
            return False
        return self._find(row, column) is not None

    def stored_row(self, row: int) -> dict[int, tuple[Block, CellSpan]]:
        """Return the cells of a row by column; empty when the row is not stored."""
        found: dict[int, tuple[Block, CellSpan]] = {}
        for before, block in self._blocks_with(row):
            for span in self._rows_of(block, before).get(row, []):
                cells = self.scan.grammar.cells(block.view, span)
                found |= {cell.column: (block, cell) for cell in cells}
        return found

    def _rows_of(self, block: Block, before: int) -> dict[int, list[RowSpan]]:
        """Return the rows of a block by number, remembering those of the block asked for last."""
        if self._spans is None or self._spans[0] is not block:
            rows: dict[int, list[RowSpan]] = {}
            for span in self.scan.grammar.rows(block.view, before):
                rows.setdefault(span.number, []).append(span)
            self._spans = (block, rows)
        return self._spans[1]

    def _find(self, row: int, column: int) -> tuple[Block, CellSpan] | None:
        return self.stored_row(row).get(column)

    def _stream_blocks(self) -> Iterator[Block]:
        if self._kept is not None:
            return iter(self._kept)
        return SheetReader(self.workbook.package.stream(self.part)).blocks()

    def _blocks_with(self, row: int) -> Iterator[tuple[int, Block]]:
        """Yield (row before, block) of the blocks that may hold a row; small sheets are kept in memory for it."""
        scan = self.scan
        if self._kept is None and scan.size <= _KEEP_BELOW:
            self._kept = list(self._stream_blocks())
        wanted = bisect_left(scan.ends, row) if scan.ordered else None
        if wanted is not None and (wanted >= len(scan.ends) or row < scan.starts[wanted]):
            return
        if wanted is not None and wanted == len(scan.ends) - 1 and scan.last_block.data:
            yield scan.last_start, scan.last_block
            return
        if self._recent and self._recent[0] == wanted:
            yield (scan.ends[wanted - 1] if wanted else 0), self._recent[1]
            return
        for index, block in enumerate(self._stream_blocks()):
            if wanted is None or index == wanted:
                self._recent = (index, block)
                yield (scan.ends[index - 1] if index else 0), block
            if index == wanted:
                return

    # -- writing

    def set(
        self, ref: str, value: Value, *, number_format: str | None = None, overwrite_formula: bool = False
    ) -> None:
        """Set a cell by its address, such as 'D17'. See `set_cell`."""
        row, column = parse_cell(ref)
        self.set_cell(row, column, value, number_format=number_format, overwrite_formula=overwrite_formula)

    def set_cell(
        self,
        row: int,
        column: int,
        value: Value,
        *,
        number_format: str | None = None,
        overwrite_formula: bool = False,
    ) -> None:
        """Set a cell's value, keeping its format; None empties it. Nothing is written before `save`.

        A new cell takes its row's or column's format, else that of the cell above. A date, time or duration gets
        a format that shows it as one when the cell has none. Raise CellRefused where writing would break something.
        """
        check_cell(row, column)
        check_value(value, date1904=self.workbook.date1904)
        self.refuse_place(row, column, overwrite_formula=overwrite_formula)
        self.put(row, column, CellEdit(value, number_format))

    def set_formula(
        self, row: int, column: int, formula: str, result: Value = None, *, overwrite_formula: bool = False
    ) -> None:
        """Set a cell's formula, keeping its format; `result` is what it shows to readers that do not calculate.

        The formula is in the file's own form: English names, commas, A1 references. Excel calculates when it opens
        the file. A value set before and not saved gives way, and its format stays. Raise CellRefused as `set_cell` does.
        """
        check_cell(row, column)
        check_value(result, date1904=self.workbook.date1904)
        check_formula(formula)
        self.refuse_place(row, column, overwrite_formula=overwrite_formula)
        before = self.pending(row, column) or CellEdit()
        self.put(row, column, replace(before, value=result, formula=formula.removeprefix("="), raw=None))

    def put(self, row: int, column: int, edit: CellEdit) -> None:
        self.edits.setdefault(row, {})[column] = edit

    def refuse_place(self, row: int, column: int, *, overwrite_formula: bool) -> None:
        """Raise CellRefused when a cell is a formula, part of an array or spill, or hidden by a merge."""
        where = f"{self.name}!{cell_name(row, column)}"
        for merged in self.merged_ranges():
            if merged.contains(row, column) and (row, column) != merged[:2]:
                first = cell_name(*merged[:2])
                raise CellRefused(
                    f"{where} lies inside the merged range {merged}, where only {first} shows. It was not written. "
                    f"Write {first} instead, or unmerge the range in Excel."
                )
        for pivot in self._pivot_ranges:
            if pivot.contains(row, column):
                raise CellRefused(
                    f"{where} lies inside the pivot table {pivot}, which Excel fills itself. It was not written. "
                    "Change the data the pivot table reads."
                )
        for place, reach, kind in self._spreading():
            if reach.contains(row, column) and (not reach.single or place != (row, column)):
                raise CellRefused(
                    f"{where} is part of the {_KINDS[kind]} {reach}, which Excel lets nobody change in part. "
                    "It was not written. Change or remove the whole range in Excel first."
                )
        if self.formula_at(row, column) is not None and not overwrite_formula:
            raise CellRefused(
                f"{where} holds a formula. It was not overwritten. Change the cells the formula reads, or ask for the "
                "formula to be replaced (overwrite_formula=True)."
            )

    @property
    def _pivot_ranges(self) -> list[Range]:
        if self._pivots is None:
            self._pivots = tables.pivot_ranges(self.workbook.package, self.part)
        return self._pivots

    def _spreading(self) -> list[tuple[tuple[int, int], Range, str]]:
        """Return (place, range, kind) of the formulas whose results fill more than their own cell."""
        if self._arrays is None:
            found = [(place, f) for place, f in self.scan.formulas.items() if f.kind in _KINDS and f.ref]
            self._arrays = [(place, reach, f.kind) for place, f in found for reach in parse_ranges(f.ref)]
        return self._arrays

    def append_rows(
        self,
        rows: Sequence[Sequence[Value]],
        *,
        after_row: int | None = None,
        columns: Sequence[int] | None = None,
    ) -> list[int]:
        """Put rows directly below `after_row` and return their numbers; see `appending.append_rows`.

        Without `after_row` they go below the last row in use (of the sheet's one table, where it has one);
        without `columns` they begin in its first column.
        """
        if after_row is None or columns is None:
            width = max(map(len, rows), default=0)
            after_row, columns = find_place(self, width, after_row, columns)
            rows = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
        return appending.append_rows(self, rows, after_row, columns)

    def add_column(self, header: str, *, header_row: int | None = None) -> int:
        """Put a header at the right edge and return its column number; see `appending.add_column`."""
        return appending.add_column(self, header, header_row)

    # -- what is not a cell

    def notes(self) -> dict[tuple[int, int], str]:
        """Return (row, column) -> text of the sheet's notes."""
        return notes.read_notes(self)

    def add_note(self, ref: str, text: str, *, author: str = "sheetops") -> None:
        """Put a note on a cell, replacing the note it has."""
        notes.add_note(self, ref, text, author)

    def add_list(self, where: str, source: Sequence[str] | str, *, prompt: str = "") -> None:
        """Give cells a drop-down; see `features.add_list`."""
        features.add_list(self, where, source, prompt)

    def add_conditional_format(self, where: str, formula: str, *, fill: str) -> None:
        """Fill cells where a formula is true; see `features.add_conditional_format`."""
        features.add_conditional_format(self, where, formula, fill)

    def add_hyperlink(self, ref: str, *, location: str | None = None, url: str | None = None) -> None:
        """Link a cell to a place in the workbook or to an address."""
        features.add_hyperlink(self, ref, location=location, url=url)

    # -- what saving needs

    def choose_style(self, edit: CellEdit, inherited: int) -> int:
        """Return the cell format for an edit, appending one where its value needs another number format."""
        styles = self.workbook.styles
        style = inherited if edit.style is None else edit.style
        code = edit.number_format
        if code is None and (needed := default_format(edit.value)) and styles.kind(style) == "number":
            code = needed
        return style if code is None else styles.with_number_format(style, code)

    def column_styles(self) -> list[tuple[int, int, int]]:
        """Return (first column, last column, style) of the columns that prescribe one (18.3.1.13)."""
        group = self.frame.child(self.frame.root, "cols")
        found = []
        for node in self.frame.children(group, "col") if group else []:
            values = node.attributes
            if values.get("style", "0").isdecimal() and int(values.get("style", "0")):
                found.append((int(values["min"]), int(values["max"]), int(values["style"])))
        return found


_KINDS = {"array": "array formula", "dataTable": "data table"}
