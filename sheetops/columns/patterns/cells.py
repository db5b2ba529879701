"""The scan: all combinations of values with enough cases in the window, and those of them that are worth a second look.

Depth first and dense: a combination's cases are renumbered before the next attribute is added, so that each step is one
bincount, and cases in no frequent combination are left behind (Agrawal and Srikant 1994).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from ..statistics import Floats
from .coding import Bools, Cube, Ints

Judge = Callable[["Cells"], Bools]
"""Tells which of some cells are worth a second look."""


@dataclass(frozen=True)
class Cells:
    """Combinations of values: one row each. `codes` has 0 for attributes that are not part of it.

    `n` and `before` are its cases in and before the window. `places` are the values' places in arrays by attribute and
    code, the last place for none (see `expectation.flat`). `members` (cells, cube rows) holds 1 for each row of it.
    """

    codes: Ints
    n: Floats
    before: Floats
    sizes: tuple[int, ...]
    members: Any = field(default=None, repr=False)

    @cached_property
    def places(self) -> Ints:
        starts = np.concatenate([[0], np.cumsum(self.sizes)])
        places = np.where(self.codes > 0, starts[:-1] + self.codes, starts[-1])
        deepest = max(int(self.depth.max(initial=1)), 1)
        inside: Ints = np.sort(places, axis=1)[:, :deepest]
        return inside

    @cached_property
    def depth(self) -> Ints:
        """How many attributes each cell has."""
        depth: Ints = np.count_nonzero(self.codes, axis=1)
        return depth

    @cached_property
    def _groups(self) -> list[tuple[tuple[int, ...], Ints]]:
        used = (self.codes > 0) @ (1 << np.arange(self.codes.shape[1]))
        order = np.argsort(used, kind="stable")
        edges = np.flatnonzero(np.diff(used[order])) + 1
        parts = np.split(order, edges) if len(order) else []
        return [(tuple(np.flatnonzero(self.codes[part[0]]).tolist()), part) for part in parts]

    def by_attributes(self) -> Iterator[tuple[tuple[int, ...], Ints]]:
        """Yield the attributes, by place, of the cells that have the same ones, and those cells."""
        yield from self._groups

    def codes_of(self, cells: Ints, attributes: tuple[int, ...]) -> Ints:
        """Return the codes of some cells in some attributes."""
        codes: Ints = self.codes[np.ix_(cells, np.array(attributes))]
        return codes


@dataclass(frozen=True)
class Scan:
    """What a scan found: the cells worth a second look, and how many cells there could have been at each depth."""

    cells: Cells
    possible: dict[int, float]


def scan(cube: Cube, least: int, depth: int, judge: Judge) -> Scan:
    """Return the combinations of two to `depth` attributes with `least` cases in the window of which `judge` says so."""
    found: list[tuple[Cells, Ints, Ints]] = []
    possible: dict[int, float] = dict.fromkeys(range(2, depth + 1), 0.0)
    rows = np.arange(len(cube.codes))
    root = Cells(np.zeros((1, len(cube.names)), np.int64), np.zeros(1), np.zeros(1), cube.sizes)
    _deepen(
        cube, least, depth, judge, _Node(-1, 1.0, root, rows, np.zeros(len(rows), np.int64)), found, possible
    )
    return Scan(_joined(found, cube), {d: count for d, count in possible.items() if count})


@dataclass(frozen=True)
class _Node:
    """A set of attributes in the scan: its frequent cells, the rows in one of them, and which one each row is in."""

    last: int
    possible: float
    cells: Cells
    rows: Ints
    cell: Ints


def _deepen(
    cube: Cube, least: int, depth: int, judge: Judge, node: _Node,
    found: list[tuple[Cells, Ints, Ints]], possible: dict[int, float],
) -> None:  # fmt: skip
    level = int(node.cells.depth.max(initial=0)) + 1
    for attribute in range(node.last + 1, len(cube.names)):
        child = _child(cube, least, node, attribute)
        if level > 1:
            possible[level] += child.possible
            _collect(child, judge, found)
        if level < depth and len(child.cells.n):
            _deepen(cube, least, depth, judge, child, found, possible)


def _child(cube: Cube, least: int, node: _Node, attribute: int) -> _Node:
    """Return a node with one more attribute."""
    size, codes = cube.sizes[attribute], cube.codes[node.rows, attribute]
    key = node.cell * size + codes
    n = np.bincount(key, cube.now[node.rows], len(node.cells.n) * size).astype(float)
    frequent = n >= least
    frequent[::size] = False
    kept = np.flatnonzero(frequent)
    inside = frequent[key]
    rows = node.rows[inside]
    number = np.zeros(len(n), np.int64)
    number[kept] = np.arange(len(kept))
    cell = number[key[inside]]
    before = np.bincount(cell, cube.before[rows], len(kept)).astype(float)
    cell_codes = node.cells.codes[kept // size]
    cell_codes[:, attribute] = kept % size
    cells = Cells(cell_codes, n[kept], before, cube.sizes)
    return _Node(attribute, node.possible * (size - 1), cells, rows, cell)


def _collect(node: _Node, judge: Judge, found: list[tuple[Cells, Ints, Ints]]) -> None:
    if not len(node.cells.n):
        return
    good = judge(node.cells)
    if not good.any():
        return
    number = np.cumsum(good) - 1
    inside = good[node.cell]
    some = Cells(node.cells.codes[good], node.cells.n[good], node.cells.before[good], node.cells.sizes)
    found.append((some, number[node.cell[inside]], node.rows[inside]))


def _joined(found: list[tuple[Cells, Ints, Ints]], cube: Cube) -> Cells:
    """Return all that was found as one, with its members."""
    if not found:
        none = np.zeros(0)
        members = sparse.csr_array((0, len(cube.codes)))
        return Cells(np.zeros((0, len(cube.names)), np.int64), none, none, cube.sizes, members)
    starts = np.cumsum([0, *(len(cells.n) for cells, _, _ in found)])
    cell = np.concatenate([which + start for (_, which, _), start in zip(found, starts[:-1], strict=True)])
    row = np.concatenate([rows for _, _, rows in found])
    ones = np.ones(len(cell))
    members = sparse.csr_array((ones, (cell, row)), shape=(int(starts[-1]), len(cube.codes)))
    whole = [
        np.concatenate([getattr(cells, name) for cells, _, _ in found]) for name in ("codes", "n", "before")
    ]
    return replace(Cells(whole[0], whole[1], whole[2], cube.sizes), members=members)
