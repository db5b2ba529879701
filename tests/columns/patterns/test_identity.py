"""A pattern keeps its id while its values or its cases stay: the stories of a few weeks."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sheetops.columns.patterns import name_all, pattern_columns
from sheetops.columns.patterns.identity import Known, pairs_of, read_sketch, similarity, sketch, sketch_text

from .planted import AS_OF, planted

UK_LIVE = {"market": "UK", "surface": "LIVE"}
UK_LIVE_CLAIMS = {**UK_LIVE, "category": "misleading claims"}
DE_ADS = {"market": "DE", "surface": "Ads"}


def pattern(attributes: dict[str, str], keys: range = range(0), name: str = "") -> Known:
    return Known(name, pairs_of(attributes), sketch(keys))


def ids(now: list[Known], before: list[Known]) -> list[str]:
    return [named.id for named in name_all(now, before)]


def test_the_first_week_numbers_them_in_their_order() -> None:
    assert ids([pattern(UK_LIVE), pattern(DE_ADS)], []) == ["P-0001", "P-0002"]


def test_the_same_values_are_the_same_pattern_whatever_their_cases() -> None:
    before = [pattern(UK_LIVE, range(10), "P-0007")]
    assert ids([pattern(DE_ADS), pattern(UK_LIVE, range(50, 90))], before) == ["P-0008", "P-0007"]


def test_a_pattern_that_narrows_keeps_its_id() -> None:
    assert ids([pattern(UK_LIVE_CLAIMS, range(4, 14))], [pattern(UK_LIVE, range(12), "P-0003")]) == ["P-0003"]


def test_other_values_are_another_pattern_even_with_the_same_cases() -> None:
    assert similarity(pattern(UK_LIVE, range(20)), pattern(DE_ADS, range(20))) == 0
    assert ids([pattern(DE_ADS, range(20))], [pattern(UK_LIVE, range(20), "P-0001")]) == ["P-0002"]


def test_a_split_leaves_the_id_with_the_more_alike_and_names_the_origin() -> None:
    before = [pattern(UK_LIVE, range(100), "P-0001")]
    parts = [
        pattern({**UK_LIVE, "policy": "a"}, range(80)),
        pattern({**UK_LIVE, "policy": "b"}, range(80, 100)),
    ]
    first, second = name_all(parts, before)
    assert first.id == "P-0001"
    assert (second.id, second.is_new, second.split_from) == ("P-0002", True, "P-0001")


def test_a_merger_keeps_one_id_and_names_the_other() -> None:
    before = [
        pattern({**UK_LIVE, "policy": "a"}, range(80), "P-0004"),
        pattern({**UK_LIVE, "policy": "b"}, range(80, 99), "P-0002"),
    ]
    (named,) = name_all([pattern(UK_LIVE, range(99))], before)
    assert (named.id, named.merged) == ("P-0004", ("P-0002",))


def test_a_sketch_survives_its_cell_and_nonsense_in_one_is_no_sketch() -> None:
    kept = sketch(range(1000))
    assert read_sketch(sketch_text(kept)) == kept
    assert read_sketch(None) == read_sketch("nothing here") == read_sketch(3.5) == frozenset()


@given(some.permutations([UK_LIVE, UK_LIVE_CLAIMS, DE_ADS, {**DE_ADS, "policy": "a"}]))
def test_earlier_patterns_may_come_in_any_order(before: list[dict[str, str]]) -> None:
    names = {
        tuple(sorted(pairs_of(a))): f"P-{i:04d}"
        for i, a in enumerate([UK_LIVE, UK_LIVE_CLAIMS, DE_ADS, {**DE_ADS, "policy": "a"}], 1)
    }
    known = [pattern(a, name=names[tuple(sorted(pairs_of(a)))]) for a in before]
    assert ids([pattern(DE_ADS), pattern({**UK_LIVE, "policy": "z"})], known) == ["P-0003", "P-0001"]


# --- over weeks, with the columns ---------------------------------------------------------------------


WORLD = planted(20_000, sizes=(120, 160, 220), seed=11, depths=(3,))


def columns(earlier: pd.DataFrame | None = None, back: int = 0, **more: object) -> object:
    told = {"key": "key", "attributes": WORLD.attributes, "date": "opened_at", "window": 28, **more}
    return pattern_columns(WORLD.frame, as_of=AS_OF - pd.Timedelta(days=back), earlier=earlier, **told)


def test_a_week_later_patterns_have_their_ids_and_their_first_day() -> None:
    first = columns(back=7)
    second = columns(first.patterns)
    both = first.patterns.merge(second.patterns, on="attributes", suffixes=("", "_later"))
    assert len(both) >= 2
    assert (both["id"] == both["id_later"]).all()
    assert (both["first_seen_later"] == AS_OF - pd.Timedelta(days=7)).all()
    assert (both["last_seen_later"] == AS_OF).all()


def test_dismissed_stays_dismissed_and_marks_no_case() -> None:
    first = columns()
    gone = first.patterns["id"].iloc[0]
    told = first.patterns.assign(status=["dismissed", *["accepted"] * (len(first.patterns) - 1)])
    again = columns(told)
    assert again.patterns.set_index("id")["status"].to_dict() == told.set_index("id")["status"].to_dict()
    assert gone in set(first.cases["pattern_id"])
    assert gone not in set(again.cases["pattern_id"])


def test_what_is_gone_keeps_its_row_and_gets_its_id_back() -> None:
    first = columns()
    old = columns(first.patterns, back=120)
    assert set(old.patterns["state"]) == {"gone"}
    assert old.patterns["id"].tolist() == first.patterns["id"].tolist()
    assert old.cases["pattern"].isna().all()
    assert columns(old.patterns).patterns["id"].tolist() == first.patterns["id"].tolist()


def test_each_case_of_a_pattern_says_which_and_why() -> None:
    shown = columns()
    row = shown.patterns.iloc[0]
    cases = shown.cases[shown.cases["pattern_id"] == row["id"]]
    assert len(cases) == row["n"]
    assert shown.cases.index.name == "key"
    assert (cases["pattern_size"] == row["n"]).all()
    assert cases["why"].iloc[0] == f"{row['id']} {row['why']}"
    assert row["recommendation"]


def test_outcomes_come_as_rates_with_a_risk() -> None:
    marked = WORLD.frame.assign(overturned=False)
    where = WORLD.scenarios[2][0]
    inside = pd.concat([marked[name] == value for name, value in where.items()], axis=1).all(axis=1)
    marked.loc[inside, "overturned"] = True
    shown = pattern_columns(
        marked, key="key", attributes=WORLD.attributes, date="opened_at", as_of=AS_OF, window=28,
        outcomes=["overturned", "not there"],
    )  # fmt: skip
    risky = shown.patterns[shown.patterns["risk"] == "high"]
    assert len(risky) == 1
    assert risky["overturned_rate"].iloc[0] == 1
    assert "; overturned 2" in risky["why"].iloc[0]
    assert risky["recommendation_type"].iloc[0] == "misjudged"
    assert "There is no column 'not there': no such rate" in shown.notes


def test_an_earlier_table_of_nonsense_names_nothing() -> None:
    nonsense = pd.DataFrame({"id": [None, "x", 5], "attributes": [None, 3, "a"], "members": [1, None, "zz"]})
    assert columns(nonsense).patterns["id"].iloc[0] == "P-0001"


def test_a_key_that_is_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no column 'case'"):
        columns(key="case")
