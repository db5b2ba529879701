"""Improved Farrington: equal to R's surveillance, causal, and silent with a reason where it cannot judge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.columns.anomalies import farrington_flexible

from .reference_series import NAMES, answers, farrington_settings, needs_references, series

CONFIGURATIONS = ("deltaDefault", "nbPlugin10", "muan10")


def weekly(periods=330, mean=12.0, seed=3):
    return np.random.default_rng(seed).negative_binomial(6, 6 / (6 + mean), periods).astype(float)


@needs_references
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
@pytest.mark.parametrize("name", NAMES)
def test_every_alarm_bound_and_p_value_is_that_of_r(name, configuration):
    units, frequency = series(name)
    for counts, theirs in zip(units.values(), answers(f"farrington_{configuration}", name), strict=True):
        asked = farrington_settings(configuration, len(counts), frequency)
        ours = (
            farrington_flexible(counts, frequency, **asked)
            .reset_index(drop=True)
            .iloc[theirs.i.to_numpy() - 1]
        )
        assert (ours.alarm.to_numpy() == (theirs.alarm.to_numpy() == 1)).all()
        np.testing.assert_allclose(ours.upper.to_numpy(), theirs.upperbound.to_numpy(), rtol=1e-9)
        np.testing.assert_allclose(ours.expected.to_numpy(), theirs.expected.to_numpy(), rtol=1e-9)
        known = theirs.pvalue.notna().to_numpy()
        np.testing.assert_allclose(ours.p_value.to_numpy()[known], theirs.pvalue.to_numpy()[known], atol=1e-9)


def test_an_outbreak_is_an_alarm_with_its_numbers_in_words():
    counts = weekly()
    counts[-1] = 80
    row = farrington_flexible(
        counts, 52, years_back=5, seasons=10, weeks_excluded=26, alpha=0.005, threshold="nbPlugin"
    ).iloc[-1]
    assert row.alarm
    assert row.p_value < 1e-4
    assert row.why == f"80; {row.expected:.1f} expected, up to {row.upper:g} is usual"


def test_before_there_is_enough_history_nothing_is_judged_and_it_says_how_much_is_missing():
    found = farrington_flexible(weekly(170), 52, years_back=3)
    assert found.why[100] == "not judged: 100 of 159 periods of history"
    assert found.upper[:159].isna().all()
    assert found.upper[159:].notna().all()


def test_a_past_outbreak_is_weighted_down():
    calm, burnt = weekly(), weekly()
    burnt[330 - 1 - 52] += 60
    upper = [farrington_flexible(counts, 52, years_back=5).upper.iloc[-1] for counts in (calm, burnt)]
    assert upper[1] < 1.5 * upper[0]


def test_fewer_than_five_cases_in_four_weeks_are_never_an_alarm():
    counts = np.zeros(330)
    counts[-1] = 4
    row = farrington_flexible(counts, 52, years_back=5).iloc[-1]
    assert not row.alarm
    assert row.why == "not judged: fewer than 5 in the last 4 periods"
    counts[-1] = 5
    assert farrington_flexible(counts, 52, years_back=5).alarm.iloc[-1]


def test_dates_in_other_weeks_than_52_times_back_are_found_by_the_calendar():
    index = pd.date_range("2015-01-05", periods=330, freq="7D")
    by_date = farrington_flexible(pd.Series(weekly(), index=index), 52, years_back=5)
    by_place = farrington_flexible(weekly(), 52, years_back=5)
    assert (by_date.index == index).all()
    assert not np.allclose(by_date.upper.iloc[-5:], by_place.upper.iloc[-5:])


def test_a_gap_in_the_dates_is_a_missing_count_not_a_shift():
    whole = pd.Series(weekly(), index=pd.date_range("2015-01-05", periods=330, freq="7D"))
    holed = whole.drop(whole.index[200])
    with_nan = whole.where(whole.index != whole.index[200])
    pd.testing.assert_frame_equal(
        farrington_flexible(holed, 52), farrington_flexible(with_nan, 52).drop(whole.index[200])
    )


@pytest.mark.parametrize(
    ("index", "why"),
    [
        (lambda dates: dates[::-1], "not judged: the dates go back in time"),
        (lambda dates: dates[:-1].append(dates[-2:-1]), "not judged: a period is there twice"),
        (lambda dates: dates[:-1].append(pd.DatetimeIndex([pd.NaT])), "not judged: a date is missing"),
    ],
)
def test_dates_that_make_no_series_are_not_judged(index, why):
    dates = pd.date_range("2015-01-05", periods=330, freq="7D")
    found = farrington_flexible(pd.Series(weekly(), index=index(dates)), 52)
    assert set(found.why) == {why}
    assert not found.alarm.any()


@pytest.mark.parametrize(
    "counts",
    [
        [],
        [3],
        np.zeros(330),
        np.full(330, 7.0),
        np.full(330, np.nan),
        np.full(330, np.inf),
        np.full(330, -1.0),
        np.full(330, 1e15),
        ["many"] * 330,
        [None] * 330,
        np.r_[np.full(200, 1.0), np.full(130, 1e12)],
        np.r_[weekly(300), np.full(30, np.nan)],
        np.r_[weekly(300), np.zeros(30)],
    ],
)
@pytest.mark.parametrize("threshold", ["delta", "nbPlugin", "muan"])
def test_bad_counts_never_raise_and_are_no_alarms_without_a_bound(counts, threshold):
    found = farrington_flexible(counts, 52, years_back=5, threshold=threshold, seasons=10, weeks_excluded=26)
    assert len(found) == len(counts)
    assert not (found.alarm & found.upper.isna()).any()


def test_settings_that_make_no_sense_are_refused_in_words():
    with pytest.raises(ValueError, match="threshold is 'nb'; it must be one of delta, nbPlugin, muan"):
        farrington_flexible(weekly(), 52, threshold="nb")
    with pytest.raises(ValueError, match="do not fit into a year of 12 periods"):
        farrington_flexible(weekly(), 12, half_window=5, seasons=4)
    with pytest.raises(ValueError, match="2 dimensions"):
        farrington_flexible(np.zeros((30, 2)), 52)


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.integers(0, 30) | st.just(np.nan), min_size=48, max_size=90),
    cut=st.integers(40, 90),
    dated=st.booleans(),
    threshold=st.sampled_from(["delta", "nbPlugin", "muan"]),
)
def test_what_is_said_of_a_period_does_not_depend_on_later_ones(counts, cut, dated, threshold):
    index = pd.date_range("2018-01-01", periods=len(counts), freq="MS") if dated else None
    whole = pd.Series(np.array(counts, dtype=float), index=index)
    asked = {"years_back": 3, "half_window": 1, "threshold": threshold, "seasons": 2, "weeks_excluded": 3}
    early, late = farrington_flexible(whole[:cut], 12, **asked), farrington_flexible(whole, 12, **asked)[:cut]
    pd.testing.assert_frame_equal(early, late, rtol=1e-9)
