"""The SLA clock against a NumPy floor, a binary search, pandas CustomBusinessHour and businesstimedelta.

    python scripts/benchmark.py sla [pairs] [peers] [columns] [--pairs N]

Business seconds for pairs of instants, Monday to Friday 09:00-18:00 in Europe/London with England's holidays. Every
way counts the same pairs in the same run, and the results are compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import _sla_cases
import numpy as np
from _clock_floor import Edges, businesstimedelta_seconds, pandas_hours
from _table import Line, print_table

from sheetops.columns.sla import BusinessCalendar
from sheetops.columns.sla.compute import compute
from sheetops.columns.sla.settings import Settings

ZONE, WEEK = "Europe/London", "mon-fri 09:00-18:00"
TRIES, SAMPLE = 7, 300
DAY = 86_400


def calendar() -> BusinessCalendar:
    """Return the calendar that is measured, with holidays for all of its years."""
    import holidays

    first, last = 1990, 2060
    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(first, last + 1))
    return BusinessCalendar(WEEK, ZONE, closed, horizon=(first, last))


def cases(pairs: int) -> tuple[Any, Any]:
    """Return starts and ends: three years of cases in no order, five days long on average."""
    chance = np.random.default_rng(5)
    starts = 1_672_531_200 + chance.integers(0, 3 * 365 * DAY, pairs)
    return starts, starts + chance.exponential(5 * DAY, pairs).astype(np.int64)


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of the quickest of some tries, and what was returned."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - began)
    return min(took), result


def same(one: Any, other: Any) -> None:
    """Stop when two ways of counting disagree: a figure for a wrong answer is worth nothing."""
    if not np.array_equal(one, other):
        raise SystemExit(f"{np.count_nonzero(np.asarray(one) != other):,} of the results differ")


# --- the clock ----------------------------------------------------------------------------------------


def clock(pairs: int) -> Iterable[Line]:
    """Count business seconds for all pairs at once, and find when goals are due."""
    began = time.perf_counter()
    made = calendar()
    compiled = time.perf_counter() - began
    starts, ends = cases(pairs)
    edges = Edges(made.intervals(made.start, made.end), made.start)
    took, counted = best(lambda: made.seconds_between(starts, ends))
    floor, expected = best(lambda: edges.by_bucket(ends) - edges.by_bucket(starts))
    search, searched = best(lambda: edges.by_search(ends) - edges.by_search(starts))
    same(counted, expected)
    same(counted, searched)
    size = f"{pairs:,} pairs"
    each = f"{took / pairs * 1e9:.1f} ns a pair; floor {floor / pairs * 1e9:.1f}"
    yield Line(f"business seconds of {size}: against bucketed NumPy", took, "s", floor, most=1.5, note=each)
    yield Line("  against np.searchsorted", took, "s", search, note=f"{search / floor:.1f} x the floor")
    due, instants = best(lambda: made.due(starts, counted, "closing"))
    same(made.seconds_between(starts, instants), counted)
    yield Line(f"due instants of {size}", due, note=f"{due / pairs * 1e9:.1f} ns each")
    yield Line("a calendar of 71 years compiled", compiled, note="holidays included; once for each calendar")


def peers(pairs: int) -> Iterable[Line]:
    """Count some of the pairs as other libraries do, and scale what it took to all of them."""
    made, (starts, ends) = calendar(), cases(pairs)
    took, counted = best(lambda: made.seconds_between(starts, ends))
    sample = list(zip(starts[:SAMPLE].tolist(), ends[:SAMPLE].tolist(), strict=True))
    for name, count, off in (
        ("pandas CustomBusinessHour", pandas_hours, 3600),
        ("businesstimedelta", businesstimedelta_seconds, 0),
    ):
        began = time.perf_counter()
        found = np.array(count(sample, list(made.holidays), ZONE))
        scaled = (time.perf_counter() - began) * pairs / len(sample)
        apart = np.abs(found - counted[: len(sample)])
        agree = np.count_nonzero(apart <= off)
        note = f"scaled from {len(sample)}; {agree} agree" + (" to the hour" if off else " to the second")
        yield Line(f"  against {name}", took, "s", scaled, least=1000, note=note)


# --- all columns: 50,000 cases x 4 goals --------------------------------------------------------------

CASES = 50_000
SIZES = (10_000, CASES, 100_000)


def columns(_: int) -> Iterable[Line]:
    """Calculate all SLA columns of cases with three pauses each, and of fewer and more of them."""
    policies, settings = _sla_cases.policies(), Settings(opened="opened_at", timezone=ZONE)
    took: dict[int, float] = {}
    asked: dict[int, float] = {}
    for count in SIZES:
        records, history = _sla_cases.cases(count)
        watched = _sla_cases.Watched(calendar(), time.perf_counter)
        took[count], _result = best(
            lambda: compute(records, history, policies, {"uk": watched}, _sla_cases.AS_OF, settings)  # noqa: B023
        )
        asked[count] = watched.seconds / TRIES
    yield Line(f"all columns of {CASES:,} cases x 4 goals, 3 pauses each", took[CASES], most=1.0)
    yield Line("  of which the clock itself", asked[CASES], most=0.05)
    few, _, many = SIZES
    for count in (few, many):
        each = f"{took[count] / count * 1e6:.1f} us a case"
        yield Line(f"  all columns of {count:,} cases", took[count], note=each)
    linear = took[few] * many / few
    yield Line(f"  {many:,} against {many // few} x {few:,}", took[many], "s", linear, most=1.5)


PARTS: dict[str, Callable[[int], Iterable[Line]]] = {"pairs": clock, "peers": peers, "columns": columns}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--pairs", type=int, default=1_000_000, help="pairs of instants (1,000,000)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.pairs)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
