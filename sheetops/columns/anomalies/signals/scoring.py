"""From the combined z to a score between 0 and 1 that can be compared across series, and to episodes."""

from __future__ import annotations

import numpy as np

from .comparing import Cycle
from .readings import Bools, Floats, Ints
from .trailing import before, most_before

_PEAK_CYCLES, _CALM = 5, 2.0
_SHIFT_CALM, _SHIFT_WEIGHT = 3.5, 0.9
USUAL_ODDS = 0.9
"""How far above its usual peaks a series must go for a score of 0.5."""


def scores(z: Floats, shift: Floats, judged: Bools, cycle: Cycle) -> Floats:
    """Return each row's score: how far it stands out from the peaks the series is used to.

    For one point y = |z| / (2 + the mean of the peaks of |z| in each of the last five cycles); a sustained shift counts
    alike with 3.5 and a weight of 0.9, and the larger is taken. y counts only where it is the largest of the last half
    cycle, so that an episode scores where it begins or grows, and not at every row. score = y / (0.9 + y).
    """
    rows = max(20, cycle.rows)
    y = _beyond_peaks(np.where(judged, np.abs(z), 0.0), rows, _CALM)
    y = np.maximum(y, _SHIFT_WEIGHT * _beyond_peaks(np.where(judged, np.abs(shift), 0.0), rows, _SHIFT_CALM))
    y = np.where(y >= most_before(y, max(5, cycle.rows // 2)), y, 0.0)
    return y / (USUAL_ODDS + y)


def _beyond_peaks(size: Floats, rows: int, calm: float) -> Floats:
    """Return sizes as multiples of the usual peak: the mean of the largest in each of the last cycles."""
    peaks = most_before(size, rows)
    total, count = np.zeros(len(size)), np.zeros(len(size))
    for back in range(_PEAK_CYCLES):
        earlier = before(peaks, back * rows) if back else peaks
        total += np.nan_to_num(earlier)
        count += np.isfinite(earlier)
    return size / (calm + total / count)


def episodes(flag: Bools, unusual: Bools, calm: int) -> tuple[Ints, Bools]:
    """Return the number of the episode each row is in (0: none), and which rows start one.

    An episode begins with a flag and goes on while unusual rows are not more than `calm` rows apart.
    """
    strange = flag | unusual
    rows = np.arange(len(flag))
    last = np.maximum.accumulate(np.where(strange, rows, -calm - 2))
    previous = np.concatenate([[-calm - 2], last[:-1]])[: len(rows)]
    run_start = np.maximum.accumulate(np.where(strange & (rows - previous > calm), rows, 0))
    last_flag = np.concatenate([[-1], np.maximum.accumulate(np.where(flag, rows, -1))[:-1]])[: len(rows)]
    starts = flag & (last_flag < run_start)
    number = np.cumsum(starts)
    inside = strange & ((last_flag >= run_start) | starts)
    return np.where(inside, number, 0), starts


def quantile_so_far(score: Floats, judged: Bools, rate: float, otherwise: float) -> Floats:
    """Return for each row the score that `rate` of 1,000 earlier judged rows exceeded; `otherwise` before 200 of them."""
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    known = pd.Series(np.where(judged, score, np.nan))
    found = before(known.expanding(min_periods=200).quantile(1 - rate / 1000).to_numpy())
    return np.where(np.isfinite(found) & (found > 0), found, otherwise)
