"""Intervals and exact tests against R's answers, and what they say when there is nothing to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sheetops.columns import statistics as st
from tests.conftest import SHARED

RSTATS = SHARED / "vectors" / "rstats"


def r_answers(name: str) -> pd.DataFrame:
    path = RSTATS / name
    if not path.is_file():
        pytest.skip(f"{path} is not there; set SHEETOPS_SHARED to the folder that has the vectors")
    return pd.read_csv(path)


def same(ours: object, theirs: object) -> None:
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-8, atol=1e-12)


def test_wilson_and_exact_intervals_are_r_s() -> None:
    r = r_answers("wilson.csv")
    plain, corrected = st.wilson(r.x, r.n), st.wilson(r.x, r.n, continuity=True)
    exact = st.binomial(r.x, r.n)
    for ours, name in ((plain, "wilson"), (corrected, "wilsoncc"), (exact, "exact")):
        same(ours.lower, r[f"{name}_lo"])
        same(ours.upper, r[f"{name}_hi"])


def test_poisson_intervals_and_p_values_are_r_s() -> None:
    r = r_answers("poisson_obs_vs_exp.csv")
    ours = st.poisson_ratio(r.obs, r.exp)
    same(ours.lower, r.lo)
    same(ours.upper, r.hi)
    same(ours.p_two, r.p_two)
    same(ours.p_greater, r.p_greater)


def test_fisher_and_its_adjustments_are_r_s() -> None:
    r = r_answers("fisher_bh.csv")
    ours = st.fisher(r.a, r.b, r.c, r.d)
    same(ours.p_greater, r.p_greater)
    same(ours.p_two, r.p_two)
    same(st.benjamini_hochberg(r.p_greater), r.bh)
    same(st.benjamini_yekutieli(r.p_greater), r.by)
    same(st.holm(r.p_greater), r.holm)


def expected_count(a: int, b: int, c: int, d: int, odds: float) -> float:
    """The mean of a in tables with these margins (Fisher's noncentral hypergeometric)."""
    return float(stats.nchypergeom_fisher(a + b + c + d, a + b, a + c, odds).mean())


def test_the_conditional_odds_ratio_is_r_s_as_far_as_r_s_root_goes() -> None:
    """R stops looking for the root at its uniroot's tolerance (eps^(1/4), about 1e-4); ours and scipy's go on.

    The estimate is where the expected count is the one observed: ours meets it to 1e-8 of it, R's figures miss it by up to 1e-4.
    """
    r = r_answers("fisher_bh.csv")
    ours = st.fisher(r.a, r.b, r.c, r.d).odds_ratio
    np.testing.assert_allclose(ours, r.or_cond, rtol=2e-4)
    inside = np.flatnonzero((ours > 0) & np.isfinite(ours))
    tables = r.loc[inside, ["a", "b", "c", "d"]].to_numpy()
    missed = [
        [
            abs(expected_count(*table, odds) - table[0]) / max(1, table[0])
            for table, odds in zip(tables, some, strict=True)
        ]
        for some in (ours[inside], r.or_cond.to_numpy()[inside])
    ]
    assert max(missed[0]) < 1e-8
    assert max(missed[1]) > 1e-5
    for i in np.flatnonzero(ours > 0)[:60]:
        table = r.loc[i, ["a", "b", "c", "d"]].to_numpy().astype(int).reshape(2, 2)
        same(ours[i], stats.contingency.odds_ratio(table).statistic)


def test_tables_of_any_shape_are_answered_in_it_and_impossible_ones_by_nan() -> None:
    answer = st.fisher([[3, -1], [np.nan, 0]], 1, [[2, 2], [2, 0]], 4)
    assert answer.p_two.shape == (2, 2)
    assert np.isnan(answer.p_greater[0, 1])
    assert np.isnan(answer.p_greater[1, 0])
    assert answer.p_greater[1, 1] == 1
    assert answer.p_greater[0, 0] == pytest.approx(stats.fisher_exact([[3, 1], [2, 4]], "greater").pvalue)
    assert st.fisher([], [], [], []).p_two.shape == (0,)


@pytest.mark.parametrize(("x", "n"), [(0, 0), (3, 2), (-1, 5), (np.nan, 5), (1, np.nan)])
def test_a_rate_of_nothing_has_no_interval(x: float, n: float) -> None:
    for interval in (st.wilson(x, n), st.wilson(x, n, continuity=True), st.binomial(x, n)):
        assert np.isnan(interval.lower)
        assert np.isnan(interval.upper)


def test_nothing_expected_has_no_ratio() -> None:
    for observed, expected in ((3, 0), (-1, 2), (np.inf, 2), (1, np.nan)):
        answer = st.poisson_ratio(observed, expected)
        assert np.isnan([answer.ratio, answer.lower, answer.upper, answer.p_greater, answer.p_two]).all()


@pytest.mark.parametrize("expected", [0.3, 4.5, 17.0, 240.0])
def test_two_sided_poisson_p_values_add_up_all_that_is_no_likelier(expected: float) -> None:
    k = np.arange(0, 1000)
    likelihood = stats.poisson.pmf(k, expected)
    observed = np.arange(0, int(3 * expected) + 5)
    longhand = [likelihood[likelihood <= likelihood[x] * (1 + 1e-7)].sum() for x in observed]
    ours = st.poisson_ratio(observed, expected).p_two
    np.testing.assert_allclose(ours, np.minimum(longhand, 1), rtol=1e-8, atol=1e-14)


def test_q_values_are_scipy_s_and_know_of_tests_that_are_not_shown() -> None:
    p = np.array([0.001, 0.04, 0.2, 0.011, 0.5])
    same(st.benjamini_hochberg(p), stats.false_discovery_control(p))
    same(st.benjamini_yekutieli(p), stats.false_discovery_control(p, method="by"))
    assert st.benjamini_hochberg([0.001, np.nan], tests=20) == pytest.approx([0.02, np.nan], nan_ok=True)
    assert st.holm([]).shape == (0,)


def test_small_groups_are_pulled_to_the_mean_and_large_ones_stay() -> None:
    overturned, decided = [1, 30, 5, 2], [2, 100, 100, 80]
    prior = st.rate_prior(overturned, decided)
    shrunk = st.shrunk_rate(overturned, decided, prior)
    assert prior.mean == pytest.approx(38 / 282)
    assert abs(shrunk[0] - prior.mean) < 0.5 * abs(0.5 - prior.mean)
    assert shrunk[1] == pytest.approx(0.3, abs=0.05)
    assert st.shrunk_rate([0], [0], prior)[0] == pytest.approx(prior.mean)


def test_groups_that_differ_by_chance_alone_are_all_taken_for_the_mean() -> None:
    expected = np.full(400, 10.0)
    prior = st.ratio_prior(np.random.default_rng(3).poisson(expected), expected)
    assert prior.weight > 100
    apart = st.ratio_prior([2, 40, 9, 1], [10, 10, 10, 10])
    assert apart.weight < 20
    assert np.isnan(st.ratio_prior([], []).mean)
