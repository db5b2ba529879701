"""The rules of a table as a computed column: what has to be mended in each record, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...model.schema import FieldType, Table
from ..blanks import plain_rows
from ..making import computed
from ..sets import Answer, Ask, ColumnSet
from .spec import Check, RuleSpec, Same

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

COLUMN = "to_mend"
ABOUT = "What is missing or does not fit, in words. Nothing that was typed is changed by it."
_SHOWN = 3

Row = Mapping[str, Any]
Finder = Callable[[Row], Iterator[str]]


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
        import pandas as pd

        said = [self._words(row, finders) for row, finders in self._looked_at(ask)]
        keys = pd.Index(ask.records[self.about.key], name=self.about.key)
        columns = pd.DataFrame({COLUMN: pd.Series(said, index=keys, dtype=object)}, index=keys)
        return Answer(columns, notes=tuple(self._notes(ask)))

    def _looked_at(self, ask: Ask) -> Iterator[tuple[Row, Sequence[Finder]]]:
        """Yield each record's fields with what is asked about it; texts without a suspicious mark are not read closely."""
        import numpy as np

        from .personal_data import SUSPICIOUS

        usual = [
            *self._checks(ask),
            *([self._closing] if self.spec.ends else []),
            *([self._longest] if self.spec.longest else []),
        ]
        marked = np.zeros(len(ask.records), bool)
        for name in self.spec.personal_data:
            marked |= ask.records[name].str.contains(SUSPICIOUS, regex=True).fillna(False).to_numpy(bool)
        closely = [*usual, self._personal]
        rows = plain_rows(ask.records[[self.about.key, *(n for n in self._needs if n != self.about.key)]])
        for row, suspicious in zip(rows, marked, strict=True):
            yield row, closely if suspicious else usual

    def _words(self, row: Row, finders: Sequence[Finder]) -> str | None:
        return "; ".join(dict.fromkeys(said for find in finders for said in find(row))) or None

    # --- what is found ---------------------------------------------------------------------------------

    def _checks(self, ask: Ask) -> list[Finder]:
        return [
            self._finder(check, _values(ask, check.same) if check.same else {}) for check in self.spec.checks
        ]

    def _finder(self, check: Check, others: Mapping[str, Any]) -> Finder:
        def find(row: Row) -> Iterator[str]:
            if check.when is not None and not check.when.matches(row):
                return
            missing = [name for name in check.all_of if _blank(row[name])]
            if missing:
                yield f"{check.say} (missing: {self._headers(missing)})"
            if check.one_of and all(_blank(row[name]) for name in check.one_of):
                yield check.say
            if check.same:
                mine, other = row[check.same.field], others.get(row[check.same.reference])
                if not _blank(mine) and not _blank(other) and mine != other:
                    yield f"{check.say} ({mine} -> {other})"

        return find

    def _closing(self, row: Row) -> Iterator[str]:
        missing = self._unclosed(row)
        if missing:
            yield f"{row[self.spec.status]} without {self._headers(missing, ' and ')}: fill {'it' if len(missing) == 1 else 'them'} in"

    def _unclosed(self, row: Row) -> list[str]:
        """Return the fields that a closed record lacks."""
        closed = row[self.spec.status] in self.spec.ends
        return [name for name in self.spec.closing if closed and _blank(row[name])]

    def _longest(self, row: Row) -> Iterator[str]:
        for name, limit in self.spec.longest.items():
            length = len(str(row[name] or ""))
            if length > limit:
                yield f"{self._headers([name])} has {length:,} characters, and the limit is {limit:,}"

    def _personal(self, row: Row) -> Iterator[str]:
        from .personal_data import personal_data

        for name in self.spec.personal_data:
            kinds = list(personal_data(str(row[name] or "")))
            if kinds:
                yield f"{self._headers([name])} seems to hold {' and '.join(kinds)}: take personal data out"

    def _headers(self, names: Sequence[str], between: str = ", ") -> str:
        return between.join(self.about.by_name[name].header for name in names)

    # --- in words --------------------------------------------------------------------------------------

    def _notes(self, ask: Ask) -> Iterator[str]:
        """Yield what the person who reads the run's summary should know: records that were closed too early."""
        if not (self.spec.ends and self.spec.closing):
            return
        wanted = [self.about.key, self.spec.status, *(n for n in self.spec.closing if n != self.about.key)]
        closed = ask.records[ask.records[self.spec.status].isin(self.spec.ends)][wanted]
        open_ends = [str(row[self.about.key]) for row in plain_rows(closed) if self._unclosed(row)]
        if open_ends:
            more = f" and {len(open_ends) - _SHOWN:,} more" if len(open_ends) > _SHOWN else ""
            one = len(open_ends) == 1
            yield (
                f"{self.spec.table}: {len(open_ends):,} {'is' if one else 'are'} closed without {self._headers(self.spec.closing, ' or ')}: "
                f"{', '.join(open_ends[:_SHOWN])}{more}. The column 'To mend' says what is missing."
            )

    def _explain(self, ask: Ask, key: str, column: str) -> Sequence[str]:
        mine = ask.records[ask.records[self.about.key] == key]
        if not len(mine):
            return ()
        own = Ask(mine, None, ask.tables, ask.as_of)
        ((row, finders),) = self._looked_at(own)
        said = [said for find in finders for said in find(row)]
        number = (
            len(self.spec.checks)
            + bool(self.spec.ends)
            + len(self.spec.longest)
            + len(self.spec.personal_data)
        )
        return [
            f"{number} rules of [rules.{self.spec.table}] were looked at:",
            *(f"  {one}" for one in said or ["nothing to mend"]),
        ]


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _values(ask: Ask, same: Same) -> dict[str, Any]:
    """Return what the other table says, by its keys."""
    other = ask.tables.get(same.table)
    if other is None:
        return {}
    frame: pd.DataFrame = other[[same.key, same.of]]
    return {str(row[same.key]): row[same.of] for row in plain_rows(frame)}
