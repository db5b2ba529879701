"""What a point was compared with, what each threshold would have flagged, and what feedback teaches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import calibrate, comparisons, detect, taught

from .series import hours


def test_the_comparisons_of_a_point_add_up_to_its_z():
    when, viewers = hours(30)
    viewers[500] += 500
    found = comparisons(when, viewers, 500).set_index("comparison")
    assert found.index.tolist() == ["last", "slot", "week", "ar", "range", "combined"]
    parts = found.drop("combined")
    np.testing.assert_allclose(parts["z"], (parts["value"] - parts["expected"]) / parts["scale"])
    combined = (parts["z"] * parts["weight"]).sum() / found["weight"]["combined"]
    assert combined == pytest.approx(found["z"]["combined"])
    assert combined == pytest.approx(detect(when, viewers)["z"][500])
    assert "usual errors above the same time on the last 7 days" in found["words"]["slot"]


def test_a_value_beyond_the_range_of_the_last_points_says_so_and_counts_more():
    when, viewers = hours(30)
    viewers[500] = viewers[300:500].max() + 200
    found = comparisons(when, viewers, 500).set_index("comparison")
    assert found["expected"]["range"] == viewers[300:500].max()
    assert found["scale"]["range"] == found["scale"]["week"]
    assert "usual errors above the range of the last 200 points" in found["words"]["range"]
    assert "above the range of the last 200 points" in detect(when, viewers)["why"][500]
    without = (found["z"] * found["weight"]).drop(["range", "combined"]).sum() / found["weight"]["combined"]
    assert found["z"]["combined"] > without


def test_a_value_within_that_range_gets_nothing_from_it():
    when, viewers = hours(30)
    found = comparisons(when, viewers, 500).set_index("comparison")
    assert found["z"]["range"] == 0
    assert found["words"]["range"].startswith("within the range of the last 200 points")


def test_a_point_is_found_by_its_timestamp():
    when, viewers = hours(30)
    by_time = comparisons(when, viewers, "2026-01-20 05:00", label="viewers")
    pd.testing.assert_frame_equal(by_time, comparisons(when, viewers, 24 * 15 + 5, label="viewers"))
    assert by_time["words"].iloc[-1].endswith("nothing unusual")
    with pytest.raises(ValueError, match="no point at 2030"):
        comparisons(when, viewers, "2030-01-01")
    with pytest.raises(ValueError, match="no point 9999: the series has 720"):
        comparisons(when, viewers, 9999)


def test_a_point_that_is_not_judged_says_why():
    when, viewers = hours(30)
    viewers[100] = np.nan
    assert comparisons(when, viewers, 100)["words"].tolist() == ["not judged: no value"]
    assert comparisons(when, viewers, 5)["words"].iloc[-1] == "not judged: 5 of at least 20 points of history"


def test_a_ladder_of_thresholds_flags_less_and_less():
    when, viewers = hours(60, noise=100)
    ladder = calibrate(when, viewers)
    assert ladder["flags"].is_monotonic_decreasing
    assert (ladder["episodes"] <= ladder["flags"]).all()
    assert ladder["judged"].eq(60 * 24 - 30).all()
    at = ladder.set_index("chosen").loc[True]
    assert at["threshold"] == 0.5
    assert at["flags"] == detect(when, viewers)["flag"].sum()
    assert at["per_thousand"] == pytest.approx(1000 * at["flags"] / at["judged"])


def test_a_series_too_short_has_no_rate():
    assert calibrate(None, [1.0, 2.0])["per_thousand"].isna().all()


def test_feedback_moves_the_threshold_of_a_series():
    assert taught(0.5, []) == 0.5
    assert taught(0.5, ["expected"]) == pytest.approx(1.15 / 2.15)
    assert taught(0.5, ["expected", "missed"]) == pytest.approx(0.5)
    assert taught(0.5, ["confirmed"]) < 0.5
    assert taught(0.5, ["false"] * 500) == 0.95
    with pytest.raises(ValueError, match="'yes' is not"):
        taught(0.5, ["yes"])


def test_a_taught_threshold_leaves_the_expected_flag_out():
    when, viewers = hours(30)
    viewers[500] += 350
    first = detect(when, viewers)
    assert first["flag"][500]
    higher = taught(0.5, ["expected"] * 20)
    assert not detect(when, viewers, threshold=higher)["flag"][500]
