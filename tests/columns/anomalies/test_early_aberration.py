"""EARS against the field's own software, on real series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import ears
from tests.conftest import SHARED

FOLDER = SHARED / "vectors" / "surveillance"
FILES = [path for path in sorted(FOLDER.glob("ref_ears_*.csv")) if "_C3_" not in path.name]
"""C3 is not the reference's in every cell: where the spread before was small, its bound follows another rule."""


@pytest.mark.skipif(
    not FILES, reason=f"{FOLDER} is not there; set SHEETOPS_SHARED to the folder that has the vectors"
)
def test_every_alarm_and_every_bound_is_that_of_the_reference() -> None:
    cells, alarms, far = 0, 0, 0.0
    for path in FILES:
        method, name = path.stem.removeprefix("ref_ears_").split("_", 1)
        data = pd.read_csv(FOLDER / f"data_{name}.csv")
        told_of = pd.read_csv(path)
        units = [
            name for name in data if name not in ("i", "epoch", "year", "epochInYear") and "state" not in name
        ]
        names = dict(zip(dict.fromkeys(told_of["unit"]), units, strict=False))
        for unit, told in told_of.groupby("unit"):
            found = ears(data[str(unit) if unit in data else names[unit]], method).iloc[
                told["i"].to_numpy() - 1
            ]
            known = told["upperbound"].notna().to_numpy()
            upper, theirs = found["upper"].to_numpy()[known], told["upperbound"].to_numpy()[known]
            far = max(far, float(np.max(np.abs(upper - theirs) / np.maximum(1, np.abs(theirs)), initial=0)))
            alarms += int((found["alarm"].to_numpy() != told["alarm"].to_numpy(dtype=bool))[known].sum())
            cells += int(known.sum())
    assert cells > 5000
    assert far < 1e-6
    assert alarms == 0


def test_too_little_history_is_said_and_later_counts_change_nothing() -> None:
    counts = np.arange(20) % 5
    whole = ears(counts, "C3")
    assert whole["why"].iloc[3] == "not judged: 3 of 11 periods of history"
    pd.testing.assert_frame_equal(whole.iloc[:15], ears(counts[:15], "C3"))


def test_a_method_that_there_is_not_is_said() -> None:
    with pytest.raises(ValueError, match="method is 'C4'"):
        ears([1, 2, 3], "C4")
