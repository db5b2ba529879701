"""Which row and column of a tab is which, after people moved them and a write went over some of its cells. Pure.

Columns are known by their headers, rows by their keys, and what has neither by the rest of its content. Cells that were
written over say nothing: they are `unknown`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .cells import Json
from .tabs import TabState

Place = tuple[int, int]
HEADER_MAY_MOVE = 200
"""How many rows further down a header row is looked for."""
_TOO_COMMON = 500
"""A value that stands in more rows than this tells no row from another."""

_TELLING = 3
"""What a value that stands in one row only weighs, against one for any other that is the same, or is not."""


@dataclass
class Lines:
    """Where each row and column went: number before -> number now. What is not in it is gone."""

    rows: dict[int, int] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)

    def now(self, place: Place) -> Place | None:
        """Return where a cell is now."""
        row, column = self.rows.get(place[0]), self.columns.get(place[1])
        return None if row is None or column is None else (row, column)

    def turned(self) -> Lines:
        """Return the same the other way round."""
        return Lines({now: was for was, now in self.rows.items()}, {now: was for was, now in self.columns.items()})  # fmt: skip


def same_columns(last: int) -> dict[int, int]:
    """Return columns that have not moved."""
    return {column: column for column in range(1, last + 1)}


def by_key(before: Mapping[int, Json], now: Mapping[int, Json]) -> dict[int, int]:
    """Return rows that are known by a key that stands once on each side."""
    there = _once(now)
    return {row: there[key] for key, row in _once(before).items() if key in there}


def _once(keys: Mapping[int, Json]) -> dict[str, int]:
    rows: dict[str, int] = {}
    twice = set()
    for row, said in keys.items():
        if key := text_of(said):
            twice |= {key} if key in rows else set()
            rows[key] = row
    return {key: row for key, row in rows.items() if key not in twice}


def text_of(said: Json) -> str:
    """Return a key as text: the number 12 and the text "12" are one key."""
    value: Any = next(iter(said.values()), "") if said else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def line_up(
    before: TabState, heads: Mapping[int, Json], header_row: int, key_column: int,
    now: TabState, unknown: Collection[Place], new_rows: Collection[int],
) -> Lines | None:  # fmt: skip
    """Return where rows and columns went; None where the headers are not to be found.

    `heads` are the headers by their columns in `before`; `new_rows` are rows of it that nobody is in yet.
    """
    at = _header_row(set(map(_said, heads.values())), header_row, now, unknown)
    if at is None:
        return None
    columns = _columns(heads, before, now, at, unknown)
    finding = _Rows(before, now, columns, unknown, {header_row: at})
    finding.by_key(key_column)
    finding.by_content(new_rows)
    finding.by_neighbour(new_rows)
    return Lines(finding.found, columns)


def _header_row(wanted: Collection[str], first: int, now: TabState, unknown: Collection[Place]) -> int | None:
    def known(row: int) -> int:
        cells = ((row, c) for c in range(1, now.width(row) + 1))
        return len({_said(now.entered(*place)) for place in cells if place not in unknown} & set(wanted))

    rows = range(1, min(len(now.raw), first + HEADER_MAY_MOVE) + 1)
    best = max(rows, key=lambda row: (known(row), -abs(row - first)), default=0)
    return best if best and known(best) else None


def _columns(
    heads: Mapping[int, Json], before: TabState, now: TabState, row: int, unknown: Collection[Place]
) -> dict[int, int]:
    over = [c for c in range(1, now.width(row) + 1) if (row, c) in unknown]
    there = {c: said for c in range(1, now.width(row) + 1) if c not in over and (said := now.entered(row, c))}
    found = by_key(heads, there)
    renamed = [c for c in there if c not in found.values()]
    _alike(found, [c for c in heads if c not in found], renamed, before, now, unknown, least=1)
    _alike(found, [c for c in heads if c not in found], over, before, now, unknown)
    _beside(found, heads, over)
    last = max([now.width(n) for n in range(1, len(now.raw) + 1)], default=0)
    blank = [c for c in range(1, last + 1) if c not in there and c not in over]
    _beside(found, range(1, max(heads) + 1), blank)
    return found


def _alike(
    found: dict[int, int], lost: Sequence[int], over: Sequence[int], before: TabState, now: TabState,
    unknown: Collection[Place], *, least: int = 0,
) -> None:  # fmt: skip
    """Take columns whose headers are not what they were for those that hold the most of the same values."""
    was = {column: _values(before, column, ()) for column in lost}
    there = {column: _values(now, column, unknown) for column in over}
    pairs = ((-len(was[c] & there[at]), abs(at - c), c, at) for c in lost for at in over)
    for shared, _, column, at in sorted(pairs):
        if -shared >= least and column not in found and at not in found.values():
            found[column] = at


def _values(tab: TabState, column: int, unknown: Collection[Place]) -> set[str]:
    places = ((row, column) for row in range(1, len(tab.raw) + 1))
    return {_said(said) for place in places if place not in unknown and (said := tab.entered(*place))}


def _beside(found: dict[int, int], before: Iterable[int], now: Iterable[int]) -> None:
    """Take lines that nothing tells apart for what stood beside their neighbours."""
    free, lines = set(now) - set(found.values()), sorted(before)
    for step, order in ((-1, lines), (1, lines[::-1])):
        for line in order:
            if line in found:
                continue
            at = found[line + step] - step if line + step in found else 1 if (line, step) == (1, -1) else 0
            if at in free:
                found[line] = at
                free.remove(at)


@dataclass
class _Rows:
    """The search for rows; `found` is number before -> number now."""

    before: TabState
    now: TabState
    columns: Mapping[int, int]
    unknown: Collection[Place]
    found: dict[int, int]

    def by_key(self, column: int) -> None:
        at = self.columns.get(column)
        if at is None:
            return
        keys = {row: self.before.entered(row, column) for row in self._lines(self.before, self.found)}
        there = {
            row: self.now.entered(row, at)
            for row in self._lines(self.now, self.found.values())
            if (row, at) not in self.unknown
        }
        self.found.update(by_key(keys, there))

    def _lines(self, tab: TabState, without: Collection[int]) -> list[int]:
        taken = set(without)
        return [row for row in range(1, len(tab.raw) + 1) if row not in taken]

    def by_content(self, new_rows: Collection[int]) -> None:
        there = {row: self._known(row) for row in self._lines(self.now, self.found.values())}
        index: dict[tuple[int, str], list[int]] = {}
        for row, cells in there.items():
            for cell in cells.items():
                index.setdefault(cell, []).append(row)
        pairs = []
        for row in self._lines(self.before, {*self.found, *new_rows}):
            cells = self._moved(row)
            shared: Counter[int] = Counter()
            for cell in cells.items():
                rows = index.get(cell, ())
                if len(rows) <= _TOO_COMMON:
                    shared.update(dict.fromkeys(rows, _TELLING if len(rows) == 1 else 1))
            for other, same in shared.items():
                differ = sum(said != there[other].get(c, said) for c, said in cells.items())
                if same > differ:
                    pairs.append((differ - same, abs(other - row), row, other))
        self._take(pairs)

    def _take(self, pairs: list[tuple[int, int, int, int]]) -> None:
        taken = set(self.found.values())
        for *_, row, other in sorted(pairs):
            if row not in self.found and other not in taken:
                self.found[row] = other
                taken.add(other)

    def _known(self, row: int) -> dict[int, str]:
        """What stands in a row now, by column, without formulas and what was written over."""
        return _content(self.now, row, lambda c: c if (row, c) not in self.unknown else None)

    def _moved(self, row: int) -> dict[int, str]:
        """What stood in a row before, by the columns' places now."""
        return _content(self.before, row, self.columns.get)

    def by_neighbour(self, new_rows: Collection[int]) -> None:
        """A row of which nothing is left stood below the one above it; or it is the only one that it can be."""
        over = sorted({row for row, _ in self.unknown if not self._known(row)} - set(self.found.values()))
        lost = [row for row in self._lines(self.before, {*self.found, *new_rows}) if self._moved(row)]
        rows = dict(self.found)
        _beside(rows, lost, over)
        pairs = [(row, rows[row]) for row in lost if row in rows] + [(row, at) for row in lost for at in over]
        taken: set[int] = set()
        for row, at in pairs:
            gone_over = all((at, column) in self.unknown for column in self._moved(row))
            if gone_over and row not in self.found and at not in taken:
                self.found[row] = at
                taken.add(at)


def _content(tab: TabState, row: int, column_of: Callable[[int], int | None]) -> dict[int, str]:
    cells = {}
    for column in range(1, tab.width(row) + 1):
        said, at = tab.entered(row, column), column_of(column)
        if at is not None and said and "formulaValue" not in said:
            cells[at] = _said(said)
    return cells


def has_content(tab: TabState, row: int, unknown: Collection[Place]) -> bool:
    """Whether anything but formulas and what was written over stands in a row."""
    return bool(_content(tab, row, lambda c: c if (row, c) not in unknown else None))


def _said(said: Json) -> str:
    return json.dumps(said, sort_keys=True)
