"""The score of the Numenta Anomaly Benchmark, standard profile (Lavin & Ahmad 2015), as its own scorer counts it."""

from __future__ import annotations

from typing import Any

import numpy as np
from _labelled_series import Series, runs

FALSE_WEIGHT, PROBATION, LONGEST = 0.11, 0.15, 5000


def nab_score(scores: list[Any], series: list[Series]) -> float:
    """Return the score at the one threshold that is best for all series: 0 finds nothing, 100 is perfect.

    A window gives what its earliest alarm gives, or -1; each alarm outside costs up to 0.11, less just after a window.
    The first 15 % of a series (at most 750 rows) are not counted.
    """
    levels: list[Any] = []
    gains: list[Any] = []
    windows = 0
    for score, one in zip(scores, series, strict=True):
        row_gain, window = _gains(one.labels)
        counted = np.arange(len(score)) >= min(PROBATION * len(score) // 1, PROBATION * LONGEST)
        outside = counted & (window < 0)
        levels.append(score[outside])
        gains.append(FALSE_WEIGHT * row_gain[outside])
        for number in range(int(window.max(initial=-1)) + 1):
            inside = counted & (window == number)
            windows += 1
            level, gain = _steps(score[inside], row_gain[inside])
            levels.append(level)
            gains.append(gain)
    level, gain = np.concatenate(levels), np.concatenate(gains)
    order = np.argsort(-level, kind="stable")
    level, total = level[order], np.cumsum(gain[order])
    last_of_level = np.append(level[1:] != level[:-1], True)
    return float(100 * max(total[last_of_level].max(), 0.0) / (2 * windows))


def _gains(labels: Any) -> tuple[Any, Any]:
    """Return what an alarm at each row is worth, and the number of the window it is in, -1 for none."""
    rows = np.arange(len(labels))
    gain, window = np.full(len(labels), -1.0), np.full(len(labels), -1)
    starts, ends = runs(labels)
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        width = end - start
        gain[start:end] = _sigmoid((rows[start:end] - end) / width) / _sigmoid(np.array(-1.0))
        gain[end:] = _sigmoid((rows[end:] - end + 1) / max(width - 1, 1))
        window[start:end] = number
    return gain, window


def _sigmoid(position: Any) -> Any:
    return np.where(position > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(position, 3))) - 1)


def _steps(score: Any, gain: Any) -> tuple[Any, Any]:
    """Return the levels at which a lower threshold finds a window earlier, and how much each adds to having missed it."""
    order = np.argsort(-score, kind="stable")
    best = np.maximum.accumulate(gain[order])
    return score[order], np.diff(best, prepend=-1.0)
