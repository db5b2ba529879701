"""How many cases of a combination there would be if nothing recurred: by independence, and by the previous period.

Both are fitted to cases whose known scenarios are discounted, so that what one scenario brings is not expected of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from ..statistics import Floats, Interval, binomial, poisson_greater, poisson_ratio
from .cells import Cells
from .coding import Cube, Ints
from .structure import table_of

INDEPENDENCE = "independence"
PREVIOUS = "previous period"

_HALF = 0.5
"""Cases that are added to a count before it is divided by: none before does not mean none ever."""


def marginals(cube: Cube, cases: Floats) -> list[Floats]:
    """Return how many cases there are of each attribute's codes."""
    return [np.bincount(cube.codes[:, i], cases, size).astype(float) for i, size in enumerate(cube.sizes)]


def flat(parts: list[Floats]) -> Floats:
    """Return values by attribute and code as one array, with a 1 at the end for "no attribute here"."""
    return np.concatenate([*parts, [1.0]])


class Background(Protocol):
    """What the background brings of some cells, once it is fitted to the (discounted) cases of a cube's rows.

    `extra` are the cases of each cell that other scenarios bring: they are added to what is expected. `inside` are those
    that the background brings to parts of a cell that are not looked at, whose cases `n` and `before` leave out.
    """

    def expected(self, cells: Cells) -> Floats:
        """Return how many cases of each cell the background brings."""

    def gain(self, cells: Cells, extra: Floats, inside: Floats | float = 0.0) -> Floats:
        """Return each cell's log-likelihood ratio; 0 where there are no more than expected."""

    def p(self, cells: Cells, extra: Floats, inside: Floats | float = 0.0) -> Floats:
        """Return each cell's exact p-value, of at least as many."""

    def interval(self, cells: Cells, extra: Floats) -> Interval:
        """Return the exact 95 % interval of observed over expected."""


@dataclass(frozen=True)
class Basis:
    """What cases are compared with: its name, and how it is fitted to (discounted) cases of the cube's rows."""

    name: str
    fitted: Callable[[Floats], Background]


@dataclass(frozen=True)
class Independence:
    """The attributes' own counts, and those of pairs that depend on each other."""

    total: float
    counts: list[Floats]
    tables: dict[tuple[int, int], Floats]

    def expected(self, cells: Cells) -> Floats:
        if self.total <= 0:
            return np.zeros(len(cells.n))
        shares = flat([part / self.total for part in self.counts])
        expected: Floats = self.total * shares[cells.places].prod(axis=1)
        if self.tables:
            for attributes, mine in cells.by_attributes():
                if any(pair in self.tables for pair in _pairs(attributes)):
                    codes = cells.codes_of(mine, attributes)
                    expected[mine] = _structured(attributes, codes, self.tables, self.counts, self.total)
        return expected

    def gain(self, cells: Cells, extra: Floats, inside: Floats | float = 0.0) -> Floats:
        return poisson_gain(cells.n, self._left(cells, inside) + extra)

    def p(self, cells: Cells, extra: Floats, inside: Floats | float = 0.0) -> Floats:
        return poisson_p(cells.n, self._left(cells, inside) + extra)

    def _left(self, cells: Cells, inside: Floats | float) -> Floats:
        """Return what is expected outside the parts that are not looked at: never less than a quarter of it all."""
        expected = self.expected(cells)
        return np.maximum(expected - inside, expected / 4)

    def interval(self, cells: Cells, extra: Floats) -> Interval:
        ratio = poisson_ratio(cells.n, self.expected(cells) + extra)
        return Interval(ratio.lower, ratio.upper)


def independence(cube: Cube, pairs: Sequence[tuple[int, int]]) -> Basis:
    """Return the comparison with what the attributes' own frequencies, and the pairs' that hang together, would bring."""

    def fitted(cases: Floats) -> Background:
        tables = {pair: table_of(cube, *pair, cases) for pair in pairs}
        return Independence(float(cases.sum()), marginals(cube, cases), tables)

    return Basis(INDEPENDENCE, fitted)


