"""Anomaly flags on labelled series beside robust z, EWMA, causal STL + ESD and isolation forest.

    python scripts/benchmark.py anomalies [detection] [growth]

Labelled public series come from the folders that SHEETOPS_LABELLED names, each a set: CSV files of timestamp, value and
label, or data/**/*.csv with labels/combined_windows.json (then the score of NAB is printed too); without it series are
generated. Event F1: an event is found when one of its points is flagged; a run of flags that touches no event is false.
F1 is of each set, then their mean. The threshold is one for all series, chosen on every other series and used on the
rest, and the other way round; every peer is given the same. Labels and sampling decide much: compare within a run only.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import _anomaly_peers as peers
import numpy as np
from _labelled_series import Series, generated, labelled, runs
from _nab_score import nab_score
from _table import Line, print_table

from sheetops.columns.anomalies import detect

MOST_MICROSECONDS = 20
LEAST_NAB = 60
DEFAULT_THRESHOLD = 0.5
Scores = list[Any]


def ours(series: Series) -> Any:
    """Return our score for each point."""
    return detect(series.when, series.values)["score"].to_numpy()


WAYS: dict[str, Callable[[Series], Any]] = {
    "sheetops": ours,
    "robust z (MAD)": peers.robust_z,
    "EWMA": peers.ewma,
    "STL + ESD (statsmodels)": peers.stl_esd,
    "isolation forest (scikit-learn)": peers.isolation_forest,
}


def counted(scores: Scores, some: list[Series], threshold: float) -> Any:
    """Return how many events were found, how many missed, and how many runs of flags were false."""
    total = np.zeros(3)
    for score, series in zip(scores, some, strict=True):
        flags = score >= threshold
        hit = [flags[start:end].any() for start, end in zip(*runs(series.labels), strict=True)]
        false = [not series.labels[start:end].any() for start, end in zip(*runs(flags), strict=True)]
        total += (sum(hit), len(hit) - sum(hit), sum(false))
    return total


def f1(found: float, missed: float, false: float) -> float:
    """Return the harmonic mean of precision and recall."""
    return float(2 * found / max(2 * found + missed + false, 1))


def held_out_f1(scores: Scores, series: list[Series]) -> float:
    """Return the mean event F1 of both halves of each set, each at the threshold that is best for the other half of all."""
    every = np.concatenate(scores)
    ladder = np.unique(np.quantile(every[every > 0], 1 - np.geomspace(1e-5, 0.1, 40)))
    halves = [
        [_mean_f1(scores[half::2], series[half::2], threshold) for threshold in ladder] for half in (0, 1)
    ]
    return float(np.mean([halves[half][int(np.argmax(halves[1 - half]))] for half in (0, 1)]))


def _mean_f1(scores: Scores, series: list[Series], threshold: float) -> float:
    each = [
        f1(*counted([scores[i] for i in places], [series[i] for i in places], threshold))
        for places in sets(series).values()
    ]
    return float(np.mean(each))


def sets(series: list[Series]) -> dict[str, list[int]]:
    """Return the places of each set's series."""
    places: dict[str, list[int]] = {}
    for place, one in enumerate(series):
        places.setdefault(one.of, []).append(place)
    return places


def detection(_: Any = None) -> Iterable[Line]:
    """Score all series in every way."""
    source, series = labelled()
    points = sum(len(one.values) for one in series)
    print(f"{source}, {points:,} points, {sum(len(runs(one.labels)[0]) for one in series):,} events")
    reached: dict[str, float] = {}
    for name, way in WAYS.items():
        began = time.perf_counter()
        scores = [np.nan_to_num(way(one)) for one in series]
        each = (time.perf_counter() - began) / points * 1e6
        reached[name] = held_out_f1(scores, series)
        yield Line(f"event F1: {name}", reached[name], "F1", note=f"{each:.1f} us a point")
        if way is ours:
            yield from _at_default(series, scores)
            yield Line("  time a point", each, "us", most=MOST_MICROSECONDS)
    best = max(value for name, value in reached.items() if name != "sheetops")
    yield Line("event F1 against the best peer", reached["sheetops"], "F1", least=best, note="ours first")


def _at_default(series: list[Series], scores: Scores) -> Iterable[Line]:
    yield Line("  event F1 at the default threshold", _mean_f1(scores, series, DEFAULT_THRESHOLD), "F1")
    for of, places in sets(series).items():
        some, found = [series[i] for i in places], [scores[i] for i in places]
        false = sum(
            int(((score >= DEFAULT_THRESHOLD) & ~one.labels).sum())
            for score, one in zip(found, some, strict=True)
        )
        each = 1000 * false / sum(len(one.values) for one in some)
        yield Line(f"  false points at the default threshold: {of}", each, "per 1,000", most=2.6)
        if any(one.name.startswith("realKnownCause/") for one in some):
            yield Line("  NAB, standard profile", nab_score(found, some), "", least=LEAST_NAB)


def growth(_: Any = None) -> Iterable[Line]:
    """Time series of 10,000 and of 100,000 points."""
    took: dict[int, float] = {}
    for days in (210, 2100):
        series = generated(0, days)
        took[days] = min(_timed(series) for _ in range(3))
        size = len(series.values)
        yield Line(f"detect on {size:,} points", took[days], note=f"{took[days] / size * 1e6:.1f} us a point")
    yield Line("  100,000 against 10 x 10,000", took[2100], "s", took[210] * 10, most=1.5)


def _timed(series: Series) -> float:
    began = time.perf_counter()
    detect(series.when, series.values)
    return time.perf_counter() - began


PARTS: dict[str, Callable[[Any], Iterable[Line]]] = {"detection": detection, "growth": growth}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](None)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
