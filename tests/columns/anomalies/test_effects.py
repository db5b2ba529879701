"""Did the measure work? R's own numbers, the rate of false findings, and the answer in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import effect, rate_ratio
from sheetops.columns.anomalies.effects.autoregressive import gls, mixed
from sheetops.columns.anomalies.effects.checks import step_design
from sheetops.columns.anomalies.effects.models import Fit, clustered, newey_west, ols, quasi_poisson
from sheetops.columns.anomalies.effects.ratio import share_difference
from tests.conftest import SHARED

FOLDER = SHARED / "vectors" / "its"


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """R's results, by model and term."""
    if not FOLDER.is_dir():
        pytest.skip(f"{FOLDER} is not there; set SHEETOPS_SHARED to the folder that has the vectors")
    return pd.read_csv(FOLDER / "results.csv").set_index(["model", "term"])


def seatbelts() -> tuple[pd.DataFrame, Any]:
    """The series, and R's design: constant, t, post, tpost, months."""
    frame = pd.read_csv(FOLDER / "seatbelts.csv")
    months = pd.get_dummies(frame["month"].astype(int), drop_first=True)
    design = np.column_stack([np.ones(len(frame)), frame[["t", "post", "tpost"]], months]).astype(float)
    return frame, design


def panel() -> tuple[pd.DataFrame, Any]:
    """The panel, and a two-way fixed effects design with treated x after as its second column."""
    frame = pd.read_csv(FOLDER / "did_panel.csv")
    units, times = (pd.get_dummies(frame[name], drop_first=True) for name in ("u", "t"))
    design = np.column_stack([np.ones(len(frame)), frame["tr"] * frame["po"], units, times]).astype(float)
    return frame, design


def assert_same(fit: Fit, at: int, answer: Any) -> None:
    """Each number of one term equals R's to 1e-8."""
    ours = [fit.estimate[at], fit.error[at], fit.statistic[at], fit.p_value[at]]
    assert ours == pytest.approx([answer[name] for name in ("est", "se", "stat", "p")], rel=1e-8)


def test_interrupted_time_series_equals_r(answers: pd.DataFrame) -> None:
    frame, design = seatbelts()
    y = np.log(frame["DriversKilled"].to_numpy(float))
    for at, term in enumerate(("t", "post", "tpost"), start=1):
        assert_same(ols(y, design), at, answers.loc["lm_ols", term])
        assert_same(newey_west(y, design, 4), at, answers.loc["lm_NW4", term])
        assert_same(newey_west(y, design, 12), at, answers.loc["lm_NW12", term])


def test_quasi_poisson_series_equals_r(answers: pd.DataFrame) -> None:
    frame, design = seatbelts()
    killed, kms = frame["DriversKilled"].to_numpy(float), frame["kms"].to_numpy(float)
    plain, robust = quasi_poisson(killed, design, kms), quasi_poisson(killed, design, kms, lag=12)
    for at, term in enumerate(("t", "post", "tpost"), start=1):
        assert_same(plain, at, answers.loc["quasipoisson", term])
        assert_same(robust, at, answers.loc["quasipoisson_NW12", term])
    assert plain.dispersion == pytest.approx(answers.loc[("quasipoisson", "dispersion"), "est"], rel=1e-8)


def test_difference_in_differences_equals_r(answers: pd.DataFrame) -> None:
    frame, design = panel()
    y, units = frame["y"].to_numpy(float), frame["u"].tolist()
    assert_same(ols(y, design), 1, answers.loc["did_twfe_ols", "tr:po"])
    assert_same(clustered(y, design, units, "HC0"), 1, answers.loc["did_twfe_cluster_HC0", "tr:po"])
    assert_same(clustered(y, design, units, "HC1"), 1, answers.loc["did_twfe_cluster_HC1", "tr:po"])
    counts = quasi_poisson(frame["n"].to_numpy(float), design, clusters=units)
    assert_same(counts, 1, answers.loc["did_qpois_cluster_HC1", "tr:po"])


def test_rates_and_shares_equal_r(answers: pd.DataFrame) -> None:
    for model, term, ours in (
        ("poisson_rate_ratio", "42/28 vs 61/28", rate_ratio(42, 28, 61, 28)),
        ("prop_diff", "30/200 vs 18/210", share_difference(30, 200, 18, 210)),
    ):
        answer = answers.loc[(model, term), ["est", "se", "stat", "p"]]  # estimate, low, high, p
        assert ours[:4] == pytest.approx(answer.tolist(), rel=1e-8)


