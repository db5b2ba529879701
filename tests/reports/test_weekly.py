"""The weekly update: its figures against a slow recount, the same bytes whenever it is made, and what it says of bad data."""

import json
import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from sheetops import report_verbs
from sheetops.model.errors import TrackerNotWritten, UnknownName
from sheetops.report_frames import facts
from sheetops.reports.spells import micros, spells

from .desk import AFTER, LAST, MONDAY, TOML, WEEKS, WHATEVER, Desk, add, filled, put, weeks

KINDS = ("md", "html", "docx", "xlsx")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def said(desk):
    with desk.open(AFTER) as ws:
        return report_verbs.weekly(ws)


def figure(outcome, name, of=""):
    (found,) = [one for one in outcome.data["figures"] if (one["figure"], one["of"]) == (name, of)]
    return found


def test_a_week_with_twice_the_cases_stands_out_where_they_came_from_and_nowhere_else(said):
    strange = {
        (one["figure"], one["of"]) for one in said.data["figures"] if one["where"] in ("above", "below")
    }
    assert strange == {
        ("Cases opened", ""), ("Cases closed", ""), ("Opened", "UK"), ("Closed", "UK"), ("Opened", "Counterfeit"), ("Closed", "Counterfeit"),
    }  # fmt: skip
    assert any("UK: opened" in line and "above its normal range" in line for line in said.lines)


def test_every_part_is_there_and_what_has_no_table_is_said_to_be_left_out(said):
    titles = {one["title"] for one in said.data["sections"] if one["level"] == 1}
    assert titles >= {
        "Cases",
        "SLA",
        "Follow-ups",
        "Appeals",
        "Misjudgements",
        "Review quality",
        "Patterns",
        "Ending soon",
        "Feedback",
        "Playbooks",
        "Data and syncs",
    }
    assert said.data["left_out"] == ["Anomalies: no anomalies table: left out."]


def test_opened_closed_and_backlog_are_those_of_a_recount_by_hand(said):
    opened, closed, open_now = [0] * WEEKS, [0] * WEEKS, 0
    for number, (_, changes) in enumerate(weeks()):
        opened[number] = sum(one.table == "cases" and one.op == "add" for one in changes)
        closed[number] = sum(one.table == "cases" and one.field == "status" for one in changes)
        open_now += opened[number] - closed[number]
    assert (figure(said, "Cases opened")["now"], figure(said, "Cases opened")["last"]) == (
        opened[-1],
        opened[-2],
    )
    assert (figure(said, "Cases closed")["now"], figure(said, "Cases closed")["last"]) == (
        closed[-1],
        closed[-2],
    )
    assert figure(said, "Backlog at the end of the week")["now"] == open_now
    backlog = figure(said, "Backlog at the end of the week")
    assert backlog["now"] - backlog["last"] == opened[-1] - closed[-1]


def test_groups_add_up_to_the_whole(said):
    for name, whole in (
        ("Opened", "Cases opened"),
        ("Closed", "Cases closed"),
        ("Backlog", "Backlog at the end of the week"),
    ):
        for groups in (("UK", "IE"), ("Counterfeit", "Misleading claim")):
            assert sum(figure(said, name, of)["now"] for of in groups) == figure(said, whole)["now"]


def test_the_overturn_rate_has_both_denominators_and_the_sentence(said):
    of_appeals = figure(said, "Overturned, of appeals decided")
    of_all = figure(said, "Overturned, of all decisions of the week")
    assert re.match(r"6 of 11; 95 % interval 28 to 79 %", of_appeals["note"])
    assert of_all["note"].startswith(f"6 of {figure(said, 'Cases closed')['now']:.0f};")
    assert any("Appeals are a self-selected sample" in line for line in said.lines)


def test_nobody_is_named_who_is_as_the_others(said):
    assert not any(name in line for line in said.lines for name in ("Ravi", "Jo Hart"))
    assert any("Nobody is ranked" in line for line in said.lines)


