"""From records, history, policies and calendars to the SLA columns: the one entry point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .columns import next_change, sla_columns
from .events import Watch, build_timeline
from .findings import Finding
from .matching import policy_changes
from .policies import Policy
from .settings import Settings
from .ticking import Ticking
from .timeline import Timeline
from .triggers import Trigger
from .verdicts import Judged, judge


@dataclass(frozen=True)
class SlaResult:
    """What `compute` found.

    `columns`: a row per key, `{goal}_{column}`. `verdicts`: a row per key, goal and cycle. `next_change`: when the
    columns go stale if nothing happens. `cases` is what explanations and reports are made from.
    """

    columns: pd.DataFrame
    verdicts: pd.DataFrame
    findings: list[Finding]
    next_change: datetime | None
    cases: Cases = field(repr=False)


@dataclass(frozen=True)
class Cases:
    """The timeline and cycles behind the verdicts, for `explain` and the time report."""

    timeline: Timeline
    judged: Sequence[Judged]
    ticking: Ticking
    settings: Settings
    as_of: int


def compute(
    records: pd.DataFrame,
    history: pd.DataFrame | None,
    policies: Sequence[Policy],
    calendars: Mapping[str, BusinessCalendar],
    as_of: datetime,
    settings: Settings,
) -> SlaResult:
    """Return the SLA columns of every record, and all that they rest on.

    `records` has a column per field, the key among them; `history` is described in `history.py`; `as_of` is aware.
    The same arguments give the same answer, in whatever order the history stands. Raise ValueError for a naive
    `as_of`; bad data are findings.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    now = int(as_of.timestamp() // 1)
    policies = [opened_by(policy, records, settings) for policy in policies]
    timeline, found = build_timeline(
        records, history, watch_of(policies, settings), settings, policy_changes(policies)
    )
    verdicts, judged, ticking = judge(timeline, policies, calendars, now, settings.status)
    present = ticking.timeline
    statuses = present.value_codes(settings.status).values
    columns = sla_columns(verdicts, present.keys, judged, calendars, statuses, settings.timezone)
    cases = Cases(present, judged, ticking, settings, now)
    return SlaResult(columns, verdicts, found, next_change(verdicts, as_of, present.later), cases)


def opened_by(policy: Policy, records: pd.DataFrame, settings: Settings) -> Policy:
    """Return the policy with its start made plain: where it names none, it is the case's opening."""
    if policy.start is None and settings.opened in records:
        return replace(policy, start=Trigger(f"{settings.opened} is filled"))
    return policy


def watch_of(policies: Sequence[Policy], settings: Settings) -> Watch:
    """Return the columns that policies and reports look at."""
    states = frozenset(settings.people).union(*(policy.watched for policy in policies))
    moments = frozenset().union(*(policy.moments for policy in policies))
    each = frozenset().union(*(policy.moments for policy in policies if policy.repeat))
    opened = {settings.opened} if settings.opened else set()
    return Watch(states, moments | opened, each - opened)
