"""What stays outside the usual range after a flag is part of the same incident, and says so."""

from __future__ import annotations

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .signals.wording import expected_words, number


def lasting(judged: pd.DataFrame, label: str, timezone: str) -> pd.DataFrame:
    """Return a series' judged points (time, value, and what `detect` says) with `lasts`: whether each is part of an incident.

    A flag says where something begins: once the last value is low too, the next low one is no news. It goes on while the
    value stays outside the usual range on the same side, and those points have its word and say since when.
    """
    value = judged["value"].to_numpy(dtype=float)
    lower, upper = (judged[name].to_numpy(dtype=float) for name in ("lower", "upper"))
    outside = np.where(value < lower, -1, np.where(value > upper, 1, 0))
    inside = judged["episode"].to_numpy() > 0
    word, why = judged["anomaly"].to_numpy(dtype=object).copy(), judged["why"].to_numpy(dtype=object).copy()
    for row in np.flatnonzero(inside).tolist():
        after, began = row + 1, pd.Timestamp(judged["time"].iloc[row]).tz_convert(timezone)
        while after < len(value) and outside[row] and outside[after] == outside[row] and not inside[after]:
            if str(why[after]).startswith(("not judged", "expected:")):
                break
            inside[after], word[after] = True, word[row]
            why[after] = (
                f"{number(value[after])} {label}; {expected_words(lower[after], upper[after])} is usual;"
                f" unusual since {began:%a} {began.day} {began:%b %H:%M}"
            )
            after += 1
    return judged.assign(anomaly=word, why=why, lasts=inside)
