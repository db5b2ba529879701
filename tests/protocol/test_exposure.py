"""Who repeats is judged by what they had to do with: a large merchant has many cases, and nothing is strange about it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sheetops.model.errors import ConfigError
from sheetops.workspace import parse_config

from .story import Story
from .test_patterns import sheet

TODAY = dt.date(2026, 1, 1)
CONFIG = """
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
opened = { type = "date" }
policy = { type = "text" }
market = { type = "text" }
merchant = { type = "text" }
[tables.merchants]
key = "merchant_id"
[tables.merchants.fields]
merchant_id = { type = "text" }
orders = { type = "integer", label = "Orders" }
[tables.sold]
key = "row"
[tables.sold.fields]
row = { type = "text" }
merchant = { type = "text" }
day = { type = "date" }
number = { type = "integer" }
[patterns.cases]
date = "opened"
attributes = ["policy", "market"]
repeats = ["merchant"]
"""
BY_KEY = 'exposure = { merchant = "merchants.orders" }\n'
BY_DAY = 'exposure = { merchant = { of = "sold.number", date = "day" } }\n'
CASES = ["case_id", "opened", "policy", "market", "merchant", "merchant_repeat", "merchant_repeat_why"]
TRACKERS = (
    sheet("desk", "cases", CASES)
    + sheet("shops", "merchants", ["merchant_id", "orders"])
    + sheet("days", "sold", ["row", "merchant", "day", "number"])
)
COUNTS = {"Big": 40, "Bad": 12, **{f"M{n}": 2 for n in range(20)}}
ORDERS = {"Big": 4000, "Bad": 100, **{f"M{n}": 200 for n in range(20)}}


def headed(columns: list[str], rows: list[list[Any]]) -> list[list[Any]]:
    names = {"case_id": "Case ID", "market": "Market"}
    return [[names.get(one, one) for one in columns], *rows]


def start(folder: Path, exposure: str) -> Story:
    cases: list[list[Any]] = []
    for merchant, number in COUNTS.items():
        for place in range(number):
            day = TODAY - dt.timedelta(days=1 + place % 60)
            cases.append([f"C{len(cases):03d}", day, "Spam", "UK", merchant, None, None])
    sold = [
        [f"R{n}", one, TODAY - dt.timedelta(days=5), orders] for n, (one, orders) in enumerate(ORDERS.items())
    ]
    long_ago = [["R99", "Bad", TODAY - dt.timedelta(days=200), 100_000]]
    sheets = {
        "desk": headed(CASES, cases),
        "shops": headed(["merchant_id", "orders"], [[*one] for one in ORDERS.items()]),
        "days": headed(["row", "merchant", "day", "number"], sold + long_ago),
    }
    story = Story(folder, sheets, CONFIG + exposure + TRACKERS)
    story.settle()
    return story


def said(story: Story, merchant: str) -> tuple[Any, str]:
    record = next(
        one for one in story.ws.store.records("cases").values() if one.values["merchant"] == merchant
    )
    return record.values["merchant_repeat"], record.values["merchant_repeat_why"]


def test_by_count_alone_the_largest_repeats(tmp_path: Path) -> None:
    story = start(tmp_path, "")
    assert said(story, "Big")[0] is True


@pytest.mark.parametrize(("exposure", "noun"), [(BY_KEY, "orders"), (BY_DAY, "units")])
def test_by_rate_it_is_the_one_with_many_cases_for_its_orders(
    tmp_path: Path, exposure: str, noun: str
) -> None:
    story = start(tmp_path, exposure)
    assert said(story, "Big")[0] is False
    flagged, why = said(story, "Bad")
    assert flagged is True
    assert why.startswith(f"12 cases in 90 days over 100 {noun}; ")
    assert story.idle()


def test_another_exposure_makes_another_answer(tmp_path: Path) -> None:
    story = start(tmp_path, BY_KEY)
    story.type("shops", "Bad", orders=2000)
    story.settle()
    assert said(story, "Bad")[0] is False


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ('{ merchant = "merchant.orders" }', "there is no table 'merchant'. Did you mean 'merchants'?"),
        (
            '{ merchant = "merchants.order" }',
            "'order' is no column of numbers in merchants. Did you mean 'orders'?",
        ),
        ('{ seller = "merchants.orders" }', "'seller' is none of repeats."),
        ('{ merchant = "orders" }', 'is written as "merchants.orders"'),
        (
            '{ merchant = { of = "sold.number", date = "number" } }',
            "'number' is no column of dates and times in sold.",
        ),
        ("{ merchant = 3 }", 'is written as "merchants.orders"'),
    ],
)
def test_mistakes_are_named(tmp_path: Path, wrong: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"{CONFIG}exposure = {wrong}\n", tmp_path / "sheetops.toml")
    assert message in str(caught.value)
