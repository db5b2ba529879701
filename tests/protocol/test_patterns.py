"""Patterns in a sync: columns of the cases, a table of scenarios with names that stay, spellings confirmed once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .story import HEADERS, Story, notes_of

ATTRIBUTES = ("policy", "market", "surface")
POLICIES = ("Misleading claims", "Counterfeit", "Unsafe goods", "Spam")
MARKETS = ("UK", "IE", "DE", "FR", "ES")
SURFACES = ("LIVE", "Shop", "Video")
HEADER = ["case_id", "opened", "policy", "market", "surface", "outcome", "merchant", "summary"]
MADE = ["pattern_id", "pattern", "pattern_size", "pattern_trend", "pattern_risk", "pattern_why"]
PATTERNS = [
    "pattern_id",
    "pattern",
    "state",
    "size",
    "expected",
    "trend",
    "risk",
    "overturned_yes",
    "why",
    "status",
    "owner",
    "reason",
]
CONFIG = """
[workspace]
timezone = "Europe/London"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
opened = { type = "date" }
policy = { type = "text" }
market = { type = "text" }
surface = { type = "text" }
outcome = { type = "choice", choices = ["overturned", "upheld"] }
merchant = { type = "text" }
summary = { type = "text" }
[patterns.cases]
date = "opened"
attributes = ["policy", "market", "surface"]
text = "summary"
repeats = ["merchant"]
[patterns.cases.outcomes]
overturned = { when = "outcome == 'overturned'", of = "outcome != blank" }
"""
TODAY = dt.date(2026, 1, 1)
PLANTED = {"policy": "Misleading claims", "market": "UK", "surface": "LIVE"}


def heads(columns: list[str]) -> list[Any]:
    """The headers of columns, as the stories' sheets have them."""
    return [HEADERS.get(one, one) for one in columns]


def sheet(name: str, table: str, columns: list[str]) -> str:
    shown = "\n".join(f'"{HEADERS.get(one, one)}" = "{one}"' for one in columns)
    return f'[trackers.{name}]\nfile = "{name}"\nbackend = "memory"\ntab = "Cases"\ntable = "{table}"\ndelete = true\n[trackers.{name}.columns]\n{shown}\n'


TEXT = CONFIG + sheet("desk", "cases", [*HEADER, *MADE, "merchant_repeat", "similar_cases"]) + sheet("patterns", "patterns", PATTERNS)  # fmt: skip


def rows(planted: int = 30, usual: int = 600) -> list[list[Any]]:
    """Cases of eight months in which nothing is strange, and some of the last month that have one scenario."""
    chance = np.random.default_rng(7)
    found: list[list[Any]] = [heads([*HEADER, *MADE, "merchant_repeat", "similar_cases"])]
    for number in range(usual + planted):
        strange = number >= usual
        pick = {
            name: str(chance.choice(values))
            for name, values in zip(ATTRIBUTES, (POLICIES, MARKETS, SURFACES), strict=True)
        }
        values = PLANTED if strange else pick
        day = TODAY - dt.timedelta(days=int(chance.integers(0, 27 if strange else 240)))
        outcome = str(chance.choice(["overturned", "upheld"], p=[0.8, 0.2] if strange else [0.1, 0.9]))
        merchant = "M-1" if strange and number % 2 else f"M-{int(chance.integers(2, 200))}"
        summary = "Seller promised that the cream heals eczema within three days of use" if strange else f"Listing {int(chance.integers(10**6))} reported by buyer {chance.choice(list('abcdefgh'))} for {chance.choice(['size', 'colour', 'smell', 'delay'])}"  # fmt: skip
        found.append(
            [f"C-{number:04d}", day, *values.values(), outcome, merchant, summary, *[None] * (len(MADE) + 2)]
        )
    return found


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, {"desk": rows(), "patterns": [heads(PATTERNS)]}, TEXT)
    story.settle()
    return story


def patterns(story: Story) -> dict[str, dict[str, Any]]:
    return {key: dict(record.values) for key, record in story.ws.store.records("patterns").items()}


def the_planted(story: Story) -> tuple[str, dict[str, Any]]:
    return next((key, row) for key, row in patterns(story).items() if row["pattern"] == "Misleading claims x UK x LIVE")  # fmt: skip


def test_a_planted_scenario_is_found_and_stands_beside_its_cases(story: Story) -> None:
    key, row = the_planted(story)
    assert (row["state"], row["trend"], row["risk"]) == ("current", "rising", "high")
    assert row["size"] >= 30
    assert "overturned" in row["why"]
    case = "C-0629"
    assert [story.cell("desk", case, name) for name in MADE[:2]] == [key, row["pattern"]]
    assert story.cell("desk", case, "pattern_size") == row["size"]
    assert story.cell("desk", case, "pattern_why").startswith(
        f"{key} Misleading claims x UK x LIVE: {row['size']} in 28 days"
    )
    assert story.cell("patterns", key, "risk") == "high"
    assert story.idle()


def test_few_others_are_found_where_nothing_is_strange(story: Story) -> None:
    others = [
        row["pattern"]
        for row in patterns(story).values()
        if row["pattern"] != the_planted(story)[1]["pattern"]
    ]
    assert len(others) <= 1, others


def test_a_merchant_that_repeats_and_cases_that_tell_one_story_are_marked(story: Story) -> None:
    assert story.cell("desk", "C-0629", "merchant_repeat") is True
    assert story.cell("desk", "C-0001", "merchant_repeat") is not True
    assert "C-06" in story.cell("desk", "C-0629", "similar_cases")


