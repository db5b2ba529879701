"""Runs sets of computed columns in this process: records and journal in as frames, changes of the dataset out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..columns.blanks import plain
from ..columns.sets import Answer, Ask, ColumnSet
from ..dataset.frame import frame
from ..model.record import Actor, Change, Entry, Op, Record, Source, changed
from ..model.schema import Field, FieldType, Schema
from .worked import Remembered, Said, Worked

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from ..dataset import Store

MEMORY = "columns"
"""Under which name the dataset remembers when computed columns have to be looked at again."""

Records = Mapping[str, Mapping[str, Record]]


def forget(store: Store) -> None:
    """Let the next run compute every column anew, whether anything has changed or not."""
    store.remember(MEMORY, "")


class Engine:
    """The computed columns of a workspace, for one run. `as_of` is the run's time (aware)."""

    def __init__(self, schema: Schema, sets: Sequence[ColumnSet], store: Store, as_of: datetime) -> None:
        self.schema, self.sets, self.store, self.as_of = schema, sets, store, as_of
        self._history: dict[str, list[Entry]] = {}

    @property
    def tables(self) -> frozenset[str]:
        """The tables whose records all have to be known: those with computed columns, and those these look at."""
        return frozenset(name for one in self.sets for name in one.looks_at)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of what is computed and by which settings."""
        said = [
            (one.name, one.table, one.needs, [repr(f) for f in one.makes], repr(one.keeps), one.settings)
            for one in self.sets
        ]
        return hashlib.blake2b(repr(said).encode(), digest_size=12).hexdigest()

    def is_stale(self) -> bool:
        """Whether columns may say something else than when they were last computed, though nobody changed anything."""
        if not self.sets:
            return False
        last = self._last
        return last.fingerprint != self.fingerprint or bool(self._moved) or any(
            last.is_over(one.label, self.as_of) for one in self.sets
        )  # fmt: skip

    @cached_property
    def _last(self) -> Remembered:
        return Remembered.read(self.store.recall(MEMORY))

    @cached_property
    def _moved(self) -> frozenset[str]:
        """The tables that have changed since, by somebody else than a run that computes (an import, say)."""
        seq = self._last.seq
        if seq >= self.store.head():
            return frozenset()
        return frozenset(name for name in self.tables if self.store.entries(table=name, after=seq))

    def said(self, one: ColumnSet) -> Said | None:
        """Return what a set said when it was last computed; None where it never was."""
        return self._last.sets.get(one.label)

    def awaits(self, one: ColumnSet) -> str:
        """Return why the next run will compute a set anew, in words; "" where its columns are up to date."""
        said = self.said(one)
        if said is None:
            return "it was never computed"
        if said.failed:
            return "it failed the last time"
        if self._last.fingerprint != self.fingerprint:
            return "sheetops.toml or columns.py has changed since"
        if moved := [name for name in one.looks_at if name in self._moved]:
            return f"{', '.join(moved)} changed since"
        if self._last.is_over(one.label, self.as_of):
            return f"the time makes another answer, since {said.until:%Y-%m-%d %H:%M} UTC"
        return ""

    def remember(self, worked: Worked) -> None:
        """Note that the columns are up to date, and until when."""
        if self.sets:
            said = Remembered(self.fingerprint, self.store.head(), self.as_of, worked.sets)
            if self.store.recall(MEMORY) != (text := said.text()):
                self.store.remember(MEMORY, text)

    # --- one plan --------------------------------------------------------------------------------------

    def work(self, records: Records, changes: Sequence[Change]) -> Worked:
        """Return the changes that bring the computed columns up to date.

        `records` are all records of `tables` as they will be after `changes`, which are not in the journal yet. A set
        whose function fails computes nothing and says so; it never stops a run. One whose tables nobody has changed
        says what it said before.
        """
        worked = Worked()
        now = {table: dict(found) for table, found in records.items()}
        for one in self.sets:
            if self._is_settled(one, (*changes, *worked.changes)):
                worked.sets[one.label] = self._last.sets[one.label]
            else:
                self._compute(one, now, changes, worked)
            worked.notes += worked.sets[one.label].notes
        return worked

    def _is_settled(self, one: ColumnSet, changes: Iterable[Change]) -> bool:
        """Whether a set would answer as it did the last time."""
        if self._last.fingerprint != self.fingerprint or not self._last.holds(one.label, self.as_of):
            return False
        return self._moved.isdisjoint(one.looks_at) and not any(
            one.is_about(change.table, change.field) for change in changes if change.op is not Op.AGREE
        )

    def _compute(
        self, one: ColumnSet, now: dict[str, dict[str, Record]], changes: Sequence[Change], worked: Worked
    ) -> None:
        try:
            answer = one.compute(self._ask(one, now, changes))
            found = [*self._changes(one, answer, now[one.table]), *self._kept(one, answer, now)]
        except Exception as error:
            said = f"The columns '{one.name}' of {one.table} were not computed: {error}"
            worked.sets[one.label] = Said((said,), failed=True, at=self.as_of)
            return
        for change in found:
            worked.changes.append(change)
            blank = self.schema.table(change.table).blank(change.key) if change.op is Op.ADD else {}
            now[change.table][change.key] = changed(now[change.table], change, blank)
        worked.sets[one.label] = Said(tuple(answer.notes), answer.next_change, at=self.as_of)

    def ask(self, one: ColumnSet) -> Ask:
        """Return what a set is asked by the dataset as it is."""
        return self._ask(one, {name: self.store.records(name) for name in one.looks_at}, ())

    def _ask(self, one: ColumnSet, records: Records, changes: Sequence[Change]) -> Ask:
        history = self._frame_of_history(one, changes) if one.history else None
        tables = {name: self._frame(name, records) for name in one.tables}
        kept = {table.name: self._frame(table.name, records, archived=True) for table in one.keeps}
        return Ask(self._frame(one.table, records), history, tables, self.as_of, kept)

    def _frame(self, name: str, records: Records, *, archived: bool = False) -> pd.DataFrame:
        return frame(self.schema.table(name), records.get(name, {}), archived=archived)

    def _frame_of_history(self, one: ColumnSet, changes: Sequence[Change]) -> pd.DataFrame:
        import pandas as pd

        if one.table not in self._history:
            self._history[one.table] = self.store.entries(table=one.table)
        wanted = {*one.needs, *(f.name for f in one.makes)} if one.needs else set(self._fields(one))
        planned = [change for change in changes if change.table == one.table]
        head = self.store.head()
        rows = [*_rows(self._history[one.table], wanted, None, 0), *_rows(planned, wanted, self.as_of, head)]
        history = pd.DataFrame(rows, columns=list(_HISTORY))
        for name in ("recorded_at", "effective_at"):
            history[name] = pd.to_datetime(history[name], utc=True)
        return history

    def _fields(self, one: ColumnSet) -> list[str]:
        """The fields of people's own."""
        return [field.name for field in self.schema.table(one.table).fields if not field.computed]

    def _changes(self, one: ColumnSet, answer: Answer, records: Mapping[str, Record]) -> Iterator[Change]:
        table = self.schema.table(one.table)
        source = Source(Actor.COMPUTED, who=one.name)
        for made in one.makes:
            yield from _set(source, table.name, made, answer.columns, records)
        for proposal in answer.proposals:
            record = records.get(proposal.key)
            if record is None or proposal.field not in table.by_name or proposal.field not in one.may_propose:
                continue
            value, old = (
                canonical(table.field(proposal.field), proposal.value),
                record.values.get(proposal.field),
            )
            if value != old:
                why = replace(source, who=f"{one.name}: {proposal.reason}")
                yield Change(one.table, proposal.key, Op.SET, why, proposal.field, old, value)

    def _kept(self, one: ColumnSet, answer: Answer, records: Records) -> Iterator[Change]:
        """Yield the changes of the tables that a set keeps: records that are new, and what is otherwise in known ones."""
        source = Source(Actor.COMPUTED, who=one.name)
        for kept in one.keeps:
            if (rows := answer.rows.get(kept.name)) is None:
                continue
            known, made = (
                records.get(kept.name, {}),
                [f for f in kept.fields if f.computed and f.name in rows],
            )
            fresh = rows.loc[[str(key) not in known for key in rows.index]]
            columns = {field.name: plain(fresh[field.name]) for field in made}
            for key in fresh.index:
                values = {f.name: canonical(f, columns[f.name][key]) for f in made}
                yield Change(kept.name, str(key), Op.ADD, source, new={**values, kept.key: str(key)})
            for field in made:
                yield from _set(source, kept.name, field, rows, known)


