"""The chart of a series as a workbook: the numbers with their reasons, and a chart of Excel's own that follows them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import xlsxwriter  # type: ignore[import-untyped]

from .series_chart import FLAGS, ChartWords

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

_TAB = "series"
_MARKS = {"high": ("triangle", "#b2182b"), "low": ("diamond", "#2166ac"), "watch": ("x", "black")}
_HEADERS = ("value", "expected", "usual from", "usual to", "anomaly", "known event", "why")
_DRAWN = ("usual range", "of this width", "high", "low", "watch", "known event")
"""Columns that only the chart reads, right of those that people do."""
_FIRST_DRAWN = 1 + len(_HEADERS)


def workbook(points: pd.DataFrame, words: ChartWords, events: pd.DataFrame) -> bytes:
    """Return the workbook as bytes. `points` and `events` as `series_chart` has them."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": False,
        },
    )
    local = points["time"].dt.tz_convert(words.timezone).dt.tz_localize(None)
    book.set_properties({"title": words.title, "created": local.iloc[-1].to_pydatetime()})
    front = book.add_worksheet("chart")
    front.hide_gridlines(2)
    front.set_landscape()
    front.fit_to_pages(1, 1)
    _write(book, book.add_worksheet(_TAB), points, local, words, events)
    front.insert_chart(1, 1, _chart(book, _TAB, points, words, events))
    book.close()
    return out.getvalue()


def chart_of(book: Any, tab: str, points: pd.DataFrame, words: ChartWords, events: pd.DataFrame) -> Any:
    """Write a series to a new tab of a workbook and return the chart of it. `points` and `events` as `series_chart` has them."""
    local = points["time"].dt.tz_convert(words.timezone).dt.tz_localize(None)
    _write(book, book.add_worksheet(tab), points, local, words, events)
    return _chart(book, tab, points, words, events)


def _write(
    book: Any, sheet: Any, points: pd.DataFrame, local: pd.Series, words: ChartWords, events: pd.DataFrame
) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    pale = book.add_format(
        {"italic": True, "bottom": 1, "font_color": "#808080", "text_wrap": True, "valign": "top"}
    )
    time, number = (
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        book.add_format({"num_format": "#,##0.####"}),
    )
    grey = book.add_format({"num_format": "#,##0.####", "font_color": "#808080"})
    sheet.write_row(0, 0, [words.times, words.values, *_HEADERS[1:]], bold)
    sheet.write_row(0, _FIRST_DRAWN, [f"{name} (chart)" for name in _DRAWN], pale)
    sheet.write_column(1, 0, [one.to_pydatetime() for one in local], time)
    shown = [points[name].to_numpy(dtype=float) for name in ("value", "expected", "lower", "upper")]
    for column, numbers in enumerate(shown, start=1):
        _numbers(sheet, column, numbers, number)
    named = _event_names(points["time"], events)
    for column, texts in ((5, points["anomaly"]), (6, named), (7, points["why"])):
        sheet.write_column(1, column, ["" if text is None else str(text)[:32_000] for text in texts])
    for column, numbers in enumerate(_drawn(points, named), start=_FIRST_DRAWN):
        _numbers(sheet, column, numbers, grey)
    sheet.set_column(0, 0, 17)
    sheet.set_column(1, 6, 12)
    sheet.set_column(7, 7, 60)
    sheet.set_column(_FIRST_DRAWN, _FIRST_DRAWN + len(_DRAWN) - 1, 10, None, {"level": 1})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(points), len(_HEADERS))


def _numbers(sheet: Any, column: int, numbers: Any, look: Any) -> None:
    for row, one in enumerate(numbers.tolist(), start=1):
        if np.isfinite(one):
            sheet.write_number(row, column, one, look)


