"""The dashboard tab of a workbook: figures and native charts over the rows of its own trackers, by plain COUNTIFS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from .book_looks import BookLook, TabLook
from .model.schema import Field, FieldType, Schema, Table, TrackerSpec
from .model.sheet import column_letters
from .tracker_conditions import is_state
from .tracker_looks import HEADER_FILL, HEADER_TEXT, OWNED_TEXT

TAB = "Dashboard"
_LAST_ROW = 1_048_576
_WEEKS, _WEEK_AXIS = 12, "Week beginning (Monday)"
_MOST_BARS, _MANY = 16, 12
_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
_TITLE = {**_FONT, "bold": True, "font_size": 18, "font_color": HEADER_FILL}
_MUTED = {**_FONT, "italic": True, "font_color": OWNED_TEXT}
_FIGURE = {
    **_FONT,
    "bold": True,
    "font_size": 20,
    "font_color": HEADER_FILL,
    "num_format": "#,##0",
    "align": "left",
}
_LABEL = {**_FONT, "font_color": OWNED_TEXT, "text_wrap": True, "valign": "top"}
_HEAD = {**_FONT, "bold": True, "font_color": HEADER_TEXT, "bg_color": HEADER_FILL, "indent": 1}
_CELL = {**_FONT, "indent": 1, "bottom": 1, "bottom_color": "#D5DBDF"}
_COUNT = {**_CELL, "num_format": "#,##0", "align": "right"}
_DAY = {**_CELL, "num_format": "d mmm yyyy", "align": "left"}
_COLUMNS, _CHART_ROWS = 12, 17
_CHART = {"width": 592, "height": 330}
_NUMBERS_AT = 60
"""The charts stand first; the numbers behind them below."""


@dataclass(frozen=True)
class _Source:
    """A tracker whose rows are counted: the ranges of its columns, by field."""

    spec: TrackerSpec
    table: Table
    look: TabLook

    def cells(self, name: str) -> str:
        """Return the range of a field's column, below the header to the end of the tab."""
        place = next(i for i, column in enumerate(self.spec.columns) if column.field == name)
        letter, top = column_letters(place + 1), (self.spec.header_row or 1) + 1
        tab = self.spec.tab.replace("'", "''")
        return f"'{tab}'!${letter}${top}:${letter}${_LAST_ROW}"

    @property
    def total(self) -> str:
        return f"COUNTA({self.cells(self.table.key)})"

    @property
    def what(self) -> str:
        """What its rows are called, as the tab is."""
        return self.spec.tab


@dataclass(frozen=True)
class _Block:
    """One chart: title, what its two axes show, and its lines as (label or formula, formula)."""

    title: str
    head: str
    categories: str
    unit: str
    lines: Sequence[tuple[str, str]]
    by_week: bool = False
    counted: str = "Number"
    """What stands above the numbers."""


def add_dashboard(
    workbook: xlsxwriter.Workbook, schema: Schema, specs: Sequence[TrackerSpec], look: BookLook
) -> bool:
    """Add the tab, where any of these trackers has something to count; return whether it was added."""
    sources = [_Source(spec, schema.table_of(spec), look.tab(spec.id)) for spec in specs]
    sources = [source for source in sources if source.look.has_dashboard]
    if not sources:
        return False
    sheet = workbook.add_worksheet(TAB)
    page = _Page(workbook, sheet)
    page.title([source.spec.tab for source in sources])
    row = page.figures(3, [figure for source in sources for figure in _figures(source)])
    page.blocks(row + 1, [block for source in sources for block in _blocks(source, look)])
    return True


# --- what is counted ------------------------------------------------------------------------------------


