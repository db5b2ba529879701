"""The chart of a series as a PNG or SVG: shapes and greys carry the meaning, colour only repeats it."""

from __future__ import annotations

import warnings
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import matplotlib as mpl
import numpy as np
from matplotlib import dates, font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .series_chart import FLAGS, ChartWords

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

_SIZE, _DPI = (10.0, 4.6), 120
_MARKS = {"high": ("^", "#b2182b", "high"), "low": ("v", "#2166ac", "low"), "watch": ("o", "none", "watch")}
_SVG = {"svg.fonttype": "none", "svg.hashsalt": "series"}
_NAMED = 6
"""Events whose names fit above the chart; with more, the shading has to do."""
_LETTER, _LINE = 0.0062, 9
"""A letter of an event's name as a part of the chart's width; a line of names, in points."""
_OTHER_SCRIPTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "PingFang SC",
    "Arial Unicode MS",
)
"""Fonts for names that the font at hand has no letters for; whichever of them the machine has."""


def png(points: pd.DataFrame, words: ChartWords, events: pd.DataFrame) -> bytes:
    """Return the picture as bytes. `points` and `events` as `series_chart` has them."""
    return _saved(points, words, events, "png")


def svg(points: pd.DataFrame, words: ChartWords, events: pd.DataFrame) -> str:
    """Return the picture as an SVG element whose text can be selected. `points` and `events` as `series_chart` has them."""
    written = _saved(points, words, events, "svg").decode("utf-8")
    return written[written.index("<svg ") :].strip()


def _saved(
    points: pd.DataFrame, words: ChartWords, events: pd.DataFrame, kind: Literal["png", "svg"]
) -> bytes:
    out = BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")
        mpl.rcParams.update({**mpl.rcParamsDefault, "font.family": _fonts(), "hatch.linewidth": 0.5, **_SVG})
        figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure.subplots(), points, words, events)
        metadata: dict[str, Any] = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        figure.savefig(out, format=kind, metadata=metadata)
    return out.getvalue()


def _fonts() -> list[str]:
    known = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _OTHER_SCRIPTS if name in known)]


def _draw(axes: Any, points: pd.DataFrame, words: ChartWords, events: pd.DataFrame) -> None:
    times = _naive(points["time"])
    lower, upper = (points[name].to_numpy(dtype=float) for name in ("lower", "upper"))
    values = points["value"].to_numpy(dtype=float)
    lines = _lines_of_names(events, points)
    _shade(axes, events, lines)
    if np.isfinite(upper).any():
        axes.fill_between(times, lower, upper, color="0.80", linewidth=0, label="usual range", zorder=2)
        expected = points["expected"].to_numpy(dtype=float)
        axes.plot(
            times, expected, color="0.35", linewidth=0.9, linestyle=(0, (4, 2)), label="expected", zorder=3
        )
    dot = "." if len(values) < 60 else None  # few points are seen one by one; one alone is no line
    axes.plot(times, values, color="black", linewidth=1.1, marker=dot, label=_escaped(words.values), zorder=4)
    for name in FLAGS:
        _mark(axes, name, times, values, (points["anomaly"] == name).to_numpy(dtype=bool))
    axes.set_title(
        fill(_escaped(words.title), 100),
        fontsize=11,
        loc="left",
        pad=6 + _LINE * (max(lines, default=-1) + 1),
    )
    axes.set_ylabel(_escaped(words.values))
    axes.set_xlabel(words.times)
    axes.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.10g}"))
    zone = ZoneInfo(words.timezone)
    locator = dates.AutoDateLocator(tz=zone)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))
    axes.grid(visible=True, color="0.9", linewidth=0.6, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=7, fontsize=8, frameon=False)


def _naive(times: pd.Series) -> Any:
    return times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")


def _escaped(text: str) -> str:
    """Return text as it is: a dollar sign begins no formula."""
    return text.replace("$", r"\$")


def _lines_of_names(events: pd.DataFrame, points: pd.DataFrame) -> list[int]:
    """Return for the name of each event in which line it stands above the chart, so that none stands on another."""
    first, last = points["time"].iloc[0], points["time"].iloc[-1]
    width = max((last - first).total_seconds(), 1.0)
    free: list[float] = []
    lines = []
    for name, start in events[["name", "start"]].head(_NAMED).itertuples(index=False):
        place = (start - first).total_seconds() / width
        line = next((n for n, end in enumerate(free) if end <= place), len(free))
        free[line : line + 1] = [place + _LETTER * (len(str(name)[:30]) + 1)]
        lines.append(line)
    return lines


def _shade(axes: Any, events: pd.DataFrame, lines: list[int]) -> None:
    starts, ends = (
        (_naive(events["start"]), _naive(events["end"])) if len(events) else (np.array([]), np.array([]))
    )
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        label = "known event" if number == 0 else None
        axes.axvspan(
            start, end, facecolor="0.96", edgecolor="0.55", hatch="///", linewidth=0.5, label=label, zorder=1
        )
        if number < len(lines):
            said = _escaped(events["name"].iloc[number][:30])
            axes.annotate(
                said, (start, 1.0), xycoords=("data", "axes fraction"), xytext=(1, 3 + _LINE * lines[number]),
                textcoords="offset points", fontsize=7, annotation_clip=False,
            )  # fmt: skip


def _mark(axes: Any, name: str, times: Any, values: Any, where: Any) -> None:
    if not where.any():
        return
    shape, colour, said = _MARKS[name]
    axes.plot(
        times[where], values[where], linestyle="none", marker=shape, markersize=9 if name != "watch" else 7,
        markerfacecolor=colour, markeredgecolor="black", markeredgewidth=0.9, label=f"flagged: {said}", zorder=5,
    )  # fmt: skip
