"""One pass over a worksheet part: where its rows are, how far it reaches, and its formulas and errors.

The pass keeps no cell values; those are read by python-calamine (grid.py), which needs no help but bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetops.ooxml.errors import BrokenWorkbook
from sheetops.ooxml.refs import MAX_COLUMN, MAX_ROW, column_number
from sheetops.ooxml.sheetxml import Block, Frame, Grammar, SheetReader
from sheetops.ooxml.values import decode_text
from sheetops.ooxml.xmltext import attributes, unescape, utf8

_DIGITS = b"0123456789"
_CELL_R = re.compile(rb"\sr=[\"'][A-Z]")
_ROW_R = re.compile(rb"\sr=[\"']([0-9]{1,7})[\"']")
_R = re.compile(rb"\sr=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")


class Formula(NamedTuple):
    """A formula cell. `kind` is ST_CellFormulaType (18.18.6); `ref` is the range of an array or shared formula."""

    text: str
    kind: str
    ref: str
    shared: str
    cached: bool


@dataclass
class Scan:
    """What one pass over a worksheet part found.

    `starts[i]`, `ends[i]` are the first and last row numbers of block i. `ordered` tells that every row carries
    a number larger than the one before it, `regular` that every row carries one, `opaque` that comments or CDATA
    stand among the rows, which calamine misreads; `last_block` is kept because appends look at the end of a sheet.
    """

    frame: Frame
    grammar: Grammar
    encoding: str
    bom: bytes
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    max_row: int = 0
    max_column: int = 0
    size: int = 0
    ordered: bool = True
    regular: bool = True
    opaque: bool = False
    formulas: dict[tuple[int, int], Formula] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    last_block: Block = field(default_factory=lambda: Block(b"", b""))
    last_start: int = 0


def scan_sheet(pieces: Iterable[bytes]) -> Scan:
    """Read a worksheet part from front to back. Raise BrokenWorkbook when it has no rows element."""
    reader = SheetReader(pieces)
    scan = Scan(reader.frame, reader.grammar, reader.encoding, reader.bom)
    row_before = 0
    for block in reader.blocks():
        _scan_block(scan, block, row_before)
        scan.last_block, scan.last_start = block, row_before
        row_before = scan.ends[-1] if scan.ends else 0
        scan.size += len(block.data)
        scan.opaque = scan.opaque or block.view is not block.data
    return scan


def _scan_block(scan: Scan, block: Block, row_before: int) -> None:
    pieces = block.view.split(scan.grammar.row_open)[1:]
    numbers = _row_numbers(pieces)
    column = _last_column(pieces, scan.grammar.cell_open[:-1])
    if numbers is None or column is None:
        numbers, column = _walk(scan, block, row_before)
    elif not _marked(scan, block):
        _walk(scan, block, row_before)
    if not numbers:
        scan.starts.append(row_before + 1)
        scan.ends.append(row_before)
        return
    _refuse_outside(max(numbers), column)
    _note_order(scan, numbers)
    scan.starts.append(min(numbers))
    scan.ends.append(numbers[-1])
    scan.max_row = max(scan.max_row, *numbers) if len(numbers) < 2 or not scan.ordered else numbers[-1]
    scan.max_column = max(scan.max_column, column)


def _refuse_outside(row: int, column: int) -> None:
    if row > MAX_ROW or column > MAX_COLUMN:
        raise BrokenWorkbook(
            "The sheet has cells beyond the last row or column there can be. Nothing was written."
        )


def _note_order(scan: Scan, numbers: list[int]) -> None:
    rising = all(map(int.__lt__, numbers, numbers[1:]))
    if not rising or numbers[0] <= (scan.ends[-1] if scan.ends else 0):
        scan.ordered = False


def _row_numbers(pieces: list[bytes]) -> list[int] | None:
    """Return the numbers of rows, given what follows each '<row', or None when one has no plain number."""
    numbered = [piece for piece in pieces if piece.startswith(b' r="')]
    if len(numbered) != len(pieces):
        return _scattered_numbers(pieces)
    try:
        return [int(piece[4 : piece.index(b'"', 4)]) for piece in pieces]
    except ValueError:
        return None


def _scattered_numbers(pieces: list[bytes]) -> list[int] | None:
    """The same where the number is not a row's first attribute."""
    found = [_ROW_R.search(piece, 0, piece.find(b">")) for piece in pieces]
    return [int(match[1]) for match in found if match] if all(found) else None


