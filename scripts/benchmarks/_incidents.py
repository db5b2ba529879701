"""Seeded incidents with known root causes: a table of cells, what was expected of them, and what happened.

    incident = make(seed, causes=2, depth=3)
    incident.cells     one row for each leaf: the dimensions, actual, expected (and actual_of, expected_of of a rate)
    incident.causes    {(("market", "m3"), ("surface", "s1")), ...}

A cause takes its leaves down (or up) by one ratio, alike but for a small deviation: the ripple effect that makes an
incident's cause recognisable (Sun et al. 2018). All other leaves differ from their forecast by noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

NAMES = ("market", "surface", "policy", "device", "segment", "source")
SIZES = (10, 10, 10, 10)
"""10,000 leaves."""

Noise = Literal["forecast", "counts"]
Cause = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Incident:
    """Cells, their dimensions, and the causes that were planted."""

    cells: pd.DataFrame
    dimensions: list[str]
    causes: frozenset[Cause]

    @property
    def columns(self) -> dict[str, str]:
        """How attribute() is told the columns."""
        numbers = ("actual", "expected", "actual_of", "expected_of")
        return {name: name for name in numbers if name in self.cells}


def make(
    seed: int,
    *,
    causes: int = 1,
    depth: int | None = None,
    sizes: Sequence[int] = SIZES,
    noise: Noise = "forecast",
    rate: bool = False,
    spread: float | None = None,
    severity: tuple[float, float] = (0.3, 0.9),
) -> Incident:
    """Return an incident with that many causes, of that depth or of 1 to 3 each; `spread` is the forecast's error.

    Leaf sizes are Weibull with a long tail, up to a quarter of them 0. Noise "forecast": each leaf is off by so many
    per cent of itself; "counts": actual is a Poisson count. A rate has binomial numerators.
    """
    chance = np.random.default_rng(seed)
    dimensions = list(NAMES[: len(sizes)])
    codes = np.indices(sizes).reshape(len(sizes), -1)
    size = chance.weibull(chance.uniform(0.6, 1.2), codes.shape[1]) * 100
    size *= chance.random(len(size)) > chance.uniform(0, 0.25)
    planted = _planted(chance, causes, depth, sizes, codes, size)
    kept = _kept(chance, planted, codes, severity)
    if rate:
        cells = _rates(chance, size, kept)
    else:
        cells = _totals(chance, size, kept, noise, chance.uniform(0.02, 0.2) if spread is None else spread)
    for at, name in enumerate(dimensions):
        cells.insert(at, name, [f"{name[0]}{code}" for code in codes[at]])
    named = frozenset(tuple((dimensions[at], f"{dimensions[at][0]}{v}") for at, v in one) for one in planted)
    return Incident(cells, dimensions, named)


def _planted(
    chance: np.random.Generator, causes: int, depth: int | None, sizes: Sequence[int], codes: Any, size: Any
) -> list[tuple[tuple[int, int], ...]]:
    """Choose causes that hold something and do not overlap."""
    planted: list[tuple[tuple[int, int], ...]] = []
    taken = np.zeros(codes.shape[1], dtype=bool)
    while len(planted) < causes:
        level = depth or int(chance.integers(1, 4))
        chosen = sorted(chance.choice(len(sizes), size=min(level, len(sizes)), replace=False).tolist())
        one = tuple((at, int(chance.integers(sizes[at]))) for at in chosen)
        inside = _inside(one, codes)
        if size[inside].sum() > 0 and not (taken & inside).any():
            planted.append(one)
            taken |= inside
    return planted


def _inside(one: tuple[tuple[int, int], ...], codes: Any) -> Any:
    return np.logical_and.reduce([codes[at] == value for at, value in one])


def _kept(
    chance: np.random.Generator, planted: list[Any], codes: Any, severity: tuple[float, float]
) -> np.ndarray:
    """Return what each leaf keeps of itself: 1, or less inside of a cause."""
    kept = np.ones(codes.shape[1])
    for one in planted:
        inside = _inside(one, codes)
        fall = chance.uniform(*severity) + chance.normal(0, chance.uniform(0, 0.1), inside.sum())
        kept[inside] = np.clip(1 - fall, 0, None)
    return kept


def _totals(
    chance: np.random.Generator, size: Any, kept: np.ndarray, noise: Noise, spread: float
) -> pd.DataFrame:
    if noise == "counts":
        return pd.DataFrame({"actual": chance.poisson(size * kept).astype(float), "expected": size})
    forecast = size * np.clip(1 + spread * chance.normal(size=len(size)), 0, None)
    return pd.DataFrame({"actual": size * kept, "expected": forecast})


def _rates(chance: np.random.Generator, size: Any, kept: np.ndarray) -> pd.DataFrame:
    """Return clicks of views, before (four times as long) and now; each leaf has a rate of its own."""
    rate = chance.beta(8, 32, len(size))
    views, views_before = chance.poisson(size), chance.poisson(size * 4)
    jitter = np.clip(rate * (1 + 0.05 * chance.normal(size=len(size))), 0, 1)
    return pd.DataFrame(
        {
            "actual": chance.binomial(views, jitter * kept).astype(float),
            "expected": chance.binomial(views_before, rate).astype(float),
            "actual_of": views.astype(float),
            "expected_of": views_before.astype(float),
        }
    )
