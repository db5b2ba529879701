"""Reading cells one by one, in pure Python: for single cells, sparse sheets and dialects others stumble over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sheetops.ooxml.scan import plain_text
from sheetops.ooxml.sheetxml import Block, CellSpan, Grammar, grammar
from sheetops.ooxml.styles import Styles
from sheetops.ooxml.values import CellError, Value, decode_text, from_serial, parse_number
from sheetops.ooxml.xmltext import attributes, unescape, utf8

_ROOT = re.compile(rb"<((?:[\w.-]+:)?)sst[\s/>]")


class SharedStrings:
    """The shared string table (18.4.9) as plain text; phonetic runs are left out.

    Nothing of it is read before a text is asked for: a write touches inline strings only, and the
    table of a large tracker has hundreds of thousands of items.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    @cached_property
    def _data(self) -> bytes:
        return self._read()

    @cached_property
    def _grammar(self) -> Grammar:
        root = _ROOT.search(self._data)
        return grammar(root[1] if root else b"")

    @cached_property
    def _items(self) -> list[bytes]:
        p = re.escape(self._grammar.prefix)
        item = re.compile(rb"<" + p + rb"si(?:\s[^>]*)?(?:/>|>(.*?)</" + p + rb"si\s*>)", re.DOTALL)
        return item.findall(self._data)

    def __getitem__(self, index: int) -> str:
        """Return text number `index`; one out of range, as damaged files have it, reads as no text."""
        if not 0 <= index < len(self._items):
            return ""
        return rich_text(self._items[index], self._grammar)


def rich_text(data: bytes, g: Grammar) -> str:
    """Return the text of all runs inside an <si> or <is>."""
    if b"rPh" in data:
        data = g.phonetic.sub(b"", data)
    if b"<![CDATA[" in data:
        data = plain_text(utf8(data)).encode()
    return decode_text("".join(unescape(utf8(match[2] or b"")) for match in g.text.finditer(data)))


@dataclass
class CellReader:
    """Turns the XML of a cell into its value."""

    grammar: Grammar
    styles: Styles
    strings: SharedStrings
    date1904: bool

    def value(self, block: Block, cell: CellSpan) -> Value:
        """Return a cell's value: of a formula the stored result, None when nothing is stored."""
        return self.value_of(
            cell.attrs, block.data[cell.inner : cell.close], block.view[cell.inner : cell.close]
        )

    def value_of(self, attrs: bytes, data: bytes, view: bytes) -> Value:
        values = attributes(utf8(attrs))
        kind = values.get("t", "n")
        if kind == "inlineStr":
            return rich_text(data, self.grammar) if b"<" in data else None
        match = self.grammar.value.search(view)
        if match is None or match[2] is None:
            return None
        text = unescape(plain_text(utf8(data[match.start(2) : match.end(2)])))
        return self._typed(kind, text, values.get("s", "0"))

    def _typed(self, kind: str, text: str, style: str) -> Value:
        if kind == "s":
            return self.strings[int(text)] if text.strip().isdecimal() else ""
        if kind == "str":
            return decode_text(text)
        if not text.strip():
            return None
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return CellError(text.strip())
        if kind == "d":
            return _iso_date(text.strip())
        return self._number(text, int(style) if style.isdecimal() else 0)

    def _number(self, text: str, style: int) -> Value:
        number = parse_number(text)
        kind = self.styles.kind(style)
        if isinstance(number, str) or kind == "number":
            return number
        return from_serial(float(number), kind, date1904=self.date1904)

    def cells(
        self, blocks: Iterator[Block], max_column: int | None = None
    ) -> Iterator[tuple[int, int, Value]]:
        """Yield (row, column, value) of every cell that has one."""
        before = 0
        for block in blocks:
            for row in self.grammar.rows(block.view, before):
                before = row.number
                for cell in self.grammar.cells(block.view, row):
                    if max_column is not None and cell.column > max_column:
                        continue
                    value = self.value(block, cell)
                    if value is not None:
                        yield row.number, cell.column, value


def _iso_date(text: str) -> Value:
    """Read an ISO 8601 cell (t="d"), which strict files may hold."""
    from datetime import date, datetime, time

    for read in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
        try:
            value: Value = read(text)
        except ValueError:
            continue
        return value.replace(tzinfo=None) if isinstance(value, datetime | time) else value
    return text
