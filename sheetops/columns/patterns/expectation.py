"""How many cases of a combination there would be if nothing recurred: by independence, and by the previous period.

Both are fitted to cases whose known scenarios are discounted, so that what one scenario brings is not expected of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from ..statistics import Floats, poisson_greater
from .cells import Cells
from .coding import Cube, Ints
from .structure import table_of

INDEPENDENCE = "independence"
PREVIOUS = "previous period"


def marginals(cube: Cube, cases: Floats) -> list[Floats]:
    """Return how many cases there are of each attribute's codes."""
    return [
        np.bincount(cube.codes[:, i], cases, size) for i, size in enumerate(cube.sizes)
    ]  # each row is read once for each attribute


def flat(parts: list[Floats]) -> Floats:
    """Return values by attribute and code as one array, with a 1 at the end for "no attribute here"."""
    return np.concatenate([*parts, [1.0]])


@dataclass(frozen=True)
class Independence:
    """Expected counts from the attributes' own counts, and from those of pairs that depend on each other."""

    cube: Cube
    pairs: tuple[tuple[int, int], ...]

    def expected(self, cells: Cells, cases: Floats) -> Floats:
        """Return the expected count of each cell, given the (discounted) cases of each row of the cube."""
        total = float(cases.sum())
        if total <= 0:
            return np.zeros(len(cells.n))
        counts = marginals(self.cube, cases)
        shares = flat([part / total for part in counts])
        expected: Floats = total * shares[cells.places].prod(axis=1)
        if not self.pairs:
            return expected
        tables = {pair: table_of(self.cube, *pair, cases) for pair in self.pairs}
        for attributes, mine in cells.by_attributes():
            if any(pair in tables for pair in _pairs(attributes)):
                codes = cells.codes_of(mine, attributes)
                expected[mine] = _structured(attributes, codes, tables, counts, total)
        return expected


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
    return np.minimum(expected, most)


@dataclass(frozen=True)
class Previous:
    """What the previous period says: its own count of each cell, scaled to the window's total and to its single values.

    A value that as a whole has become commoner is not news for each of its combinations.
    """

    cube: Cube

    def odds(self, cells: Cells, cases: Floats) -> Floats:
        """Return how many cases the window would have for one case before, given the (discounted) cases in it."""
        now, before = float(cases.sum()), float(self.cube.before.sum())
        if now <= 0 or before <= 0:
            return np.full(len(cells.n), np.nan)
        changes = [
            ((in_window + 1) / now) / ((earlier + before / now) / before)
            for in_window, earlier in zip(
                marginals(self.cube, cases), marginals(self.cube, self.cube.before), strict=True
            )
        ]
        odds: Floats = now / before * flat(changes)[cells.places].prod(axis=1)
        return odds


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
