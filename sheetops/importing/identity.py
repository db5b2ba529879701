"""Which record a row is: by its reference, by its key, or, where it has neither, by all it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.record import Actor, Entry, Op, Record
from ..model.schema import Table
from ..model.values import show_value
from .mapping import REFERENCE, SYSTEM, FileMapping


@dataclass(frozen=True)
class Identity:
    """What identifies the rows of an import: the fields, and what people call that."""

    table: Table
    by_key: bool
    by_ref: bool
    has_system: bool

    @classmethod
    def of(cls, table: Table, mapping: FileMapping) -> Identity:
        """Return what identifies rows under a mapping."""
        filled = {*mapping.columns.values(), *mapping.constants}
        return cls(
            table,
            table.key in filled,
            REFERENCE in filled and REFERENCE in table.by_name,
            SYSTEM in table.by_name,
        )

    @property
    def words(self) -> str:
        """What identifies a row, in words."""
        if self.by_ref:
            return f"{SYSTEM} and {REFERENCE}" if self.has_system else REFERENCE
        return f"the key, {self.table.key}" if self.by_key else "all that it says (no column identifies it)"

    def ref(self, values: Mapping[str, Any]) -> str | None:
        """Return what a record is called where it is from; None where it is blank or there is no such field."""
        said = values.get(REFERENCE) if self.by_ref else None
        if said is None:
            return None
        own = show_value(self.table.field(REFERENCE), said)
        return f"{values.get(SYSTEM)}\x1f{own}" if self.has_system else own

    def name(self, values: Mapping[str, Any]) -> str | None:
        """Return what a row calls itself, for people and for the intake."""
        for field_name in ([REFERENCE] if self.by_ref else []) + ([self.table.key] if self.by_key else []):
            if values.get(field_name) is not None:
                return show_value(self.table.field(field_name), values[field_name])
        return None


@dataclass
class Known:
    """The records of the table, by key, by reference, and by what they said when the import added them."""

    identity: Identity
    records: Mapping[str, Record]
    by_ref: dict[str, str] = field(default_factory=dict)
    by_content: dict[tuple[Any, ...], list[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        identity: Identity,
        records: Mapping[str, Record],
        names: Sequence[str],
        added: Iterable[Entry],
        origin: str,
    ) -> Known:
        """Return the records of a table as rows are looked for among them. `added` are the journal's entries of ADD."""
        known = cls(identity, records)
        if identity.by_ref:
            for key, record in records.items():
                ref = identity.ref(record.values)
                if ref is not None and (ref not in known.by_ref or not record.archived):
                    known.by_ref[ref] = key
        elif not identity.by_key:
            for entry in added:
                if entry.op is Op.ADD and entry.source.actor is Actor.IMPORT and entry.source.who == origin:
                    said = tuple((entry.new or {}).get(name) for name in names)
                    known.by_content.setdefault(said, []).append(entry.key)
        return known

    def find(self, values: Mapping[str, Any], names: Sequence[str]) -> tuple[str | None, str]:
        """Return (key of the record that a row is, why it cannot be told); both empty for a new one."""
        key = values.get(self.identity.table.key)
        own = None if key is None else show_value(self.identity.table.field(self.identity.table.key), key)
        if self.identity.by_ref:
            ref = self.identity.ref(values)
            if ref is None:
                return None, f"{REFERENCE} is blank, and it says which record a row is"
            found = self.by_ref.get(ref)
            if found is not None and own is not None and own != found:
                return None, f"its reference is that of {found}, but its key is {own}"
            if found is None and own is not None and own in self.records:
                theirs = self.records[own].values.get(REFERENCE)
                if theirs is not None:
                    return None, f"{own} is there with the reference {theirs}"
                return own, ""
            return found, ""
        if self.identity.by_key:
            if own is None:
                return None, f"{self.identity.table.key} is blank, and it says which record a row is"
            return (own if own in self.records else None), ""
        waiting = self.by_content.get(tuple(values.get(name) for name in names))
        return (waiting.pop(0) if waiting else None), ""


def repeats(names: Iterable[str | None]) -> set[str]:
    """Return the names that more than one row has."""
    return {name for name, times in Counter(name for name in names if name is not None).items() if times > 1}
