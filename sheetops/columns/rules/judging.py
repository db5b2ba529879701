"""Looking at all records by one rule at a time: which ones it is about, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ...model.condition import Condition
from ..blanks import plain, plain_rows
from .personal_data import SUSPICIOUS, personal_data
from .spec import Check, RuleSpec, Same

Bools = npt.NDArray[np.bool_]


class Judged:
    """What is found in the records of a frame, in the order of its rules: `said` has the sentences of each record."""

    def __init__(
        self, records: pd.DataFrame, tables: Mapping[str, pd.DataFrame], header: Callable[[str], str]
    ) -> None:
        self.said: list[list[str]] = [[] for _ in range(len(records))]
        self._records, self._tables, self._header = records, tables, header
        self._blank: dict[str, Bools] = {}
        self._held: dict[str, Bools] = {}

    def judge(self, spec: RuleSpec) -> None:
        """Look at everything that the rules of a table say."""
        for check in spec.checks:
            self._check(check)
        if spec.ends:
            self._closing(spec)
        for name, limit in spec.longest.items():
            self._longest(name, limit)
        for name in spec.personal_data:
            self._personal(name)

    def unclosed(self, spec: RuleSpec) -> Bools:
        """Return which records are closed without what must stand before."""
        closed: Bools = self._records[spec.status].isin(spec.ends).to_numpy(bool)
        return closed & self._any(self.blank(name) for name in spec.closing)

    def blank(self, name: str) -> Bools:
        """Return which records have nothing in a field; spaces are nothing."""
        if name not in self._blank:
            column = self._records[name]
            empty = column.isna()
            if isinstance(column.dtype, pd.StringDtype):
                empty |= (column.str.strip() == "").fillna(True)
            self._blank[name] = empty.to_numpy(bool)
        return self._blank[name]

    def _check(self, check: Check) -> None:
        when = self._holds(check.when)
        if check.all_of:
            for place in _places(when & self._any(self.blank(name) for name in check.all_of)):
                self._say(place, f"{check.say} (missing: {self._missing(place, check.all_of, ', ')})")
        if check.one_of:
            for place in _places(when & ~self._any(~self.blank(name) for name in check.one_of)):
                self._say(place, check.say)
        if check.same:
            self._same(check, check.same, when)

    def _same(self, check: Check, same: Same, when: Bools) -> None:
        other = self._tables.get(same.table)
        if other is None:
            return
        known = dict(zip(plain(other[same.key]), plain(other[same.of]), strict=True))
        mine, named = plain(self._records[same.field]), plain(self._records[same.reference])
        for place in _places(when & ~self.blank(same.field)):
            here, there = mine.iat[place], known.get(named.iat[place])
            if there not in (None, "", here):
                self._say(place, f"{check.say} ({here} -> {there})")

    def _closing(self, spec: RuleSpec) -> None:
        status = self._records[spec.status]
        for place in _places(self.unclosed(spec)):
            missing = self._missing(place, spec.closing, " and ")
            several = sum(bool(self.blank(name)[place]) for name in spec.closing) > 1
            self._say(place, f"{status.iat[place]} without {missing}: fill {'them' if several else 'it'} in")

    def _longest(self, name: str, limit: int) -> None:
        lengths = self._records[name].astype("string").str.len().fillna(0).to_numpy(int)
        for place in _places(lengths > limit):
            self._say(
                place, f"{self._header(name)} has {lengths[place]:,} characters, and the limit is {limit:,}"
            )

    def _personal(self, name: str) -> None:
        column = self._records[name]
        for place in _places(column.str.contains(SUSPICIOUS, regex=True).fillna(False).to_numpy(bool)):
            if kinds := list(personal_data(str(column.iat[place]))):
                self._say(
                    place, f"{self._header(name)} seems to hold {' and '.join(kinds)}: take personal data out"
                )

    def _holds(self, condition: Condition | None) -> Bools:
        """Return of which records a condition holds; it is asked once for records that agree in its fields."""
        if condition is None:
            return np.ones(len(self._records), bool)
        if condition.text not in self._held:
            fields = sorted(condition.fields)
            codes = np.zeros(len(self._records), np.int64)
            for name in fields:
                own, values = pd.factorize(self._records[name])
                codes = np.unique(codes * (len(values) + 1) + own + 1, return_inverse=True)[1]
            _, first, which = np.unique(codes, return_index=True, return_inverse=True)
            rows: Sequence[Mapping[str, Any]] = plain_rows(self._records[fields].iloc[first])
            answers = np.array([condition.matches(row) for row in rows] or [condition.matches({})], bool)
            self._held[condition.text] = answers[which]
        return self._held[condition.text]

    def _any(self, masks: Iterable[Bools]) -> Bools:
        found = np.zeros(len(self._records), bool)
        for mask in masks:
            found |= mask
        return found

    def _missing(self, place: int, names: Sequence[str], between: str) -> str:
        return between.join(self._header(name) for name in names if self.blank(name)[place])

    def _say(self, place: int, sentence: str) -> None:
        if sentence not in self.said[place]:
            self.said[place].append(sentence)


def _places(mask: Bools) -> list[int]:
    return [int(place) for place in np.flatnonzero(mask)]
