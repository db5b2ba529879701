"""Names from right to left in sentences from left to right: what follows them keeps its order on the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from .document import Block, Bullets, Chart, Document, Grid, Number, Paragraph, Section, Series

LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"
_LETTERS = {"L": "L", "R": "R", "AL": "R"}


def marked(text: str) -> str:
    """Return text in which numbers after a right-to-left name stay in order: a mark, that is not seen, follows the name.

    Without it "سبام: 47, 9 expected" is shown as "9 ,47 :سبام" (UAX 9, W2 and W7). Text that begins from right to left is left
    as it is, and so is a number within a right-to-left phrase.
    """
    if text.isascii():
        return text
    kinds = [unicodedata.bidirectional(sign) for sign in text]
    if next((_LETTERS[kind] for kind in kinds if kind in _LETTERS), "L") == "R" or not {"R", "AL"} & set(
        kinds
    ):
        return text
    ends = set(_ends(kinds))
    return "".join(f"{sign}{LEFT_TO_RIGHT_MARK}" if n in ends else sign for n, sign in enumerate(text))


def _ends(kinds: list[str]) -> Iterator[int]:
    """Yield where a right-to-left phrase ends that a number follows."""
    last, number = -1, False
    for n, kind in enumerate([*kinds, "L"]):
        side = _LETTERS.get(kind)
        if side == "L" and last >= 0 and number:
            yield last
        if side is not None:
            last, number = (n, False) if side == "R" else (-1, False)
        elif kind == "EN":
            number = True


def readable(document: Document) -> Document:
    """Return a document whose sentences, tables and charts are marked so."""
    sections = tuple(
        Section(marked(one.title), tuple(_block(block) for block in one.blocks), one.level) for one in document.sections
    )  # fmt: skip
    left_out = tuple(map(marked, document.left_out))
    title, subtitle = marked(document.title), marked(document.subtitle)
    return replace(document, title=title, subtitle=subtitle, sections=sections, left_out=left_out)


def _block(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, text=marked(block.text))
    if isinstance(block, Bullets):
        return Bullets(tuple(map(marked, block.items)))
    if isinstance(block, Grid):
        rows = tuple(
            tuple(one if isinstance(one, Number) else marked(one) for one in row) for row in block.rows
        )
        return Grid(tuple(map(marked, block.columns)), rows, marked(block.caption))
    if isinstance(block, Chart):
        series = tuple(Series(marked(one.name), one.values) for one in block.series)
        return replace(block, title=marked(block.title), series=series)
    return replace(block, title=marked(block.title), alt=marked(block.alt))
