"""Cells that are written together: rectangles, as few as there are, because every call to Excel takes its time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from .cells import Place

K = TypeVar("K", bound=Hashable)


class Block(NamedTuple):
    """A rectangle of cells, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def places(self) -> Iterable[Place]:
        """Yield its cells row by row."""
        return ((r, c) for r in range(self.top, self.bottom + 1) for c in range(self.left, self.right + 1))


def blocks(kinds: Mapping[Place, K], shown: Mapping[int, bool] | None = None) -> list[tuple[Block, K]]:
    """Return rectangles that cover exactly these cells, each of one kind.

    With `shown` (row -> whether a filter shows it) each is one column wide and all shown or all hidden: Excel
    writes a range that has both only where it shows.
    """
    found: list[tuple[Block, K]] = []
    for (top, bottom, kind), columns in _runs(kinds, shown).items():
        for left, right in _stretches(columns) if shown is None else ((c, c) for c in sorted(columns)):
            found.append((Block(top, left, bottom, right), kind))
    return sorted(found, key=lambda each: each[0])


def _runs(kinds: Mapping[Place, K], shown: Mapping[int, bool] | None) -> dict[tuple[int, int, K], list[int]]:
    """Return (first row, last row, kind) -> the columns that have such a run of cells."""
    runs: dict[tuple[int, int, K], list[int]] = {}
    open_run: tuple[int, int, int, K, bool] | None = None
    for row, column in sorted(kinds, key=lambda place: (place[1], place[0])):
        kind, seen = kinds[row, column], shown is None or shown.get(row, True)
        if open_run is not None and open_run[1:] == (row - 1, column, kind, seen):
            open_run = (open_run[0], row, column, kind, seen)
            continue
        if open_run is not None:
            runs.setdefault((open_run[0], open_run[1], open_run[3]), []).append(open_run[2])
        open_run = (row, row, column, kind, seen)
    if open_run is not None:
        runs.setdefault((open_run[0], open_run[1], open_run[3]), []).append(open_run[2])
    return runs


def _stretches(columns: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for column in sorted(columns):
        if found and found[-1][1] == column - 1:
            found[-1] = (found[-1][0], column)
        else:
            found.append((column, column))
    return found
