"""Strange points in a row are one incident: one record with start, end and size, that keeps its name from run to run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from ..making import figures

QUIET = 3
"""An incident is over when so many points in a row are as expected."""

KEY = "INC-{:04d}"


@dataclass(frozen=True)
class Incident:
    """A stretch of one series that was flagged. `ended` None: its last points are flagged still.

    `first` and `last` are its points' numbers; `actual` and `expected` sums over them (means of a ratio).
    """

    signal: str
    series: str
    first: int
    last: int
    started: pd.Timestamp
    until: pd.Timestamp
    is_over: bool
    points: int
    direction: str
    actual: float
    expected: float
    score: float
    why: str
    explained_by: str = ""
    also_changed: str = ""

    @property
    def change(self) -> float | None:
        """Actual against expected: -0.4 is 40 % below; None where nothing was expected."""
        return self.actual / self.expected - 1 if self.expected else None

    def explained(self, by: str, also: str) -> Incident:
        """Return it with what explains it, and what else changed."""
        return replace(self, explained_by=by, also_changed=also)

    def row(self) -> dict[str, Any]:
        """Return it as the computed fields of its record."""
        return {
            "signal": self.signal, "series": self.series, "started": self.started,
            "ended": self.until if self.is_over else None, "points": self.points, "direction": self.direction,
            "actual": figures(self.actual), "expected": figures(self.expected),
            "change": None if self.change is None else figures(self.change), "score": round(self.score, 3),
            "explained_by": self.explained_by or None, "also_changed": self.also_changed or None, "why": self.why,
        }  # fmt: skip


def incidents(judged: pd.DataFrame, signal: str, series: str, *, mean: bool = False) -> list[Incident]:
    """Return the incidents of a series.

    `judged` has one row for each point, in time: time, value, expected, score, flag, anomaly, why. `mean`: the number is a
    ratio, whose sum says nothing.
    """
    flagged = np.flatnonzero(judged["flag"].to_numpy(dtype=bool))
    if not len(flagged):
        return []
    starts = np.flatnonzero(np.r_[True, np.diff(flagged) > QUIET])
    ends = np.r_[starts[1:], len(flagged)]
    return [_incident(judged, flagged[a:b], signal, series, mean) for a, b in zip(starts, ends, strict=True)]


def _incident(
    judged: pd.DataFrame, numbers: np.ndarray[Any, Any], signal: str, series: str, mean: bool
) -> Incident:
    part = judged.iloc[numbers]
    worst = part["score"].to_numpy(dtype=float).argmax()
    words = part["anomaly"]
    words = words[words.isin(("low", "high"))] if words.isin(("low", "high")).any() else words
    sums = part[["value", "expected"]].mean() if mean else part[["value", "expected"]].sum()
    first, last = int(numbers[0]), int(numbers[-1])
    return Incident(
        signal, series, first, last, part["time"].iloc[0], part["time"].iloc[-1], last + QUIET < len(judged), len(part),
        str(words.mode().iloc[0]) if len(set(words)) > 1 else str(words.iloc[0]),
        float(sums["value"]), float(sums["expected"]), float(part["score"].iloc[worst]), str(part["why"].iloc[worst]),
    )  # fmt: skip


def as_records(
    found: Iterable[Incident],
    kept: pd.DataFrame,
    signals: Sequence[str],
    since: pd.Timestamp,
    judged_from: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return incidents as records of their table, each under the key that it has had before.

    `kept` are the records of the table, archived ones too; those of `signals` that are found no more say so. An incident that
    nobody has a record of yet gets one if it was still going on at `since`; one that was over before keeps what its record
    says about causes. Nothing before `judged_from` was looked at: records that begin there are left alone.
    """
    known = _known(kept, signals, judged_from)
    rows: dict[str, dict[str, Any]] = {}
    number = _highest(kept["incident"]) if len(kept) else 0
    for one in sorted(found, key=lambda one: (one.started, one.signal, one.series)):
        if judged_from is not None and one.started <= judged_from:
            continue
        record = _same(one, known.get((one.signal, one.series), ()), rows)
        if record is not None:
            rows[str(record["incident"])] = one.row() | (_causes(record) if one.until < since else {})
        elif one.until >= since:
            number += 1
            rows[KEY.format(number)] = one.row()
    for records in known.values():
        for record in records:
            if record["incident"] not in rows and record["points"]:
                rows[record["incident"]] = _gone(record)
    columns = list(Incident.row(_NONE))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _causes(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("explained_by", "also_changed")}


def _known(
    kept: pd.DataFrame, signals: Sequence[str], judged_from: pd.Timestamp | None
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in plain_rows(kept[kept["signal"].isin(list(signals))]) if len(kept) else ():
        if judged_from is not None and record["started"] <= judged_from:
            continue
        found.setdefault((record["signal"], record["series"]), []).append(record)
    return found


def _same(one: Incident, records: Iterable[dict[str, Any]], taken: Iterable[str]) -> dict[str, Any] | None:
    """Return the record of the same incident: the first whose time overlaps."""
    for record in records:
        ended = record["ended"] or one.until
        if record["incident"] not in taken and record["started"] <= one.until and ended >= one.started:
            return record
    return None


def _highest(keys: Iterable[Any]) -> int:
    digits = [int(said) for key in keys if (said := str(key).rpartition("-")[2]).isdigit()]
    return max(digits, default=0)


def _gone(record: dict[str, Any]) -> dict[str, Any]:
    said = "No longer flagged: its numbers were corrected since, or its series was taught another threshold."
    return {**{name: record[name] for name in Incident.row(_NONE)}, "points": 0, "why": said}


_NONE = Incident("", "", 0, 0, pd.NaT, pd.NaT, True, 0, "", 0.0, 0.0, 0.0, "")
