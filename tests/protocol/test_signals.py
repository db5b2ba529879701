"""Signals and counts in a sync: flags beside the rows, a table of incidents that people judge, a table of counts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetops import actions

from .story import HEADERS, Rows, Story, notes_of

DAYS, DIP = 120, range(100, 104)
FIRST = dt.date(2025, 9, 1)
ROW = ["row", "day", "market", "surface", "viewers", "clicks"]
FLAGS = ["viewers_anomaly", "viewers_expected", "viewers_lower", "viewers_upper", "viewers_score", "viewers_why", "ctr_anomaly", "ctr_why"]  # fmt: skip
INCIDENT = ["incident", "signal", "series", "started", "ended", "points", "direction", "change", "explained_by", "also_changed", "why", "verdict", "owner"]  # fmt: skip
EVENT = ["campaign", "starts", "ends", "title", "market"]
CONFIG = """
[workspace]
timezone = "Europe/London"
[tables.traffic]
key = "row"
[tables.traffic.fields]
row = { type = "text" }
day = { type = "date" }
market = { type = "text" }
surface = { type = "text" }
viewers = { type = "number" }
clicks = { type = "number" }
[tables.campaigns]
key = "campaign"
[tables.campaigns.fields]
campaign = { type = "text" }
starts = { type = "date" }
ends = { type = "date" }
title = { type = "text" }
market = { type = "text" }
[events.campaigns]
start = "starts"
end = "ends"
name = "title"
kind = "campaign"
expected = EXPECTED
match = ["market"]
[signals.traffic]
time = "day"
series = ["market"]
metrics = { viewers = "viewers", ctr = "clicks / viewers" }
dimensions = ["surface"]
"""


def sheet(name: str, table: str, columns: list[str]) -> str:
    shown = "\n".join(f'"{HEADERS.get(one, one)}" = "{one}"' for one in columns)
    return f'[trackers.{name}]\nfile = "{name}"\nbackend = "memory"\ntab = "Cases"\ntable = "{table}"\ndelete = true\n[trackers.{name}.columns]\n{shown}\n'


def heads(columns: list[str]) -> list[Any]:
    return [HEADERS.get(one, one) for one in columns]


def text(*, expected: bool = False, flags: list[str] = FLAGS) -> str:
    made = CONFIG.replace("EXPECTED", str(expected).lower()) + sheet("desk", "traffic", [*ROW, *flags])
    return made + sheet("incidents", "incidents", INCIDENT) + sheet("campaigns", "campaigns", EVENT)


def traffic(spoil: Callable[[int, list[Any]], object] = lambda number, row: None) -> Rows:
    """Four months of two markets on two surfaces: at weekends there are more, and in the UK LIVE breaks down once."""
    chance = np.random.default_rng(3)
    rows: Rows = [heads([*ROW, *FLAGS])]
    for number in range(DAYS):
        for market in ("UK", "DE"):
            for surface in ("LIVE", "Shop"):
                usual = (800 if surface == "LIVE" else 400) * (1.4 if number % 7 > 4 else 1)
                broken = market == "UK" and surface == "LIVE" and number in DIP
                viewers = round(usual * chance.normal(1, 0.04) * (0.25 if broken else 1))
                day = FIRST + dt.timedelta(days=number)
                row = [
                    f"{market}-{surface}-{number:03d}",
                    day,
                    market,
                    surface,
                    viewers,
                    round(viewers * 0.05),
                ]
                spoil(number, row)
                rows.append([*row, *[None] * len(FLAGS)])
    return rows


def start(folder: Path, rows: Rows, campaigns: Rows | None = None, said: str = "") -> Story:
    sheets = {"desk": rows, "incidents": [heads(INCIDENT)], "campaigns": [heads(EVENT), *(campaigns or [])]}
    return Story(folder, sheets, said or text())


@pytest.fixture
def story(tmp_path: Path) -> Story:
    release = ["K-1", FIRST + dt.timedelta(days=99), None, "New player", "UK"]
    story = start(tmp_path, traffic(), [release])
    story.settle()
    return story


def incidents(story: Story) -> dict[str, dict[str, Any]]:
    return {key: dict(record.values) for key, record in story.ws.store.records("incidents").items()}


def the_dip(story: Story) -> tuple[str, dict[str, Any]]:
    began = FIRST + dt.timedelta(days=DIP[0])
    return next((k, r) for k, r in incidents(story).items() if r["signal"] == "viewers of traffic" and r["series"] == "UK" and r["started"].date() >= began - dt.timedelta(days=1))  # fmt: skip


def test_a_break_is_flagged_beside_its_rows_with_its_reason(story: Story) -> None:
    row = f"UK-LIVE-{DIP[0]:03d}"
    assert story.cell("desk", row, "viewers_anomaly") == "low"
    why = story.cell("desk", row, "viewers_why")
    assert "viewers; expected" in why
    assert "usual errors below" in why
    assert story.cell("desk", row, "viewers_lower") > story.cell("desk", row, "viewers") * 2
    assert story.cell("desk", f"UK-Shop-{DIP[0]:03d}", "viewers_anomaly") == "low", "one point, two rows"
    assert story.cell("desk", f"DE-LIVE-{DIP[0]:03d}", "viewers_anomaly") == "none"
    assert story.cell("desk", row, "ctr_anomaly") == "none", "clicks fell with it"
    assert story.idle()


def test_in_the_warm_up_it_is_said_why_nothing_is_judged(story: Story) -> None:
    assert story.cell("desk", "UK-LIVE-009", "viewers_anomaly") is None
    assert (
        story.cell("desk", "UK-LIVE-009", "viewers_why") == "not judged: 9 of at least 20 points of history"
    )


def test_the_incident_says_what_explains_it_and_what_else_changed(story: Story) -> None:
    key, row = the_dip(story)
    assert row["direction"] == "low"
    assert row["change"] < -0.3
    assert row["explained_by"].splitlines()[0].startswith("surface = LIVE")
    assert "New player" in row["also_changed"]
    assert story.cell("incidents", key, "series") == "UK"


def test_few_points_are_flagged_where_nothing_is_strange(story: Story) -> None:
    flagged = [r.values for r in story.ws.store.records("traffic").values() if r.values["viewers_anomaly"] in ("low", "high")]  # fmt: skip
    others = [row for row in flagged if not (row["market"] == "UK" and (row["day"] - FIRST).days in range(DIP[0], DIP[-1] + 5))]  # fmt: skip
    assert len(others) <= 4, [(row["market"], row["day"]) for row in others]


def test_a_verdict_teaches_what_comes_after_and_is_in_the_journal(story: Story) -> None:
    key, before = the_dip(story)
    story.type("incidents", key, verdict="false alarm", owner="ana")
    story.settle()
    after = incidents(story)[key]
    assert (after["verdict"], after["owner"], after["started"]) == ("false alarm", "ana", before["started"])
    assert [entry.new for entry in story.ws.history(key) if entry.field == "verdict"] == ["false alarm"]
    told = "\n".join(actions.explain(story.ws, "UK-LIVE-119", "anomaly").lines)
    assert f"taught by 1 verdicts, 1 of which raised it: {key} false alarm" in told
    assert "flagged from 0.53" in told
    assert "flagged from 0.50" in "\n".join(actions.explain(story.ws, "DE-LIVE-119", "anomaly").lines)
    assert story.idle()


def test_new_rows_are_judged_and_what_was_said_before_stays(story: Story) -> None:
    before = {key: r.values["viewers_why"] for key, r in story.ws.store.records("traffic").items()}
    for surface in ("LIVE", "Shop"):
        story.append(
            "desk", [f"UK-{surface}-{DAYS:03d}", FIRST + dt.timedelta(days=DAYS), "UK", surface, 5, 0]
        )
    story.settle()
    now = {key: r.values["viewers_why"] for key, r in story.ws.store.records("traffic").items()}
    assert {key: now[key] for key in before} == before
    assert story.cell("desk", f"UK-LIVE-{DAYS:03d}", "viewers_anomaly") == "low"
    newest = max(incidents(story))
    assert incidents(story)[newest]["ended"] is None, "it goes on"


def test_during_an_expected_campaign_nobody_is_called(tmp_path: Path) -> None:
    sale = ["K-1", FIRST + dt.timedelta(days=DIP[0]), FIRST + dt.timedelta(days=DIP[-1]), "Outage test", "UK"]
    story = start(tmp_path, traffic(), [sale], text(expected=True))
    story.settle()
    row = f"UK-LIVE-{DIP[0]:03d}"
    assert story.cell("desk", row, "viewers_anomaly") == "none"
    assert story.cell("desk", row, "viewers_why").startswith("expected: campaign Outage test")
    assert not [
        r for r in incidents(story).values() if r["series"] == "UK" and r["started"].date() >= sale[1]
    ]
    assert story.idle()


def test_it_is_explained_by_row_and_by_incident(story: Story) -> None:
    row = f"UK-LIVE-{DIP[0]:03d}"
    told = "\n".join(actions.explain(story.ws, row, "viewers_anomaly").lines)
    assert f"{row}: viewers of traffic, UK, Wed 2025-12-10 00:00 (the sum of 2 rows)" in told
    assert "ctr of traffic" not in told
    assert "usual error" in told
    assert "flagged from 0.50: flagged (low)" in told
    assert "ctr of traffic" in "\n".join(actions.explain(story.ws, row, "anomaly").lines)
    key, record = the_dip(story)
    told = "\n".join(actions.explain(story.ws, key, "anomaly").lines)
    assert "explained by:" in told
    assert "what else changed then (no certainty):" in told
    assert record["why"] in told


def test_a_new_level_is_shown_and_no_flag_rests_on_it(tmp_path: Path) -> None:
    def grow(number: int, row: list[Any]) -> None:
        row[4] = row[4] * (2 if number >= 60 else 1)

    story = start(tmp_path, traffic(grow))
    story.settle()
    told = "\n".join(actions.explain(story.ws, "DE-LIVE-119", "viewers_anomaly").lines)
    assert "its level changed on 2025-10-31:" in told
    assert "(shown only)" in told
    assert "its level changed" not in "\n".join(
        actions.explain(story.ws, "DE-LIVE-059", "viewers_anomaly").lines
    )


def test_what_stays_low_after_a_flag_is_part_of_it(story: Story) -> None:
    days = [f"UK-LIVE-{number:03d}" for number in DIP]
    assert [story.cell("desk", day, "viewers_anomaly") for day in days] == ["low"] * len(DIP)
    assert "unusual since" in story.cell("desk", days[2], "viewers_why")
    _, row = the_dip(story)
    assert (row["points"], row["ended"].date()) == (len(DIP), FIRST + dt.timedelta(days=DIP[-1]))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda number, row: row.__setitem__(4, 7), "not judged: every value so far is 14"),
        (lambda number, row: row.__setitem__(4, None), "not judged: no value"),
        (lambda number, row: row.__setitem__(1, dt.date(2031, 1, 1) + dt.timedelta(days=number)), "its time has not come yet"),
        (lambda number, row: row.__setitem__(1, None), "not judged: day is blank"),
        (lambda number, row: row.__setitem__(1, FIRST), "several rows say the same time"),
        (lambda number, row: row.__setitem__(4, -abs(row[4])), None),
        (lambda number, row: row.__setitem__(4, 1e300), "too large"),
        (lambda number, row: row.__setitem__(4, row[4] * (1000 if number > 90 else 1)), "the unit seems to have changed"),
        (lambda number, row: row.__setitem__(2, f"{row[2]}{number}"), "of at least 20 points of history"),
        (lambda number, row: row.__setitem__(2, "😀" * 300), None),
    ],
    ids=["equal", "missing", "future", "undated", "twice", "negative", "huge", "unit", "distinct", "emoji"],
)  # fmt: skip
def test_bad_input_is_not_judged_and_stops_no_sync(tmp_path: Path, spoil: Any, reason: str | None) -> None:
    story = start(tmp_path, traffic(spoil))
    done = story.settle()
    assert not [note for note in notes_of(done) if "were not computed" in note], notes_of(done)
    whys = [str(r.values["viewers_why"]) for r in story.ws.store.records("traffic").values()]
    assert reason is None or any(reason in why for why in whys), whys[-3:]
    assert story.ws.store.count("traffic") == DAYS * 4
    assert story.idle()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_table_with_hardly_a_row_is_not_judged(tmp_path: Path, count: int) -> None:
    story = start(tmp_path, traffic()[: count + 1])
    done = story.settle()
    assert not [note for note in notes_of(done) if "were not computed" in note], notes_of(done)
    assert incidents(story) == {}
    assert story.idle()


def test_a_series_that_ends_while_others_go_on_is_told_of(tmp_path: Path) -> None:
    rows = traffic()
    done = start(
        tmp_path, [row for row in rows if row[2] != "DE" or row[1] < FIRST + dt.timedelta(days=110)]
    ).sync()
    assert any("no values any more in DE (since 2025-12-19)" in note for note in notes_of(done)), notes_of(
        done
    )


def test_run_late_or_in_two_halves_the_flags_are_the_same(tmp_path: Path, story: Story) -> None:
    rows = traffic()
    halves = start(tmp_path / "halves", rows[: 4 * 60 + 1], [["K-1", FIRST + dt.timedelta(days=99), None, "New player", "UK"]])  # fmt: skip
    halves.settle()
    for row in rows[4 * 60 + 1 :]:
        halves.append("desk", row[: len(ROW)])
    halves.settle()
    whole, parts = (one.ws.store.records("traffic") for one in (story, halves))
    assert {k: r.values for k, r in whole.items()} == {k: r.values for k, r in parts.items()}


# --- counts ---------------------------------------------------------------------------------------------

CASE = ["case_id", "opened", "policy", "market"]
COUNT = ["count_id", "period", "market", "policy", "number", "anomaly", "expected", "upper", "why", "method", "recent", "notes"]  # fmt: skip
COUNTS = """
[workspace]
timezone = "Europe/London"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
opened = { type = "date" }
policy = { type = "text" }
market = { type = "text" }
[counts.weekly]
table = "cases"
date = "opened"
by = ["market", "policy"]
keep = 4
""" + sheet("desk", "cases", CASE) + sheet("weekly", "weekly", COUNT) + sheet("incidents", "incidents", INCIDENT)  # fmt: skip
MONDAY = dt.date(2025, 12, 29)
"""The story begins on the Thursday of that week."""


def cases(surge: int = 40, weeks: int = 60, spoil: Callable[[list[Any]], object] = lambda row: None) -> Rows:
    """Cases of the weeks up to the last one that is over; in that there is a surge of one policy in the UK."""
    chance = np.random.default_rng(5)
    found: Rows = [heads(CASE)]
    for week in range(1, weeks + 1):
        for market in ("UK", "DE"):
            for policy in ("Spam", "Fakes"):
                many = surge if week == 1 and (market, policy) == ("UK", "Spam") else 0
                for _ in range(int(chance.poisson(9)) + many):
                    day = MONDAY - dt.timedelta(days=7 * week - int(chance.integers(0, 7)))
                    row = [f"C-{len(found):05d}", day, policy, market]
                    spoil(row)
                    found.append(row)
    return found


def counting(folder: Path, rows: Rows) -> Story:
    return Story(folder, {"desk": rows, "weekly": [heads(COUNT)], "incidents": [heads(INCIDENT)]}, COUNTS)


@pytest.fixture
def counted(tmp_path: Path) -> Story:
    story = counting(tmp_path, cases())
    story.settle()
    return story


def counts(story: Story) -> dict[tuple[Any, ...], tuple[str, dict[str, Any]]]:
    found = {key: dict(record.values) for key, record in story.ws.store.records("weekly").items()}
    return {(row["period"], row["market"], row["policy"]): (key, row) for key, row in found.items()}


SURGE = (MONDAY - dt.timedelta(days=7), "UK", "Spam")


def test_a_surge_is_flagged_in_the_table_of_counts(counted: Story) -> None:
    key, row = counts(counted)[SURGE]
    assert (row["anomaly"], row["recent"]) == ("high", True)
    assert row["number"] > 40 > row["upper"]
    assert "expected" in row["why"]
    assert counted.cell("weekly", key, "anomaly") == "high"
    assert {period for period, *_ in counts(counted)} == {MONDAY - dt.timedelta(days=7 * n) for n in range(5)}
    assert [row["anomaly"] for _, row in counts(counted).values()].count("high") == 1
    (incident,) = incidents(counted).values()
    assert (incident["signal"], incident["series"]) == ("weekly (cases a week)", "UK · Spam")
    assert counted.idle()


def test_the_week_that_is_not_over_is_not_judged(counted: Story) -> None:
    _, row = counts(counted).get((MONDAY, "UK", "Fakes"), (None, {}))
    assert (row["number"], row["anomaly"], row["why"]) == (0, None, "not judged: the week is not over")


def test_a_week_later_the_new_one_is_there_and_notes_stay(counted: Story) -> None:
    key, before = counts(counted)[SURGE]
    counted.type("weekly", key, notes="press")
    counted.settle()
    counted.time += dt.timedelta(days=35)
    counted.settle()
    again, row = counts(counted)[SURGE]
    assert again == key
    assert len(counts(counted)) == 40 == counted.ws.store.count("weekly")
    assert (row["notes"], row["number"], row["recent"]) == ("press", before["number"], False)
    assert len([1 for _, one in counts(counted).values() if one["recent"]]) == 4 * 5
    assert counted.idle()


def test_a_count_is_explained(counted: Story) -> None:
    key, row = counts(counted)[SURGE]
    told = "\n".join(actions.explain(counted.ws, key, "anomaly").lines)
    assert f"{key}: UK · Spam, week of 2025-12-22: {row['number']} records of cases." in told
    assert "q = " in told
    assert "judged by: predictive" in told
    assert "the 12 before it:" in told


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row.__setitem__(1, None), lambda row: row.__setitem__(1, dt.date(2030, 1, 1)),
        lambda row: row.__setitem__(2, f"P{math.floor(hash(row[0]) % 997)}"), lambda row: row.__setitem__(2, None),
        lambda row: row.__setitem__(2, "😀" * 500), lambda row: row.__setitem__(1, dt.date(1, 1, 2)),
    ],
)  # fmt: skip
def test_bad_cases_are_counted_as_far_as_they_can_be(tmp_path: Path, spoil: Any) -> None:
    story = counting(tmp_path, cases(0, 8, spoil))
    done = story.settle()
    assert not [note for note in notes_of(done) if "were not computed" in note], notes_of(done)
    assert story.idle()


def test_no_case_or_one_makes_no_flag(tmp_path: Path) -> None:
    for number in (0, 1):
        story = counting(tmp_path / str(number), cases()[: number + 1])
        done = story.settle()
        assert not [note for note in notes_of(done) if "were not computed" in note], notes_of(done)
        assert incidents(story) == {}
        assert story.idle()
