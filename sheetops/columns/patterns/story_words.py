"""What a story is about, and which of its cases are most alike."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from .leaders import rarity
from .near import Floats, Ints, unit
from .text_tokens import is_unspaced

AROUND = 128
"""Distinct texts of one story that are compared with one another: in a longer one, those that came around the same time."""
SAMPLE = 20
"""Texts of a story that are read for its keywords."""
_GRAMS = range(2, 13)


def alike(counts: Any, leader: Ints, most: int) -> list[list[tuple[int, float]]]:
    """Return for each distinct text up to `most` others of its story with their cosine, the nearest first."""
    found: list[list[tuple[int, float]]] = [[] for _ in range(len(leader))]
    frequency: Floats = np.bincount(counts.indices, minlength=counts.shape[1]).astype(float)
    rows = unit(counts, rarity(frequency, len(leader)))
    shared = np.flatnonzero(np.bincount(leader, minlength=len(leader))[leader] > 1)
    order = shared[np.lexsort((shared, leader[shared]))]
    for begin, end in _runs(leader[order]):
        here = order[begin:end]
        cosines = (rows[here] @ rows[here].T).toarray()
        cosines[leader[here][:, None] != leader[here][None, :]] = -1.0
        np.fill_diagonal(cosines, -1.0)
        nearest = np.argsort(-cosines.round(6), axis=1, kind="stable")[:, :most]
        for row, columns, values in zip(
            here.tolist(),
            here[nearest].tolist(),
            np.take_along_axis(cosines, nearest, 1).tolist(),
            strict=True,
        ):
            found[row] = [
                (other, cosine) for other, cosine in zip(columns, values, strict=True) if cosine > 0
            ]
    return found


def _runs(leader: Ints) -> Iterator[tuple[int, int]]:
    """Return runs of at most AROUND sorted rows that cut only stories which are longer than that."""
    begin = 0
    while begin < len(leader):
        end = min(begin + AROUND, len(leader))
        if end < len(leader) and leader[end] == leader[end - 1] and leader[begin] != leader[end]:
            end = int(np.searchsorted(leader, leader[end]))
        yield begin, end
        begin = end


def keywords(texts: Iterable[list[str]], rarities: dict[str, float], most: int = 5) -> list[str]:
    """Return what most of a story's texts say and few others do: words, or parts of a script's runs that recur.

    `rarities` has a weight for each token of words; one that is not in it counts as common.
    """
    said = list(texts)
    shares = Counter(term for text in said for term in {part for word in set(text) for part in _parts(word)})
    least = max(1, (len(said) + 1) // 2)
    scored = [(count * _said_by(term, rarities), term) for term, count in shares.items() if count >= least]
    chosen: list[str] = []
    for _, term in sorted(scored, key=lambda one: (-one[0], one[1])):
        if not any(_overlap(term, other) for other in chosen):
            chosen.append(term)
        if len(chosen) == most:
            break
    return chosen


def _parts(word: str) -> set[str]:
    if not is_unspaced(word):
        return {word}
    word = word[:40]
    begins = [i for i, letter in enumerate(word) if unicodedata.category(letter)[0] == "L"]
    return {word[i : i + size] for i in begins for size in _GRAMS if i + size <= len(word)}


def _said_by(term: str, rarities: dict[str, float]) -> float:
    if not is_unspaced(term):
        return rarities.get(term, 0.0)
    size = 2 if term[:2] in rarities else 3
    return sum(rarities.get(term[i : i + size], 0.0) for i in range(len(term) - size + 1)) / size


def _overlap(one: str, other: str) -> bool:
    """Whether two parts of runs share a pair of characters; words are never parts of one another."""
    if not (is_unspaced(one) and is_unspaced(other)):
        return False
    return bool({a + b for a, b in pairwise(one)} & {a + b for a, b in pairwise(other)})


def weights_of(known: Iterable[str], counts: Any) -> dict[str, float]:
    """Return how much each token says: its rarity times its own weight."""
    frequency: Floats = np.bincount(counts.indices, minlength=counts.shape[1]).astype(float)
    return dict(zip(known, (rarity(frequency, counts.shape[0]) - 1).tolist(), strict=False))
