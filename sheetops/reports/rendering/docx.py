"""A document as a Word file, by python-docx: headings that make an outline, tables whose header repeats, charts as pictures."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any

from ...model.errors import UnknownName
from ..document import Block, Bullets, Chart, Document, Grid, Number, Paragraph, SeriesChart
from .charts import followed_png, png
from .zips import rezipped

_BLUE, _ORANGE, _GREY = "1F3A5F", "C2571A", "666666"
_WIDE = 8
"""Columns from which a table's text is set smaller."""

_CELL, _LETTER = 0.45, 0.2
"""Centimetres of a cell without its text, and of a letter of its header."""

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that no XML may hold; a cell of a spreadsheet may."""


def docx(document: Document) -> bytes:
    """Return the document as the bytes of a .docx. Raise UnknownName where python-docx is not installed."""
    try:
        import docx as word
    except ImportError:
        raise UnknownName(
            "A .docx needs the package python-docx, which is not installed.",
            not_done="Nothing was written.", next_step='Run: pip install "sheetops[reports]", or write .html or .md.',
        ) from None  # fmt: skip
    made = word.Document()
    _page(made, document)
    made.add_paragraph(_clean(document.title), style="Title")
    _run(made.add_paragraph(), document.subtitle, color=_GREY)
    for section in document.sections:
        made.add_heading(_clean(section.title), section.level)
        for block in section.blocks:
            _block(made, block)
    if document.left_out:
        made.add_heading("Left out", 1)
        _block(made, Bullets(document.left_out))
    out = io.BytesIO()
    made.save(out)
    return rezipped(out.getvalue())


def _page(made: Any, document: Document) -> None:
    from docx.shared import Cm, Pt, RGBColor

    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(1.8)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(5)
    for name, size in (("Title", 22), ("Heading 1", 15), ("Heading 2", 12)):
        style = made.styles[name]
        style.font.size, style.font.color.rgb, style.font.name = (
            Pt(size),
            RGBColor.from_string(_BLUE),
            "Calibri",
        )
        style.element.rPr.rFonts.attrib.clear()
        style.font.name = "Calibri"
    about = made.core_properties
    about.title, about.author, about.last_modified_by, about.comments = (
        _clean(document.title),
        "sheetops",
        "sheetops",
        "",
    )
    about.created = about.modified = document.as_of.replace(tzinfo=None, microsecond=0)
    about.revision = 1
    footer = page.footer.paragraphs[0]
    _run(footer, f"{document.title}, as of {document.as_of:%Y-%m-%d %H:%M} UTC", color=_GREY, size=8)


def _block(made: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        notice = block.kind == "notice"
        _run(made.add_paragraph(), block.text, color=_ORANGE if notice else None, bold=notice)
    elif isinstance(block, Bullets):
        for item in block.items:
            _run(made.add_paragraph(style="List Bullet"), item)
    elif isinstance(block, Grid):
        _grid(made, block)
    elif isinstance(block, SeriesChart):
        _picture(made, followed_png(block), f"{block.title}. {block.alt}")
        _run(made.add_paragraph(), block.alt, color=_GREY, size=9)
    else:
        _chart(made, block)


def _chart(made: Any, chart: Chart) -> None:
    said = f"{chart.title}: {chart.y_axis} by {chart.x_axis}. The numbers are in the tables."
    _picture(made, png(chart), said)


def _picture(made: Any, drawn: bytes, said: str) -> None:
    """Add a picture with the text that a screen reader says in place of it."""
    from docx.shared import Cm

    shown = made.add_picture(io.BytesIO(drawn), width=Cm(17))
    shown._inline.docPr.set("descr", _clean(said))


def _grid(made: Any, grid: Grid) -> None:
    if grid.caption:
        _run(made.add_paragraph(), grid.caption, color=_GREY, size=9)
    table = made.add_table(rows=1, cols=len(grid.columns))
    table.style = "Table Grid"
    size = 8 if len(grid.columns) >= _WIDE else 9
    _widths(table, grid)
    right = [
        bool(grid.rows) and all(isinstance(row[n], Number) for row in grid.rows)
        for n in range(len(grid.columns))
    ]
    for cell, name in zip(table.rows[0].cells, grid.columns, strict=True):
        _fill(cell, name, size, bold=True, color="FFFFFF")
        _shade(cell, _BLUE)
    _repeat(table.rows[0])
    for said in grid.rows:
        cells = table.add_row().cells
        for cell, value, number in zip(cells, said, right, strict=True):
            text = _together(str(value))
            strange = text.startswith(("ABOVE", "BELOW")) or text.endswith(("▲", "▼"))
            _fill(cell, text, size, bold=strange, right=number)
    for row in table.rows:
        for cell, column in zip(row.cells, table.columns, strict=True):
            cell.width = column.width
    _run(made.add_paragraph(), "", size=4)


def _widths(table: Any, grid: Grid) -> None:
    """Give each column room by what stands in it, so that no header breaks within a word: long texts get more, but not all they ask for."""
    from docx.shared import Cm

    table.autofit = False
    wanted = []
    for n, name in enumerate(grid.columns):
        lengths = sorted(len(str(row[n])) for row in grid.rows)
        long = lengths[-1 - len(lengths) // 10] if lengths else 0
        wanted.append(min(60, max(13, len(name), long)) ** 0.75)
    least = [_CELL + _LETTER * max(map(len, name.split() or [""])) for name in grid.columns]
    for column, width in zip(table.columns, _shared(wanted, least, 17.0), strict=True):
        column.width = Cm(width)


def _shared(wanted: list[float], least: list[float], room: float) -> list[float]:
    """Return the room shared out by what is wanted, none less than its least; where that is too much, by the least."""
    if sum(least) >= room:
        return [room * one / sum(least) for one in least]
    given = [room * one / sum(wanted) for one in wanted]
    short = [need > got for need, got in zip(least, given, strict=True)]
    if not any(short):
        return given
    rest = room - sum(need for need, is_short in zip(least, short, strict=True) if is_short)
    others = _shared(
        [one for one, is_short in zip(wanted, short, strict=True) if not is_short],
        [one for one, is_short in zip(least, short, strict=True) if not is_short],
        rest,
    )
    left = iter(others)
    return [need if is_short else next(left) for need, is_short in zip(least, short, strict=True)]


def _fill(
    cell: Any, text: str, size: float, *, bold: bool = False, color: str | None = None, right: bool = False
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, text, size=size, bold=bold, color=color)


def _run(
    paragraph: Any, text: str, *, size: float | None = None, bold: bool = False, color: str | None = None
) -> None:
    """Write text into a paragraph; one that begins in a right-to-left script runs from right to left."""
    from docx.oxml.ns import qn
    from docx.oxml.shared import OxmlElement
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_clean(text))
    run.bold = bold or None
    if size is not None:
        run.font.size = Pt(size)
    if color is not None:
        run.font.color.rgb = RGBColor.from_string(color)
    if _runs_from_right(text):
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        mark = OxmlElement("w:rtl")
        mark.set(qn("w:val"), "1")
        run._r.get_or_add_rPr().append(mark)


def _runs_from_right(text: str) -> bool:
    """Whether the first letter that has a direction is of a right-to-left script (UAX 9, P2)."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind in ("R", "AL") for kind in kinds if kind in ("L", "R", "AL")), False)


_UNITS = re.compile(r"(?<=\d) (?=[dh%▲▼]|points)|(?<=[)%dh]) (?=[▲▼])")


def _together(text: str) -> str:
    """Return a cell's text in which a number and its unit, or its mark, stay on one line."""
    return _UNITS.sub("\N{NO-BREAK SPACE}", text)


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _shade(cell: Any, color: str) -> None:
    from docx.oxml.ns import qn
    from docx.oxml.shared import OxmlElement

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """Let a table's header stand on each page."""
    from docx.oxml.shared import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
