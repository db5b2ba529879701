"""What a chart of a flag shows: the series around it, what was usual, and the known events that it ran through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from ..sets import Ask
from .count_columns import counts, judge
from .count_columns import signal_name as count_name
from .known import concerning, known_events
from .looking import Looked, signal_name, table
from .made import SIGNAL_COLUMNS, prefixes

if TYPE_CHECKING:
    from .column_set import CountColumns, SignalColumns

BEFORE, AFTER = 200, 40
"""Points that are shown before and after what is asked about."""
SHOWN = ["time", "value", "expected", "lower", "upper", "anomaly", "why"]


@dataclass(frozen=True)
class Pictured:
    """A part of a series. `points` has SHOWN (time aware), `events` name, start and end; `values` is what its numbers are."""

    title: str
    values: str
    points: pd.DataFrame
    events: pd.DataFrame


def signal_pictured(spec: SignalColumns, ask: Ask, key: str, column: str) -> Pictured | None:
    """Return the series that a row's point, or an incident, is of; None where the key is of neither.

    `column` chooses the metric, where there are several; the set's name chooses the first. A row that is in no series has none.
    """
    judgeable = table(spec, spec.key, ask)
    record = _incident(ask.kept[spec.incidents], key)
    told = prefixes(spec.metrics)
    for metric in spec.metrics:
        name = signal_name(spec, metric)
        mine = column in (f"{told[metric.name]}{one}" for one in SIGNAL_COLUMNS) or column == "anomaly"
        if not (record["signal"] == name if record else mine):
            continue
        looked = judgeable.look(metric)
        number, first, last = _incident_place(looked, record) if record else _row_place(looked, key)
        if number is None:
            continue
        series, judged = looked.points.series[number], looked.judged[number]
        events = concerning(judgeable.events, spec.series, series.name)
        unit = metric.name.replace("_", " ") + (f" ({metric.over} / {metric.per})" if metric.per else "")
        return Pictured(f"{name}: {series.said}", unit, _around(judged, first, last), named_events(events))
    return None


def _incident(kept: pd.DataFrame, key: str) -> dict[str, Any] | None:
    mine = kept[kept["incident"] == key] if len(kept) else kept
    return plain_rows(mine)[0] if len(mine) else None


def _row_place(looked: Looked, key: str) -> tuple[int | None, int, int]:
    rows = looked.points.rows
    found = rows[rows["key"].astype(str) == key]
    if not len(found):
        return None, 0, 0
    place = int(found["point"].iloc[0])
    return int(found["series"].iloc[0]), place, place


def _incident_place(looked: Looked, record: dict[str, Any]) -> tuple[int | None, int, int]:
    for number, series in enumerate(looked.points.series):
        if series.said == record["series"]:
            first = int((series.times < pd.Timestamp(record["started"])).sum())
            ended = pd.Timestamp(record["ended"]) if record["ended"] is not None else series.times[-1]
            return number, first, max(first, int((series.times <= ended).sum()) - 1)
    return None, 0, 0


def count_pictured(spec: CountColumns, ask: Ask, key: str) -> Pictured | None:
    """Return the counts of the group that a count, or an incident of one, is of; None where the key is of neither."""
    kept, names = ask.kept[spec.name], [field.name for field in spec.fields]
    mine = kept[kept["count_id"] == key] if len(kept) else kept
    record = _incident(ask.kept[spec.incidents], key)
    if len(mine):
        series = " · ".join(str(plain_rows(mine)[0][name]) for name in names) or "all"
    elif record and record["signal"] == count_name(spec):
        series = str(record["series"])
    else:
        return None
    judged = judge(spec, counts(spec, ask), ask.as_of)
    judged = judged[(judged["series"] == series) & ~judged["why"].str.endswith("is not over")]
    time = judged["period"].dt.tz_localize(spec.timezone, ambiguous=False, nonexistent="shift_forward")
    points = judged.rename(columns={"count": "value", "flag": "anomaly"}).assign(time=time)
    events = known_events(spec.events, ask.tables, ask.as_of, spec.timezone)
    if len(judged):
        events = concerning(events, names, [str(judged[name].iloc[0]) for name in names])
    title, unit = f"{spec.name}: {series}", f"{spec.table} a {spec.every}"
    return Pictured(
        title, unit, points.sort_values("time")[SHOWN].reset_index(drop=True), named_events(events)
    )


def _around(judged: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    return judged[SHOWN].iloc[max(0, first - BEFORE) : last + AFTER + 1].reset_index(drop=True)


def named_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return events by what people call them. The end is not part of an event."""
    names = [_said(kind, name) for kind, name in zip(events["kind"], events["name"], strict=True)]
    tick = pd.Timedelta(microseconds=1)
    ends = (
        np.where(events["end"] > events["start"], events["end"] - tick, events["end"]) if len(events) else []
    )
    return pd.DataFrame({"name": names, "start": events["start"], "end": ends}).reset_index(drop=True)


def _said(kind: Any, name: Any) -> str:
    said: Sequence[str] = (str(kind), str(name))
    return said[0] if said[0] == said[1] else f"{said[0]} {said[1]}"
