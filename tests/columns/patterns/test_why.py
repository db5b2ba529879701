"""Sentences as people read them."""

from __future__ import annotations

from sheetops.columns.patterns.why import attributes_text, label, rate, sentence

CASE = {"market": "UK", "surface": "LIVE", "category": "misleading claims"}


def test_the_whole_sentence() -> None:
    said = sentence(label(CASE), 14, 28, 4.5, 0.003, ["overturned " + rate(6, 11, 0.2801, 0.7873)])
    assert (
        said
        == "UK x LIVE x misleading claims: 14 in 28 days, 4.5 expected (q = 0.003); overturned 6 of 11 (55 %, 28-79 %)"
    )


def test_large_and_very_sure_numbers_are_short() -> None:
    assert (
        sentence("UK x LIVE", 1400, 1, 1234.5, 1e-30)
        == "UK x LIVE: 1,400 in 1 day, 1,234 expected (q < 0.001)"
    )


def test_long_values_are_shortened() -> None:
    assert len(label({"policy": "x" * 1000})) == 40
    assert attributes_text(CASE) == "market = UK; surface = LIVE; category = misleading claims"