def _pairs(attributes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    yield from ((a, b) for i, a in enumerate(attributes) for b in attributes[i + 1 :])


def _structured(
    attributes: tuple[int, ...],
    codes: Ints,
    tables: dict[tuple[int, int], Floats],
    counts: list[Floats],
    total: float,
) -> Floats:
    """Return what is expected where pairs depend on each other: each attribute given those before it.

    Given several that it depends on, it is the product of what each says (Kirkwood 1935) or the largest of them,
    whichever is more, and never more than its pair has: where attributes hang together, scenarios need more evidence.
    """
    expected = np.full(len(codes), total)
    most = np.full(len(codes), np.inf)
    for k, d in enumerate(attributes):
        alone = counts[d][codes[:, k]] / total
        given: list[Floats] = []
        for i, a in enumerate(attributes[:k]):
            if (a, d) in tables:
                pair = tables[a, d][codes[:, i], codes[:, k]]
                most = np.minimum(most, pair)
                given.append(pair / np.maximum(counts[a][codes[:, i]], 1e-12))
        if not given:
            expected *= alone
        else:
            product = np.prod(given, axis=0) / np.maximum(alone, 1e-12) ** (len(given) - 1)
            expected *= np.minimum(np.maximum(product, np.max(given, axis=0)), 1.0)
    least: Floats = np.minimum(expected, most)
    return least


@dataclass(frozen=True)
class Previous:
    """What the previous period says: its own count of each cell, times `changes` by attribute and code, times `ratio`."""

    ratio: float
    changes: Floats

    def odds(self, cells: Cells) -> Floats:
        """Return how many cases the window would have for one case before."""
        odds: Floats = self.ratio * self.changes[cells.places].prod(axis=1)
        return odds

    def expected(self, cells: Cells) -> Floats:
        expected: Floats = (cells.before + _HALF) * self.odds(cells)
        return expected

    def raised(self, cells: Cells, extra: Floats) -> Floats:
        """Return the odds that bring the extra cases too."""
        odds: Floats = self.odds(cells) + extra / (cells.before + _HALF)
        return odds

    def gain(self, cells: Cells, extra: Floats, inside: Floats | float = 0.0) -> Floats:
        return share_gain(cells.n, cells.before, self.raised(cells, extra))

    def p(self, cells: Cells, extra: Floats, inside: Floats | float = 0.0) -> Floats:
        return share_p(cells.n, cells.before, self.raised(cells, extra))

    def interval(self, cells: Cells, extra: Floats) -> Interval:
        share, odds = binomial(cells.n, cells.n + cells.before), self.raised(cells, extra)
        with np.errstate(divide="ignore"):
            return Interval(*(end / (1 - end) / odds for end in share))


def previous(cube: Cube) -> Basis:
    """Return the comparison with the previous period, scaled to the window's total and to its single values.

    A value that as a whole has become commoner is not news for each of its combinations.
    """
    earlier, before = marginals(cube, cube.before), float(cube.before.sum())

    def fitted(cases: Floats) -> Background:
        now = max(float(cases.sum()), 1e-9)
        changes = [
            ((here + 1) / now) / ((there + before / now) / before)
            for here, there in zip(marginals(cube, cases), earlier, strict=True)
        ]
        return Previous(now / before, flat(changes))

    return Basis(PREVIOUS, fitted)


# --- how surprising -------------------------------------------------------------------------------


def poisson_gain(n: Floats, expected: Floats) -> Floats:
    """Return the log-likelihood ratio of a count against what was expected; 0 where it is no more than that."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = special.xlogy(n, n / expected) - (n - expected)
    return np.where((n > expected) & (expected > 0), gain, 0.0)


def poisson_p(n: Floats, expected: Floats) -> Floats:
    """Return the exact chance of at least `n`; 1 where nothing can be expected."""
    return np.where(expected > 0, poisson_greater(n, np.maximum(expected, 1e-300)), 1.0)


def share_gain(n: Floats, before: Floats, odds: Floats) -> Floats:
    """Return the log-likelihood ratio of two Poisson counts whose ratio was to be `odds`; 0 where it is no more."""
    with np.errstate(divide="ignore", invalid="ignore"):
        both, share = n + before, odds / (1 + odds)
        gain = special.xlogy(n, n / (both * share)) + special.xlogy(before, before / (both * (1 - share)))
        return np.where((n > before * odds) & np.isfinite(odds), gain, 0.0)


def share_p(n: Floats, before: Floats, odds: Floats) -> Floats:
    """Return the exact chance of at least `n` in the window, given how many there are in all (Przyborowski and Wilenski 1940)."""
    with np.errstate(invalid="ignore"):
        share = odds / (1 + odds)
        p = special.betainc(np.maximum(n, 1e-300), before + 1, np.nan_to_num(share))
    return np.where(np.isfinite(odds) & (n > 0), p, 1.0)
