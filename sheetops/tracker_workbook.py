"""A fresh workbook for trackers: one tab each, ready to type into, with the rules of each field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from .model.record import Values
from .model.schema import Field, FieldType, Mode, Schema, Table, TrackerSpec
from .model.sheet import column_letters
from .model.values import Reading, to_cell
from .tracker_rules import fits_inline, header_note, validation

LAST_ROW = 1_048_576
_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_HEADER = {
    **_FONT, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A4D", "border": 1,
    "border_color": "#FFFFFF", "valign": "vcenter", "text_wrap": True, "indent": 1,
}  # fmt: skip
_OWNED_HEADER = {**_HEADER, "bg_color": "#6B7B86", "italic": True}
_OWNED_CELL = {"font_color": "#5A6770", "italic": True}
_TITLE = {**_FONT, "bold": True, "font_size": 16, "font_color": "#1F3A4D", "valign": "vcenter"}
_TABLE_STYLE = "Table Style Light 15"
_HEADER_HEIGHT = 30


@dataclass(frozen=True)
class Look:
    """How the cells of one type of field are shown: width in characters, number format, alignment.

    Nothing wraps: a row stays one line high, so that a screen shows forty cases and not six.
    """

    width: float
    format: str = "General"
    align: str = "left"


LOOKS: Mapping[FieldType, Look] = {
    FieldType.TEXT: Look(18, "@"),
    FieldType.LONG_TEXT: Look(70),
    FieldType.INTEGER: Look(10, "0", "right"),
    FieldType.NUMBER: Look(12, "General", "right"),
    FieldType.MONEY: Look(14, "#,##0.00", "right"),
    FieldType.DATE: Look(12, "yyyy-mm-dd"),
    FieldType.DATETIME: Look(17, "yyyy-mm-dd hh:mm"),
    FieldType.DURATION: Look(11, "[h]:mm", "right"),
    FieldType.BOOLEAN: Look(9, align="center"),
    FieldType.CHOICE: Look(12),
    FieldType.MULTI_CHOICE: Look(26),
    FieldType.URL: Look(34),
    FieldType.PERSON: Look(20),
    FieldType.REFERENCE: Look(16, "@"),
}
_NARROWEST, _WIDEST_CHOICE = 9, 30


def build_workbook(
    path: Path,
    schema: Schema,
    specs: Iterable[TrackerSpec],
    records: Mapping[str, Sequence[Values]] | None = None,
    finish: Callable[[xlsxwriter.Workbook], None] | None = None,
) -> None:
    """Write a new workbook with a tab for each tracker, holding `records` (tracker id -> records) if any.

    `finish` may add to the workbook before it is closed: charts, colours, tabs of its own. Raise OSError
    when it cannot be written. An existing file is replaced: the caller looks first.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(str(path), options)
    long_choices = _LongChoices()
    for spec in specs:
        tab = _Tab(workbook, spec, schema.table_of(spec), long_choices)
        tab.build((records or {}).get(spec.id, ()))
    long_choices.write(workbook)
    if finish is not None:
        finish(workbook)
    try:
        workbook.close()
    except xlsxwriter.exceptions.XlsxFileError as error:
        raise OSError(str(error)) from error


class _LongChoices:
    """The drop-downs too long for a rule, on a hidden tab behind all others."""

    TAB = "Choices"

    def __init__(self) -> None:
        self._columns: list[tuple[str, ...]] = []

    def range_for(self, field: Field) -> str | None:
        """Return where the field's choices will stand, or None when the rule itself can hold them."""
        if field.type is not FieldType.CHOICE or fits_inline(field):
            return None
        values = tuple(choice.value for choice in field.choices)
        if values not in self._columns:
            self._columns.append(values)
        letters = column_letters(self._columns.index(values) + 1)
        return f"={self.TAB}!${letters}$1:${letters}${len(values)}"

    def write(self, workbook: xlsxwriter.Workbook) -> None:
        """Write the hidden tab, if any drop-down needs it."""
        if self._columns:
            sheet = workbook.add_worksheet(self.TAB)
            sheet.very_hidden()
            for place, values in enumerate(self._columns):
                sheet.write_column(0, place, values)


