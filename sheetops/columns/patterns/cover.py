"""Sequential cover: the best scenario is taken, what it explains is discounted, and the rest is judged anew.

The model that comes of it is log-linear: background times a factor for each scenario that a case belongs to. A factor is
found from the other side, by weighing down the scenario's cases until they are as many as the background expects
(iterative proportional fitting); background and factors are refitted together, so that a scenario does not raise what is
expected of its own values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from ..statistics import Floats
from .cells import Cells, Scan
from .coding import Cube, Ints
from .expectation import (
    INDEPENDENCE,
    PREVIOUS,
    Independence,
    Previous,
    poisson_gain,
    poisson_p,
    share_gain,
    share_p,
)
from .settings import Settings

_SWEEPS = 4
_LOOKED_AT = 64
"""How many of the best candidates get an exact p-value in a round; one of them is taken."""


class Basis(Protocol):
    """What cases are compared with. `cases` are those of the cube's rows in the window, discounted."""

    name: str

    def background(self, cells: Cells, cases: Floats) -> Floats:
        """Return how many cases of each cell the background brings."""

    def gain(self, cells: Cells, cases: Floats, scale: Floats) -> Floats:
        """Return each cell's log-likelihood ratio, other scenarios multiplying what is expected by `scale`."""

    def p(self, cells: Cells, cases: Floats, scale: Floats) -> Floats:
        """Return each cell's exact p-value."""


@dataclass(frozen=True)
class ByIndependence:
    """More than the attributes' own frequencies would bring together."""

    model: Independence
    name: str = INDEPENDENCE

    def background(self, cells: Cells, cases: Floats) -> Floats:
        return self.model.expected(cells, cases)

    def gain(self, cells: Cells, cases: Floats, scale: Floats) -> Floats:
        return poisson_gain(cells.n, self.background(cells, cases) * scale)

    def p(self, cells: Cells, cases: Floats, scale: Floats) -> Floats:
        return poisson_p(cells.n, self.background(cells, cases) * scale)


@dataclass(frozen=True)
class ByPrevious:
    """More than there were before, given how many cases there are now."""

    model: Previous
    name: str = PREVIOUS

    def background(self, cells: Cells, cases: Floats) -> Floats:
        return (cells.before + 0.5) * self.model.odds(cells, cases)

    def gain(self, cells: Cells, cases: Floats, scale: Floats) -> Floats:
        return share_gain(cells.n, cells.before, self.model.odds(cells, cases) * scale)

    def p(self, cells: Cells, cases: Floats, scale: Floats) -> Floats:
        return share_p(cells.n, cells.before, self.model.odds(cells, cases) * scale)


@dataclass
class Fit:
    """One basis with the scenarios that are taken so far: their factors, and what is left of each row's cases."""

    basis: Basis
    cube: Cube
    cells: Cells
    left: Floats
    taken: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    factors: Floats = field(default_factory=lambda: np.zeros(0))

    def take(self, taken: Sequence[int]) -> None:
        """Refit background and factors with these scenarios."""
        known = dict(zip(self.taken.tolist(), self.factors.tolist(), strict=True))
        self.taken = np.array(taken, np.int64)
        self.factors = np.array([known.get(k, 1.0) for k in taken])
        some, inside = _some(self.cells, self.taken), self.cells.members[self.taken]
        for _ in range(_SWEEPS):
            self.left = self.cube.now * np.exp(inside.T @ np.log(self.factors))
            wanted = self.basis.background(some, self.left)
            self.factors = np.clip(self.factors * wanted / np.maximum(inside @ self.left, 1e-9), 1e-6, 1.0)
        self.left = self.cube.now * np.exp(inside.T @ np.log(self.factors))

    def scale(self) -> Floats:
        """Return by how much the scenarios taken multiply what is expected of each cell."""
        return np.asarray(self.cells.n / np.maximum(self.cells.members @ self.left, 1e-9))

    def others(self) -> Floats:
        """Return the same for each scenario taken, without itself."""
        seen = self.cells.members[self.taken] @ self.left / self.factors
        return np.asarray(self.cells.n[self.taken] / np.maximum(seen, 1e-9))


