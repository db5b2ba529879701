"""What becomes of each row: a new record, the same as before, an update, or the intake. Nothing else happens to one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from ..model.record import Actor, Change, Op, Record, Source
from ..model.schema import Field, Table
from ..model.values import show_value
from .identity import Identity, Known
from .mapping import FileMapping
from .ownership import CellStory
from .rows import FileRows, ReadRows


class Fate(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    SAME = "same"
    UPDATED = "updated"
    INTAKE = "intake"


@dataclass(frozen=True)
class Kept:
    """A cell that was left as people have it, although the file says something else."""

    key: str
    field: str
    ours: Any
    theirs: Any
    row: int
    because: str


Stories = Mapping[str, Mapping[str, CellStory]]


@dataclass
class Decided:
    """What the rows of a file come to. `fates` and `records` say row by row what became of it and which record it is."""

    fates: list[Fate]
    records: list[str | None]
    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    back: int = 0
    """Records that an undo had taken out and that came back."""
    added: list[int] = field(default_factory=list)
    """The rows that became records, in order."""


class Deciding:
    """One pass over the rows of a file. A class because every row is judged by what came of those before it."""

    def __init__(
        self, file: FileRows, read: ReadRows, mapping: FileMapping, table: Table, known: Known,
        *, keys: Iterator[str], origin: str, taken: Mapping[str, Mapping[Any, str]],
    ) -> None:  # fmt: skip
        self.file, self.read, self.mapping, self.table, self.known = file, read, mapping, table, known
        self.identity: Identity = known.identity
        self.keys, self.origin = keys, origin
        self.names = [name for name in read.columns if name not in mapping.constants]
        self.required = [f for f in table.fields if f.required and f.name != table.key and not f.computed]
        self.defaults = [f for f in table.fields if f.default is not None and not f.computed]
        self.taken = {name: dict(owners) for name, owners in taken.items()}
        self.count = read.count
        self.out = Decided([Fate.INTAKE] * self.count, [None] * self.count)
        self.now: dict[str, dict[str, Any]] = {}
        """Key -> values of the records as they are after the rows so far."""
        self.first: dict[str, int] = {}
        """Record -> the row that spoke of it first."""
        self.stories: Stories = {}
        self.known_until: dict[str, datetime] = {}
        self.archivers: Mapping[str, Source] = {}

    # --- looking rows up ---------------------------------------------------------------------------

    def look_up(self) -> list[str | None]:
        """Find the record that each row is; note those for which that cannot be told."""
        found: list[str | None] = []
        filled = [f for f in self.required if f.name in self.read.columns and f.default is None]
        for row in range(self.count):
            key = None
            if row not in self.read.problems:
                values = self.values(row)
                blank = [f.header for f in filled if values[f.name] is None]
                key, why = (None, _required(blank)) if blank else self.known.find(values, self.names)
                if why:
                    self.read.wrong(row, why)
            found.append(key)
        self.found = found
        return found

    def values(self, row: int) -> dict[str, Any]:
        """Return the values of a row."""
        return {name: column[row] for name, column in self.read.columns.items()}

    def differing(self) -> set[str]:
        """Return the records that some row differs from, and those that are archived: their journal has to be looked at."""
        wanted = set()
        for row, key in enumerate(self.found):
            if key is not None and row not in self.read.problems and key not in wanted:
                record = self.known.records[key]
                if record.archived or self.mapping.history or self._differs(row, record):
                    wanted.add(key)
        return wanted

    def _differs(self, row: int, record: Record) -> bool:
        values = record.values
        return any(
            self.read.columns[name][row] != values.get(name) for name in self.names if name != self.table.key
        )

    # --- deciding ----------------------------------------------------------------------------------

    def decide(self) -> Decided:
        """Decide about every row, in the order of the file, or of their times where they tell a course."""
        for row in self._order():
            if row not in self.read.problems:
                self._row(row)
        return self.out

    def _order(self) -> Sequence[int]:
        moments = self._moments()
        if moments is None:
            return range(self.count)
        return sorted(range(self.count), key=lambda row: (moments[row] is None, moments[row] or _NEVER, row))

    def _moments(self) -> list[datetime | None] | None:
        header = self.mapping.history
        name = self.mapping.columns.get(header or "")
        if header is None or name is None or name not in self.read.columns:
            return None
        return [_instant(value) for value in self.read.columns[name]]

    def _row(self, row: int) -> None:
        values = self.values(row)
        name = self.identity.ref(values) or self.identity.name(values)
        key = self.found[row]
        if key is None and name is not None and name in self.first:
            key = self.out.records[self.first[name]]
        if key is None:
            self._add(row, values, name)
            return
        earlier = self.first.get(name) if name is not None else None
        if earlier is not None and self.mapping.history is None:
            self._again(row, values, earlier, key)
            return
        if name is not None:
            self.first.setdefault(name, row)
        self._known(row, values, key)

    def _again(self, row: int, values: Mapping[str, Any], earlier: int, key: str) -> None:
        """A second row of one record: the same once more, or nobody can say which of the two holds."""
        other = self.values(earlier)
        unequal = [name for name in self.names if values[name] != other[name]]
        if unequal:
            said = f"row {self.file.numbers[earlier]} has the same {self._called()} and another {', '.join(unequal[:4])}"
            self.read.wrong(row, said)
            return
        self.out.fates[row], self.out.records[row] = Fate.SAME, key

    def _called(self) -> str:
        name = "source_ref" if self.identity.by_ref else self.table.key
        return self.mapping.fields.get(name, name)

    def _add(self, row: int, values: dict[str, Any], name: str | None) -> None:
        blank = [f for f in self.required if values.get(f.name) is None and f.default is None]
        if blank:
            self.read.wrong(row, _required([f.header for f in blank]))
            return
        said = {field: value for field, value in values.items() if value is not None}
        own = said.get(self.table.key)
        key = next(self.keys) if own is None else show_value(self.table.field(self.table.key), own)
        if self._used(row, said, key):
            return
        source, at = self._source(row), self._effective(row)
        said[self.table.key] = own if own is not None else key
        self.out.changes.append(Change(self.table.name, key, Op.ADD, source, new=said, effective_at=at))
        now = self.table.blank(key) | said
        for one in self.defaults:
            if one.name not in said:
                by_default = Source(Actor.DEFAULT)
                self.out.changes.append(
                    Change(self.table.name, key, Op.SET, by_default, one.name, None, one.default, at)
                )
                now[one.name] = one.default
        self.now[key] = now
        self._is(row, name, key, Fate.ADDED)
        self.out.added.append(row)

    def _used(self, row: int, values: Mapping[str, Any], key: str) -> bool:
        """Note a value that is to be unique and that another record has; the others of the row are not taken either."""
        for name, owners in self.taken.items():
            value = values.get(name)
            if value is not None and owners.setdefault(value, key) != key:
                said = show_value(self.table.field(name), value)
                self.read.wrong(row, f"{name}: '{said}' is already used by {owners[value]}, and it is unique")
                return True
        return False

    def _known(self, row: int, values: dict[str, Any], key: str) -> None:
        record = self.known.records.get(key)
        if record is not None and record.archived and key not in self.now:
            if self.archivers.get(key, _PERSON).actor is not Actor.UNDO:
                self.read.wrong(row, f"its record {key} was archived; restore it, or dismiss this row")
                return
            self.out.changes.append(Change(self.table.name, key, Op.RESTORE, self._source(row)))
            self.out.back += 1
            self.now[key] = dict(record.values)
            self._is(row, None, key, Fate.ADDED)
            self._update(row, values, key)
            return
        if self.mapping.history and (until := self.known_until.get(key)) is not None:
            at = self._effective(row)
            if at is not None and at <= until:
                self._is(row, None, key, Fate.SAME)
                return
        changed = self._update(row, values, key)
        self._is(row, None, key, Fate.UPDATED if changed else Fate.SAME)

    def _is(self, row: int, name: str | None, key: str, fate: Fate) -> None:
        self.out.fates[row], self.out.records[row] = fate, key
        if name is not None:
            self.first.setdefault(name, row)

    # --- cells of a known record -------------------------------------------------------------------

    def _update(self, row: int, values: Mapping[str, Any], key: str) -> bool:
        """Change what the import may change of a record; return whether there was anything."""
        record = self.known.records.get(key)
        now = self.now.get(key) or dict(record.values if record else {})
        story = self.stories.get(key, {})
        changed = False
        for name in self.read.columns:
            if name == self.table.key or values[name] == now.get(name):
                continue
            cell, theirs = story.get(name) or CellStory(), values[name]
            why = self._may_not(name, cell, theirs, key)
            if why is None:
                source, at = self._source(row), self._effective(row)
                self.out.changes.append(
                    Change(self.table.name, key, Op.SET, source, name, now.get(name), theirs, at)
                )
                now[name] = theirs
                changed = True
            elif why:
                self.out.kept.append(Kept(key, name, now.get(name), theirs, self.file.numbers[row], why))
        self.now[key] = now
        return changed

    def _may_not(self, name: str, cell: CellStory, theirs: Any, key: str) -> str | None:
        """Return why a cell is left as it is: "" where that is nothing to tell, None where it may be changed."""
        field = self.table.field(name)
        if not cell.belongs_to(self.origin):
            says_as_before = cell.imported.get(self.origin, theirs if theirs is None else _NOTHING) == theirs
            return "" if says_as_before else _who(cell.last)
        if theirs is None and cell.last is not None and cell.last.actor is Actor.DEFAULT:
            return ""
        if theirs is None and field.required:
            return ""  # it has its default
        if theirs is not None and name in self.taken and self.taken[name].setdefault(theirs, key) != key:
            return f"{self.taken[name][theirs]} has that value, and it is unique"
        return None

    def _source(self, row: int) -> Source:
        return Source(Actor.IMPORT, address=f"{self.file.file} row {self.file.numbers[row]}", who=self.origin)

    def _effective(self, row: int) -> datetime | None:
        name = self.mapping.columns.get(self.mapping.history or "")
        return _instant(self.read.columns[name][row]) if name and name in self.read.columns else None


_NOTHING = object()
_PERSON = Source(Actor.TRACKER)
_NEVER = datetime.max.replace(tzinfo=UTC)


def _required(headers: Sequence[str]) -> str:
    return f"{', '.join(headers)} {'is' if len(headers) == 1 else 'are'} required and blank"


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _who(source: Source | None) -> str:
    """Say who had the last word on a cell."""
    if source is None:
        return "somebody filled it in"
    if source.actor is Actor.IMPORT:
        return f"the import '{source.who}' filled it in"
    if source.actor is Actor.TRACKER and source.tracker:
        where = f"{source.tracker} {source.address}" if source.address else source.tracker
        return f"{source.who or 'somebody'} typed it in {where}"
    return f"it was decided by {source.actor.value}"


def unique_fields(table: Table) -> list[Field]:
    """Return the fields in which no value may come twice, besides the key."""
    return [field for field in table.fields if field.unique and field.name != table.key]


def owners(records: Mapping[str, Record], fields: Collection[Field]) -> dict[str, dict[Any, str]]:
    """Return field -> value -> the active record that has it, for fields without repeats."""
    active = {key: record.values for key, record in records.items() if not record.archived}
    return {
        field.name: {
            values[field.name]: key for key, values in active.items() if values.get(field.name) is not None
        }
        for field in fields
    }
