"""The tab "How this tracker works": what the workbook is for, what the colours say, and what each column means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from .book_looks import BookLook
from .model.schema import Field, FieldType, Schema, TrackerSpec
from .tracker_conditions import MEANINGS, rules
from .tracker_looks import HEADER_FILL, HEADER_TEXT, OWNED_TEXT, is_owned

TAB = "How this tracker works"
_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
_TITLE = {**_FONT, "bold": True, "font_size": 18, "font_color": HEADER_FILL, "text_wrap": False}
_HEADING = {**_FONT, "bold": True, "font_size": 13, "font_color": HEADER_FILL, "text_wrap": False}
_HEAD = {**_FONT, "bold": True, "font_color": HEADER_TEXT, "bg_color": HEADER_FILL, "indent": 1}
_CELL = {**_FONT, "bottom": 1, "bottom_color": "#D5DBDF", "indent": 1}
_NAME = {**_CELL, "bold": True}
_OWNED = {**_CELL, "italic": True, "font_color": OWNED_TEXT}
_WIDTHS = (2, 30, 62, 52)
_LINE = 15.5
"""Points that a line of text is high."""
_ALWAYS = (
    "Add a record by typing in the first free row. Leave the first column blank: the next number is filled in by the next sync.",
    "Columns may be moved, sorted, filtered and hidden, and you may add columns of your own: sheetops leaves those alone.",
    "Columns in grey italics are filled in by sheetops. What is typed there is put back.",
    "A value that cannot be read, or that two people changed differently, is held: it stays as it was typed until somebody decides in the tab sheetops.",
    "A + above the header unfolds more columns.",
)


def add_guide(
    workbook: xlsxwriter.Workbook, schema: Schema, specs: Sequence[TrackerSpec], look: BookLook
) -> None:
    """Add the tab."""
    _Guide(workbook, workbook.add_worksheet(TAB)).write(schema, specs, look)


class _Guide:
    """The tab while it is being written; `row` is the next free one, 0-based."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        self.workbook, self.sheet, self.row = workbook, sheet, 0
        self._styles: dict[int, xlsxwriter.format.Format] = {}
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&F, &A&RPage &P of &N")

    def write(self, schema: Schema, specs: Sequence[TrackerSpec], look: BookLook) -> None:
        """Write all of it."""
        self._line(TAB, _TITLE, 28)
        for text in look.how.get(specs[0].source, ()):
            self._across(text)
        self._heading("In every tracker")
        for text in _ALWAYS:
            self._across(text)
        used = dict.fromkeys(
            rule.meaning for spec in specs for rule in rules(spec, schema.table_of(spec), look.tab(spec.id))
        )
        self._heading("What the colours say")
        for name in used:
            self._meaning(name)
        for spec in specs:
            self._columns(spec, schema)

    def _columns(self, spec: TrackerSpec, schema: Schema) -> None:
        table = schema.table_of(spec)
        self._heading(f"{spec.tab}: {table.description}" if table.description else spec.tab)
        self._cells(("Column", "What it says", "What may be typed"), (_HEAD, _HEAD, _HEAD))
        for column in spec.columns:
            field = table.field(column.field)
            owned = is_owned(column.mode)
            allowed = (
                "Filled in by sheetops." if owned else " ".join(_allowed(field, field.name == table.key))
            )
            self._cells(
                (column.header, field.description, allowed), (_NAME, _CELL, _OWNED if owned else _CELL)
            )

    def _meaning(self, name: str) -> None:
        meaning = MEANINGS[name]
        style = self.workbook.add_format({**_CELL, **meaning.style})
        self.sheet.write_string(self.row, 1, name, style)
        self.sheet.merge_range(self.row, 2, self.row, 3, meaning.says, self._style(_CELL))
        self.row += 1

    def _heading(self, text: str) -> None:
        self.row += 1
        self._line(text, _HEADING, 22)

    def _line(self, text: str, style: Mapping[str, Any], height: float) -> None:
        self.sheet.set_row(self.row, height)
        self.sheet.write_string(self.row, 1, text, self._style(style))
        self.row += 1

    def _across(self, text: str) -> None:
        """Write a paragraph over the whole width."""
        self.sheet.set_row(self.row, _LINE * _lines(text, sum(_WIDTHS[1:])))
        self.sheet.merge_range(self.row, 1, self.row, 3, text, self._style(_FONT))
        self.row += 1

    def _cells(self, texts: Sequence[str], styles: Sequence[Mapping[str, Any]]) -> None:
        tallest = max(_lines(text, width) for text, width in zip(texts, _WIDTHS[1:], strict=True))
        self.sheet.set_row(self.row, _LINE * tallest)
        for place, (text, style) in enumerate(zip(texts, styles, strict=True), start=1):
            self.sheet.write_string(self.row, place, text, self._style(style))
        self.row += 1

    def _style(self, properties: Mapping[str, Any]) -> xlsxwriter.format.Format:
        known = self._styles.get(id(properties))
        if known is None:
            known = self._styles[id(properties)] = self.workbook.add_format(dict(properties))
        return known


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column so wide, words kept whole."""
    lines, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > width * 1.05 - 2:
            lines, used = lines + 1, 0
        used += len(word) + bool(used)
    return lines


_KINDS: Mapping[FieldType, str] = {
    FieldType.TEXT: "Text.", FieldType.LONG_TEXT: "Text, as long as it must be.", FieldType.INTEGER: "A whole number.",
    FieldType.NUMBER: "A number.", FieldType.MONEY: "An amount.", FieldType.DATE: "A day, such as 2026-03-31.",
    FieldType.DATETIME: "A day and a time, such as 2026-03-31 14:30.", FieldType.DURATION: "A length of time, such as 2h 30m.",
    FieldType.BOOLEAN: "yes or no.", FieldType.CHOICE: "One of:", FieldType.MULTI_CHOICE: "Any of, divided by ;:",
    FieldType.URL: "A link with https://.", FieldType.PERSON: "A name or an e-mail address.",
}  # fmt: skip


def _allowed(field: Field, is_key: bool) -> Iterator[str]:
    if field.type is FieldType.REFERENCE:
        yield f"The key of a record of the table {field.references}."
    else:
        yield _KINDS[field.type]
    if field.choices:
        yield "; ".join(choice.value for choice in field.choices) + "."
    if field.minimum is not None and field.maximum is not None:
        yield f"From {field.minimum} to {field.maximum}."
    elif field.minimum is not None:
        yield f"{field.minimum} or more."
    elif field.maximum is not None:
        yield f"{field.maximum} or less."
    if field.required and not is_key:
        yield "Required."
