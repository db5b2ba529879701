"""Bad series: each row says why it is not judged, and nothing is raised."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import detect

from .series import hours


def said(found: pd.DataFrame, words: str) -> pd.Series:
    """Return which rows say these words."""
    return found["why"].str.contains(words, regex=False)


def test_no_rows():
    found = detect([], [])
    assert len(found) == 0
    assert "flag" in found


def test_one_row():
    assert detect(["2026-01-01"], [5])["why"].tolist() == ["not judged: 0 of at least 20 points of history"]


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, ""])
def test_all_missing(value):
    when, _ = hours(4)
    found = detect(when, pd.Series([value] * len(when), dtype=object))
    assert found["why"].str.startswith("not judged: ").all()
    assert not found["flag"].any()
    assert (found["score"] == 0).all()


def test_all_equal_is_not_judged_until_something_changes():
    when, _ = hours(10)
    values = np.full(240, 7.0)
    values[200] = 90
    found = detect(when, values)
    assert found["why"][150] == "not judged: every value so far is 7"
    assert found["flag"][200]
    assert found["anomaly"][200] == "high"


def test_values_that_are_no_numbers():
    when, viewers = hours(10)
    values = pd.Series(viewers, dtype=object)
    values[100], values[101], values[102], values[103] = "n/a", np.inf, None, 1e300
    values[104], values[105] = "😀" * 100, Decimal(1000)
    found = detect(when, values)
    assert found["why"][100] == "not judged: not a number"
    assert found["why"][101] == "not judged: the value is infinite"
    assert found["why"][102] == "not judged: no value"
    assert found["why"][103] == "not judged: the value is too large to be a measurement"
    assert found["why"][104] == "not judged: not a number"
    assert not said(found, "not judged")[[99, 105, 106]].any()


def test_a_duplicated_timestamp_is_judged_once():
    when, viewers = hours(10)
    times = when.to_series(index=range(240))
    times[150] = times[149]
    viewers[150] = 9e5
    found = detect(times, viewers)
    assert found["why"][150] == "not judged: a second value for 2026-01-11 05:00"
    assert not said(found, "not judged")[149]
    assert not found["flag"][150:].any()


def test_time_that_goes_back_is_not_judged_and_changes_nothing_else():
    when, viewers = hours(10)
    times = when.to_series(index=range(240))
    times[150] = times[100]
    found = detect(times, viewers)
    assert found["why"][150].startswith(
        "not judged: the time goes back, from 2026-01-11 05:00 to 2026-01-09 04:00"
    )
    without = detect(times.drop(150), np.delete(viewers, 150))
    pd.testing.assert_series_equal(found["score"].drop(150).reset_index(drop=True), without["score"])


def test_newest_first_is_read_from_its_end():
    when, viewers = hours(10)
    viewers[200] = 0
    forward, backward = detect(when, viewers), detect(when[::-1], viewers[::-1])
    np.testing.assert_array_equal(forward["score"], backward["score"][::-1])


def test_timestamps_that_are_none():
    when, viewers = hours(10)
    times = when.to_series(index=range(240)).astype(object)
    times[100], times[101] = None, "no date"
    found = detect(times, viewers)
    assert found["why"][[100, 101]].tolist() == ["not judged: no timestamp"] * 2


def test_a_change_of_unit_is_said_once_it_can_be_known():
    when, viewers = hours(40, noise=20)
    viewers = 1000 + (viewers - 1000) * 0.3
    viewers[600:] *= 1000
    found = detect(when, viewers)
    assert (
        found["why"][610] == "not judged: the unit seems to have changed (about 1,000 times the level before)"
    )
    assert found["flag"][600:606].any()
    assert not found["flag"][606:650].any()


def test_counts_that_are_mostly_zero():
    when, _ = hours(60)
    counts = np.random.default_rng(2).binomial(1, 0.03, len(when)).astype(float)
    counts[1000] = 40
    found = detect(when, counts)
    assert found["flag"][1000]
    assert 1000 * found["flag"].drop(1000).mean() <= 5


def test_negative_values_and_a_series_that_ends():
    when, viewers = hours(20)
    found = detect(when, -viewers)
    assert len(found) == len(when)
    assert found["flag"].mean() < 0.01


@pytest.mark.parametrize(
    "times",
    [
        [f"2026-01-{d:02d}" for d in range(1, 29)],
        [f"2026-01-{d:02d}T05:00:00+02:00" for d in range(1, 29)],
        [datetime.date(2026, 1, d) for d in range(1, 29)],
        [datetime.datetime(2026, 1, d, tzinfo=datetime.UTC) for d in range(1, 29)],
        list(range(28)),
        np.arange(28) * 86400 + 1_700_000_000,
        np.arange(28, dtype=float),
        pd.period_range("2026-01-01", periods=28, freq="D"),
        pd.date_range("2026-01-01", periods=28, freq="MS"),
        pd.date_range("2026-01-01", periods=28, tz="Asia/Tokyo"),
        pd.date_range("1700-01-01", periods=28, freq="4YE"),
        None,
    ],
)
@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series])
def test_any_kind_of_timestamps_and_values(times, kind):
    values = np.r_[np.arange(27) % 5, 300.0]
    found = detect(times, kind(values))
    assert len(found) == 28
    assert found["why"].iloc[-1].startswith("not judged: 27 of 30")
    assert detect(times, kind(values), warm_up=20)["flag"].iloc[-1]


def test_the_numbers_of_nullable_and_whole_types():
    for dtype in ("Int64", "Float64", "int32", "bool", "boolean"):
        found = detect(None, pd.Series([1, 0] * 40, dtype=dtype))
        assert len(found) == 80
        assert not found["flag"].any()
