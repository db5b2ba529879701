"""Signals and counts as sets of computed columns. Light to import: the statistics are, when something is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...model.schema import Field
from ..sets import Answer, Ask, ColumnSet
from . import made
from .spec import CountSpec, SignalSpec

NAME = "anomaly"
"""What people ask `explain` for."""


@dataclass(frozen=True)
class SignalColumns(SignalSpec):
    """The signals of one table. `key` is the table's key."""

    key: str = ""

    def set(self) -> ColumnSet:
        """Return the set of columns."""
        fields = [name for one in self.metrics for name in (one.over, one.per) if name]
        needs = dict.fromkeys((self.time, *self.series, *self.dimensions, *fields))
        return ColumnSet(
            NAME, self.table, tuple(needs), made.signal_fields(self.metrics), self._answer,
            tables=tuple(dict.fromkeys(one.table for one in self.events)), settings=repr(self),
            keeps=(made.incident_table(self.incidents),), explain=self._explain,
        )  # fmt: skip

    def _answer(self, ask: Ask) -> Answer:
        from .signal_columns import answer

        return answer(self, ask)

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .signal_words import explain

        return explain(self, ask, key, column)


@dataclass(frozen=True)
class CountColumns(CountSpec):
    """The counts of one table's records. `key` is that table's key, `fields` are those of `by`, as its table has them."""

    key: str = ""
    fields: tuple[Field, ...] = ()

    def set(self) -> ColumnSet:
        """Return the set of columns: it makes none of the table itself, and keeps the one of counts."""
        return ColumnSet(
            self.name, self.table, (self.date, *self.by), (), self._answer,
            tables=tuple(dict.fromkeys(one.table for one in self.events)), settings=repr(self),
            keeps=(made.count_table(self, self.fields), made.incident_table(self.incidents)), explain=self._explain,
        )  # fmt: skip

    def _answer(self, ask: Ask) -> Answer:
        from .count_columns import answer

        return answer(self, ask)

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .count_words import explain

        return explain(self, ask, key)
