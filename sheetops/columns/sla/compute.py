"""From records, history, policies and calendars to the SLA columns: the one entry point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from .calendar import BusinessCalendar
from .case_checks import verdict_findings
from .cases import Cases
from .columns import next_change, sla_columns
from .escalation import Proposal, Reached, escalations
from .events import Watch, build_timeline
from .findings import Finding
from .matching import policy_changes
from .policies import Policy
from .settings import Settings
from .triggers import Trigger
from .verdicts import judge


@dataclass(frozen=True)
class SlaResult:
    """What `compute` found.

    `columns`: a row per key, `{goal}_{column}`. `verdicts`: a row per key, goal and cycle. `next_change`: when the
    columns go stale if nothing happens. `escalations`: changes that steps ask for, and `reached`, the steps reached
    once they are applied. `cases` is what explanations, reports and checks are made from.
    """

    columns: pd.DataFrame
    verdicts: pd.DataFrame
    findings: list[Finding]
    next_change: datetime | None
    escalations: list[Proposal]
    reached: Reached
    cases: Cases = field(repr=False)


def compute(
    records: pd.DataFrame,
    history: pd.DataFrame | None,
    policies: Sequence[Policy],
    calendars: Mapping[str, BusinessCalendar],
    as_of: datetime,
    settings: Settings,
    reached: Reached = MappingProxyType({}),
) -> SlaResult:
    """Return the SLA columns of every record, and all that they rest on.

    `records` has a column per field, the key among them; `history` is described in `history.py`; `as_of` is aware.
    `reached` are the escalation steps that were applied before.
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
    verdicts, judged, ticking = judge(timeline, policies, calendars, now, settings.status, settings.timezone)
    present = ticking.timeline
    statuses = present.value_codes(settings.status).values
    columns = sla_columns(verdicts, present.keys, judged, calendars, statuses, settings.timezone)
    cases = Cases(present, timeline, judged, ticking, settings, now)
    values = _step_values(records, policies, settings)
    proposed, steps = escalations(verdicts, policies, values, reached, as_of)
    change = next_change(verdicts, as_of, present.later)
    return SlaResult(columns, verdicts, [*found, *verdict_findings(cases)], change, proposed, steps, cases)


def _step_values(records: pd.DataFrame, policies: Sequence[Policy], settings: Settings) -> Mapping[Any, Any]:
    """Return the current values that escalation steps may change, by key; blanks are None."""
    fields = sorted({step.field for policy in policies for step in policy.escalation} & set(records.columns))
    if not fields:
        return {}
    return dict(zip(records[settings.key], plain_rows(records[fields]), strict=True))


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
