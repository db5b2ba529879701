"""Which cells explain that a total moved: planted causes, noise without any, and words."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sheetops.columns.anomalies import attribute

_FILE = Path(__file__).parents[3] / "scripts" / "benchmarks" / "_incidents.py"
_SPEC = importlib.util.spec_from_file_location("_incidents", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
incidents = importlib.util.module_from_spec(_SPEC)
sys.modules["_incidents"] = incidents
_SPEC.loader.exec_module(incidents)


def named(found: pd.DataFrame) -> set[Any]:
    """Return the causes that were found."""
    return {cause for cause in found["cause"] if cause}


def f1(seeds: range, **settings: Any) -> float:
    """Return F1 of exact causes over seeded incidents."""
    right = wrong = missed = 0
    for seed in seeds:
        made = incidents.make(seed, **settings)
        found = named(attribute(made.cells, made.dimensions, **made.columns))
        right += len(found & made.causes)
        wrong += len(found - made.causes)
        missed += len(made.causes - found)
    return 2 * right / (2 * right + wrong + missed)


def views(
    fall: dict[tuple[str, str], float], markets: str = "UK DE FR ES", surfaces: str = "LIVE FEED SHOP"
) -> Any:
    """Return views by market and surface, a few per cent off the forecast; some cells keep only a part of theirs."""
    chance = np.random.default_rng(3)
    rows = [
        (
            market,
            surface,
            device,
            100 * fall.get((market, surface), 1.0) * (1 + 0.03 * chance.normal()),
            100.0,
        )
        for market in markets.split()
        for surface in surfaces.split()
        for device in ("ios", "android", "web", "tv")
    ]
    return pd.DataFrame(rows, columns=["market", "surface", "device", "views", "forecast"])


def explained(frame: pd.DataFrame, **settings: Any) -> pd.DataFrame:
    """Attribute views to market, surface and device."""
    dimensions = ["market", "surface", "device"]
    return attribute(frame, dimensions, actual="views", expected="forecast", **settings)


@pytest.mark.parametrize(("causes", "least"), [(1, 0.9), (2, 0.8), (3, 0.8)])
def test_planted_causes_of_totals_are_found(causes: int, least: float) -> None:
    assert f1(range(100, 115), causes=causes) >= least
    assert f1(range(100, 115), causes=causes, noise="counts") >= least


@pytest.mark.parametrize(("causes", "least"), [(1, 0.9), (2, 0.8)])
def test_planted_causes_of_rates_are_found(causes: int, least: float) -> None:
    assert f1(range(200, 220), causes=causes, rate=True) >= least


def test_where_nothing_was_planted_nothing_is_found() -> None:
    verdicts = []
    for seed in range(300, 320):
        for kind in ({}, {"noise": "counts"}, {"rate": True}):
            made = incidents.make(seed, causes=0, **kind)
            verdicts.append(attribute(made.cells, made.dimensions, **made.columns)["verdict"][0])
    assert verdicts.count("no clear cause") >= 57  # of 60


def test_a_cell_that_fell_is_named_with_its_numbers() -> None:
    found = explained(views({("UK", "LIVE"): 0.5}))
    assert found["verdict"].tolist() == ["cause"]
    (cause,) = found["cause"]
    assert cause == (("market", "UK"), ("surface", "LIVE"))
    assert 0.8 < found["share"][0] < 1.3
    assert found["actual"][0] == pytest.approx(200, rel=0.1)
    assert found["expected"][0] == 400
    assert found["p_value"][0] < 1e-6
    assert found["why"][0].startswith("market = UK and surface = LIVE: ")
    assert "of the total's fall" in found["why"][0]


def test_two_cells_of_one_market_are_not_the_whole_market() -> None:
    found = explained(
        views({("UK", "LIVE"): 0.5, ("UK", "FEED"): 0.5}, surfaces="LIVE FEED SHOP NEWS ADS CHAT")
    )
    assert named(found) == {(("market", "UK"), ("surface", "LIVE")), (("market", "UK"), ("surface", "FEED"))}


def test_a_fall_everywhere_has_no_clear_cause() -> None:
    frame = views({})
    frame["views"] *= 0.8
    (row,) = explained(frame).to_dict("records")
    assert row["verdict"] == "no clear cause"
    assert "all cells fell by about 20 %" in row["why"]


def test_beside_a_fall_everywhere_the_cell_that_fell_more_is_named() -> None:
    frame = views({("UK", "LIVE"): 0.4})
    frame["views"] *= 0.8
    found = explained(frame)
    assert named(found) == {(("market", "UK"), ("surface", "LIVE"))}
    assert "beside it all cells fell by about 20 %" in found["why"][0]


def test_a_rate_that_fell_in_one_place_is_told_in_per_cent() -> None:
    frame = views({})
    frame["views"], frame["before"] = 2_000.0, 8_000.0
    low = (frame["market"] == "DE") & (frame["device"] == "ios")
    frame["clicks"] = np.where(low, 40, 200.0)
    frame["clicks_before"] = 800.0
    found = attribute(
        frame,
        ["market", "surface", "device"],
        actual="clicks",
        expected="clicks_before",
        actual_of="views",
        expected_of="before",
    )
    assert named(found) == {(("market", "DE"), ("device", "ios"))}
    assert found["actual"][0] == pytest.approx(0.02)
    assert found["expected"][0] == pytest.approx(0.1)
    assert "2.0 % (120 of 6,000), 10 % expected" in found["why"][0]


def test_a_mean_that_rose_is_attributed_too() -> None:
    frame = views({("UK", "LIVE"): 2.0}).assign(cases=10.0, cases_before=10.0)
    found = explained(frame, actual_of="cases", expected_of="cases_before")
    assert named(found) == {(("market", "UK"), ("surface", "LIVE"))}
    assert "each, 10 expected" in found["why"][0]


def test_the_order_of_rows_and_how_they_are_split_do_not_matter() -> None:
    frame = views({("UK", "LIVE"): 0.5})
    halves = pd.concat([frame, frame]).assign(
        views=lambda f: f["views"] / 2, forecast=lambda f: f["forecast"] / 2
    )
    shuffled = halves.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(explained(frame), explained(shuffled), rtol=1e-9)


def test_values_keep_their_type_and_blanks_are_one_value() -> None:
    frame = views({})
    frame["market"] = frame["market"].astype(object).map({"UK": None, "DE": 2, "FR": "FR", "ES": " "})
    frame["surface"] = frame["surface"].astype(object).map({"LIVE": 7, "FEED": "FEED", "SHOP": "SHOP"})
    frame["views"] *= np.where((frame["market"] == 2) & (frame["surface"] == 7), 0.4, 1.0)
    assert named(explained(frame)) == {(("market", 2), ("surface", 7))}
    blank = frame["market"].isna() | (frame["market"] == " ")
    frame["views"] = frame["forecast"] * np.where(blank & (frame["device"] == "ios"), 0.4, 1.01)
    assert named(explained(frame)) == {(("market", "(blank)"), ("device", "ios"))}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda frame: frame.iloc[:0], "there are no rows"),
        (lambda frame: frame.iloc[:1], "each of market, surface, device has one value only"),
        (lambda frame: frame.assign(views=np.nan), "48 of 48 rows have no number"),
        (lambda frame: frame.assign(views="many"), "48 of 48 rows have no number"),
        (lambda frame: frame.assign(views=math.inf), "48 rows have an infinite number"),
        (lambda frame: frame.assign(views=-1.0), "48 of 48 rows have a negative number"),
        (lambda frame: frame.assign(views=0.0, forecast=0.0), "all numbers are 0"),
    ],
)
def test_what_cannot_be_judged_says_why(change: Any, reason: str) -> None:
    (row,) = explained(change(views({}))).to_dict("records")
    assert row["verdict"] == "not judged"
    assert row["cause"] == ()
    assert row["why"].startswith(f"not judged: {reason}")


def test_a_total_as_expected_has_no_cause() -> None:
    frame = views({}).assign(views=100.0)
    assert explained(frame)["why"].tolist() == ["no clear cause: the total is as expected"]


def test_fifty_thousand_policies_are_looked_at() -> None:
    chance = np.random.default_rng(8)
    frame = pd.DataFrame({"policy": np.arange(50_000), "market": chance.integers(0, 5, 50_000)})
    frame["forecast"] = 100.0
    frame["views"] = chance.poisson(np.where(frame["market"] == 3, 50, 100)).astype(float)
    found = attribute(frame, ["policy", "market"], actual="views", expected="forecast")
    assert named(found) == {(("market", 3),)}


def test_a_wrong_call_is_told_to_the_caller() -> None:
    frame = views({})
    with pytest.raises(ValueError, match="no column 'land'"):
        attribute(frame, ["land"], actual="views", expected="forecast")
    with pytest.raises(ValueError, match="both denominators"):
        attribute(frame, ["market"], actual="views", expected="forecast", actual_of="device")
    with pytest.raises(ValueError, match="at least one dimension"):
        attribute(frame, [], actual="views", expected="forecast")
