"""Sequential cover: the best scenario is taken, what it explains is discounted, and the rest is judged anew.

The model that comes of it is log-linear: background times a factor for each scenario that a case belongs to. A factor is
found from the other side, by weighing down the scenario's cases until they are as many as the background expects
(iterative proportional fitting); background and factors are refitted together, so that a scenario does not raise what is
expected of its own values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

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

    def asked(self) -> tuple[Asked, Asked]:
        """Return all cells as they are to be judged: with all their cases, and with those in no scenario taken."""
        return _asked(self.cells, self.cube, self.left)

    def asked_of(self, k: int) -> tuple[Asked, Asked]:
        """Return the k-th scenario that was taken, as if it was not."""
        row = _some(self.cells, self.taken[[k]])
        own = self.cells.members[self.taken[[k]]].toarray()[0] > 0
        return _asked(row, self.cube, np.where(own, self.left / self.factors[k], self.left))


class Asked(NamedTuple):
    """Cells to be judged, with the cases that scenarios bring them, and the background's cases that are left out."""

    cells: Cells
    extra: Floats
    inside: Floats

    def some(self, which: Ints) -> Asked:
        """Return some of them."""
        return Asked(_some(self.cells, which), self.extra[which], self.inside[which])


def _asked(cells: Cells, cube: Cube, left: Floats) -> tuple[Asked, Asked]:
    """Return cells with all their cases, and with those that no scenario explains by half or more.

    Where scenarios overlap, the noise of what one brings would hide what another adds to it.
    """
    extra = np.maximum(cells.n - cells.members @ left, 0.0)
    free = left >= cube.now / 2
    outside = replace(cells, n=cells.members @ (cube.now * free), before=cells.members @ (cube.before * free))
    inside = cells.members @ np.where(free, 0.0, left)
    added = np.maximum(outside.n - cells.members @ np.where(free, left, 0.0), 0.0)
    return Asked(cells, extra, np.zeros(len(cells.n))), Asked(outside, added, inside)


def _some(cells: Cells, which: Ints) -> Cells:
    members = cells.members[which]
    return Cells(cells.codes[which], cells.n[which], cells.before[which], cells.sizes, members)


@dataclass(frozen=True)
class View:
    """What one basis says of the scenarios that were taken, given the others: expected cases, p-values, gains.

    `expected` has in it what the others bring.
    """

    name: str
    expected: Floats
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
        np.array([scan.possible.get(int(d), 1.0) for d in cells.depth])
        * len(scan.possible)
        * len(compared)
        * 2
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
        for asked in fit.asked():
            gain = fit.background.gain(*asked) - np.log(tests)
            gain[list(taken)] = -np.inf
            first = np.argsort(-gain, kind="stable")[:_LOOKED_AT]
            p = fit.background.p(*asked.some(first)) * tests[first]
            good = first[(p <= level) & np.isfinite(gain[first])]
            if len(good) and (best is None or gain[good[0]] > best[0]):
                best = float(gain[good[0]]), int(good[0])
    return best[1] if best else None


def _judged(fits: Sequence[Fit], cells: Cells, tests: Floats, taken: Sequence[int]) -> Judged:
    chosen = np.array(taken, np.int64)
    return Judged(_some(cells, chosen), tuple(_view(fit, len(taken)) for fit in fits), tests[chosen])


def _view(fit: Fit, taken: int) -> View:
    """Return what one basis says of the scenarios, each given the others: by all of its cases, or those of its own."""
    rows: list[tuple[float, ...]] = []
    for k in range(taken):
        whole, outside = fit.asked_of(k)
        back = fit.background
        p = min(float(back.p(*whole)[0]), float(back.p(*outside)[0]))
        gain = max(float(back.gain(*whole)[0]), float(back.gain(*outside)[0]))
        lower, upper = back.interval(whole.cells, whole.extra)
        expected = float((back.expected(whole.cells) + whole.extra)[0])
        rows.append((expected, p, gain, float(lower[0]), float(upper[0])))
    expected_, p_, gain_, lower_, upper_ = np.array(rows, float).reshape(-1, 5).T
    return View(fit.basis.name, expected_, p_, gain_, Interval(lower_, upper_))
