"""Syncs of a Google tracker on the sandbox: calls, bytes and seconds, beside gspread-dataframe and gspread-pandas.

    python scripts/benchmark.py google [cost] [client] [races] [--rows N] [--races N]

The sandbox runs in a process of its own and answers 60 ms late. Bytes are those of bodies as they went over the wire,
compressed where they were, both ways. Seconds are mostly the sandbox's own; CPU seconds are the client's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from _sheets import Cost, Tracker, peers, server
from _table import Line, print_table

ROOT = Path(__file__).resolve().parents[2]
CHANGED = (1, 100, 5_000)
CALLS, BYTES = 2, 1 / 5


def cost(options: argparse.Namespace) -> Iterable[Line]:
    """Compare what a sync costs with the peers' get and set."""
    with server() as url, tempfile.TemporaryDirectory() as folder:
        tracker = Tracker(url, options.rows, Path(folder))
        others = peers(url, tracker.id)
        least = {name: job(0) for name, job in others.items()}
        yield from _lines("nothing changed", tracker.cost(tracker.sync), least)
        for cells in (n for n in CHANGED if n <= options.rows):
            tracker.edit_at_the_desk(cells, cells)
            ours = tracker.cost(tracker.sync)
            yield from _lines(
                f"{cells:,} to be written", ours, {name: job(cells) for name, job in others.items()}
            )
            tracker.sync()
        tracker.edit_in_the_sheet(100, 7)
        yield from _lines("100 typed in the sheet", tracker.cost(tracker.sync), {})


def _lines(what: str, ours: Cost, others: dict[str, Cost]) -> Iterable[Line]:
    note = ", ".join(f"{name}: {cost.calls}" for name, cost in others.items())
    yield Line(f"{what}: Sheets calls", ours.calls, "", most=CALLS, note=note)
    split = f"{ours.sent / 1000:,.0f} kB sent, {ours.received / 1000:,.0f} kB received"
    if not others:
        yield Line("  bytes", ours.kilobytes, "kB", note=split)
    for name, cost in others.items():
        most = BYTES if what.startswith("100 ") else None
        yield Line(f"  bytes beside {name}", ours.kilobytes, "kB", cost.kilobytes, most=most, note=split)
    for name, cost in others.items():
        yield Line(f"  seconds beside {name}", ours.seconds, "s", cost.seconds, note=f"CPU: {ours.cpu:.2f} s and {cost.cpu:.2f} s")  # fmt: skip


def client(options: argparse.Namespace) -> Iterable[Line]:
    """See what a sync costs on this side as the tracker grows: CPU seconds without the sandbox's."""
    for rows in (options.rows, 10 * options.rows):
        with server(0) as url, tempfile.TemporaryDirectory() as folder:
            tracker = Tracker(url, rows, Path(folder))
            tracker.sync()
            nothing = tracker.cost(tracker.sync)
            tracker.edit_at_the_desk(100, 1)
            some = tracker.cost(tracker.sync)
        for what, spent in (("nothing changed", nothing), ("100 cells", some)):
            yield Line(f"{rows:,} x 20, {what}", spent.cpu, "CPU s", note=f"{spent.kilobytes:,.0f} kB, {spent.seconds:.1f} s by the clock")  # fmt: skip


def races(options: argparse.Namespace) -> Iterable[Line]:
    """Let people sort, insert, delete, move and type while small trackers are written, and count what is misplaced."""
    sys.path.insert(0, str(ROOT))  # the races are those of the tests
    from sheetops.sandbox import Sandbox
    from tests.trackers.google.test_races import any_race

    misplaced, told, calls = 0, 0, Counter[int]()
    for follows in (False, True):
        with Sandbox(seed=1, metadata_follows_sort=follows) as box:
            for number in range(options.races // 2):
                race = any_race(box, Random(number).randrange(10**9), columns=number % 2 == 0)
                written = race.run()
                box.forget_faults()
                misplaced += len(race.wrong())
                told += bool(written.notes)
                calls[race.book.connection.count.writes - race.seen.writes] += 1
    note = ", ".join(f"{n} writes: {many}" for n, many in sorted(calls.items()))
    yield Line(f"values misplaced after {options.races:,} races", misplaced, "", most=0, note=note)
    yield Line("  runs that had something to tell", told, "")


PARTS: dict[str, Callable[[argparse.Namespace], Iterable[Line]]] = {"cost": cost, "client": client, "races": races}  # fmt: skip


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--rows", type=int, default=5_000, help="rows of the tracker (5,000)")
    parser.add_argument("--races", type=int, default=1_000, help="how many races (1,000)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines: list[Line] = []
    for part in asked.parts or PARTS:
        print(f"measuring {part} ...", file=sys.stderr, flush=True)
        lines += PARTS[part](asked)
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
