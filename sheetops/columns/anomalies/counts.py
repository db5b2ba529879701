"""Counts of many series, judged together: which ones are strange this week, with how sure, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import NDArray

from .count_models import NAMES, NONE, Modelled, false_discovery, model, two_sided
from .count_reasons import Told, reasons
from .counting import PERIODS, wall_clock

Floats = NDArray[np.float64]

METHODS = ("auto", "predictive", "farrington", "ears")
LADDER = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05)


@dataclass(frozen=True)
class _Grid:
    """Counts on every period of a regular calendar: `values` (periods, series) with NaN where there is none that can be
    used, `problems` (periods, series) the reason in words or "", `given` the rows that were given."""

    values: Floats
    problems: NDArray[np.object_]
    periods: pd.DatetimeIndex
    given: NDArray[np.bool_]


def judge_counts(
    counts: pd.DataFrame,
    *,
    every: str = "week",
    alpha: float = 0.005,
    method: str = "auto",
    fdr: float | None = 0.05,
    as_of: datetime | None = None,
    timezone: str = "UTC",
    last: int | None = None,
) -> pd.DataFrame:
    """Judge a table of counts, a row for each period (indexed by its first day) and a column for each series.

    Answers a row for each period and series: the series' names (one column for each level of the columns), `period`,
    `count`, `expected`, `lower` and `upper` (the usual range, each side exceeded with probability alpha), `p_value`
    (two-sided), `q_value` (Benjamini-Hochberg over the series of the period), `score` (0 to 1; 0.5 is at alpha), `flag`
    (none, low, high; watch where it is out of range but not certain enough among so many: q above `fdr`), `method`, `why`.

    `every` is "day", "week" or "month". `method` is "auto" (improved Farrington with three years of history, else the
    predictive test, with 16 periods), "predictive", "farrington" or "ears" (C1, legacy). `fdr` None: no correction.
    `as_of`: the period that holds it is not complete and not judged, nor are later ones. `last`: only that many last
    periods are answered (all by default); far cheaper for many series. Causal: a row depends on its own and earlier
    periods only. What cannot be judged says why; raises ValueError for settings that make no sense only.
    """
    _check(every, method, alpha, fdr)
    grid = _grid(counts, every, as_of, timezone)
    rows = len(grid.periods) if last is None else min(max(last, 0), len(grid.periods))
    dates = grid.periods if len(grid.periods) > 1 else None
    modelled = model(grid.values, dates, every, method, alpha, rows)
    return _long(counts.columns, grid, modelled, every=every, method=method, alpha=alpha, fdr=fdr)


def false_alarm_rate(
    counts: pd.DataFrame,
    *,
    every: str = "week",
    alphas: Sequence[float] = LADDER,
    method: str = "auto",
    as_of: datetime | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Return how many alarms each alpha would have raised on this history: a row for each of `alphas`.

    Columns: alpha, judged (points), high, low, per_thousand (alarms on either side per 1,000 judged points; NaN where
    none was judged). Real outbreaks in the history count as alarms, so that this is an upper limit of the false ones.
    No correction for many series. Arguments and errors as `judge_counts`.
    """
    for alpha in alphas:
        _check(every, method, alpha, None)
    grid = _grid(counts, every, as_of, timezone)
    dates = grid.periods if len(grid.periods) > 1 else None
    modelled = model(grid.values, dates, every, method, 0.01, len(grid.periods))
    at = modelled.model != NONE
    judged = int(at.sum())
    high = [int((modelled.above[at] <= alpha).sum()) for alpha in alphas]
    low = [int((modelled.below[at] < alpha).sum()) for alpha in alphas]
    answer = pd.DataFrame({"alpha": list(alphas), "judged": judged, "high": high, "low": low})
    answer["per_thousand"] = 1000 * (answer["high"] + answer["low"]) / judged if judged else np.nan
    return answer


def _check(every: str, method: str, alpha: float, fdr: float | None) -> None:
    if every not in PERIODS:
        raise ValueError(f"every is {every!r}; it must be one of {', '.join(PERIODS)}.")
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(METHODS)}.")
    if not 0 < alpha < 0.5 or (fdr is not None and not 0 < fdr <= 1):
        raise ValueError("alpha must be between 0 and 0.5, and fdr between 0 and 1 or None.")


