"""Risk is called high only where the interval says so; few cases are too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.patterns import recommend, risk_table
from sheetops.columns.patterns.recommending import Found, shipped_recommendations
from sheetops.columns.patterns.risk import decided, overall

REST = [True] * 50 + [False] * 950


def judged(yes: int, no: int, open_: int = 0) -> pd.Series:
    """Return the row of one scenario beside 1,000 others, 5 % of which were overturned."""
    column = pd.Series([True] * yes + [False] * no + [None] * open_ + REST, dtype=object)
    places = np.arange(yes + no + open_)
    return risk_table({"S": places}, {"overturned": column}, np.arange(len(column))).iloc[0]


@pytest.mark.parametrize(
    ("yes", "no", "level"),
    [
        (6, 5, "high"),
        (3, 17, "elevated"),
        (2, 18, "usual"),
        (0, 40, "usual"),
        (3, 0, "too few: 3 of 10 decided"),
    ],
)
def test_levels(yes: int, no: int, level: str) -> None:
    assert judged(yes, no)["level"] == level


def test_six_of_eleven_in_words_and_numbers() -> None:
    row = judged(6, 5, open_=3)
    assert row["said"] == "overturned 6 of 11 (55 %, 28-79 %)"
    assert (row["yes"], row["decided"], row["cases"]) == (6, 11, 14)
    assert row["rest"] == pytest.approx(0.05)
    assert row["risk_lower"] > 1
    assert row["level"] == "high"


def test_a_level_that_many_comparisons_explain_is_elevated_at_most() -> None:
    chance = np.random.default_rng(2)
    column = pd.Series(chance.random(6_000) < 0.1)
    groups = {f"S{i}": np.arange(i * 100, i * 100 + 100) for i in range(30)}
    table = risk_table(
        groups, {"overturned": column, "reopened": column.sample(frac=1, random_state=1)}, np.arange(6_000)
    )
    assert len(table) == 60
    assert (table["level"] == "high").sum() == 0


def test_shrinkage_pulls_small_scenarios_to_the_others() -> None:
    column = pd.Series([True] * 2 + [False] * 0 + [True] * 20 + [False] * 180 + [False] * 500)
    table = risk_table(
        {"small": np.arange(2), "large": np.arange(2, 202)}, {"o": column}, np.arange(len(column))
    )
    assert table["shrunk"].iloc[0] < 0.95
    assert table["shrunk"].iloc[1] == pytest.approx(0.1, abs=0.02)


def test_nobody_decided_and_nothing_asked() -> None:
    column = pd.Series([None] * 30, dtype=object)
    row = risk_table({"S": np.arange(12)}, {"overturned": column}, np.arange(30)).iloc[0]
    assert row["said"] == "overturned: none decided"
    assert row["level"] == "too few: 0 of 10 decided"
    assert risk_table({}, {"overturned": column}, np.arange(30)).empty
    assert risk_table({"S": np.arange(3)}, {}, np.arange(30)).empty


def test_outcomes_say_true_false_or_nothing() -> None:
    said = decided(pd.Series([True, "yes", 1, "FALSE", 0, "", None, "perhaps", 7, np.nan], dtype=object))
    np.testing.assert_array_equal(said, [1, 1, 1, 0, 0, *[np.nan] * 5])
    np.testing.assert_array_equal(decided(pd.Series([True, None], dtype="boolean")), [1, np.nan])


def test_a_pattern_is_as_risky_as_its_worst_outcome() -> None:
    assert overall(["usual", "high", "too few: 1 of 10 decided"]) == "high"
    assert overall(["too few: 1 of 10 decided", "usual"]) == "usual"
    assert overall(["too few: 1 of 10 decided"]) == "too few: 1 of 10 decided"
    assert overall([]) == ""


def found(trend: str, **levels: str) -> Found:
    rates = dict.fromkeys(levels, "overturned 6 of 11 (55 %, 28-79 %)")
    return Found("UK x LIVE", {"market": "UK"}, trend, 14, 28, 4.5, levels, rates)


def test_recommendations_follow_from_what_is_known() -> None:
    misjudged = recommend(found("rising", overturned="high"))
    assert misjudged is not None
    assert misjudged.type == "misjudged"
    assert "6 of 11" in misjudged.say
    rising = recommend(found("rising", overturned="usual"))
    assert rising is not None
    assert rising.say.startswith("It is growing: 14 cases in 28 days, 4.5 expected.")


@pytest.mark.parametrize("trend", ["new", "rising", "falling", "chronic", "steady", "no history"])
def test_every_trend_has_a_recommendation_without_gaps(trend: str) -> None:
    advice = recommend(found(trend))
    assert advice is not None
    assert advice.owner
    assert "{" not in advice.say


def test_a_team_s_own_templates_come_instead() -> None:
    own = [{"type": "ours", "attribute": "policy", "say": "no"}, {"type": "ours", "say": "{pattern} {what}"}]
    advice = recommend(found("steady"), own)
    assert advice is not None
    assert advice.say == "UK x LIVE {what}"
    assert recommend(found("steady"), []) is None


def test_shipped_templates_have_all_they_need() -> None:
    for row in shipped_recommendations():
        assert {"type", "say", "owner"} <= row.keys()
        assert row.keys() <= {"type", "say", "owner", "outcome", "level", "trend", "attribute"}
