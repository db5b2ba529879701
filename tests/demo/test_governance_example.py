"""The example of live-governance: everything that governance.toml says is hidden in it is found by sheetops itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sheetops import report_verbs
from sheetops.cli.main import cli
from sheetops.demo.governance import example, plants, said
from sheetops.demo.governance_workspace import begin_with_example
from sheetops.library import Workspace, open_workspace

NOW = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PLANTS = said()["plants"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("scipy", reason="patterns and anomalies: pip install 'sheetops[columns]'")
    where = tmp_path_factory.mktemp("governance")
    _, done = begin_with_example(where, NOW)
    assert done.exit_code == 0
    return where


@pytest.fixture
def ws(folder: Path) -> Iterator[Workspace]:
    with open_workspace(folder, now=lambda: NOW) as ws:
        yield ws


def table(ws: Workspace, name: str) -> list[dict[str, Any]]:
    return [dict(record.values) for record in ws.store.records(name).values()]


def test_two_thousand_cases_of_eighteen_months_in_agreement_with_their_workbooks(ws: Workspace) -> None:
    cases = table(ws, "cases")
    assert len(cases) > 2000
    assert (NOW - min(case["detected_at"] for case in cases)).days > 530
    assert ws.held() == []
    assert ws.plan().is_empty


def test_the_same_seed_makes_the_same_example_and_another_one_another() -> None:
    assert example(NOW, cases=50) == example(NOW, cases=50)
    assert example(NOW, cases=50) != example(NOW, 8, cases=50)


def test_a_case_has_a_course_in_the_journal(ws: Workspace) -> None:
    closed = next(case for case in table(ws, "cases") if case["status"] == "closed")
    states = [entry.new for entry in ws.history(closed["case_id"], "status")]
    assert states[-1] == "closed"
    assert "in_review" in states
    assert {"scenario", "misjudgement", "crunch", "repeat", "incident", "campaign", "stale", "theme", "overdue"} == set(plants())  # fmt: skip


def test_the_scenario_that_recurs_is_a_new_pattern(ws: Workspace) -> None:
    plant = PLANTS["scenario"]
    found = {row["pattern"]: row for row in table(ws, "patterns")}
    row = found[f"{plant['policy']} x {plant['market']} x {plant['surface']}"]
    assert (row["trend"], row["state"]) == ("new", "current")
    assert row["size"] >= plant["cases"]
    assert len(found) <= 4, list(found)


def test_the_wrong_decisions_after_a_new_version_are_high_risk(ws: Workspace) -> None:
    plant = PLANTS["misjudgement"]
    row = next(row for row in table(ws, "patterns") if row["pattern"].startswith(f"{plant['policy']} x {plant['market']}"))  # fmt: skip
    assert row["risk"] == "high"
    assert "overturned" in row["why"]
    wrong = [case for case in table(ws, "cases") if case["root_cause"] == plant["root_cause"]]
    assert len(wrong) >= 10
    assert {(case["policy_version"], case["market"]) for case in wrong} == {
        (plant["version"], plant["market"])
    }


def test_the_fortnight_in_which_a_queue_did_not_keep_up_is_breached(ws: Workspace) -> None:
    plant = PLANTS["crunch"]
    begins = NOW - plant["ago"] * DAY

    def late(case: dict[str, Any]) -> bool:
        return str(case["first_response_state"]) in ("met late", "breached")

    cases = [case for case in table(ws, "cases") if case["queue"] == plant["queue"]]
    inside = [case for case in cases if begins <= case["detected_at"] < begins + plant["days"] * DAY]
    outside = [case for case in cases if case not in inside]
    assert sum(map(late, inside)) >= 0.9 * len(inside) > 40
    assert sum(map(late, outside)) <= 0.02 * len(outside)


def test_the_merchant_that_does_it_again_is_marked_and_no_other(ws: Workspace) -> None:
    marked = {case["merchant"] for case in table(ws, "cases") if case["merchant_standard_repeat"]}
    assert marked == {PLANTS["repeat"]["merchant"]}


def test_the_break_in_traffic_names_the_shop_and_the_release(ws: Workspace) -> None:
    plant = PLANTS["incident"]
    (incident,) = [row for row in table(ws, "incidents") if row["signal"] == "viewers of traffic"]
    assert incident["series"] == f"{plant['market']} · all"
    assert (incident["direction"], incident["points"]) == ("low", plant["days"])
    assert incident["started"].date() == (NOW - plant["ago"] * DAY).date()
    assert incident["explained_by"].startswith(f"seller = {plant['seller']}")
    assert plant["release"] in incident["also_changed"]


def test_the_campaign_calls_nobody(ws: Workspace) -> None:
    plant = PLANTS["campaign"]
    rows = [row for row in table(ws, "traffic") if row["market"] == plant["market"] and str(row["viewers_why"]).startswith("expected: campaign")]  # fmt: skip
    assert {row["viewers_anomaly"] for row in rows} == {"none"}
    assert len({row["at"] for row in rows}) == plant["days"]


def test_the_page_for_an_old_version_is_stale(ws: Workspace) -> None:
    stale = {row["title"] for row in table(ws, "playbooks") if "stale" in str(row["to_mend"])}
    assert stale == {PLANTS["stale"]["title"]}


def test_the_weekly_update_tells_of_it(ws: Workspace) -> None:
    text = "\n".join(report_verbs.weekly(ws).lines)
    assert text.startswith("# Weekly update 2026-W47")
    for said_of in (
        f"{PLANTS['scenario']['policy']} x {PLANTS['scenario']['market']}", PLANTS["stale"]["title"],
        "appeal\\_process: received", "follow-ups overdue 5", "self-selected",
    ):  # fmt: skip
        assert said_of in text, said_of
    assert text == "\n".join(report_verbs.weekly(ws).lines)


def test_another_template_has_no_example(tmp_path: Path) -> None:
    answer = CliRunner().invoke(cli, ["init", "live-cases", "--example", "-C", str(tmp_path / "new")])
    assert answer.exit_code != 0
    assert answer.output.startswith("The template live-cases has no example.\nNothing was written.\n")
    assert not (tmp_path / "new").exists()
