"""A fresh workbook for trackers: one tab each, ready to type into, with the rules of each field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from .book_looks import BookLook, TabLook, tucked_runs
from .model.record import Values
from .model.schema import Field, FieldType, Mode, Schema, Table, TrackerSpec
from .model.sheet import column_letters
from .model.values import Reading, to_cell
from .tracker_conditions import MEANINGS, rules
from .tracker_dashboard import add_dashboard
from .tracker_guide import add_guide
from .tracker_looks import (
    HEADER_FILL,
    HEADER_TEXT,
    LOOKS,
    OWNED_HEADER_FILL,
    OWNED_TEXT,
    column_width,
    is_owned,
    number_format,
)
from .tracker_rules import Kind, Rule, header_note, rule_of

LAST_ROW = 1_048_576
_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_HEADER = {
    **_FONT, "bold": True, "font_color": HEADER_TEXT, "bg_color": HEADER_FILL, "border": 1,
    "border_color": HEADER_TEXT, "valign": "vcenter", "text_wrap": True, "indent": 1,
}  # fmt: skip
_OWNED_HEADER = {**_HEADER, "bg_color": OWNED_HEADER_FILL, "italic": True}
_OWNED_CELL = {"font_color": OWNED_TEXT, "italic": True}
_TITLE = {**_FONT, "bold": True, "font_size": 16, "font_color": HEADER_FILL, "valign": "vcenter"}
_TABLE_STYLE = "Table Style Light 15"
_HEADER_HEIGHT = 30
_A3 = 8
_OFFERED = 5_000
"""Records of another tab that a drop-down of references offers."""
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook says no zone
"""One date for all, so that the same template makes the same bytes."""


def build_workbook(
    path: Path | IO[bytes],
    schema: Schema,
    specs: Iterable[TrackerSpec],
    records: Mapping[str, Sequence[Values]] | None = None,
    finish: Callable[[xlsxwriter.Workbook], None] | None = None,
    look: BookLook | None = None,
) -> None:
    """Write a new workbook (a file, or into one that is open) with a tab for each tracker, holding `records` (tracker id -> records) if any.

    With a `look` it gets a dashboard, a tab that says how the tracker works, and folded columns. `finish` may add
    to the workbook before it is closed: charts, colours, tabs of its own. Equal arguments make equal bytes. Raise OSError
    when it cannot be written. An existing file is replaced: the caller looks first.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(str(path) if isinstance(path, Path) else path, options)
    workbook.set_properties({"created": _CREATED})
    plain, there = look or BookLook(), list(specs)
    lists = _LongChoices(schema, there, plain)
    for spec in there:
        tab = _Tab(workbook, spec, schema.table_of(spec), lists, plain.tab(spec.id))
        tab.build((records or {}).get(spec.id, ()))
    if look is not None:
        add_dashboard(workbook, schema, there, look)
        add_guide(workbook, schema, there, look)
    lists.write(workbook)
    if finish is not None:
        finish(workbook)
    try:
        workbook.close()
    except xlsxwriter.exceptions.XlsxFileError as error:
        raise OSError(str(error)) from error


