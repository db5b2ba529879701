"""Everything a plan is a function of, loaded beforehand: the dataset's side and each tracker's side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from ..model.record import Actor, Change, Decision, Entry, HeldItem, Record, Source, TrackerState
from ..model.schema import Schema, Table, TrackerSpec
from ..model.sheet import Refused
from .guards import GuardTrip
from .tab import Tab


class Standing(StrEnum):
    """How far a tracker's tab can be trusted to be what was last written."""

    NEW = "new"
    """Never synced: there is no base. What only one side filled in is taken; nothing is deleted."""
    CURRENT = "current"
    """The stamp is the one last written."""
    OLDER = "older"
    """Restored from a backup: merged against the base of its own generation; nothing is deleted."""
    LOST = "lost"
    """The stamp is gone or another's: no base. Unequal cells are held; nothing is deleted."""


@dataclass(frozen=True)
class TrackerSide:
    """One tracker as read: its tab, what the dataset remembers of it, and how they stand to each other.

    `since` are journal entries of its table after `base_seq`. `decisions` are people's words on held
    items by item number, from the spreadsheet or the terminal.
    """

    spec: TrackerSpec
    table: Table
    tab: Tab
    state: TrackerState
    standing: Standing
    base_seq: int
    held: Sequence[HeldItem] = ()
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    since: Sequence[Entry] = ()
    misplaced: frozenset[tuple[str, str]] = frozenset()
    """(key, field) of cells that a write which was cut off may have hit or missed, because rows were moved."""
    stamp_trip: GuardTrip | None = None
    saved_by: str = ""
    saved_at: datetime | None = None
    """Who last saved the spreadsheet, and when, as far as it says so."""
    notes: tuple[str, ...] = ()
    """What a person should know about the tab, besides what the tab itself says."""

    @property
    def id(self) -> str:
        """The tracker's id."""
        return self.spec.id

    def source(self, address: str | None = None) -> Source:
        """Return this tracker as the source of a change, with the person who last saved it."""
        return Source(Actor.TRACKER, self.id, address, self.saved_by)

    @cached_property
    def touched(self) -> frozenset[str]:
        """Every key the merge of this tracker has to look at: rows touched, gone, held or changed."""
        rows, tab = self.state.rows, self.tab
        keys = touched_rows(tab, self.state) | tab.twice.keys()
        keys |= rows.keys() - tab.rows.keys()
        keys.update(item.key for item in self.held)
        keys.update(entry.key for entry in self.since)
        if self.state.intent:
            keys.update(mint.key for mint in self.state.intent.mints)
        return frozenset(keys)


@dataclass(frozen=True)
class DatasetSide:
    """The dataset as far as a plan needs it.

    `records` by table and key, archived ones included; `keys` are all keys of the tables where new
    ones may be minted or referred to; `taken` maps (table, unique field) to value -> key.
    """

    seq: int
    records: Mapping[str, Mapping[str, Record]]
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    taken: Mapping[tuple[str, str], Mapping[Any, str]] = field(default_factory=dict)
    held_elsewhere: frozenset[tuple[str, str, str | None]] = frozenset()
    """(table, key, field) of items held in trackers that this plan does not look at."""
    tracker_names: Mapping[str, str] = field(default_factory=dict)
    """What people call each tracker, by its id."""


@dataclass(frozen=True)
class Undo:
    """What an undo takes back: the run's entries, and the later ones about the same keys."""

    run: str
    entries: Sequence[Entry]
    later: Sequence[Entry] = ()


Columns = Callable[
    [Mapping[str, Mapping[str, Record]], Sequence[Change]], tuple[Sequence[Change], Sequence[str]]
]
"""(records as they will be, changes that make them so) -> (changes of computed columns, notes). Pure."""


@dataclass(frozen=True)
class PlanInputs:
    """All that a plan depends on. `now` is aware, UTC. `allow` are the guards a person overrode."""

    schema: Schema
    dataset: DatasetSide
    trackers: Sequence[TrackerSide]
    now: datetime
    allow: frozenset[str] = frozenset()
    undo: Undo | None = None
    columns: Columns | None = None
    """What computes columns, None where there are none."""
    refused: Refused = field(default_factory=Refused)
    """What the spreadsheets said they cannot take; those cells are held, those rows wait."""


def touched_rows(tab: Tab, state: TrackerState) -> set[str]:
    """Return the keys of rows whose cells are not what they were when both sides last agreed."""
    rows = state.rows
    touched = set()
    for key, row in tab.rows.items():
        memory = rows.get(key)
        if memory is None or memory.missing or memory.digest is None or memory.digest != tab.digest(row):
            touched.add(key)
    return touched
