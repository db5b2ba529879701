"""Series to judge: viewers by the hour, with a day's and a week's shape, and noise of several kinds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

MONDAY = "2026-01-05"


def hours(days: int, seed: int = 1, noise: float = 40) -> tuple[pd.DatetimeIndex, Any]:
    """Return hourly timestamps from a Monday and viewers between about 500 and 1,500."""
    when = pd.date_range(MONDAY, periods=24 * days, freq="h")
    shape = 1000 + 450 * np.sin(2 * np.pi * (np.arange(len(when)) - 9) / 24)
    return when, shape + np.random.default_rng(seed).normal(0, noise, len(when))


def noises(size: int, seed: int) -> dict[str, Any]:
    """Return five kinds of noise around a level of about 100."""
    chance = np.random.default_rng(seed)
    innovations = chance.normal(0, 5, size)
    ar = np.zeros(size)
    for i in range(1, size):
        ar[i] = 0.7 * ar[i - 1] + innovations[i]
    return {
        "gaussian": 100 + chance.normal(0, 8, size),
        "student t": 100 + 6 * chance.standard_t(4, size),
        "AR(1)": 100 + ar,
        "negative binomial": chance.negative_binomial(12, 12 / 112, size).astype(float),
        "lognormal": 100 * np.exp(chance.normal(0, 0.12, size)),
    }
