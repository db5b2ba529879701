"""Patterns as sets of computed columns. Light to import: the statistics are, when something is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..sets import Answer, Ask, ColumnSet
from . import made
from .spec import PatternSpec, StandardiseSpec


@dataclass(frozen=True)
class StandardColumns(StandardiseSpec):
    """The spellings of one table's fields. `key` is the table's key, `choices` are canonical values by field, where a list is known."""

    key: str = ""
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def set(self) -> ColumnSet:
        """Return the set of columns."""
        return ColumnSet(
            "standard", self.table, self.fields, made.standard_fields(self.fields), self._answer,
            settings=repr(self), keeps=(made.spelling_table(self.spellings),), explain=self._explain,
            low_data="A value is left as it is spelled until it is plainly another one, or somebody confirms it.",
        )  # fmt: skip

    def _answer(self, ask: Ask) -> Answer:
        from .standard_columns import answer

        return answer(self, ask)

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .standard_columns import explain

        return explain(self, ask, key)


@dataclass(frozen=True)
class PatternSets(PatternSpec):
    """The patterns of one table. `key` is the table's key."""

    key: str = ""

    def sets(self) -> tuple[ColumnSet, ...]:
        """Return the sets of columns: who repeats, which stories are told, which scenarios recur (by those that repeat, too)."""
        repeats = (self._repeats(),) if self.repeats else ()
        stories = (self._stories(),) if self.text else ()
        return (*repeats, *stories, self._patterns())

    def _patterns(self) -> ColumnSet:
        repeats = [f"{name}_repeat" for name in self.repeats]
        needs = dict.fromkeys((self.date, *self.attributes, *self.outcome_fields, *repeats))
        return ColumnSet(
            "pattern", self.table, tuple(needs), made.case_fields(self.patterns), self._answer,
            settings=repr(self), keeps=(made.pattern_table(self),), explain=self._explain,
            low_data=f"Blank, and the run says: not judged: too few cases: 9 of 20 in {self.window} days. A risk of too few decided cases is 'too few'.",
        )  # fmt: skip

    def _stories(self) -> ColumnSet:
        return ColumnSet(
            "story", self.table, (self.text, self.date), made.story_fields(), self._tell,
            settings=repr((self.text, self.date, self.timezone)), explain=self._explain_story,
            low_data="not judged: no text; not judged: a single word is too little to compare.",
        )  # fmt: skip

    def _repeats(self) -> ColumnSet:
        beside = tuple(dict.fromkeys(one.table for one in self.exposure if one.table != self.table))
        return ColumnSet(
            "repeat", self.table, (self.date, *self.repeats), made.repeat_fields(self.repeats), self._repeat,
            tables=beside, settings=repr((self.repeats, self.repeat_days, self.timezone, self.exposure)), explain=self._explain_repeat,
            low_data="not judged: 3 others to compare with, 5 are needed.",
        )  # fmt: skip

    def _answer(self, ask: Ask) -> Answer:
        from .scenario_columns import answer

        return answer(self, ask)

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .scenario_columns import explain

        return explain(self, ask, key)

    def _tell(self, ask: Ask) -> Answer:
        from .story_columns import answer

        return answer(self, ask)

    def _explain_story(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .story_columns import explain

        return explain(self, ask, key)

    def _repeat(self, ask: Ask) -> Answer:
        from .repeat_columns import answer

        return answer(self, ask)

    def _explain_repeat(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        from .repeat_columns import explain

        return explain(self, ask, key)
