"""The leaf cells of a frame, and every slice of them: one value for each of some dimensions.

A *leaf* is one combination of all dimensions; a *slice* fixes some of them (market = UK and surface = LIVE) and holds
the leaves that agree; a *cuboid* is all slices over the same dimensions.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

Cause = tuple[tuple[str, Any], ...]
"""A slice in words: (dimension, value) pairs in the order of the dimensions. () is everything."""

WORK = 4_000_000
"""Leaves times cuboids that are looked at, at most: with more, the deepest cuboids are left out."""

BLANK = "(blank)"


@dataclass(frozen=True)
class Cuboid:
    """All slices over the same dimensions: for each leaf the slice it is in, for each slice one leaf that is in it."""

    dimensions: tuple[int, ...]
    slice_of: npt.NDArray[np.intp]
    example: npt.NDArray[np.intp]

    @property
    def slices(self) -> int:
        """How many slices hold a leaf."""
        return len(self.example)


class Cells:
    """Leaves with their codes, and the cuboids over them, shallow ones first. The first cuboid is () with one slice."""

    def __init__(self, leaves: pd.DataFrame, dimensions: list[str], depth: int | None = None) -> None:
        """Take one row for each leaf. `depth` is the most dimensions that a slice may fix; None: all of them."""
        self.dimensions = dimensions
        self.size = len(leaves)
        coded = [_codes(leaves[name]) for name in dimensions]
        self._codes = [codes for codes, _ in coded]
        self._values = [values for _, values in coded]
        self.depth = self._affordable(min(depth or len(dimensions), len(dimensions)))
        everything = Cuboid((), np.zeros(self.size, dtype=np.intp), np.zeros(1, dtype=np.intp))
        self.cuboids = [everything, *(self._cuboid(chosen) for chosen in self._chosen())]

    def _affordable(self, depth: int) -> int:
        most, cuboids = max(WORK // max(self.size, 1), len(self.dimensions)), 0
        for level in range(1, depth + 1):
            cuboids += len(list(itertools.combinations(self.dimensions, level)))
            if cuboids > most:
                return max(level - 1, 1)
        return depth

    def _chosen(self) -> list[tuple[int, ...]]:
        several = [place for place, values in enumerate(self._values) if len(values) > 1]
        return [
            chosen for level in range(1, self.depth + 1) for chosen in itertools.combinations(several, level)
        ]

    def _cuboid(self, chosen: tuple[int, ...]) -> Cuboid:
        key = np.zeros(self.size, dtype=np.int64)
        for place in chosen:
            # Renumbered at each step: the product of many cardinalities would not fit in 64 bits.
            mixed = key * len(self._values[place]) + self._codes[place]
            _, example, key = np.unique(mixed, return_index=True, return_inverse=True)
        return Cuboid(chosen, key.astype(np.intp), example.astype(np.intp))

    def name(self, cuboid: int, at: int) -> Cause:
        """Return the dimensions and values of a slice."""
        looked = self.cuboids[cuboid]
        leaf = looked.example[at]
        return tuple(
            (self.dimensions[place], self._values[place][self._codes[place][leaf]])
            for place in looked.dimensions
        )

    def inside(self, cuboid: int, at: int) -> Mask:
        """Return which leaves a slice holds."""
        held: Mask = self.cuboids[cuboid].slice_of == at
        return held

    def deeper(self, cuboid: int) -> list[int]:
        """Return the cuboids that fix the same dimensions and more."""
        fixed = set(self.cuboids[cuboid].dimensions)
        return [place for place, other in enumerate(self.cuboids) if fixed < set(other.dimensions)]


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """Return a code for each value, in the order of the values' text: the order of the rows must not matter."""
    codes, values = pd.factorize(column)
    texts = [f"{value} {type(value).__name__}" for value in values]
    order = sorted(range(len(texts)), key=texts.__getitem__)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[codes], [values[at] for at in order]
