"""Shifts that stay: found where they are, and not where neighbouring values merely resemble each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sheetops.columns.anomalies import change_points


def noise(seed: int, n: int, correlation: float = 0.0) -> Any:
    """Return AR(1) noise of variance 1."""
    made = np.random.default_rng(seed).normal(size=n)
    for at in range(1, n):
        made[at] = correlation * made[at - 1] + math.sqrt(1 - correlation**2) * made[at]
    return made


def test_two_shifts_are_found_where_they_are() -> None:
    values = noise(1, 120) + np.repeat([10.0, 16.0, 8.0], 40)
    found = change_points(values)
    assert found["at"].tolist() == pytest.approx([40, 80], abs=1)
    assert found["size"].tolist() == pytest.approx([6, -8], abs=1)
    assert found["why"][0].startswith("up from 10")


def test_a_clean_step_is_a_change() -> None:
    assert change_points([5.0] * 20 + [0.0] * 20)["at"].tolist() == [20]


def test_the_nile_fell_in_1899() -> None:
    from statsmodels.datasets import nile

    found = change_points(nile.load_pandas().data["volume"].to_numpy())
    assert found["at"].tolist() == [28]  # R strucchange: the last value before is the 28th


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.7])
def test_noise_seldom_has_a_change(correlation: float) -> None:
    found = sum(len(change_points(noise(seed, 150, correlation))) > 0 for seed in range(60))
    assert found <= 3


def test_a_steady_rise_is_no_staircase() -> None:
    assert len(change_points(noise(3, 100) + 0.2 * np.arange(100))) == 0


def test_places_count_missing_values_too() -> None:
    values = noise(1, 80) + np.repeat([0.0, 9.0], 40)
    values[[3, 10, 20]] = np.nan
    assert change_points(values)["at"].tolist() == [40]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "not enough history: 0 of 12 points"),
        ([1.0, 2.0, 3.0], "not enough history: 3 of 12 points"),
        ([4.0] * 50, "all values are equal"),
        ([*range(40), math.inf], "a value is infinite, or as good as"),
        ([math.nan] * 20 + [1.0, 2.0] * 10, "20 of 40 values are missing"),
        (["x"] * 30, "not enough history: 0 of 12 points"),
    ],
)
def test_what_cannot_be_judged_says_why(values: list[Any], reason: str) -> None:
    (row,) = change_points(values).to_dict("records")
    assert row["why"] == f"not judged: {reason}"
