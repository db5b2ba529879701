"""How many flags would a threshold make on this series, and how does a team's feedback move it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .judging import judge
from .signals.scoring import episodes
from .signals.settings import chosen, score_threshold

LADDER = (0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)
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
    unusual = found.judged & (np.abs(found.compared.z) >= 3)
    judged, used = int(found.judged.sum()), score_threshold(made)
    rows = []
    for threshold in sorted({*thresholds, used}):
        flag = found.judged & (found.score >= threshold)
        _, starts = episodes(flag, unusual, max(3, found.compared.cycle.rows // 24))
        rate = 1000 * flag.sum() / judged if judged else np.nan
        rows.append((threshold, int(flag.sum()), int(starts.sum()), judged, rate, threshold == used))
    return pd.DataFrame(rows, columns=["threshold", "flags", "episodes", "judged", "per_thousand", "chosen"])


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
