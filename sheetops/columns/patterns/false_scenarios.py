"""How many scenarios would be found where there is none: the team's own cases, shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..days import day_end, moments
from ..sets import Ask
from .mining import mine

if TYPE_CHECKING:
    from .column_set import PatternSets

LADDER = (0.01, 0.05, 0.2)
COLUMNS = ["fdr", "found", "shuffled", "most_shuffled", "shuffles", "chosen", "why"]


def false_scenarios(spec: PatternSets, ask: Ask, *, shuffles: int = 5, seed: int = 0) -> pd.DataFrame:
    """Return one row for each false discovery rate that may be chosen.

    Columns: `fdr`, `found` (scenarios in the cases as they are), `shuffled` and `most_shuffled` (the mean and the largest
    number in `shuffles` copies in which each attribute is dealt anew among the cases of its own period, so that nothing but
    chance brings values together), `chosen`, and `why`, "not judged: REASON" where there are too few cases.
    """
    end = pd.Timestamp(day_end(ask.as_of, spec.timezone)) - pd.Timedelta(microseconds=1)
    cases = ask.records[list(spec.attributes)].assign(_at=moments(ask.records[spec.date], spec.timezone))
    cases = cases[cases["_at"] <= end].reset_index(drop=True)
    rows = [_row(spec, cases, end, fdr, shuffles, seed) for fdr in sorted({*LADDER, spec.fdr})]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    spec: PatternSets, cases: pd.DataFrame, end: pd.Timestamp, fdr: float, shuffles: int, seed: int
) -> tuple[Any, ...]:
    def found(some: pd.DataFrame) -> pd.DataFrame:
        return mine(
            some, spec.attributes, as_of=end, date="_at", window=spec.window, q=fdr, most=max(spec.most, 100)
        )

    real = found(cases)
    why = next((note for note in real.attrs["notes"] if note.startswith("not judged")), "")
    counted = (
        [0] if why else [len(found(_dealt(spec, cases, end, seed + number))) for number in range(shuffles)]
    )
    return fdr, len(real), float(np.mean(counted)), max(counted), shuffles, fdr == spec.fdr, why


def _dealt(spec: PatternSets, cases: pd.DataFrame, end: pd.Timestamp, seed: int) -> pd.DataFrame:
    """Return the cases with each attribute dealt anew among those of one window: what is common when stays so."""
    chance = np.random.default_rng(seed)
    period = ((end - cases["_at"]) / pd.Timedelta(days=spec.window)).to_numpy(dtype=float) // 1
    place = np.argsort(period, kind="stable")
    back = np.empty(len(cases), dtype=np.intp)
    back[place] = np.arange(len(cases))
    mixed = (np.lexsort((chance.random(len(cases)), period)) for _ in spec.attributes)
    columns = {
        name: cases[name].array.take(order[back]) for name, order in zip(spec.attributes, mixed, strict=True)
    }
    return cases.assign(**columns)
