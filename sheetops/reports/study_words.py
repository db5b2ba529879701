"""How a case study says numbers, times and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..words import count
from .document import Number

SIDES = {
    "low": "below what was expected",
    "high": "above what was expected",
    "watch": "slowly moving away from what was expected",
}


@dataclass(frozen=True)
class Size:
    """An incident against what was expected: sums over its flagged points, of a rate means.

    `lower` and `upper` are the usual range, were every point to err the same way; `close_lower` and `close_upper`, were each
    to err on its own. None where nothing is known. `points` is how many those are.
    """

    actual: float | None
    expected: float | None
    lower: float | None = None
    upper: float | None = None
    close_lower: float | None = None
    close_upper: float | None = None
    points: int = 0

    @property
    def change(self) -> float | None:
        """Actual against expected: -0.4 is 40 % below."""
        return None if not self.expected or self.actual is None else self.actual / self.expected - 1


def size(record: Mapping[str, Any], during: pd.DataFrame | None, rate: bool) -> Size:
    """Return how large an incident is; where its points are not known, as its record says."""
    if during is None or not len(during):
        return Size(record["actual"], record["expected"])
    known = during[
        np.isfinite(during[["value", "expected", "lower", "upper"]].to_numpy(dtype=float)).all(axis=1)
    ]
    if not len(known):
        return Size(record["actual"], record["expected"])
    of = len(known) if rate else 1
    value, expected, lower, upper = (
        known[name].to_numpy(dtype=float) for name in ("value", "expected", "lower", "upper")
    )
    middle = float(expected.sum()) / of
    below, above = (float(np.sqrt(((side - expected) ** 2).sum())) / of for side in (lower, upper))
    return Size(
        float(value.sum()) / of, middle, float(lower.sum()) / of, float(upper.sum()) / of,
        middle - below, middle + above, len(known),
    )  # fmt: skip


def said(value: float | None, rate: bool) -> str:
    """Return a number as people write it: 1,240 or 3.71; of a rate up to one: 4.2 %."""
    if value is None or not np.isfinite(value):
        return "unknown"
    if rate and abs(value) <= 1:
        return f"{100 * value:.3g} %"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.3g}"


def cell(value: float | None, rate: bool) -> Number | str:
    """Return a number of a table: a whole one as such, a rate up to one in percent."""
    if value is None or not np.isfinite(value):
        return Number(None)
    if rate and abs(value) <= 1:
        return Number(value, "share")
    return Number(value, "count" if abs(value) >= 100 or value == round(value) else "number")


def percent(change: float | None) -> str:
    """Return a change in words: "40 % below", "2.4 times what was expected"."""
    if change is None:
        return "where nothing was expected"
    if change >= 1:
        return f"{1 + change:,.1f} times what was expected"
    return f"{abs(change):.0%} {'above' if change >= 0 else 'below'}".replace("%", " %")


def moment(time: Any, timezone: str) -> str:
    """Return a time on the workspace's clock; a midnight is a day."""
    local = pd.Timestamp(time).tz_convert(timezone)
    whole = local == local.normalize()
    return f"{local:%a %d %b %Y}" if whole else f"{local:%a %d %b %Y %H:%M}"


def span(record: Mapping[str, Any], timezone: str) -> str:
    """Return when an incident was: "from Wed 10 Dec 2025 to Sat 13 Dec 2025"."""
    first = moment(record["started"], timezone)
    every = next((one for one in ("week", "month") if str(record["signal"]).endswith(f" a {one})")), "")
    the = f"the {every} of " if every else ""
    if record["ended"] is None:
        return f"from {the}{first} on"
    last = moment(record["ended"], timezone)
    if first == last:
        return f"in {the}{first}" if every else f"{'at' if ':' in first else 'on'} {first}"
    return f"from {the}{first} to {'that of ' if every else ''}{last}"


def headline(record: Mapping[str, Any], one: Size, values: str, rate: bool, timezone: str) -> str:
    """Return what happened in a sentence or two."""
    of = f"{record['signal']}, {record['series']}"
    points = f" ({count(int(record['points']), 'flagged point')})" if record["points"] else ""
    goes = " It goes on." if record["ended"] is None and record["points"] else ""
    happened = f"{of}, was {SIDES[str(record['direction'])]} {span(record, timezone)}{points}.{goes}"
    single = record["points"] == 1
    kind = "It is" if single else "The mean over these points is" if rate else "The sum of these points is"
    if one.expected is None or one.actual is None:
        return happened
    against = f"{kind} {said(one.actual, rate)} {values} against {said(one.expected, rate)} expected, {percent(one.change)}"
    if one.lower is None:
        return f"{happened} {against}."
    how = "" if single else ", even if every point had erred the same way"
    return f"{happened} {against}; usual is {said(one.lower, rate)} to {said(one.upper, rate)}{how}."


def alt(
    record: Mapping[str, Any], one: Size, values: str, rate: bool, timezone: str, points: pd.DataFrame
) -> str:
    """Return what there is to see in the chart, for those who cannot see it."""
    first, last = (moment(points["time"].iloc[place], timezone) for place in (0, -1))
    flagged = int(points["anomaly"].isin(("low", "high")).sum())
    inside = points[~points["anomaly"].isin(("low", "high")) & points["value"].notna()]["value"]
    usual = (
        f" Its points without a flag lie between {said(float(inside.min()), rate)} and {said(float(inside.max()), rate)}."
        if len(inside)
        else ""
    )
    of = percent(one.change) + ("" if (one.change or 0) >= 1 else " what was expected")
    moved = f" In the incident, {span(record, timezone)}, it is {of}." if one.change is not None else ""
    return f"Line of {values}, {record['series']}, from {first} to {last}, over a grey band of what is usual; {count(flagged, 'point')} flagged.{usual}{moved}"
