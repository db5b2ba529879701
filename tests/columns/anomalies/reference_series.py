"""The series of R's package surveillance that lie beside the reference outputs, and how R was asked about them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.conftest import SHARED

FOLDER = SHARED / "vectors" / "surveillance"
NAMES = sorted(path.stem.removeprefix("data_") for path in FOLDER.glob("data_*.csv"))
needs_references = pytest.mark.skipif(
    not NAMES, reason="the reference outputs of R surveillance are not here"
)


def series(name: str) -> tuple[dict[str, pd.Series], int]:
    """Return the counts of each unit, with dates where the data has them, and the periods a year."""
    data = pd.read_csv(FOLDER / f"data_{name}.csv")
    frequency = int(pd.read_csv(FOLDER / "00_meta.csv").set_index("name").freq[name])
    epochs = data.epoch.astype(int)
    index = pd.DatetimeIndex(pd.to_datetime(epochs, unit="D")) if epochs[0] > 1000 else None
    units = [c for c in data if c not in ("i", "epoch", "year", "epochInYear") and not c.startswith("state_")]
    return {unit: pd.Series(data[unit].to_numpy(), index=index) for unit in units}, frequency


def answers(kind: str, name: str) -> list[pd.DataFrame]:
    """Return R's answers, one frame for each unit, in the order of the units."""
    table = pd.read_csv(FOLDER / f"ref_{kind}_{name}.csv")
    return [part for _, part in table.groupby("unit", sort=False)]


def farrington_settings(configuration: str, periods: int, frequency: int) -> dict[str, Any]:
    """Return the settings that the README beside the references gives."""
    years = max(1, min(5, (periods - 30) // frequency))
    if years * frequency + 10 > periods - 20:
        years -= 1
    common = {"years_back": years, "half_window": 3}
    if configuration == "deltaDefault":
        return {**common, "alpha": 0.05, "trend_alpha": 0.05, "threshold": "delta"}
    long = frequency == 52
    return {
        **common,
        "alpha": 0.005,
        "trend_alpha": 1,
        "seasons": 10 if long else 2,
        "weeks_excluded": 26 if long else 6,
        "threshold": configuration.removesuffix("10"),
    }
