"""Normal ranges: those of textbooks, as wide as chance where that is all there is, and wider where weeks varied more."""

import numpy as np
import pytest
from scipy import stats

from sheetops.reports.normal_range import LEAST, of_counts, of_measures, of_shares

NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""Example of the individuals chart, NIST/SEMATECH e-Handbook of Statistical Methods 6.3.2.2: 50.81, limits 45.816 and 55.804."""


def test_limits_of_a_measure_are_those_of_the_handbook_and_a_little_wider_for_few_weeks():
    found = of_measures(NIST)
    reach = (55.8041 - 50.81) * np.sqrt(1 + 1 / len(NIST))
    assert (found.low, found.high) == pytest.approx((50.81 - reach, 50.81 + reach), abs=0.02)
    assert found.weeks == 10


def test_too_few_weeks_are_not_judged_and_say_so():
    for found in (of_counts([4] * 7), of_measures([4.0] * 7), of_shares([4] * 7, [9] * 7, 9)):
        assert (found.low, found.high, found.where(99)) == (None, None, "not judged")
        assert found.reason == f"7 of {LEAST} weeks of history"


def test_a_small_count_that_doubles_is_nothing_and_a_large_one_is():
    assert of_counts([2, 3, 1, 2, 4, 2, 1, 3, 2, 2]).where(5) == "within"
    assert of_counts([200, 210, 190, 205, 195, 201, 207, 199, 204, 196]).where(400) == "above"


def test_counts_that_always_vary_widely_have_a_wide_range():
    calm, wild = [40] * 10 + [41] * 10, [10, 90] * 10
    assert of_counts(calm).where(80) == "above"
    assert of_counts(wild).where(80) == "within"


def test_after_weeks_of_nothing_a_few_are_still_chance():
    found = of_counts([0] * 20)
    assert (found.low, found.where(1), found.where(6)) == (0.0, "within", "above")


def test_a_share_is_judged_by_how_many_it_is_of():
    past, of = [10] * 12, [100] * 12
    assert of_shares(past, of, 4).where(2 / 4) == "within"
    assert of_shares(past, of, 400).where(0.5) == "above"
    assert of_shares(past, of, 0).reason == "nothing to count this week"


def test_limits_of_a_share_are_binomial_where_weeks_vary_no_more_than_chance():
    past, of = np.full(26, 300), np.full(26, 1000)
    found = of_shares(past, of, 1000)
    expected = stats.binom.ppf([0.00135, 0.99865], 1000, 0.3) / 1000
    assert (found.low, found.high) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("mean", [3, 30, 300])
def test_normal_weeks_are_rarely_called_strange(mean):
    chance = np.random.default_rng(1)
    outside = sum(
        of_counts(chance.poisson(mean, 26)).where(float(chance.poisson(mean))) != "within"
        for _ in range(2000)
    )
    assert outside / 2000 < 0.012


def test_a_backlog_that_never_moved_may_still_move_by_chance():
    assert of_measures([1.0] * 20, counted=True).where(2) == "within"
    assert of_measures([1.0] * 20, counted=True).where(9) == "above"


def test_a_measure_that_drifts_for_months_is_not_outside_each_week():
    drift = 400 - 5.0 * np.arange(26) + np.tile([2.0, -2.0], 13)
    found = of_measures(drift)
    assert found.where(drift[-1] - 5) == "within"
    assert found.where(150) == "below"
    still = 400 + np.random.default_rng(2).normal(0, 5, 26)
    assert of_measures(still).high - of_measures(still).low < 45
