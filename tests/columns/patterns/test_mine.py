"""What recurs is found, what does not is not, and nothing depends on the order of rows or on what comes later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.patterns import mine
from sheetops.columns.patterns.mining import COLUMNS

from .planted import AS_OF, mined, planted, values, wanted

SIZES = (60, 80, 120, 150, 200, 300)


@pytest.mark.parametrize("dependent", [False, True])
def test_planted_scenarios_are_found_exactly_and_nothing_else_is(dependent: bool) -> None:
    world = planted(sizes=SIZES, seed=4, dependent=dependent)
    found = values(mined(world))
    assert len(set(found) & set(wanted(world))) >= 5
    assert len(set(found) - set(wanted(world))) <= 1


@pytest.mark.parametrize("days", [28, 196])
def test_where_nothing_recurs_nothing_is_found_in_19_of_20_worlds(days: int) -> None:
    counts = [len(mined(planted(8_000, seed=seed, days=days, dependent=seed % 2 == 1))) for seed in range(20)]
    assert np.count_nonzero(counts) <= 1


def test_numbers_are_those_of_the_cases() -> None:
    world = planted(sizes=(300,), seed=2, depths=(3,))
    table = mined(world, members=True, key="key")
    row = table.iloc[0]
    age = (AS_OF - world.frame["opened_at"]) / pd.Timedelta(days=1)
    inside = np.logical_and.reduce([world.frame[name] == value for name, value in row["attributes"].items()])
    assert row["n"] == (inside & (age < 28)).sum() >= 300
    assert row["before"] == (inside & (age >= 28)).sum()
    assert set(row["members"]) == set(world.frame.loc[inside & (age < 28), "key"])
    assert row["ratio"] == pytest.approx(row["n"] / row["expected"])
    assert row["lower"] < row["ratio"] < row["upper"]
    assert 1 < row["shrunk"] < row["ratio"]
    assert row["trend"] in ("new", "rising")
    assert row["why"].startswith(f"{row['pattern']}: {row['n']} in 28 days, ")
    assert tuple(table.columns) == (*COLUMNS, "members")


def test_what_was_always_there_is_chronic_and_comes_after_what_is_new() -> None:
    always = planted(sizes=(150, 150), seed=5, always=True, depths=(3,))
    table = mined(always)
    assert set(values(table)) == set(wanted(always))
    assert set(table["trend"]) == {"chronic"}
    new = planted(sizes=(150,), seed=8, depths=(3,))
    inside = pd.concat([new.frame[name] == value for name, value in new.scenarios[0][0].items()], axis=1).all(
        axis=1
    )
    recent = new.frame[inside & (new.frame["opened_at"] > AS_OF - pd.Timedelta(days=28))]
    both = pd.concat([always.frame, recent], ignore_index=True)
    table = mine(both, always.attributes, as_of=AS_OF, date="opened_at", window=28)
    assert values(table)[:1] == wanted(new)
    assert table["trend"].tolist() == [table["trend"].iloc[0], "chronic", "chronic"]
    assert table["trend"].iloc[0] in ("new", "rising")


def test_without_history_there_is_no_trend() -> None:
    assert set(mined(planted(sizes=(300,), seed=2, days=28))["trend"]) == {"no history"}


def test_a_policy_that_exists_in_one_market_only_is_no_scenario() -> None:
    world = planted(seed=3, dependent=True)
    policies = world.frame["market"].map(lambda market: f"rules of {market}")
    assert mined(type(world)(world.frame.assign(policy=policies))).empty


def test_a_value_that_grows_as_a_whole_is_not_news_for_each_of_its_combinations() -> None:
    world = planted(seed=6)
    late = world.frame["opened_at"] > AS_OF - pd.Timedelta(days=28)
    switched = late & (np.random.default_rng(1).random(len(late)) < 0.3)
    frame = world.frame.assign(policy=world.frame["policy"].mask(switched, "policy 24"))
    assert mined(type(world)(frame)).empty


def test_two_scenarios_that_overlap_are_both_found() -> None:
    world = planted(20_000, seed=7)
    frame = world.frame.copy()
    recent = frame.index[frame["opened_at"] > AS_OF - pd.Timedelta(days=28)]
    frame.loc[recent[:120], ["market", "policy", "category"]] = ["UK", "policy 20", "category 09"]
    frame.loc[recent[120:240], ["market", "policy", "source"]] = ["UK", "policy 20", "audit"]
    found = values(mined(type(world)(frame)))
    assert {frozenset({("market", "UK"), ("policy", "policy 20"), ("category", "category 09")}),
            frozenset({("market", "UK"), ("policy", "policy 20"), ("source", "audit")})} == set(found)  # fmt: skip


def test_the_order_of_rows_and_their_index_do_not_matter() -> None:
    world = planted(sizes=SIZES, seed=9)
    again = type(world)(world.frame.sample(frac=1, random_state=3).set_index("key"))
    pd.testing.assert_frame_equal(mined(world), mined(again))


@pytest.mark.parametrize("back", [0, 9, 30])
def test_cases_after_the_time_asked_about_never_matter(back: int) -> None:
    world, as_of = planted(sizes=SIZES, seed=10), AS_OF - pd.Timedelta(days=back)
    known = type(world)(world.frame[world.frame["opened_at"] <= as_of])
    pd.testing.assert_frame_equal(mined(world, as_of=as_of), mined(known, as_of=as_of))


def test_a_person_gets_at_most_as_many_as_asked_for() -> None:
    world = planted(sizes=SIZES, seed=9)
    whole = mined(world)
    pd.testing.assert_frame_equal(mined(world, most=2), whole.head(2), check_dtype=True)


def test_ids_are_of_the_values_alone() -> None:
    world = planted(sizes=(300,), seed=2, depths=(3,))
    other = type(world)(world.frame.sample(frac=0.8, random_state=1), attributes=world.attributes[::-1])
    assert mined(world)["id"].tolist() == mined(other)["id"].tolist()


@pytest.mark.parametrize("window", [28, 28.0, "28D", pd.Timedelta(days=28), np.int64(28)])
def test_a_window_is_days_or_a_length_of_time(window: object) -> None:
    assert len(mined(planted(8_000, sizes=(200,), seed=1), window=window)) == 1


@pytest.mark.parametrize(
    "wrong", [{"window": 0}, {"window": "soon"}, {"window": None}, {"q": 0}, {"most": 0}, {"as_of": pd.NaT}]
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        mined(planted(100), **wrong)
