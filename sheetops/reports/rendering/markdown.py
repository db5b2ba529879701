"""A document as Markdown: for a terminal, a chat, a wiki. Charts become a line of little bars with their ends in numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Block, Bullets, Chart, Document, Grid, Number, Paragraph, Series, SeriesChart, show

_BARS = "▁▂▃▄▅▆▇█"
_POINTS = 80
"""So many points of a series fit on a line."""

_MARKS = {"high": "^", "low": "v", "watch": "o"}


def markdown(document: Document) -> str:
    """Return the document as Markdown text, with a line end at its end."""
    lines = [f"# {plain(document.title)}", "", plain(document.subtitle), ""]
    for section in document.sections:
        lines += [f"{'#' * (section.level + 1)} {plain(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block), ""]
    if document.left_out:
        lines += ["## Left out", "", *(f"- {plain(one)}" for one in document.left_out), ""]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return text on one line in which nothing is read as Markdown or HTML."""
    line = " ".join(text.split())
    for sign in ("\\", "`", "*", "_", "[", "]", "<", ">", "|"):
        line = line.replace(sign, f"\\{sign}")
    return f"\\{line}" if line[:1] in ("#", "+", "-") and line[1:2] == " " else line


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f"> **Note:** {plain(block.text)}" if block.kind == "notice" else plain(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {plain(item)}" for item in block.items)
    elif isinstance(block, Grid):
        yield from _grid(block)
    elif isinstance(block, SeriesChart):
        yield from _followed(block)
    else:
        yield from _chart(block)


def _grid(grid: Grid) -> Iterator[str]:
    if grid.caption:
        yield plain(grid.caption)
        yield ""
    right = [
        bool(grid.rows) and all(isinstance(row[n], Number) for row in grid.rows)
        for n in range(len(grid.columns))
    ]
    yield f"| {' | '.join(plain(one) for one in grid.columns)} |"
    yield f"|{'|'.join(' ---: ' if one else ' --- ' for one in right)}|"
    for row in grid.rows:
        yield f"| {' | '.join(plain(str(cell)) for cell in row)} |"


def chart_lines(chart: Chart) -> list[str]:
    """Return a chart as lines of plain text, little bars with their ends in numbers."""
    return [line.replace("\\", "").removeprefix("- ").replace("*", "") for line in _chart(chart)]


def _chart(chart: Chart) -> Iterator[str]:
    yield f"*{plain(chart.title)}* ({plain(chart.y_axis)}{f', {chart.labels[0]} to {chart.labels[-1]}' if chart.kind == 'lines' and chart.labels else ''}):"
    if chart.kind == "bars":
        top = max((value or 0 for one in chart.series for value in one.values), default=0)
        for n, label in enumerate(chart.labels):
            parts = (
                f"{plain(one.name)} {_number(chart, one.values[n])} {_bar(one.values[n], top)}"
                for one in chart.series
            )
            yield f"- {plain(label)}: {'; '.join(parts)}"
    else:
        for one in chart.series:
            yield f"- {plain(one.name)} {_spark(one)} last {_number(chart, one.values[-1] if one.values else None)}"
        if chart.low is not None and chart.high is not None:
            yield f"- normal range of {plain(chart.series[0].name)}: {_number(chart, chart.low)} to {_number(chart, chart.high)}"


def _followed(block: SeriesChart) -> Iterator[str]:
    """Yield the last points of a series as bars, with a mark under those that are flagged."""
    points = block.points.tail(_POINTS)
    local = points["time"].dt.tz_convert(block.timezone)
    values = tuple(None if one != one else float(one) for one in points["value"])
    flags = "".join(_MARKS.get(str(one), " ") for one in points["anomaly"]).rstrip()
    yield f"*{plain(block.title)}* ({plain(block.values)}, {local.iloc[0]:%d %b %Y} to {local.iloc[-1]:%d %b %Y}; ^ high, v low, o watch):"
    yield ""
    yield "```text"
    yield _spark(Series(block.values, values))
    yield flags
    yield "```"
    yield ""
    yield plain(block.alt)


def _number(chart: Chart, value: float | None) -> str:
    return show(value, "share" if chart.share else "count")


def _bar(value: float | None, top: float) -> str:
    return "█" * round(20 * (value or 0) / top) if top > 0 else ""


def _spark(series: Series) -> str:
    known = [value for value in series.values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = high - low or 1.0
    return "".join(
        " " if value is None else _BARS[round(7 * (value - low) / span)] for value in series.values
    )