def test_the_page_for_an_older_policy_is_stale_and_says_why(said):
    assert any(
        "PB-0001" in line
        and "written for version Counterfeit v1 of Counterfeit, which is at Counterfeit v2" in line
        for line in said.lines
    )


@pytest.mark.parametrize("kind", KINDS)
def test_made_twice_and_made_late_it_is_the_same_bytes(tmp_path, kind):
    desk = filled(tmp_path / "desk")
    made = []
    for now in (AFTER, AFTER + timedelta(days=2, hours=5)):
        out = tmp_path / f"{len(made)}.{kind}"
        with desk.open(now) as ws:
            report_verbs.weekly(ws, LAST, out)
        made.append(out.read_bytes())
        later = now + timedelta(hours=1)
        desk.type(later, put("cases", "C-00600", "market", WHATEVER, f"FR{len(made)}"), put("cases", "C-00600", "policy", WHATEVER, f"P{len(made)}"),
                  add("cases", case_id=f"C-9{len(made)}", market="UK", policy="Counterfeit", status="new", detected_at=AFTER - timedelta(days=4)))  # fmt: skip
    assert made[0] == made[1]


def test_what_is_typed_until_monday_noon_counts_and_until_then_it_is_provisional(tmp_path):
    desk = filled(tmp_path)
    early = AFTER - timedelta(hours=6)
    with desk.open(early) as ws:
        first = report_verbs.weekly(ws)
    assert any(
        "Provisional: what is typed about this week until Mon 23 Nov 12:00 still counts" in line
        for line in first.lines
    )
    desk.type(
        early + timedelta(hours=1),
        add(
            "cases",
            case_id="C-late",
            market="IE",
            policy="Counterfeit",
            status="new",
            detected_at=AFTER - timedelta(days=4),
        ),
    )
    with desk.open(AFTER) as ws:
        last = report_verbs.weekly(ws)
    assert figure(last, "Cases opened")["now"] == figure(first, "Cases opened")["now"] + 1
    assert not any("Provisional" in line for line in last.lines)


def test_a_week_that_is_not_over_is_not_judged(desk):
    with desk.open(MONDAY + timedelta(weeks=WEEKS - 1, days=3)) as ws:
        said = report_verbs.weekly(ws, LAST)
    assert any("The week is not over: figures are up to Thu 19 Nov 2026 00:00" in line for line in said.lines)
    assert figure(said, "Cases opened")["words"] == "not judged: the week is not over"


@pytest.mark.parametrize(
    ("week", "what"),
    [
        ("2026-W60", "'2026-W60' is no week."),
        ("last", "'last' is no week."),
        ("2027-W10", "The week 2027-W10 has not begun: it starts on 2027-03-08."),
    ],
)
def test_a_week_that_cannot_be_is_said_in_a_sentence(desk, week, what):
    with desk.open(AFTER) as ws, pytest.raises(UnknownName) as error:
        report_verbs.weekly(ws, week)
    assert error.value.what == what
    assert "2026-W47" in error.value.next_step


def test_an_empty_dataset_gives_a_report_that_says_so(tmp_path):
    with Desk(tmp_path).open(AFTER) as ws:
        said = report_verbs.weekly(ws)
    assert "Nothing was opened and nothing was closed in this week." in said.lines
    assert figure(said, "Cases opened")["now"] == 0
    assert all(one["where"] == "not judged" for one in said.data["figures"])


def test_an_empty_week_among_others_gives_zeros(tmp_path):
    desk = filled(tmp_path)
    with desk.open(AFTER + timedelta(weeks=1)) as ws:
        said = report_verbs.weekly(ws)
    assert said.data["report"] == "weekly 2026-W48"
    assert "Nothing was opened and nothing was closed in this week." in said.lines
    assert figure(said, "Cases opened")["words"] == "BELOW its normal range"


