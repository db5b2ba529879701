"""What a set of computed columns is: which table, which fields it needs, which it makes, and a pure function.

    def compute(ask: Ask) -> Answer: ...

    ColumnSet("sla", "cases", needs=("status",), makes=(Field("due", FieldType.DATETIME),), compute=compute)

Built-in columns and a team's own use the same. The function sees frames and the time it is asked about, nothing else, so
that its answer is the same whenever, and however often, it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..model.schema import Field, Table

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]


@dataclass(frozen=True)
class Ask:
    """What a set of columns is asked: the table's active records, their history, other tables, and the time.

    `records` has one row for each record and the key as an ordinary column. `history` has one row for each change of a
    needed field: key, field, old, new, recorded_at, effective_at (both UTC; effective_at is recorded_at where nothing
    else is known), seq, op, actor, who, tracker, in the journal's order; None where the set does not ask for it. `tables` are
    further tables it named. `kept` are the tables that the set keeps, records that people archived too, with a column `archived`.
    `as_of` is aware.
    """

    records: pd.DataFrame
    history: pd.DataFrame | None
    tables: Mapping[str, pd.DataFrame]
    as_of: datetime
    kept: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A change to one of people's own fields that a set of columns proposes, with the reason in words."""

    key: str
    field: str
    value: Any
    reason: str


@dataclass
class Answer:
    """What a set of columns says: `columns` has the key as index and one column for each field it makes.

    `next_change` is when an answer will be another one although nobody changed anything; None: never. `notes` are
    sentences for the person who reads the run's summary. `rows` are records of the tables that the set keeps, by table,
    with the key as index and computed fields as columns: new keys are added, known ones brought up to date, and those
    that people archived left alone.
    """

    columns: pd.DataFrame
    next_change: datetime | None = None
    notes: Sequence[str] = ()
    proposals: Sequence[Proposal] = ()
    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)


Explain = Callable[[Ask, str, str], Sequence[str]]
"""(what the set is asked, the key of a record of its table or of one it keeps, a column) -> the calculation in words.

Nothing where the set has nothing to say of that record.
"""


@dataclass(frozen=True)
class ColumnSet:
    """Some computed columns of one table that are calculated together. Without `needs` it needs all of people's fields.

    `settings` says everything else the answer depends on, as text: another text, and all is calculated again.
    `keeps` are tables whose records and computed fields come from the set; their other fields are people's own.
    """

    name: str
    table: str
    needs: tuple[str, ...]
    makes: tuple[Field, ...]
    compute: Callable[[Ask], Answer]
    history: bool = False
    tables: tuple[str, ...] = ()
    settings: str = ""
    may_propose: frozenset[str] = field(default_factory=frozenset)
    """Fields of people's own that proposals may be about."""
    keeps: tuple[Table, ...] = ()
    explain: Explain | None = None
    low_data: str = ""
    """What the columns say where there is too little to judge by."""

    @property
    def label(self) -> str:
        """What tells the set from all others."""
        return f"{self.table}.{self.name}"

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The tables that the answer depends on: its own, those it named, and those it keeps."""
        return tuple(dict.fromkeys((self.table, *self.tables, *(kept.name for kept in self.keeps))))

    def has(self, table: str, name: str | None) -> bool:
        """Whether `name` is the set itself, or one of the columns that it makes in a table, its own or one it keeps."""
        kept = [field for one in self.keeps if one.name == table for field in one.fields if field.computed]
        made = [*(self.makes if table == self.table else ()), *kept]
        return bool(made) and name in (self.name, *(field.name for field in made))

    def is_about(self, table: str, field: str | None) -> bool:
        """Whether another value of a field (None: a record that comes or goes) may make another answer."""
        if table == self.table and field is not None and self.needs:
            return field in self.needs or any(field == made.name for made in self.makes)
        return table in self.looks_at