def _some(cells: Cells, which: Ints) -> Cells:
    return Cells(cells.codes[which], cells.n[which], cells.before[which], cells.sizes)


@dataclass(frozen=True)
class Judged:
    """The scenarios that were taken: which cells they are, and for each basis what it expects and its p-value.

    `adjusted` is the p-value times the number of tests it is one of (a share of them for each depth and basis).
    """

    cells: Cells
    chosen: Ints
    names: tuple[str, ...]
    background: tuple[Floats, ...]
    scale: tuple[Floats, ...]
    p: Floats
    adjusted: Floats
    gain: Floats


def bases(cube: Cube, pairs: tuple[tuple[int, int], ...], least: float) -> list[Basis]:
    """Return what can be compared with: the previous period only where it has at least `least` cases."""
    found: list[Basis] = [ByIndependence(Independence(cube, pairs))]
    if cube.before.sum() >= least:
        found.append(ByPrevious(Previous(cube)))
    return found


def cover(cube: Cube, scan: Scan, compared: Sequence[Basis], settings: Settings) -> Judged:
    """Return the scenarios that say different things, the strongest first, each judged given all the others."""
    cells = scan.cells
    tests = np.array([scan.possible.get(int(d), 1.0) for d in cells.depth]) * len(scan.possible) * len(compared)
    fits = [Fit(basis, cube, cells, cube.now.copy()) for basis in compared]
    taken: list[int] = []
    while len(taken) < 4 * settings.most:
        best = _best(fits, tests, taken, settings.q * (len(taken) + 1))
        if best is None:
            break
        taken.append(best)
        for fit in fits:
            fit.take(taken)
    while True:
        judged = _judged(fits, tests, cells, taken)
        weak = judged.adjusted > settings.q * max(len(taken), 1)
        if not weak.any():
            return judged
        taken.remove(int(judged.chosen[int(np.argmax(np.where(weak, judged.adjusted, -1)))]))
        for fit in fits:
            fit.take(taken)


def _best(fits: Sequence[Fit], tests: Floats, taken: Sequence[int], level: float) -> int | None:
    """Return the cell with the largest gain beyond the price of having looked for it, of those that are significant."""
    best: tuple[float, int] | None = None
    for fit in fits:
        scale = fit.scale()
        gain = fit.basis.gain(fit.cells, fit.left, scale) - np.log(tests)
        gain[list(taken)] = -np.inf
        first = np.argsort(-gain, kind="stable")[:_LOOKED_AT]
        p = fit.basis.p(_some(fit.cells, first), fit.left, scale[first]) * tests[first]
        good = first[(p <= level) & np.isfinite(gain[first])]
        if len(good) and (best is None or gain[good[0]] > best[0]):
            best = float(gain[good[0]]), int(good[0])
    return best[1] if best else None


def _judged(fits: Sequence[Fit], tests: Floats, cells: Cells, taken: Sequence[int]) -> Judged:
    chosen = np.array(taken, np.int64)
    some = _some(cells, chosen)
    scales = tuple(fit.others() if len(chosen) else np.zeros(0) for fit in fits)
    rows: list[Any] = [
        (fit.basis.p(some, fit.left, scale), fit.basis.gain(some, fit.left, scale))
        for fit, scale in zip(fits, scales, strict=True)
    ]
    p = np.stack([row[0] for row in rows])
    return Judged(
        replace(some, members=cells.members[chosen]), chosen, tuple(fit.basis.name for fit in fits),
        tuple(fit.basis.background(some, fit.left) for fit in fits), scales,
        p, p.min(axis=0) * tests[chosen], np.stack([row[1] for row in rows]),
    )  # fmt: skip