def test_bad_data_does_not_stop_a_report_and_is_named(tmp_path):
    long = "Mein Shop wurde gesperrt. " * 1200

    def change(changes):
        at = MONDAY + timedelta(weeks=WEEKS - 1, days=1)
        changes += [
            add("cases", case_id="C-x1", market="مصر", policy="Counterfeit", status="new", detected_at=at, summary="متجر يبيع حقائب مقلدة 👜🔥"),
            add("cases", case_id="C-x2", market="UK", policy="Fake goods", policy_version="Fake goods v9", status="new", detected_at=at),
            add("cases", case_id="C-x3", market=None, policy=None, status="closed", detected_at=None),
            add("cases", case_id="C-x4", market="|<b>\x0b", policy="Counterfeit", status="closed", detected_at=at),
            add("appeals", appeal_id="A-x", case="C-gone", received_at=at, decided_at=at, outcome="upheld"),
            add("feedback", feedback_id="F-x", received_at=at, theme=None, verbatim=long, market="UK"),
        ]  # fmt: skip

    desk = filled(tmp_path, change=change)
    with desk.open(AFTER) as ws:
        said = report_verbs.weekly(ws)
        for kind in KINDS:
            report_verbs.weekly(ws, to=tmp_path / f"out.{kind}")
        problems = report_verbs.problems(ws)
    lines = "\n".join(said.lines)
    assert figure(said, "Opened", "مصر")["now"] == 1
    assert "appeals.case: 1 key that is not in cases, such as 'C-gone'" in lines
    assert "'Fake goods v9'" in lines
    assert (
        "'Fake goods' and 'Counterfeit' are one policy, renamed: both are counted as 'Counterfeit'." in lines
    )
    assert not any(one["of"] == "Fake goods" for one in said.data["figures"])
    assert "1 closed case without a closing date or a status history" in lines
    assert long not in "\n".join(problems.lines)


def test_a_pattern_whose_playbook_was_deleted_says_so(tmp_path):
    desk = filled(tmp_path)
    fields = {
        "pattern_id": "P-0001",
        "pattern": "policy = Counterfeit, market = UK",
        "state": "current",
        "size": 40,
        "playbook": "PB-0099",
    }
    desk.type(AFTER - timedelta(hours=2), add("patterns", **fields))
    with desk.open(AFTER) as ws:
        lines = "\n".join(report_verbs.weekly(ws).lines)
    assert "PB-0099: not in the playbooks any more" in lines


def test_old_data_imported_today_are_reported_from_their_own_dates(tmp_path):
    desk = Desk(tmp_path)
    changes = [one for _, some in weeks() for one in some if one.table == "cases"]
    desk.type(AFTER, *changes)
    with desk.open(AFTER + timedelta(hours=1)) as ws:
        said = report_verbs.weekly(ws)
    assert figure(said, "Cases opened")["now"] == 60
    assert any("The dataset began on 2026-11-23, after this time" in line for line in said.lines)


def test_a_report_is_not_written_over_another_file_or_a_tracker(desk, tmp_path):
    out = tmp_path / "update.md"
    out.write_text("mine", encoding="utf-8")
    with desk.open(AFTER) as ws:
        with pytest.raises(TrackerNotWritten):
            report_verbs.weekly(ws, to=out)
        assert out.read_text(encoding="utf-8") == "mine"
        assert report_verbs.weekly(ws, to=out, replace=True).lines[0].startswith("Wrote")
        assert "says so already" in report_verbs.weekly(ws, to=out).lines[0]
        with pytest.raises(UnknownName, match=r"ends in none of \.md, \.html, \.docx, \.xlsx"):
            report_verbs.weekly(ws, to=tmp_path / "update.pdf")


def test_the_data_are_plain_json(said):
    assert json.loads(json.dumps(said.data))["figures"][0]["figure"] == "Cases opened"


# --- when cases were open -------------------------------------------------------------------------------