def test_a_dismissed_pattern_stays_dismissed_and_marks_no_case(story: Story) -> None:
    key, _ = the_planted(story)
    story.type("patterns", key, status="dismissed")
    done = story.sync()
    said = [note for plan in done.plans for note in plan.all_notes]
    assert any(f"{key} is dismissed without a reason" in note for note in said), said
    assert story.cell("desk", "C-0629", "pattern_id") != key
    story.type("patterns", key, reason="Known: the agency of the campaign")
    story.type("desk", "C-0001", market="FR")
    story.settle()
    assert patterns(story)[key]["status"] == "dismissed"
    assert story.cell("desk", "C-0629", "pattern_id") != key
    assert story.idle()


def test_a_pattern_keeps_its_name_while_time_goes_on_and_is_gone_after(story: Story) -> None:
    key, before = the_planted(story)
    story.type("patterns", key, owner="ana", status="accepted")
    story.settle()
    story.time += dt.timedelta(days=3)
    story.settle()
    now = patterns(story)[key]
    assert (now["pattern"], now["owner"], now["state"]) == (before["pattern"], "ana", "current")
    assert now["first_seen"] == TODAY
    assert now["last_seen"] == TODAY + dt.timedelta(days=3)
    story.time += dt.timedelta(days=60)
    story.settle()
    gone = patterns(story)[key]
    assert (gone["state"], gone["owner"]) == ("gone", "ana")
    assert story.cell("desk", "C-0629", "pattern_id") is None
    assert story.idle()


def test_within_a_day_nothing_changes_by_the_time_alone(story: Story) -> None:
    story.time += dt.timedelta(hours=20)
    assert story.idle()


def test_it_is_explained_by_case_and_by_pattern(story: Story) -> None:
    from sheetops import actions

    key, row = the_planted(story)
    said = "\n".join(actions.explain(story.ws, "C-0629", "pattern").lines)
    assert f"C-0629 is in {key}" in said
    assert "exact 95 % interval" in said
    assert f"{key}: {row['why']}" in actions.explain(story.ws, key, "pattern").lines
    other = "\n".join(actions.explain(story.ws, "C-0001", "pattern").lines)
    assert "are known" in other or "C-0001 is in" in other
    together = "\n".join(actions.explain_row(story.ws, "C-0629").lines)
    assert "merchant M-1:" in together
    assert "cases tell it" in together


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: {"opened": None}, lambda row: {"policy": None, "market": None, "surface": None},
        lambda row: {"opened": dt.date(2030, 1, 1)}, lambda row: {"policy": "same", "market": "same", "surface": "same"},
        lambda row: {"summary": "😀😀"}, lambda row: {"summary": ""}, lambda row: {"policy": f"P{row}"},
    ],
)  # fmt: skip
def test_bad_input_is_not_judged_and_stops_no_sync(tmp_path: Path, spoil: Any) -> None:
    bad = rows(0, 40)
    for number, row in enumerate(bad[1:]):
        for name, value in spoil(number).items():
            row[HEADER.index(name)] = value
    story = Story(tmp_path, {"desk": bad, "patterns": [heads(PATTERNS)]}, TEXT)
    done = story.settle()
    assert not [note for note in notes_of(done) if "were not computed" in note], notes_of(done)
    assert story.ws.store.count("cases") == 40
    assert story.idle()


STANDARD = CONFIG.replace("[patterns.cases]", '[standardise.cases]\nfields = ["policy", "market"]\n[patterns.cases]').replace('["policy", "market", "surface"]', '["policy_standard", "market", "surface"]')  # fmt: skip
SPELLINGS = ["spelling", "field", "typed", "proposed", "tier", "confirmed"]


@pytest.fixture
def spelled(tmp_path: Path) -> Story:
    made = rows(0, 80)
    made[0] = heads([*HEADER, "policy_standard"])
    for number, row in enumerate(made[1:]):
        row[len(HEADER) :] = [None]
        row[HEADER.index("policy")] = {3: "misleading  CLAIMS", 4: "Mislaeding claims"}.get(number, row[2])
    text = STANDARD + sheet("desk", "cases", [*HEADER, "policy_standard"]) + sheet("spellings", "spellings", SPELLINGS)  # fmt: skip
    story = Story(tmp_path, {"desk": made, "spellings": [heads(SPELLINGS)]}, text)
    story.settle()
    return story


def the_typo(story: Story) -> tuple[str, dict[str, Any]]:
    return next((k, dict(r.values)) for k, r in story.ws.store.records("spellings").items() if r.values["typed"] == "Mislaeding claims")  # fmt: skip


def test_a_spelling_is_proposed_and_never_applied_by_itself(spelled: Story) -> None:
    assert spelled.cell("desk", "C-0003", "policy_standard") == "Misleading claims", (
        "only case and spaces differ"
    )
    assert spelled.cell("desk", "C-0004", "policy_standard") == "Mislaeding claims"
    _, row = the_typo(spelled)
    assert (row["proposed"], row["tier"], row["confirmed"]) == ("Misleading claims", "sure", None)


@pytest.mark.parametrize(
    ("said", "standard"), [("yes", "Misleading claims"), ("no", "Mislaeding claims"), ("Spam", "Spam")]
)
def test_a_person_is_asked_once_and_the_raw_value_is_kept(spelled: Story, said: str, standard: str) -> None:
    key, _ = the_typo(spelled)
    spelled.type("spellings", key, confirmed=said)
    spelled.settle()
    assert spelled.cell("desk", "C-0004", "policy_standard") == standard
    assert spelled.cell("desk", "C-0004", "policy") == "Mislaeding claims"
    assert the_typo(spelled)[1]["confirmed"] == said
    spelled.type("desk", "C-0005", policy="Mislaeding claims")
    done = spelled.settle()
    assert spelled.cell("desk", "C-0005", "policy_standard") == standard
    assert not [note for note in notes_of(done) if "wait to be confirmed" in note]
    assert spelled.idle()
