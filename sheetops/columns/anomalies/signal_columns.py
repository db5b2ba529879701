"""Signals as columns of the rows that they are made of, and as records of the table of incidents."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..days import moments
from ..sets import Answer, Ask
from .causes import explained
from .incidents import Incident, as_records, incidents
from .looking import Looked, table
from .looking import Table as Judgeable
from .made import SIGNAL_COLUMNS, prefixes

if TYPE_CHECKING:
    from .column_set import SignalColumns

RECENT = timedelta(days=92)
"""An incident that was over so long ago gets no record when a signal is looked at for the first time."""
_NUMBERS = ("expected", "lower", "upper")
_SHOWN = 3


def answer(spec: SignalColumns, ask: Ask) -> Answer:
    """Return the columns of each row and the records of the table of incidents."""
    judgeable = table(spec, spec.key, ask)
    looked = [judgeable.look(metric) for metric in spec.metrics]
    keys = ask.records[spec.key].astype(str)
    columns = pd.DataFrame(index=pd.Index(keys))
    for one, prefix in zip(looked, prefixes(spec.metrics).values(), strict=True):
        columns = columns.join(_columns(one, judgeable.reasons).add_prefix(prefix))
    since = pd.Timestamp(ask.as_of) - RECENT
    found = [one for each in looked for one in _incidents(each, judgeable, since)]
    kept = ask.kept[spec.incidents]
    records = as_records(found, kept, [one.signal for one in looked], since)
    later = (times := moments(ask.records[spec.time], spec.timezone))[times > ask.as_of].min()
    next_change = None if pd.isna(later) else later.to_pydatetime()
    return Answer(columns, next_change, _notes(spec, judgeable, looked), rows={spec.incidents: records})


def _columns(looked: Looked, reasons: dict[str, str]) -> pd.DataFrame:
    """Return the columns of one metric, by key. A row that is not judged says why, and nothing else."""
    keys = pd.Index(looked.points.rows["key"].astype(str))
    why = pd.Series(looked.spread("why"), index=keys, dtype=object)
    judged = ~why.str.startswith("not judged").astype(bool)
    found = {"anomaly": pd.Series(looked.spread("anomaly"), index=keys, dtype=object).where(judged, None)}
    found |= {name: pd.Series(_four_figures(looked.spread(name)), index=keys) for name in _NUMBERS}
    score = pd.Series(np.asarray(looked.spread("score"), dtype=float), index=keys)
    found["score"] = score.round(3).where(judged)
    found["why"] = why.where(why != "", None)
    lost = pd.DataFrame({"why": pd.Series(reasons, dtype=object)}, columns=list(SIGNAL_COLUMNS))
    made = pd.DataFrame(found, columns=list(SIGNAL_COLUMNS))
    return pd.concat([made, lost.astype(object)]) if len(lost) else made


def _four_figures(values: Any) -> Any:
    numbers = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = 10.0 ** (np.floor(np.log10(np.abs(numbers))) - 3)
        rounded = np.where(
            step >= 1, np.round(numbers / step) * step, np.round(numbers * (1 / step)) / (1 / step)
        )
    return np.where(np.isfinite(numbers) & (numbers != 0) & np.isfinite(rounded), rounded, numbers)


def _incidents(looked: Looked, judgeable: Judgeable, since: pd.Timestamp) -> list[Incident]:
    """Return the incidents of a metric; those that are not long over with what explains them."""
    found = []
    for series, each in zip(looked.points.series, looked.judged, strict=True):
        judged = each.assign(flag=each["lasts"])
        found += [
            explained(one, looked, series, judged, judgeable) if one.until >= since else one
            for one in incidents(judged, looked.signal, series.said, mean=bool(looked.metric.per))
        ]
    return found


def _notes(spec: SignalColumns, judgeable: Judgeable, looked: list[Looked]) -> list[str]:
    """Say what somebody has to mend: rows that contradict each other, series that end while others go on."""
    notes = []
    twice = sum("several rows" in said for said in judgeable.reasons.values())
    if twice:
        notes.append(
            f"Anomalies of {spec.table}: {twice:,} rows are not judged, several of them say the same time of the same series."
            " Their column 'why' says so: delete or correct one of each."
        )
    ended = _ended(looked)
    if ended:
        more = f" and {len(ended) - _SHOWN:,} more" if len(ended) > _SHOWN else ""
        notes.append(
            f"Anomalies of {spec.table}: no values any more in {', '.join(ended[:_SHOWN])}{more}, while other series go on."
        )
    return notes


def _ended(looked: list[Looked]) -> list[str]:
    """Return the series that have ended lately, with the day: three of their steps and more behind the last, not for long."""
    found = {}
    for one in looked[:1]:
        last = max((series.times[-1] for series in one.points.series), default=None)
        for series in one.points.series:
            if len(series.times) < 20 or last is None:
                continue
            behind, step = last - series.times[-1], (series.times[1:] - series.times[:-1]).median()
            if max(3 * step, pd.Timedelta(days=1)) < behind <= pd.Timedelta(days=28):
                found[series.said] = f"{series.said} (since {series.times[-1]:%Y-%m-%d})"
    return list(found.values())
