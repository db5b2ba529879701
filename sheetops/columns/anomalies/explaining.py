"""The whole calculation behind one point, for people who ask why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .judging import Judged, judge
from .signals.comparing import DIVISOR, WEIGHTS
from .signals.readings import read
from .signals.settings import chosen
from .signals.wording import comparison_words, number, point_words


def comparisons(timestamps: Any, values: Any, at: Any, **settings: Any) -> pd.DataFrame:
    """Return what the point `at` (a place in the input, or a timestamp) was compared with.

    One row for each comparison (`last`, `slot`, `week`, `ar`, `range`) and one, `combined`, for the result: `value`,
    `expected`, `scale` (the usual error), `z`, `weight` and `words`. The combined z is the sum of z by weight, divided by
    the weight of `combined`; the range is expected to hold the value, so its z is 0 unless the value is beyond it. For a point that is not judged `words` says why and the numbers
    that are not known are NaN. Settings as `detect`. Raises ValueError when there is no such point.
    """
    made = judge(timestamps, values, chosen(settings))
    place = _place(at, timestamps, made)
    found = np.flatnonzero(made.readings.rows == place)
    if not len(found):
        return _table(
            [("combined", np.nan, np.nan, np.nan, np.nan, np.nan, str(made.readings.reasons[place]))]
        )
    row = int(found[0])
    compared, value = made.compared, float(made.readings.values[row])
    rows: list[tuple[Any, ...]] = []
    for name, one in compared.by.items():
        z = float(one.z[row])
        words = comparison_words(name, z, made.readings, compared.cycle)
        if np.isfinite(z):
            words = f"{words}: {number(value)} against {number(float(one.expected[row]))}, usual error {number(float(one.scale[row]))}"
        rows.append((name, value, one.expected[row], one.scale[row], z, WEIGHTS[name], words))
    words = made.why[row] or f"{point_words(row, made.readings, compared, made.settings)}; nothing unusual"
    rows.append(
        ("combined", value, compared.expected[row], compared.scale[row], compared.z[row], DIVISOR, words)
    )
    return _table(rows)


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["comparison", "value", "expected", "scale", "z", "weight", "words"])


def _place(at: Any, timestamps: Any, made: Judged) -> int:
    size = made.readings.size
    if isinstance(at, (int, np.integer)) and not isinstance(at, bool):
        if not 0 <= at < size:
            raise ValueError(f"there is no point {at}: the series has {size:,}, counted from 0")
        return int(at)
    asked = pd.Timestamp(at)
    when = read([asked], [0.0], None).when[0]
    found = np.flatnonzero(made.readings.when == when)
    if len(found):
        return int(made.readings.rows[found[0]])
    stamps = pd.to_datetime(pd.Series(timestamps), errors="coerce", utc=True, format="mixed")
    same = np.flatnonzero((stamps == (asked if asked.tzinfo else asked.tz_localize("UTC"))).to_numpy())
    if not len(same):
        raise ValueError(f"there is no point at {asked}")
    return int(same[0])
