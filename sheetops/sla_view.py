"""The SLA of one table of a workspace, for reading: verdicts, explanations, time by owner, checks, what-if. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .columns.sets import Ask
from .columns.sla.column_set import SlaColumns
from .engine import Engine
from .model.errors import UnknownName
from .model.nearest import did_you_mean
from .model.record import Change, Op, changed

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .columns.sla.compute import SlaResult
    from .columns.sla.findings import Finding
    from .columns.sla.policies import Policy, PolicyProblem
    from .columns.sla.time_report import TimeReport
    from .columns.sla.what_if import WhatIf
    from .dataset import Store
    from .model.schema import Schema


class SlaView:
    """What the clock says about a table at `as_of` (aware), by the dataset as it is."""

    def __init__(self, schema: Schema, store: Store, sla: SlaColumns, as_of: datetime) -> None:
        self._schema, self._store, self.sla, self.as_of = schema, store, sla, as_of

    @cached_property
    def _ask(self) -> Ask:
        columns = self.sla.set()
        return Engine(self._schema, (columns,), self._store, self.as_of).ask(columns)

    @cached_property
    def _policies(self) -> tuple[list[Policy], list[PolicyProblem]]:
        return self.sla.read(self._ask.tables.get(self.sla.policies))

    @property
    def policies(self) -> list[Policy]:
        """The policies that are in force, in the order in which they are tried."""
        return self._policies[0]

    @cached_property
    def result(self) -> SlaResult:
        """Columns, verdicts, findings, and the cases behind them."""
        return self.sla.result(self._ask, self.policies)

    @property
    def verdicts(self) -> pd.DataFrame:
        """One row for each case, goal and cycle."""
        return self.result.verdicts

    def explain(self, key: str, goal: str | None = None) -> pd.DataFrame:
        """Return every interval of a case's clocks, for evidence. Raise UnknownName for a case or goal there is not."""
        from .columns.sla.explain import explain

        self._check(key, goal)
        return explain(self.result.cases, key, goal)

    def explain_lines(self, key: str, goal: str | None = None, *, most: int | None = None) -> list[str]:
        """Return the same in words, with sums; of more than `most` intervals only the first and the last."""
        from .columns.sla.explain import explain_lines

        self._check(key, goal)
        return explain_lines(self.result.cases, key, goal, most=most)

    def _check(self, key: str, goal: str | None) -> None:
        keys = [str(one) for one in self.result.cases.timeline.keys]
        if key not in keys:
            raise UnknownName(
                f"There is no case '{key}' in {self.sla.table}.{did_you_mean(key, keys)}", not_done=""
            )
        if goal is not None and goal not in self.sla.goals:
            raise UnknownName(
                f"There is no goal '{goal}'.{did_you_mean(goal, self.sla.goals)}",
                not_done="",
                next_step=f"The goals of {self.sla.table} are {', '.join(self.sla.goals)}.",
            )

    def time(self, calendar: str = "") -> TimeReport:
        """Return who had the cases for how long, in open time of a calendar (default: that of the table)."""
        from .columns.sla.column_set import DEFAULT
        from .columns.sla.time_report import time_report

        known = self.sla.calendars()
        if calendar and calendar not in known:
            raise UnknownName(
                f"There is no calendar '{calendar}'.{did_you_mean(calendar, known)}", not_done=""
            )
        stops = {
            policy.stop.text: policy.stop
            for policy in self.policies
            if policy.goal == "resolution" and policy.stop
        }
        closed = next(iter(stops.values())) if len(stops) == 1 else None
        return time_report(self.result.cases, calendar or DEFAULT, closed)

    def checks(self) -> list[Finding]:
        """Return what looks wrong in policies, calendars and cases, the worst first."""
        from .columns.sla.case_checks import check_cases, check_policies
        from .columns.sla.findings import ERROR, NOTE, WARNING, Finding

        problems = [
            Finding(ERROR, "policy", f"{p.policy}, {p.column}: {p.message}") for p in self._policies[1]
        ]
        fields = self._schema.table(self.sla.table).by_name
        found = [
            *problems,
            *check_policies(self.policies, self.sla.calendars(), fields),
            *self.result.findings,
            *check_cases(self.result.cases, self._ask.records, self.sla.told(self._ask)),
        ]
        once = list(dict.fromkeys(found))
        return sorted(once, key=lambda one: (ERROR, WARNING, NOTE).index(one.severity))

    def what_if(self, edits: Mapping[str, Mapping[str, Any]], pending: Sequence[Change] = ()) -> WhatIf:
        """Return which cases would flip if policies were otherwise.

        `edits` maps a policy to columns and the cells they would hold; `pending` are changes of the table of
        policies that a sync would take. Raise UnknownName for a policy, or a cell, that cannot be.
        """
        from .columns.sla.what_if import compare

        after, problems = self.sla.read_rows(self._rows(edits, pending))
        before = {(p.policy, p.column) for p in self._policies[1]}
        fresh = [p for p in problems if (p.policy, p.column) not in before]
        if fresh:
            said = "; ".join(f"{p.policy}, {p.column}: {p.message}" for p in fresh)
            raise UnknownName(f"That is no policy: {said}.", not_done="Nothing was compared.")
        return compare(self.verdicts, self.sla.result(self._ask, after).verdicts)

    def _rows(
        self, edits: Mapping[str, Mapping[str, Any]], pending: Sequence[Change]
    ) -> list[dict[str, Any]]:
        rows = {str(row.get("policy")): dict(row) for row in self.sla.inline}
        stored = self._store.records(self.sla.policies) if self.sla.policies else {}
        for one in pending:
            if one.op is Op.ADD or one.key in stored:
                stored[one.key] = changed(stored, one, self._schema.table(one.table).blank(one.key))
        rows.update({key: dict(record.values) for key, record in stored.items() if not record.archived})
        for name, cells in edits.items():
            if name not in rows:
                raise UnknownName(
                    f"There is no policy '{name}'.{did_you_mean(name, rows)}",
                    not_done="Nothing was compared.",
                )
            rows[name].update(cells)
        return list(rows.values())

    def propose(self, goal: str, percentile: float = 90.0) -> pd.DataFrame:
        """Return the targets that so many percent of the past would have kept. Raise UnknownName for no such goal."""
        from .columns.sla.what_if import propose_target

        if goal not in self.sla.goals:
            raise UnknownName(f"There is no goal '{goal}'.{did_you_mean(goal, self.sla.goals)}", not_done="")
        return propose_target(self.verdicts, goal, percentile)
