"""Simulated panels of weekly counts in which the truth is known."""

from __future__ import annotations

import numpy as np

KINDS = ("poisson", "negative binomial", "mixed", "trend", "season", "outbreaks", "zero-heavy")


def panel(kind: str, series: int, *, periods: int = 104, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (periods, series) and where no outbreak was planted."""
    rng = np.random.default_rng(seed)
    low = kind == "zero-heavy"
    level = np.exp(rng.normal(np.log(0.2 if low else 5.0), 0.8 if low else 1.0, series))
    time = np.arange(periods)[:, None]
    mean = np.broadcast_to(level, (periods, series)).copy()
    if kind == "trend":
        mean *= np.exp(rng.normal(0, 0.83, series) * time / periods)
    if kind == "season":
        mean *= np.exp(0.4 * np.sin(2 * np.pi * time / 52 + rng.normal(0, 0.3, series)))
    calm = np.ones(mean.shape, dtype=bool)
    if kind == "poisson":
        return rng.poisson(mean).astype(float), calm
    if kind == "mixed":
        over = rng.gamma(1, 1, series)
        return rng.negative_binomial(np.maximum(mean / over, 1e-9), 1 / (1 + over)).astype(float), calm
    counts = rng.negative_binomial(8, 8 / (8 + mean)).astype(float)
    if kind == "outbreaks":
        for one in range(series):
            for _ in range(rng.poisson(2)):
                stretch = slice(start := rng.integers(0, periods), start + rng.integers(1, 5))
                counts[stretch, one] += rng.poisson(3 * np.sqrt(1.6 * level[one]) + 2, len(counts[stretch]))
                calm[stretch, one] = False
    return counts, calm
