"""Rows of a table as series of points: one value for each time, whatever the rows it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain
from ..days import moments
from .spec import Metric, SignalSpec

BLANK = "(blank)"


@dataclass(frozen=True)
class Series:
    """One series: `name` its values of the series' fields, `times` (ascending) and `values`, one for each time."""

    name: tuple[str, ...]
    times: pd.DatetimeIndex
    values: np.ndarray[Any, np.dtype[np.float64]]

    @property
    def said(self) -> str:
        """What people call it: "UK · beauty"."""
        return " · ".join(self.name) or "all"


@dataclass
class Points:
    """All series of one metric, and where each row stands: `rows` has key, series number and point number.

    `reasons` says of the rows that are in no series why, by key.
    """

    series: list[Series]
    rows: pd.DataFrame
    reasons: dict[str, str] = field(default_factory=dict)


def usable(
    spec: SignalSpec, key: str, records: pd.DataFrame, as_of: Any
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the rows that can be a point, with text in the fields of series and dimensions, and why the others cannot."""
    keys = records[key].astype(object)
    times = moments(records[spec.time], spec.timezone)
    parts = [*spec.series, *spec.dimensions]
    rows = pd.DataFrame({"key": keys, "time": times})
    for name in parts:
        rows[name] = plain(records[name]).map(lambda one: BLANK if one is None else str(one))
    reasons: dict[str, str] = {}
    blank, future = times.isna(), (times > pd.Timestamp(as_of)).fillna(False)
    twice = rows.duplicated(["time", *parts], keep=False) & ~blank
    for lost, said in (
        (twice, "not judged: several rows say the same time of the same series"),
        (future, "not judged: its time has not come yet"),
        (blank, f"not judged: {spec.time} is blank"),
    ):
        reasons.update(dict.fromkeys(keys[lost], said))
    kept = ~(blank | future | twice)
    fields = dict.fromkeys(name for one in spec.metrics for name in (one.over, one.per) if name)
    for name in fields:
        rows[f"@{name}"] = _numbers(records[name])
    return rows[kept], reasons


def _numbers(column: pd.Series) -> pd.Series:
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds()
    return pd.to_numeric(column, errors="coerce").astype("float64")


def points(spec: SignalSpec, metric: Metric, rows: pd.DataFrame) -> Points:
    """Return the series of a metric. `rows` are usable ones."""
    by = [*spec.series, "time"]
    if rows.empty:
        return Points([], pd.DataFrame({"key": [], "series": [], "point": []}))
    grouped = rows.groupby(by, sort=True, dropna=False)
    value = grouped[f"@{metric.over}"].sum(min_count=1)
    if metric.per:
        below = grouped[f"@{metric.per}"].sum(min_count=1)
        value = value / below.where(below != 0)
    table = value.rename("value").reset_index()
    number = (
        table.groupby(list(spec.series), sort=True, dropna=False).ngroup()
        if spec.series
        else pd.Series(0, index=table.index)
    )
    place = table.groupby(number).cumcount()
    found = list(_series(spec.series, table, number))
    table = table.assign(series=number, point=place)
    where = rows[["key", *by]].merge(table[[*by, "series", "point"]], on=by, how="left")
    return Points(found, where[["key", "series", "point"]])


def _series(names: Sequence[str], table: pd.DataFrame, number: pd.Series) -> Iterator[Series]:
    for _, part in table.groupby(number, sort=True):
        said = tuple(str(part[name].iloc[0]) for name in names)
        yield Series(said, pd.DatetimeIndex(part["time"]), part["value"].to_numpy(dtype=float))
