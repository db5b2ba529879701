"""Charts for documents, by matplotlib: told apart without colour, axes labelled with units, the same bytes each time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ...model.errors import UnknownName
from ..document import Chart, SeriesChart
from ..series_chart import ChartWords, events_during

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))
_GREYS = ("#1f3a5f", "#c2571a", "#3d7a3d", "#777777")
_HATCHES = ("", "///", "...", "xxx")
_WIDTH, _HEIGHT = 7.2, 2.7
_FEWEST = 5
"""Groups that a chart of bars has room for at least."""

_LONG = 16
"""Characters of a label below a bar; a longer one is cut there, and whole in the table."""

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans", "font.size": 8.5, "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#555555", "hatch.linewidth": 0.6, "svg.fonttype": "none",
    "axes.axisbelow": True, "text.parse_math": False,
}  # fmt: skip


def svg(chart: Chart) -> str:
    """Return the chart as an SVG element, its text selectable."""
    import re

    written = _saved(chart, "svg").decode("utf-8")
    return re.sub(r"^.*?(?=<svg )", "", written, flags=re.DOTALL).strip()


def png(chart: Chart) -> bytes:
    """Return the chart as a PNG of 200 dots per inch."""
    return _saved(chart, "png")


def followed_svg(chart: SeriesChart) -> str:
    """Return the chart of a series as an SVG element."""
    try:
        from ..series_png import svg as drawn
    except ImportError:
        raise _no_matplotlib() from None
    return drawn(*_followed(chart))


def followed_png(chart: SeriesChart) -> bytes:
    """Return the chart of a series as a PNG."""
    try:
        from ..series_png import png as drawn
    except ImportError:
        raise _no_matplotlib() from None
    return drawn(*_followed(chart))


def _followed(chart: SeriesChart) -> tuple[Any, ChartWords, Any]:
    points = chart.points.reset_index(drop=True)
    return points, ChartWords(chart.title, chart.values, chart.timezone), events_during(points, chart.events)


def _no_matplotlib() -> UnknownName:
    return UnknownName(
        "Charts need the package matplotlib, which is not installed.",
        not_done="Nothing was written.", next_step='Run: pip install "sheetops[reports]" (Markdown, .md, needs nothing).',
    )  # fmt: skip


def _saved(chart: Chart, kind: str) -> bytes:
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise _no_matplotlib() from None
    with mpl.rc_context({**SETTINGS, "svg.hashsalt": chart.title}):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure, chart)
        out = io.BytesIO()
        metadata: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=200, metadata=metadata)
    return out.getvalue()


def _draw(figure: Figure, chart: Chart) -> None:
    axes = figure.add_subplot()
    if chart.kind == "lines":
        _lines(axes, chart)
    else:
        _bars(axes, chart)
    axes.set_title(chart.title)
    axes.set_xlabel(chart.x_axis)
    axes.set_ylabel(chart.y_axis)
    if chart.share:
        from matplotlib.ticker import PercentFormatter

        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        axes.set_ylim(-0.02, 1.02)
    else:
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter

        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    if len(chart.series) > 1 or (chart.low is not None and chart.kind == "lines"):
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0)


def _lines(axes: Axes, chart: Chart) -> None:
    places = range(len(chart.labels))
    if chart.low is not None and chart.high is not None:
        axes.axhspan(chart.low, chart.high, facecolor="#eeeeee", edgecolor="#999999", linewidth=0.6, linestyle=(0, (4, 3)), zorder=0,
                     label=f"normal range of\n{chart.series[0].name}")  # fmt: skip
    for n, one in enumerate(chart.series):
        style, marker = _STYLES[n % len(_STYLES)]
        values = [float("nan") if value is None else value for value in one.values]
        axes.plot(
            places,
            values,
            linestyle=style,
            marker=marker,
            markersize=3,
            linewidth=1.3,
            color=_GREYS[n % 4],
            label=one.name,
        )
    step = max(1, len(chart.labels) // 9)
    shown = [n for n in places if (len(chart.labels) - 1 - n) % step == 0]
    axes.set_xticks(shown, [chart.labels[n] for n in shown])


def _bars(axes: Axes, chart: Chart) -> None:
    width = 0.8 / max(1, len(chart.series))
    for n, one in enumerate(chart.series):
        places = [at + (n - (len(chart.series) - 1) / 2) * width for at in range(len(chart.labels))]
        values = [value or 0.0 for value in one.values]
        axes.bar(
            places,
            values,
            width * 0.92,
            label=one.name,
            hatch=_HATCHES[n % 4],
            facecolor=_GREYS[0] if n == 0 else "white",
            edgecolor=_GREYS[0],
            linewidth=0.8,
        )
    labels = [label if len(label) <= _LONG else f"{label[: _LONG - 1]}…" for label in chart.labels]
    axes.set_xlim(-0.6, max(len(labels), _FEWEST) - 0.4)  # two bars are no walls
    crowded = sum(map(len, labels)) > 72
    axes.set_xticks(
        range(len(labels)),
        labels,
        rotation=30 if crowded else 0,
        ha="right" if crowded else "center",
        rotation_mode="anchor",
    )
