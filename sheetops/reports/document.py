"""What a report says, before anybody decides how it looks: sections of sentences, tables, figures and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

Form = Literal["count", "share", "days", "hours", "number"]
"""How a number is written: 1,204; 81.5 %; 3.2 d; 5.1 h; 0.74."""


@dataclass(frozen=True)
class Number:
    """A number in a table. `value` None: there is none. `change`: it is one, and is shown with its sign."""

    value: float | None
    form: Form = "count"
    change: bool = False

    def __str__(self) -> str:
        return show(self.value, self.form, sign=self.change)


Cell = str | Number


def show(value: float | None, form: Form, *, sign: bool = False) -> str:
    """Return a number as people read it; a dash where there is none. `sign`: it is a change."""
    if value is None:
        return "–"
    plus = "+" if sign else ""
    said = {
        "count": f"{value:{plus},.0f}",
        "share": f"{100 * value:{plus}.1f} %" if not sign else f"{100 * value:+.1f} points",
        "days": f"{value:{plus},.1f} d",
        "hours": f"{value:{plus},.1f} h",
        "number": f"{value:{plus}.2f}",
    }[form]
    zero = {
        "-0",
        "-0.0 d",
        "-0.0 h",
        "-0.00",
        "-0.0 points",
        "+0",
        "+0.0 d",
        "+0.0 h",
        "+0.00",
        "+0.0 points",
    }
    return said[1:] if said in zero else said


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few. `kind` "notice": something the reader must know before the figures."""

    text: str
    kind: Literal["text", "notice"] = "text"


@dataclass(frozen=True)
class Bullets:
    """Sentences one under the other."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table of words and numbers. Every row has one cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Series:
    """One line, or one kind of bar, of a chart; None where there is no value."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """A chart: lines over time or bars by group. `x_axis` and `y_axis` say what is shown, with its unit.

    `low` and `high` are the normal range of the first series (None: not judged). `share`: values are shares of one.
    """

    title: str
    kind: Literal["lines", "bars"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    x_axis: str
    y_axis: str
    low: float | None = None
    high: float | None = None
    share: bool = False


@dataclass(frozen=True, eq=False)
class SeriesChart:
    """A series over time: its values, what was usual, what was flagged, and the events it ran through.

    `points` and `events` are as `series_chart` takes them, `values` is what its numbers are; `alt` says what there is to see.
    """

    title: str
    values: str
    timezone: str
    points: pd.DataFrame
    events: pd.DataFrame
    alt: str


Block = Paragraph | Bullets | Grid | Chart | SeriesChart


@dataclass(frozen=True)
class Section:
    """A part of a report under a title of its own; `level` 2 is a part of the one before."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True)
class Document:
    """A report. `figures` has every figure as plain data, for programs and for the tab of a workbook.

    `as_of` (aware) is the time it speaks of; it stands in the files' properties, so that two runs make the same bytes.
    `left_out` says which parts it does not have, and why.
    """

    name: str
    title: str
    subtitle: str
    as_of: datetime
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()
    figures: tuple[dict[str, Any], ...] = field(default=())

    def charts(self) -> Iterator[Chart]:
        """Yield the charts in their order."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Chart))

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "report": self.name,
            "title": self.title,
            "subtitle": self.subtitle,
            "as_of": self.as_of.isoformat(),
            "figures": list(self.figures),
            "sections": [
                {"title": one.title, "level": one.level, "blocks": [_plain(block) for block in one.blocks]}
                for one in self.sections
            ],
            "left_out": list(self.left_out),
        }


def _plain(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {block.kind: block.text}
    if isinstance(block, Bullets):
        return {"bullets": list(block.items)}
    if isinstance(block, Grid):
        return {"columns": list(block.columns), "rows": [[_cell(cell) for cell in row] for row in block.rows]}
    if isinstance(block, SeriesChart):
        return _plain_series(block)
    series = {one.name: [_float(value) for value in one.values] for one in block.series}
    return {
        "chart": block.title,
        "labels": list(block.labels),
        "series": series,
        "low": block.low,
        "high": block.high,
    }


def _plain_series(block: SeriesChart) -> dict[str, Any]:
    numbers = ("value", "expected", "lower", "upper")
    points = block.points
    return {
        "chart": block.title,
        "labels": [one.isoformat() for one in points["time"]],
        "series": {name: [_float(one) for one in points[name]] for name in numbers},
        "anomaly": [str(one) for one in points["anomaly"]],
        "events": [
            {"name": str(name), "start": start.isoformat(), "end": end.isoformat()}
            for name, start, end in block.events[["name", "start", "end"]].itertuples(index=False)
        ],
        "alt": block.alt,
    }


def _cell(cell: Cell) -> Any:
    return _float(cell.value) if isinstance(cell, Number) else cell


def _float(value: float | None) -> float | None:
    """Return a number as Python's own, which JSON takes; None where it is none."""
    return None if value is None or value != value else float(value)


def cut(text: str, most: int = 400, whole: str = "the record") -> str:
    """Return free text for a document: as it is up to `most` characters, else its beginning and a notice of the cut."""
    if len(text) <= most:
        return text
    return f"{text[:most].rstrip()} … (cut here: {len(text):,} characters in all, whole in {whole})"


def words(items: Sequence[str]) -> str:
    """Return names as a sentence lists them: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