class _Tab:
    """One tracker's tab while it is being built. Positions are 0-based, as XlsxWriter counts."""

    def __init__(
        self, workbook: xlsxwriter.Workbook, spec: TrackerSpec, table: Table, long_choices: _LongChoices
    ) -> None:
        self.workbook = workbook
        self.sheet: xlsxwriter.worksheet.Worksheet = workbook.add_worksheet(spec.tab)
        self.spec = spec
        self.table = table
        self.long_choices = long_choices
        self.top = (spec.header_row or 1) - 1

    def build(self, records: Sequence[Values]) -> None:
        """Write header, records, rules and page set-up."""
        self._title()
        for place, column in enumerate(self.spec.columns):
            self._column(place, self.table.field(column.field), column.mode, column.header)
        self._records(records)
        self._list_object(max(len(records), 1))
        self._view()

    def _title(self) -> None:
        if self.top:
            self.sheet.write_string(0, 0, self.table.description or self.spec.tab, self._style(_TITLE))

    def _column(self, place: int, field: Field, mode: Mode, header: str) -> None:
        self.sheet.set_column(place, place, _width(field, header), self._cell_style(field, mode))
        if rule := validation(field, self.long_choices.range_for(field)):
            self.sheet.data_validation(self.top + 1, place, LAST_ROW - 1, place, rule)
        if note := header_note(field, self.table, mode):
            size = {"width": 240, "height": 22 + 17 * sum(1 + len(line) // 38 for line in note.split("\n"))}
            self.sheet.write_comment(self.top, place, note, {**size, "author": "sheetops", "font_size": 10})

    def _records(self, records: Sequence[Values]) -> None:
        reading = Reading(ZoneInfo(self.spec.timezone), self.spec.day_first)
        for offset, record in enumerate(records, start=1):
            for place, column in enumerate(self.spec.columns):
                field = self.table.field(column.field)
                value = to_cell(field, record.get(field.name), reading)
                self._write(self.top + offset, place, value, self._cell_style(field, column.mode))

    def _write(self, row: int, place: int, value: Any, style: xlsxwriter.format.Format) -> None:
        if isinstance(value, str):
            self.sheet.write_string(row, place, value, style)
        elif value is not None:
            self.sheet.write(row, place, value, style)

    def _list_object(self, rows: int) -> None:
        """Make header and rows an Excel table: it filters, and grows as people type below it."""
        columns = [
            {
                "header": column.header,
                "header_format": self._style(_HEADER if _typed(column.mode) else _OWNED_HEADER),
            }
            for column in self.spec.columns
        ]
        options = {"name": _table_name(self.spec), "style": _TABLE_STYLE, "columns": columns}
        self.sheet.add_table(self.top, 0, self.top + rows, len(columns) - 1, options)

    def _view(self) -> None:
        keys = [place for place, column in enumerate(self.spec.columns) if column.field == self.table.key]
        self.sheet.freeze_panes(self.top + 1, 1 if keys == [0] else 0)
        self.sheet.set_row(self.top, _HEADER_HEIGHT)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(self.top)
        self.sheet.set_footer("&L&F, &A&RPage &P of &N")

    def _cell_style(self, field: Field, mode: Mode) -> xlsxwriter.format.Format:
        look = LOOKS[field.type]
        number_format = _money_format(field) if field.type is FieldType.MONEY else look.format
        style = {
            **_FONT,
            "num_format": number_format,
            "align": look.align,
            "indent": 0 if look.align == "center" else 1,
        }
        return self._style(style if _typed(mode) else {**style, **_OWNED_CELL})

    def _style(self, properties: Mapping[str, Any]) -> xlsxwriter.format.Format:
        return self.workbook.add_format(dict(properties))


def _typed(mode: Mode) -> bool:
    return mode is Mode.EDIT


def _width(field: Field, header: str) -> float:
    """Return a column's width: enough for the header with its filter button and for usual content."""
    look = LOOKS[field.type]
    longest = max((len(choice.value) for choice in field.choices), default=0)
    content = min(longest + 4, _WIDEST_CHOICE) if field.type is FieldType.CHOICE else look.width
    return max(content, len(header) + 5, _NARROWEST)


_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}


def _money_format(field: Field) -> str:
    digits = "#,##0" + (f".{'0' * field.decimals}" if field.decimals else "")
    if not field.currency:
        return digits
    symbol = _SYMBOLS.get(field.currency)
    return f"[${symbol}]{digits}" if symbol else f"{digits} [${field.currency}]"


def _table_name(spec: TrackerSpec) -> str:
    """Return a name Excel accepts for a table: letters, digits and _, not like a cell address."""
    return "tracker_" + re.sub(r"[^A-Za-z0-9_]", "_", spec.id)
