"""A document as a workbook, by XlsxWriter: a tab to read, with native charts; the figures as a table; the charts' numbers."""

from __future__ import annotations

import io
import math
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from ..document import Block, Bullets, Chart, Document, Form, Grid, Number, Paragraph, SeriesChart
from ..series_chart import ChartWords, events_during

_FORMATS: dict[Form, str] = {
    "count": "#,##0",
    "share": "0.0%",
    "days": '0.0" d"',
    "hours": '0.0" h"',
    "number": "0.00",
}
_CHANGES: dict[Form, str] = {
    "count": "+#,##0;-#,##0;0",
    "share": '+0.0" points";-0.0" points";0.0" points"',
    "days": '+0.0" d";-0.0" d";0.0" d"',
    "hours": '+0.0" h";-0.0" h";0.0" h"',
    "number": "+0.00;-0.00;0.00",
}
_COLUMNS = 9
"""Columns of the tab to read; text runs across all of them."""

_WIDTHS = (34, 18, 16, 16, 22, 26, 22, 18, 18)
_CHART_ROWS = 16
_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_GREYS = ("#1F3A5F", "#C2571A", "#3D7A3D", "#777777")
_DASHES = ("solid", "dash", "round_dot", "long_dash_dot")
_MARKERS = ("circle", "square", "triangle", "diamond")
_PATTERNS = (None, "wide_upward_diagonal", "dotted_grid", "cross")
_LONGEST = 32_000
"""Characters of a cell; Excel takes 32,767."""


