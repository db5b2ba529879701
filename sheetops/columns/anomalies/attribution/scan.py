"""The slice scan: the set of slices that explains the leaves best, found greedily and then put right.

A slice's worth is its log-likelihood ratio, less the price of having looked at so many slices (the logarithm of their
number, as in Bonferroni and in minimum description length), and 15 % less for each dimension after the first: of two
slices that explain as much, people name the wider one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .cells import Cells, Floats, Mask
from .evidence import Evidence

DEEPER = 0.85
"""What a slice keeps of its log-likelihood ratio for each dimension after the first."""

LEAST = 3.0
"""The least worth of a cause: about one in twenty scans of pure noise reaches it."""

_ROUNDS, _SPLITS = 2, 4


class Found(NamedTuple):
    """A slice, and what it is worth."""

    cuboid: int
    at: int
    worth: float


@dataclass(frozen=True)
class Scan:
    """Slices of cells, judged by evidence, above (+1) or below (-1) the expected or either (0); at most `most` causes."""

    cells: Cells
    evidence: Evidence
    sign: float
    weakest: float
    most: int
    whole: bool = True
    """Whether everything together may be the answer."""

    def causes(self) -> list[Found]:
        """Return the slices that explain the leaves together, the strongest first."""
        left, found = self._all(), list[Found]()
        while len(found) < self.most:
            best = self._best(left)
            if best is None or (found and best.worth < self.weakest * found[0].worth):
                break
            for part in self._split(left, best):
                found.append(part)
                left = left & ~self.cells.inside(part.cuboid, part.at)
        return self._strong(self._put_right(found))

    def _all(self) -> Mask:
        return np.ones(self.cells.size, dtype=np.bool_)

    def _price(self, cuboid: int) -> float:
        looked = self.cells.cuboids[cuboid]
        return math.log(looked.slices) + (math.log(len(self.cells.cuboids)) if looked.dimensions else 0.0)

    def _keeps(self, cuboid: int) -> float:
        return float(DEEPER ** (len(self.cells.cuboids[cuboid].dimensions) - 1))

    def _ratio(self, sums: tuple[Floats, ...]) -> Floats:
        ratio = self.evidence.ratio(sums)
        return self.sign * ratio if self.sign else np.abs(ratio)

    def _best(self, left: Mask, among: list[int] | None = None) -> Found | None:
        """Return the slice that is worth most by the leaves that are left; None where none is worth enough."""
        weighted = [np.where(left, each, 0.0) for each in self.evidence.sums]
        best: Found | None = None
        for place in range(0 if self.whole else 1, len(self.cells.cuboids)) if among is None else among:
            looked = self.cells.cuboids[place]
            sums = tuple(
                np.bincount(looked.slice_of, each, looked.slices).astype(np.float64) for each in weighted
            )
            worth = self._keeps(place) * self._ratio(sums) - self._price(place)
            at = int(np.argmax(worth))
            if worth[at] > LEAST and (best is None or worth[at] > best.worth + 1e-9):
                best = Found(place, at, float(worth[at]))
        return best

    def _worth(self, found: Found, left: Mask) -> Found:
        """Return the same slice, with its worth by the leaves that are left."""
        inside = left & self.cells.inside(found.cuboid, found.at)
        sums = tuple(np.atleast_1d(each[inside].sum()) for each in self.evidence.sums)
        worth = self._keeps(found.cuboid) * self._ratio(sums)[0] - self._price(found.cuboid)
        return found._replace(worth=float(worth))

    def _split(self, left: Mask, found: Found, splits: int = 0) -> list[Found]:
        """Return the slice, or narrower ones inside it that are together worth more: several causes look like their parent."""
        if splits >= _SPLITS or not (deeper := self.cells.deeper(found.cuboid)):
            return [found]
        rest, parts = left & self.cells.inside(found.cuboid, found.at), list[Found]()
        while len(parts) < self.most and (best := self._best(rest, deeper)) is not None:
            parts.append(best)
            rest = rest & ~self.cells.inside(best.cuboid, best.at)
        if sum(part.worth for part in parts) <= found.worth:
            return [found]
        answer = list[Found]()
        for part in parts:
            answer += self._split(left, part, splits + 1)
            left = left & ~self.cells.inside(part.cuboid, part.at)
        return answer

    def _put_right(self, found: list[Found]) -> list[Found]:
        """Choose each slice again, given the others: the first ones were chosen before the others were known."""
        for _ in range(_ROUNDS):
            before = [part[:2] for part in found]
            for at in range(len(found)):
                left = self._without(found[:at] + found[at + 1 :])
                found[at] = self._worth(found[at], left)
                best = self._best(left)
                if best is not None and best.worth > found[at].worth + 1e-6:
                    found[at] = best
            if before == [part[:2] for part in found]:
                break
        return found

    def _without(self, found: list[Found]) -> Mask:
        left = self._all()
        for part in found:
            left &= ~self.cells.inside(part.cuboid, part.at)
        return left

    def _strong(self, found: list[Found]) -> list[Found]:
        once = {part[:2]: part for part in found if part.worth > LEAST}
        ordered = sorted(once.values(), key=lambda part: (-part.worth, part.cuboid, part.at))
        return [part for part in ordered if part.worth >= self.weakest * ordered[0].worth]
