"""Root causes of a total's move: F1 against planted causes, beside Adtributor and a drill-down by hand, and seconds.

    python scripts/benchmark.py causes [causes] [depth] [rates] [nothing] [growth] [folder] [--incidents N]

All ways see the same seeded incidents of 10,000 cells in the same run; a cause counts when it is exactly the planted one.
SHEETOPS_INCIDENTS may name a folder of labelled incidents: injection_info.csv with the columns timestamp and set
(a=a1&b=b2;c=c3), and for each timestamp a TIMESTAMP.csv with dimensions, real and predict.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _incidents
import pandas as pd
from _drill_down import adtributor, by_hand
from _incidents import Incident
from _table import Line, print_table

from sheetops.columns.anomalies import attribute

FOLDER = "SHEETOPS_INCIDENTS"


def ours(incident: Incident) -> set[Any]:
    """Return the causes that sheetops names."""
    found = attribute(incident.cells, incident.dimensions, **incident.columns)
    return {cause for cause in found["cause"] if cause}


WAYS: dict[str, Callable[[Incident], set[Any]]] = {
    "sheetops": ours,
    "Adtributor": lambda incident: adtributor(incident.cells, incident.dimensions),
    "drill-down by hand": lambda incident: by_hand(incident.cells, incident.dimensions),
}


@dataclass
class Score:
    """Causes found and not, and the time it took."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    incidents: int = 0

    @property
    def f1(self) -> float:
        """F1 over all causes of all incidents."""
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)

    @property
    def note(self) -> str:
        """Counts and time."""
        each = self.seconds / max(self.incidents, 1) * 1000
        return f"{self.right} right, {self.wrong} wrong, {self.missed} missed; {each:.0f} ms each, slowest {self.slowest * 1000:.0f}"


def scores(incidents: Iterable[Incident]) -> dict[str, Score]:
    """Score each way on the same incidents."""
    kept = {name: Score() for name in WAYS}
    for incident in incidents:
        for name, way in WAYS.items():
            began = time.perf_counter()
            found = way(incident)
            took = time.perf_counter() - began
            score = kept[name]
            score.right += len(found & incident.causes)
            score.wrong += len(found - incident.causes)
            score.missed += len(incident.causes - found)
            score.seconds, score.slowest = score.seconds + took, max(score.slowest, took)
            score.incidents += 1
    return kept


def made(count: int, **settings: Any) -> Iterable[Incident]:
    """Make incidents with seeds 1, 2, ..."""
    return (_incidents.make(seed, **settings) for seed in range(1, count + 1))


def told(what: str, incidents: Iterable[Incident], least: float | None = None) -> Iterable[Line]:
    """Return one line for each way."""
    for name, score in scores(incidents).items():
        mine = name == "sheetops"
        yield Line(
            f"{what}: {name}" if mine else f"  {name}",
            score.f1,
            "F1",
            least=least if mine else None,
            note=score.note,
        )


def causes(count: int) -> Iterable[Line]:
    """One, two and three causes of up to three dimensions, totals with a forecast's error and with counting noise."""
    for noise in ("forecast", "counts"):
        for number, least in ((1, 0.9), (2, 0.8), (3, 0.8)):
            yield from told(f"{number} cause(s), {noise}", made(count, causes=number, noise=noise), least)
    slowest = scores(made(count, causes=2))["sheetops"].slowest
    yield Line("10,000 cells, two causes, the slowest", slowest, most=1.0)


def depth(count: int) -> Iterable[Line]:
    """One cause of each depth; 4 is a single cell of 10,000."""
    for level in (1, 2, 3, 4):
        yield from told(f"depth {level}", made(count, depth=level))


def rates(count: int) -> Iterable[Line]:
    """Rates of two counts (clicks of views)."""
    for number, least in ((1, 0.9), (2, 0.8)):
        yield from told(f"{number} cause(s) of a rate", made(count, causes=number, rate=True), least)


def nothing(count: int) -> Iterable[Line]:
    """Incidents without a cause: whatever is named is wrong."""
    for what, settings in (("totals", {}), ("counts", {"noise": "counts"}), ("rates", {"rate": True})):
        for name, way in WAYS.items():
            guessed = sum(bool(way(incident)) for incident in made(count, causes=0, **settings))
            most = 0.05 if name == "sheetops" else None
            line = f"nothing planted, {what}: {name}" if name == "sheetops" else f"  {name}"
            yield Line(line, guessed / count, "named a cause", most=most)


def growth(count: int) -> Iterable[Line]:
    """Seconds as the cells grow."""
    for sizes in ((10, 10, 10), (10, 10, 10, 10), (20, 20, 10, 10), (10, 10, 10, 10, 10)):
        score = scores(made(min(count, 5), causes=2, sizes=sizes))["sheetops"]
        cells = math.prod(sizes)
        each = score.seconds / score.incidents
        yield Line(
            f"{cells:,} cells, {len(sizes)} dimensions", each, note=f"{each / cells * 1e6:.1f} us a cell"
        )


def folder(count: int) -> Iterable[Line]:
    """Labelled incidents of a folder, all and by the depth of their causes."""
    place = os.environ.get(FOLDER)
    if not place:
        print(f"{FOLDER} names no folder of labelled incidents: left out")
        return
    read = list(labelled(Path(place), count))
    yield from told(f"{len(read)} labelled incidents", read)
    for level in sorted({len(cause) for incident in read for cause in incident.causes}):
        score = Score()
        for incident in read:
            found = ours(incident)
            score.right += sum(len(cause) == level for cause in found & incident.causes)
            score.wrong += sum(len(cause) == level for cause in found - incident.causes)
            score.missed += sum(len(cause) == level for cause in incident.causes - found)
        yield Line(f"  of depth {level}: sheetops", score.f1, "F1")


def labelled(place: Path, count: int) -> Iterable[Incident]:
    """Read incidents and their labels."""
    for row in pd.read_csv(place / "injection_info.csv").head(count).itertuples():
        cells = pd.read_csv(place / f"{row.timestamp}.csv").rename(
            columns={"real": "actual", "predict": "expected"}
        )
        dimensions = sorted(set(cells.columns) - {"actual", "expected"})
        cells[dimensions] = cells[dimensions].astype(str)
        parts = [[pair.split("=") for pair in cause.split("&")] for cause in str(row.set).split(";")]
        yield Incident(cells, dimensions, frozenset(tuple((d, v) for d, v in sorted(part)) for part in parts))


PARTS: dict[str, Callable[[int], Iterable[Line]]] = {
    "causes": causes,
    "depth": depth,
    "rates": rates,
    "nothing": nothing,
    "growth": growth,
    "folder": folder,
}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--incidents", type=int, default=60, help="incidents for each line (60)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.incidents)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
