"""Two known ways of finding root causes, written from their descriptions: Adtributor, and the drill-down by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

Cause = tuple[tuple[str, object], ...]

_ENOUGH, _LEAST = 0.67, 0.1


def expected_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells with what is expected in absolute numbers: of a rate, its earlier rate of the units of now."""
    if "actual_of" not in cells:
        return cells
    overall = cells["expected"].sum() / cells["expected_of"].sum()
    rate = (cells["expected"] / cells["expected_of"].where(cells["expected_of"] > 0)).fillna(overall)
    return cells.assign(expected=rate * cells["actual_of"])


def adtributor(cells: pd.DataFrame, dimensions: list[str]) -> set[Cause]:
    """Bhagwan et al. 2014: values of one dimension that explain two thirds of the move, of the most surprising dimension."""
    cells = expected_of(cells)
    total, forecast = cells["actual"].sum(), cells["expected"].sum()
    best: tuple[float, set[Cause]] = (-1.0, set())
    for name in dimensions:
        sums = cells.groupby(name)[["actual", "expected"]].sum()
        power = (sums["actual"] - sums["expected"]) / (total - forecast)
        surprise = _divergence(sums["expected"] / forecast, sums["actual"] / total)
        chosen, explained, surprised = set(), 0.0, 0.0
        for value in surprise.sort_values(ascending=False).index:
            if power[value] > _LEAST:
                chosen.add(((name, value),))
                explained, surprised = explained + power[value], surprised + surprise[value]
            if explained > _ENOUGH:
                break
        if explained > _ENOUGH and surprised > best[0]:
            best = (surprised, chosen)
    return best[1]


def _divergence(p: pd.Series, q: pd.Series) -> pd.Series:
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return (0.5 * ((p * np.log(p / middle)).fillna(0) + (q * np.log(q / middle)).fillna(0))).clip(lower=0)


def by_hand(cells: pd.DataFrame, dimensions: list[str]) -> set[Cause]:
    """Take the value that explains most, and look inside of it, as long as one explains two thirds of what it is part of."""
    inside, cause, left = expected_of(cells), [], list(dimensions)
    while left:
        move = (inside["actual"] - inside["expected"]).sum()
        tops = {}
        for name in left:
            away = inside.groupby(name)[["actual", "expected"]].sum()
            power = (away["actual"] - away["expected"]) / move if move else away["actual"] * 0
            tops[name] = (float(power.max()), power.idxmax())
        name = max(left, key=lambda each: tops[each][0])
        if tops[name][0] < _ENOUGH:
            break
        cause.append((name, tops[name][1]))
        inside = inside[inside[name] == tops[name][1]]
        left.remove(name)
    return {tuple(sorted(cause, key=lambda pair: dimensions.index(pair[0])))} if cause else set()
