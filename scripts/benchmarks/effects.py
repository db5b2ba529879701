"""Did the measure work: false findings at nominal 5 % where nothing happened, power where something did, and seconds.

    python scripts/benchmark.py effects [false] [power] [panels] [seconds] [--trials N]

Trials are seeded: 60, 90 or 120 weekly points, the measure after 60 % of them, AR(1) noise with a correlation of 0 to
0.7. All ways see the same series; the model has a level, a trend, a step and a change of slope, as segmented regression has.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from _table import Line, print_table
from scipy import stats

from sheetops.columns.anomalies import effect
from sheetops.columns.anomalies.effects.autoregressive import gls, mixed
from sheetops.columns.anomalies.effects.checks import step_design
from sheetops.columns.anomalies.effects.models import newey_west, ols

LENGTHS, CORRELATIONS, AFTER = (60, 90, 120), (0.0, 0.2, 0.4, 0.6, 0.7), 0.6
SIZE = 1.5
"""The effect of the power trials, in standard deviations of the series."""


def series(trial: int, step: float) -> tuple[Any, int, float]:
    """Return a trial's series, the first point after, and its correlation."""
    chance = np.random.default_rng(trial)
    n, correlation = LENGTHS[trial % 3], CORRELATIONS[trial // 3 % 5]
    noise = chance.normal(size=n)
    for at in range(1, n):
        noise[at] = correlation * noise[at - 1] + math.sqrt(1 - correlation**2) * noise[at]
    at = int(AFTER * n)
    return noise + step * (np.arange(n) >= at), at, correlation


def before_after(y: Any, at: int) -> float:
    """A t-test of the points before against those after."""
    return float(stats.ttest_ind(y[:at], y[at:]).pvalue)


def segmented(fit: Callable[[Any, Any], Any]) -> Callable[[Any, int], float]:
    """Return the p-value of the step in a segmented regression."""
    return lambda y, at: float(fit(y, step_design(len(y), at, trend=True, slope=True)).p_value[1])


WAYS: dict[str, Callable[[Any, int], float]] = {
    "sheetops: AR(1), correlation averaged over": lambda y, at: (
        mixed(y, step_design(len(y), at, trend=True, slope=True), 1).p_value
    ),
    "AR(1)-GLS, REML correlation plugged in": segmented(lambda y, design: gls(y, design)[0]),
    "Newey-West, lag 4": segmented(newey_west),
    "segmented OLS": segmented(ols),
    "before/after t-test": before_after,
}


def found(trials: int, step: float) -> dict[str, dict[float, float]]:
    """Return for each way the share of trials with p < 0.05, by correlation."""
    counted: dict[str, dict[float, list[bool]]] = {name: {} for name in WAYS}
    for trial in range(trials):
        y, at, correlation = series(trial, step)
        for name, way in WAYS.items():
            counted[name].setdefault(correlation, []).append(way(y, at) < 0.05)
    return {
        name: {correlation: float(np.mean(hits)) for correlation, hits in sorted(by.items())}
        for name, by in counted.items()
    }


def told(what: str, trials: int, step: float, most: float | None) -> Iterable[Line]:
    """Return one line for each way."""
    print(f"{what}, by correlation of neighbouring points:")
    print(f"  {'':44}" + "".join(f"{correlation:>8}" for correlation in CORRELATIONS))
    for name, by in found(trials, step).items():
        print(f"  {name:44}" + "".join(f"{share * 100:7.1f}%" for share in by.values()))
        mine = name.startswith("sheetops")
        share = float(np.mean(list(by.values()))) * 100
        yield Line(f"{what}: {name}" if mine else f"  {name}", share, "%", most=most if mine else None)


def false(trials: int) -> Iterable[Line]:
    """Nothing happened: nominal 5 %."""
    return told("effects found where there is none", trials, 0.0, 6.0)


def power(trials: int) -> Iterable[Line]:
    """A step of 1.5 standard deviations. Ways that cry wolf find more, and are worth less."""
    return told(f"effects found of {SIZE} standard deviations", trials // 2, SIZE, None)


def panels(trials: int) -> Iterable[Line]:
    """Nothing happened, to overdispersed weekly counts: the whole answer, alone and with a comparison. `trust.py` says these figures."""
    for name, most in PANELS.items():
        hits = [_finds(name, trial) for trial in range(trials * 2 // 3)]
        yield Line(f"effects found where there is none: {name}", float(np.mean(hits)) * 100, "%", most=most)


PANELS = {
    "one series": 7.0, "a share": 8.0, "one series against 1 other": 7.5, "one series against 6 others": 8.0,
    "4 units against 8": 6.0, "2 units against 10": None,
}  # fmt: skip


def _finds(name: str, trial: int) -> bool:
    chance = np.random.default_rng([trial, 7])
    n, correlation = LENGTHS[trial % 3], CORRELATIONS[trial // 3 % 5]
    at = int(AFTER * n)

    def noise(columns: int, size: float) -> Any:
        steps = chance.normal(size=(n, columns))
        for row in range(1, n):
            steps[row] = correlation * steps[row - 1] + math.sqrt(1 - correlation**2) * steps[row]
        return size * steps

    if name == "a share":
        decisions = chance.poisson(400, (n, 1))
        share = 1 / (1 + np.exp(2 - noise(1, 0.2)))
        return effect(chance.binomial(decisions, share), at, of=decisions).p_value < 0.05
    sides = [int(word) for word in name.split() if word.isdigit()]
    treated, others = (sides[0], sides[1]) if len(sides) == 2 else (1, sum(sides))
    common = noise(1, 0.15) if others else 0.0
    counts = chance.poisson(60 * np.exp(common + noise(treated + others, 0.2)))
    comparison = counts[:, treated:] if others else None
    return effect(counts[:, :treated], at, comparison=comparison).p_value < 0.05


def seconds(_: int) -> Iterable[Line]:
    """The whole answer with its checks."""
    chance = np.random.default_rng(1)
    for weeks in (60, 120, 480):
        decisions = chance.poisson(400, weeks)
        counts = chance.binomial(decisions, np.where(np.arange(weeks) < weeks * AFTER, 0.12, 0.08))
        began = time.perf_counter()
        effect(counts, int(weeks * AFTER), of=decisions)
        yield Line(f"one effect with its checks, {weeks} points", time.perf_counter() - began, most=1.0)


PARTS: dict[str, Callable[[int], Iterable[Line]]] = {
    "false": false,
    "power": power,
    "panels": panels,
    "seconds": seconds,
}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--trials", type=int, default=3000, help="trials without an effect (3,000)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.trials)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
