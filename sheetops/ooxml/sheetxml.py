"""A worksheet part as a stream: its frame, and blocks of whole rows.

A sheet can be gigabytes, so it is never held as a tree nor, as a rule, as a whole. A block is some hundred
kilobytes of consecutive complete rows. Comments, CDATA and processing instructions are blanked out in a block's
`view`, which has the same positions as its bytes, so searching never finds a tag that is none.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sheetops.ooxml.errors import BrokenWorkbook
from sheetops.ooxml.refs import MAX_COLUMN, MAX_ROW, column_number
from sheetops.ooxml.xmltext import detect_encoding

_SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?:\s[^<>]*?)?(/?)>")
_OPAQUE = re.compile(rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_R = re.compile(rb"(?:^|\s)r\s*=\s*[\"']\s*([A-Za-z]*)([0-9]*)\s*[\"']")
_MAX_FRAME = 256 << 20


class RowSpan(NamedTuple):
    """A row's number and where it lies in its block; [inner, close) are its cells."""

    number: int
    start: int
    inner: int
    close: int
    end: int
    attrs: bytes
    numbered: bool


class CellSpan(NamedTuple):
    """A cell's column and where it lies in its block; [inner, close) is what stands inside it."""

    column: int
    start: int
    inner: int
    close: int
    end: int
    attrs: bytes
    addressed: bool


class Block(NamedTuple):
    """Consecutive whole rows. `view` is `data` with comments and the like blanked out."""

    data: bytes
    view: bytes


@dataclass
class Frame:
    """All of a worksheet part but its rows. `prefix` is that of its namespace, b'' or b'x:'."""

    head: bytes
    tail: bytes
    prefix: bytes
    open_tag: int
    self_closed: bool


