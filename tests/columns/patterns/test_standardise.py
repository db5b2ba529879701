"""Messy values: what is the same is applied, what is likely is proposed, nothing happens silently."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.benchmarks import _values
from sheetops.columns.patterns.spelling import fingerprint, spelling_key
from sheetops.columns.patterns.standardise import COLUMNS, TIERS, propose, standardised

POLICIES = [
    "Misleading claims",
    "Counterfeit goods",
    "Unsafe cosmetics",
    "Hate speech",
    "Tier 1 escalation",
    "UK",
    "US",
]


def row(raw: str, canonical: list[str] | None = None, **known: object) -> pd.Series:
    found = propose([raw], POLICIES if canonical is None else canonical, **known)  # type: ignore[arg-type]
    return found.iloc[0]


@pytest.mark.parametrize(
    "raw",
    ["misleading claims", "  Misleading   Claims ", "MISLEADING_CLAIMS", "Misleading-claims", "Ｍisleading claims", "Misleading\u00a0claims", '"Misleading claims."', "Mis\u00adleading claims\u200b"],
)  # fmt: skip
def test_case_spaces_hyphens_and_width_are_the_same_value(raw: str) -> None:
    assert row(raw)[["proposed", "tier"]].tolist() == ["Misleading claims", "same"]
    assert standardised(pd.Series([raw]), POLICIES).tolist() == ["Misleading claims"]


@pytest.mark.parametrize(
    ("raw", "proposed"),
    [("claims, misleading", "Misleading claims"), ("Misleadng claims", "Misleading claims"), ("Hâte spéech", "Hate speech"), ("Counterfeit goods (new)", "Counterfeit goods")],
)  # fmt: skip
def test_what_is_likely_is_proposed_and_not_applied(raw: str, proposed: str) -> None:
    found = row(raw)
    assert found[["proposed", "tier"]].tolist() == [proposed, "sure"]
    assert f"'{proposed}'" in found.why
    assert standardised(pd.Series([raw]), POLICIES).tolist() == [raw]
    assert standardised(pd.Series([raw]), POLICIES, aliases={raw: proposed}).tolist() == [proposed]


def test_a_score_near_the_runner_up_is_a_suggestion_that_says_so() -> None:
    found = row("Unsafe food", ["Unsafe foods", "Unsafe wood"])
    assert found.tier == "suggestion"
    assert found.margin < 8
    assert "not 8 ahead" in found.why
    assert "'Unsafe wood'" in found.why


@pytest.mark.parametrize(
    ("raw", "canonical", "doubt"),
    [
        ("Tier 2 escalation", POLICIES, "other numbers"),
        ("UKs", ["UK", "Germany"], "too short to be sure"),
        ("goods", POLICIES, "only a part of it"),
    ],
)
def test_numbers_short_names_and_parts_are_never_sure(raw: str, canonical: list[str], doubt: str) -> None:
    found = row(raw, canonical)
    assert found.tier == "suggestion"
    assert doubt in found.why


def test_signs_and_marks_that_mean_something_stay() -> None:
    assert spelling_key("C++") != spelling_key("C")
    assert spelling_key("-5") != spelling_key("5")
    assert spelling_key("má") != spelling_key("ma")
    assert fingerprint("Crème brûlée") == fingerprint("brulee creme")
    assert fingerprint("ของปลอม") != fingerprint("ของปลอ")
    for thai in ("ไม้", "ไม่"):  # wood and not: only a tone mark apart
        assert fingerprint(thai) == thai
    assert fingerprint("й") == "й"
    assert fingerprint("حِسَاب") != fingerprint("حساب")


def test_vietnamese_tones_are_a_suggestion_at_most() -> None:
    found = row("hang gia", ["hàng giả", "khác"])
    assert found[["proposed", "tier"]].tolist() == ["hàng giả", "suggestion"]
    assert "tones" in found.why


def test_what_a_person_decided_is_remembered() -> None:
    assert row("fakes", aliases={"Fakes": "Counterfeit goods"})[["proposed", "tier"]].tolist() == [
        "Counterfeit goods",
        "alias",
    ]
    refused = row("Misleadng claims", refused=[("misleadng  claims", "Misleading claims")])
    assert refused.proposed != "Misleading claims"
    assert refused.tier in ("suggestion", "unknown")


def test_two_canonical_values_that_differ_in_case_are_a_question() -> None:
    found = row("live Video", ["Live video", "LIVE Video"])
    assert found[["tier", "why"]].tolist() == [
        "suggestion",
        "spelled as 'Live video' or 'LIVE Video': which one?",
    ]
    assert standardised(pd.Series(["live Video"]), ["Live video", "LIVE Video"]).tolist() == ["live Video"]


def test_without_a_list_the_most_frequent_spelling_is_canonical() -> None:
    values = (
        ["Fake goods"] * 9
        + ["fake goods"] * 2
        + ["Fake godos"]
        + ["Other thing"] * 4
        + ["Tier 1"] * 9
        + ["Tier 2"]
    )
    found = propose(values).set_index("raw")
    assert found.tier.to_dict() == {
        "Fake goods": "exact", "Tier 1": "exact", "Other thing": "exact", "fake goods": "same", "Fake godos": "sure", "Tier 2": "exact",
    }  # fmt: skip
    assert found.proposed["Fake godos"] == "Fake goods"
    assert found["count"].tolist() == [9, 9, 4, 2, 1, 1]
    assert standardised(pd.Series(values)).tolist() == ["Fake goods"] * 11 + ["Fake godos"] + values[12:]


def test_two_spellings_as_frequent_as_one_another_are_a_suggestion() -> None:
    found = propose(["Counterfeit bags"] * 4 + ["Counterfiet bags"] * 3).set_index("raw")
    assert found.tier["Counterfiet bags"] == "suggestion"
    assert "typed 3 times, the other only 4" in found.why["Counterfiet bags"]


def test_the_rates_of_right_and_wrong_on_seeded_values() -> None:
    names = _values.canonical(240)
    typed = _values.messy(4000, names, seed=21)
    found = typed.join(propose(typed.raw, names).set_index("raw"), on="raw")
    decided = found.tier.isin(TIERS[:4])
    right, wrong = decided & (found.proposed == found.meant), decided & (found.proposed != found.meant)
    assert right[found.meant.notna()].mean() > 0.84
    assert wrong.mean() < 0.002
    assert not (wrong & found.tier.isin(TIERS[:3])).any()


def test_bad_input_has_an_answer() -> None:
    assert propose([], POLICIES).columns.tolist() == COLUMNS
    assert propose([None, float("nan"), pd.NaT], POLICIES).empty
    found = propose(["", " ", "x" * 1_000_000, "😀", 12, True, "\ud800"], POLICIES).set_index("raw")
    assert found.why[""] == found.why[" "] == "not judged: blank"
    assert found.why["x" * 1_000_000] == "not judged: 1,000,000 characters are no name"
    assert found.tier.isin(["unknown"]).all()
    assert found.why["😀"] == "no canonical value is like it"
    assert propose(["a", "b"], []).tier.tolist() == ["unknown", "unknown"]
    series = pd.Series(["uk", None, 5, float("nan")], dtype=object)
    assert standardised(series, POLICIES).tolist()[0] == "UK"
    assert standardised(series, POLICIES).isna().tolist() == [False, True, False, True]
    assert standardised(pd.Series([], dtype=object)).empty


@settings(deadline=None, max_examples=80)
@given(st.lists(st.text(max_size=12), max_size=12), st.lists(st.text(min_size=1, max_size=12), max_size=5))
def test_any_text_has_one_row_and_standardising_twice_changes_nothing(
    values: list[str], canonical: list[str]
) -> None:
    for listed in (canonical, None):
        found = propose(values, listed)
        assert found.raw.is_unique
        assert set(found.raw) == set(values)
        assert found.tier.isin(TIERS).all()
        assert (found.why != "").all()
        once = standardised(pd.Series(values, dtype=object), listed)
        assert standardised(once, listed).tolist() == once.tolist()