def test_weeks_that_vary_more_than_counts_do_make_the_interval_wider() -> None:
    steady = rate_ratio([20, 21, 19, 20], [100] * 4, [30, 29, 31, 30], [100] * 4)
    wild = rate_ratio([2, 40, 5, 33], [100] * 4, [70, 3, 41, 6], [100] * 4)
    assert steady.dispersion == 1
    assert wild.estimate == pytest.approx(steady.estimate)
    assert wild.dispersion > 10
    assert math.log(wild.high / wild.low) > 3 * math.log(steady.high / steady.low)


def test_nothing_counted_on_either_side_is_no_exception() -> None:
    assert rate_ratio(0, 10, 0, 10).p_value == 1
    assert rate_ratio(5, 10, 0, 10).estimate == math.inf
    with pytest.raises(ValueError, match="positive"):
        rate_ratio(1, 0, 1, 10)


# --- the rate of false findings -----------------------------------------------------------------------


def autoregressive(chance: np.random.Generator, n: int, correlation: float) -> Any:
    """Return AR(1) noise of variance 1."""
    noise = chance.normal(size=n) * math.sqrt(1 - correlation**2)
    noise[0] /= math.sqrt(1 - correlation**2)
    for at in range(1, n):
        noise[at] += correlation * noise[at - 1]
    return noise


def test_without_an_effect_one_trial_in_twenty_finds_one() -> None:
    chance, trials = np.random.default_rng(4), 240
    design = step_design(80, 50, trend=True, slope=True)
    found = {"mixed": 0, "ols": 0}
    for trial in range(trials):
        y = autoregressive(chance, 80, (0.0, 0.3, 0.5, 0.7)[trial % 4])
        found["mixed"] += mixed(y, design, 1).p_value < 0.05
        found["ols"] += ols(y, design).p_value[1] < 0.05
    assert found["mixed"] / trials <= 0.08
    assert found["ols"] / trials >= 0.12


def test_the_mixture_agrees_with_gls_where_the_correlation_is_plain() -> None:
    y = autoregressive(np.random.default_rng(1), 2000, 0.5)
    design = step_design(2000, 1000, trend=True)
    fit, correlation = gls(y, design)
    ours = mixed(y, design, 1)
    assert correlation == pytest.approx(0.5, abs=0.06)
    assert ours.estimate == pytest.approx(fit.estimate[1], abs=0.01)
    assert ours.interval() == pytest.approx(fit.interval(1), abs=0.03)


# --- the answer ---------------------------------------------------------------------------------------


def overturned(after: float, weeks: int = 80, at: int = 50) -> tuple[Any, Any]:
    """Return overturned decisions and decisions by week: 12 % before, another rate after."""
    chance = np.random.default_rng(11)
    decisions = chance.poisson(400, weeks)
    return chance.binomial(decisions, np.where(np.arange(weeks) < at, 0.12, after)), decisions


def test_a_fall_is_told_with_its_numbers_and_checks() -> None:
    counts, decisions = overturned(0.08)
    answer = effect(counts, 50, of=decisions, name="Overturn rate")
    assert answer.verdict == "effect"
    assert answer.low < 0.08 / 0.12 < answer.high
    headline, *rest = answer.lines()
    assert headline.startswith("Overturn rate fell from 12.")
    assert "ratio 0.6" in headline
    assert "would be expected without the measure" in headline
    assert any("pre-trend check" in line for line in rest)
    assert any("earlier dates without the measure" in line for line in rest)


def test_no_change_is_no_clear_effect() -> None:
    counts, decisions = overturned(0.12)
    answer = effect(counts, 50, of=decisions)
    assert answer.verdict == "no clear effect"
    assert answer.low < 1 < answer.high


