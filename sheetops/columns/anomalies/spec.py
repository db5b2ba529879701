"""What `[events]`, `[signals]` and `[counts]` of sheetops.toml say."""

from __future__ import annotations

from dataclasses import dataclass

CLASSES = ("policy/governance", "product", "algorithm", "outside")
"""What a change may have been of."""


@dataclass(frozen=True)
class EventSpec:
    """A table of what happened when: campaigns, releases, policy versions, enforcement actions, outages.

    `start`, `end` and `name` are its fields ("" : none). `kind` is what its records are called, `of` one of CLASSES.
    While an `expected` one runs, flags say so instead of calling people, and it teaches nothing. `match` are fields it has
    in common with what it concerns: a blank concerns all.
    """

    table: str
    start: str
    end: str
    name: str
    kind: str
    of: str
    expected: bool
    match: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A number of each row: the sum of the field `over`, or that divided by the sum of `per` ("" : not divided)."""

    name: str
    over: str
    per: str = ""


@dataclass(frozen=True)
class SignalSpec:
    """What a `[signals.TABLE]` part says.

    Rows that agree in `time` and in the fields `series` are one point of one series. `dimensions` tell the rows of one point
    apart, and are what an incident is explained by. `incidents` is the table that incidents are kept in.
    `per_1000` is the rate of flags that the team wants (0: the usual threshold).
    """

    table: str
    time: str
    series: tuple[str, ...]
    metrics: tuple[Metric, ...]
    dimensions: tuple[str, ...]
    incidents: str
    per_1000: float
    timezone: str
    events: tuple[EventSpec, ...] = ()


@dataclass(frozen=True)
class CountSpec:
    """What a `[counts.NAME]` part says: how many records of a table there are by `date`, for each group of `by`.

    The last `keep` periods are records of the table NAME.
    """

    name: str
    table: str
    date: str
    by: tuple[str, ...]
    every: str
    method: str
    alpha: float
    fdr: float
    keep: int
    most: int
    incidents: str
    timezone: str
    events: tuple[EventSpec, ...] = ()


METHODS = ("auto", "predictive", "farrington", "ears")
"""How counts may be judged. EARS is an old habit of the field; its false alarms are many times what it says."""

PERIODS = ("day", "week", "month")
