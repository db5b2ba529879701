"""What the merge of one tracker came to, before the trackers are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..model.record import HeldItem, HeldKind, Mint, RowMemory, Source
from .inputs import TrackerSide
from .tab import SheetRow

Place = tuple[str, str | None]
"""(key, field); field None is the whole row."""


class Take(NamedTuple):
    """A cell's value that a tracker asks the dataset to take; `base` is what it was when they agreed."""

    value: Any
    base: Any
    source: Source
    decided: bool = False
    """A person decided it, so it goes before a plain edit."""


class Added(NamedTuple):
    """A record that a tracker's row asks to be added; `values` are its readable, non-blank cells."""

    row: SheetRow
    values: dict[str, Any]


class Ignored(NamedTuple):
    """A value typed into a column that people do not own; it is put back and listed."""

    key: str
    field: str
    address: str
    typed: Any


@dataclass
class Findings:
    """One tracker's merge. `rows` are its rows by key, those without a key of their own included."""

    side: TrackerSide
    rows: dict[str, SheetRow]
    takes: dict[tuple[str, str], Take] = field(default_factory=dict)
    agrees: dict[tuple[str, str], Any] = field(default_factory=dict)
    adds: dict[str, Added] = field(default_factory=dict)
    archives: dict[str, Source] = field(default_factory=dict)
    """Records to archive: whose row was deleted, or about which a person decided so."""
    restores: set[str] = field(default_factory=set)
    holds: dict[Place, HeldItem] = field(default_factory=dict)
    released: dict[Place, str] = field(default_factory=dict)
    """Open items that are settled, with the outcome in words."""
    follows: set[Place] = field(default_factory=set)
    """Items whose decision is carried out by a write to another record's row: open until it is confirmed."""
    forced: dict[Place, Any] = field(default_factory=dict)
    """Cells a person decided to overwrite with the dataset's value; the value typed there."""
    append: set[str] = field(default_factory=set)
    """Keys whose rows a person asked to be put back."""
    memory: dict[str, RowMemory | None] = field(default_factory=dict)
    mints: list[Mint] = field(default_factory=list)
    key_writes: dict[str, int] = field(default_factory=dict)
    """Keys to write into the key cell of a row (by number) that has none or another."""
    missing: list[str] = field(default_factory=list)
    """Rows gone that no open item speaks of yet; the guards count them."""
    ignored: list[Ignored] = field(default_factory=list)
    invalid: dict[str, int] = field(default_factory=dict)
    """field -> cells newly unreadable."""
    notes: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    make_item: Callable[[str, str | None, HeldKind, str, Any], HeldItem] = field(repr=False, default=None)  # type: ignore[assignment]
    """Return a held item with all sides filled in: (key, field, kind, reason, theirs)."""

    def tab_fields(self) -> tuple[str, ...]:
        """Return the fields of the tab's columns, without the key."""
        return self.side.tab.fields

    def row_held(self, key: str) -> bool:
        """Return whether the whole row of `key` is held."""
        return (key, None) in self.holds

    def cell_held(self, key: str, name: str) -> bool:
        """Return whether the cell, or its whole row, is held."""
        return (key, name) in self.holds or (key, None) in self.holds
