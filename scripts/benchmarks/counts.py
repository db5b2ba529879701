"""Counts judged week by week beside a regression for each point by statsmodels, and the false alarms of each test.

    python scripts/benchmark.py counts [speed] [growth] [alarms]

All series are generated. The floor of `speed` is what a person would write: one quasi-Poisson regression of statsmodels
for each week, with the same weeks, levels and trend, and no reweighting; ours fits up to four. `alarms` is a table: how
many in 1,000 quiet points each test flags at its nominal rate, over kinds of counts; and how many planted outbreaks the
predictive test finds in their first week.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import _count_panels
import numpy as np
import pandas as pd
from _table import Line, print_table

from sheetops.columns.anomalies import judge_counts
from sheetops.columns.anomalies.early_aberration import ears_bounds
from sheetops.columns.anomalies.farrington import Settings, judge_many
from sheetops.columns.anomalies.overdispersion import quasi_poisson_tail
from sheetops.columns.anomalies.predictive import ENOUGH, predict
from sheetops.columns.anomalies.reference_weeks import Lookback, references

NOUFAILY = Lookback(52, 5, 3, 10, 26)
NOMINAL = 0.005
MOST_MICROSECONDS = 350
"""A point of improved Farrington: the best that an earlier vectorised trial reached (11,282 points in 4 s)."""


def timed(run: Callable[[], Any]) -> float:
    """Return the seconds of the faster of two runs."""
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def by_statsmodels(counts: Any) -> None:
    """Fit one quasi-Poisson regression for each week of each series."""
    import statsmodels.api as sm

    for reference in references(NOUFAILY, np.arange(len(counts)), None):
        levels = (reference.levels[:, None] == np.arange(1, 10)).astype(float)
        design = np.column_stack([np.ones(len(reference.offsets)), reference.times / 100, levels])
        for point in reference.points:
            for series in range(counts.shape[1]):
                model = sm.GLM(
                    counts[point + reference.offsets, series], design, family=sm.families.Poisson()
                )
                model.fit(scale="X2")


def speed() -> list[Line]:
    """Return how long 6,000 series-weeks of improved Farrington take by each threshold."""
    counts, _ = _count_panels.panel("mixed", 22, periods=540, seed=1)
    weeks = (540 - 263) * 22
    few = counts[:280, :6]
    floor = timed(lambda: by_statsmodels(few)) / ((280 - 263) * 6) * weeks
    lines = []
    for threshold in ("delta", "nbPlugin", "muan"):
        asked = Settings(NOUFAILY, NOMINAL, threshold, 1.0)
        seconds = timed(lambda asked=asked: judge_many(counts, asked))
        lines.append(Line(f"improved Farrington, {threshold}, {weeks:,} points", seconds, compared=floor))
        lines.append(Line("  a point", 1e6 * seconds / weeks, "us", most=MOST_MICROSECONDS))
    return lines


def growth() -> list[Line]:
    """Return how long the last week of more and more series takes, with two years and with four."""
    lines = []
    for years, sizes in ((2, (500, 5_000, 50_000)), (4, (500, 5_000))):
        for size in sizes:
            counts, _ = _count_panels.panel("negative binomial", size, periods=52 * years + 4, seed=2)
            index = pd.date_range("2020-01-06", periods=len(counts), freq="7D")
            table = pd.DataFrame(counts, index=index)
            seconds = timed(lambda table=table: judge_counts(table, last=1))
            most = 10.0 if size == 50_000 else None
            lines.append(Line(f"judge_counts, last week, {years} years, {size:,} series", seconds, most=most))
    return lines


def _rate(alarms: Any, judged: Any) -> float:
    return 1000 * float((alarms & judged).sum()) / max(1, int(judged.sum()))


def alarms() -> list[Line]:
    """Return false alarms per 1,000 quiet points of each test, over kinds of panels."""
    lines = []
    for kind in _count_panels.KINDS:
        counts, calm = _count_panels.panel(kind, 400, periods=104, seed=3)
        found = predict(counts)
        p_values = quasi_poisson_tail(counts, found.mean, found.dispersion)
        judged = calm & (found.history >= ENOUGH)
        rate = _rate(p_values <= NOMINAL, judged)
        lines.append(Line(f"predictive at 5 in 1,000: {kind}", rate, "in 1,000", most=6))
        if kind == "outbreaks":
            starts = ~calm & np.vstack([np.ones((1, 400), dtype=bool), calm[:-1]]) & (found.history >= ENOUGH)
            lines.append(
                Line("  outbreaks found in their first week", _rate(p_values <= NOMINAL, starts) / 10, "%")
            )
        expected, upper, _ = ears_bounds(counts, "C1", 7, 0.001)
        lines.append(
            Line(
                f"EARS C1 (legacy) at 1 in 1,000: {kind}",
                _rate(counts > upper, calm & np.isfinite(expected)),
                "in 1,000",
            )
        )
        lines.append(_farrington(kind))
    return lines


def _farrington(kind: str) -> Line:
    counts, calm = _count_panels.panel(kind, 20, periods=420, seed=4)
    judged = judge_many(counts, Settings(NOUFAILY, NOMINAL, "nbPlugin", 1.0))
    return Line(
        f"improved Farrington at 5 in 1,000: {kind}",
        _rate((counts > judged.bound) & ~judged.sparse, judged.judged & calm),
        "in 1,000",
    )


PARTS = {"speed": speed, "growth": growth, "alarms": alarms}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part]()]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
