"""Fuzzy comparison of many names: rapidfuzz token_set on those pairs that share enough rare runs of letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .near import Floats, Ints, Terms, near, unit

ALL_PAIRS = 2_000_000
"""Up to so many comparisons all are made; above, only those of names that share rare runs of letters."""
ALIKE, SPELLED_ALIKE = 0.35, 0.5
"""Cosine of the runs of three letters below which a name is not compared with a canonical one, or with another spelling."""
MOST_PAIRS, SAMPLE = 3_000_000, 500
"""Comparisons that are made at most, about: of more, the least alike are left out. The names that are asked to know how many."""
LEAST = 60.0
"""Score below which two names have nothing to do with one another."""


class Scored(NamedTuple):
    """Pairs of names with their score (0-100): token_set, and the plain likeness of the sorted words."""

    row: Ints
    target: Ints
    score: Floats
    whole: Floats


def scored(names: Sequence[str], targets: Sequence[str]) -> Scored:
    """Return the pairs of a name and a canonical one that score at least LEAST (rapidfuzz token_set_ratio)."""
    few = len(names) * len(targets) <= ALL_PAIRS
    return _scored(
        names, targets, *(_all_pairs(names, targets) if few else _blocked(names, targets, ALIKE)), LEAST
    )


def scored_among(names: Sequence[str], least: float) -> Scored:
    """Return the pairs of a name and an earlier one that score at least `least`."""
    few = len(names) ** 2 <= ALL_PAIRS
    row, target = _all_pairs(names, names) if few else _blocked(names, names, SPELLED_ALIKE)
    earlier = target < row
    return _scored(names, names, row[earlier], target[earlier], least)


def _scored(names: Sequence[str], targets: Sequence[str], row: Ints, target: Ints, least: float) -> Scored:
    from rapidfuzz import fuzz, process

    if not len(row):
        return Scored(row, target, np.zeros(0), np.zeros(0))
    one, other = [names[i] for i in row.tolist()], [targets[i] for i in target.tolist()]
    score = process.cpdist(one, other, scorer=fuzz.token_set_ratio, score_cutoff=least, dtype=np.float32)
    good = score >= least
    row, target, score = row[good], target[good], score[good].astype(float)
    one, other = [names[i] for i in row.tolist()], [targets[i] for i in target.tolist()]
    whole = process.cpdist(one, other, scorer=fuzz.token_sort_ratio, dtype=np.float32) if one else np.zeros(0)
    return Scored(row, target, score, whole.astype(float))


def _all_pairs(names: Sequence[str], targets: Sequence[str]) -> tuple[Ints, Ints]:
    row, target = np.indices((len(names), len(targets))).reshape(2, -1)
    return row, target


def _blocked(names: Sequence[str], targets: Sequence[str], alike: float) -> tuple[Ints, Ints]:
    terms = Terms(lambda run: 1.0)
    for name in (*targets, *names):
        terms.add([run for word in name.split() for run in _runs(word)])
    counts = terms.matrix()
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    rows = unit(counts, np.log((1 + counts.shape[0]) / (1.0 + frequency)) + 1)
    one, other = rows[len(targets) :], rows[: len(targets)]
    found = near(one, other, _bounded(one, other, alike))
    return found.row, found.target


def _bounded(names: Any, targets: Any, alike: float) -> float:
    """Return the cosine above which there are about MOST_PAIRS, by a sample of the names; at least `alike`."""
    sample = names[:: max(1, names.shape[0] // SAMPLE)]
    cosines = np.sort(near(sample, targets, alike).cosine)[::-1]
    most = int(MOST_PAIRS * sample.shape[0] / max(1, names.shape[0]))
    return float(cosines[most]) if len(cosines) > most else alike


def _runs(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]
