"""How scenarios end: overturned, reopened, late, severe, by repeat offenders. High only where the interval says so.

An outcome is a column of true, false, or nothing (not decided yet). A scenario's rate is of its decided cases, and is
held against that of all other decided cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from scipy import special

from ..statistics import (
    Floats,
    benjamini_hochberg,
    fisher,
    rate_prior,
    shrunk_rate,
    wilson,
)
from .coding import Ints, text_of
from .why import rate

HIGH, ELEVATED, USUAL, TOO_FEW, NOTHING = "high", "elevated", "usual", "too few", ""

FEWEST = 10
"""Decided cases from which a rate is judged."""

COLUMNS = (
    "scenario", "outcome", "yes", "decided", "cases", "rate", "lower", "upper", "shrunk", "rest",
    "risk_ratio", "risk_lower", "risk_upper", "q_value", "level", "said",
)  # fmt: skip

_YES = frozenset({"true", "yes", "1", "y"})
_NO = frozenset({"false", "no", "0", "n"})


def decided(column: pd.Series) -> Floats:
    """Return an outcome as 1, 0, or NaN where it is not decided: what is neither true nor false, nor says so, is not."""
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        return np.where((values == 0) | (values == 1), values, np.nan)
    meaning = dict.fromkeys(_YES, 1.0) | dict.fromkeys(_NO, 0.0)
    said: Floats = column.map(lambda cell: meaning.get(text_of(cell).casefold(), np.nan)).to_numpy(float)
    return said


def risk_table(
    scenarios: Mapping[str, Ints],
    outcomes: Mapping[str, pd.Series],
    among: Ints,
    *,
    fewest: int = FEWEST,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return how often each outcome comes of each scenario: one row for each of both, in the order given.

    `scenarios` maps a name to the places of its cases, `outcomes` a name to a column (see `decided`), `among` are the
    places of all cases of the window. Columns: counts; `rate` with its Wilson interval; `shrunk` towards all scenarios'
    mean (beta-binomial); the `rest`'s rate; `risk_ratio` against it with a 95 % interval (Katz et al. 1978, with half
    a case added); `q_value` (Fisher, one-sided, Benjamini-Hochberg over all rows); and `level`: "high" where the
    interval lies above the rest's rate and the q-value is at most `level`, "elevated" where only the interval says so,
    "usual" otherwise, "too few: 3 of 10 decided" under `fewest`. `said` is the rate in words.
    """
    rows = [
        row for name, column in outcomes.items() for row in _counted(name, decided(column), scenarios, among)
    ]
    table = pd.DataFrame(
        rows, columns=["scenario", "outcome", "yes", "decided", "cases", "other_yes", "other"]
    )
    order = {name: i for i, name in enumerate(scenarios)}
    table = table.sort_values("scenario", key=lambda c: c.map(order), kind="stable", ignore_index=True)
    yes, size, other_yes, other = (table[c].to_numpy(float) for c in ("yes", "decided", "other_yes", "other"))
    interval = wilson(yes, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = other_yes / other
        table["rate"], table["lower"], table["upper"] = yes / size, interval.lower, interval.upper
    table["shrunk"] = _shrunk(table)
    table["rest"] = rest
    ratio, half = _katz(yes, size, other_yes, other)
    table["risk_ratio"], table["risk_lower"], table["risk_upper"] = ratio, ratio / half, ratio * half
    p = np.where(
        (size >= fewest) & (other > 0),
        fisher(yes, size - yes, other_yes, other - other_yes).p_greater,
        np.nan,
    )
    table["q_value"] = benjamini_hochberg(p)
    table["level"] = _levels(table, fewest, level)
    table["said"] = [_said(row) for row in table.to_dict("records")]
    return table[list(COLUMNS)]


def _counted(
    outcome: str, values: Floats, scenarios: Mapping[str, Ints], among: Ints
) -> list[tuple[Any, ...]]:
    known = values[among]
    all_yes, all_decided = int(np.nansum(known)), int(np.count_nonzero(~np.isnan(known)))
    rows: list[tuple[Any, ...]] = []
    for name, places in scenarios.items():
        mine = values[places]
        yes, size = int(np.nansum(mine)), int(np.count_nonzero(~np.isnan(mine)))
        rows.append((name, outcome, yes, size, len(places), all_yes - yes, all_decided - size))
    return rows


def _shrunk(table: pd.DataFrame) -> pd.Series:
    parts = [
        pd.Series(shrunk_rate(of.yes, of.decided, rate_prior(of.yes, of.decided)), of.index)
        for _, of in table.groupby("outcome", sort=False)
    ]
    return pd.concat(parts) if parts else pd.Series(dtype=float)


def _katz(yes: Floats, size: Floats, other_yes: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return the risk ratio and the factor to either end of its interval; NaN where one side has no decided case."""
    a, n, b, m = yes + 0.5, size + 0.5, other_yes + 0.5, other + 0.5
    spread = np.sqrt(np.maximum(1 / a - 1 / n + 1 / b - 1 / m, 0.0))
    known = np.where((size > 0) & (other > 0), 1.0, np.nan)
    return (a / n) / (b / m) * known, np.exp(float(special.ndtri(0.975)) * spread)


def _levels(table: pd.DataFrame, fewest: int, level: float) -> list[str]:
    levels = []
    for size, lower, rest, q in zip(table.decided, table.lower, table.rest, table.q_value, strict=True):
        if size < fewest:
            levels.append(f"{TOO_FEW}: {size} of {fewest} decided")
        elif not lower > rest:
            levels.append(USUAL)
        else:
            levels.append(HIGH if q <= level else ELEVATED)
    return levels


def _said(row: Mapping[str, Any]) -> str:
    if not row["decided"]:
        return f"{row['outcome']}: none decided"
    return f"{row['outcome']} {rate(row['yes'], row['decided'], row['lower'], row['upper'])}"


def overall(levels: Sequence[str]) -> str:
    """Return a scenario's level from those of its outcomes: the worst that could be judged."""
    for level in (HIGH, ELEVATED, USUAL):
        if level in levels:
            return level
    return max(levels, default=NOTHING)