def _set(
    source: Source, table: str, made: Field, columns: pd.DataFrame, records: Mapping[str, Record]
) -> Iterator[Change]:
    """Yield the changes of one computed column, in the records that are there and active."""
    if made.name not in columns:
        return
    for key, raw in plain(columns[made.name]).items():
        record = records.get(str(key))
        value = canonical(made, raw)
        if record is not None and not record.archived and record.values.get(made.name) != value:
            yield Change(table, str(key), Op.SET, source, made.name, record.values.get(made.name), value)


_HISTORY = (
    "key", "field", "old", "new", "recorded_at", "effective_at", "seq", "op", "actor", "who", "tracker",
)  # fmt: skip


def _rows(
    changes: Iterable[Change], wanted: Collection[str], recorded: datetime | None, head: int
) -> Iterator[tuple[Any, ...]]:
    """Yield the changes of these fields; a record that was added changed each of its fields from blank.

    Planned ones are `recorded` now, behind the `head` of the journal.
    """
    for number, change in enumerate(changes, start=head + 1):
        at, source = getattr(change, "recorded_at", None) or recorded, change.source
        seq = getattr(change, "seq", 0) or number
        end = (
            at,
            change.effective_at or at,
            seq,
            change.op.value,
            source.actor.value,
            source.who,
            source.tracker,
        )
        if change.op is Op.SET and change.field in wanted:
            yield (change.key, change.field, change.old, change.new, *end)
        elif change.op is Op.ADD:
            values = change.new or {}
            yield from ((change.key, name, None, values.get(name), *end) for name in values if name in wanted)
        elif change.op in (Op.ARCHIVE, Op.RESTORE):
            yield (change.key, "archived", change.op is Op.RESTORE, change.op is Op.ARCHIVE, *end)


def canonical(made: Field, raw: Any) -> Any:
    """Return a value out of a frame as the dataset holds it: Python's own types. None is a blank."""
    if raw is None:
        return None
    if made.type is FieldType.DATETIME:
        return _moment(raw)
    if made.type is FieldType.DATE:
        return raw.date() if isinstance(raw, datetime) else raw
    if made.type is FieldType.DURATION:
        length: timedelta = raw.to_pytimedelta() if hasattr(raw, "to_pytimedelta") else raw
        return length
    if made.type is FieldType.INTEGER:
        return int(raw)
    if made.type is FieldType.NUMBER:
        return float(raw) if math.isfinite(raw) else None
    if made.type is FieldType.MONEY:
        return Decimal(str(raw)).quantize(Decimal(1).scaleb(-made.decimals))
    if made.type is FieldType.BOOLEAN:
        return bool(raw)
    return str(raw) or None


def _moment(raw: Any) -> datetime:
    value: datetime = raw.to_pydatetime() if hasattr(raw, "to_pydatetime") else raw
    return value.replace(microsecond=value.microsecond // 1000 * 1000)
