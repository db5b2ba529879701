"""Cases as whole numbers: each attribute's values by code, and equal cases counted together.

Code 0 of every attribute is "another": missing, empty, or too rare to make a scenario. It counts towards what is
expected but is never part of a scenario. Values are in the order of their text, so that nothing depends on the order of
the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import NDArray

from ..statistics import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LONGEST = 200
"""Characters of a value that are told apart: an attribute is a choice, not a text of a megabyte."""


@dataclass(frozen=True)
class Attribute:
    """One attribute: each row's code, and the values that codes 1, 2, ... stand for."""

    name: str
    codes: Ints
    values: tuple[Any, ...]
    rare: int = 0
    """How many values are too rare to be looked at."""


@dataclass(frozen=True)
class Cube:
    """Cases that are alike in all attributes as one row: `codes` is (rows, attributes), counts in and before the window."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    codes: Ints
    now: Floats
    before: Floats

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many codes each attribute has, "another" included."""
        return tuple(len(values) + 1 for values in self.values)


def coded(name: str, column: pd.Series, window: Bools, settings_min: int, most: int) -> Attribute:
    """Return an attribute by codes: values with enough cases in the window, `most` of them at most, the commonest."""
    codes, uniques = _factorized(column)
    texts = [text_of(value) for value in uniques]
    known = sorted({text for text in texts if text})
    place = {text: i + 1 for i, text in enumerate(known)}
    first: dict[str, Any] = {}
    for value, text in sorted(zip(uniques, texts, strict=True), key=_by_length):
        first.setdefault(text, value)
    merged = np.array([0, *(place.get(text, 0) for text in texts)])[codes + 1]
    counts = np.bincount(merged[window], minlength=len(known) + 1)
    counts[0] = 0
    kept = np.sort(np.argsort(-counts, kind="stable")[:most])
    kept = kept[counts[kept] >= settings_min]
    recode = np.zeros(len(known) + 1, np.int64)
    recode[kept] = np.arange(1, len(kept) + 1)
    values = tuple(_plain(first[known[i - 1]]) for i in kept)
    rare = int(np.count_nonzero(counts)) - len(kept)
    return Attribute(name, recode[merged], values, rare)


def _factorized(column: pd.Series) -> tuple[Ints, list[Any]]:
    try:
        codes, uniques = pd.factorize(column)
    except TypeError:  # a list or a dict in a cell
        codes, uniques = pd.factorize(column.map(text_of))
    return codes.astype(np.int64), list(uniques)


def _by_length(pair: tuple[Any, str]) -> tuple[str, int, str, str]:
    value, text = pair
    said = value if isinstance(value, str) else text
    return text, len(said), type(value).__name__, said[:LONGEST]


def text_of(value: Any) -> str:
    """Return a value as the text that it is told apart by; "" where there is none."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, str):
        return " ".join(value[: 4 * LONGEST].split())[:LONGEST]
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    try:
        return " ".join(str(value)[: 4 * LONGEST].split())[:LONGEST]
    except Exception:  # a cell's object that cannot say what it is is no value
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return text_of(value)
    return value.item() if isinstance(value, np.generic) else value


def cube(attributes: Sequence[Attribute], now: Bools, before: Bools) -> Cube:
    """Return the cases in and before the window, those alike together, in the order of their codes."""
    used = now | before
    codes = np.stack([attribute.codes[used] for attribute in attributes], axis=1)
    order = _order(codes, [len(attribute.values) + 1 for attribute in attributes])
    codes = codes[order]
    starts = np.ones(len(codes), bool)
    starts[1:] = (codes[1:] != codes[:-1]).any(axis=1)
    begin = np.flatnonzero(starts)
    counts = [np.add.reduceat(part[used][order].astype(float), begin) for part in (now, before)]
    return Cube(
        tuple(attribute.name for attribute in attributes),
        tuple(attribute.values for attribute in attributes),
        codes[begin], counts[0], counts[1],
    )  # fmt: skip


def _order(codes: Ints, sizes: Sequence[int]) -> Ints:
    """Return the rows' order by codes: by one number where it is small enough, which is quicker."""
    if np.prod(np.array(sizes, float)) < 2.0**62:
        return np.argsort(mixed(codes, sizes), kind="stable")
    return np.lexsort(codes.T[::-1])


def mixed(codes: Ints, sizes: Sequence[int]) -> Ints:
    """Return each row's codes as one number, in their order."""
    key = np.zeros(len(codes), np.int64)
    for i, size in enumerate(sizes):
        key = key * size + codes[:, i]
    return key