def slow_open(desk, moment):
    """Return how many cases were open just before a moment, by walking through each one's history."""
    with desk.open(AFTER) as ws:
        records, entries = ws.store.records("cases"), ws.store.entries(table="cases")
    count = 0
    for key, record in records.items():
        opened = record.values["detected_at"]
        if opened is None or opened >= moment:
            continue
        mine = sorted(
            (e for e in entries if e.key == key and e.field == "status"),
            key=lambda e: (e.effective_at or e.recorded_at, e.seq),
        )
        status = mine[0].old if mine else record.values["status"]
        for entry in mine:
            if (entry.effective_at or entry.recorded_at) < moment:
                status = entry.new
        count += status not in ("closed", "duplicate")
    return count


def test_cases_that_come_back_are_open_again(tmp_path):
    desk = Desk(tmp_path)
    chance = np.random.default_rng(2)
    for week in range(12):
        at = MONDAY + timedelta(weeks=week, hours=int(chance.integers(100)))
        changes = [
            add(
                "cases",
                case_id=f"C-{week}-{n}",
                status="new",
                detected_at=at - timedelta(hours=int(chance.integers(90))),
            )
            for n in range(9)
        ]
        desk.type(at, *changes)
        with desk.open(at) as ws:
            now = {key: record.values["status"] for key, record in ws.store.records("cases").items()}
        moved = [key for key in sorted(now) if chance.random() < 0.4]
        desk.type(
            at + timedelta(hours=30),
            *(
                put("cases", key, "status", now[key], "new" if now[key] == "closed" else "closed")
                for key in moved
            ),
        )
    with desk.open(AFTER) as ws:
        found = spells(facts(ws, AFTER, AFTER))
    for week in range(1, 14):
        moment = MONDAY + timedelta(weeks=week)
        assert found.open_at(int(moment.timestamp() * 1e6)).sum() == slow_open(desk, moment)


def test_a_closing_date_typed_later_counts_from_the_day_it_says(tmp_path):
    desk = Desk(tmp_path)
    at = MONDAY + timedelta(weeks=3)
    desk.type(at, add("cases", case_id="C-1", status="new", detected_at=MONDAY))
    typed = MONDAY + timedelta(days=2)
    desk.type(
        at + timedelta(hours=1),
        put("cases", "C-1", "status", "new", "closed"),
        put("cases", "C-1", "resolved_at", None, typed),
    )
    with desk.open(AFTER) as ws:
        found = spells(facts(ws, AFTER, AFTER))
    assert found.end.tolist() == [int(typed.timestamp() * 1e6)]


def test_blank_times_are_never(tmp_path):
    import pandas as pd

    column = pd.Series([pd.NaT, datetime(2026, 1, 1)], dtype="datetime64[us]").dt.tz_localize("UTC")
    assert micros(column).tolist() == [np.iinfo(np.int64).max, 1_767_225_600_000_000]


def test_reports_may_be_told_which_table_and_words_they_are_made_of(tmp_path):
    toml = (
        TOML.replace("[tables.cases]", "[tables.matters]")
        .replace("[tables.cases.fields]", "[tables.matters.fields]")
        .replace('to = "cases"', 'to = "matters"')
    )
    toml = (
        toml.split("[patterns.cases]")[0]
        + '[reports]\ncloses = "1d"\n[reports.cases]\ntable = "matters"\ntype = "merchant"\n[reports.values]\nclosed = ["in_review"]\n'
    )
    desk = Desk(tmp_path, toml)
    desk.type(
        MONDAY,
        add(
            "matters",
            case_id="M-1",
            merchant="Shop 1",
            status="in_review",
            detected_at=MONDAY - timedelta(days=2),
            resolved_at=MONDAY - timedelta(days=1),
        ),
    )
    with desk.open(MONDAY + timedelta(days=2)) as ws:
        said = report_verbs.weekly(ws)
    assert (figure(said, "Closed", "Shop 1")["now"], figure(said, "Backlog", "Shop 1")["now"]) == (1, 0)
