"""Three-way merge of whole tables given as plain lists of dicts."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from .three_way import Conflict, Row, merge_cells, row_fate

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
        indexed: dict[Hashable, Row]
        if len(names) == 1:
            name = names[0]
            try:
                indexed = {row[name]: row for row in self._all}
            except KeyError:  # a row without the field has no key, which is for the caller to hear of
                indexed = {row.get(name): row for row in self._all}
        else:
            indexed = {tuple(row.get(name) for name in names): row for row in self._all}
        if len(indexed) == len(self._all) and not any(map(indexed.__contains__, _blanks(names))):
            return indexed
        keys = [_key(row, names) for row in self._all]
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
        return {name: None for layout in dict.fromkeys(map(tuple, self._all)) for name in layout}

    def has(self, name: str) -> bool:
        """Return whether this side has the column; a side without rows says nothing about columns."""
        return not self._all or name in self._all[0] or name in self.fields


def _key(row: Row, names: tuple[str, ...]) -> Hashable:
    if len(names) == 1:
        found: Hashable = row.get(names[0])
        return found
    return tuple(row.get(name) for name in names)


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
    Rows that did not have to be merged are the very dicts that were given.
    """
    was, mine, yours = _Side(base or (), key), _Side(ours, key), _Side(theirs, key)
    conflicts = _unmergeable(mine, yours, was)
    held = {**mine.twice, **yours.twice}
    slowly = _RowMerge(was, mine, yours, conflicts, lost=base is None)
    merged: list[Row] = []
    take = merged.append
    was_row, their_row = was.rows.get, yours.rows.get
    for name, row in mine.rows.items():  # whole rows first: nearly all of them are alike
        other = their_row(name)
        if row == other or name in held:
            take(row)
            continue
        before = was_row(name)
        if other is not None and other == before:
            take(row)
        elif other is not None and row == before and row.keys() == other.keys():
            take(other)
        elif (outcome := slowly(name, before, row, other)) is not None:
            take(outcome)
    added = yours.rows.keys() - mine.rows.keys() - held.keys()
    for name in filter(added.__contains__, yours.rows) if added else ():
        if (outcome := slowly(name, was_row(name), None, yours.rows[name])) is not None:
            take(outcome)
    return MergeResult(_uniform(_in_order(merged, key, yours.rows, order)), conflicts)


def _in_order(
    merged: list[Row],
    key: str | Sequence[str],
    yours: Mapping[Hashable, Row],
    order: str | Sequence[Hashable] | None,
) -> list[Row]:
    if order is None or order == "ours":
        return merged
    if order == "theirs":
        first: Iterable[Hashable] = yours
    elif isinstance(order, str):
        raise ValueError(f"order={order!r}: use 'ours', 'theirs' or a sequence of keys")
    else:
        first = order
    names = (key,) if isinstance(key, str) else tuple(key)
    by_key = {_key(row, names): row for row in merged}
    return [by_key[name] for name in dict.fromkeys((*first, *by_key)) if name in by_key]


def _uniform(rows: list[Row]) -> list[dict[str, Any]]:
    """Give every row every column, blank where it has none, so that the rows make one table."""
    if len(set(map(len, rows))) > 1:
        columns = {name: None for row in rows for name in row}
        return [{**columns, **row} for row in rows]
    return cast("list[dict[str, Any]]", rows)


def _unmergeable(mine: _Side, yours: _Side, was: _Side) -> list[Conflict]:
    found = [Conflict(None, None, None, None, row) for row in yours.blank]
    found += [Conflict(None, None, None, row, None) for row in mine.blank]
    for name in {**mine.twice, **yours.twice}:
        ours = mine.twice.get(name, mine.rows.get(name))
        theirs = yours.twice.get(name, yours.rows.get(name))
        found.append(Conflict(name, None, was.rows.get(name), ours, theirs))
    return found


@dataclass(frozen=True)
class _RowMerge:
    """Merges the few rows that differ, and notes the conflicts among them."""

    was: _Side
    mine: _Side
    yours: _Side
    conflicts: list[Conflict]
    lost: bool

    def __call__(self, name: Hashable, base: Row | None, ours: Row | None, theirs: Row | None) -> Row | None:
        if ours is not None and theirs is not None:
            return self._both(name, base or {}, ours, theirs)
        fate = row_fate(base, ours, theirs, lambda: self._shared(base, ours, theirs))
        if fate.edited:
            self.conflicts.append(Conflict(name, None, base, ours, theirs))
        return {"ours": ours, "theirs": theirs}.get(_FALLS_TO.get(fate.kind, ""))

    def _shared(self, *rows: Row | None) -> Collection[str]:
        """The fields of these rows that both sides have as columns."""
        base, ours, theirs = rows
        if ours and theirs and ours.keys() == theirs.keys() and (not base or base.keys() == ours.keys()):
            return ours.keys()
        named = {name: None for row in rows if row for name in row}
        return [name for name in named if self.mine.has(name) and self.yours.has(name)]

    def _both(self, name: Hashable, base: Row, ours: Row, theirs: Row) -> Row:
        cells = merge_cells(base, ours, theirs, self._shared(base, ours, theirs))
        clash = (*cells.clash, *cells.take, *cells.push) if self.lost else cells.clash
        self.conflicts.extend(Conflict(name, f, base.get(f), ours.get(f), theirs.get(f)) for f in clash)
        more = theirs.items() if theirs.keys() != ours.keys() else ()
        only_theirs = {name: value for name, value in more if name not in ours and not self.mine.has(name)}
        return {**ours, **only_theirs, **({} if self.lost else cells.take)}
