"""What a run asks the store to write: a commit before the spreadsheet is written, a confirm after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..model.record import Change, HeldItem, Intent, RowMemory, Run

Place = tuple[str, str, str | None]
"""What is held: (tracker, key, field)."""


@dataclass(frozen=True)
class TrackerCommit:
    """What a commit says about one tracker: rows to remember (None: forget) and the write it intends.

    The store sets the intent's `seq` to the head of the journal after the commit.
    """

    tracker: str
    rows: Mapping[str, RowMemory | None] = field(default_factory=dict)
    intent: Intent | None = None


@dataclass(frozen=True)
class Commit:
    """Everything a run writes to the dataset, in one transaction.

    `expected_seq` is the head of the journal that the plan was made on. `held` items are filed, or
    update the open item at the same place. `released` are (place, outcome) of open items to close.
    """

    run: Run
    expected_seq: int
    changes: Sequence[Change] = ()
    held: Sequence[HeldItem] = ()
    released: Sequence[tuple[Place, str]] = ()
    trackers: Sequence[TrackerCommit] = ()


@dataclass(frozen=True)
class Confirm:
    """The news that a tracker now holds `generation`, which says what the journal said at `seq`."""

    tracker: str
    generation: int
    seq: int
    identity: str | None
    fingerprint: str
    mapping: tuple[tuple[str, str], ...]
    rows: Mapping[str, RowMemory | None]
    at: datetime
