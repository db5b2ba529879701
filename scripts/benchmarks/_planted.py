"""Cases with scenarios planted in them, by a seed: what a miner should find is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

ATTRIBUTES = (
    ("market", ("UK", "DE", "FR", "ES", "IT", "US", "ID", "VN", "TH", "MY")),
    ("surface", ("LIVE", "Short video", "Shop", "Search", "Ads")),
    ("policy", tuple(f"policy {i:02}" for i in range(1, 25))),
    ("category", tuple(f"category {i:02}" for i in range(1, 17))),
    ("seller_segment", ("new", "small", "mid", "large", "key")),
    ("source", ("user report", "model", "audit", "partner")),
    ("language", ("en", "de", "fr", "es", "it", "id", "vi", "th")),
    ("reviewer_team", tuple(f"team {i}" for i in range(1, 13))),
)
"""The attributes of planted cases, each with its values, the commonest first."""

_DEPENDENT = ("market", "policy", "language")

AS_OF = pd.Timestamp("2026-06-30 18:00", tz="UTC")


@dataclass(frozen=True)
class Planted:
    """Cases, and the scenarios that are planted in them: attributes and values, with how many cases were added."""

    frame: pd.DataFrame
    scenarios: tuple[tuple[dict[str, Any], int], ...] = ()
    attributes: tuple[str, ...] = field(default=tuple(name for name, _ in ATTRIBUTES))


def plant(
    cases: int = 100_000,
    sizes: tuple[int, ...] = (),
    *,
    seed: int = 0,
    days: int = 196,
    window: int = 28,
    depths: tuple[int, ...] = (2, 3, 4),
    dependent: bool = False,
    always: bool = False,
) -> Planted:
    """Return `cases` cases over `days` days up to AS_OF, with a scenario of each of `sizes` added in the last `window`.

    Values follow a Zipf-like law, independent of each other; `dependent` makes policies differ between markets and
    languages follow them. With `always`, a scenario has its size in every window, not in the last alone.
    """
    chance = np.random.default_rng(seed)
    codes = {name: _draw(chance, len(values), cases) for name, values in ATTRIBUTES}
    if dependent:
        _depend(chance, codes, cases)
    ages = chance.uniform(0, days, cases)
    scenarios = _scenarios(chance, sizes, depths)
    at = 0
    for where, size in scenarios:
        count = round(size * days / window) if always else size
        rows = slice(at, at + count)
        at += count
        if dependent:
            _follow(chance, codes, where, rows)
        for name, code in where.items():
            codes[name][rows] = code
        ages[rows] = chance.uniform(0, days if always else window, count)
    frame = pd.DataFrame({name: np.array(values, object)[codes[name]] for name, values in ATTRIBUTES})
    frame.insert(0, "key", [f"C{i:07}" for i in range(cases)])
    frame["opened_at"] = AS_OF - pd.to_timedelta(ages, unit="D")
    values = dict(ATTRIBUTES)
    said = tuple(({n: values[n][c] for n, c in where.items()}, size) for where, size in scenarios)
    return Planted(frame.sample(frac=1, random_state=seed).reset_index(drop=True), said)


def _draw(chance: np.random.Generator, values: int, cases: int) -> np.ndarray:
    weight = 1 / np.arange(1, values + 1) ** 0.7
    return chance.choice(values, cases, p=weight / weight.sum())


def _depend(chance: np.random.Generator, codes: dict[str, np.ndarray], cases: int) -> None:
    """Let each market have policies of its own, and speak mostly one language."""
    values = dict(ATTRIBUTES)
    for market in range(len(values["market"])):
        here = codes["market"] == market
        weight = chance.dirichlet(np.full(len(values["policy"]), 0.8))
        codes["policy"][here] = chance.choice(len(weight), here.sum(), p=weight)
        speaks = here & (chance.random(cases) < 0.8)
        codes["language"][speaks] = market % len(values["language"])


def _follow(
    chance: np.random.Generator, codes: dict[str, np.ndarray], where: dict[str, int], rows: slice
) -> None:
    """Let a scenario's cases have market, policy and language as cases like them have: it is odd in its own values only."""
    alike = np.ones(len(codes["market"]), bool)
    for name in _DEPENDENT:
        alike &= codes[name] == where[name] if name in where else True
    pool = np.flatnonzero(alike)
    if len(pool):
        like = chance.choice(pool, rows.stop - rows.start)
        for name in _DEPENDENT:
            codes[name][rows] = codes[name][like]


def _scenarios(
    chance: np.random.Generator, sizes: tuple[int, ...], depths: tuple[int, ...]
) -> list[tuple[dict[str, int], int]]:
    """Return scenarios of which no two share more than one value."""
    found: list[tuple[dict[str, int], int]] = []
    while len(found) < len(sizes):
        size, depth = sizes[len(found)], depths[len(found) % len(depths)]
        chosen = sorted(chance.choice(len(ATTRIBUTES), depth, replace=False).tolist())
        where = {ATTRIBUTES[i][0]: int(chance.integers(len(ATTRIBUTES[i][1]))) for i in chosen}
        if all(len(where.items() & other.items()) < 2 for other, _ in found):
            found.append((where, size))
    return found