def test_a_series_that_was_falling_anyway_fails_the_pre_trend_check() -> None:
    falling = 100 * np.exp(-0.02 * np.arange(80)) + np.random.default_rng(2).normal(size=80) * 0.3
    answer = effect(falling, 50)
    assert answer.verdict == "no clear effect"  # the trend explains the fall
    checks = {check.name: check for check in answer.checks}
    assert checks["pre-trend"].passed is False or answer.estimate > 1
    moved = np.where(np.arange(80) < 50, falling, falling * 0.8)
    answer = effect(moved, 50)
    assert answer.verdict == "effect"
    assert answer.estimate == pytest.approx(0.8, abs=0.03)
    assert any("it was falling before" in line for line in answer.lines())
    assert "may not be the measure's doing" in answer.lines()[1]


def test_a_shock_that_everybody_had_is_not_the_measures() -> None:
    chance = np.random.default_rng(7)
    shock = np.where(np.arange(60) < 40, 0.0, 0.5)[:, None]
    series = np.exp(5 + shock + 0.05 * chance.normal(size=(60, 13)))
    alone, compared = effect(series[:, 0], 40), effect(series[:, 0], 40, comparison=series[:, 1:])
    assert alone.verdict == "effect"
    assert compared.verdict == "no clear effect"
    assert "12 comparison series" in compared.method


def test_several_treated_units_are_judged_by_unit() -> None:
    chance = np.random.default_rng(6)
    series = np.exp(5 + 0.05 * chance.normal(size=(60, 16)) + 0.3 * chance.normal(size=16))
    series[40:, :5] *= 0.8
    answer = effect(series[:, :5], 40, comparison=series[:, 5:])
    assert answer.verdict == "effect"
    assert answer.estimate == pytest.approx(0.8, abs=0.03)
    assert "5 treated and 11 other units, errors clustered by unit" in answer.method


def test_by_unit_equals_the_regression_with_fixed_effects() -> None:
    chance = np.random.default_rng(7)
    values = chance.normal(size=(20, 9))
    answer = effect(values[:, :4], 12, comparison=values[:, 4:], scale="difference")
    unit, time = np.meshgrid(np.arange(9), np.arange(20))
    treated = ((unit < 4) & (time >= 12)).ravel().astype(float)
    dummies = [pd.get_dummies(each.ravel(), drop_first=True) for each in (unit, time)]
    design = np.column_stack([np.ones(180), treated, *dummies]).astype(float)
    assert answer.estimate == pytest.approx(
        clustered(values.ravel(), design, unit.ravel().tolist()).estimate[1]
    )


def test_a_date_of_the_index_is_where_it_began() -> None:
    counts, decisions = overturned(0.08)
    weeks = pd.date_range("2024-01-01", periods=80, freq="W")
    by_date = effect(pd.Series(counts, weeks), weeks[50], of=pd.Series(decisions, weeks))
    assert by_date == effect(counts, 50, of=decisions)


def test_counts_too_few_for_a_series_are_compared_as_rates() -> None:
    answer = effect([42, 20], 1, of=[400, 390])
    assert answer.verdict == "effect"
    assert "rate ratio, exact" in answer.method
    assert "a season, would look the same" in answer.lines()[-1]


@pytest.mark.parametrize(
    ("values", "at", "reason"),
    [
        ([], 0, "0 of 0 points have no value"),
        ([5.0] * 40, 20, "all 40 values are equal"),
        ([math.nan] * 40, 20, "40 of 40 points have no value"),
        ([*range(30), math.inf], 20, "a value is infinite, or as good as"),
        ([3.0, 4.0] * 20, 5, "not enough history: 5 of 8 points before"),
        ([3.0, 4.0] * 20, 39, "too early: 1 of 4 points after"),
        ([3.0, 4.0] * 20, 400, "too early: 0 of 4 points after"),
        ([3.0, 4.0] * 20, -3, "not enough history: 0 of 8 points before"),
        (["many"] * 40, 20, "40 of 40 points have no value"),
    ],
)
def test_what_cannot_be_judged_says_why(values: list[Any], at: int, reason: str) -> None:
    answer = effect(values, at, name="Rate")
    assert answer.verdict == "not judged"
    assert answer.lines() == [f"Rate: not judged: {reason}"]


def test_values_below_zero_are_a_difference() -> None:
    y = np.random.default_rng(9).normal(size=60)
    y[30:] += 4
    answer = effect(y, 30)
    assert answer.scale == "difference"
    assert answer.low < 4 < answer.high
    assert effect(y, 30, scale="ratio").verdict == "not judged"
