"""The predictive test: its error rate holds on many kinds of panels, it finds outbreaks, it forgets old levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.benchmarks._count_panels import KINDS, panel
from sheetops.columns.anomalies.overdispersion import quasi_poisson_below, quasi_poisson_tail
from sheetops.columns.anomalies.predictive import ENOUGH, predict


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("series", "panels"), [(300, 2), (8, 60)])
def test_false_alarms_at_nominal_half_a_percent_are_at_most_six_in_a_thousand(kind, series, panels):
    judged = alarms = 0
    for seed in range(panels):
        counts, calm = panel(kind, series, seed=seed)
        found = predict(counts)
        at = calm & (found.history >= ENOUGH)
        judged += at.sum()
        alarms += (quasi_poisson_tail(counts, found.mean, found.dispersion)[at] <= 0.005).sum()
    assert alarms / judged <= 0.006


def test_sixteen_weeks_are_enough_to_see_an_outbreak():
    counts, _ = panel("negative binomial", 60, periods=17, seed=4)
    counts[16, :10] = 4 * counts[:16, :10].mean(axis=0) + 15
    found = predict(counts)
    p_values = quasi_poisson_tail(counts, found.mean, found.dispersion)[16]
    assert (p_values[:10] <= 0.005).all()
    assert (p_values[10:] <= 0.005).sum() <= 2


def test_an_outbreak_in_the_past_does_not_hide_the_next_one():
    counts, _ = panel("poisson", 40, periods=60, seed=5)
    quiet = predict(counts)
    counts[30:33] += 60
    burnt = predict(counts)
    assert (burnt.mean[50] < 1.5 * quiet.mean[50] + 1).all()
    assert (quasi_poisson_tail(burnt.mean[50] + 60, burnt.mean[50], burnt.dispersion[50]) < 0.005).all()


@pytest.mark.parametrize(("before", "after"), [(4.0, 40.0), (40.0, 0.0)])
def test_a_level_that_stays_is_the_new_level_after_some_weeks(before, after):
    rng = np.random.default_rng(6)
    counts = np.r_[rng.poisson(before, 60), rng.poisson(after, 40)].astype(float)[:, None]
    found = predict(counts)
    p_values = np.minimum(
        quasi_poisson_tail(counts, found.mean, found.dispersion),
        quasi_poisson_below(counts, found.mean, found.dispersion),
    )[:, 0]
    assert (p_values[60:64] <= 0.005).all()
    assert (p_values[85:] > 0.005).all()


def test_siblings_that_rise_together_are_no_alarm_each():
    rng = np.random.default_rng(7)
    rising = np.exp(0.015 * np.arange(80))[:, None] * np.exp(rng.normal(2, 0.7, 100))
    counts = rng.poisson(rising).astype(float)
    found = predict(counts)
    together = (quasi_poisson_tail(counts, found.mean, found.dispersion)[ENOUGH:] <= 0.005).mean()
    alone = predict(counts[:, :1])
    assert together <= 0.006
    assert found.mean[79, 0] / rising[79, 0] > alone.mean[79, 0] / rising[79, 0]


def test_days_of_the_week_are_learnt_from_all_series():
    week = np.tile([1.5, 1.4, 1.3, 1.2, 1.0, 0.3, 0.3], 20)[:, None]
    counts = np.random.default_rng(8).poisson(week * np.full(50, 20.0)).astype(float)
    found = predict(counts, cycle=7)
    assert found.mean[-1].mean() < 0.5 * found.mean[-7].mean()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cut=st.integers(1, 60),
    cycle=st.sampled_from([1, 7]),
    holes=st.floats(0, 0.5),
)
def test_what_is_predicted_does_not_depend_on_later_counts(seed, cut, cycle, holes):
    counts, _ = panel("outbreaks", 7, periods=60, seed=seed)
    counts[np.random.default_rng(seed).random(counts.shape) < holes] = np.nan
    early, late = predict(counts[:cut], cycle), predict(counts, cycle)
    np.testing.assert_allclose(early.mean, late.mean[:cut], rtol=1e-12)
    np.testing.assert_allclose(early.dispersion, late.dispersion[:cut], rtol=1e-12)
