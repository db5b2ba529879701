"""Records, journal entries, held items and a tracker's memory: the nouns that merge and dataset share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

Values = Mapping[str, Any]
"""Field name -> canonical value. A blank is None; a missing name says nothing about the field."""


@dataclass(frozen=True)
class Record:
    """One record of a table: its values, and whether it has been archived."""

    values: Values
    archived: bool = False


class Op(StrEnum):
    """What a journal entry says happened."""

    ADD = "add"
    """A record came to be. `new` is a dict of its non-blank values; `field` is None."""
    SET = "set"
    """One cell changed from `old` to `new`."""
    AGREE = "agree"
    """A tracker was found to say what the dataset already says, in one cell (`new`) or, `field` None, in
    its whole row; its base moves, nothing else."""
    ARCHIVE = "archive"
    RESTORE = "restore"
    """The record left, or came back. `field`, `old` and `new` are None."""
    SCHEMA = "schema"
    """The table's shape changed; `field` names the field (or is None), `old`/`new` describe it."""


class Actor(StrEnum):
    """What kind of hand made a change."""

    TRACKER = "tracker"
    RESOLVED = "resolved"
    UNDO = "undo"
    DEFAULT = "default"
    COMPUTED = "computed"
    IMPORT = "import"
    LIBRARY = "library"
    CONFIG = "config"


@dataclass(frozen=True)
class Source:
    """Who or what made a change: the kind of hand, and for a tracker its id and the cell's address.

    `who` is a person's name where one is known, else "".
    """

    actor: Actor
    tracker: str | None = None
    address: str | None = None
    who: str = ""


@dataclass(frozen=True)
class Change:
    """One accepted change that is not in the journal yet. `effective_at` None means: when recorded."""

    table: str
    key: str
    op: Op
    source: Source
    field: str | None = None
    old: Any = None
    new: Any = None
    effective_at: datetime | None = None


def changed(records: Mapping[str, Record], change: Change, blank: Values) -> Record:
    """Return the record that a change is about as it is after it. `blank` are the values of a new one."""
    if change.op is Op.ADD:
        return Record({**blank, **(change.new or {})})
    record = records[change.key]
    if change.op is Op.SET and change.field is not None:
        return replace(record, values={**record.values, change.field: change.new})
    if change.op in (Op.ARCHIVE, Op.RESTORE):
        return replace(record, archived=change.op is Op.ARCHIVE)
    return record


@dataclass(frozen=True)
class Entry(Change):
    """A row of the journal. `seq` counts from 1 without gaps; times are aware and in UTC."""

    seq: int = 0
    run: str = ""
    recorded_at: datetime | None = None


class HeldKind(StrEnum):
    """Why a cell or row is held."""

    CONFLICT = "conflict"
    """Tracker and dataset changed the cell to different values."""
    CONTESTED = "contested"
    """Several trackers changed the cell to different values at the same time; the dataset took none."""
    INVALID = "invalid"
    REQUIRED = "required"
    NOT_UNIQUE = "not-unique"
    FORMULA = "formula"
    ADDED_TWICE = "added-twice"
    EDITED_AND_DELETED = "edited-and-deleted"
    ROW_GONE = "row-gone"
    ARCHIVED_EDIT = "archived-edit"
    REKEY = "re-key"
    DUPLICATE_KEY = "duplicate-key"
    UNWRITABLE = "unwritable"
    MISPLACED = "misplaced"
    """A run was cut off while people moved rows: what stands in the cell may be its write, gone to a wrong row."""
    UNDO = "undo"


CONTESTED = (HeldKind.CONTESTED, HeldKind.ADDED_TWICE)
"""Held because of what another tracker says: a value that has not changed since is not a new edit."""


class Choose(StrEnum):
    """What a person may decide about a held item; the words stand in the drop-down."""

    MINE = "keep mine"
    DATASET = "take the dataset's"
    USE = "use this:"
    NEW_KEY = "give mine a new key"