class _LongChoices:
    """The drop-downs too long for a rule, on a hidden tab behind all others; and those of references."""

    TAB = "Choices"

    def __init__(self, schema: Schema, specs: Sequence[TrackerSpec], look: BookLook) -> None:
        self._columns: list[tuple[str, ...]] = []
        self._look = look
        self._own = {spec.table: _key_range(spec, schema.table_of(spec)) for spec in specs if not spec.where}

    def range_for(self, field: Field) -> str | None:
        """Return where the field's choices will stand, or None when the rule itself can hold them."""
        if field.type is FieldType.REFERENCE:
            return self._of_reference(field.references or "")
        if field.type is not FieldType.CHOICE or _fits_inline(field):
            return None
        return self._listed(tuple(choice.value for choice in field.choices))

    def _of_reference(self, table: str) -> str | None:
        """Return the keys of a table of this workbook, or those that a table of another one comes with; None: neither."""
        starters = self._look.starters.get(table)
        return self._own.get(table) or (self._listed(starters) if starters else None)

    def _listed(self, values: tuple[str, ...]) -> str:
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
        self, workbook: xlsxwriter.Workbook, spec: TrackerSpec, table: Table, long_choices: _LongChoices,
        look: TabLook,
    ) -> None:  # fmt: skip
        self.workbook = workbook
        self.sheet: xlsxwriter.worksheet.Worksheet = workbook.add_worksheet(spec.tab)
        self.spec = spec
        self.table = table
        self.long_choices = long_choices
        self.look = look
        self.top = (spec.header_row or 1) - 1
        self._styles: dict[str, xlsxwriter.format.Format] = {}

    def build(self, records: Sequence[Values]) -> None:
        """Write header, records, rules and page set-up."""
        self._title()
        for place, column in enumerate(self.spec.columns):
            self._column(place, self.table.field(column.field), column.mode, column.header)
        self._conditions()
        self._records(records)
        self._list_object(max(len(records), 1))
        self._view()

    def _title(self) -> None:
        if self.top:
            self.sheet.write_string(0, 0, self.table.description or self.spec.tab, self._style(_TITLE))

    def _column(self, place: int, field: Field, mode: Mode, header: str) -> None:
        folded = self._folded(place)
        self.sheet.set_column(
            place, place, column_width(field, header), self._cell_style(field, mode), folded
        )
        if options := self._rule(field, mode):
            self.sheet.data_validation(self.top + 1, place, LAST_ROW - 1, place, options)
        if note := header_note(field, self.table, mode):
            size = {"width": 240, "height": 22 + 17 * sum(1 + len(line) // 38 for line in note.split("\n"))}
            self.sheet.write_comment(self.top, place, note, {**size, "author": "sheetops", "font_size": 10})

    def _folded(self, place: int) -> dict[str, Any]:
        """Return XlsxWriter's options of a column that is folded away, or that bears the + of those before it."""
        runs = list(tucked_runs([column.field for column in self.spec.columns], self.look))
        if any(first <= place <= last for first, last in runs):
            return {"level": 1, "hidden": True}
        return {"collapsed": True} if any(place == last + 1 for _, last in runs) else {}

    def _rule(self, field: Field, mode: Mode) -> dict[str, Any] | None:
        """Return the drop-down or limits of a column's cells. A reference is offered, and anything may be typed."""
        listed = self.long_choices.range_for(field)
        if field.type is FieldType.REFERENCE:
            return (
                {"validate": "list", "source": listed, "show_error": False}
                if listed and not is_owned(mode)
                else None
            )
        rule = rule_of(field)
        return _validation(field, rule, listed) if rule else None

    def _conditions(self) -> None:
        """Colour by meaning; the row of a record that is done with is grey."""
        first, last = self.top + 1, LAST_ROW - 1
        for rule in rules(self.spec, self.table, self.look):
            left, right = (
                (0, len(self.spec.columns) - 1) if rule.column is None else (rule.column, rule.column)
            )
            options = {
                "type": "formula", "criteria": rule.formula.replace("{row}", str(first + 1)),
                "format": self._style(MEANINGS[rule.meaning].style),
            }  # fmt: skip
            self.sheet.conditional_format(first, left, last, right, options)

    def _records(self, records: Sequence[Values]) -> None:
        reading = Reading(ZoneInfo(self.spec.timezone), self.spec.day_first)
        fields = [self.table.field(column.field) for column in self.spec.columns]
        styles = [
            self._cell_style(field, column.mode)
            for field, column in zip(fields, self.spec.columns, strict=True)
        ]
        for offset, record in enumerate(records, start=1):
            for place, (field, style) in enumerate(zip(fields, styles, strict=True)):
                value = to_cell(field, record.get(field.name), reading)
                self._write(self.top + offset, place, value, style)

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
                "header_format": self._style(_OWNED_HEADER if is_owned(column.mode) else _HEADER),
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
        self.sheet.set_paper(_A3)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(self.top)
        self.sheet.set_footer("&L&F, &A&RPage &P of &N")

    def _cell_style(self, field: Field, mode: Mode) -> xlsxwriter.format.Format:
        look = LOOKS[field.type]
        style = {
            **_FONT,
            "num_format": number_format(field),
            "align": look.align,
            "indent": 0 if look.align == "center" else 1,
        }
        return self._style({**style, **_OWNED_CELL} if is_owned(mode) else style)

    def _style(self, properties: Mapping[str, Any]) -> xlsxwriter.format.Format:
        known = self._styles.get(said := repr(properties))
        if known is None:
            known = self._styles[said] = self.workbook.add_format(dict(properties))
        return known


INLINE_LIMIT = 255
"""Characters of a drop-down list that Excel stores in the rule itself; a longer one needs cells."""


def _fits_inline(field: Field) -> bool:
    """Return whether the field's choices can stand in a rule: short, and without the dividing comma."""
    values = [choice.value for choice in field.choices]
    return len(",".join(values)) <= INLINE_LIMIT and not any("," in value for value in values)


def _validation(field: Field, rule: Rule, choices_at: str | None) -> dict[str, Any]:
    """Return XlsxWriter's options for a rule. `choices_at` is a range for a long drop-down."""
    return {
        "error_type": "warning", "ignore_blank": True, "validate": _EXCEL_KINDS[rule.kind],
        "error_title": field.header[:32], "error_message": rule.message, **_limits(rule, choices_at),
    }  # fmt: skip


_EXCEL_KINDS = {
    Kind.LIST: "list", Kind.YES_NO: "list", Kind.DATE: "date", Kind.WHOLE: "integer", Kind.NUMBER: "decimal",
}  # fmt: skip


def _limits(rule: Rule, choices_at: str | None) -> dict[str, Any]:
    if rule.values:
        return {"source": choices_at or list(rule.values)}
    if rule.low is not None and rule.high is not None:
        return {"criteria": "between", "minimum": rule.low, "maximum": rule.high}
    criteria, limit = (">=", rule.low) if rule.high is None else ("<=", rule.high)
    return {"criteria": criteria, "value": limit}


def _table_name(spec: TrackerSpec) -> str:
    """Return a name Excel accepts for a table: letters, digits and _, not like a cell address."""
    return "tracker_" + re.sub(r"[^A-Za-z0-9_]", "_", spec.id)


def _key_range(spec: TrackerSpec, table: Table) -> str:
    """Return the cells of a tracker's keys, a hundred screens of them."""
    place = next(i for i, column in enumerate(spec.columns) if column.field == table.key)
    letter, first = column_letters(place + 1), (spec.header_row or 1) + 1
    tab = spec.tab.replace("'", "''")
    return f"='{tab}'!${letter}${first}:${letter}${first + _OFFERED - 1}"
