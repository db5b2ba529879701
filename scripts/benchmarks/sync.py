"""Merge and whole syncs of large tables, against the plain-Python floor, daff and openpyxl.

    python scripts/benchmark.py sync [merge] [whole] [unchanged] [startup] [growth] [--rows N] [--cache FOLDER]

Whole syncs are measured in processes of their own, in CPU seconds (user and system, the interpreter's start
included), because the clock also shows what else the machine is doing. The first time takes some minutes:
workbooks are made with XlsxWriter and synced once, then kept in the cache folder.
"""

from __future__ import annotations

import argparse
import gc
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from _children import Measured, measure, measure_command
from _merges import Versions, daff_merge, floor, versions
from _table import Line, print_table
from _workspaces import BIG, DESK, DESK_ROWS, edit, records, synced, workspace

from sheetops.merge.tables import merge_tables

SHARE = 0.01
DAFF_ROWS = (2_000, 8_000)
GROWTH_ROWS = (10_000, 30_000, 100_000, 300_000)
TRIES = 3


def _best(act: Callable[[], Any], tries: int = TRIES) -> float:
    """Return the CPU seconds of the quickest of some tries, without the garbage of the others."""
    took = []
    for _ in range(tries):
        gc.collect()
        began = time.process_time()
        kept = act()
        took.append(time.process_time() - began)
        del kept
    return min(took)


# --- merge --------------------------------------------------------------------------------------------


def merge(rows: int, cache: Path) -> Iterable[Line]:
    """Merge a table of 20 columns with 1 % of the cells edited on each side."""
    sides = versions([dict(record) for record in records(rows)], SHARE, seed=11)
    size = f"{rows:,} x 20, 1 % of cells edited on each side"
    plain = _best(lambda: floor(sides))
    ours = _best(lambda: _merged(sides))
    yield Line(f"merge {size}", ours, compared=plain, most=1.5, note="floor: a loop over dicts")
    reported = {c.key for c in _merged(sides).conflicts if c.field is None}
    missed = len(sides.deleted_and_edited - reported)
    all_of = len(sides.deleted_and_edited)
    yield Line(f"  edit/delete conflicts not reported, of {all_of}", missed, "", most=0)
    yield from _daff(rows, ours)


def _merged(sides: Versions) -> Any:
    return merge_tables(sides.base, sides.ours, sides.theirs, key="case_id")


def _daff(rows: int, ours: float) -> Iterable[Line]:
    """Measure daff where it can be waited for, and extend its own growth to the size that we merge."""
    took = {}
    for size in DAFF_ROWS:
        sides = versions([_texts(record) for record in records(size)], SHARE, seed=11)
        took[size] = _best(lambda sides=sides: daff_merge(sides), 1)
    first, last = DAFF_ROWS[-2:]
    growth = max(1.0, math.log(took[last] / took[first]) / math.log(last / first))
    extended = took[last] * (rows / last) ** growth
    note = f"daff: {took[last]:.1f} s at {last:,} rows, grows with rows^{growth:.2f}; extended to {rows:,}"
    yield Line("  the same by daff 1.4.2", ours, compared=extended, least=100, note=note)
    sides = versions([_texts(record) for record in records(last)], SHARE, seed=11)
    _, left = daff_merge(sides)
    lost = len(sides.deleted_and_edited - left)
    note = f"daff loses {lost} of {len(sides.deleted_and_edited)} rows that one side edited and the other deleted, at {last:,} rows"
    yield Line(
        "  the same by us, same rows",
        _best(lambda: _merged(sides)),
        compared=took[last],
        least=100,
        note=note,
    )


def _texts(record: Any) -> dict[str, Any]:
    return {name: "" if value is None else str(value) for name, value in record.items()}


# --- whole syncs --------------------------------------------------------------------------------------


