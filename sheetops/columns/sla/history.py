"""What happened to the cases, from whatever told of it, as arrays in a settled order.

A history has one row per change of one cell: `key`, `field`, `new`, `recorded_at`, and where known `old`,
`effective_at` (blank: when recorded), `seq` (the journal's number) and `op`. Its order says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ...model.record import Entry, Op
from .findings import ERROR, Finding, finding
from .instants import NEVER, seconds_of
from .timeline import Bools, Ints

COLUMNS = ("key", "field", "old", "new", "recorded_at", "effective_at", "seq", "op")
ARCHIVED = "archived"
"""The field that a record's leaving and coming back set, for conditions such as `cancel = archived`."""


@dataclass(frozen=True)
class History:
    """Changes in the order in which they became known. All arrays have one item per change.

    `case` indexes the keys they were read for. `at` is when it took effect, in Unix seconds. `new` and
    `old` are objects; `old` is None where nothing says what stood there before. `added` marks values
    that a record was born with.
    """

    case: Ints
    at: Ints
    recorded: Ints
    names: Mapping[str, int]
    name: Ints
    new: pd.Series
    old: pd.Series | None
    added: Bools
    findings: list[Finding] = field(default_factory=list)

    def of(self, name: str) -> Ints:
        """Return the indices of the changes of a field."""
        return np.flatnonzero(self.name == self.names.get(name, -1))


def from_entries(entries: Iterable[Entry], table: str) -> pd.DataFrame:
    """Return the history of one table of the journal. A record's birth is one row per value it had."""
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        if entry.table != table:
            continue
        shared = (entry.recorded_at, entry.effective_at, entry.seq, entry.op.value)
        if entry.op is Op.ADD:
            rows += [(entry.key, name, None, value, *shared) for name, value in (entry.new or {}).items()]
        elif entry.op is Op.SET:
            rows.append((entry.key, entry.field, entry.old, entry.new, *shared))
        elif entry.op in (Op.ARCHIVE, Op.RESTORE):
            gone = entry.op is Op.ARCHIVE
            rows.append((entry.key, ARCHIVED, not gone, gone, *shared))
    frame = pd.DataFrame({name: [row[n] for row in rows] for n, name in enumerate(COLUMNS)})
    return frame.astype({"old": object, "new": object})


def from_snapshots(snapshots: pd.DataFrame, key: str, at: str) -> pd.DataFrame:
    """Return the history that snapshots tell: one row per key and moment, a column per field.

    Rows of one key and moment keep their order, as logs with whole seconds need.
    """
    fields = [name for name in snapshots.columns if name not in (key, at)]
    parts = [
        pd.DataFrame(
            {
                "key": snapshots[key].to_numpy(),
                "field": name,
                "new": snapshots[name].astype(object).to_numpy(),
                "recorded_at": snapshots[at].array,
                "seq": np.arange(len(snapshots)),
            }
        )
        for name in fields
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def read_history(history: pd.DataFrame | None, keys: pd.Index, timezone: str) -> History:
    """Return the changes of the cases in `keys`, in the order in which they became known.

    The order is that of `seq`; without it that of `recorded_at`, and among changes of one cell at one
    second that of the chain from old to new. Times are those of `seconds_of`.
    """
    if history is None or history.empty:
        return _nothing()
    named, told = pd.factorize(history["key"])  # few keys in many rows: each is looked up once
    case = np.where(named >= 0, keys.get_indexer(pd.Index(told))[named], -1).astype(np.int64)
    recorded, _, found = seconds_of(history["recorded_at"], timezone, "recorded_at", history["key"].array)
    at = recorded
    if "effective_at" in history and history["effective_at"].notna().any():
        effective, known, more = seconds_of(
            history["effective_at"], timezone, "effective_at", history["key"].array
        )
        at, found = np.where(known, effective, recorded), found + more
    name, fields = pd.factorize(history["field"])
    usable = (case >= 0) & (at != NEVER) & (name >= 0)
    lost = (case >= 0) & (at == NEVER)
    if lost.any():
        message = "changes without a usable time were left out"
        found.append(finding(ERROR, "no time", message, history["key"].array[lost]))
    arrival = history["seq"].to_numpy(np.int64, na_value=0) if _numbered(history) else recorded
    order = np.flatnonzero(usable)
    if (np.diff(arrival[order]) < 0).any():
        order = order[np.argsort(arrival[order], kind="stable")]
    if not _numbered(history):
        order = _settle(order, case, at, arrival, name, history)
    added = (
        (history["op"] == Op.ADD.value).to_numpy(bool) if "op" in history else np.zeros(len(history), bool)
    )
    return History(
        case[order],
        at[order],
        recorded[order],
        {str(word): n for n, word in enumerate(fields)},
        name[order].astype(np.int64),
        history["new"].iloc[order].reset_index(drop=True),
        history["old"].iloc[order].reset_index(drop=True) if "old" in history else None,
        added[order],
        found,
    )


def _numbered(history: pd.DataFrame) -> bool:
    return "seq" in history and bool(history["seq"].notna().all())


def _nothing() -> History:
    none = np.zeros(0, np.int64)
    blank = pd.Series([], dtype=object)
    return History(none, none, none, {}, none, blank, blank, np.zeros(0, bool))


def _settle(order: Ints, case: Ints, at: Ints, arrival: Ints, name: Ints, history: pd.DataFrame) -> Ints:
    """Order the changes of one cell that nothing but their values can order."""
    columns = (name[order], at[order], case[order], arrival[order])
    sorting = np.lexsort(columns)
    same = np.ones(max(0, len(order) - 1), bool)
    for column in columns:
        same &= np.diff(column[sorting]) == 0
    if not same.any():
        return order
    order = order.copy()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], same.view(np.int8), [0]))))
    new = history["new"].to_numpy(object)
    old = history["old"].to_numpy(object) if "old" in history else np.full(len(history), None, object)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        places = np.sort(sorting[begin : end + 1])
        order[places] = _chain(order[places].tolist(), old, new)
    return order


def _chain(rows: list[int], old: Any, new: Any) -> list[int]:
    """Return rows so that each change begins with what the one before it left, as far as that goes."""
    left = sorted(rows, key=lambda row: (str(old[row]), str(new[row])))
    made = {str(new[row]) for row in left}
    chained = [next((row for row in left if str(old[row]) not in made), left[0])]
    left.remove(chained[0])
    while left:
        following = next((row for row in left if str(old[row]) == str(new[chained[-1]])), left[0])
        chained.append(following)
        left.remove(following)
    return chained
