"""A flag that explains itself: what is found, what is said, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import detect

from .series import hours, noises


def test_the_result_has_a_row_for_each_input_row_and_its_index():
    when, viewers = hours(10)
    series = pd.Series(viewers, index=[f"row {i}" for i in range(len(viewers))])
    found = detect(when, series)
    assert list(found.columns[:5]) == ["expected", "lower", "upper", "score", "flag"]
    assert found.index.equals(series.index)
    assert found["flag"].dtype == bool
    assert found["score"].between(0, 1).all()
    assert set(found["anomaly"]) <= {"none", "low", "high", "watch"}


def test_a_drop_is_flagged_and_every_comparison_is_named():
    when, viewers = hours(30)
    at = 24 * 22 + 20  # a Tuesday, 20:00
    viewers[at] = 400
    found = detect(when, viewers, label="viewers").iloc[at]
    assert found["flag"]
    assert found["anomaly"] == "low"
    assert found["upper"] > found["expected"] > found["lower"] > 400
    why = found["why"]
    assert why.startswith("400 viewers; expected ")
    assert " for a Tuesday 20:00; " in why
    assert "usual errors below" in why
    for compared_with in (
        "the same time on the last 7 days",
        "the last value",
        "what the last points lead to",
    ):
        assert compared_with in why


def test_a_spike_is_high_and_only_the_spike_is_flagged():
    when, viewers = hours(30)
    viewers[500] += 900
    found = detect(when, viewers)
    assert found.index[found["flag"]].tolist() == [500]
    assert found["anomaly"][500] == "high"
    assert (found["episode"] > 0).sum() == (found["episode"] == 1).sum()


def test_ordinary_hours_lie_within_their_range_and_say_nothing():
    when, viewers = hours(40)
    found = detect(when, viewers)[24 * 10 :]
    inside = (viewers[24 * 10 :] >= found["lower"]) & (viewers[24 * 10 :] <= found["upper"])
    assert inside.mean() > 0.98
    assert (found.loc[found["anomaly"] == "none", "why"] == "").all()


def test_a_level_shift_is_one_episode_not_an_alarm_an_hour():
    when, viewers = hours(40)
    viewers[600:] += 700
    found = detect(when, viewers)[600:660]
    assert found["flag"].iloc[0]
    assert found["flag"].sum() <= 3
    assert found.loc[found["flag"], "episode"].nunique() == 1
    assert found["why"].str.contains("unusual since").any()


def test_a_season_that_breaks_is_found():
    when, viewers = hours(40)
    viewers[700:724] = viewers[700:724].mean()  # a flat day where there is a wave
    assert detect(when, viewers)[700:724]["flag"].any()


def test_a_slow_drift_is_watched_as_a_sustained_shift():
    when, viewers = hours(40, noise=20)
    viewers[600:648] += np.linspace(0, 500, 48)
    found = detect(when, viewers)[600:660]
    said = found[found["why"].str.contains("a sustained shift: the mean of the last 6 points")]
    assert len(said)
    assert set(said["anomaly"]) <= {"high", "watch"}


def test_after_a_gap_the_last_value_is_not_compared_with():
    when, viewers = hours(40)
    keep = np.r_[0:600, 640:960]
    found = detect(when[keep], viewers[keep], details=True)
    assert np.isnan(found["z_last"].iloc[600])
    assert np.isfinite(found["z_slot"].iloc[600])
    assert not found["flag"].iloc[600:].any()


def test_a_drop_after_a_gap_is_still_found_by_its_slot():
    when, viewers = hours(40)
    keep = np.r_[0:600, 640:960]
    viewers[700] = 0
    found = detect(when[keep], viewers[keep])
    assert found["flag"].iloc[660]


def test_warm_up_is_silent_and_says_so():
    when, viewers = hours(10)
    viewers[9] = 9e6
    found = detect(when, viewers)
    assert found["why"][9] == "not judged: 9 of at least 20 points of history"
    assert found["why"][25] == "not judged: 25 of 30 points of history"
    assert not found["flag"][:30].any()
    assert (found["score"][:30] == 0).all()


def test_a_trend_is_not_an_anomaly():
    when, viewers = hours(40)
    found = detect(when, viewers + np.arange(len(viewers)) * 2.0)
    assert found["flag"].mean() <= 0.005


def test_a_campaign_is_expected_by_name_and_teaches_nothing():
    when, viewers = hours(40)
    quiet = detect(when, viewers)
    viewers[24 * 25 : 24 * 26] *= 3
    day = when[24 * 25].date()
    found = detect(when, viewers, known_events=[(day, "Winter sale")])
    assert not found["flag"][24 * 25 : 24 * 26].any()
    assert found["why"][24 * 25 + 5].startswith("expected: Winter sale (")
    assert (found["anomaly"][24 * 25 : 24 * 26] == "none").all()
    assert np.allclose(found["expected"][24 * 32 :], quiet["expected"][24 * 32 :], rtol=0.05)
    assert detect(when, viewers)["flag"][24 * 25 : 24 * 26].any()


def test_a_series_of_days_is_compared_with_the_same_weekday():
    when = pd.date_range("2025-01-06", periods=200, freq="D")
    cases = np.where(when.day_of_week < 5, 200.0, 20.0) + np.random.default_rng(3).normal(0, 6, 200)
    cases[180] = 20  # a Saturday: as every Saturday
    cases[183] = 20  # a Tuesday
    found = detect(when, cases)
    assert when[180].day_name() == "Saturday"
    assert not found["flag"][180]
    assert found["flag"][183]
    assert "for a Tuesday;" in found["why"][183]
    assert "the same weekday of the last 7 weeks" in found["why"][183]


def test_a_season_without_a_calendar_is_found_in_the_values():
    _, viewers = hours(40)
    viewers[720] = viewers[708]
    found = detect(None, viewers)
    assert found["flag"][720]
    assert found["upper"][720] - found["lower"][720] < 600


def test_slots_follow_the_clock_on_the_wall():
    when = pd.date_range("2026-03-09", periods=24 * 40, freq="h", tz="UTC")
    wall = when.tz_convert("Europe/London")
    viewers = np.where(wall.hour == 20, 1000.0, 100.0) + np.random.default_rng(1).normal(0, 3, len(when))
    at = np.flatnonzero((wall.hour == 20) & (wall > pd.Timestamp("2026-03-31", tz="Europe/London")))
    expected = detect(when, viewers, timezone="Europe/London")["expected"].to_numpy()
    assert np.allclose(expected[at], 1000, atol=60)


def test_a_rate_of_flags_is_kept_on_a_noisy_series():
    when = pd.date_range("2026-01-01", periods=8000, freq="10min")
    values = noises(8000, 5)["student t"]
    found = detect(when, values, rate=2)
    assert 0.5 <= 1000 * found["flag"][2000:].mean() <= 4


@pytest.mark.parametrize("multiplier", [0.5, 1, 2])
def test_the_flag_is_the_score_at_or_above_the_threshold(multiplier):
    when, viewers = hours(60, noise=120)
    found = detect(when, viewers, multiplier=multiplier)
    assert (found["flag"] == (found["score"] >= found["threshold"])).all()
    assert found["threshold"].iloc[0] == pytest.approx(multiplier / (1 + multiplier))


def test_a_larger_deviation_never_has_a_smaller_score():
    when, viewers = hours(30)
    scores = []
    for more in (0, 100, 200, 400, 800, 1600):
        higher = viewers.copy()
        higher[600] += more
        scores.append(detect(when, higher)["score"][600])
    assert scores == sorted(scores)
    assert scores[-1] > 0.8


def test_false_points_at_the_default_threshold_are_few():
    when = pd.date_range("2026-01-01", periods=6000, freq="10min")
    flags = [detect(when, values)["flag"].mean() for seed in (1, 2) for values in noises(6000, seed).values()]
    assert 0.1 <= 1000 * np.mean(flags) <= 2.6


def test_a_setting_that_is_not_one_is_refused_with_the_names_of_those_that_are():
    with pytest.raises(ValueError, match="no setting 'treshold'; it has: threshold"):
        detect(None, [1.0], treshold=0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        detect(None, [1.0], threshold=3)
    with pytest.raises(ValueError, match="2 timestamps and 1 values"):
        detect(["2026-01-01", "2026-01-02"], [1.0])
