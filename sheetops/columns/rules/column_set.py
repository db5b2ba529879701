"""The rules of a table as a computed column: what has to be mended in each record, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...model.schema import FieldType, Table
from ..making import computed
from ..sets import Answer, Ask, ColumnSet
from .spec import RuleSpec

if TYPE_CHECKING:
    from .judging import Judged

COLUMN = "to_mend"
ABOUT = "What is missing or does not fit, in words. Nothing that was typed is changed by it."
_SHOWN = 3


@dataclass(frozen=True)
class RuleColumns:
    """The rules of one table, ready to be computed. `about` is the table, for its headers."""

    spec: RuleSpec
    about: Table

    def set(self) -> ColumnSet:
        """Return the set of columns."""
        tables = tuple(dict.fromkeys(one.same.table for one in self.spec.checks if one.same))
        return ColumnSet(
            "rules", self.spec.table, self._needs, (computed(COLUMN, FieldType.LONG_TEXT, "To mend", ABOUT),),
            self._answer, tables=tables, settings=repr((self.spec, [f.header for f in self.about.fields])),
            explain=self._explain,
        )  # fmt: skip

    @property
    def _needs(self) -> tuple[str, ...]:
        """The fields that rules look at, in the table's order."""
        spec, named = self.spec, {*self.spec.closing, *self.spec.longest, *self.spec.personal_data}
        named |= {spec.status} if spec.ends else set()
        for check in spec.checks:
            named |= {*check.one_of, *check.all_of, *(check.when.fields if check.when else ())}
            named |= {check.same.field, check.same.reference} if check.same else set()
        return tuple(field.name for field in self.about.fields if field.name in named)

    def _answer(self, ask: Ask) -> Answer:
        import pandas as pd  # type: ignore[import-untyped,unused-ignore]

        judged = self._judged(ask)
        keys = pd.Index(ask.records[self.about.key], name=self.about.key)
        said = pd.Series(["; ".join(one) or None for one in judged.said], index=keys, dtype=object)
        return Answer(pd.DataFrame({COLUMN: said}, index=keys), notes=tuple(self._notes(ask, judged)))

    def _judged(self, ask: Ask) -> Judged:
        from .judging import Judged

        judged = Judged(ask.records, ask.tables, lambda name: self.about.by_name[name].header)
        judged.judge(self.spec)
        return judged

    def _notes(self, ask: Ask, judged: Judged) -> Iterator[str]:
        """Yield what the person who reads the run's summary should know: records that were closed too early."""
        if not (self.spec.ends and self.spec.closing):
            return
        early = ask.records[self.about.key][judged.unclosed(self.spec)].astype(str).tolist()
        if early:
            more = f" and {len(early) - _SHOWN:,} more" if len(early) > _SHOWN else ""
            headers = " or ".join(self.about.by_name[name].header for name in self.spec.closing)
            yield (
                f"{self.spec.table}: {len(early):,} {'is' if len(early) == 1 else 'are'} closed without {headers}: "
                f"{', '.join(early[:_SHOWN])}{more}. The column 'To mend' says what is missing."
            )

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        mine = ask.records[ask.records[self.about.key] == key]
        if not len(mine):
            return ()
        (said,) = self._judged(Ask(mine, None, ask.tables, ask.as_of)).said
        spec = self.spec
        number = len(spec.checks) + bool(spec.ends) + len(spec.longest) + len(spec.personal_data)
        return [
            f"{number} rules of [rules.{spec.table}] were looked at:",
            *(f"  {one}" for one in said or ["nothing to mend"]),
        ]