def _grid(counts: pd.DataFrame, every: str, as_of: datetime | None, timezone: str) -> _Grid:
    """Put counts on a regular calendar. A period that is there twice has no count that can be used."""
    starts = _starts(counts.index, timezone).to_period(PERIODS[every])
    dated = ~starts.isna()
    numbers = _numbers(counts)[dated]
    starts = starts[dated]
    if not len(starts):
        nothing = np.empty((0, counts.shape[1]))
        return _Grid(
            nothing, nothing.astype(object), pd.DatetimeIndex([], name="period"), np.zeros(0, dtype=bool)
        )
    full = pd.period_range(starts.min(), starts.max(), freq=PERIODS[every])
    at = full.get_indexer(starts)
    values = np.full((len(full), counts.shape[1]), np.nan)
    values[at] = numbers
    problems = np.full(values.shape, "", dtype=object)
    problems[np.isnan(values)] = "no count"
    problems[np.isinf(values)] = "the count is infinite"
    problems[values < 0] = "the count is negative"
    problems[np.bincount(at, minlength=len(full)) > 1] = f"the {every} is there twice"
    if as_of is not None:
        current = full.get_indexer([wall_clock(as_of, timezone).to_period(PERIODS[every])])[0]
        now = wall_clock(as_of, timezone).to_period(PERIODS[every])
        problems[np.asarray(full > now)] = "in the future"
        if current >= 0:
            problems[current] = f"the {every} is not over"
    given = np.zeros(len(full), dtype=bool)
    given[at] = True
    return _Grid(np.where(problems == "", values, np.nan), problems, full.start_time.rename("period"), given)


def _starts(index: pd.Index, timezone: str) -> pd.DatetimeIndex:
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    stamps = pd.DatetimeIndex(pd.to_datetime(index, errors="coerce"))
    return stamps if stamps.tz is None else stamps.tz_convert(timezone).tz_localize(None)


def _numbers(counts: pd.DataFrame) -> Floats:
    if all(kind.kind in "iufb" for kind in counts.dtypes if isinstance(kind, np.dtype)) and not any(
        isinstance(kind, pd.api.extensions.ExtensionDtype) for kind in counts.dtypes
    ):
        return np.asarray(counts.to_numpy(dtype=float))
    columns = [
        pd.to_numeric(counts.iloc[:, i], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        for i in range(counts.shape[1])
    ]
    return np.stack(columns, axis=1) if columns else np.empty(counts.shape)


def _long(
    names: pd.Index,
    grid: _Grid,
    modelled: Modelled,
    *,
    every: str,
    method: str,
    alpha: float,
    fdr: float | None,
) -> pd.DataFrame:
    """Write what was found as one row for each given period and series."""
    rows = slice(len(grid.values) - len(modelled.model), None)
    given = grid.given[rows]
    counts = grid.values[rows]
    p_values = two_sided(modelled)
    q_values = false_discovery(p_values)
    out = np.sign((modelled.above <= alpha) * 1 - ((modelled.below < alpha) & ~(modelled.above <= alpha)) * 1)
    certain = np.ones(out.shape, dtype=bool) if fdr is None else q_values <= fdr
    flag = np.where(out == 0, "none", np.where(~certain, "watch", np.where(out > 0, "high", "low")))
    with np.errstate(divide="ignore", invalid="ignore"):
        strange = np.log(np.maximum(p_values, 1e-300)) / np.log(min(1.0, 2 * alpha))
        score = np.where(modelled.model == NONE, np.nan, strange / (1 + strange))
    told = Told(
        counts, grid.problems[rows], modelled, p_values, q_values, flag, grid.periods[rows], every, method
    )
    why = reasons(told, given)
    columns: dict[Any, Any] = {
        name: np.tile(labels, int(given.sum())) for name, labels in _labels(names).items()
    }
    columns["period"] = np.repeat(grid.periods[rows][given], counts.shape[1])
    columns["count"] = counts[given].ravel()
    for name, values in (
        ("expected", modelled.expected),
        ("lower", modelled.lower),
        ("upper", modelled.upper),
    ):
        columns[name] = values[given].ravel()
    columns |= {
        "p_value": p_values[given].ravel(),
        "q_value": q_values[given].ravel(),
        "score": score[given].ravel(),
    }
    columns |= {"flag": flag[given].ravel(), "method": NAMES[modelled.model[given].ravel()], "why": why}
    return pd.DataFrame(columns)


def _labels(names: pd.Index) -> dict[str, NDArray[np.object_]]:
    """Return the names of the series, a column for each level."""
    if isinstance(names, pd.MultiIndex):
        return {
            str(level or f"series_{i}"): names.get_level_values(i).to_numpy(dtype=object)
            for i, level in enumerate(names.names)
        }
    return {str(names.name or "series"): names.to_numpy(dtype=object)}
