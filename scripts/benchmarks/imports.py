"""Import of messy rows with fuzzy matching on, against reading the same file with csv and with pandas.

    python scripts/benchmark.py imports [growth] [again] [--rows N]

Rows as exports have them: 17 spellings of a choice (some wrong), two orders of dates by market, blanks in
words, unreadable dates, rows that come twice.
What is called sure is confirmed, as by a person who says yes; the dataset starts empty. All in one process.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from _table import Line, print_table

import sheetops
from sheetops.import_verbs import Wishes, import_file

CONFIG = """
[tables.cases]
key = "case_id"
key_format = "CASE-{:06d}"
[tables.cases.fields]
case_id = { type = "text" }
source_system = { type = "text" }
source_ref = { type = "text", label = "Ticket" }
status = { type = "choice", label = "Status", choices = ["New", "In review", "Waiting for merchant", "Escalated", "Decided", "Closed"] }
market = { type = "choice", label = "Market", choices = ["US", "UK", "DE", "FR", "ES"] }
severity = { type = "choice", label = "Severity", choices = ["Low", "Medium", "High", "Critical"] }
merchant = { type = "text", label = "Merchant" }
creator = { type = "text", label = "Creator" }
reviewer = { type = "person", label = "Reviewer" }
opened_at = { type = "date", label = "Opened" }
closed_at = { type = "date", label = "Closed on" }
points = { type = "integer", label = "Points" }
amount = { type = "number", label = "Amount" }
summary = { type = "long text", label = "Summary" }
"""
HEADER = ["Ticket", "Status", "Market", "Severity", "Merchant", "Creator", "Reviewer", "Opened", "Closed on", "Points",
          "Amount", "Summary"]  # fmt: skip
STATUSES = ["New", "new", "NEW ", "In review", "in-review", "In reveiw", "Waiting for merchant", "waiting for the merchant",
            "Waiting merchant", "Escalated", "Esclated", "escalated!", "Decided", "decided", "Closed", "CLOSED", "Clsoed"]  # fmt: skip
WORDS = [
    "host",
    "sold",
    "copy",
    "bag",
    "hid",
    "price",
    "live",
    "room",
    "late",
    "refund",
    "fake",
    "watch",
    "audience",
    "complained",
    "link",
    "banned",
    "again",
    "seller",
]
MOST = 15.0
"""Seconds that an import of 100,000 rows may take."""


def write(path: Path, rows: int, seed: int = 301) -> None:
    """Write a messy export."""
    chance = random.Random(seed)
    first = date(2025, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(rows):
            market = chance.choice(["US", "us", "UK", "DE", " de", "FR", "ES"])
            opened = first + timedelta(days=chance.randrange(500))
            closed = opened + timedelta(days=chance.randrange(40))
            form = "%m/%d/%Y" if market.upper() == "US" else "%d/%m/%Y"
            said = "31/02/2026" if chance.random() < 0.01 else opened.strftime(form)
            row = [
                f"T-{number - (chance.random() < 0.005)}", chance.choice(STATUSES), market, chance.choice(["Low", "low", "Medum", "High", "Critical"]),
                f"Merchant {chance.randrange(9000)}", f"c{chance.randrange(30_000)}", f"r{chance.randrange(80)}@example.com", said,
                chance.choice(["", "n/a", closed.strftime(form)]), chance.choice(["", "3", "12"]), f"{chance.random() * 900:,.2f}",
                " ".join(chance.choices(WORDS, k=14)),
            ]  # fmt: skip
            out.writerow(row)


def imported(folder: Path, path: Path) -> tuple[float, dict[str, int]]:
    """Import a file; return the seconds it took and what became of its rows."""
    began = time.perf_counter()
    with sheetops.open(folder) as ws:
        done = import_file(ws, path, "cases", Wishes(), lambda lines, question: True)
    return time.perf_counter() - began, done.data["counts"]


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds of the quicker of two tries."""
    took = []
    for _ in range(2):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def _csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        list(csv.reader(file))


def growth(rows: int) -> Iterable[Line]:
    """Import messy rows into an empty dataset, a third of them and all."""
    seconds: dict[int, float] = {}
    for count in (rows // 3, rows):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
            write(folder / "tickets.csv", count)
            floor = timed(lambda: _csv(folder / "tickets.csv"))  # noqa: B023
            peer = timed(lambda: pd.read_csv(folder / "tickets.csv", dtype=str))  # noqa: B023
            seconds[count], counts = imported(folder, folder / "tickets.csv")
    said = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    yield Line(
        f"import of {rows:,} messy rows, fuzzy matching on",
        seconds[rows],
        most=MOST * rows / 100_000,
        note=said,
    )
    yield Line("  against csv.reader, which only reads", seconds[rows], "s", floor)
    yield Line("  against pandas.read_csv, which only reads", seconds[rows], "s", peer)
    yield Line(f"  {rows:,} against 3 x {rows // 3:,}", seconds[rows], "s", 3 * seconds[rows // 3], most=1.5)


def again(rows: int) -> Iterable[Line]:
    """Import the same file once more, and then one in which a tenth of the rows changed."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
        write(folder / "tickets.csv", rows)
        imported(folder, folder / "tickets.csv")
        took, counts = imported(folder, folder / "tickets.csv")
        if counts["added"] or counts["updated"]:
            raise SystemExit(f"the same file changed something: {counts}")
        yield Line(f"the same {rows:,} rows again: nothing changes", took, most=MOST * rows / 100_000)
        text = (folder / "tickets.csv").read_text(encoding="utf-8").splitlines()
        text[1::10] = [line.replace("Merchant ", "Shop ") for line in text[1::10]]
        (folder / "tickets.csv").write_text("\n".join(text), encoding="utf-8")
        took, counts = imported(folder, folder / "tickets.csv")
        yield Line(
            "  a tenth of them changed",
            took,
            most=MOST * rows / 100_000,
            note=f"{counts['updated']:,} updated",
        )


PARTS: dict[str, Callable[[int], Iterable[Line]]] = {"growth": growth, "again": again}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the file (100,000)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.rows)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
