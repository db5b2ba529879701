"""Building the workbooks of all templates, and the rules of 100,000 cases: against the bare writer, and by size."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from _table import Line, print_table

from sheetops.columns.sets import Ask, ColumnSet
from sheetops.templates import build_books, by_workbook, find_template
from sheetops.workspace import Config, parse_config

SIZES = (20_000, 100_000)


def config_of(name: str) -> Config:
    """Return what the sheetops.toml of a template says."""
    return parse_config(find_template(name).text, Path("/w/sheetops.toml"))


def seconds(act: Callable[[], Any]) -> float:
    """Return the shortest of three runs."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return min(took)


def books() -> Iterator[Line]:
    """Build every workbook; the floor is XlsxWriter with the same tabs, headers and records and nothing else."""
    template, config = find_template("live-governance"), config_of("live-governance")
    found = by_workbook(config.schema.trackers.values())
    took = seconds(lambda: list(build_books(config.schema, found, template.pieces, template.look)))

    def bare() -> None:
        for specs in found.values():
            book = xlsxwriter.Workbook(BytesIO())
            for spec in specs:
                book.add_worksheet(spec.tab).write_row(0, 0, [column.header for column in spec.columns])
            book.close()

    yield Line(f"workbooks of all templates ({len(found)})", took, most=10)
    yield Line("  against headers alone, by XlsxWriter", took, compared=seconds(bare))


def rules() -> Iterator[Line]:
    """Judge cases by the rules of the template."""
    config = config_of("cases")
    one = next(each for each in config.columns if each.label == "cases.rules")
    took = {size: seconds(lambda size=size: one.compute(_ask(config, one, size))) for size in SIZES}  # type: ignore[misc]
    few, many = SIZES
    yield Line(
        f"rules of {many:,} cases", took[many], most=10, note=f"{took[many] / many * 1e6:.0f} us a case"
    )
    yield Line(f"  against {many // few} x {few:,}", took[many], compared=took[few] * many / few, most=1.5)


def _ask(config: Config, one: ColumnSet, size: int) -> Ask:
    """Return cases of which a third is decided, a third closed, and a tenth has a number in its summary."""
    said = {
        "case_id": [f"C{n}" for n in range(size)],
        "status": [("new", "decided", "closed")[n % 3] for n in range(size)],
        "decided_at": [None if n % 3 == 0 else "2026-03-01" for n in range(size)],
        "visibility": [None if n % 5 else "Removal of content" for n in range(size)],
        "ground": [None if n % 4 else "Illegal Content" for n in range(size)],
        "summary": [f"The host says so{', call 020 7946 0018' if n % 10 == 0 else ''}." for n in range(size)],
    }
    frame = pd.DataFrame(
        {name: said.get(name, [None] * size) for name in ("case_id", *one.needs)}, dtype="string"
    )
    return Ask(frame, None, {}, datetime(2026, 3, 2, tzinfo=UTC))


PARTS: dict[str, Callable[[], Iterator[Line]]] = {"books": books, "rules": rules}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part]()]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
