"""The rows of a table judged: every metric of every series, each series by the threshold that people's verdicts taught it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from ..sets import Ask
from .calibration import taught
from .judging import detect
from .known import concerning, known_events
from .lasting import lasting
from .points import Points, Series, points, usable
from .spec import Metric, SignalSpec

TEACHES = {
    "real": "confirmed", "data problem": "confirmed", "false alarm": "false", "expected: campaign": "expected",
    "expected: holiday": "expected", "expected: release": "expected",
}  # fmt: skip
"""What people's verdicts on an incident say of its flag: wrong numbers are strange ones."""


@dataclass(frozen=True)
class Looked:
    """One metric of a table: its series, and for each what was found (a row a point: time, value, and what `detect` says)."""

    metric: Metric
    signal: str
    points: Points
    judged: list[pd.DataFrame]

    def spread(self, name: str) -> Any:
        """Return one column of what was found, for each of `points.rows`."""
        starts = np.cumsum([0, *(len(one) for one in self.judged)])[:-1]
        rows = self.points.rows
        if not len(rows):
            return np.array([], dtype=object)
        found = np.concatenate([one[name].to_numpy() for one in self.judged])
        return found[starts[rows["series"].to_numpy(dtype=int)] + rows["point"].to_numpy(dtype=int)]


@dataclass(frozen=True)
class Table:
    """What is judged: the usable `rows`, why the others are not, the events that are known, all verdicts so far."""

    spec: SignalSpec
    rows: pd.DataFrame
    reasons: dict[str, str]
    events: pd.DataFrame
    verdicts: Mapping[tuple[str, str], list[dict[str, Any]]]

    def look(self, metric: Metric) -> Looked:
        """Judge every series of a metric."""
        found = points(self.spec, metric, self.rows)
        signal = signal_name(self.spec, metric)
        judged = [self._judge(series, metric, signal) for series in found.series]
        return Looked(metric, signal, found, judged)

    def _judge(self, series: Series, metric: Metric, signal: str) -> pd.DataFrame:
        settings = self.settings(series, metric, signal)
        found = detect(series.times, series.values, **settings)
        found.insert(0, "time", series.times)
        found.insert(1, "value", series.values)
        return lasting(found, settings["label"], self.spec.timezone)

    def settings(self, series: Series, metric: Metric, signal: str) -> dict[str, Any]:
        """Return the settings by which a series is judged."""
        concerned = concerning(self.events, self.spec.series, series.name)
        said = {
            "multiplier": multipliers(series.times, self.verdicts.get((signal, series.said), ())),
            "label": metric.name.replace("_", " "), "timezone": self.spec.timezone,
            "known_events": spans(concerned, self.spec.timezone),
        }  # fmt: skip
        return {**said, "rate": self.spec.per_1000} if self.spec.per_1000 else said


def table(spec: SignalSpec, key: str, ask: Ask) -> Table:
    """Return what there is to judge."""
    rows, reasons = usable(spec, key, ask.records, ask.as_of)
    events = known_events(spec.events, ask.tables, ask.as_of, spec.timezone)
    return Table(spec, rows, reasons, events, verdicts(ask.kept[spec.incidents]))


def signal_name(spec: SignalSpec, metric: Metric) -> str:
    """Return what a signal is called in the table of incidents."""
    return f"{metric.name} of {spec.table}"


def verdicts(kept: pd.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the incidents that people have judged, by signal and series, those that ended first before the others."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    said = kept[kept["verdict"].notna() & kept["ended"].notna()] if len(kept) else kept
    for record in sorted(plain_rows(said), key=lambda one: (one["ended"], str(one["incident"]))):
        if record["verdict"] in TEACHES:
            found.setdefault((record["signal"], record["series"]), []).append(record)
    return found


def multipliers(times: pd.DatetimeIndex, judged: Sequence[Mapping[str, Any]]) -> Any:
    """Return what each point's threshold is multiplied by (its odds): a verdict teaches what comes after its incident."""
    factor, said = np.ones(len(times)), []
    for record in judged:
        said.append(TEACHES[record["verdict"]])
        threshold = taught(0.5, said)
        factor[np.asarray(times > pd.Timestamp(record["ended"]))] = threshold / (1 - threshold)
    return factor


def spans(events: pd.DataFrame, timezone: str) -> list[tuple[pd.Timestamp, pd.Timestamp, str]]:
    """Return the events during which flags say "expected", as the clock of the workspace showed their start and end."""
    expected = events[events["expected"].astype(bool)]
    tick = pd.Timedelta(microseconds=1)
    return [
        (
            start.tz_convert(timezone).tz_localize(None),
            max(end - tick, start + tick).tz_convert(timezone).tz_localize(None),
            name if str(name) == str(kind) else f"{kind} {name}",
        )
        for start, end, kind, name in expected[["start", "end", "kind", "name"]].itertuples(index=False)
    ]
