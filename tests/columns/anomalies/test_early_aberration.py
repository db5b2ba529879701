"""EARS: equal to R's surveillance in every row, labelled legacy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.columns.anomalies import ears

from .reference_series import NAMES, answers, needs_references, series


@needs_references
@pytest.mark.parametrize("method", ["C1", "C2", "C3"])
@pytest.mark.parametrize("name", NAMES)
def test_every_alarm_and_bound_is_that_of_r(name, method):
    units, _ = series(name)
    for counts, theirs in zip(units.values(), answers(f"ears_{method}", name), strict=True):
        ours = ears(counts.to_numpy(), method).iloc[theirs.i.to_numpy() - 1]
        np.testing.assert_allclose(ours.upper.to_numpy(), theirs.upperbound.to_numpy(), rtol=1e-9, atol=1e-9)
        assert (ours.alarm.to_numpy() == (theirs.alarm.to_numpy() == 1)).all()


def test_c1_compares_with_the_seven_counts_before_and_says_that_it_is_legacy():
    row = ears([4, 5, 6, 5, 4, 5, 6, 30]).iloc[-1]
    assert row.alarm
    assert row.expected == 5
    assert row.why == f"30; up to {row.upper:.4g} is usual (EARS, legacy)"


def test_too_short_a_history_and_missing_counts_are_not_judged():
    found = ears([1, 2, 3, 1, 2, 3, 1, 2, np.nan, 3])
    assert found.why[3] == "not judged: 3 of 7 periods of history"
    assert found.why[8] == "not judged: no usable count"
    assert found.why[9] == "not judged: a count is missing, or all are equal, in the periods before"


@pytest.mark.parametrize(
    "counts", [[], [1], [0] * 30, [5] * 30, [-1] * 30, [np.inf] * 30, ["x"] * 30, [None] * 30]
)
@pytest.mark.parametrize("method", ["C1", "C2", "C3"])
def test_bad_counts_raise_nothing_and_no_alarm(counts, method):
    found = ears(counts, method)
    assert len(found) == len(counts)
    assert not found.alarm.any()


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="must be one of C1, C2, C3"):
        ears([1, 2], "C4")


@settings(max_examples=50, deadline=None)
@given(
    counts=st.lists(st.integers(0, 9), min_size=12, max_size=40),
    cut=st.integers(11, 40),
    method=st.sampled_from(["C1", "C2", "C3"]),
)
def test_what_is_said_of_a_period_does_not_depend_on_later_ones(counts, cut, method):
    pd.testing.assert_frame_equal(ears(counts[:cut], method), ears(counts, method)[:cut])
