"""Three versions of a table to merge, a merge that compares whole rows in a plain loop, and daff's."""

from __future__ import annotations

import copy
import pickle
import random
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
KEY = "case_id"


@dataclass(frozen=True)
class Versions:
    """A table at its last agreement and on each side; `deleted_and_edited` are keys that one side has each way."""

    base: list[Row]
    ours: list[Row]
    theirs: list[Row]
    deleted_and_edited: frozenset[str]


def versions(records: list[Row], share: float, seed: int) -> Versions:
    """Edit `share` of the cells on each side, and delete 1 in 2,000 rows that the other side edits.

    The three tables share no objects, as three things that were read do not.
    """
    chosen = random.Random(seed)
    ours, theirs = _apart(records), _apart(records)
    columns = [name for name in records[0] if name != KEY]
    for side in (ours, theirs):
        for _ in range(round(len(records) * len(records[0]) * share)):
            side[chosen.randrange(len(side))][chosen.choice(columns)] = f"edit {chosen.randrange(10**9)}"
    gone = chosen.sample(range(len(records)), max(2, len(records) // 2000))
    for number in gone[::2]:
        theirs[number]["owner"] = f"edit {number}"
    for number in gone[1::2]:
        ours[number]["owner"] = f"edit {number}"
    ours = [row for number, row in enumerate(ours) if number not in set(gone[::2])]
    theirs = [row for number, row in enumerate(theirs) if number not in set(gone[1::2])]
    keys = frozenset(str(records[number][KEY]) for number in gone)
    return Versions(records, ours, theirs, keys)


def _apart(records: list[Row]) -> list[Row]:
    return pickle.loads(pickle.dumps(records))


def floor(versions: Versions) -> tuple[list[Row], list[tuple[Any, ...]]]:
    """Merge with nothing but dicts and a loop: whole rows first, cells where both sides changed a row."""
    was = {row[KEY]: row for row in versions.base}
    yours = {row[KEY]: row for row in versions.theirs}
    merged: list[Row] = []
    conflicts: list[tuple[Any, ...]] = []
    for row in versions.ours:
        key = row[KEY]
        before, other = was.get(key), yours.pop(key, None)
        if row == other or other == before:
            merged.append(row)
        elif row == before:
            if other is not None:
                merged.append(other)
        elif other is None:
            merged.append(row)
            conflicts.append((key, None, before, row, None))
        else:
            merged.append(_cells(key, before or {}, row, other, conflicts))
    for key, other in yours.items():
        before = was.get(key)
        if before is None or before != other:
            merged.append(other)
            if before is not None:
                conflicts.append((key, None, before, None, other))
    return merged, conflicts


def _cells(key: Any, before: Row, row: Row, other: Row, conflicts: list[tuple[Any, ...]]) -> Row:
    merged = dict(row)
    for name, theirs in other.items():
        if row[name] != theirs:
            if row[name] == before.get(name):
                merged[name] = theirs
            elif theirs != before.get(name):
                conflicts.append((key, name, before.get(name), row[name], theirs))
    return merged


def daff_merge(versions: Versions) -> tuple[int, set[str]]:
    """Merge with daff; return how many conflicts it reports, and the keys that are left in its result."""
    import daff

    base, ours, theirs = (daff.PythonTableView(_table(side)) for side in _sides(versions))
    flags = daff.CompareFlags()
    flags.ids = [KEY]
    conflicts = daff.Merger(base, ours, theirs, flags).apply()
    return conflicts, {row[0] for row in ours.data[1:]}


def _sides(versions: Versions) -> tuple[list[Row], list[Row], list[Row]]:
    return versions.base, versions.ours, versions.theirs


def _table(rows: list[Row]) -> list[list[Any]]:
    return [list(rows[0]), *([copy.copy(value) for value in row.values()] for row in rows)]
