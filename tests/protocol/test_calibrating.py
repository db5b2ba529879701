"""How often a team's own history would be flagged: signals, counts and patterns, with the line that chooses a rate."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops import calibrating
from sheetops.columns.anomalies import calibrate_rates, detect
from sheetops.model.errors import UnknownName

from . import test_patterns, test_signals
from .story import Story

story = test_signals.story
counted = test_signals.counted


def test_signals_say_for_each_rate_what_it_would_have_flagged_and_how_to_choose_it(story: Story) -> None:
    said = calibrating.calibrate(story.ws, want=3)
    ladder = next(one for one in said.data["ladders"] if one["name"] == "viewers of traffic")
    assert (ladder["part"], ladder["line"]) == ("signals.traffic", "flags_per_1000 = 3")
    usual = next(step for step in ladder["steps"] if step["choice"] == 0)
    flagged = [
        record.values["viewers_anomaly"] in ("low", "high")
        for key, record in story.ws.store.records("traffic").items()
        if "LIVE" in key
    ]
    assert usual["chosen"]
    assert 0 < usual["flags"] <= sum(flagged), (
        "what is flagged in the tracker goes on until the episode is over"
    )
    assert usual["judged"] == 2 * (test_signals.DAYS - 30)
    flags = [step["flags"] for step in ladder["steps"] if step["choice"] > 0]
    assert flags == sorted(flags)
    assert {step["series"] for step in ladder["series"]} == {"UK", "DE"}
    assert "under [signals.traffic]:" in "\n".join(said.lines)
    assert calibrating.calibrate(story.ws, "traffic", want=3).lines == said.lines


def test_choosing_the_line_makes_it_so(story: Story) -> None:
    chosen = test_signals.text().replace("[signals.traffic]", "[signals.traffic]\nflags_per_1000 = 5")
    story.open(chosen)
    steps = calibrating.calibrate(story.ws).data["ladders"][0]["steps"]
    assert [step["choice"] for step in steps if step["chosen"]] == [5]


def test_counts_have_a_ladder_of_alphas_and_say_which_groups_are_too_young(counted: Story) -> None:
    said = calibrating.calibrate(counted.ws)
    (ladder,) = said.data["ladders"]
    assert (ladder["part"], ladder["setting"]) == ("counts.weekly", "alpha")
    assert [step["choice"] for step in ladder["steps"] if step["chosen"]] == [0.005]
    rates = [step["per_thousand"] for step in ladder["steps"]]
    assert rates == sorted(rates)
    at_now = [step for step in ladder["series"] if step["chosen"]]
    now = next(step for step in ladder["steps"] if step["chosen"])
    assert sum(step["flags"] for step in at_now) == now["flags"]
    assert sum(step["judged"] for step in at_now) == now["judged"]


def test_a_young_series_says_how_much_history_it_has(tmp_path: Path) -> None:
    rows = [
        row for row in test_signals.traffic() if not str(row[0]).startswith("DE") or str(row[0])[-3:] < "012"
    ]
    young = test_signals.start(tmp_path, rows)
    young.settle()
    said = calibrating.calibrate(young.ws)
    assert said.data["ladders"][0]["not_judged"] == {"DE": "not judged: 11 of at least 20 points of history"}
    assert "  DE: not judged: 11 of at least 20 points of history" in said.lines


def test_patterns_are_looked_for_where_there_are_none(tmp_path: Path) -> None:
    sheets = {"desk": test_patterns.rows(), "patterns": [test_patterns.heads(test_patterns.PATTERNS)]}
    cases = Story(tmp_path, sheets, test_patterns.TEXT)
    cases.settle()
    one = calibrating.calibrate(cases.ws, shuffles=3)
    rows = one.data["patterns"]["cases"]
    now = next(row for row in rows if row["chosen"])
    assert now["found"] >= 1
    assert now["shuffled"] <= 0.5
    assert calibrating.calibrate(cases.ws, shuffles=3).lines == one.lines, "the shuffles are seeded"


def test_what_is_not_there_is_said(story: Story) -> None:
    with pytest.raises(UnknownName, match=r"Nothing is flagged in 'trafic'\. Did you mean 'traffic'"):
        calibrating.calibrate(story.ws, "trafic")


def test_a_rate_of_a_series_is_the_one_that_detect_would_keep() -> None:
    import numpy as np

    values = np.random.default_rng(1).normal(100, 5, 2_000)
    steps = calibrate_rates(None, values, rates=[2.0]).set_index("rate")
    for rate, settings in ((0.0, {}), (2.0, {"rate": 2.0})):
        assert steps.loc[rate, "flags"] == detect(None, values, **settings)["flag"].sum()
    assert list(steps["chosen"]) == [True, False]
