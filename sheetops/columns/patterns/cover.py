"""Sequential cover: the best scenario is taken, what it explains is discounted, and the rest is judged anew.

The model that comes of it is log-linear: background times a factor for each scenario that a case belongs to. A factor is
found from the other side, by weighing down the scenario's cases until they are as many as the background expects
(iterative proportional fitting); background and factors are refitted together, so that a scenario does not raise what is
expected of its own values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..statistics import Floats, Interval
from .cells import Cells, Scan
from .coding import Cube, Ints
from .expectation import Background, Basis
from .settings import Settings

_SWEEPS = 4
_LOOKED_AT = 64
"""How many of the best candidates get an exact p-value in a round; one of them is taken."""


@dataclass
class Fit:
    """One basis with the scenarios that are taken so far: their factors, and what is left of each row's cases."""

    basis: Basis
    cube: Cube
    cells: Cells
    left: Floats
    background: Background
    taken: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    factors: Floats = field(default_factory=lambda: np.zeros(0))

    def take(self, taken: Sequence[int]) -> None:
        """Refit background and factors with these scenarios."""
        known = dict(zip(self.taken.tolist(), self.factors.tolist(), strict=True))
        self.taken = np.array(taken, np.int64)
        self.factors = np.array([known.get(k, 1.0) for k in taken])
        some, inside = _some(self.cells, self.taken), self.cells.members[self.taken]
        for _ in range(_SWEEPS):
            wanted = self.background.expected(some)
            self.left = self.cube.now * np.exp(inside.T @ np.log(self.factors))
            self.factors = np.clip(self.factors * wanted / np.maximum(inside @ self.left, 1e-9), 1e-6, 1.0)
            self.left = self.cube.now * np.exp(inside.T @ np.log(self.factors))
            self.background = self.basis.fitted(self.left)

    def extra(self) -> Floats:
        """Return how many cases of each cell the scenarios taken bring."""
        extra: Floats = np.maximum(self.cells.n - self.cells.members @ self.left, 0.0)
        return extra

    def others(self) -> Floats:
        """Return the same for each scenario taken, without itself."""
        seen = self.cells.members[self.taken] @ self.left / self.factors
        extra: Floats = np.maximum(self.cells.n[self.taken] - seen, 0.0)
        return extra


def _some(cells: Cells, which: Ints) -> Cells:
    return Cells(cells.codes[which], cells.n[which], cells.before[which], cells.sizes)


@dataclass(frozen=True)
class View:
    """What one basis says of the scenarios that were taken, given the others: expected cases, p-values, gains.

    `extra` are the cases that the other scenarios bring; `expected` has them in it.
    """

    name: str
    expected: Floats
    extra: Floats
    p: Floats
    gain: Floats
    interval: Interval


@dataclass(frozen=True)
class Judged:
    """The scenarios that were taken, in the order in which they were, and what each basis says of them.

    `tests` is of how many tests each is one: a p-value is worth what is left of it times `tests`.
    """

    cells: Cells
    views: tuple[View, ...]
    tests: Floats

    @property
    def adjusted(self) -> Floats:
        """Each scenario's smallest p-value times its number of tests."""
        return np.asarray(np.min([view.p for view in self.views], axis=0) * self.tests)


def cover(cube: Cube, scan: Scan, compared: Sequence[Basis], settings: Settings) -> Judged:
    """Return the scenarios that say different things, the strongest first, each judged given all the others."""
    cells = scan.cells
    tests = (
        np.array([scan.possible.get(int(d), 1.0) for d in cells.depth]) * len(scan.possible) * len(compared)
    )
    fits = [Fit(basis, cube, cells, cube.now.copy(), basis.fitted(cube.now)) for basis in compared]
    taken: list[int] = []
    while len(taken) < 4 * settings.most:
        best = _best(fits, tests, taken, settings.q * (len(taken) + 1))
        if best is None:
            break
        taken.append(best)
        for fit in fits:
            fit.take(taken)
    while True:
        judged = _judged(fits, cells, tests, taken)
        weakest = int(np.argmax(judged.adjusted)) if taken else -1
        if not taken or judged.adjusted[weakest] <= settings.q * len(taken):
            return judged
        del taken[weakest]
        for fit in fits:
            fit.take(taken)


def _best(fits: Sequence[Fit], tests: Floats, taken: Sequence[int], level: float) -> int | None:
    """Return the cell with the largest gain beyond the price of having looked for it, of those that are significant."""
    best: tuple[float, int] | None = None
    for fit in fits:
        extra = fit.extra()
        gain = fit.background.gain(fit.cells, extra) - np.log(tests)
        gain[list(taken)] = -np.inf
        first = np.argsort(-gain, kind="stable")[:_LOOKED_AT]
        p = fit.background.p(_some(fit.cells, first), extra[first]) * tests[first]
        good = first[(p <= level) & np.isfinite(gain[first])]
        if len(good) and (best is None or gain[good[0]] > best[0]):
            best = float(gain[good[0]]), int(good[0])
    return best[1] if best else None


def _judged(fits: Sequence[Fit], cells: Cells, tests: Floats, taken: Sequence[int]) -> Judged:
    chosen = np.array(taken, np.int64)
    some, views = _some(cells, chosen), []
    for fit in fits:
        extra, back = fit.others() if taken else np.zeros(0), fit.background
        expected = back.expected(some) + extra
        judged = back.p(some, extra), back.gain(some, extra), back.interval(some, extra)
        views.append(View(fit.basis.name, expected, extra, *judged))
    return Judged(replace(some, members=cells.members[chosen]), tuple(views), tests[chosen])
