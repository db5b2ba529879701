"""A document as one tab of a workbook that is there already: the lossless editor puts it in, and all else stays."""

from __future__ import annotations

from collections.abc import Iterator

from ... import ooxml
from ..document import Block, Bullets, Document, Grid, Number, Paragraph, SeriesChart
from .markdown import chart_lines

MARK = "Written by sheetops report"
"""What the second line of such a tab begins with: a tab without it is somebody else's."""

NAMES = {
    "weekly": "Weekly update", "cases": "Case library", "problems": "Problem statements", "insights": "Insights",
    "meeting": "Meeting", "effect": "Effect of a measure", "study": "Case study",
}  # fmt: skip
_WIDTHS = (34.0, 18.0, 18.0, 18.0, 26.0, 34.0)


def tab_name(document: Document) -> str:
    """Return the name of the tab: one for each kind of report, whose newest one stands there."""
    kind = document.name.split()[0]
    return NAMES.get(kind, kind.capitalize())


def tab_content(document: Document) -> ooxml.SheetContent:
    """Return the tab. Numbers are numbers; charts are lines of little bars, since a tab of text needs no drawing."""
    said = f"{MARK} {document.name}, as of {document.as_of:%Y-%m-%d %H:%M} UTC. The next one takes its place."
    rows = [_row("title", document.title), _row("muted", said), _row("text", document.subtitle), []]
    for section in document.sections:
        rows += [
            _row("title", section.title),
            *(row for block in section.blocks for row in [*_block(block), []]),
        ]
    if document.left_out:
        rows += [_row("title", "Left out"), *(_row("text", one) for one in document.left_out)]
    return ooxml.SheetContent(rows, _WIDTHS, 3, tab_color="44546A")


def _row(style: str, *values: str) -> list[ooxml.SheetCell]:
    return [ooxml.SheetCell(_short(value), style) for value in values]


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


_MOST = 32_000
"""A cell takes 32,767 characters."""


def _block(block: Block) -> Iterator[list[ooxml.SheetCell]]:
    if isinstance(block, Paragraph):
        yield _row("alert" if block.kind == "notice" else "text", block.text)
    elif isinstance(block, Bullets):
        yield from (_row("text", f"- {item}") for item in block.items)
    elif isinstance(block, Grid):
        if block.caption:
            yield _row("muted", block.caption)
        yield _row("header", *block.columns)
        yield from ([_cell(cell) for cell in row] for row in block.rows)
    elif isinstance(block, SeriesChart):
        yield _row("muted", f"{block.title}: {block.alt}")
    else:
        yield from (_row("text", line) for line in chart_lines(block))


def _cell(cell: str | Number) -> ooxml.SheetCell:
    if isinstance(cell, Number) and cell.value is not None and cell.form == "count" and not cell.change:
        return ooxml.SheetCell(int(cell.value), "text")
    return ooxml.SheetCell(_short(str(cell)), "wrap")
