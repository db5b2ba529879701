"""Escalation steps as proposed changes: nothing is sent, and no step is proposed twice for one cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .columns import current
from .policies import Policy
from .steps import Moment, Step

Reached = Mapping[tuple[Any, str, int], float]
"""(key, goal, cycle) -> the highest step, in percent, that was applied before."""

_RUNNING = ("on track", "at risk", "breached")


@dataclass(frozen=True)
class Proposal:
    """A change of one cell that a step asks for, and why, in words."""

    key: Any
    field: str
    value: Any
    reason: str
    goal: str
    cycle: int
    percent: float


def escalations(
    verdicts: pd.DataFrame,
    policies: Sequence[Policy],
    records: Mapping[Any, Mapping[str, Any]],
    reached: Reached,
    as_of: datetime,
) -> tuple[list[Proposal], dict[tuple[Any, str, int], float]]:
    """Return the changes that steps reached by `as_of` ask for, and the steps reached once they are applied.

    `records` maps keys to current values. Steps of one cell add up: at 75 % with nothing applied yet,
    `50: level + 1; 75: level + 1` proposes level + 2. A cell that already says so is not proposed.
    Steps of a paused, met or cancelled goal wait.
    """
    steps = {policy.id: policy.escalation for policy in policies if policy.escalation}
    now = dict(reached)
    changed: dict[tuple[Any, str], Proposal] = {}
    running = current(verdicts)
    running = (
        running[running["state"].isin(_RUNNING) & running["policy"].isin(list(steps))]
        if len(running)
        else running
    )
    for row in running.itertuples(index=False):
        cycle = (row.key, str(row.goal), int(row.cycle))
        used = np.fmax(
            row.percent, 100.0 if row.state == "breached" else 0.0
        )  # no percentage of no open time
        due = [step for step in steps[row.policy] if now.get(cycle, 0.0) < step.percent <= used]
        for step in due:
            _propose(step, row, cycle, records.get(row.key, {}), changed, as_of)
        if due:
            now[cycle] = due[-1].percent
    return [p for p in changed.values() if records.get(p.key, {}).get(p.field) != p.value], now


def _propose(
    step: Step,
    row: Any,
    cycle: tuple[Any, str, int],
    record: Mapping[str, Any],
    changed: dict[tuple[Any, str], Proposal],
    as_of: datetime,
) -> None:
    cell = (row.key, step.field)
    before = changed[cell].value if cell in changed else record.get(step.field)
    value = _value(step, before, row.due, as_of)
    if value is None:
        return
    reason = f"{cycle[1]} has used up {step.percent:g} % of {row.target} (policy {row.policy}): {step.text}"
    if cell in changed:
        reason = f"{changed[cell].reason}; {reason}"
    changed[cell] = Proposal(row.key, step.field, value, reason, cycle[1], cycle[2], step.percent)


def _value(step: Step, before: Any, due: Any, as_of: datetime) -> Any:
    """Return the step's value; None where it cannot be told: level + 1 of a text, or no due time."""
    if step.add is not None:
        blank = before is None or before is pd.NA or before != before
        number = 0 if blank else before
        return number + step.add if isinstance(number, (int, float)) else None
    if not isinstance(step.value, Moment):
        return step.value
    base = as_of if step.value.base == "now" else None if due is pd.NaT else due.to_pydatetime()
    return None if base is None else base + timedelta(seconds=step.value.seconds)
