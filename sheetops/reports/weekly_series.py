"""Weekly numbers: the weeks that a report looks back on, and counts of events in each of them, by group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from .document import Chart, Form, Series
from .figures import Figure
from .normal_range import MOST, Range, not_judged, of_counts, of_measures, of_shares
from .spells import NEVER, Bools, Ints
from .weeks import Week

Floats = np.ndarray[Any, np.dtype[np.float64]]

UNFINISHED = "the week is not over"


def instant(moment: datetime) -> int:
    """Return a moment as Unix microseconds."""
    return int(moment.timestamp() * 1_000_000)


@dataclass(frozen=True)
class Weeks:
    """The week of a report and those before it: `edges` are their beginnings and the last one's end (Unix microseconds).

    `first` is the first whole week that the data reach back to. `is_over`: the last week is.
    """

    week: Week
    edges: Ints
    first: int
    is_over: bool

    @property
    def now(self) -> int:
        """The place of the report's week."""
        return len(self.edges) - 2

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the weeks that the data reach back to: "W47"."""
        back = range(self.first - self.now, 1)
        return tuple(self.week.after(number).name[5:] for number in back)

    def since(self, earliest: int) -> Weeks:
        """Return the same weeks for data that begin at a moment: the week in which they do is not whole."""
        if earliest == NEVER:
            return Weeks(self.week, self.edges, self.now, self.is_over)
        begins = int(np.searchsorted(self.edges, earliest, "right")) if earliest >= self.edges[0] else 0
        return Weeks(self.week, self.edges, min(max(self.first, begins), self.now), self.is_over)

    def of(self, at: Ints) -> Ints:
        """Return the week of each moment by its place, -1 outside."""
        found = np.searchsorted(self.edges, at, "right") - 1
        return np.where((found > self.now) | (at == NEVER), -1, found)

    def counts(
        self, at: Ints, group: Ints | None = None, size: int = 1, chosen: Bools | None = None
    ) -> Floats:
        """Return how many of the moments are in each week, a row for each of `size` groups."""
        week = self.of(at)
        use = week >= 0 if chosen is None else (week >= 0) & chosen
        of = np.zeros(len(at), np.int64) if group is None else group
        width = self.now + 1
        flat = np.bincount(of[use] * width + week[use], minlength=size * width)
        return flat.reshape(size, width).astype(float)


def look_back(week: Week, as_of: datetime) -> Weeks:
    """Return a report's week with those before it that normal ranges are made of; the last ends at `as_of` if it is not over."""
    starts = [instant(week.after(number).begin) for number in range(-MOST, 1)]
    end = min(week.end, as_of)
    return Weeks(week, np.array([*starts, instant(end)], np.int64), 0, as_of >= week.end)


def count_figure(name: str, weekly: Floats, weeks: Weeks, group: str = "") -> Figure:
    """Return the figure of a count of events in the week."""
    found = of_counts(weekly[weeks.first : weeks.now]) if weeks.is_over else not_judged(UNFINISHED)
    return Figure(name, weekly[weeks.now], _last(weekly, weeks), "count", found, group)


def level_figure(name: str, weekly: Floats, weeks: Weeks, form: Form = "count", group: str = "") -> Figure:
    """Return the figure of a level at the end of the week: a backlog, an age (NaN: none)."""
    found = of_measures(weekly[weeks.first : weeks.now], counted=form == "count")
    return Figure(name, _value(weekly[weeks.now]), _last(weekly, weeks), form, found, group)


def share_figure(name: str, yes: Floats, of: Floats, weeks: Weeks, group: str = "") -> Figure:
    """Return the figure of a share of what was counted in the week, with its Wilson interval as a note."""
    now = weeks.now
    past = slice(weeks.first, now)
    found = of_shares(yes[past], of[past], float(of[now]))
    if not weeks.is_over:
        found = not_judged(UNFINISHED)
    last = float(yes[now - 1] / of[now - 1]) if of[now - 1] and now - 1 >= weeks.first else None
    value = float(yes[now] / of[now]) if of[now] else None
    return Figure(name, value, last, "share", found, group, share_note(yes[now], of[now]))


def share_note(yes: float, of: float) -> str:
    """Return what a share is of, and its Wilson 95 % interval: "31 of 41; 95 % interval 60 to 86 %"."""
    if not of:
        return "of 0"
    return f"{yes:,.0f} of {of:,.0f}; {interval(yes, of)}"


def interval(yes: float, of: float) -> str:
    """Return a share's Wilson 95 % interval in words."""
    from ..columns.statistics import wilson

    low, high = wilson(yes, of)
    return f"95 % interval {100 * float(low):.0f} to {100 * float(high):.0f} %"


def _value(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _last(weekly: Floats, weeks: Weeks) -> float | None:
    return _value(weekly[weeks.now - 1]) if weeks.now - 1 >= weeks.first else None


def weekly_chart(
    title: str,
    weeks: Weeks,
    lines: dict[str, Floats],
    unit: str,
    judged: Figure | None = None,
    *,
    share: bool = False,
) -> Chart:
    """Return a chart of weekly numbers, with the normal range of the first."""
    shown = slice(weeks.first, weeks.now + 1)
    series = tuple(Series(name, tuple(_value(one) for one in line[shown])) for name, line in lines.items())
    found = judged.range if judged else Range()
    return Chart(title, "lines", weeks.labels, series, "ISO week", unit, found.low, found.high, share)


def days(length: float) -> float:
    """Return microseconds in days."""
    return length / timedelta(days=1).total_seconds() / 1_000_000
