"""Conditions such as `market == 'UK' and status != 'closed'`, and the nearest name."""

from __future__ import annotations

import datetime as dt

import pytest

from sheetops.model.condition import Condition
from sheetops.model.errors import ConfigError
from sheetops.model.nearest import did_you_mean, nearest

RECORD = {
    "market": "UK",
    "status": "open",
    "count": 3,
    "due": dt.date(2024, 5, 1),
    "done": False,
    "note": None,
}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("market == 'UK'", True),
        ("market != 'UK'", False),
        ("market == 'UK' and status != 'closed'", True),
        ("market == 'IE' or count >= 3", True),
        ("not (market == 'UK')", False),
        ("market in ('UK', 'IE')", True),
        ("market not in ['UK']", False),
        ("1 < count < 5", True),
        ("count > -1", True),
        ("note == blank", True),
        ("note is blank", True),
        ("market is not blank", True),
        ("note > 3", False),
        ("note < 3", False),
        ("done == false", True),
        ("not done", True),
        ("due >= '2024-05-01'", True),
        ("due < '2024-05'", False),
        ("'2024-06-01' > due", True),
        ("missing == blank", True),
    ],
)
def test_condition(text: str, met: bool) -> None:
    assert Condition(text).matches(RECORD) is met


def test_fields_of_a_condition() -> None:
    assert Condition("market == 'UK' and not done or note == blank").fields == {"market", "done", "note"}


@pytest.mark.parametrize(
    "text",
    ["market =", "market.upper() == 'UK'", "__import__('os')", "[x for x in 'a']", "lambda: 1", "1 + 1", ""],
)
def test_what_conditions_do_not_have_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        Condition(text).matches(RECORD)


def test_nearest() -> None:
    assert nearest("opne", ["open", "closed"]) == "open"
    assert nearest(" OPEN ", ["Open"]) == "Open"
    assert nearest("xyz", ["open", "closed"]) is None
    assert nearest("x", []) is None
    assert did_you_mean("sattus", ["status"]) == " Did you mean 'status'?"
    assert did_you_mean("qq", ["status"]) == ""
