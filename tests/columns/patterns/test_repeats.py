"""Repeat offenders against their exposure, and reviewers against their peers, without shaming small samples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sheetops.columns.patterns.offenders import repeat_numbers, repeats
from sheetops.columns.patterns.reviewers import OTHERS, agreement, cohen_kappa, krippendorff_alpha, overturns

AS_OF = "2026-06-30"


def violations(counts: dict[str, int], *, day: str = "2026-06-01") -> pd.DataFrame:
    """Return that many cases of each seller on one day."""
    return pd.DataFrame({"seller": [name for name, n in counts.items() for _ in range(n)], "opened": day})


def usual_sellers(count: int = 30, each: int = 2) -> dict[str, int]:
    return {f"S{n:02}": each for n in range(count)}


def sessions(amounts: dict[str, float]) -> pd.Series:
    return pd.Series(amounts)


# --- merchants and creators ----------------------------------------------------------------------------


def test_a_repeat_offender_is_told_with_its_numbers() -> None:
    counts = {**usual_sellers(), "Zorvex": 11}
    found = repeats(
        violations(counts), "seller", "opened", as_of=AS_OF, exposure=sessions(dict.fromkeys(counts, 40)),
        nouns=("violation", "live session"),
    )  # fmt: skip
    one = found.loc["Zorvex"]
    assert found.index[found["repeat"]].tolist() == ["Zorvex"]
    assert one.why.startswith(
        "11 violations in 90 days over 40 live sessions; 2.0 expected, up to 5 is usual (q = "
    )
    assert one.expected == pytest.approx((60 + 0.5) / 30)
    assert one.p_value == pytest.approx(stats.poisson.sf(10, one.expected), rel=1e-9)
    assert one.usual == stats.poisson.ppf(0.975, one.expected)
    assert one.rate == pytest.approx(27.5)


def test_many_cases_are_usual_for_a_seller_with_many_sessions() -> None:
    counts = {**usual_sellers(), "Big": 20}
    exposure = sessions({**dict.fromkeys(usual_sellers(), 40), "Big": 400})
    assert not repeats(violations(counts), "seller", "opened", as_of=AS_OF, exposure=exposure)["repeat"].any()
    assert repeats(violations(counts), "seller", "opened", as_of=AS_OF)["repeat"]["Big"]


def test_a_tenth_more_of_a_great_many_is_certain_and_no_repeat() -> None:
    counts = {**usual_sellers(each=1000), "More": 1200}
    found = repeats(
        violations(counts), "seller", "opened", as_of=AS_OF, exposure=sessions(dict.fromkeys(counts, 10))
    )
    assert found.q_value["More"] < 0.001
    assert not found["repeat"].any()


def test_only_the_window_up_to_the_date_counts() -> None:
    cases = pd.concat(
        [
            violations(usual_sellers()),
            violations({"Late": 9}, day="2026-07-01"),
            violations({"Old": 9}, day="2026-03-01"),
            violations({"Edge": 4}, day="2026-06-30"),
        ]
    )
    found = repeats(cases, "seller", "opened", as_of=AS_OF)
    assert {"Late", "Old"}.isdisjoint(found.index)
    assert found["count"]["Edge"] == 4


def test_exposure_as_a_table_is_added_up_over_the_window() -> None:
    counts = usual_sellers(10)
    table = pd.DataFrame({"seller": [*counts, *counts, "S00"], "date": "2026-06-02", "amount": 5.0})
    table.loc[len(table) - 1, "date"] = "2025-01-01"
    found = repeats(
        violations(counts), "seller", "opened", as_of=AS_OF, exposure=table.rename(columns={"date": "opened"})
    )
    assert found.exposure.eq(10).all()
    rows = table.drop(columns="amount").rename(columns={"date": "opened"})
    assert repeats(violations(counts), "seller", "opened", as_of=AS_OF, exposure=rows).exposure.eq(2).all()


def test_without_exposure_the_counts_of_those_who_have_any_are_compared() -> None:
    chance = np.random.default_rng(3)
    drawn = chance.poisson(0.8, 4000)
    counts = {f"S{n:04}": int(k) for n, k in enumerate(drawn) if k}
    found = repeats(violations({**counts, "Zorvex": 9}), "seller", "opened", as_of=AS_OF)
    assert found.index[found["repeat"]].tolist() == ["Zorvex"]
    assert found.expected["S0000" if "S0000" in counts else next(iter(counts))] == pytest.approx(
        0.8 / (1 - np.exp(-0.8)), rel=0.05
    )


@pytest.mark.parametrize("seed", range(3))
def test_where_all_are_alike_hardly_anybody_is_flagged(seed: int) -> None:
    chance = np.random.default_rng(seed)
    exposure = {f"S{n:04}": float(chance.integers(5, 200)) for n in range(2000)}
    counts = {name: int(chance.poisson(amount * 0.03)) for name, amount in exposure.items()}
    found = repeats(violations(counts), "seller", "opened", as_of=AS_OF, exposure=sessions(exposure))
    assert found["repeat"].sum() <= 2
    assert (found["count"] > found.usual).mean() <= 0.025


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (0.0, "no exposure in the window"),
        (-3.0, "its exposure is missing, negative or infinite"),
        (np.inf, "its exposure is missing, negative or infinite"),
        (np.nan, "its exposure is missing, negative or infinite"),
        ("forty", "its exposure is missing, negative or infinite"),
    ],
)
def test_exposure_that_makes_no_sense_is_not_judged(amount: object, reason: str) -> None:
    counts = {**usual_sellers(), "Odd": 4}
    exposure = pd.Series({**dict.fromkeys(usual_sellers(), 40), "Odd": amount}, dtype=object)
    found = repeats(violations(counts), "seller", "opened", as_of=AS_OF, exposure=exposure)
    assert found.why["Odd"].startswith(f"not judged: {reason} (4 cases in 90 days")
    assert not found["repeat"]["Odd"]
    assert found.q_value.drop("Odd").notna().all()


def test_bad_input_has_an_answer() -> None:
    one = repeats(violations({"Alone": 7}), "seller", "opened", as_of=AS_OF)
    assert one.why["Alone"] == "not judged: 0 others to compare with, 5 are needed (7 cases in 90 days)"
    empty = pd.DataFrame({"seller": [], "opened": []})
    assert repeats(empty, "seller", "opened", as_of=AS_OF).empty
    assert repeat_numbers(empty, "seller", "opened").empty
    messy = pd.DataFrame(
        {"seller": [None, "A", 7, "A"], "opened": ["2026-06-01", "never", "2026-06-01", None]}
    )
    assert repeats(messy, "seller", "opened", as_of=AS_OF).index.tolist() == ["7"]
    assert repeat_numbers(messy, "seller", "opened").isna().tolist() == [True, True, False, True]
    none = repeats(
        messy.head(0), "seller", "opened", as_of=AS_OF, exposure=sessions(dict.fromkeys("abcdefg", 3))
    )
    assert none["count"].eq(0).all()
    assert not none["repeat"].any()


def test_wrong_calls_are_told() -> None:
    with pytest.raises(ValueError, match="no column 'merchant'"):
        repeats(violations({"A": 1}), "merchant", "opened", as_of=AS_OF)
    with pytest.raises(ValueError, match="as_of is a date or time"):
        repeats(violations({"A": 1}), "seller", "opened", as_of="soon")


def test_each_case_knows_which_one_it_is_in_its_window() -> None:
    cases = pd.DataFrame(
        {
            "seller": ["A", "A", "B", "A", "A"],
            "opened": ["2026-01-01", "2026-01-20", "2026-01-21", "2026-04-01", "2026-04-05"],
        },
        index=list("vwxyz"),
    )
    assert repeat_numbers(cases, "seller", "opened", days=90).to_dict() == {
        "v": 1,
        "w": 2,
        "x": 1,
        "y": 2,
        "z": 3,
    }


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 60)), max_size=40), st.integers(1, 30))
def test_numbers_are_those_of_counting_by_hand_and_never_change_later(
    rows: list[tuple[str, int]], days: int
) -> None:
    rows.sort(key=lambda row: row[1])
    start = pd.Timestamp("2026-01-01")
    cases = pd.DataFrame(
        {"seller": [s for s, _ in rows], "opened": [start + pd.Timedelta(days=d) for _, d in rows]}
    )
    numbers = repeat_numbers(cases, "seller", "opened", days=days).tolist()
    for place, (seller, day) in enumerate(rows):
        assert numbers[place] == sum(s == seller and day - days < d <= day for s, d in rows[: place + 1])
    half = len(rows) // 2
    assert repeat_numbers(cases.head(half), "seller", "opened", days=days).tolist() == numbers[:half]


# --- reviewers -------------------------------------------------------------------------------------------


def reviewed(cells: dict[tuple[str, str], tuple[int, int]]) -> pd.DataFrame:
    """Return reviews from {(policy, reviewer): (reviews, overturned)}."""
    rows = [(p, r, n < bad) for (p, r), (size, bad) in cells.items() for n in range(size)]
    return pd.DataFrame(rows, columns=["policy", "who", "overturned"])


def rates(cells: dict[tuple[str, str], tuple[int, int]]) -> pd.DataFrame:
    found = overturns(reviewed(cells), reviewer="who", policy="policy", overturned="overturned")
    return found.set_index(["policy", "reviewer"])


def test_a_reviewer_is_compared_with_peers_on_the_same_policy() -> None:
    found = rates({
        ("easy", "Ann"): (200, 10), ("easy", "Bo"): (200, 10), ("easy", "Cy"): (200, 50),
        ("hard", "Ann"): (200, 80), ("hard", "Bo"): (200, 84), ("hard", "Dee"): (200, 78),
    })  # fmt: skip
    assert found.verdict["easy", "Cy"] == "more overturned than peers"
    assert found.verdict["hard"].eq("as peers").all()  # twice as many as on the easy policy, as everybody
    assert found.peers["easy", "Cy"] == 0.05
    assert found.lower["easy", "Cy"] == stats.binom.ppf(0.025, 200, 0.05) / 200
    assert found.upper["easy", "Cy"] == stats.binom.ppf(0.975, 200, 0.05) / 200
    assert found.why["easy", "Cy"].startswith(
        "50 of 200 overturned (25 %); peers 5 %, 2-8 % is usual for so many (q = "
    )
    assert 0.05 < found.shrunk["easy", "Cy"] <= 0.25


def test_small_samples_are_pooled_and_not_named() -> None:
    cells = {("p", "Ann"): (100, 5), ("p", "Bo"): (100, 6)}
    found = rates({**cells, **{("p", f"New{n}"): (8, 4) for n in range(5)}})
    assert found.index.tolist() == [("p", "Ann"), ("p", "Bo"), ("p", OTHERS)]
    assert found.reviews["p", OTHERS] == 40
    assert "5 reviewers with fewer than 20 reviews each" in found.why["p", OTHERS]


def test_a_pool_that_would_give_somebody_away_has_no_numbers() -> None:
    found = rates({("p", "Ann"): (100, 5), ("p", "Bo"): (100, 6), ("p", "New"): (19, 19)})
    assert found.reviews.isna()["p", OTHERS]
    assert pd.isna(found.rate["p", OTHERS])
    assert found.why["p", OTHERS].endswith("not shown, so that nobody is known by it")
    assert "New" not in str(found.reset_index().to_dict())


def test_names_are_in_order_of_the_alphabet_not_of_the_rate() -> None:
    found = rates({("p", name): (50, bad) for name, bad in (("Cy", 1), ("Ann", 3), ("Bo", 2))})
    assert [name for _, name in found.index] == ["Ann", "Bo", "Cy"]


def test_reviewers_without_peers_are_not_judged() -> None:
    found = rates({("p", "Ann"): (100, 50)})
    assert (
        found.why["p", "Ann"] == "not judged: peers have 0 of 20 reviews of p (50 of 100 overturned (50 %))"
    )
    assert overturns(reviewed({}), reviewer="who", policy="policy", overturned="overturned").empty


def test_where_all_reviewers_are_alike_hardly_any_is_flagged() -> None:
    chance = np.random.default_rng(1)
    cells = {
        (f"p{p}", f"R{r:02}"): (n := int(chance.integers(20, 200)), int(chance.binomial(n, 0.1)))
        for p in range(10)
        for r in range(30)
    }
    assert (rates(cells).verdict != "as peers").sum() <= 2


def test_krippendorff_s_own_example() -> None:
    """Krippendorff 2011, section C: four observers, twelve units, nominal data with values missing: 0.743."""
    coders = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    table = [[sum(coder[unit] == label for coder in coders) for label in range(1, 6)] for unit in range(12)]
    assert krippendorff_alpha(table) == pytest.approx(0.743, abs=5e-4)


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    chance = np.random.default_rng(2)
    one = chance.choice(list("abc"), 200).tolist()
    other = [a if chance.random() < 0.6 else str(chance.choice(list("abcd"))) for a in one]
    assert cohen_kappa(one, other) == pytest.approx(metrics.cohen_kappa_score(one, other), abs=1e-12)
    assert np.isnan(cohen_kappa(["a"] * 5, ["a"] * 5))
    assert np.isnan(cohen_kappa([], []))


def test_agreement_is_told_by_policy_and_names_nobody() -> None:
    rows = [
        ("p", f"C{n}", who, "bad" if n % 3 or (who == "Bo" and n == 0) else "good")
        for n in range(30)
        for who in ("Ann", "Bo")
    ]
    rows += [("q", "C1", who, "bad") for who in ("Ann", "Bo")]
    found = agreement(
        pd.DataFrame(rows, columns=["policy", "id", "who", "label"]),
        case="id",
        reviewer="who",
        label="label",
        policy="policy",
    )
    one = found.loc["p"]
    assert one.agreement == pytest.approx(29 / 30)
    assert 0.9 < one.kappa < 1
    assert one.why.startswith("two reviews of one case agree in 97 % (83-99 %) of 30; alpha 0.9")
    assert found.why["q"] == "not judged: 1 of 20 cases were reviewed by two people"
    assert "Ann" not in str(found.to_dict())


def test_where_all_say_the_same_alpha_says_nothing() -> None:
    rows = [(f"C{n}", who, "bad") for n in range(25) for who in ("Ann", "Bo", "Cy")]
    found = agreement(
        pd.DataFrame(rows, columns=["id", "who", "label"]), case="id", reviewer="who", label="label"
    )
    assert found.agreement["all"] == 1
    assert "chance cannot be told from agreement" in found.why["all"]
    empty = pd.DataFrame({"id": [], "who": [], "label": []})
    assert (
        agreement(empty, case="id", reviewer="who", label="label")
        .why["all"]
        .startswith("not judged: 0 of 20")
    )
