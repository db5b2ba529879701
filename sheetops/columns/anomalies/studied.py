"""One incident looked at again, whole: its points, its size against what is usual, its causes, and what else changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..sets import Ask
from .attribution.attribute import attribute
from .causes import also_changed, changes, explained_by
from .context import Incident as Window
from .count_columns import counts, judge, judged_periods
from .count_columns import signal_name as count_name
from .incidents import Incident, incidents
from .known import concerning, known_events
from .looking import Looked, Table, signal_name, table
from .pictured import SHOWN, named_events
from .points import Series

if TYPE_CHECKING:
    from .column_set import CountColumns, SignalColumns
    from .spec import EventSpec

_BEFORE, _AFTER = 60, 20
"""At least so many points are shown before and after; more for a long incident."""
SIBLINGS = ("series", "points", "actual", "expected", "flagged")


@dataclass(frozen=True)
class Studied:
    """An incident and the series it is in. All times are aware.

    `values` is what the numbers are, with their unit; `rate`: they are ratios, whose sum says nothing. `points` has SHOWN
    around the incident, `during` the points that are flagged (none where the incident is no longer found). `found` is the
    incident as it is found now. `causes` is as `attribute` gives it, `changes` as `hypotheses`, `siblings` has SIBLINGS for
    the other series at the same times. `looks_at` are the tables of known events with their class; `where` the series' fields.
    """

    values: str
    rate: bool
    points: pd.DataFrame
    during: pd.DataFrame
    events: pd.DataFrame
    found: Incident | None
    causes: pd.DataFrame
    changes: pd.DataFrame
    siblings: pd.DataFrame
    looks_at: tuple[tuple[str, str], ...]
    where: Mapping[str, str]
    dimensions: tuple[str, ...]


def signal_studied(spec: SignalColumns, ask: Ask, record: Mapping[str, Any]) -> Studied | None:
    """Return what there is to say of the incident of a record; None where its signal or its series is not of these."""
    metric = next((one for one in spec.metrics if signal_name(spec, one) == record["signal"]), None)
    if metric is None:
        return None
    judgeable = table(spec, spec.key, ask)
    looked = judgeable.look(metric)
    places = [n for n, series in enumerate(looked.points.series) if series.said == record["series"]]
    if not places:
        return None
    series, judged = looked.points.series[places[0]], looked.judged[places[0]]
    judged = judged.assign(flag=judged["lasts"])
    rate = bool(metric.per)
    one = _overlapping(incidents(judged, looked.signal, series.said, mean=rate), record)
    unit = metric.name.replace("_", " ") + (f" ({metric.over} / {metric.per})" if rate else "")
    during = _during(judged, one)
    causes, also = _signal_causes(one, looked, series, judged, judgeable)
    siblings = _siblings(
        [(s.said, _at(j, during)) for s, j in zip(looked.points.series, looked.judged, strict=True) if s is not series], rate
    )  # fmt: skip
    events = concerning(judgeable.events, spec.series, series.name)
    return Studied(
        unit, rate, _around(judged, _window(record, one)), during[SHOWN], named_events(events), one, causes, also, siblings,
        _looks_at(spec.events), dict(zip(spec.series, series.name, strict=True)), spec.dimensions,
    )  # fmt: skip


def count_studied(spec: CountColumns, ask: Ask, record: Mapping[str, Any]) -> Studied | None:
    """Return what there is to say of an incident of counts; None where it is not of these, or its group is no more."""
    if record["signal"] != count_name(spec):
        return None
    names = [field.name for field in spec.fields]
    judged = judge(spec, counts(spec, ask), ask.as_of)
    at = judged["period"].dt.tz_localize(spec.timezone, ambiguous=False, nonexistent="shift_forward").dt.tz_convert("UTC")  # fmt: skip
    flag = judged["flag"].isin(("low", "high"))
    judged = judged.assign(time=at, value=judged["count"], anomaly=judged["flag"], flag=flag)
    mine = judged_periods(judged[judged["series"] == record["series"]])
    if not len(mine):
        return None
    values = [str(mine[name].iloc[0]) for name in names]
    one = _overlapping(incidents(mine, count_name(spec), record["series"]), record)
    during = _during(mine, one)
    others = _at(judged[~judged["why"].str.startswith("not judged")], during)
    siblings = [(str(name), part) for name, part in others.groupby("series") if name != record["series"]]
    events = known_events(spec.events, ask.tables, ask.as_of, spec.timezone)
    also = changes(events, names, values, _said_window(one)) if one else _no_changes()
    return Studied(
        f"{spec.table} a {spec.every}", False, _around(mine, _window(record, one)), during[SHOWN],
        named_events(concerning(events, names, values)), one, _count_causes(others, names), also,
        _siblings(siblings, False), _looks_at(spec.events), dict(zip(names, values, strict=True)), tuple(names),
    )  # fmt: skip


def _overlapping(found: Sequence[Incident], record: Mapping[str, Any]) -> Incident | None:
    """Return the incident that a record is about, as it is found now."""
    for one in found:
        ended = record["ended"] or one.until
        if record["started"] <= one.until and ended >= one.started:
            return one
    return None


def _during(judged: pd.DataFrame, one: Incident | None) -> pd.DataFrame:
    """Return the flagged points of an incident."""
    if one is None:
        return judged.iloc[:0]
    part = judged.iloc[one.first : one.last + 1]
    return part[part["flag"].to_numpy(dtype=bool)].reset_index(drop=True)


def _at(judged: pd.DataFrame, during: pd.DataFrame) -> pd.DataFrame:
    return judged[judged["time"].isin(during["time"])]


def _window(record: Mapping[str, Any], one: Incident | None) -> tuple[Any, Any]:
    return (one.started, one.until) if one else (record["started"], record["ended"] or record["started"])


def _around(judged: pd.DataFrame, window: tuple[Any, Any]) -> pd.DataFrame:
    """Return the points around an incident, so many that it is seen against its past."""
    first = int((judged["time"] < window[0]).sum())
    last = max(first, int((judged["time"] <= window[1]).sum()) - 1)
    length = last - first + 1
    before, after = max(_BEFORE, 4 * length), max(_AFTER, length)
    return judged[SHOWN].iloc[max(0, first - before) : last + after + 1].reset_index(drop=True)


def _said_window(one: Incident) -> Window:
    return Window(one.started, one.until if one.is_over else None)


def _signal_causes(
    one: Incident | None, looked: Looked, series: Series, judged: pd.DataFrame, judgeable: Table
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if one is None:
        return _no_causes(), _no_changes()
    causes = explained_by(one, looked, series, judged, judgeable)
    named = [cause for cause in causes["cause"] if cause]
    return causes, also_changed(one, judgeable.spec.series, series.name, judgeable, named)


def _count_causes(others: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return which groups moved in the periods of an incident, of all that are counted."""
    known = others[np.isfinite(others["expected"].to_numpy(dtype=float))]
    if not names or not len(known):
        return _no_causes()
    cells = known.groupby(list(names), as_index=False)[["value", "expected"]].sum()
    return attribute(cells, list(names), actual="value", expected="expected")


