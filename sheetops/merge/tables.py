"""Three-way merge of whole tables given as plain lists of dicts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .three_way import BOTH_HAVE, Conflict, Row, merge_cells, row_fate

_FALLS_TO = {
    "added by ours": "ours",
    "added by theirs": "theirs",
    "edited by ours": "ours",
    "edited by theirs": "theirs",
}


@dataclass(frozen=True)
class MergeResult:
    """What a merge of tables came to.

    `rows`: the merged rows; a cell in conflict keeps ours, a row edited on one side and deleted on the
    other is kept with its edit. `conflicts`: (key, field, base, ours, theirs); field None is a whole row.
    """

    rows: list[dict[str, Any]]
    conflicts: list[Conflict]


class _Side:
    """One side's rows by key, with the keys that cannot be merged set apart."""

    def __init__(self, rows: Iterable[Row], key: str | Sequence[str]) -> None:
        self._all = rows if isinstance(rows, Sequence) else list(rows)
        names = (key,) if isinstance(key, str) else tuple(key)
        self.blank: list[Row] = []
        self.twice: dict[Hashable, list[Row]] = {}
        self.rows = self._indexed(names)

    def _indexed(self, names: tuple[str, ...]) -> dict[Hashable, Row]:
        if len(names) == 1:
            name = names[0]
            keys: list[Hashable] = [row.get(name) for row in self._all]
        else:
            keys = [tuple(row.get(name) for name in names) for row in self._all]
        indexed = dict(zip(keys, self._all, strict=True))
        if len(indexed) == len(self._all) and not any(map(indexed.__contains__, _blanks(names))):
            return indexed
        return self._set_apart(keys, indexed, _blanks(names))

    def _set_apart(
        self, keys: list[Hashable], indexed: dict[Hashable, Row], blanks: list[Hashable]
    ) -> dict[Hashable, Row]:
        seen: dict[Hashable, list[Row]] = {}
        for key, row in zip(keys, self._all, strict=True):
            if key in blanks:
                self.blank.append(row)
            else:
                seen.setdefault(key, []).append(row)
        self.twice = {key: rows for key, rows in seen.items() if len(rows) > 1}
        return {key: row for key, row in indexed.items() if key not in blanks}

    @cached_property
    def fields(self) -> dict[str, None]:
        """Every field any row mentions, in order. A field no row mentions is a missing column."""
        found: dict[str, None] = {}
        for row in self._all:
            found.update(dict.fromkeys(row))
        return found


def _blanks(names: tuple[str, ...]) -> list[Hashable]:
    if len(names) == 1:
        return [None, ""]
    return [(None,) * len(names), ("",) * len(names)]


def merge_tables(
    base: Iterable[Row] | None,
    ours: Iterable[Row],
    theirs: Iterable[Row],
    key: str | Sequence[str] = "id",
    order: str | Sequence[Hashable] | None = None,
) -> MergeResult:
    """Merge two versions of a table that had `base` as their last common version.

    Rows are dicts of equal or different fields; `key` names the field (or fields) that identifies a
    row. A field that no row of a side mentions is a column that side does not have: it is left alone,
    never cleared. A row that lacks a field other rows of its side have is blank (None) there.
    `base` None means the base was lost: nothing is deleted, equal cells agree, unequal ones conflict.
    `order` is the order of the merged rows: None or "ours" (ours first, then what theirs added),
    "theirs", or a sequence of keys to come first. Rows of a key that one side has twice, or without
    a key, are conflicts about the whole row; `theirs` (or `ours`) is then the list of rows.
    """
    was, mine, yours = _Side(base or (), key), _Side(ours, key), _Side(theirs, key)
    merged: dict[Hashable, dict[str, Any]] = {}
    conflicts = _unmergeable(mine, yours, was)
    for name in _in_order(mine.rows, yours.rows, order):
        if name in mine.twice or name in yours.twice:
            if name in mine.rows:
                merged[name] = dict(mine.rows[name])
            continue
        row = _merge_row(name, was, mine, yours, conflicts, lost=base is None)
        if row is not None:
            merged[name] = row
    return MergeResult(list(merged.values()), conflicts)


def _unmergeable(mine: _Side, yours: _Side, was: _Side) -> list[Conflict]:
    found = [Conflict(None, None, None, None, row) for row in yours.blank]
    found += [Conflict(None, None, None, row, None) for row in mine.blank]
    for name in {**mine.twice, **yours.twice}:
        ours = mine.twice.get(name, mine.rows.get(name))
        theirs = yours.twice.get(name, yours.rows.get(name))
        found.append(Conflict(name, None, was.rows.get(name), ours, theirs))
    return found


def _in_order(
    mine: Mapping[Hashable, Row], yours: Mapping[Hashable, Row], order: str | Sequence[Hashable] | None
) -> Iterable[Hashable]:
    if order is None or order == "ours":
        return dict.fromkeys((*mine, *yours))
    if order == "theirs":
        return dict.fromkeys((*yours, *mine))
    if isinstance(order, str):
        raise ValueError(f"order={order!r}: use 'ours', 'theirs' or a sequence of keys")
    wanted = [name for name in order if name in mine or name in yours]
    return dict.fromkeys((*wanted, *mine, *yours))


def _merge_row(
    name: Hashable, was: _Side, mine: _Side, yours: _Side, conflicts: list[Conflict], *, lost: bool
) -> dict[str, Any] | None:
    base, ours, theirs = was.rows.get(name), mine.rows.get(name), yours.rows.get(name)
    if ours is not None and (ours == theirs or (theirs is not None and theirs == base)):
        return dict(ours)
    if theirs is not None and ours is not None and ours == base and len(ours) == len(theirs):
        if ours.keys() == theirs.keys():
            return dict(theirs)
    fate = row_fate(base, ours, theirs, lambda: _shared(mine, yours, base, ours, theirs))
    if fate is BOTH_HAVE:
        assert ours is not None
        assert theirs is not None
        return _merge_both(name, (was, mine, yours), (base, ours, theirs), conflicts, lost=lost)
    side = _FALLS_TO.get(fate.kind)
    if fate.edited:
        conflicts.append(Conflict(name, None, base, ours, theirs))
    if side is None:
        return None
    kept = ours if side == "ours" else theirs
    assert kept is not None
    return dict(kept)


def _shared(mine: _Side, yours: _Side, *rows: Row | None) -> dict[str, None]:
    """The fields of these rows that both sides have as columns."""
    named = {name: None for row in rows if row for name in row}
    return {f: None for f in named if f in mine.fields and f in yours.fields}


def _merge_both(
    name: Hashable,
    sides: tuple[_Side, _Side, _Side],
    rows: tuple[Row | None, Row, Row],
    conflicts: list[Conflict],
    *,
    lost: bool,
) -> dict[str, Any]:
    base, ours, theirs = rows
    shared = _shared(sides[1], sides[2], *rows)
    cells = merge_cells(base or {}, ours, theirs, shared)
    clash = (*cells.clash, *cells.take, *cells.push) if lost else cells.clash
    was = base or {}
    conflicts.extend(Conflict(name, f, was.get(f), ours.get(f), theirs.get(f)) for f in clash)
    merged = {**{f: v for f, v in theirs.items() if f not in sides[1].fields}, **ours}
    if not lost:
        merged.update(cells.take)
    return {**{f: merged[f] for f in ours if f in merged}, **merged}
