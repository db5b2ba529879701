"""The weekly update of cases with their history, against the plain reading of what it looks at, and how it grows.

    python scripts/benchmark.py reports [weekly] [formats] [growth] [--cases N]

The dataset is made once and kept: half a year of cases with seven changes each, SLA goals with pauses and office hours,
appeals, feedback. The floor reads the same columns and the same rows of the journal with sqlite3, and does nothing with them.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from _report_cases import MONDAY, dataset
from _table import Line, print_table

import sheetops
from sheetops import report_verbs

CACHE = Path(tempfile.gettempdir()) / "sheetops-benchmark-reports"
TRIES = 3
SMALLER = 4


def workspace(count: int) -> Path:
    """Return the dataset of `count` cases."""
    return dataset(CACHE / f"cases-{count}", count)


def best(work: Callable[[], Any]) -> float:
    """Return the seconds of the quickest of some tries."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def update(count: int, kind: str = "") -> None:
    """Make the weekly update, from opening the workspace to the file."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sheetops.open(workspace(count), now=lambda: MONDAY + timedelta(days=1)) as ws,
    ):
        said = report_verbs.weekly(ws, to=Path(folder) / f"update.{kind}" if kind else None)
    opened = said.data["figures"][0]
    if opened["now"] < count / 40:
        raise SystemExit(f"the update counts {opened['now']} cases, which cannot be")


def floor(count: int) -> None:
    """Read what the update looks at, and nothing else."""
    with sqlite3.connect(workspace(count) / "sheetops.db") as database:
        database.execute("SELECT * FROM cases").fetchall()
        database.execute("SELECT * FROM appeals").fetchall()
        database.execute("SELECT * FROM feedback").fetchall()
        wanted = "SELECT seq, key, op, field, old_value, new_value, recorded_at, effective_at FROM sheetops_journal WHERE field IS NULL OR field IN ('status', 'error_type', 'detected_at', 'owner')"
        database.execute(wanted).fetchall()


def weekly(count: int) -> Iterable[Line]:
    """Make the update as data."""
    took, least = best(lambda: update(count)), best(lambda: floor(count))
    yield Line(f"weekly update of {count:,} cases", took, most=10, note=f"{took / count * 1e6:.0f} us a case")
    yield Line("  against reading the same rows with sqlite3", took, "s", least)


def formats(count: int) -> Iterable[Line]:
    """Make it in each format."""
    for kind in ("md", "html", "docx", "xlsx"):
        yield Line(f"  as .{kind}", best(lambda: update(count, kind)), most=10)  # noqa: B023 - called at once


def growth(count: int) -> Iterable[Line]:
    """Compare with a smaller dataset."""
    few = count // SMALLER
    took, small = best(lambda: update(count)), best(lambda: update(few))
    yield Line(f"{count:,} cases against {SMALLER} x {few:,}", took, "s", small * SMALLER, most=1.3)


PARTS: dict[str, Callable[[int], Iterable[Line]]] = {"weekly": weekly, "formats": formats, "growth": growth}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--cases", type=int, default=100_000, help="how many cases (100,000)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.cases)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
