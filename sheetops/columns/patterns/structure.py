"""Which attributes hang together as a whole: a policy that exists in two markets only is no news.

A pair of attributes is structure when its table departs from independence broadly: even without the cells that stand out
most, or because most values of one have a value of the other that is theirs. A scenario stands out in one cell, and must
not hide itself by being called structure.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ..statistics import Floats
from .coding import Cube, mixed

OUTSTANDING = 0.15
"""The share of a table's cells, the most conspicuous, that are left out of the judgement."""

BEYOND_CHANCE = 6.0
"""Standard deviations of chi-square above its mean from which the rest of a table counts as dependent."""

OWN = 0.6
"""The share of an attribute's values that have a value of the other which is theirs, from which both hang together."""

_LEAST_EXPECTED = 1.0
_ROUNDS = 5


def dependent_pairs(cube: Cube) -> tuple[tuple[int, int], ...]:
    """Return the pairs of attributes, by place, that depend on each other in and before the window together."""
    cases = cube.now + cube.before
    pairs = combinations(range(len(cube.names)), 2)
    return tuple((i, j) for i, j in pairs if _dependent(table_of(cube, i, j, cases)))


def table_of(cube: Cube, i: int, j: int, cases: Floats) -> Floats:
    """Return how many cases there are for each code of one attribute (rows) and another (columns)."""
    sizes = cube.sizes[i], cube.sizes[j]
    counts = np.bincount(mixed(cube.codes[:, [i, j]], sizes), cases, sizes[0] * sizes[1])
    table: Floats = counts.astype(float).reshape(sizes)
    return table


def _dependent(table: Floats) -> bool:
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return False
    if _of_their_own(table):
        return True
    left_out = max(1, round(OUTSTANDING * table.size))
    judged = np.ones(table.shape, bool)
    for done in range(_ROUNDS):
        expected = _quasi_independent(table, judged)
        excess = np.where(judged, (table - expected) / np.sqrt(np.maximum(expected, 0.5)), -np.inf)
        more = round(left_out * (done + 1) / _ROUNDS) - round(left_out * done / _ROUNDS)
        judged.ravel()[np.argsort(-excess.ravel(), kind="stable")[:more]] = False
    expected = _quasi_independent(table, judged)
    good = judged & (expected >= _LEAST_EXPECTED)
    rows, columns = np.count_nonzero(good.any(axis=1)), np.count_nonzero(good.any(axis=0))
    freedom = np.count_nonzero(good) - rows - columns + 1
    if freedom < 1:
        return False
    chi_square = float((((table - expected) ** 2)[good] / expected[good]).sum())
    return bool((chi_square - freedom) / np.sqrt(2 * freedom) > BEYOND_CHANCE)


def _of_their_own(table: Floats) -> bool:
    """Tell whether most values of an attribute come with one of the other far more often than independence has it."""
    expected = table.sum(axis=1)[:, None] * table.sum(axis=0) / table.sum()
    stand_out = (table - expected > BEYOND_CHANCE * np.sqrt(expected + 1)) & (table > 1.2 * expected)
    shares = [stand_out.any(axis=axis).sum() / table.shape[1 - axis] for axis in (0, 1)]
    return bool(min(table.shape) > 2 and stand_out.sum() > 3 and min(shares) >= OWN)


def _quasi_independent(table: Floats, judged: np.ndarray) -> Floats:
    """Return what independence expects of the judged cells: iterative proportional fitting (Deming and Stephan 1940)."""
    seen = np.where(judged, table, 0.0)
    rows, columns = seen.sum(axis=1), seen.sum(axis=0)
    fitted = judged.astype(float)
    for _ in range(12):
        fitted *= (rows / np.maximum(fitted.sum(axis=1), 1e-12))[:, None]
        fitted *= columns / np.maximum(fitted.sum(axis=0), 1e-12)
    return fitted
