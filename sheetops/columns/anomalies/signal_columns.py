"""The columns of a signal: each series judged by its own past, strange stretches kept as incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..sets import Ask
from .detect import THRESHOLD, detect, taught
from .known import concerning, known_events
from .points import Points, Series, points, usable
from .spec import Metric

if TYPE_CHECKING:
    from .column_set import SignalColumns

RECENT = timedelta(days=92)
"""An incident that was over before gets no new record: a tracker of incidents begins with what somebody can still look into."""


@dataclass(frozen=True)
class Judged:
    """One series of a metric, judged: one row for each point (see `detect`), with `time` and `value`."""

    metric: Metric
    series: Series
    rows: pd.DataFrame

    @property
    def signal(self) -> str:
        """What its incidents are of."""
        return self.metric.name


class Signals:
    """The signals of one table at one time, with everything that they are judged by."""

    def __init__(self, spec: SignalColumns, ask: Ask) -> None:
        self.spec, self.ask = spec, ask
        self.rows, self.reasons = usable(spec, spec.key, ask.records, ask.as_of)
        self.events = known_events(spec.events, ask.tables, ask.as_of, spec.timezone)
        kept = ask.kept[spec.incidents]
        self.incidents = kept[kept["verdict"].notna() & ~kept["archived"]]

    def signal(self, metric: Metric) -> str:
        """Return what the incidents of a metric are of: "viewers of traffic"."""
        return f"{metric.name} of {self.spec.table}"

    def points(self, metric: Metric) -> Points:
        """Return the series of a metric."""
        return points(self.spec, metric, self.rows)

    def judge(self, metric: Metric, series: Series) -> pd.DataFrame:
        """Return a series with what is said of each point.

        What people said of its incidents holds for the points after the last of these, so that it rewrites no past.
        """
        settings = self.settings(metric, series)
        judged = detect(series.times, series.values, **settings)
        threshold, since = self.threshold(metric, series)
        if since is not None:
            again = detect(series.times, series.values, **{**settings, "threshold": threshold})
            judged = judged.where(pd.Series(series.times <= since, index=judged.index), again)
        return judged.assign(time=series.times, value=series.values)

    def settings(self, metric: Metric, series: Series) -> dict[str, Any]:
        """Return what `detect` is told of a series besides its points."""
        known = concerning(self.events, self.spec.series, series.name)
        known = known[known["expected"].astype(bool)] if len(known) else known
        expected = [(row.start, row.end, row.name) for row in known[["start", "end", "name"]].itertuples(index=False)]  # fmt: skip
        wanted = {"per_1000": self.spec.per_1000} if self.spec.per_1000 else {}
        return {"known_events": expected, "timezone": self.spec.timezone, "label": metric.name.replace("_", " "), **wanted}  # fmt: skip

    def threshold(self, metric: Metric, series: Series) -> tuple[float, pd.Timestamp | None]:
        """Return what people's verdicts taught a series, and from when on; None: nothing."""
        own = self.incidents
        own = own[(own["signal"] == self.signal(metric)) & (own["series"] == series.said)]
        if own.empty:
            return THRESHOLD, None
        ended = own["ended"].fillna(own["started"]).max()
        return taught(THRESHOLD, list(own["verdict"].astype(str))), ended