def xlsx(document: Document) -> bytes:
    """Return the document as the bytes of a workbook."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    at = document.as_of.replace(tzinfo=None, microsecond=0)
    book.set_properties({"title": document.title, "author": "sheetops", "created": at})
    _Book(book, document).write()
    book.close()
    return out.getvalue()


class _Book:
    """One workbook while it is written. Rows and columns count from 0."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document = book, document
        self.sheet = book.add_worksheet(_tab(document.name))
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.row = self.series = 0

    def style(self, **more: Any) -> Any:
        """Return a format; equal ones are one."""
        wanted = {**_FONT, **more}
        place = tuple(sorted(wanted.items()))
        if place not in self.formats:
            self.formats[place] = self.book.add_format(wanted)
        return self.formats[place]

    def write(self) -> None:
        """Write all tabs."""
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        figures = self.book.add_worksheet("Figures") if self.document.figures else None
        charts = any(True for _ in self.document.charts())
        self.numbers: Any = self.book.add_worksheet("Chart numbers") if charts else None
        self.number_row = 0
        self.sheet.write_string(
            0, 0, self.document.title, self.style(bold=True, font_size=18, font_color="#1F3A5F")
        )
        self.sheet.write_string(
            1,
            0,
            f"{self.document.subtitle}; as of {self.document.as_of:%Y-%m-%d %H:%M} UTC",
            self.style(font_color="#666666"),
        )
        self.sheet.set_row(0, 27)
        self.row = 3
        for section in self.document.sections:
            self._heading(section.title, section.level)
            for block in section.blocks:
                self._block(block)
        if self.document.left_out:
            self._heading("Left out", 1)
            self._block(Bullets(self.document.left_out))
        if figures is not None:
            self._figures(figures)

    def _heading(self, title: str, level: int) -> None:
        self.row += 1
        style = self.style(
            bold=True,
            font_size=14 if level == 1 else 12,
            font_color="#1F3A5F",
            bottom=2 if level == 1 else 0,
            bottom_color="#1F3A5F",
        )
        for column in range(_COLUMNS):
            self.sheet.write_blank(self.row, column, None, style)
        self.sheet.write_string(self.row, 0, title[:_LONGEST], style)
        self.row += 1

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._text(
                block.text,
                self.style(
                    text_wrap=True,
                    **({"bold": True, "font_color": "#C2571A"} if block.kind == "notice" else {}),
                ),
            )
        elif isinstance(block, Bullets):
            for item in block.items:
                self._text(f"• {item}", self.style(text_wrap=True, indent=1))
        elif isinstance(block, Grid):
            self._grid(block)
        elif isinstance(block, SeriesChart):
            self._followed(block)
        else:
            self._chart(block)

    def _text(self, text: str, style: Any) -> None:
        """Write text across the columns, in a row that is high enough for it."""
        self.sheet.merge_range(self.row, 0, self.row, _COLUMNS - 1, "", style)
        self.sheet.write_string(self.row, 0, text[:_LONGEST], style)
        lines = sum(math.ceil(max(1, len(line)) / (sum(_WIDTHS) * 0.95)) for line in text.split("\n"))
        self.sheet.set_row(self.row, min(400, 15 * lines + 1))
        self.row += 1

    def _grid(self, grid: Grid) -> None:
        if grid.caption:
            self._text(grid.caption, self.style(font_color="#666666", text_wrap=True))
        for column, name in enumerate(grid.columns):
            self.sheet.write_string(
                self.row,
                column,
                name,
                self.style(bold=True, font_color="#FFFFFF", bg_color="#1F3A5F", text_wrap=True),
            )
        self.row += 1
        for said in grid.rows:
            high = 1
            for column, cell in enumerate(said):
                self._cell(self.sheet, self.row, column, cell)
                width = _WIDTHS[column] if column < len(_WIDTHS) else 9
                high = max(high, math.ceil(len(str(cell)) / (width * 0.95)))
            self.sheet.set_row(self.row, min(400, 15 * high + 1))
            self.row += 1
        self.row += 1

    def _cell(self, sheet: Any, row: int, column: int, cell: str | Number) -> None:
        if isinstance(cell, Number):
            value = cell.value
            if value is not None and cell.change and cell.form == "share":
                value *= 100  # points
            form = (_CHANGES if cell.change else _FORMATS)[cell.form]
            style = self.style(num_format=form, bottom=4, bottom_color="#BBBBBB", align="right")
            if value is None:
                sheet.write_string(row, column, "–", style)
            else:
                sheet.write_number(row, column, value, style)
            return
        strange = cell.startswith(("ABOVE", "BELOW")) or cell.endswith((" ▲", " ▼"))
        sheet.write_string(
            row,
            column,
            cell[:_LONGEST],
            self.style(
                text_wrap=True, bottom=4, bottom_color="#BBBBBB", bold=strange, indent=1 if column else 0
            ),
        )

    # --- charts -----------------------------------------------------------------------------------

    def _chart(self, chart: Chart) -> None:
        """Draw a chart from numbers on a tab of their own, so that people can see and reuse them."""
        top = self._chart_numbers(chart)
        last = top + len(chart.labels)
        name = self.numbers.get_name()
        drawn = self.book.add_chart({"type": "line" if chart.kind == "lines" else "column"})
        lines = len(chart.series) + (2 if chart.kind == "lines" and chart.low is not None else 0)
        for n in range(lines):
            drawn.add_series({
                "name": [name, top, n + 1], "categories": [name, top + 1, 0, last, 0], "values": [name, top + 1, n + 1, last, n + 1],
                **_look(chart, n),
            })  # fmt: skip
        form = {"num_format": "0%" if chart.share else "#,##0"}
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}, "overlay": False})
        drawn.set_x_axis({"name": chart.x_axis})
        drawn.set_y_axis(
            {
                "name": chart.y_axis,
                "min": 0,
                "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}},
                **form,
            }
        )
        drawn.set_legend({"position": "bottom"} if lines > 1 else {"none": True})
        drawn.set_size({"width": 860, "height": 300})
        drawn.show_na_as_empty_cell()
        self.sheet.insert_chart(
            self.row,
            0,
            drawn,
            {"description": f"{chart.title}: {chart.y_axis} by {chart.x_axis}", "object_position": 2},
        )
        self.row += _CHART_ROWS

    def _followed(self, chart: SeriesChart) -> None:
        """Draw a series from its points, which are on a tab of their own with their reasons."""
        from ..series_workbook import chart_of

        words = ChartWords(chart.title, chart.values, chart.timezone)
        tab = "series" if self.series == 0 else f"series {self.series + 1}"
        points = chart.points.reset_index(drop=True)
        drawn = chart_of(self.book, tab, points, words, events_during(points, chart.events))
        self.series += 1
        drawn.set_size({"width": 1100, "height": 400})
        described = {"description": f"{chart.title}. {chart.alt}", "object_position": 2}
        self.sheet.insert_chart(self.row, 0, drawn, described)
        self.row += 21
        self._text(chart.alt, self.style(font_color="#666666", text_wrap=True))

    def _chart_numbers(self, chart: Chart) -> int:
        """Write a chart's numbers below those of the charts before; return the row of their header."""
        sheet, top = self.numbers, self.number_row + 1
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 6, 20)
        sheet.write_string(self.number_row, 0, chart.title, self.style(bold=True))
        header = [chart.x_axis, *(one.name for one in chart.series)]
        ranged = chart.kind == "lines" and chart.low is not None and chart.high is not None
        header += ["normal from", "normal to"] if ranged else []
        for column, name in enumerate(header):
            sheet.write_string(top, column, name, self.style(bold=True, bottom=1))
        form = self.style(num_format="0.0%" if chart.share else "#,##0.##")
        for n, label in enumerate(chart.labels):
            sheet.write_string(top + 1 + n, 0, label)
            values = [one.values[n] for one in chart.series] + ([chart.low, chart.high] if ranged else [])
            for column, value in enumerate(values, start=1):
                if value is not None:
                    sheet.write_number(top + 1 + n, column, value, form)
        self.number_row = top + len(chart.labels) + 3
        return top

    # --- figures ----------------------------------------------------------------------------------

    def _figures(self, sheet: Any) -> None:
        """Write every figure as a row of a table that can be filtered."""
        header = (
            "Of",
            "Figure",
            "This week",
            "Last week",
            "Change",
            "Normal from",
            "Normal to",
            "Weeks",
            "Where it lies",
            "Note",
        )
        for column, width in enumerate((24, 44, 12, 12, 12, 13, 13, 9, 40, 34)):
            sheet.set_column(column, column, width)
        for row, one in enumerate(self.document.figures, start=1):
            form: Form = one["form"]
            values = [one["now"], one["last"], one["change"], one["low"], one["high"]]
            sheet.write_string(row, 0, one["of"] or "all", self.style())
            sheet.write_string(row, 1, one["figure"], self.style())
            for column, value in enumerate(values, start=2):
                if value is not None:
                    sheet.write_number(row, column, value, self.style(num_format=_FORMATS[form]))
            sheet.write_number(row, 7, one["weeks"], self.style())
            sheet.write_string(row, 8, one["words"], self.style(bold=one["where"] in ("above", "below")))
            sheet.write_string(row, 9, one["note"], self.style())
        columns = [{"header": name} for name in header]
        sheet.add_table(
            0,
            0,
            max(1, len(self.document.figures)),
            len(header) - 1,
            {"name": "figures", "style": "Table Style Light 15", "columns": columns},
        )
        sheet.freeze_panes(1, 2)


def _look(chart: Chart, n: int) -> dict[str, Any]:
    """Return how a series looks, so that it is told apart without colour."""
    if chart.kind == "bars":
        pattern = _PATTERNS[n % 4]
        fill: dict[str, Any] = (
            {"fill": {"color": _GREYS[0]}}
            if pattern is None
            else {"pattern": {"pattern": pattern, "fg_color": _GREYS[0], "bg_color": "#FFFFFF"}}
        )
        return {**fill, "border": {"color": _GREYS[0]}, "gap": 60}
    if n >= len(chart.series):
        return {
            "line": {"color": "#999999", "width": 1, "dash_type": "square_dot"},
            "marker": {"type": "none"},
        }
    color = _GREYS[n % 4]
    return {
        "line": {"color": color, "width": 1.75, "dash_type": _DASHES[n % 4]},
        "marker": {"type": _MARKERS[n % 4], "size": 5, "fill": {"color": color}, "border": {"color": color}},
    }  # fmt: skip


def _tab(name: str) -> str:
    """Return a document's name as Excel takes a tab's: 31 characters, none of []:*?/\\."""
    return "".join("_" if sign in "[]:*?/\\" else sign for sign in name)[:31] or "Report"
