"""Counts of many series: counted, judged, explained; and whatever is wrong with them is said, never raised."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.benchmarks._count_panels import panel
from sheetops.columns.anomalies import count_table, false_alarm_rate, judge_counts

NOW = datetime(2025, 6, 4, 9, tzinfo=UTC)


def weeks(periods, series=6, seed=1):
    """Return a panel of quiet weekly counts that ends with the week of 2 June 2025."""
    counts, _ = panel("poisson", series, periods=periods, seed=seed)
    index = pd.date_range(end="2025-06-02", periods=periods, freq="7D")
    return pd.DataFrame(
        counts, index=index, columns=pd.Index([f"s{i}" for i in range(series)], name="policy")
    )


def records(*dates, **groups):
    return pd.DataFrame({"opened": list(dates), **groups})


def counted(frame, by=(), every="week", **settings):
    return count_table(frame, date="opened", by=by, every=every, as_of=NOW, **settings)


class TestCounting:
    def test_periods_without_a_record_are_zero_up_to_now(self):
        frame = records(date(2025, 5, 6), date(2025, 5, 11), date(2025, 5, 21), market=["UK", "UK", "DE"])
        counts = counted(frame, ["market"]).counts
        assert [f"{day:%d %b}" for day in counts.index] == ["05 May", "12 May", "19 May", "26 May", "02 Jun"]
        assert list(counts["UK"]) == [2, 0, 0, 0, 0]
        assert list(counts["DE"]) == [0, 0, 1, 0, 0]

    def test_times_are_read_on_the_clock_of_the_zone(self):
        late = pd.Series(pd.to_datetime(["2025-06-01T23:30Z"]))
        assert counted(records(*late), timezone="UTC").counts.index[0] == pd.Timestamp("2025-05-26")
        assert counted(records(*late), timezone="Europe/Berlin").counts.index[0] == pd.Timestamp("2025-06-02")

    def test_days_and_months(self):
        frame = records(date(2025, 6, 1), date(2025, 6, 3))
        assert list(counted(frame, every="day").counts["cases"]) == [1, 0, 1, 0]
        assert list(counted(frame, every="month").counts["cases"]) == [2]

    def test_what_is_left_out_is_said(self):
        frame = records(
            date(2025, 6, 3),
            None,
            "no date",
            date(2026, 1, 1),
            date(2025, 6, 3),
            policy=["a", "a", "a", "a", "b"],
        )
        found = counted(frame, ["policy"], most=1)
        assert found.notes == (
            "2 records without a date are not counted.",
            "1 record dated after 2025-06-04 is not counted.",
            "1 of 2 groups, the smallest ones, are left out: 1 record.",
        )

    def test_an_empty_group_has_a_name_and_no_record_is_lost(self):
        found = counted(records(date(2025, 6, 3), date(2025, 6, 3), policy=["a", None]), ["policy"])
        assert set(found.counts.columns.get_level_values("policy")) == {"a", "(none)"}
        assert found.counts.to_numpy().sum() == 2

    def test_no_record_at_all_is_a_table_without_series(self):
        found = counted(records(policy=[]), ["policy"])
        assert found.counts.shape[1] == 0
        assert judge_counts(found.counts, as_of=NOW).empty


class TestJudging:
    def test_a_strange_week_says_its_numbers(self):
        counts = weeks(60)
        counts.iloc[-1, 2] = 90
        row = judge_counts(counts, last=1).set_index("policy").loc["s2"]
        assert (row.flag, row.method) == ("high", "predictive")
        assert row.score > 0.5
        assert row.why == (
            f"90 in the week of 2 Jun 2025; {row.expected:.1f} expected, up to {row.upper:.0f} is usual"
            " (p = below 0.0001; 1 of 6 series this week)"
        )

    def test_a_series_that_ends_is_low(self):
        counts = weeks(60)
        counts.iloc[-1, 0] = 0
        counts.iloc[:-1, 0] += 30
        row = judge_counts(counts, last=1).iloc[0]
        assert row.flag == "low"
        assert f"{row.lower:.0f} or more is usual" in row.why

    def test_short_history_is_said_in_numbers(self):
        found = judge_counts(weeks(10), last=1)
        assert set(found.why) == {"not judged: 9 of 16 weeks of history"}
        assert set(found.flag) == {"none"}

    def test_from_three_years_farrington_judges(self):
        found = judge_counts(weeks(170), last=30)
        assert set(found.method[found.period == found.period.max()]) <= {"farrington", "predictive"}
        assert (found.method == "farrington").any()
        assert set(judge_counts(weeks(150), last=5).method) == {"predictive"}

    def test_ears_is_labelled_legacy(self):
        counts = weeks(30)
        counts.iloc[-1, 0] = 200
        row = judge_counts(counts, method="ears", alpha=0.001, last=1).iloc[0]
        assert row.method == "ears C1 (legacy)"
        assert row.why.endswith("EARS, legacy)")

    def test_among_many_series_a_weak_one_is_only_watched(self):
        counts = weeks(60, series=200, seed=3)
        found = judge_counts(counts, alpha=0.01)
        watched = found[found.flag == "watch"]
        assert len(watched)
        assert (watched.q_value > 0.05).all()
        assert watched.why.str.contains("not certain among so many").all()
        assert (judge_counts(counts, alpha=0.01, fdr=None).flag != "watch").all()

    def test_the_week_that_is_not_over_is_not_judged_nor_is_the_future(self):
        counts = weeks(40)
        counts.index += pd.Timedelta(weeks=1)
        found = judge_counts(counts, as_of=NOW).set_index("period").why
        assert set(found.loc["2025-06-02"]) == {"not judged: the week is not over"}
        assert set(found.loc["2025-06-09"]) == {"not judged: in the future"}

    def test_each_unusable_count_says_why(self):
        counts = weeks(40)
        counts.iloc[-1, :3] = [-4, np.inf, np.nan]
        words = list(judge_counts(counts, last=1).why[:3])
        assert words == [
            "not judged: the count is negative",
            "not judged: the count is infinite",
            "not judged: no count",
        ]

    def test_a_period_that_is_there_twice_is_not_judged(self):
        counts = pd.concat([weeks(40), weeks(40).iloc[[20]]])
        found = judge_counts(counts)
        assert set(found.why[found.period == counts.index[20]]) == {"not judged: the week is there twice"}

    def test_the_order_of_the_rows_does_not_matter(self):
        counts = weeks(40)
        pd.testing.assert_frame_equal(judge_counts(counts), judge_counts(counts[::-1]))

    @pytest.mark.parametrize("method", ["auto", "predictive", "farrington", "ears"])
    @pytest.mark.parametrize("every", ["day", "week", "month"])
    @pytest.mark.parametrize("value", [0, 7, -1, np.nan, np.inf, 1e15])
    def test_equal_missing_or_impossible_counts_raise_nothing_and_flag_nothing(self, method, every, value):
        step = {"day": "D", "week": "7D", "month": "MS"}[every]
        counts = pd.DataFrame(
            {"a": np.full(60, float(value))}, index=pd.date_range("2020-06-01", periods=60, freq=step)
        )
        found = judge_counts(counts, every=every, method=method)
        assert len(found) == 60
        assert set(found.flag) == {"none"}

    def test_one_series_one_period_and_dates_that_are_none(self):
        one = pd.DataFrame({"a": [3]}, index=[pd.Timestamp("2025-06-02")])
        assert list(judge_counts(one).why) == ["not judged: 0 of 16 weeks of history"]
        assert judge_counts(pd.DataFrame({"a": [3]}, index=[pd.NaT])).empty

    def test_a_metric_that_changes_unit_is_its_new_self_after_some_weeks(self):
        counts = weeks(80)
        counts.iloc[40:] = 100 * (counts.iloc[40:] + 1)
        found = judge_counts(counts)
        assert (found.flag[found.period == counts.index[40]] == "high").all()
        assert (found.flag[found.period >= counts.index[60]] == "none").mean() > 0.9

    def test_settings_that_make_no_sense_are_refused_in_words(self):
        with pytest.raises(ValueError, match="method is 'magic'"):
            judge_counts(weeks(5), method="magic")
        with pytest.raises(ValueError, match="every is 'hour'"):
            judge_counts(weeks(5), every="hour")
        with pytest.raises(ValueError, match="alpha must be between"):
            judge_counts(weeks(5), alpha=1)

    @settings(max_examples=15, deadline=None)
    @given(seed=st.integers(0, 1000), cut=st.integers(2, 60), every=st.sampled_from(["day", "week", "month"]))
    def test_what_is_said_of_a_period_does_not_depend_on_later_ones(self, seed, cut, every):
        values, _ = panel("outbreaks", 4, periods=60, seed=seed)
        step = {"day": "D", "week": "7D", "month": "MS"}[every]
        counts = pd.DataFrame(values, index=pd.date_range("2020-06-01", periods=60, freq=step))
        early, late = judge_counts(counts[:cut], every=every), judge_counts(counts, every=every)
        pd.testing.assert_frame_equal(early, late[: len(early)], rtol=1e-9)


class TestCalibration:
    def test_alarms_on_quiet_history_keep_to_their_rate(self):
        found = false_alarm_rate(weeks(104, series=80), alphas=(0.001, 0.005, 0.05))
        assert list(found.alpha) == [0.001, 0.005, 0.05]
        assert (found.per_thousand <= 2 * 1000 * found.alpha).all()
        assert found.per_thousand.is_monotonic_increasing
        assert (found.judged == 80 * (104 - 16)).all()

    def test_the_rate_is_that_of_the_flags(self):
        counts = weeks(60, series=40, seed=9)
        flags = (judge_counts(counts, alpha=0.01, fdr=None).flag != "none").sum()
        rate = false_alarm_rate(counts, alphas=(0.01,)).iloc[0]
        assert rate.high + rate.low == flags

    def test_too_short_a_history_has_no_rate(self):
        assert false_alarm_rate(weeks(5)).per_thousand.isna().all()
