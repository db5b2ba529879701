"""The effect of a measure as a document: the answer, how sure it is, what speaks against it, and the counts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from .document import Block, Bullets, Cell, Chart, Document, Grid, Number, Paragraph, Section, Series

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from ..columns.anomalies.effects.effect import Effect
    from ..columns.anomalies.effects.periods import BeforeAndAfter


def effect_report(
    found: Effect,
    counted: BeforeAndAfter,
    headline: str,
    trust: str,
    asked: tuple[str, date, str],
    name: str,
    as_of: datetime,
) -> Document:
    """Return the report of an effect. `asked` is the table, since when, and the period; `name` the workspace's."""
    table, since, every = asked
    answer, *rest = found.lines()
    said: list[Block] = [Paragraph(headline), Paragraph(answer)]
    said += [Bullets(tuple(rest))] if rest else []
    said += [Paragraph(trust)] if trust else []
    more = [Paragraph(note) for note in counted.notes]
    blocks: tuple[Block, ...] = (*said, *_chart(found, counted, since, every))
    data = Section("The numbers", (*more, _numbers(counted, every)))
    title = f"Effect of a measure: {table} since {since}"
    return Document("effect", title, name, as_of, (Section("What changed", blocks), data))


def _levels(values: pd.DataFrame | None, of: pd.DataFrame | None) -> list[float | None]:
    """Return the sum of all units for each period, or their share of what they are counts of."""
    if values is None:
        return []
    sums = values.sum(axis=1).tolist()
    if of is None:
        return [float(one) for one in sums]
    return [
        float(one / all_of) if all_of else None
        for one, all_of in zip(sums, of.sum(axis=1).tolist(), strict=True)
    ]


def _periods(counted: BeforeAndAfter) -> list[str]:
    return [f"{one:%Y-%m-%d}" for one in counted.treated.index]


def _chart(found: Effect, counted: BeforeAndAfter, since: date, every: str) -> list[Chart]:
    levels, at = _levels(counted.treated, counted.of), counted.at
    if not levels:
        return []
    series = [
        Series("before", (*levels[:at], *[None] * (len(levels) - at))),
        Series(f"since {since}", (*[None] * at, *levels[at:])),
    ]
    if counted.treated.shape[1] == 1 and found.expected == found.expected:
        series.append(Series("expected without it", (*[None] * at, *[found.expected] * (len(levels) - at))))
    elif counted.against is not None:
        series.append(Series("compared with", tuple(_levels(counted.against, counted.against_of))))
    share = counted.of is not None
    unit = f"share a {every}" if share else f"records a {every}"
    return [
        Chart(
            "Before and after",
            "lines",
            tuple(_periods(counted)),
            tuple(series),
            f"{every} from",
            unit,
            share=share,
        )
    ]


def _numbers(counted: BeforeAndAfter, every: str) -> Grid:
    share = counted.of is not None
    columns = [
        f"{every[:1].upper()}{every[1:]} from",
        "",
        "Treated",
        *(["Compared with"] if counted.against is not None else []),
    ]
    mine, others = _levels(counted.treated, counted.of), _levels(counted.against, counted.against_of)
    rows: list[Sequence[Cell]] = []
    for n, period in enumerate(_periods(counted)):
        values = [mine[n], *([others[n]] if others else [])]
        rows.append(
            (
                period,
                "before" if n < counted.at else "since",
                *(Number(one, "share" if share else "count") for one in values),
            )
        )
    return Grid(tuple(columns), tuple(tuple(row) for row in rows))