def _figures(source: _Source) -> Iterator[tuple[str, str]]:
    """Yield (label, formula) of the figures that a tracker's rows come to."""
    what, shown = source.what, source.spec.by_field
    look = source.look
    ended = look.ends if look.status in shown else ()
    if ended:
        over = "+".join(f'COUNTIF({source.cells(look.status)},"{word}")' for word in ended)
        yield f"{what}: open", f"={source.total}-({over})"
    yield f"{what}: all", f"={source.total}"
    for field in (source.table.field(name) for name in shown):
        if is_state(field):
            for state in ("breached", "at risk"):
                yield (
                    f"{field.header.removesuffix(' state')}: {state}",
                    f'=COUNTIF({source.cells(field.name)},"{state}")',
                )
        elif ended and not field.computed and (field.name == "due" or field.name.endswith("_due")):
            now = "TODAY()" if field.type is FieldType.DATE else "NOW()"
            passed = f'{source.cells(field.name)},"<"&{now}'
            done = "+".join(f'COUNTIFS({passed},{source.cells(look.status)},"{word}")' for word in ended)
            yield f"{what}: overdue", f"=COUNTIFS({passed})-({done})"


def _blocks(source: _Source, look: BookLook) -> Iterator[_Block]:
    shown = source.spec.by_field
    if source.look.per_week in shown:
        day = source.table.field(source.look.per_week)
        yield from (
            _weeks(source, day, source.table.field(name)) for name in source.look.sums if name in shown
        )
        if not source.look.sums:
            yield _weeks(source, day)
    for name in source.look.count_by:
        if name in shown:
            yield _counted(source, source.table.field(name), look)


def _counted(source: _Source, field: Field, look: BookLook) -> _Block:
    """Return the counts by the values of a choice, or of the records that a reference may name, and by anything else."""
    values = tuple(one.value for one in field.choices) or look.starters.get(field.references or "", ())
    values = values[:_MOST_BARS]
    cells = source.cells(field.name)
    lines = [(value, f'=COUNTIF({cells},"{value}")') for value in values]
    known = "+".join(f'COUNTIF({cells},"{value}")' for value in values) or "0"
    lines.append(("other or blank", f"=MAX(0,{source.total}-({known}))"))
    header = field.header if field.header[1:2].isupper() else field.header.lower()
    return _Block(f"{source.what} by {header}", field.header, field.header, f"{source.what} (number)", lines)


def _weeks(source: _Source, day: Field, number: Field | None = None) -> _Block:
    """Return the last twelve weeks, from Monday to Sunday, the running one last: how many there are, or the sum of a number."""
    cells, monday = source.cells(day.name), "TODAY()-WEEKDAY(TODAY(),2)+1"
    within = f'{cells},">="&{{label}},{cells},"<"&{{label}}+7'
    formula = f"=SUMIFS({source.cells(number.name)},{within})" if number else f"=COUNTIFS({within})"
    lines = [(f"={monday}-{7 * back}", formula) for back in reversed(range(_WEEKS))]
    if number:
        unit = f"{number.header} ({number.currency or 'sum'})"
        return _Block(
            f"{number.header} per week", "Week beginning", _WEEK_AXIS, unit, lines, True, number.header
        )
    title = f"{source.what} per week, by {day.header.lower()}"
    return _Block(title, "Week beginning", _WEEK_AXIS, f"{source.what} (number)", lines, by_week=True)


# --- how it is shown ------------------------------------------------------------------------------------


