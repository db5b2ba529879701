"""The promise, on every real workbook at hand: done losslessly or refused with a reason, never damaged."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from .corpus import try_workbook

VECTORS = Path(os.environ.get("SHEETOPS_SHARED", "../shared")) / "vectors" / "xlsx"


def attempt(path: Path) -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        return [(path.name, deed, outcome) for deed, outcome in try_workbook(path, Path(folder))]


@pytest.mark.slow
def test_every_real_workbook_is_changed_losslessly_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    if not VECTORS.is_dir():
        pytest.skip(f"no workbooks at {VECTORS}; set SHEETOPS_SHARED")
    paths = sorted(p for p in VECTORS.rglob("*") if p.suffix in (".xlsx", ".xlsm"))
    with ProcessPoolExecutor(2) as pool:
        results = [line for lines in pool.map(attempt, paths, chunksize=8) for line in lines]
    failed = [line for line in results if line[2].startswith("failed")]
    with capsys.disabled():
        print(f"\n{len(paths)} workbooks, {len(results)} deeds")
        for (deed, outcome), count in sorted(
            Counter((d, o.split(": ")[0:2][-1]) for _, d, o in results).items()
        ):
            print(f"{count:6} {deed:18} {outcome}")
    assert failed == []
