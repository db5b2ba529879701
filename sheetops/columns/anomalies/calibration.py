"""How many flags would a threshold make on this series, and how does a team's feedback move it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .judging import Judged, judge, limits
from .signals.readings import Bools, Floats
from .signals.scoring import episodes
from .signals.settings import chosen, score_threshold

LADDER = (0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)
RATES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Flags per 1,000 points that a team may ask for; 0 is the usual threshold."""
_STEPS = {"expected": 1.15, "false": 1.15, "confirmed": 0.97, "missed": 1 / 1.15}
_LEAST, _MOST = 0.05, 0.95


def calibrate(
    timestamps: Any, values: Any, *, thresholds: Sequence[float] = LADDER, **settings: Any
) -> pd.DataFrame:
    """Return what each threshold would have flagged on a series: a row for each of `thresholds`, from low to high.

    Columns: `threshold`, `flags`, `episodes`, `judged` (points that were judged), `per_thousand` (flags per 1,000
    judged points; NaN where none was) and `chosen`, True for the threshold that the settings use. Settings as `detect`.
    """
    made = chosen(settings)
    found = judge(timestamps, values, made)
    used = score_threshold(made)
    rows = [
        (threshold, *_flagged(found, found.score >= threshold), threshold == used)
        for threshold in sorted({*thresholds, used})
    ]
    return pd.DataFrame(rows, columns=["threshold", "flags", "episodes", "judged", "per_thousand", "chosen"])


def calibrate_rates(
    timestamps: Any, values: Any, *, rates: Sequence[float] = RATES, **settings: Any
) -> pd.DataFrame:
    """Return what each rate that may be asked for would have flagged on a series, one row each, from low to high.

    Columns: `rate` (flags per 1,000 points; 0: the usual threshold), `threshold` (where the series' last point would be flagged from),
    and `flags`, `episodes`, `judged`, `per_thousand`, `chosen` as in `calibrate`. Settings as `detect`.
    """
    made = chosen(settings)
    found, used = judge(timestamps, values, made), made.rate or 0.0
    rows = []
    for rate in sorted({*rates, used}):
        limit = limits(found.score, found.judged, found.readings, replace(made, rate=rate or None))
        last = float(limit[-1]) if len(limit) else np.nan
        rows.append((rate, last, *_flagged(found, found.score >= limit), rate == used))
    columns = ["rate", "threshold", "flags", "episodes", "judged", "per_thousand", "chosen"]
    return pd.DataFrame(rows, columns=columns)


def _flagged(found: Judged, reached: Bools) -> tuple[int, int, int, float]:
    """Return the flags, episodes, judged points, and flags per 1,000 of these, where scores reach what they must."""
    z: Floats = found.compared.z
    flag, judged = found.judged & reached, int(found.judged.sum())
    _, starts = episodes(flag, found.judged & (np.abs(z) >= 3), max(3, found.compared.cycle.rows // 24))
    return int(flag.sum()), int(starts.sum()), judged, 1000 * float(flag.sum()) / judged if judged else np.nan


def taught(threshold: float, verdicts: Iterable[str]) -> float:
    """Return a series' threshold after people's verdicts on its flags, oldest first.

    A verdict is "expected" or "false" (the odds score / (1 - score) of the threshold rise by 15 %), "missed" (they fall
    as much) or "confirmed" (they fall by 3 %). The threshold stays between 0.05 and 0.95. Raises ValueError for another.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold is a score between 0 and 1, not {threshold}")
    odds = threshold / (1 - threshold)
    for verdict in verdicts:
        if verdict not in _STEPS:
            raise ValueError(f"a verdict is one of {', '.join(_STEPS)}; '{verdict}' is not")
        odds *= _STEPS[verdict]
    return float(np.clip(odds / (1 + odds), _LEAST, _MOST))
