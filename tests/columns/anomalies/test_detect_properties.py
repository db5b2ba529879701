"""A flag for Tuesday never uses Wednesday's data: whatever a prefix says, the whole says of the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.columns.anomalies import detect

from .series import hours

NUMBERS = ["expected", "lower", "upper", "score", "z", "threshold"]
WORDS = ["flag", "anomaly", "episode", "why"]


def same(whole: pd.DataFrame, part: pd.DataFrame) -> None:
    """Stop when the rows of a prefix are not the prefix of the rows."""
    first = whole.iloc[: len(part)]
    for name in NUMBERS:
        np.testing.assert_allclose(part[name].to_numpy(), first[name].to_numpy(), rtol=1e-9, atol=1e-9)
    for name in WORDS:
        assert part[name].tolist() == first[name].tolist()


@st.composite
def messy(draw):
    """A series with jumps, gaps, duplicates, late rows and values that are none."""
    days = draw(st.integers(3, 20))
    when, values = hours(days, seed=draw(st.integers(0, 50)))
    chance = np.random.default_rng(draw(st.integers(0, 1000)))
    keep = np.sort(
        chance.choice(len(when), int(len(when) * draw(st.sampled_from([0.7, 1.0]))), replace=False)
    )
    when, values = when.to_numpy()[keep].copy(), values[keep].copy()
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(values) - 1))
        values[at] = draw(st.sampled_from([np.nan, np.inf, 0.0, -50.0, 1e6, 1e200]))
    if draw(st.booleans()):
        values[draw(st.integers(0, len(values) - 1)) :] *= draw(st.sampled_from([1.5, 10, 1000]))
    if draw(st.booleans()):
        at = draw(st.integers(1, len(values) - 1))
        when[at] = when[max(0, at - draw(st.integers(1, 30)))]
    return when, values


@settings(max_examples=60)
@given(
    messy(), st.floats(0.02, 1), st.sampled_from([{}, {"rate": 3.0}, {"season": "7D"}, {"season": "none"}])
)
def test_rows_of_a_prefix_are_the_prefix_of_the_rows(series, share, chosen):
    when, values = series
    cut = max(1, int(len(values) * share))
    same(detect(when, values, **chosen), detect(when[:cut], values[:cut], **chosen))


@settings(max_examples=20)
@given(messy(), st.floats(0.02, 1))
def test_without_timestamps_too(series, share):
    _, values = series
    cut = max(1, int(len(values) * share))
    same(detect(None, values), detect(None, values[:cut]))


@settings(max_examples=20)
@given(st.integers(0, 100), st.floats(0.01, 1000))
def test_the_unit_of_the_values_makes_no_difference(seed, times):
    when, values = hours(15, seed=seed)
    values[300] += 600
    one, other = detect(when, values), detect(when, values * times)
    np.testing.assert_allclose(one["score"], other["score"], rtol=1e-6, atol=1e-6)
