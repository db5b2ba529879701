"""The timeline of every case: one row per case and moment, in one set of arrays.

Rows are sorted by case and time. A field is a code per row into its distinct values, filled forward; a
condition is therefore answered once per distinct combination of values, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ...model.condition import Condition
from .triggers import Trigger, filled

Ints: TypeAlias = Any
"""An array of int64: Unix seconds, seconds, indices."""
Codes: TypeAlias = Any
"""An array of int32."""
Bools: TypeAlias = Any
"""An array of bools."""


@dataclass(frozen=True)
class Coded:
    """A field along the timeline: `codes` index `values`, whose item 0 is always None (blank)."""

    codes: Codes
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Timeline:
    """`keys` names the cases; `case` (index into keys) and `at` (Unix seconds) have one item per row.

    `hits[f]` is true on the rows at which the column of moments `f` says that it happened.
    `later` is the earliest known moment after the timeline's end, in Unix seconds; None when there is none.
    """

    keys: Any
    case: Codes
    at: Ints
    fields: Mapping[str, Coded]
    hits: Mapping[str, Bools] = field(default_factory=dict)
    later: int | None = None
    memory: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.at)

    @cached_property
    def first(self) -> Bools:
        """Whether a row is the first of its case."""
        starts = np.empty(len(self), bool)
        starts[:1] = True
        np.not_equal(self.case[1:], self.case[:-1], out=starts[1:])
        return starts

    @cached_property
    def begun(self) -> Ints:
        """The index of the first row of each row's case."""
        return np.maximum.accumulate(np.where(self.first, np.arange(len(self)), 0)) if len(self) else self.at

    @cached_property
    def last(self) -> Bools:
        """Whether a row is the last of its case."""
        return np.append(self.first[1:], True) if len(self) else self.first

    def ends(self, as_of: int) -> Ints:
        """Return when each row's state ends: at the case's next row, or at `as_of`."""
        following = np.empty_like(self.at)
        following[:-1] = self.at[1:]
        following[self.last] = as_of
        return following

    def until(self, as_of: int) -> Timeline:
        """Return what was known and had happened by `as_of` (Unix seconds, included)."""
        past = self.at <= as_of
        if past.all():
            return self
        later = int(self.at[~past].min())
        fields = {name: Coded(coded.codes[past], coded.values) for name, coded in self.fields.items()}
        hits = {name: hit[past] for name, hit in self.hits.items()}
        return Timeline(self.keys, self.case[past], self.at[past], fields, hits, later)

    def holds(self, condition: Condition | None) -> Bools:
        """Return on which rows a condition holds; all of them for None. A missing field is blank."""
        if condition is None:
            return np.ones(len(self), bool)
        if condition.text not in self.memory:
            self.memory[condition.text] = self._evaluate(condition)
        return self.memory[condition.text]

    def _evaluate(self, condition: Condition) -> Bools:
        names = sorted(condition.fields & self.fields.keys())
        group, rows = self.combinations(names)
        answers = np.fromiter((condition.matches(row) for row in rows), bool, len(rows))
        return answers[group]

    def combinations(self, names: Iterable[str]) -> tuple[Ints, list[dict[str, Any]]]:
        """Return each row's combination of values as an index, and the combinations as records."""
        coded = {name: self.fields[name] for name in names}
        if not coded:
            return np.zeros(len(self), np.int64), [{}]
        mixed = np.zeros(len(self), np.int64)
        for item in coded.values():
            mixed = mixed * len(item.values) + item.codes
        group, distinct = pd.factorize(mixed)
        rows = []
        for number in distinct.tolist():
            row = {}
            for name, item in reversed(coded.items()):
                number, code = divmod(number, len(item.values))
                row[name] = item.values[code]
            rows.append(row)
        return group, rows

    def trigger(self, trigger: Trigger | None, *, default: bool) -> Bools:
        """Return on which rows a trigger holds; `default` everywhere when there is none."""
        return np.full(len(self), default) if trigger is None else self.holds(trigger.condition)

    def fires(self, trigger: Trigger | None, *, default: bool = False) -> Bools:
        """Return at which rows a trigger comes true, or one of its moments comes again while it is."""
        state = self.trigger(trigger, default=default)
        rising = state.copy()
        rising[1:] &= ~state[:-1] | self.first[1:]
        for name in trigger.moments if trigger else ():
            if name in self.hits:
                rising |= self.hits[name] & state
        return rising

    def value_codes(self, name: str) -> Coded:
        """Return a field along the timeline; blank everywhere when it is not known."""
        return self.fields.get(name, Coded(np.zeros(len(self), np.int32), (None,)))

    def frame(self) -> pd.DataFrame:
        """Return the timeline as a table: key, at, and a column per field."""
        columns: dict[str, Any] = {
            "key": self.keys[self.case],
            "at": pd.to_datetime(self.at, unit="s", utc=True),
        }
        for name, coded in self.fields.items():
            columns[name] = pd.Series(np.array(coded.values, dtype=object)[coded.codes], dtype=object)
        return pd.DataFrame(columns)


def is_moment_field(timeline: Timeline, name: str) -> bool:
    """Return whether the timeline holds `name` as a column of moments."""
    return filled(name) in timeline.fields
