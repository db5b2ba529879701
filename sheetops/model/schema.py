"""What a field, table, tracker and workspace are: plain, frozen data without behaviour of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from .condition import Condition
from .errors import UnknownName
from .live import Live
from .nearest import did_you_mean


class FieldType(StrEnum):
    """The kinds of value a field may hold, by the word used in sheetops.toml."""

    TEXT = "text"
    LONG_TEXT = "long text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    MULTI_CHOICE = "multi-choice"
    URL = "url"
    PERSON = "person"
    REFERENCE = "reference"


class Mode(StrEnum):
    """Who owns a column of a tracker: people and dataset (edit), the dataset (read), sheetops (computed)."""

    EDIT = "edit"
    READ = "read"
    COMPUTED = "computed"


@dataclass(frozen=True)
class Choice:
    """One valid value of a choice field, with the other spellings people use for it."""

    value: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One typed column of a table.

    `default`, `minimum` and `maximum` are canonical values of the field's type (see `values.py`).
    `decimals` is the number of digits after the point of a money field; `references` names a table.
    `renamed_from` is the field's former name, for a schema change that keeps the data.
    """

    name: str
    type: FieldType
    label: str = ""
    description: str = ""
    required: bool = False
    unique: bool = False
    default: Any = None
    pattern: str | None = None
    minimum: Any = None
    maximum: Any = None
    choices: tuple[Choice, ...] = ()
    currency: str | None = None
    decimals: int = 2
    references: str | None = None
    renamed_from: str | None = None
    computed: bool = False
    """Whether sheetops calculates it; no tracker can edit it."""
    live: Live | None = None
    """How a tracker works the value out by itself between runs; None where it shows it as it is."""

    @property
    def header(self) -> str:
        """The column header used where a tracker gives none of its own."""
        return self.label or self.name


@dataclass(frozen=True)
class Closing:
    """What must be filled in before the `status` of a record may become one of `ends`."""

    status: str
    ends: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of the dataset: its fields, the field that identifies a record, and how new keys look.

    `key_format` is a str.format pattern with one number, as in "CASE-{:04d}". `closing` says when a record may be closed.
    """

    name: str
    key: str
    fields: tuple[Field, ...]
    key_format: str = "{:04d}"
    description: str = ""
    closing: Closing | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The table's fields by name."""
        return {f.name: f for f in self.fields}

    def blank(self, key: str) -> dict[str, Any]:
        """Return the values of a record of which only the key is known."""
        return {**dict.fromkeys(self.by_name), self.key: key}

    def field(self, name: str) -> Field:
        """Return the field called `name`. Raise UnknownName with the nearest one otherwise."""
        if name not in self.by_name:
            raise UnknownName(
                f"Table '{self.name}' has no field '{name}'.{did_you_mean(name, self.by_name)}",
                next_step="Its fields are listed in sheetops.toml.",
            )
        return self.by_name[name]


@dataclass(frozen=True)
class Column:
    """A tracker's column: the field it shows, the header text it stands under, and who may edit it."""

    field: str
    header: str
    mode: Mode = Mode.EDIT


@dataclass(frozen=True)
class TrackerSpec:
    """One tab of one spreadsheet, bound to one table.

    `source` is what the backend opens: a path relative to the workspace for `excel`, a spreadsheet's id
    for `google`. `label` is what people call it where that says nothing to them. `lock` keeps people from
    typing into a `google` tracker while it is written.
    `header_row` is 1-based; None means: find it. `day_first` says how `5/1/2024` is read.
    `add_key_column` lets the first sync add the key column at the right edge, where there is none.
    `state_header` names an optional column in which sheetops writes "archived" or "left".
    """

    id: str
    table: str
    source: str
    tab: str
    columns: tuple[Column, ...]
    backend: str = "excel"
    where: Condition | None = None
    may_add: bool = True
    may_delete: bool = False
    timezone: str = "UTC"
    day_first: bool = True
    header_row: int | None = None
    state_header: str | None = None
    add_key_column: bool = False
    lock: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        """What people call it: the label it was given, else the file's own name."""
        return self.label or self.source.replace("\\", "/").rsplit("/", 1)[-1]

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """The tracker's columns by field name."""
        return {c.field: c for c in self.columns}


@dataclass(frozen=True)
class GuardLimits:
    """When a plan needs a person's word first. Percentages are 0-100 and count rows of one tracker.

    The `*_at_least` numbers keep percentages from stopping work on small trackers: one row of nine
    is 11 % and still one row.
    """

    deletes_percent: float = 10
    deletes_rows: int = 25
    deletes_at_least: int = 2
    changed_column_percent: float = 50
    changed_at_least: int = 10
    duplicates_percent: float = 1
    duplicates_at_least: int = 5
    unparsable_percent: float = 20
    unparsable_at_least: int = 3


@dataclass(frozen=True)
class Schema:
    """Everything sheetops.toml says about data: tables, trackers and guard limits."""

    tables: Mapping[str, Table]
    trackers: Mapping[str, TrackerSpec] = field(default_factory=dict)
    guards: GuardLimits = field(default_factory=GuardLimits)

    def table_of(self, tracker: TrackerSpec) -> Table:
        """Return the table a tracker is bound to."""
        return self.tables[tracker.table]

    def table(self, name: str) -> Table:
        """Return the table called `name`. Raise UnknownName with the nearest one otherwise."""
        if name not in self.tables:
            raise UnknownName(f"There is no table '{name}'.{did_you_mean(name, self.tables)}")
        return self.tables[name]

    def tracker(self, name: str) -> TrackerSpec:
        """Return the tracker called `name`. Raise UnknownName with the nearest one otherwise."""
        if name not in self.trackers:
            raise UnknownName(f"There is no tracker '{name}'.{did_you_mean(name, self.trackers)}")
        return self.trackers[name]


def reading_fingerprint(table: Table, tracker: TrackerSpec) -> str:
    """Return a digest of everything that decides what a cell of the tracker means (hex, 32 digits).

    Two equal fingerprints read equal cells as equal values; a row digest is only good for one.
    """
    said = (
        table.key,
        tuple((c.field, c.header, c.mode.value, repr(table.field(c.field))) for c in tracker.columns),
        tracker.timezone,
        tracker.day_first,
        tracker.tab,
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()
