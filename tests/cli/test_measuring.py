"""`sheetops columns effect` and `columns reviewers`, on 60 weeks of cases in which a measure worked in one market."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sheetops.cli.main import cli
from sheetops.library import open_workspace

from ..trackers import workbooks

CONFIG = """
[workspace]
timezone = "Europe/London"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
opened = { type = "date" }
market = { type = "text" }
policy = { type = "text" }
reviewer = { type = "text" }
outcome = { type = "text" }
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case" = "case_id"
"Opened" = "opened"
"Market" = "market"
"Policy" = "policy"
"Reviewer" = "reviewer"
"Outcome" = "outcome"
"""
WEEKS, BEGAN = 60, 36
FIRST = dt.date(2025, 1, 6)
SINCE = FIRST + dt.timedelta(weeks=BEGAN)
TREATED, OTHERS = ("UK", "IE", "DE", "FR"), ("ES", "IT", "NL", "PL")
NOW = dt.datetime.combine(FIRST + dt.timedelta(weeks=WEEKS), dt.time(9), dt.UTC)


def cases() -> list[list[Any]]:
    """Eight markets with about 8 cases a week; from the measure on half as many in four of them. Ann is overturned often."""
    chance = np.random.default_rng(5)
    rows: list[list[Any]] = [["Case", "Opened", "Market", "Policy", "Reviewer", "Outcome"]]
    for week in range(WEEKS):
        for market in (*TREATED, *OTHERS):
            mean = 8 * (0.5 if week >= BEGAN and market in TREATED else 1)
            for _ in range(chance.poisson(mean)):
                day = FIRST + dt.timedelta(days=7 * week + int(chance.integers(7)))
                who = str(chance.choice(["ann", "bob", "cyd", "dan"]))
                bad = chance.random() < (0.4 if who == "ann" else 0.1)
                rows.append(
                    [f"C{len(rows):05d}", day, market, "Spam", who, "overturned" if bad else "upheld"]
                )
    rows += [[f"D{n}", FIRST, "UK", "Spam", who, "upheld"] for n, who in enumerate(("eve", "fay"))]
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("measured")
    (place / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    workbooks.make(place / "Desk.xlsx", cases())
    with open_workspace(place, now=lambda: NOW) as ws:
        assert ws.sync().exit_code == 0
    return place


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["columns", *words, "-C", str(folder)])


def effect(folder: Path, *words: str) -> dict[str, Any]:
    result = run(folder, "effect", "cases", "--since", f"{SINCE}", *words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_units_against_units_find_the_effect_and_say_how_far_to_trust_it(folder: Path) -> None:
    where = f"market in {list(TREATED)}"
    against = [word for market in OTHERS for word in ("--against", f"market={market}")]
    found = effect(folder, "--where", where, "--units", "market", *against)
    assert (found["verdict"], found["kind"]) == ("effect", "units")
    assert 0.4 < found["estimate"] < 0.65
    said = "\n".join(found["said"])
    assert (
        f"cases where {where} (4 groups by market), against market=ES, market=IT, market=NL, market=PL (4 groups): 36 weeks before 2025-09-15"
        in said
    )
    assert "Cases a week fell from" in said
    assert (
        "where nothing happened, this way finds an effect in 5 % of trials (nominal 5 %; comparing the average before and after, 39 %)"
        in said
    )


def test_without_a_comparison_it_is_a_series_of_its_own(folder: Path) -> None:
    found = effect(folder, "--where", f"market in {list(TREATED)}")
    assert found["kind"] == "series"
    assert found["estimate"] < 0.7
    assert effect(folder, "--where", "market == 'ES'")["verdict"] == "no clear effect"


def test_one_series_against_others_and_the_rest_is_treated_where_nothing_is_said(folder: Path) -> None:
    against = [word for market in OTHERS for word in ("--against", f"market={market}")]
    found = effect(folder, *against)
    assert (found["verdict"], found["kind"]) == ("effect", "distance")
    assert "from 4 comparison series" in found["method"]


def test_a_share_is_counted_of_what_there_was(folder: Path) -> None:
    found = effect(folder, "--rate", "outcome == 'overturned'")
    assert found["verdict"] == "no clear effect"
    assert 0.1 < found["before"] < 0.3
    assert "The share of cases with outcome == 'overturned'" in found["said"][1]


def test_weeks_that_are_not_whole_are_left_out_and_named(folder: Path) -> None:
    result = run(folder, "effect", "cases", "--since", f"{SINCE + dt.timedelta(days=2)}", "--date", "opened")
    assert "The week from 2025-09-15 is left out: the measure began in it." in result.output
    assert "36 weeks before 2025-09-17, 23 since." in result.output
    assert "Nothing after 2026-03-01 is counted: there are no records of any kind since." in result.output


def test_too_early_is_said_with_numbers(folder: Path) -> None:
    late = FIRST + dt.timedelta(weeks=WEEKS - 2)
    result = run(folder, "effect", "cases", "--since", f"{late}")
    assert result.exit_code == 0
    assert "not judged: too early: 2 of 4 points after" in result.output
    assert (
        "not judged"
        in run(folder, "effect", "cases", "--since", f"{late}", "--where", "market == 'XX'").output
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--date", "openned"), "'openned' is no date of cases. Did you mean 'opened'?"),
        (("--where", "markt == 'UK'"), "cases has no field 'markt'. Did you mean 'market'?"),
        (("--where", "market =="), "cannot be read"),
        (("--against", "market"), "Write it like: --against market=DE"),
        (("--against", "market=Es"), "No record of cases has market=Es. Did you mean 'ES'?"),
        (("--units", "market"), "Add those they are compared with"),
    ],
)
def test_what_cannot_be_meant_is_said(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = run(folder, "effect", "cases", "--since", f"{SINCE}", *words)
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output


def test_reviewers_are_compared_policy_by_policy_and_small_samples_are_not_named(folder: Path) -> None:
    asked = (
        "reviewers",
        "cases",
        "--reviewer",
        "reviewer",
        "--policy",
        "policy",
        "--overturned",
        "outcome == 'overturned'",
    )
    result = run(folder, *asked)
    assert result.exit_code == 0, result.output
    assert "    ann: " in result.output
    assert "eve" not in result.output
    assert "others (n too small): not judged: 2 reviewers" in result.output
    rows = json.loads(run(folder, *asked, "--json").output)["overturns"]
    verdicts = {row["reviewer"]: row["verdict"] for row in rows}
    assert verdicts["ann"] == "more overturned than peers"
    assert [row["reviewer"] for row in rows][:4] == ["ann", "bob", "cyd", "dan"], "by name, never by rate"


def test_agreement_is_told_of_policies_and_of_nobody(folder: Path) -> None:
    asked = ("--reviewer", "reviewer", "--policy", "policy", "--case", "case_id", "--label", "outcome")
    result = run(folder, "reviewers", "cases", *asked)
    assert "Spam: not judged: 0 of 20 cases were reviewed by two people" in result.output
    nothing = run(folder, "reviewers", "cases", *asked[:4])
    assert nothing.exit_code == 2
    assert "It is not said when a decision of cases was overturned." in nothing.output
