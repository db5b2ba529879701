"""Scenarios over time: a pattern keeps its id while its values or its cases stay the same, so that playbooks can name it.

Ids are P-0001, P-0002, ... in the order in which patterns first came. What is dismissed stays dismissed; what is gone keeps
its row, and its id when it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from .coding import text_of
from .why import attributes_text

ALIKE = 0.5
"""The similarity from which a scenario is an earlier one that has changed."""

SKETCH = 48
"""Hashes that a sketch of a scenario's cases keeps."""


@dataclass(frozen=True)
class Known:
    """A pattern as it was last seen: its id, its (attribute, value) pairs, and a sketch of its cases."""

    id: str
    pairs: frozenset[tuple[str, str]]
    sketch: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Named:
    """A scenario's id. `is_new`: it had none before. `split_from` is a pattern that it was part of and that goes on;
    `merged` are patterns that are now part of it."""

    id: str
    is_new: bool
    split_from: str = ""
    merged: tuple[str, ...] = field(default=())


def pairs_of(attributes: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Return a scenario's attributes and values as a table's cell holds them, and as they are told apart."""
    return read_pairs(attributes_text(attributes))


def sketch(keys: Iterable[Any]) -> frozenset[str]:
    """Return a small sketch of a set of cases: the least of their hashes (bottom-k: Broder 1997)."""
    hashes = {blake2b(str(key).encode("utf-8", "replace"), digest_size=4).hexdigest() for key in keys}
    return frozenset(sorted(hashes)[:SKETCH])


def sketch_text(kept: frozenset[str]) -> str:
    """Return a sketch as a cell of a table holds it."""
    return " ".join(sorted(kept))


def read_sketch(cell: Any) -> frozenset[str]:
    """Return the sketch that a cell holds."""
    return frozenset(re.findall(r"\b[0-9a-f]{8}\b", _whole(cell)))


def read_pairs(cell: Any) -> frozenset[tuple[str, str]]:
    """Return the pairs that a cell "market = UK; surface = LIVE" holds."""
    parts = (part.partition(" = ") for part in _whole(cell).split("; "))
    return frozenset((name.strip(), value.strip()) for name, equals, value in parts if equals)


def _whole(cell: Any) -> str:
    """Return a whole cell as text; "" where it has none."""
    return cell if isinstance(cell, str) else text_of(cell)


def similarity(one: Known, other: Known) -> float:
    """Return how alike two patterns are, 0 to 1: the same values are 1; else the mean of what values and cases share.

    Both are Jaccard indices; without a sketch of both, values alone count. A pattern of other values only is none.
    """
    if one.pairs == other.pairs:
        return 1.0
    values = _jaccard(one.pairs, other.pairs)
    if not values or not one.sketch or not other.sketch:
        return values
    return max(values, (values + _sketched(one.sketch, other.sketch)) / 2)


def _jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _sketched(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard index of two sets from their sketches."""
    least = sorted(one | other)[: max(min(len(one), len(other)), 1)]
    return sum(1 for each in least if each in one and each in other) / len(least)


def name_all(scenarios: Sequence[Known], earlier: Sequence[Known]) -> list[Named]:
    """Return each scenario's id: an earlier one's, the most alike first, or the next number.

    `scenarios` have "" for an id. Their order decides who gets which new number, and nothing else. Of two that are equally
    alike the earlier id wins. An earlier pattern goes to one scenario only: others of its kind are split from it.
    """
    old = sorted({one.id: one for one in earlier}.values(), key=lambda one: (_number(one.id), one.id))
    alike = {
        (i, j): score
        for i, new in enumerate(scenarios)
        for j, known in enumerate(old)
        if (score := similarity(new, known)) >= ALIKE
    }
    taken: dict[int, int] = {}
    order = sorted(alike, key=lambda ij: (-alike[ij], ij[1], sorted(scenarios[ij[0]].pairs), ij[0]))
    for i, j in order:
        if i not in taken and j not in taken.values():
            taken[i] = j
    following = max((_number(one.id) for one in old), default=0) + 1
    named = []
    for i in range(len(scenarios)):
        others = [j for (k, j) in sorted(alike) if k == i and j != taken.get(i)]
        if i in taken:
            merged = tuple(old[j].id for j in others if j not in taken.values())
            named.append(Named(old[taken[i]].id, False, merged=merged))
        else:
            named.append(Named(f"P-{following:04d}", True, split_from=old[others[0]].id if others else ""))
            following += 1
    return named


def _number(name: str) -> int:
    found = re.fullmatch(r"P-(\d{1,9})", name)
    return int(found.group(1)) if found else 0
