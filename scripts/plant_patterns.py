"""Write cases with planted scenarios as CSV: `python scripts/plant_patterns.py FOLDER [--cases N] [--sizes 20,50,100] [--seed S]`.

Makes cases.csv and planted.csv (what a miner should find). The same seed makes the same files.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import _planted
import pandas as pd


def main() -> int:
    """Write the files that the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--sizes", default="30,50,80,120,200,400", help="cases added by each scenario")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--dependent", action="store_true", help="let policies and languages depend on the market"
    )
    asked = parser.parse_args()
    sizes = tuple(int(size) for size in asked.sizes.split(",") if size)
    planted = _planted.plant(asked.cases, sizes, seed=asked.seed, dependent=asked.dependent)
    asked.folder.mkdir(parents=True, exist_ok=True)
    planted.frame.to_csv(asked.folder / "cases.csv", index=False)
    rows = [{**where, "added": size} for where, size in planted.scenarios]
    pd.DataFrame(rows).to_csv(asked.folder / "planted.csv", index=False)
    print(f"{len(planted.frame):,} cases and {len(rows)} scenarios in {asked.folder}; as of {_planted.AS_OF}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
