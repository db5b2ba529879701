"""The three-way merge of one record: what each side did since they last agreed, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

Row = Mapping[str, Any]


class Conflict(NamedTuple):
    """What two sides disagree about: a cell, or a whole row when `field` is None.

    For a whole row `base`, `ours` and `theirs` are rows, None where the row is absent.
    """

    key: Any
    field: str | None
    base: Any
    ours: Any
    theirs: Any


class RecordMerge(NamedTuple):
    """The outcome for one record, by field.

    `take`: theirs changed, ours did not (value: theirs). `push`: ours changed, theirs did not
    (value: ours). `agree`: both changed to the same value. `clash`: both changed, to different values.
    """

    take: dict[str, Any]
    push: dict[str, Any]
    agree: dict[str, Any]
    clash: tuple[str, ...]


def merge_cells(base: Row, ours: Row, theirs: Row, fields: Iterable[str]) -> RecordMerge:
    """Merge the named fields of one record that exists on all three sides.

    A record added on both sides has an empty base: what only one side filled in is taken.
    """
    take: dict[str, Any] = {}
    push: dict[str, Any] = {}
    agree: dict[str, Any] = {}
    clash: list[str] = []
    of_base, of_ours, of_theirs = base.get, ours.get, theirs.get
    for name in fields:
        was, mine, yours = of_base(name), of_ours(name), of_theirs(name)
        if yours == was:
            if mine != was:
                push[name] = mine
        elif mine == yours:
            agree[name] = yours
        elif mine == was:
            take[name] = yours
        else:
            clash.append(name)
    return RecordMerge(take, push, agree, tuple(clash))


class RowFate(NamedTuple):
    """What becomes of a record as a whole; `edited` names the fields the surviving side had changed."""

    kind: str
    edited: tuple[str, ...] = ()


BOTH_HAVE = RowFate("both have it")
BOTH_GONE = RowFate("both dropped it")
ADDED_BY_OURS = RowFate("added by ours")
ADDED_BY_THEIRS = RowFate("added by theirs")
DROPPED_BY_OURS = RowFate("dropped by ours")
DROPPED_BY_THEIRS = RowFate("dropped by theirs")


def row_fate(
    base: Row | None, ours: Row | None, theirs: Row | None, fields: Callable[[], Iterable[str]]
) -> RowFate:
    """Return what becomes of a record, before any cell of it is looked at.

    A row dropped on one side and edited on the other survives: its fate is "edited by ours" or
    "edited by theirs", and it is a conflict. `fields` is asked only then.
    """
    if ours is not None and theirs is not None:
        return BOTH_HAVE
    if ours is None and theirs is None:
        return BOTH_GONE
    if base is None:
        return ADDED_BY_OURS if theirs is None else ADDED_BY_THEIRS
    kept = ours if theirs is None else theirs
    assert kept is not None
    edited = tuple(f for f in fields() if f in kept and kept[f] != base.get(f))
    if not edited:
        return DROPPED_BY_THEIRS if theirs is None else DROPPED_BY_OURS
    return RowFate("edited by ours" if theirs is None else "edited by theirs", edited)
