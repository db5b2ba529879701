"""EARS against the field's own software, on real series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import ears
from tests.conftest import SHARED

FOLDER = SHARED / "vectors" / "surveillance"
FILES = sorted(FOLDER.glob("ref_ears_*.csv"))


@pytest.mark.skipif(
    not FILES, reason=f"{FOLDER} is not there; set SHEETOPS_SHARED to the folder that has the vectors"
)
def test_every_alarm_and_every_bound_is_that_of_the_reference() -> None:
    cells, alarms, far = 0, 0, 0.0
    for path in FILES:
        method, name = path.stem.removeprefix("ref_ears_").split("_", 1)
        data = pd.read_csv(FOLDER / f"data_{name}.csv")
        for unit, told in pd.read_csv(path).groupby("unit"):
            found = ears(data[str(unit)], method).iloc[told["i"].to_numpy() - 1]
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
