"""Scenario mining against planted scenarios, against nothing planted, and beside mlxtend's fpgrowth.

    python scripts/benchmark.py patterns [speed] [curves] [null] [growth] [--worlds N]

100,000 cases x 8 attributes over 196 days, window 28 days, false discovery rate 5 %. A scenario counts as found only
when its attributes and values are exactly those planted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import _planted
import numpy as np
import pandas as pd
from _table import Line, print_table

from sheetops.columns.patterns import mine
from sheetops.columns.statistics import benjamini_hochberg, poisson_greater

CASES = 100_000
SIZES = (20, 30, 40, 60, 80, 120, 160, 200, 300, 400, 500, 600)
WINDOW = 28
TRIES = 3


def mined(world: _planted.Planted) -> pd.DataFrame:
    """Return the scenarios that sheetops finds."""
    return mine(world.frame, world.attributes, as_of=_planted.AS_OF, date="opened_at", window=WINDOW)


def values(table: pd.DataFrame) -> list[frozenset[Any]]:
    """Return what the scenarios of a table are."""
    return [frozenset(attributes.items()) for attributes in table["attributes"]]


def wanted(world: _planted.Planted) -> list[frozenset[Any]]:
    """Return what was planted."""
    return [frozenset(where.items()) for where, _ in world.scenarios]


def by_fpgrowth(world: _planted.Planted) -> list[frozenset[Any]]:
    """Return the frequent combinations of the window by fpgrowth, those that independence does not explain first.

    Support, depth and false discovery rate are those of sheetops; expected counts are products of frequencies.
    """
    from mlxtend.frequent_patterns import fpgrowth

    recent = world.frame[world.frame["opened_at"] > _planted.AS_OF - pd.Timedelta(days=WINDOW)]
    names = list(world.attributes)
    wide = pd.get_dummies(recent[names], prefix_sep="\x1f", prefix=names).astype(bool)
    sets = fpgrowth(wide, min_support=5 / len(wide), use_colnames=True, max_len=5)
    count = np.rint(sets["support"].to_numpy() * len(wide))
    share = dict(zip(wide.columns, wide.to_numpy().mean(axis=0), strict=True))
    expected = np.array([np.prod([share[item] for item in items]) for items in sets["itemsets"]]) * len(wide)
    several = (sets["itemsets"].map(len) > 1).to_numpy()
    p = np.where(several, poisson_greater(count, expected), np.nan)
    q = benjamini_hochberg(p)
    order = np.argsort(np.where(np.isnan(q), 2, q), kind="stable")
    found = [sets["itemsets"].iloc[i] for i in order[: np.count_nonzero(q <= 0.05)]]
    return [frozenset(tuple(item.split("\x1f", 1)) for item in items) for items in found]


def timed(work: Callable[[], Any], tries: int = TRIES) -> tuple[float, Any]:
    """Return the seconds of the quickest try, and what came of it."""
    took = []
    for _ in range(tries):
        began = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - began)
    return min(took), result


def speed(_: int) -> Iterable[Line]:
    """Mine one world with twelve scenarios, and do the same with fpgrowth and statistics."""
    world = _planted.plant(CASES, SIZES, seed=1)
    want = set(wanted(world))
    took, table = timed(lambda: mined(world))
    other, theirs = timed(lambda: by_fpgrowth(world), 1)
    first = len(want & set(theirs[: len(want)]))
    note = f"exact: {len(want & set(values(table)))} of {len(want)} in {len(table)} scenarios"
    yield Line(f"mining {CASES:,} cases x 8 with statistics", took, most=3.0, note=note)
    said = f"exact: {first} of {len(want)} in its first {len(want)}; {len(theirs):,} in all at q <= 5 %"
    yield Line("  beside fpgrowth with statistics", took, "s", other, note=said)


def curves(worlds: int) -> Iterable[Line]:
    """Count what is found exactly of each planted size, and how much of what is found was planted."""
    for name, more in (("independent", {}), ("dependent", {"dependent": True})):
        hits: dict[tuple[int, int], list[bool]] = {}
        right = shown = 0
        for seed in range(worlds):
            world = _planted.plant(CASES, tuple(np.roll(SIZES, seed)), seed=100 + seed, **more)
            found = values(mined(world))
            for where, size in world.scenarios:
                hits.setdefault((size, len(where)), []).append(frozenset(where.items()) in found)
            right, shown = right + len(set(found) & set(wanted(world))), shown + len(found)
        whole = [hit for some in hits.values() for hit in some]
        note = f"{right} of {shown} scenarios shown were planted"
        yield Line(
            f"{name} attributes: precision at FDR 5 %", right / max(shown, 1), "", least=0.95, note=note
        )
        yield Line("  recall, all sizes", float(np.mean(whole)), "", note=f"{sum(whole)} of {len(whole)}")
        for size in SIZES:
            by_depth = {d: hit for (s, d), hit in sorted(hits.items()) if s == size}
            said = ", ".join(f"{d} attributes {sum(hit)} of {len(hit)}" for d, hit in by_depth.items())
            yield Line(
                f"  recall, {size} cases",
                float(np.mean([h for x in by_depth.values() for h in x])),
                "",
                note=said,
            )


def null(worlds: int) -> Iterable[Line]:
    """Count the worlds with nothing planted in which something is found: at most 5 %."""
    for name, more in (
        ("with history", {}),
        ("without history", {"days": WINDOW}),
        ("dependent attributes", {"dependent": True}),
        ("dependent, without history", {"dependent": True, "days": WINDOW}),
    ):
        counts = [
            len(mined(_planted.plant(CASES // 4, seed=1_000 + seed, **more))) for seed in range(3 * worlds)
        ]
        share = np.count_nonzero(counts) / len(counts)
        said = f"{sum(counts)} scenarios in {len(counts)} worlds"
        yield Line(f"nothing planted, {name}: worlds with any", share * 100, "%", most=5, note=said)


def growth(_: int) -> Iterable[Line]:
    """Mine fewer and more cases, and more attributes' values."""
    took = {}
    for cases in (25_000, CASES, 400_000):
        world = _planted.plant(cases, SIZES, seed=1)
        took[cases], _table = timed(lambda: mined(world), 1)  # noqa: B023
        yield Line(f"mining {cases:,} cases", took[cases], note=f"{took[cases] / cases * 1e6:.1f} us a case")
    yield Line("  400,000 against 4 x 100,000", took[400_000], "s", 4 * took[CASES], most=1.5)
    world = _planted.plant(CASES, seed=1)
    policies = np.random.default_rng(1).integers(0, 50_000, CASES)
    wide = _planted.Planted(world.frame.assign(policy=[f"policy {i}" for i in policies]))
    yield Line(f"mining {CASES:,} cases of 50,000 policies", timed(lambda: mined(wide), 1)[0], most=3.0)


PARTS: dict[str, Callable[[int], Iterable[Line]]] = {
    "speed": speed, "curves": curves, "null": null, "growth": growth,
}  # fmt: skip


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--worlds", type=int, default=10, help="worlds for each curve (10)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.worlds)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