@dataclass(frozen=True)
class Decision:
    """A person's word on a held item. `value` is the raw text or value typed beside `use this:`."""

    choice: Choose
    value: Any = None
    who: str = ""


@dataclass(frozen=True)
class HeldItem:
    """A cell (`field` set) or a whole row (`field` None) that is left alone until a person decides.

    `base`, `ours` (the dataset's) and `theirs` (the tracker's) are canonical values, or the raw
    text for `theirs` when it cannot be read as a value (`kind` invalid). `address` is the cell as
    people name it ("D17"). `reason` is a sentence; `suggestion` the nearest valid value as text.
    `ours_said` says who put the dataset's value there and when, in words; `theirs_said` who last saved
    the tracker when its value was first seen.
    """

    tracker: str
    table: str
    key: str
    field: str | None
    kind: HeldKind
    reason: str
    base: Any = None
    ours: Any = None
    theirs: Any = None
    address: str = ""
    suggestion: str | None = None
    ours_said: str = ""
    theirs_said: str = ""
    number: int = 0
    """Assigned by the store when filed; people call the item by it."""
    since: datetime | None = None
    run: str = ""
    decision: Decision | None = None

    @property
    def place(self) -> tuple[str, str, str | None]:
        """What is held: (tracker, key, field)."""
        return (self.tracker, self.key, self.field)


class RowMemory(NamedTuple):
    """What a tracker is known to hold for one key. (A tuple, because there is one for every row.)

    `digest` is of the row's raw cells when both sides last agreed on all of it (None: look again).
    `missing` is True after one read without the row: the second makes it a deletion.
    `left` is True when the row stays but its record was archived, as the tracker has been told.
    `frozen_from` is the journal position at which the row's base stays while the row is missing,
    doubled or held as a whole: newer values of the dataset have not reached it.
    """

    digest: bytes | None = None
    missing: bool = False
    left: bool = False
    frozen_from: int | None = None


@dataclass(frozen=True)
class Mint:
    """A key given to a row that had none: `row` (1-based) and the row's values as they were read."""

    key: str
    row: int
    values: Values


@dataclass(frozen=True)
class Intent:
    """A sheet write that the dataset has committed to and that is not confirmed yet.

    `generation` is the stamp the write carries; `seq` the journal position the sheet will then have.
    `appended` are keys whose rows the write adds. `writes` is what it does, as plain data, for the record.
    `releases` are the held places (key, field) that the write settles, with the outcome in words: they
    stay open until it is confirmed, so that a crash in between cannot lose a person's decision.
    """

    tracker: str
    run: str
    generation: int
    seq: int
    appended: tuple[str, ...] = ()
    mints: tuple[Mint, ...] = ()
    writes: tuple[Mapping[str, Any], ...] = ()
    releases: tuple[tuple[str, str | None, str], ...] = ()


@dataclass(frozen=True)
class TrackerState:
    """What the dataset remembers of a tracker: where it stands, not what it says (the journal has that).

    `generation` 0 means: never synced. `seq` is the journal position of the confirmed generation.
    `identity` is the spreadsheet's fingerprint when nothing was left to do.
    `mapping` is (field, header) pairs and `fingerprint` the reading fingerprint at the last confirm.
    """

    tracker: str
    generation: int = 0
    seq: int = 0
    identity: str | None = None
    fingerprint: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    rows: Mapping[str, RowMemory] = field(default_factory=dict)
    intent: Intent | None = None
    generations: Mapping[int, int] = field(default_factory=dict)
    """generation -> seq of every confirmed generation."""


@dataclass(frozen=True)
class Run:
    """One execution that wrote, or was to write. `ended` None: it is running or was cut off."""

    id: str
    verb: str
    started: datetime
    ended: datetime | None = None
    outcome: str = ""
    who: str = ""
    undoes: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    first_seq: int = 0
    last_seq: int = 0
