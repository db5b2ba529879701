"""Inflow, closed, backlog and its age: in all, by type, by market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..words import count
from .document import Bullets, Chart, Paragraph, Section, Series
from .facts import Facts, groups
from .figures import Figure, by_group, grid, outside
from .spells import NEVER, Ints, Spells, spells
from .weekly_series import (
    Floats,
    Weeks,
    count_figure,
    days,
    level_figure,
    weekly_chart,
)

NAMES = ("Opened", "Closed", "Backlog", "Median age", "90 % age")
_LONG_NAMES = {
    "Opened": "Cases opened", "Closed": "Cases closed", "Backlog": "Backlog at the end of the week",
    "Median age": "Age of the backlog, median", "90 % age": "Age of the backlog, 90th percentile",
}  # fmt: skip
MOST = 12
"""Groups that a table shows; the others are one row."""


@dataclass(frozen=True)
class _Flow:
    """Weekly numbers of each group: a row for each group, a column for each week."""

    opened: Floats
    closed: Floats
    backlog: Floats
    median: Floats
    high: Floats


def flow_sections(facts: Facts, weeks: Weeks) -> Iterator[tuple[Section, list[Figure]]]:
    """Yield the sections about the flow of cases, each with its figures."""
    found = spells(facts)
    earliest = int(found.opened.min()) if len(found.opened) else NEVER
    weeks = weeks.since(earliest)
    nothing = np.zeros(len(found.opened), np.int64)
    whole = _flow(found, weeks, nothing, 1)
    figures = [_figure(name, weekly[0], weeks, name=_LONG_NAMES[name]) for name, weekly in _named(whole)]
    blocks: list[Paragraph | Chart | Bullets] = []
    again = _reopened(found, weeks)
    figures.insert(2, count_figure("Cases reopened", again, weeks))
    if not whole.opened[0, weeks.now] and not whole.closed[0, weeks.now]:
        blocks.append(Paragraph("Nothing was opened and nothing was closed in this week."))
    if found.undated:
        few = count(found.undated, "closed case")
        blocks.append(
            Paragraph(f"{few} without a closing date or a status history: in neither backlog nor closed.")
        )
    blocks.append(
        weekly_chart(
            "Cases opened and closed",
            weeks,
            {"opened": whole.opened[0], "closed": whole.closed[0]},
            "cases per week",
            figures[0],
        )
    )
    blocks.append(
        weekly_chart("Backlog", weeks, {"open at the end of the week": whole.backlog[0]}, "cases", figures[3])
    )
    yield Section("Cases", (grid(figures), *blocks)), figures
    for part in ("type", "market"):
        if facts.has("cases", part):
            yield _by(facts, weeks, found, part, facts.label("cases", part))


def _by(facts: Facts, weeks: Weeks, found: Spells, part: str, title: str) -> tuple[Section, list[Figure]]:
    group, names = groups(facts.frame("cases")[part])
    group, names = _commonest(group, names)
    each = _flow(found, weeks, group, len(names))
    figures = [
        _figure(name, weekly[number], weeks, of=of)
        for number, of in enumerate(names)
        for name, weekly in _named(each)
    ]
    table = by_group(title, NAMES, figures)
    strange = outside(figures)
    bars = Chart(
        f"Opened and closed by {title.lower()}", "bars", tuple(names),
        (Series("opened", tuple(each.opened[:, weeks.now].tolist())), Series("closed", tuple(each.closed[:, weeks.now].tolist()))),
        title, "cases in the week",
    )  # fmt: skip
    said = (
        Bullets(strange[:10])
        if strange
        else Paragraph("All of these are within their normal range, or have too short a history.")
    )
    return Section(
        f"Cases by {title.lower()}", (table, said, *((bars,) if len(names) > 1 else ())), 2
    ), figures


def _commonest(group: Ints, names: list[str]) -> tuple[Ints, list[str]]:
    """Return groups with the rarest ones together, where there are many."""
    if len(names) <= MOST:
        return group, names
    sizes = np.bincount(group, minlength=len(names))
    kept = np.sort(np.argsort(-sizes, kind="stable")[: MOST - 1])
    number = np.full(len(names), len(kept))
    number[kept] = np.arange(len(kept))
    return number[group], [*(names[at] for at in kept), f"{len(names) - len(kept)} others"]


def _named(flow: _Flow) -> tuple[tuple[str, Floats], ...]:
    return tuple(zip(NAMES, (flow.opened, flow.closed, flow.backlog, flow.median, flow.high), strict=True))


def _figure(kind: str, weekly: Floats, weeks: Weeks, *, name: str = "", of: str = "") -> Figure:
    name = name or kind
    if kind in ("Opened", "Closed"):
        return count_figure(name, weekly, weeks, of)
    return level_figure(name, weekly, weeks, "count" if kind == "Backlog" else "days", of)


def _flow(found: Spells, weeks: Weeks, group: Ints, size: int) -> _Flow:
    opened = weeks.counts(found.opened, group, size)
    closed = weeks.counts(found.end, group[found.case], size)
    shape = (size, weeks.now + 1)
    backlog, median, high = np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.nan)
    for week in range(max(0, weeks.first - 1), weeks.now + 1):
        end = int(weeks.edges[week + 1])
        there = np.flatnonzero(found.open_at(end))
        case = found.case[there]
        age = (end - found.opened[case]) * days(1)
        of = group[case]
        backlog[:, week] = np.bincount(of, minlength=size)
        order = np.lexsort((age, of))
        bounds = np.searchsorted(of[order], np.arange(size + 1))
        for number in np.flatnonzero(np.diff(bounds)):
            ages = age[order[bounds[number] : bounds[number + 1]]]
            median[number, week], high[number, week] = np.quantile(ages, (0.5, 0.9))
    return _Flow(opened, closed, backlog, median, high)


def _reopened(found: Spells, weeks: Weeks) -> Floats:
    again = (
        np.concatenate(([False], found.case[1:] == found.case[:-1])) if len(found.case) else np.zeros(0, bool)
    )
    weekly: Floats = weeks.counts(found.begin, None, 1, again)[0]
    return weekly