def _last_column(pieces: list[bytes], cell_open: bytes) -> int | None:
    """Return the rightmost column of rows from the last cell of each, or None when one has no plain address."""
    letters = {
        piece[(start := piece.rfind(b'r="') + 3) : piece.find(b'"', start)].rstrip(_DIGITS)
        for piece in pieces
    }
    if b"" in letters and any(cell_open in piece and not _CELL_R.search(piece) for piece in pieces):
        return None
    try:
        return max((column_number(name.decode("ascii")) if name else 0 for name in letters), default=0)
    except UnicodeDecodeError:
        return None


def _marked(scan: Scan, block: Block) -> bool:
    """Note the formulas and errors of a block. Return False when a cell without address is among them."""
    view, g = block.view, scan.grammar
    # Single rare bytes first: see blank_opaque.
    if b"e" in view and not _mark_errors(scan, block):
        return False
    if b"f" not in view or g.formula_open not in view:
        return True
    found: dict[tuple[int, int], Formula] = {}
    for match in g.formula.finditer(view):
        start = view.rfind(g.cell_open, 0, match.start())
        opened = view[start : view.find(b">", start) + 1]
        address = _R.search(opened)
        if address is None:
            return False
        value = g.value.search(view, match.end(), view.find(g.cell_close, match.end()))
        place = int(address[2]), column_number(address[1].decode("ascii"))
        found[place] = read_formula(block.data, match, value, opened)
    scan.formulas.update(found)
    return True


def _mark_errors(scan: Scan, block: Block) -> bool:
    view, g = block.view, scan.grammar
    if b"t='e'" in view:
        return False
    at = view.find(b't="e"')
    while at >= 0:
        end = view.find(b">", at)
        address = _R.search(view, view.rfind(b"<", 0, at), end)
        if address is None:
            return False
        value = g.value.search(view, end, view.find(g.cell_close, end))
        place = int(address[2]), column_number(address[1].decode("ascii"))
        if value and value[2]:
            scan.errors[place] = utf8(value[2]).strip()
        at = view.find(b't="e"', end)
    return True


def _walk(scan: Scan, block: Block, row_before: int) -> tuple[list[int], int]:
    """Read a block cell by cell: the slow way, for what the fast way does not understand."""
    numbers, rightmost = [], 0
    for row in scan.grammar.rows(block.view, row_before):
        row_before = row.number
        numbers.append(row.number)
        scan.regular = scan.regular and row.numbered
        for cell in scan.grammar.cells(block.view, row):
            rightmost = max(rightmost, cell.column)
            _note_cell(scan, block, (row.number, cell.column), cell.attrs, cell.inner, cell.close)
    return numbers, rightmost


def _note_cell(
    scan: Scan, block: Block, place: tuple[int, int], attrs: bytes, inner: int, close: int
) -> None:
    g = scan.grammar
    value = g.value.search(block.view, inner, close)
    if match := g.formula.search(block.view, inner, close):
        scan.formulas[place] = read_formula(block.data, match, value, attrs)
    if value and value[2] and re.search(rb"(?:^|\s)t\s*=\s*[\"']e[\"']", attrs):
        scan.errors[place] = utf8(value[2]).strip()


def read_formula(data: bytes, match: re.Match[bytes], value: re.Match[bytes] | None, cell: bytes) -> Formula:
    """Return the formula of an <f> and whether its cell stores a result.

    A result of no characters is stored as an empty <v> in a text cell; an empty <v> elsewhere is what
    libraries write that do not calculate.
    """
    attrs = attributes(utf8(match[1]))
    text = utf8(data[match.start(2) : match.end(2)]) if match[2] is not None else ""
    is_text = b't="str"' in cell or b"t='str'" in cell
    cached = value is not None and (bool(value[2]) or is_text)
    text = decode_text(unescape(plain_text(text)))
    return Formula(text, attrs.get("t", "normal"), attrs.get("ref", ""), attrs.get("si", ""), cached)


def plain_text(text: str) -> str:
    """Turn a CDATA section into escaped text, so that what follows need not know of it."""
    if "<![CDATA[" not in text:
        return text
    return re.sub(
        r"<!\[CDATA\[(.*?)\]\]>",
        lambda m: m[1].replace("&", "&amp;").replace("<", "&lt;"),
        text,
        flags=re.DOTALL,
    )