def _siblings(parts: Sequence[tuple[str, pd.DataFrame]], rate: bool) -> pd.DataFrame:
    """Return what the other series did at the same times, those that moved most first."""
    rows = []
    for name, part in parts:
        known = part[np.isfinite(part["expected"].to_numpy(dtype=float)) & part["value"].notna().to_numpy()]
        if len(known):
            sums = known[["value", "expected"]].mean() if rate else known[["value", "expected"]].sum()
            flagged = int(known["anomaly"].isin(("low", "high")).sum())
            rows.append((name, len(known), float(sums["value"]), float(sums["expected"]), flagged))
    found = pd.DataFrame(rows, columns=list(SIBLINGS))
    moved = (found["actual"] / found["expected"].where(found["expected"] != 0) - 1).abs().fillna(0.0)
    order = found.assign(moved=moved).sort_values(
        ["flagged", "moved", "series"], ascending=[False, False, True]
    )
    return order[list(SIBLINGS)].reset_index(drop=True)


def _looks_at(events: Sequence[EventSpec]) -> tuple[tuple[str, str], ...]:
    return tuple((one.table, one.of) for one in events)


def _no_causes() -> pd.DataFrame:
    return pd.DataFrame(columns=["verdict", "cause", "share", "actual", "expected", "why"])


def _no_changes() -> pd.DataFrame:
    return pd.DataFrame(columns=["class", "event", "grade", "for", "against", "why"])
