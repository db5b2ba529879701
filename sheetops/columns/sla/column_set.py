"""SLA goals as a set of computed columns. Light to import: the clock itself is, when something is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...model.schema import Field
from ..blanks import plain_rows
from ..sets import Answer, Ask, ColumnSet, Proposal
from . import made
from .spec import SlaSpec

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .calendar import BusinessCalendar
    from .compute import SlaResult
    from .policies import Policy, PolicyProblem

ALWAYS = "24x7"
"""The calendar that is always open, which every workspace has."""

DEFAULT = "default"
"""The calendar of policies that name none."""


STEPS_EVERY = timedelta(minutes=15)
"""How often escalation steps between the changes of a state are looked for."""


@dataclass(frozen=True)
class SlaColumns(SlaSpec):
    """The SLA of one table: what the config says, with calendars that are compiled when first needed.

    `key` is the table's key. `said` is the settings and calendars as text, for telling whether they changed;
    `escalated` are the fields of people's own that escalation steps may change.
    """

    key: str
    compiled: Callable[[], Mapping[str, BusinessCalendar]]
    said: str
    escalated: frozenset[str] = frozenset()

    def set(self) -> ColumnSet:
        """Return the set of columns."""
        tables = tuple(name for name in (self.policies, self.history) if name)
        return ColumnSet(
            "sla", self.table, (), self._fields, self._answer, history=True, tables=tables,
            settings=self.said, may_propose=self.escalated,
            low_data="Blank without a policy or a start; Not judged: its stop lies before its start.",
        )  # fmt: skip

    @property
    def _fields(self) -> tuple[Field, ...]:
        return made.fields(self.goals, self.columns, live=self.live)

    def read(self, table: pd.DataFrame | None) -> tuple[list[Policy], list[PolicyProblem]]:
        """Return the policies of the config and of their table (a frame, where there is one), and what is wrong with them."""
        rows = list(self.inline)
        if table is not None:
            rows += plain_rows(table)
        return self.read_rows(rows)

    def read_rows(self, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Policy], list[PolicyProblem]]:
        """Return the policies of goals that are shown, and what is wrong with the rows that are none."""
        from .policies import read_policies

        policies, problems = read_policies(rows, self.timezone)
        return [policy for policy in policies if policy.goal in self.goals], problems

    def calendars(self) -> dict[str, BusinessCalendar]:
        """Return the calendars by the names that policies may call them."""
        from .calendar import BusinessCalendar

        found = dict(self.compiled())
        found.setdefault(ALWAYS, BusinessCalendar(ALWAYS, self.timezone, name=ALWAYS))
        found.setdefault(DEFAULT, found[self.calendar or ALWAYS])
        return found

    def result(
        self,
        ask: Ask,
        policies: Sequence[Policy],
        reached: Mapping[tuple[Any, str, int], float] = MappingProxyType({}),
    ) -> SlaResult:
        """Return all that the clock says about the table. `reached` are escalation steps that were proposed before."""
        from .compute import compute
        from .settings import Settings

        settings = Settings(key=self.key, timezone=self.timezone, **self.roles)
        return compute(ask.records, self.told(ask), policies, self.calendars(), ask.as_of, settings, reached)

    def told(self, ask: Ask) -> pd.DataFrame | None:
        """Return the journal's history together with the one that was imported."""
        imported = ask.tables.get(self.history)
        if imported is None or imported.empty:
            return ask.history
        from .history_table import as_history

        return as_history(imported, ask.history)

    def _answer(self, ask: Ask) -> Answer:
        policies, problems = self.read(ask.tables.get(self.policies))
        steps = {place: percent for row in self._steps(ask) for place, percent in self._reached(*row)}
        result = self.result(ask, policies, steps)
        columns = result.columns.reindex(columns=[f.name for f in self._fields])
        self._note_steps(result, columns)
        notes = [f"SLA policy {p.policy}, {p.column}: {p.message}. The row is left out." for p in problems]
        notes += [f"SLA: {one.message}" for one in result.findings if one.severity == "error"]
        proposals = [Proposal(str(one.key), one.field, one.value, one.reason) for one in result.escalations]
        return Answer(columns, self._next(result, policies, ask.as_of), notes, proposals)

    def _steps(self, ask: Ask) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Yield each case's key with the escalation steps that it carries."""
        names = [f"{goal}_{made.STEP}" for goal in self.goals if f"{goal}_{made.STEP}" in ask.records]
        some = ask.records[ask.records[names].notna().any(axis=1)] if names else ask.records.head(0)
        yield from ((row[self.key], row) for row in some[[self.key, *names]].to_dict("records"))

    def _note_steps(self, result: SlaResult, columns: pd.DataFrame) -> None:
        """Say in the columns which steps of the last cycle are reached."""
        last: dict[tuple[Any, str], tuple[int, float]] = {}
        for (key, goal, cycle), percent in result.reached.items():
            last[key, goal] = max(last.get((key, goal), (0, 0.0)), (cycle, percent))
        for goal in self.goals:
            said = {
                key: f"{cycle}:{percent:g}" for (key, one), (cycle, percent) in last.items() if one == goal
            }
            columns[f"{goal}_{made.STEP}"] = columns.index.map(said)

    def _reached(self, key: Any, row: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, str, int], float]]:
        """Yield the steps that earlier runs have proposed for a case: ((key, goal, cycle), percent)."""
        for goal in self.goals:
            cycle, colon, percent = str(row.get(f"{goal}_{made.STEP}")).partition(":")
            if colon and cycle.isdigit():
                yield (key, goal, int(cycle)), float(percent)

    def _next(self, result: SlaResult, policies: Sequence[Policy], as_of: datetime) -> datetime | None:
        """Return when the columns go stale: at the next change of a state, or when running ones are due to be renewed.

        Steps between those of the states are looked for every quarter of an hour.
        """
        moments = [result.next_change]
        if made.RUNNING & {*self.columns}:
            moments.append(as_of + timedelta(seconds=self.refresh))
        between = any(step.percent not in (p.at_risk, 100.0) for p in policies for step in p.escalation)
        if between and result.verdicts["state"].isin(["on track", "at risk"]).any():
            moments.append(as_of + STEPS_EVERY)
        return min((moment for moment in moments if moment is not None), default=None)