def whole(rows: int, cache: Path) -> Iterable[Line]:
    """Sync a workbook with 100 changed cells, whichever side they come from."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        place = workspace(Path(folder) / "w", cache, rows)
        least = min((measure("floor", place / BIG) for _ in range(TRIES)), key=lambda m: m.cpu)
        typed = _edited(place, BIG, rows)
        pushed = _edited(place, DESK, DESK_ROWS)
        slow = measure("openpyxl", place / BIG)
    size = f"{rows:,} x 20 .xlsx"
    yield Line(
        f"sync {size}, 100 cells edited in it", typed.cpu, "CPU s", least.cpu, most=3, note=_clock(typed)
    )
    yield Line(
        f"sync {size}, 100 cells to be written", pushed.cpu, "CPU s", least.cpu, most=3, note=_clock(pushed)
    )
    yield Line("  against openpyxl load + save", pushed.cpu, "CPU s", slow.cpu, least=10, note=_clock(slow))
    peak = max(typed.megabytes, pushed.megabytes)
    yield Line("  peak memory", peak, "MB", most=1024, note=f"openpyxl: {slow.megabytes:,.0f} MB")


def _edited(place: Path, book: str, rows: int) -> Measured:
    """Return what the quickest of some syncs took, each after 100 edits in a workbook."""
    took = []
    for seed in range(TRIES):
        edit(place / book, rows, seed)
        took.append(measure("sync", place))
    return min(took, key=lambda measured: measured.cpu)


def _clock(measured: Measured) -> str:
    return f"{measured.seconds:.1f} s by the clock, {measured.megabytes:,.0f} MB"


def unchanged(rows: int, cache: Path) -> Iterable[Line]:
    """Sync when nothing has changed."""
    place = synced(cache, rows)
    took = min((measure("sync", place) for _ in range(5)), key=lambda m: m.cpu)
    note = f"less the interpreter's start, {_nothing():.3f}; {took.within:.2f} s by the clock"
    yield Line(
        f"sync {rows:,} x 20 .xlsx, nothing changed", took.cpu - _nothing(), "CPU s", most=0.3, note=note
    )


@lru_cache
def _nothing() -> float:
    """CPU seconds of a Python that does nothing."""
    return min(measure_command([sys.executable, "-c", "pass"]).cpu for _ in range(5))


def startup(rows: int, cache: Path) -> Iterable[Line]:
    """Start the command line."""
    place = synced(cache, rows)
    for words in (["--help"], ["status", "-C", str(place)]):
        command = [sys.executable, "-m", "sheetops", *words]
        took = min(measure_command(command).cpu for _ in range(5))
        note = f"an empty Python: {_nothing():.3f}"
        yield Line(f"sheetops {words[0]}", took, "CPU s", most=0.4, note=note)


def growth(rows: int, cache: Path) -> Iterable[Line]:
    """See whether the time of a sync grows as the rows do: what each further row costs must stay the same."""
    sizes = [size for size in GROWTH_ROWS if size <= 3 * rows]
    took = {size: _growth_of(cache, size) for size in sizes}
    further = []
    for smaller, larger in pairwise(sizes):
        further.append((took[larger].cpu - took[smaller].cpu) / (larger - smaller) * 1e6)
        what = f"sync, from {smaller:,} to {larger:,} rows: each further row"
        note = f"{took[smaller].cpu:.2f} and {took[larger].cpu:.2f} CPU s; {took[larger].megabytes:,.0f} MB"
        yield Line(what, further[-1], "µs", note=note)
    yield Line("  the last of these against the first", further[-1], "µs", further[0], most=1.2)


def _growth_of(cache: Path, rows: int) -> Measured:
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        place = workspace(Path(folder) / "w", cache, rows)
        return _edited(place, BIG, rows)


PARTS = {"merge": merge, "whole": whole, "unchanged": unchanged, "startup": startup, "growth": growth}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the large workbook (100,000)")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "sheetops-benchmark")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    asked.cache.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    for part in asked.parts or PARTS:
        print(f"measuring {part} ...", file=sys.stderr, flush=True)
        lines += PARTS[part](asked.rows, asked.cache)
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
