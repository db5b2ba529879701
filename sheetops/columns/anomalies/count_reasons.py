"""What is said about a count: the flag with its numbers, or why it is not judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import NDArray

from .count_models import EARS, LOOKBACKS, NONE, YEARS_ENOUGH, Modelled
from .predictive import ENOUGH

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """Everything the words need; arrays are (periods, series), `periods` their first days."""

    counts: Floats
    problems: NDArray[np.object_]
    modelled: Modelled
    p_values: Floats
    q_values: Floats
    flag: NDArray[np.str_]
    periods: pd.DatetimeIndex
    every: str
    method: str


def reasons(told: Told, given: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return the words for each given period and series, flat, period by period."""
    words = told.problems.copy()
    words[words != ""] = "not judged: " + words[words != ""]
    unjudged = (words == "") & (told.modelled.model == NONE)
    words[unjudged] = _not_judged(told)[unjudged]
    for row in np.flatnonzero(given):
        judged = told.modelled.model[row] != NONE
        usual = judged & (told.flag[row] == "none")
        words[row, usual] = ""
        strange = np.flatnonzero(judged & ~usual)
        if strange.size:
            among = _among(int(strange.size), int(judged.sum()), told.every)
            when = _when(told.periods[row], told.every)
            for column in strange:
                words[row, column] = _strange(told, int(row), int(column), when, among)
    return np.asarray(words[given].ravel())


def _not_judged(told: Told) -> NDArray[np.object_]:
    needed = _needed(told)
    history = told.modelled.history
    if told.method == "farrington" and told.every not in LOOKBACKS:
        return np.full(history.shape, "not judged: Farrington is for weeks and months", dtype=object)
    words = np.full(history.shape, "not judged: too many of the past counts are missing", dtype=object)
    words[told.modelled.sparse] = f"not judged: fewer than 5 in the last 4 {told.every}s"
    for number in np.unique(history[history < needed]):
        words[history == number] = f"not judged: {number} of {needed} {told.every}s of history"
    return words


def _needed(told: Told) -> int:
    if told.method == "ears":
        return 7
    if told.method == "farrington" and told.every in LOOKBACKS:
        back = LOOKBACKS[told.every]
        return YEARS_ENOUGH * back.frequency + back.half_window
    return ENOUGH


def _strange(told: Told, row: int, column: int, when: str, among: str) -> str:
    found = told.modelled
    count, p_value = told.counts[row, column], told.p_values[row, column]
    if count > found.expected[row, column]:
        usual = f"up to {_number(found.upper[row, column])} is usual"
    else:
        usual = f"{_number(found.lower[row, column])} or more is usual"
    doubt = (
        f"; q = {_small(told.q_values[row, column])}: not certain among so many"
        if told.flag[row, column] == "watch"
        else ""
    )
    legacy = "; EARS, legacy" if found.model[row, column] == EARS else ""
    return f"{_number(count)} {when}; {found.expected[row, column]:,.1f} expected, {usual} (p = {_small(p_value)}{among}{doubt}{legacy})"


def _among(strange: int, judged: int, every: str) -> str:
    return f"; {strange:,} of {judged:,} series this {every}" if judged > 1 else ""


def _when(period: pd.Timestamp, every: str) -> str:
    if every == "month":
        return f"in {period:%b %Y}"
    return f"{'in the week of' if every == 'week' else 'on'} {period.day} {period:%b %Y}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == np.floor(value) else f"{value:,.1f}"


def _small(value: float) -> str:
    return "below 0.0001" if value < 1e-4 else f"{value:.4f}" if value < 0.001 else f"{value:.3f}"
