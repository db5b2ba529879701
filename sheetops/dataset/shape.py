"""The shape the stored tables have now, and had before: what the config said when it was last applied.

The journal is never rewritten, so a value journalled before a field was renamed or changed type is
read through the changes made since (`StoredTable.lens`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..model.schema import Field, FieldType, Table
from .codec import Coder, decoder, dump_json, encoder, load_json
from .conversion import converter


@dataclass(frozen=True)
class StoredField:
    """A column as it stands in the database. `removed`: the config no longer has it; its data is kept."""

    name: str
    type: FieldType
    decimals: int = 2
    choices: tuple[str, ...] = ()
    removed: bool = False

    @classmethod
    def of(cls, field: Field) -> StoredField:
        """Return the column that a field of the config asks for."""
        decimals = field.decimals if field.type is FieldType.MONEY else 2
        return cls(field.name, field.type, decimals, tuple(c.value for c in field.choices))

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> StoredField:
        """Return the column that `to_json` described."""
        return cls(
            said["name"],
            FieldType(said["type"]),
            said.get("decimals", 2),
            tuple(said.get("choices", ())),
            said.get("removed", False),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the column as plain data, without what goes without saying."""
        said: dict[str, Any] = {"name": self.name, "type": self.type.value}
        if self.type is FieldType.MONEY:
            said["decimals"] = self.decimals
        if self.choices:
            said["choices"] = list(self.choices)
        if self.removed:
            said["removed"] = True
        return said

    @cached_property
    def encode(self) -> Coder:
        """From canonical value to JSON value."""
        return encoder(self.type, self.decimals)

    @cached_property
    def decode(self) -> Coder | None:
        """From JSON value to canonical value; None where they are the same."""
        return decoder(self.type, self.decimals)


@dataclass(frozen=True)
class PastChange:
    """A rename (`was.name` differs) or change of type that journal entries up to `seq` came before."""

    seq: int
    was: StoredField
    now: StoredField

    def to_json(self) -> dict[str, Any]:
        """Return the change as plain data."""
        return {"seq": self.seq, "was": self.was.to_json(), "now": self.now.to_json()}


@dataclass(frozen=True)
class Lens:
    """How journalled fields read today: name then -> (name now, JSON to a value of today's type)."""

    fields: Mapping[str, tuple[str, Coder | None]]

    @cached_property
    def differing(self) -> list[tuple[str, str, Coder]]:
        """The fields whose JSON under their old name is not the value under their new one."""
        return [
            (then, now, read or (lambda value: value))
            for then, (now, read) in self.fields.items()
            if read or then != now
        ]


@dataclass(frozen=True)
class StoredTable:
    """A table as it stands in the database, with the renames and changes of type behind it."""

    name: str
    key: str
    fields: Mapping[str, StoredField] = field(default_factory=dict)
    past: tuple[PastChange, ...] = ()

    @classmethod
    def of(cls, table: Table) -> StoredTable:
        """Return the table that the config asks for, new."""
        return cls(table.name, table.key, {f.name: StoredField.of(f) for f in table.fields})

    def key_value(self, key: str) -> Any:
        """Return the key as the value its column holds. Raise ValueError when it cannot be one."""
        if self.fields[self.key].type is not FieldType.INTEGER:
            return key
        if str(int(key)) != key:
            raise ValueError(f"{key!r} is another way to write {int(key)}")
        return int(key)

    @cached_property
    def _moments(self) -> list[int]:
        return [change.seq for change in self.past]

    @cached_property
    def _lenses(self) -> dict[int, Lens]:
        return {}

    def lens(self, seq: int) -> Lens:
        """Return how the entry number `seq` of the journal is to be read today."""
        return self.lens_of(self.era(seq))

    def era(self, seq: int) -> int:
        """Return how many changes of the shape came before the entry number `seq`."""
        return bisect_left(self._moments, seq)

    def lens_of(self, era: int) -> Lens:
        """Return how entries after so many changes of the shape are to be read today."""
        if era not in self._lenses:
            self._lenses[era] = _lens(self.fields, self.past[era:])
        return self._lenses[era]

    def former_names(self, name: str) -> set[str]:
        """Return every name that the field `name` has ever had, its present one included."""
        names = {name}
        for change in reversed(self.past):
            if change.now.name in names:
                names.add(change.was.name)
        return names

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain data."""
        return {
            "name": self.name,
            "key": self.key,
            "fields": [f.to_json() for f in self.fields.values()],
            "past": [change.to_json() for change in self.past],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> StoredTable:
        """Return the table that `to_json` described."""
        fields = [StoredField.from_json(f) for f in said["fields"]]
        past = [
            PastChange(c["seq"], StoredField.from_json(c["was"]), StoredField.from_json(c["now"]))
            for c in said.get("past", ())
        ]
        return cls(said["name"], said["key"], {f.name: f for f in fields}, tuple(past))

    def with_field(self, field: StoredField, *, instead_of: str | None = None) -> StoredTable:
        """Return the table with a field added, or put in the place of the one called `instead_of`."""
        if instead_of is None:
            return replace(self, fields={**self.fields, field.name: field})
        new = [field if f.name == instead_of else f for f in self.fields.values()]
        return replace(self, fields={f.name: f for f in new})

    def with_past(self, change: PastChange) -> StoredTable:
        """Return the table with one more change behind it."""
        return replace(self, past=(*self.past, change))


def _lens(fields: Mapping[str, StoredField], later: tuple[PastChange, ...]) -> Lens:
    """Walk back from today: each change gives the field its earlier name, and one more conversion."""
    lens: dict[str, tuple[str, Coder | None]] = {f.name: (f.name, f.decode) for f in fields.values()}
    for change in reversed(later):
        now_name, read = lens.pop(change.now.name)
        if (change.was.type, change.was.decimals) != (change.now.type, change.now.decimals):
            read = _converted(change, read)
        lens[change.was.name] = (now_name, read)
    return Lens(lens)


def _converted(change: PastChange, read: Coder | None) -> Coder:
    """Return a reader of JSON from before the change: as it was, converted, then on as since.

    History may hold values that were replaced before the change and would not survive it; they are
    shown as they were.
    """
    convert = converter(change.was.type, change.now.type, change.now.decimals)
    decode, encode = change.was.decode, change.now.encode

    def read_then(said: Any) -> Any:
        value = decode(said) if decode else said
        try:
            new = convert(value)
        except ValueError:
            return value
        said_now = encode(new)
        return read(said_now) if read else said_now

    return read_then


Shape = Mapping[str, StoredTable]
"""Every stored table by name."""


def dump_shape(shape: Shape) -> str:
    """Return all stored tables as JSON text."""
    return dump_json([table.to_json() for table in shape.values()])


def load_shape(text: str) -> dict[str, StoredTable]:
    """Return the stored tables that `dump_shape` wrote."""
    tables = [StoredTable.from_json(said) for said in load_json(text)]
    return {table.name: table for table in tables}
