"""Counts as records of a table of their own: how many there were in each period, and whether that is strange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from ..making import figures
from ..sets import Answer, Ask
from .causes import also_words, changes
from .context import Incident as Window
from .counting import Counted, count_table
from .counts import judge_counts
from .incidents import Incident, as_records, incidents
from .known import known_events
from .spec import CountSpec

if TYPE_CHECKING:
    from .column_set import CountColumns

KEY = "COUNT-{:05d}"
RECENT = timedelta(days=92)
"""An incident that was over so long ago gets no record when counts are looked at for the first time."""
_JUDGED = {"day": 200, "week": 52, "month": 24}
"""So many periods are judged for incidents; older records of them stay as they are."""
_NUMBERS = ("expected", "lower", "upper")


def answer(spec: CountColumns, ask: Ask) -> Answer:
    """Return the last counts as records of their table, and the records of the table of incidents."""
    counted = counts(spec, ask)
    judged = judge(spec, counted, ask.as_of)
    notes = [f"Counts '{spec.name}' of {spec.table}: {note}" for note in counted.notes]
    rows = {
        spec.name: _records(spec, judged, ask.kept[spec.name]),
        spec.incidents: _incidents(spec, judged, ask),
    }
    return Answer(pd.DataFrame(), _next_change(counted, ask.as_of, spec), notes, rows=rows)


def counts(spec: CountSpec, ask: Ask) -> Counted:
    """Return the counts of all periods up to now."""
    columns = list(dict.fromkeys((spec.date, *spec.by)))
    return count_table(
        ask.records[columns], date=spec.date, by=spec.by, every=spec.every, as_of=ask.as_of,
        timezone=spec.timezone, most=spec.most,
    )  # fmt: skip


def judge(spec: CountSpec, counted: Counted, as_of: datetime) -> pd.DataFrame:
    """Return what is found in the last periods: a row for each and each group, as `judge_counts` says it, and `series`.

    The period that is not over has the count so far.
    """
    judged = judge_counts(
        counted.counts, every=spec.every, alpha=spec.alpha, method=spec.method, fdr=spec.fdr, as_of=as_of,
        timezone=spec.timezone, last=max(_JUDGED[spec.every], spec.keep + 1),
    )  # fmt: skip
    names = list(judged.columns[: list(judged.columns).index("period")])
    parts = judged[names].astype(str).agg(" · ".join, axis=1) if spec.by and len(judged) else "all"
    judged.loc[judged["period"] == counted.counts.index[-1], "count"] = counted.counts.iloc[-1].to_numpy(
        dtype=float
    )
    return judged.assign(series=parts)


def _next_change(counted: Counted, as_of: datetime, spec: CountSpec) -> datetime | None:
    """Return when the period is over: only then is its count judged."""
    if not len(counted.counts):
        return None
    follows = {"day": pd.DateOffset(days=1), "week": pd.DateOffset(weeks=1), "month": pd.DateOffset(months=1)}
    end = (counted.counts.index[-1] + follows[spec.every]).tz_localize(
        spec.timezone, ambiguous=False, nonexistent="shift_forward"
    )
    moment: datetime = end.tz_convert("UTC").to_pydatetime()
    return moment


# --- the table of counts --------------------------------------------------------------------------------


def _records(spec: CountColumns, judged: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Return the last periods as records, each under the key that it has had before; older ones are recent no more."""
    periods = judged["period"].drop_duplicates().sort_values()
    last = judged[judged["period"].isin(periods.iloc[-(spec.keep + 1) :])]
    fields = [field.name for field in spec.fields]
    known = {_identity(one, fields): str(one["count_id"]) for one in plain_rows(kept)} if len(kept) else {}
    number = max(
        (int(said) for key in known.values() if (said := key.rpartition("-")[2]).isdigit()), default=0
    )
    rows: dict[str, dict[str, Any]] = {}
    for one in last.sort_values(["period", "series"]).to_dict("records"):
        row = _record(spec, one, fields)
        key = known.get(_identity(row, fields))
        if key is None:
            number += 1
            key = KEY.format(number)
        rows[key] = row
    columns = ["period", *fields, "number", "anomaly", *_NUMBERS, "score", "why", "method", "recent"]
    for one in plain_rows(kept) if len(kept) else ():
        if one["recent"] and str(one["count_id"]) not in rows:
            rows[str(one["count_id"])] = {**{name: one[name] for name in columns}, "recent": False}
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(object)


def _identity(row: Mapping[str, Any], fields: Sequence[str]) -> tuple[Any, ...]:
    return (pd.Timestamp(row["period"]).date(), *(row[name] for name in fields))


def _record(spec: CountColumns, one: Mapping[Any, Any], fields: Sequence[str]) -> dict[str, Any]:
    why = str(one["why"])
    judged = not why.startswith("not judged")
    return {
        "period": one["period"].date(), **{name: str(one[name]) for name in fields},
        "number": None if pd.isna(one["count"]) else int(one["count"]),
        "anomaly": str(one["flag"]) if judged else None, **{name: figures(one[name]) for name in _NUMBERS},
        "score": round(float(one["score"]), 3) if judged else None, "why": why or None,
        "method": str(one["method"]) if judged else None, "recent": True,
    }  # fmt: skip


# --- incidents ------------------------------------------------------------------------------------------


def signal_name(spec: CountSpec) -> str:
    """Return what the counts are called in the table of incidents."""
    return f"{spec.name} ({spec.table} a {spec.every})"


def _incidents(spec: CountColumns, judged: pd.DataFrame, ask: Ask) -> pd.DataFrame:
    since, signal = pd.Timestamp(ask.as_of) - RECENT, signal_name(spec)
    events = known_events(spec.events, ask.tables, ask.as_of, spec.timezone)
    at = judged["period"].dt.tz_localize(spec.timezone, ambiguous=False, nonexistent="shift_forward").dt.tz_convert("UTC")  # fmt: skip
    points = judged.assign(time=at, value=judged["count"], anomaly=judged["flag"], flag=judged["flag"].isin(("low", "high")))  # fmt: skip
    strange = points[points["series"].isin(points.loc[points["flag"], "series"])]
    found: list[Incident] = []
    for series, part in strange.groupby("series", sort=True):
        found += [
            _explained(one, spec, part, events) if one.until >= since else one
            for one in incidents(judged_periods(part), signal, str(series))
        ]
    first = at.min() if len(at) and len(judged["period"].unique()) >= _JUDGED[spec.every] else None
    return as_records(found, ask.kept[spec.incidents], [signal], since, first)


def judged_periods(part: pd.DataFrame) -> pd.DataFrame:
    """Return the periods of a group that have been judged: one that is not over does not end an incident."""
    return part[~part["why"].str.startswith("not judged")].sort_values("time").reset_index(drop=True)


def _explained(one: Incident, spec: CountColumns, part: pd.DataFrame, events: pd.DataFrame) -> Incident:
    values = [str(part[field.name].iloc[0]) for field in spec.fields]
    names = [field.name for field in spec.fields]
    window = Window(one.started, one.until if one.is_over else None)
    return one.explained("", also_words(changes(events, names, values, window)))