class Grammar:
    """The patterns for one namespace prefix."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.prefix = prefix
        self.row_open = b"<" + prefix + b"row"
        self.data_close = b"</" + prefix + b"sheetData"
        self.cell_open, self.cell_close = b"<" + prefix + b"c ", b"</" + prefix + b"c"
        self.formula_open = b"<" + prefix + b"f"
        self.row = re.compile(rb"<" + p + rb"row(?=[\s/>])([^>]*?)(/?)>")
        self.row_close = re.compile(rb"</" + p + rb"row\s*>")
        self.row_number = re.compile(rb"<" + p + rb"row\s(?:[^>]*?\s)?r=[\"'](\d+)[\"']")
        self.cell = re.compile(rb"<" + p + rb"c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"c\s*>)", re.DOTALL)
        self.formula = re.compile(
            rb"<" + p + rb"f(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"f\s*>)", re.DOTALL
        )
        self.value = re.compile(rb"<" + p + rb"v(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"v\s*>)", re.DOTALL)
        self.text = re.compile(rb"<" + p + rb"t(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"t\s*>)", re.DOTALL)
        self.phonetic = re.compile(rb"<" + p + rb"rPh[\s>].*?</" + p + rb"rPh\s*>", re.DOTALL)

    def rows(self, view: bytes, last: int = 0) -> Iterator[RowSpan]:
        """Yield the rows of a block; one without a number follows the one before it."""
        at = 0
        while match := self.row.search(view, at):
            number, numbered = _row_number(match[1], last)
            last = number
            close = end = match.end()
            if not match[2]:
                closing = self.row_close.search(view, match.end())
                if closing is None:
                    raise BrokenWorkbook(f"Row {number} of the sheet is not closed. Nothing was written.")
                close, end = closing.span()
            yield RowSpan(number, match.start(), match.end(), close, end, match[1], numbered)
            at = end

    def cells(self, view: bytes, row: RowSpan) -> Iterator[CellSpan]:
        """Yield the cells of a row; one without an address follows the one before it."""
        last = 0
        for match in self.cell.finditer(view, row.inner, row.close):
            last, addressed = _column(match[1], last)
            inner, close = match.span(2) if match[2] is not None else (match.end(), match.end())
            yield CellSpan(last, match.start(), inner, close, match.end(), match[1], addressed)


@lru_cache(maxsize=16)
def grammar(prefix: bytes) -> Grammar:
    return Grammar(prefix)


def _row_number(attrs: bytes, last: int) -> tuple[int, bool]:
    match = _R.search(attrs)
    if match is None or not match[2]:
        return last + 1, False
    number = int(match[2])
    if not 1 <= number <= MAX_ROW:
        raise BrokenWorkbook(
            f"The sheet has a row {number}, beyond the last possible one. Nothing was written."
        )
    return number, True


def _column(attrs: bytes, last: int) -> tuple[int, bool]:
    match = _R.search(attrs)
    if match is None or not match[1]:
        return last + 1, False
    column = column_number(match[1].decode("ascii"))
    if column > MAX_COLUMN:
        raise BrokenWorkbook(
            f"The sheet has a column {match[1].decode()}, beyond the last one. Nothing was written."
        )
    return column, True


def blank_opaque(data: bytes) -> bytes:
    """Return data with comments, CDATA and instructions turned to spaces; positions stay."""
    # Looking for one byte is ten times as fast as looking for two, and the byte is rare in rows.
    if (b"!" not in data or b"<!" not in data) and (b"?" not in data or b"<?" not in data):
        return data
    return _OPAQUE.sub(lambda match: b" " * len(match[0]), data)


def as_utf8(pieces: Iterable[bytes]) -> tuple[str, bytes, Iterator[bytes]]:
    """Return (codec, byte order mark, the pieces in UTF-8 without mark) of an XML part."""
    source = iter(pieces)
    first = next(source, b"")
    while len(first) < 200 and (more := next(source, b"")):
        first += more
    encoding, bom = detect_encoding(first[:200])
    rest = _chain(first[len(bom) :], source)
    return encoding, bom, rest if encoding == "utf-8" else _transcoded(rest, encoding)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _transcoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except (LookupError, UnicodeDecodeError) as error:
        raise BrokenWorkbook(f"The sheet is not readable text ({error}). Nothing was written.") from error


def _block(buffer: bytes, view: bytes, cut: int) -> Block:
    data = buffer[:cut]
    return Block(data, data if view is buffer else view[:cut])


class SheetReader:
    """Reads a worksheet part once: take `frame_head`, iterate `blocks()`, then read `frame`."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.encoding, self.bom, self._pieces = as_utf8(pieces)
        self._buffer = b""
        self.frame = self._read_head()
        self.grammar = grammar(self.frame.prefix)

    def _read_head(self) -> Frame:
        while True:
            match = _SHEET_DATA.search(blank_opaque(self._buffer))
            if match:
                break
            piece = next(self._pieces, b"")
            if not piece:
                raise BrokenWorkbook("The worksheet has no sheetData, so no cells. Nothing was written.")
            self._buffer += piece
            if len(self._buffer) > _MAX_FRAME:
                raise BrokenWorkbook("The worksheet's head is too long to be true. Nothing was written.")
        head, self._buffer = self._buffer[: match.end()], self._buffer[match.end() :]
        return Frame(head, b"", match[1], match.start(), bool(match[2]))

    def blocks(self) -> Iterator[Block]:
        """Yield all rows; when exhausted, `frame.tail` holds what follows them."""
        if self.frame.self_closed:
            self.frame.tail = self._buffer + b"".join(self._pieces)
            return
        buffer, wanted = self._buffer, 0
        close, row_open = self.grammar.data_close, self.grammar.row_open
        while True:
            view = blank_opaque(buffer)
            cut = view.find(close)
            if cut >= 0:
                break
            cut = view.rfind(row_open)
            if cut > 0:
                yield _block(buffer, view, cut)
                buffer, wanted = buffer[cut:], 0
            else:
                wanted = 2 * len(buffer)  # a row longer than the buffer: collect before looking again
            buffer = self._more(buffer, wanted)
        if cut:
            yield _block(buffer, view, cut)
        self.frame.tail = buffer[cut:] + b"".join(self._pieces)

    def _more(self, buffer: bytes, wanted: int) -> bytes:
        pieces, size = [buffer], len(buffer)
        while size <= max(wanted, len(buffer)):
            piece = next(self._pieces, b"")
            if not piece:
                raise BrokenWorkbook("The worksheet ends in the middle of its rows. Nothing was written.")
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)
