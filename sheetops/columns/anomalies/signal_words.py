"""How a point of a signal, or an incident, came to what it says, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from ..sets import Ask
from .explaining import comparisons
from .incident_words import incident_lines
from .looking import TEACHES, Looked, Table, signal_name, table
from .made import SIGNAL_COLUMNS, prefixes
from .points import Series
from .shifts import change_points

if TYPE_CHECKING:
    from .column_set import SignalColumns
    from .spec import Metric

_DAYS, _SHIFTS = 365, 3
"""Changes of level are looked for in the days of the last year; so many are told of."""


def explain(spec: SignalColumns, ask: Ask, key: str, column: str) -> Sequence[str]:
    """Say what a row's point was compared with, or all about an incident."""
    kept = ask.kept[spec.incidents]
    signals = [signal_name(spec, metric) for metric in spec.metrics]
    mine = kept[(kept["incident"] == key) & kept["signal"].isin(signals)] if len(kept) else kept
    if len(mine):
        return incident_lines(plain_rows(mine)[0])
    judgeable = table(spec, spec.key, ask)
    if key in judgeable.reasons:
        return [f"{key}: {judgeable.reasons[key]}."]
    return [line for metric in _asked(spec, column) for line in _point_lines(judgeable, metric, key)]


def _asked(spec: SignalColumns, column: str) -> Sequence[Metric]:
    """Return the metrics that a column is about: the set's name is about all."""
    told = prefixes(spec.metrics)
    one = [m for m in spec.metrics if column in (f"{told[m.name]}{name}" for name in SIGNAL_COLUMNS)]
    return one if one and column != "anomaly" else spec.metrics


def _point_lines(judgeable: Table, metric: Metric, key: str) -> Iterator[str]:
    looked = judgeable.look(metric)
    where = looked.points.rows
    found = where[where["key"].astype(str) == key]
    if not len(found):
        return
    number, place = int(found["series"].iloc[0]), int(found["point"].iloc[0])
    series, point = looked.points.series[number], looked.judged[number].iloc[place]
    rows = int(((where["series"] == number) & (where["point"] == place)).sum())
    parts = f" (the sum of {rows} rows)" if rows > 1 and not metric.per else ""
    local = series.times[place].tz_convert(judgeable.spec.timezone)
    yield f"{key}: {looked.signal}, {series.said}, {local:%a %Y-%m-%d %H:%M}{parts}"
    settings = judgeable.settings(series, metric, looked.signal)
    told = comparisons(series.times, series.values, place, **settings)
    if len(told) == 1:
        yield f"  {told['words'].iloc[0]}"
        return
    yield from _comparison_lines(told, point)
    yield from _taught_lines(judgeable, looked, series.said)
    yield from _level_lines(series, place, judgeable.spec.timezone)


def _comparison_lines(told: pd.DataFrame, point: pd.Series) -> Iterator[str]:
    for row in told.itertuples():
        if row.comparison != "combined":
            yield f"  {row.words}" + (f" (weight {row.weight:g})" if np.isfinite(row.z) else "")
    combined = told[told["comparison"] == "combined"].iloc[0]
    yield f"  together: {combined['z']:+.1f} usual errors; {point['lower']:,.4g} to {point['upper']:,.4g} is usual"
    lasts = "part of what was flagged before it" if point["lasts"] else "not flagged"
    said = "flagged" if point["flag"] else lasts
    yield f"  score {point['score']:.2f}, flagged from {point['threshold']:.2f}: {said} ({point['anomaly']})"
    if point["why"]:
        yield f"  {point['why']}"


def _taught_lines(judgeable: Table, looked: Looked, series: str) -> Iterator[str]:
    said = judgeable.verdicts.get((looked.signal, series), [])
    if said:
        words = ", ".join(f"{one['incident']} {one['verdict']}" for one in said[-5:])
        raised = sum(TEACHES[one["verdict"]] != "confirmed" for one in said)
        yield f"  its threshold was taught by {len(said)} verdicts, {raised} of which raised it: {words}"


def _level_lines(series: Series, place: int, timezone: str) -> Iterator[str]:
    """Say where the series' level had changed up to a point, by its days: a person should know, no flag rests on it."""
    values = pd.Series(series.values[: place + 1], index=series.times[: place + 1].tz_convert(timezone))
    days = values.resample("D").mean().dropna()[-_DAYS:]
    found = change_points(_without_weekdays(days).to_numpy())
    known = found[found["at"].notna()]
    for row in known.tail(_SHIFTS).itertuples():
        day = days.index[int(row.at)]
        yield f"  its level changed on {day:%Y-%m-%d}: {row.before:,.4g} a day before, {row.after:,.4g} since (shown only)"


def _without_weekdays(days: pd.Series) -> pd.Series:
    """Return days as they would be if all weekdays were alike: each divided by its weekday's usual part of the week around it."""
    around = days.rolling(7, center=True).mean()
    if not (around.dropna() > 0).all():
        return days
    usual = (days / around).groupby(days.index.day_of_week).transform("median")
    return days / usual.where(usual > 0, 1.0)
