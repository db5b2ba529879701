"""How documents look: whole in every format, nothing read as markup, told apart without colour, readable right to left."""

import io
import re
import zipfile
from datetime import UTC, datetime

import docx as word
import openpyxl
import pytest

from sheetops.reports.document import (
    Bullets,
    Chart,
    Document,
    Grid,
    Number,
    Paragraph,
    Section,
    Series,
    cut,
    show,
)
from sheetops.reports.rendering.charts import png, svg
from sheetops.reports.rendering.docx import docx
from sheetops.reports.rendering.html import html
from sheetops.reports.rendering.markdown import markdown
from sheetops.reports.rendering.xlsx import xlsx

LINES = Chart(
    "Cases & appeals",
    "lines",
    ("W45", "W46", "W47"),
    (Series("opened", (3.0, None, 9.0)), Series("closed", (2.0, 4.0, 5.0))),
    "ISO week",
    "cases per week",
    1.0,
    7.0,
)
BARS = Chart(
    "By market",
    "bars",
    ("UK", "مصر", "a very long name of a market"),
    (Series("opened", (3.0, 1.0, None)),),
    "market",
    "cases",
)
DOCUMENT = Document(
    "weekly 2026-W47", "Weekly <update>", "Desk | one", datetime(2026, 11, 23, tzinfo=UTC),
    (
        Section("Cases", (Paragraph("Not over yet.", "notice"), Bullets(("=HYPERLINK(\"x\")", "*bold* 👜")), LINES)),
        Section("متاجر", (Grid(("Market", "Cases", "Rate", "Change"), (("مصر", Number(3), Number(0.125, "share"), Number(-0.05, "share", change=True)), ("a|b\x0b", Number(None), Number(None, "share"), Number(0.0, "share", change=True)))), BARS), 2),
    ),
    ("Appeals: no appeals table: left out.",),
)  # fmt: skip


def test_markdown_reads_nothing_as_markup():
    said = markdown(DOCUMENT)
    assert "# Weekly \\<update\\>" in said
    assert "| مصر | 3 | 12.5 % | -5.0 points |" in said
    assert "| a\\|b | – | – | 0.0 points |" in said
    assert "- opened ▁ █ last 9" in said
    assert "> **Note:** Not over yet." in said


def test_html_is_one_file_that_needs_nothing_else():
    said = html(DOCUMENT)
    assert "Weekly &lt;update&gt;" in said
    assert not re.findall(r'(?:src|href)="(?!#)[^"]+"', said.replace('xlink:href="#', 'href="#'))
    assert said.count("<svg ") == 2
    assert 'dir="auto">مصر' in said


def test_a_word_file_opens_with_its_headings_tables_pictures_and_writing_from_the_right():
    made = word.Document(io.BytesIO(docx(DOCUMENT)))
    assert [one.text for one in made.paragraphs if one.style.name.startswith("Heading")] == [
        "Cases",
        "متاجر",
        "Left out",
    ]
    assert made.tables[0].cell(1, 0).text == "مصر"
    assert made.tables[0].cell(1, 0).paragraphs[0]._p.xml.count("w:bidi") == 1
    assert made.tables[0].cell(2, 0).text == "a|b\N{REPLACEMENT CHARACTER}"
    assert len(made.inline_shapes) == 2
    assert made.core_properties.modified == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_workbook_has_native_charts_their_numbers_and_no_formula():
    made = xlsx(DOCUMENT)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert sum(name.startswith("xl/charts/chart") for name in archive.namelist()) == 2
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["weekly 2026-W47", "Chart numbers"]
    cells = [cell for row in book["weekly 2026-W47"].iter_rows() for cell in row if cell.value is not None]
    assert '• =HYPERLINK("x")' in [cell.value for cell in cells]
    assert not any(cell.data_type == "f" for cell in cells)
    (rate,) = [cell for cell in cells if cell.value == 0.125]
    assert rate.number_format == "0.0%"


@pytest.mark.parametrize("render", [html, docx, xlsx, markdown])
def test_the_same_document_makes_the_same_bytes(render):
    assert render(DOCUMENT) == render(DOCUMENT)


def test_charts_are_told_apart_by_dashes_and_hatches_and_have_units():
    drawn = svg(LINES)
    assert "stroke-dasharray" in drawn
    assert "cases per week" in drawn
    assert "<pattern" in svg(
        Chart("x", "bars", ("a",), (Series("one", (1.0,)), Series("two", (2.0,))), "market", "cases")
    )
    assert png(BARS).startswith(b"\x89PNG")


def test_a_chart_of_nothing_is_drawn_all_the_same():
    assert svg(Chart("Nothing", "lines", (), (Series("none", ()),), "week", "cases")).startswith("<svg")
    assert png(Chart("Nothing", "bars", (), (), "market", "cases"))


@pytest.mark.parametrize(
    ("value", "form", "sign", "said"),
    [
        (1204.0, "count", False, "1,204"),
        (0.815, "share", False, "81.5 %"),
        (-0.04, "days", True, "0.0 d"),
        (0.031, "share", True, "+3.1 points"),
        (None, "count", True, "–"),
    ],
)
def test_numbers_are_written_as_people_read_them(value, form, sign, said):
    assert show(value, form, sign=sign) == said


def test_a_long_text_is_cut_with_its_length_and_where_it_is_whole():
    assert (
        cut("x" * 30_000, 10, "the evidence")
        == "xxxxxxxxxx … (cut here: 30,000 characters in all, whole in the evidence)"
    )
