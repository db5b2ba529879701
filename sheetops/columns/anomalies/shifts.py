"""Where a series shifts to another level and stays: shown to people, never acted on.

Binary segmentation (Scott and Knott 1974) that knows of autocorrelation: a run of high values is no shift where each
value resembles the one before it, so a shift is compared with the long-run variance of the noise; and a steady rise is
no staircase, so a shift has to explain more than a straight line does.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

Floats = npt.NDArray[np.float64]

COLUMNS = ("at", "before", "after", "size", "evidence", "why")

LEAST = 12
"""The fewest values that are judged."""

_MISSING = 0.2
_MOST_CORRELATED = 0.9
_LARGEST = 1e100  # beyond, squares are infinite


def change_points(values: Any, *, penalty: float = 2.5, shortest: int = 5) -> pd.DataFrame:
    """Return where the level of a series changes: one row for each change, in order of time; none: no rows.

    at: the place of the first value after (in `values`, from 0); before and after: the means of the segments on either
    side; size: after - before; evidence: half the squared size in long-run standard errors, which had to be more than
    `penalty` log n, and more than a straight line's; why, in words. `shortest`: the fewest values between two changes. A series that cannot be judged
    has one row, with at missing and the reason.
    """
    numbers = pd.to_numeric(pd.Series(np.asarray(values).ravel()), errors="coerce").to_numpy(np.float64)
    if reason := _not_judged(numbers):
        return _frame([(pd.NA, math.nan, math.nan, math.nan, math.nan, f"not judged: {reason}")])
    places = np.flatnonzero(~np.isnan(numbers))
    kept = numbers[places]
    noise, correlation = _noise(kept)
    cuts = _segmented(kept, noise, penalty * math.log(len(kept)), shortest)
    edges = [0, *cuts, len(kept)]
    rows = [_row(kept, places, edges[at - 1 : at + 2], noise, correlation) for at in range(1, len(edges) - 1)]
    return _frame(rows)


def _not_judged(numbers: Floats) -> str | None:
    missing = np.isnan(numbers)
    if (np.abs(numbers) > _LARGEST).any():
        return "a value is infinite, or as good as"
    if len(numbers) - int(missing.sum()) < LEAST:
        return f"not enough history: {len(numbers) - int(missing.sum())} of {LEAST} points"
    if missing.mean() > _MISSING:
        return f"{int(missing.sum())} of {len(numbers)} values are missing"
    if np.ptp(numbers[~missing]) == 0:
        return "all values are equal"
    return None


def _noise(values: Floats) -> tuple[float, float]:
    """Return the long-run variance and the lag-1 correlation of AR(1) noise, both from differences.

    A difference sees a shift once only, so that shifts hardly disturb it: of AR(1) noise with correlation r, neighbouring
    differences correlate by -(1 - r) / 2 and have the variance 2 v (1 - r); the long-run variance is v (1 + r) / (1 - r).
    """
    steps = np.diff(values)
    centred = steps - np.median(steps)
    far = 4 * 1.4826 * float(np.median(np.abs(centred)))
    if far == 0:  # most values repeat the one before
        far = float(np.quantile(np.abs(centred), 0.95))
    centred = np.clip(centred, -far, far)
    variance = max(float(np.mean(centred**2)), 1e-12 * float(np.var(values)), 1e-300)
    neighbours = float(np.mean(centred[1:] * centred[:-1])) / variance
    correlation = min(max(1 + 2 * neighbours, 0.0), _MOST_CORRELATED)
    level = variance / (2 * (1 - correlation))
    return level * (1 + correlation) / (1 - correlation), correlation


def _line(values: Floats, noise: float) -> float:
    """Return the gain of a straight line instead of a level: what rises steadily is not a staircase."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    return float((time @ values) ** 2 / (time @ time) / (2 * noise))


class _Cut(NamedTuple):
    gain: float
    at: int


def _segmented(values: Floats, noise: float, price: float, shortest: int) -> list[int]:
    """Split where the gain is most, then each side again, until no split is worth its price."""
    total = np.concatenate([[0.0], np.cumsum(values - values.mean())])
    open_, cuts = [(0, len(values))], list[int]()
    while open_:
        start, end = open_.pop()
        best = _best(total, start, end, noise, shortest)
        if best is not None and best.gain > max(price, _line(values[start:end], noise)):
            cuts.append(best.at)
            open_ += [(start, best.at), (best.at, end)]
    return _kept(total, sorted(cuts), len(values), noise, price)


def _best(total: Floats, start: int, end: int, noise: float, shortest: int) -> _Cut | None:
    at = np.arange(start + shortest, end - shortest + 1)
    if not len(at):
        return None
    gain = _gain(total, start, at, end, noise)
    best = int(np.argmax(gain))
    return _Cut(float(gain[best]), int(at[best]))


def _gain(total: Floats, start: int, at: Any, end: int, noise: float) -> Any:
    """Return half the reduction of the squared error, in units of the long-run variance."""
    before, after = at - start, end - at
    size = (total[end] - total[at]) / after - (total[at] - total[start]) / before
    return size**2 * before * after / (before + after) / (2 * noise)


def _kept(total: Floats, cuts: list[int], n: int, noise: float, price: float) -> list[int]:
    """Take out cuts that later ones have made unnecessary, the weakest first."""
    while cuts:
        edges = [0, *cuts, n]
        gains = [
            float(_gain(total, edges[at - 1], edges[at], edges[at + 1], noise))
            for at in range(1, len(edges) - 1)
        ]
        weakest = int(np.argmin(gains))
        if gains[weakest] > price:
            break
        del cuts[weakest]
    return cuts


def _row(
    kept: Floats, places: npt.NDArray[np.intp], edges: list[int], noise: float, correlation: float
) -> tuple[Any, ...]:
    start, at, end = edges
    before, after = float(kept[start:at].mean()), float(kept[at:end].mean())
    evidence = (after - before) ** 2 * (at - start) * (end - at) / (end - start) / (2 * noise)
    errors = math.sqrt(2 * evidence)
    why = (
        f"{'up' if after > before else 'down'} from {before:,.3g} ({at - start} values) to {after:,.3g} "
        f"({end - at} values): {errors:.1f} standard errors, with neighbouring values' correlation of {correlation:.2f}"
    )
    return int(places[at]), before, after, after - before, evidence, why


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"at": "Int64"})
