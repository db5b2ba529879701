"""Anomalies as sets of computed columns. Light to import: the statistics are, when something is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...model.schema import Field
from ..sets import Answer, Ask, ColumnSet
from . import made
from .spec import CountSpec, SignalSpec


@dataclass(frozen=True)
class SignalColumns(SignalSpec):
    """The signals of one table. `key` is the table's key."""

    key: str = ""

    def set(self) -> ColumnSet:
        """Return the set of columns."""
        numbers = (name for one in self.metrics for name in (one.over, one.per) if name)
        needs = dict.fromkeys((self.time, *self.series, *self.dimensions, *numbers))
        return ColumnSet(
            "anomaly", self.table, tuple(needs), made.signal_fields(self.metrics), self._answer,
            tables=tuple(one.table for one in self.events), settings=repr(self),
            keeps=(made.incident_table(self.incidents),), explain=self._explain,
            low_data="anomaly stays blank; why says: not judged: 9 of 30 points of history.",
        )  # fmt: skip

    def _answer(self, ask: Ask) -> Answer:
        from .signal_columns import answer

        return answer(self, ask)

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .signal_words import explain

        return explain(self, ask, key, column)


@dataclass(frozen=True)
class CountColumns(CountSpec):
    """The counts of one table, which are a table of their own. `fields` are those that they are counted by."""

    fields: tuple[Field, ...] = field(default=(), repr=False)

    def set(self) -> ColumnSet:
        """Return the set that keeps the table of counts, and their incidents."""
        return ColumnSet(
            self.name, self.table, tuple(dict.fromkeys((self.date, *self.by))), (), self._answer,
            tables=tuple(one.table for one in self.events), settings=repr(self),
            keeps=(made.count_table(self, self.fields), made.incident_table(self.incidents)), explain=self._explain,
            low_data=f"anomaly stays blank; why says: not judged: 9 of 16 {self.every}s of history.",
        )  # fmt: skip

    def _answer(self, ask: Ask) -> Answer:
        from .count_columns import answer

        return answer(self, ask)

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .count_words import explain

        return explain(self, ask, key)
