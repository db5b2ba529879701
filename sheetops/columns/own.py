"""The decorator by which a team writes columns of its own, in `columns.py` beside sheetops.toml.

@column("cases", needs=["opened"], makes={"age_days": "integer"})
def age(rows, as_of):
    "Whole days since the case was opened."
    return (as_of - rows["opened"]).dt.days
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..model.schema import Field, FieldType
from .sets import Answer, Ask, ColumnSet

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

EVERY = {"15m": 900, "1h": 3600, "1d": 86_400}
"""How often a column that looks at the time may be calculated anew, in seconds."""

_GIVEN = ("rows", "as_of", "settings")
_TYPES = tuple(kind.value for kind in FieldType if kind not in (FieldType.CHOICE, FieldType.MULTI_CHOICE, FieldType.REFERENCE))  # fmt: skip


class ColumnError(ValueError):
    """A column of a team's own is declared, or answers, as none can be. The message is a sentence."""


@dataclass(frozen=True)
class OwnColumn:
    """A function of the team's, with what the decorator says about it. `version` is the text of the file it is from."""

    table: str
    function: Callable[..., Any]
    needs: tuple[str, ...]
    makes: Mapping[str, str]
    by: tuple[str, ...] = ()
    order: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    every: str = "1d"

    @property
    def name(self) -> str:
        """What the set is called: the function's name."""
        return str(self.function.__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, as in a test of it."""
        return self.function(*args, **kwargs)

    def set(self, key: str, version: str) -> ColumnSet:
        """Return it as a set of columns of a table whose key is `key`."""
        made = tuple(
            Field(name, FieldType(kind), description=self._about()) for name, kind in self.makes.items()
        )
        said = repr((version, sorted(self.settings.items()), self.by, self.order, self.every))
        return ColumnSet(
            self.name, self.table, self.needs, made, lambda ask: self._answer(ask, key),
            settings=said, explain=lambda ask, one, name: self._explain(ask, key, one, name),
            low_data="What the function says" + (f"; blank where {', '.join(blanks)} is blank." if (blanks := [*self.by, *([self.order] if self.order else [])]) else "."),
        )  # fmt: skip

    def _about(self) -> str:
        return " ".join((inspect.getdoc(self.function) or "").split())

    # --- calculating -------------------------------------------------------------------------------------

    def _answer(self, ask: Ask, key: str) -> Answer:
        import pandas as pd

        rows = self._rows(ask, key)
        parts = [self._part(group, ask.as_of) for group in self._groups(rows)]
        columns = pd.concat(parts) if parts else pd.DataFrame(columns=list(self.makes))
        return Answer(columns, self._next(ask.as_of))

    def _rows(self, ask: Ask, key: str) -> pd.DataFrame:
        wanted = dict.fromkeys((*self.needs, *self.by, *((self.order,) if self.order else ())))
        lacks = [name for name in wanted if name not in ask.records and name != key]
        if lacks:
            raise ColumnError(f"it needs the field '{lacks[0]}', and {self.table} has no such field")
        return ask.records.set_index(key, drop=False).rename_axis(None)[list({key: None, **wanted})]

    def _groups(self, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """Yield the rows that are looked at together, each group in its order; rows with a blank in `by` belong to none."""
        if self.order:
            rows = rows[rows[self.order].notna()].sort_values(self.order, kind="stable")
        if not self.by:
            yield rows
        elif len(rows):
            yield from (group for _, group in rows.groupby(list(self.by), sort=True, dropna=True))

    def _part(self, rows: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
        """Return what the function says of some rows, one column for each that it makes."""
        import pandas as pd

        given = {"rows": rows, "as_of": as_of, "settings": dict(self.settings)}
        said = self.function(**{name: given[name] for name in inspect.signature(self.function).parameters})
        if isinstance(said, pd.DataFrame):
            lacks = [name for name in self.makes if name not in said]
            if lacks:
                raise ColumnError(f"it returned no column '{lacks[0]}'")
            return said[list(self.makes)].pipe(self._aligned, rows)
        if len(self.makes) > 1:
            names = ", ".join(self.makes)
            raise ColumnError(f"it makes {names}, so it has to return a DataFrame with these columns")
        (name,) = self.makes
        if isinstance(said, pd.Series):
            return self._aligned(said.to_frame(name), rows)
        if isinstance(said, str) or not isinstance(said, Iterable):
            return pd.DataFrame({name: [said] * len(rows)}, index=rows.index)
        values = list(said)
        if len(values) != len(rows):
            raise ColumnError(f"it returned {len(values)} values for {len(rows)} rows")
        return pd.DataFrame({name: pd.Series(values, index=rows.index, dtype=object)})

    def _aligned(self, said: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        strange = said.index.difference(rows.index)
        if len(strange):
            raise ColumnError(f"it answered for '{strange[0]}', which is not among the rows it was given")
        if said.index.has_duplicates:
            twice = said.index[said.index.duplicated()][0]
            raise ColumnError(f"it answered twice for '{twice}'")
        return said.reindex(rows.index)

    def _next(self, as_of: datetime) -> datetime | None:
        """Return when the time alone makes another answer: at the next full day, hour or quarter, in UTC."""
        if "as_of" not in inspect.signature(self.function).parameters:
            return None
        seconds = EVERY[self.every]
        return datetime.fromtimestamp((as_of.timestamp() // seconds) * seconds, as_of.tzinfo) + timedelta(seconds=seconds)  # fmt: skip

    def _explain(self, ask: Ask, key: str, one: str, name: str) -> Sequence[str]:
        rows = self._rows(ask, key)
        group = next((group for group in self._groups(rows) if one in group.index), None)
        lines = [f"{name} is calculated by {self.name} in columns.py" + (f": {about}" if (about := self._about()) else ".")]  # fmt: skip
        if group is None:
            blank = next((n for n in (*self.by, self.order) if n and rows[n].isna()[one]), "")
            return [*lines, f"  not judged: {blank or 'what it is grouped by'} is blank"]
        lines += [f"  {need}: {_shown(group.loc[one, need])}" for need in self.needs if need != key]
        if self.by:
            what = ", ".join(f"{n} {_shown(group.loc[one, n])}" for n in self.by)
            lines.append(f"  looked at together: {len(group):,} of {self.table} with {what}")
        said = self._part(group, ask.as_of).loc[one]
        return [*lines, *(f"  {made} = {_shown(said[made])}" for made in self.makes)]


def _shown(value: Any) -> str:
    return "blank" if value is None or value != value or str(value) in ("<NA>", "NaT") else str(value)


def column(
    table: str,
    *,
    needs: Iterable[str],
    makes: Mapping[str, str] | None = None,
    by: Iterable[str] = (),
    order: str = "",
    settings: Mapping[str, Any] | None = None,
    every: str = "1d",
) -> Callable[[Callable[..., Any]], OwnColumn]:
    """Make a function a computed column of a table.

    The function takes `rows`, a DataFrame with the `needs` as columns and the record's key as index, and where it wants them
    `as_of` (aware) and `settings`; it returns a Series (by key), a list as long as the rows, one value for all of
    them, or, where it makes several columns, a DataFrame. It is pure: it looks at nothing else.

    `makes` maps each new column to its type, as in sheetops.toml (default: one of text, named like the function).
    `by`: the function is called once for each group of rows that agree in these fields. `order`: its rows come in the order of
    this field, as a series. `every` ("15m", "1h", "1d"): how often it is calculated anew, where it takes `as_of`.
    Raise ColumnError for what no column can be.
    """
    kinds = dict(makes or {})
    if every not in EVERY:
        raise ColumnError(f"every = '{every}' is not one of {', '.join(EVERY)}")
    for name, kind in kinds.items():
        if kind not in _TYPES:
            raise ColumnError(f"'{name}' cannot be of type '{kind}'. There is: {', '.join(_TYPES)}")

    def decorate(function: Callable[..., Any]) -> OwnColumn:
        strange = [name for name in inspect.signature(function).parameters if name not in _GIVEN]
        if strange:
            raise ColumnError(
                f"{function.__name__} takes '{strange[0]}'. A column's function may take {', '.join(_GIVEN)}"
            )
        made = kinds or {function.__name__: FieldType.TEXT.value}
        return OwnColumn(table, function, tuple(needs), made, tuple(by), order, dict(settings or {}), every)

    return decorate