class _Page:
    """The tab while it is being written. Positions are 0-based."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        self.workbook, self.sheet = workbook, sheet
        self._styles: dict[int, xlsxwriter.format.Format] = {}
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 2)
        sheet.set_column(1, _COLUMNS, 13)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&F, &A&RPage &P of &N")

    def title(self, tabs: Sequence[str]) -> None:
        """Write the heading."""
        self.sheet.set_row(0, 30)
        self.sheet.write_string(
            0, 1, " and ".join([", ".join(tabs[:-1]), tabs[-1]] if tabs[1:] else tabs), self._style(_TITLE)
        )
        said = "Counted from the rows of this workbook, whenever it is open. The figures of all markets are in the weekly update."
        self.sheet.write_string(1, 1, said, self._style(_MUTED))

    def figures(self, row: int, figures: Sequence[tuple[str, str]]) -> int:
        """Write figures in lines of six, each above its label; return the next free row."""
        for number, (label, formula) in enumerate(figures):
            at, column = row + 3 * (number // 6), 1 + 2 * (number % 6)
            self.sheet.set_row(at, 28)
            self.sheet.set_row(at + 1, 32)
            self.sheet.write_formula(at, column, _anew(formula), self._style(_FIGURE), 0)
            self.sheet.merge_range(at + 1, column, at + 1, column + 1, label, self._style(_LABEL))
        return row + 3 * -(-len(figures) // 6)

    def blocks(self, row: int, blocks: Sequence[_Block]) -> None:
        """Draw the charts, two beside each other, and the numbers behind them below."""
        below = row + _CHART_ROWS * -(-len(blocks) // 2) + 1
        self.sheet.write_string(below, 1, "The numbers behind the charts", self._style(_TITLE))
        self.sheet.set_h_pagebreaks([below])
        tops = [below + 2] * 3
        for number, block in enumerate(blocks):
            across = number % 3
            top, left = tops[across], 1 + 4 * across
            self._numbers(top, left, block)
            tops[across] = top + len(block.lines) + 3
            chart = self._chart(block, top + 1, left)
            self.sheet.insert_chart(
                row + _CHART_ROWS * (number // 2), 1 + 6 * (number % 2), chart, {"object_position": 2}
            )

    def _numbers(self, top: int, left: int, block: _Block) -> None:
        self.sheet.merge_range(top, left, top, left + 1, block.head, self._style(_HEAD))
        self.sheet.write_string(top, left + 2, block.counted, self._style(_HEAD))
        for offset, (label, formula) in enumerate(block.lines, start=1):
            row = top + offset
            style = self._style(_DAY if block.by_week else _CELL)
            self.sheet.merge_range(row, left, row, left + 1, "", style)
            if label.startswith("="):
                self.sheet.write_formula(row, left, label, style, 0)
            else:
                self.sheet.write_string(row, left, label, style)
            cell = f"${column_letters(left + 1)}${row + 1}"
            number = _anew(formula.replace("{label}", cell))
            self.sheet.write_formula(row, left + 2, number, self._style(_COUNT), 0)

    def _chart(self, block: _Block, top: int, left: int) -> xlsxwriter.chart.Chart:
        last = top + len(block.lines) - 1
        chart = self.workbook.add_chart({"type": "column" if block.by_week else "bar"})
        chart.add_series({
            "name": block.title,
            "categories": [TAB, top, left, last, left], "values": [TAB, top, left + 2, last, left + 2],
            "fill": {"color": HEADER_FILL}, "border": {"color": HEADER_FILL}, "gap": 45,
            "data_labels": {"value": True, "num_format": "#,##0;;", "font": {"size": 9, "color": "#222222"}},
        })  # fmt: skip
        small = {"name": "Calibri", "size": 9, "color": "#222222"}
        number = {"name": block.unit, "name_font": {**small, "bold": False}, "num_font": small, "min": 0,
                  "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D5DBDF", "width": 0.75}}}  # fmt: skip
        many = {**small, "size": 7} if len(block.lines) > _MANY else small
        names: dict[str, Any] = {
            "name": block.categories,
            "name_font": {**small, "bold": False},
            "num_font": many,
        }
        if block.by_week:
            names |= {"num_format": "d mmm", "text_axis": True}
            chart.set_x_axis(names)
            chart.set_y_axis(number)
        else:
            chart.set_x_axis(number)
            chart.set_y_axis({**names, "reverse": True, "interval_unit": 1, "crossing": "max"})
        chart.set_title(
            {
                "name": block.title,
                "overlay": False,
                "name_font": {"name": "Calibri", "size": 12, "color": HEADER_FILL},
            }
        )
        chart.set_legend({"none": True})
        chart.set_chartarea({"border": {"color": "#D5DBDF"}})
        chart.set_size(_CHART)
        return chart

    def _style(self, properties: Mapping[str, Any]) -> xlsxwriter.format.Format:
        known = self._styles.get(id(properties))
        if known is None:
            known = self._styles[id(properties)] = self.workbook.add_format(dict(properties))
        return known


def _anew(formula: str) -> str:
    """Return a count that every program works out when it opens the file: LibreOffice trusts old results otherwise."""
    return f"{formula}+0*NOW()"
