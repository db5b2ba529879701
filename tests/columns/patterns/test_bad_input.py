"""Whatever people's tables hold, mining says what it could not judge, and never raises."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.patterns import mine, pattern_columns

from .planted import AS_OF, planted

FRAME = planted(2_000, sizes=(60,), seed=1).frame
ATTRIBUTES = ["market", "surface", "policy"]
N = len(FRAME)


def asked(frame: pd.DataFrame, attributes: list[Any] | None = None, **more: Any) -> pd.DataFrame:
    told = {"as_of": AS_OF, "date": "opened_at", "window": 28, **more}
    shown = pattern_columns(
        frame.assign(case=range(len(frame))), key="case", attributes=attributes or ATTRIBUTES, **told
    )
    assert len(shown.cases) == len(frame)
    return mine(frame, ATTRIBUTES if attributes is None else attributes, **told)


def turned(values: list[Any]) -> pd.Series:
    return pd.Series((values * N)[:N], index=FRAME.index, dtype=object)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (FRAME.head(0), "not judged: too few cases: 0 of 20 in 28 days"),
        (FRAME.head(1), "not judged: too few cases"),
        (FRAME.assign(**dict.fromkeys(ATTRIBUTES, "same")), "not judged: all cases are alike in all attributes"),
        (FRAME.assign(**dict.fromkeys(ATTRIBUTES)), "not judged: 0 of at least 2 attributes have values that recur"),
        (FRAME.assign(**dict.fromkeys(ATTRIBUTES, "")), "not judged: 0 of at least 2 attributes"),
        (FRAME.assign(opened_at=AS_OF + pd.Timedelta(days=2)), "2,000 cases are dated after the time asked about"),
        (FRAME.assign(opened_at=pd.NaT), "2,000 cases have no date in 'opened_at'"),
        (FRAME.assign(opened_at=7), "2,000 cases have no date in 'opened_at'"),
        (FRAME.drop(columns="opened_at"), "not judged: there is no column 'opened_at'"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_says_why(frame: pd.DataFrame, reason: str) -> None:
    table = asked(frame)
    assert table.empty
    assert any(reason in note for note in table.attrs["notes"])
    assert table.attrs["notes"][0].startswith("not judged: ")


@pytest.mark.parametrize(
    "column",
    [
        turned([1, "1", 1.0, True, None, b"x", (1, 2), pd.Timestamp("2026-01-01")]),
        turned([[1], {"a": 1}, {2}, "x"]),
        turned([np.inf, -np.inf, np.nan, 1e300, 0.1]),
        turned(["\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467"]),
        turned(["\ud800", "b"]),
        turned(["x" * 1_000_000 + "1", "x" * 1_000_000 + "2", ""]),
        turned([pd.NaT, pd.NA, None]),
        pd.Series(pd.Categorical(turned(["a", "b", None])), FRAME.index),
        pd.Series(range(N), FRAME.index),
    ],
    ids=[
        "mixed",
        "unhashable",
        "infinite",
        "emoji",
        "surrogates",
        "megabytes",
        "missing",
        "categorical",
        "distinct",
    ],
)
def test_values_of_any_kind_are_taken_as_they_are(column: pd.Series) -> None:
    assert isinstance(asked(FRAME.assign(policy=column)).attrs["notes"], list)


def test_one_market_still_has_scenarios_of_its_other_attributes() -> None:
    frame = planted(8_000, sizes=(200,), seed=3, depths=(3,)).frame.assign(market="UK")
    assert len(
        asked(
            frame,
            [
                "market",
                "surface",
                "policy",
                "category",
                "seller_segment",
                "source",
                "language",
                "reviewer_team",
            ],
        )
    )


def test_50_000_policies_are_rare_and_left_out() -> None:
    frame = planted(60_000, seed=2).frame
    frame["policy"] = [f"p{i}" for i in np.random.default_rng(1).integers(0, 50_000, len(frame))]
    table = asked(frame)
    assert table.empty
    assert "policy: no value has 5 cases in the window: it is left out" in table.attrs["notes"]


def test_a_column_that_is_not_there_is_left_out_and_said() -> None:
    table = asked(FRAME, ["market", "surface", "huh"])
    assert "There is no column 'huh': it is left out" in table.attrs["notes"]


@pytest.mark.parametrize("attributes", [[], ["market"], ["market", "market"]])
def test_one_attribute_makes_no_combination(attributes: list[str]) -> None:
    table = mine(FRAME, attributes, as_of=AS_OF, date="opened_at", window=28)
    assert table.attrs["notes"][-1].startswith("not judged: ")


def test_dates_may_be_texts_days_with_or_without_zone() -> None:
    days = [dt.date(2026, 6, 20), "2026-06-21", "2026-06-22T10:00Z", pd.Timestamp("2026-06-23"), 5, None, "?", [1],
            dt.datetime(2026, 6, 25, tzinfo=dt.UTC), float("inf")]  # fmt: skip
    assert asked(FRAME.assign(opened_at=turned(days))).attrs["notes"] == [
        "1,000 cases have no date in 'opened_at': not counted"
    ]


@pytest.mark.parametrize(
    "as_of", [AS_OF.tz_localize(None), AS_OF.tz_convert("Asia/Tokyo"), AS_OF.to_pydatetime()]
)
def test_the_time_asked_about_may_have_any_zone_or_none(as_of: pd.Timestamp) -> None:
    pd.testing.assert_frame_equal(asked(FRAME, as_of=as_of), asked(FRAME))


def test_many_attributes_are_looked_into_less_deep() -> None:
    chance = np.random.default_rng(1)
    frame = FRAME.assign(**{f"a{i}": chance.integers(0, 3, N) for i in range(14)})
    notes = asked(frame, [f"a{i}" for i in range(14)]).attrs["notes"]
    assert "14 attributes are many: scenarios have 3 of them at most" in notes
