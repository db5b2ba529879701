"""The same story in other words: what belongs together, what never changes, what is not judged."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.benchmarks import _texts
from sheetops.columns.patterns.near import Terms, near, unit
from sheetops.columns.patterns.same_story import LONGEST, stories
from sheetops.columns.patterns.text_tokens import masked, tokens, words

MIXED = {
    "C-1": "Seller Zorvex: whitening cream claims to cure diabetes, order 1182",
    "C-2": "order #99421 - whitening cream by seller Zorvex claims to cure DIABETES!!",
    "C-3": "Buyer never received the wireless earbuds of seller Malina",
    "C-4": "卖家Quanlo的美白面霜声称可以治愈糖尿病 订单3321108",
    "C-5": "订单77120：美白面霜，卖家Quanlo，声称可以治愈糖尿病",
    "C-6": "ผู้ขายRamilo ครีมหน้าขาวอ้างว่ารักษาเบาหวานหาย",
    "C-7": "ครีมหน้าขาวอ้างว่ารักษาเบาหวานหาย ผู้ขายRamilo รหัส #4620269",
    "C-8": "người bán Bosama quảng cáo kem trắng da chữa khỏi tiểu đường",
    "C-9": "kem trắng da của người bán Bosama, quảng cáo chữa khỏi tiểu đường",
    "C-10": "البائع سامي كريم تبييض يدعي علاج السكري",
    "C-11": "كريم تبييض يدعي علاج السكري، البائع سامي، طلب ٧٧١",
}
TOGETHER = [{"C-1", "C-2"}, {"C-4", "C-5"}, {"C-6", "C-7"}, {"C-8", "C-9"}, {"C-10", "C-11"}]


def judged(texts: dict[str, object], **settings_: object) -> pd.DataFrame:
    return stories(pd.Series(texts, dtype=object), **settings_).cases  # type: ignore[arg-type]


def pair_f1(root: pd.Series, story: pd.Series) -> float:
    """Return the F1 of the pairs of cases that are said to tell the same story."""

    def pairs(sizes: pd.Series) -> float:
        return float((sizes * (sizes - 1) / 2).sum())

    both = pairs(pd.Series(1, index=root.index).groupby([root, story]).size())
    precision, recall = both / pairs(story.value_counts()), both / pairs(root.value_counts())
    return 2 * precision * recall / (precision + recall)


def test_other_words_order_and_ids_are_the_same_story_in_any_script() -> None:
    cases = judged(MIXED)
    found = [set(group.index) for _, group in cases.groupby("story") if len(group) > 1]
    assert sorted(map(sorted, found)) == sorted(map(sorted, TOGETHER))
    assert cases.story["C-3"] == "C-3"
    assert cases.story_why["C-3"] == "no other case tells this story"


def test_a_story_is_known_by_the_case_that_told_it_first() -> None:
    dates = pd.Series(
        pd.Timestamp("2026-03-01") - pd.to_timedelta(range(len(MIXED)), unit="D"), index=list(MIXED)
    )
    assert judged(MIXED, dates=dates).story["C-1"] == "C-2"
    assert judged(MIXED).story["C-2"] == "C-1"


def test_texts_that_differ_in_ids_numbers_links_and_dates_only_are_word_for_word_the_same() -> None:
    told = {
        "A": "Refund of 12.50 USD for ORD-2231 was refused on 2026-03-01, see https://x.example/1",
        "B": "refund of 9 USD for ORD-99 was refused on 2026-04-11, see www.y.example/2?z",
    }
    cases = judged(told)
    assert cases.story.tolist() == ["A", "A"]
    assert cases.story_why["B"] == "word for word as A, apart from ids, numbers and links; 2 cases tell it"
    assert cases.similar_cases.tolist() == ["B (100 %)", "A (100 %)"]


def test_masks_leave_words_alone() -> None:
    assert words(masked("mail me@shop.example about order#12-A, iPhone15")) == ["mail", "about"]
    assert words(masked("订单#3321108收到时")) == ["订单", "收到时"]
    assert tokens(words(masked("हिन्दी में"))) == ["हिन्दी", "में"]  # vowel signs stay on their letters
    assert tokens(["碎裂了"]) == ["碎裂", "裂了"]


def test_the_table_says_what_a_story_is_about() -> None:
    texts = _texts.made(2000, seed=3)
    found = stories(texts.text, dates=texts.date)
    largest = found.table.iloc[0]
    members = texts[found.cases.story == found.table.index[0]]
    assert largest["size"] == len(members) == found.cases.story_size[found.table.index[0]]
    assert largest["first"] == members.date.min()
    assert largest["last"] == members.date.max()
    terms = largest.keywords.split(", ")
    assert len(terms) == 5
    assert all(sum(term in text.casefold() for text in members.text) >= len(members) / 3 for term in terms)
    assert found.table["size"].is_monotonic_decreasing
    assert (found.table["size"] > 1).all()


@pytest.mark.parametrize("count", [300, 3000])
def test_roots_are_found_in_seven_languages(count: int) -> None:
    texts = _texts.made(count, seed=11)
    assert pair_f1(texts.root, stories(texts.text, dates=texts.date).cases.story) > 0.85


def test_the_order_of_rows_does_not_matter_and_two_runs_agree() -> None:
    texts = _texts.made(400, seed=5)
    one = stories(texts.text, dates=texts.date)
    mixed = texts.sample(frac=1, random_state=1)
    other = stories(mixed.text, dates=mixed.date)
    pd.testing.assert_frame_equal(one.cases, other.cases.loc[one.cases.index])
    pd.testing.assert_frame_equal(one.table, other.table)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 400), st.integers(0, 50))
def test_a_later_text_never_changes_an_earlier_story(kept: int, seed: int) -> None:
    texts = _texts.made(400, seed=seed).sort_values("date", kind="stable")
    whole, part = (stories(some.text, dates=some.date).cases for some in (texts, texts.head(kept)))
    columns = ["story", "story_similarity"]
    pd.testing.assert_frame_equal(whole[columns].head(kept), part[columns])


def test_texts_after_the_date_asked_about_are_not_judged() -> None:
    dates = pd.Series(["2026-01-01", "2026-01-02", "2027-01-01"], index=list("abc"))
    cases = judged(dict.fromkeys("abc", "fake whitening cream"), dates=dates, as_of="2026-02-01")
    assert cases.story.tolist()[:2] == ["a", "a"]
    assert cases.story_why["c"] == "not judged: dated 2027-01-01, after 2026-02-01"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no text"),
        (float("nan"), "no text"),
        (" \n ", "no text"),
        ("😀😀 👍🏽", "no words in it, only emoji, signs, numbers, ids or links"),
        ("ORD-1234 2026-01-01 https://x.example", "no words in it, only emoji, signs, numbers, ids or links"),
        (12.5, "no words in it, only emoji, signs, numbers, ids or links"),
        ("refund", "a single word is too little to compare"),
    ],
)
def test_what_says_nothing_is_not_judged(text: object, reason: str) -> None:
    case = judged({"A": text, "B": "fake whitening cream", "C": "whitening cream, fake"}).loc["A"]
    assert case.story is None
    assert pd.isna(case.story_size)
    assert case.story_why == f"not judged: {reason}"


def test_bad_input_has_an_answer() -> None:
    assert judged({}).empty
    assert judged({"A": "one single text"}).story.tolist() == ["A"]
    assert judged({f"K{n:03}": "all the same text" for n in range(200)}).story.eq("K000").all()
    twice = stories(pd.Series(["fake cream", "fake cream", "fake cream"], index=["A", "A", None])).cases
    assert twice.story.tolist()[:2] == ["A", "A"]
    assert twice.story_why.iloc[2] == "not judged: it has no key"
    lone = judged({"A": "broken \ud800 surrogate text", "B": "\x00\x01 control signs here"})
    assert lone.story_size.tolist() == [1, 1]


def test_a_megabyte_is_read_at_its_beginning() -> None:
    cases = judged(
        {"A": "whitening cream by Zorvex " + "x" * 1_000_000, "B": "0a" * 600_000, "C": "見" * 1_000_000}
    )
    assert f"only the first {LONGEST:,} of 1,000,026 characters were read" in cases.story_why["A"]
    assert cases.story_why["B"].startswith("not judged")
    assert cases.story["C"] == "C"


def test_wrong_calls_are_told() -> None:
    with pytest.raises(ValueError, match="2 texts and 1 dates"):
        stories(pd.Series(["a", "b"]), dates=pd.Series(["2026-01-01"]))
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        stories(pd.Series(["a", "b"]), threshold=0)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=6), min_size=1, max_size=25),
    st.floats(0.2, 0.95),
)
def test_near_pairs_are_exactly_those_of_all_comparisons(
    documents: list[list[str]], threshold: float
) -> None:
    terms = Terms(lambda term: 0.3 + ord(term) % 7)
    for document in documents:
        terms.add(document)
    counts = terms.matrix()
    rows = unit(counts, np.ones(counts.shape[1]))
    dense = rows.toarray() @ rows.toarray().T
    found = near(rows, rows, threshold)
    pairs = set(zip(found.row.tolist(), found.target.tolist(), strict=True))
    for i, j in combinations(range(len(documents)), 2):
        if abs(dense[i, j] - threshold) > 1e-5:
            assert ((i, j) in pairs) == (dense[i, j] >= threshold)