def _event_names(times: pd.Series, events: pd.DataFrame) -> list[str]:
    names: list[list[str]] = [[] for _ in range(len(times))]
    for name, start, end in events.itertuples(index=False, name=None):
        first, last = int((times < start).sum()), int((times <= end).sum())
        for row in range(first, max(last, first + 1)):  # an instant between two points is at the later one
            names[row].append(name)
    return [", ".join(some) for some in names]


def _drawn(points: pd.DataFrame, named: list[str]) -> list[Any]:
    """Return the columns of the chart: an area leaves no gap, so the range has no width where none is known."""
    value, lower, upper = (points[name].to_numpy(dtype=float) for name in ("value", "lower", "upper"))
    known = np.isfinite(lower) & np.isfinite(upper)
    start = points["lower"].where(known).bfill().ffill().fillna(0.0).to_numpy(dtype=float)
    width = np.where(known, upper - lower, 0.0)
    flags = [np.where(points["anomaly"] == name, value, np.nan) for name in FLAGS]
    ceiling = _ends(points)[1]
    return [start, width, *flags, np.array([ceiling if one else np.nan for one in named])]


def _ends(points: pd.DataFrame) -> tuple[float, float]:
    """Return where the axis of values begins and ends: an area alone would make it begin at 0."""
    numbers = points[["value", "lower", "upper"]].to_numpy(dtype=float)
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    step = 10.0 ** np.floor(np.log10(max(high - low, abs(high) * 0.1, 1e-9)))
    step = step / 2 if (high - low) / step < 4 else step
    return float(np.floor(low / step) * step), float((np.floor(high / step) + 1) * step)


def _chart(book: Any, tab: str, points: pd.DataFrame, words: ChartWords, events: pd.DataFrame) -> Any:
    rows = len(points)
    area = book.add_chart({"type": "area", "subtype": "stacked"})
    area.add_series(_series(tab, rows, _FIRST_DRAWN, {"fill": {"none": True}, "line": {"none": True}}))
    area.add_series(
        _series(tab, rows, _FIRST_DRAWN + 1, {"name": "usual range", "fill": {"color": "#cccccc"}})
    )
    line = book.add_chart({"type": "line"})
    thin = {"color": "#595959", "width": 1, "dash_type": "dash"}
    line.add_series(_series(tab, rows, 2, {"name": "expected", "line": thin}))
    line.add_series(_series(tab, rows, 1, {"name": words.values, "line": {"color": "black", "width": 1.25}}))
    for place, name in enumerate(FLAGS):
        if (points["anomaly"] == name).any():
            shape, colour = _MARKS[name]
            mark = {"type": shape, "size": 9, "fill": {"color": colour}, "border": {"color": "black"}}
            look = {"name": f"flagged: {name}", "line": {"none": True}, "marker": mark}
            line.add_series(_series(tab, rows, _FIRST_DRAWN + 2 + place, look))
    if len(events):
        bar = {"name": "known event", "line": {"color": "#a6a6a6", "width": 6}}
        line.add_series(_series(tab, rows, _FIRST_DRAWN + 5, bar))
    area.combine(line)
    low, high = _ends(points)
    area.set_title({"name": words.title, "name_font": {"size": 12}, "overlay": False})
    area.set_x_axis({"name": words.times, "text_axis": True, "num_format": "d mmm hh:mm", "label_position": "low",
                     "interval_unit": max(1, rows // 8), "interval_tick": max(1, rows // 8)})  # fmt: skip
    area.set_y_axis({"name": words.values, "min": low, "max": high, "num_format": "#,##0.####",
                     "major_gridlines": {"visible": True, "line": {"color": "#e0e0e0"}}})  # fmt: skip
    area.set_legend({"position": "bottom", "delete_series": [0]})
    area.show_blanks_as("gap")
    area.set_size({"width": 1100, "height": 460})
    return area


def _series(tab: str, rows: int, column: int, look: dict[str, Any]) -> dict[str, Any]:
    return {"categories": [tab, 1, 0, rows, 0], "values": [tab, 1, column, rows, column], **look}
