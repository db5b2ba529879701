"""Case library, problem statements, insights, meetings, effects: what they say, what they mask, what they write."""

from datetime import date, timedelta

import pytest

from sheetops import meeting_verbs, report_verbs
from sheetops.measuring import Measure
from sheetops.model.errors import TrackerNotWritten, UnknownName
from sheetops.reports.masking import Mask
from sheetops.reports.meeting import read_notes

from .desk import AFTER, MONDAY, Desk, add, filled


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("desk"))


def text(outcome):
    return "\n".join(outcome.lines)


# --- case library -----------------------------------------------------------------------------------------


def test_the_library_shows_each_scenario_with_decisions_errors_examples_and_playbook(desk):
    with desk.open(AFTER) as ws:
        said = report_verbs.case_library(ws)
    titles = [one["title"] for one in said.data["sections"]]
    assert titles == ["Scenarios", "Counterfeit", "Misleading claim"]
    section = said.data["sections"][1]["blocks"]
    assert any(str(block.get("text", "")).startswith("Misjudged: ") for block in section)
    assert any("PB-0001 Counterfeit in LIVE" in str(block) for block in section)
    decisions = next(block for block in section if block.get("columns", [""])[0] == "Resolution")
    assert {row[0] for row in decisions["rows"]} == {"enforced", "warned", "no_violation", "(none yet)"}
    examples = next(block for block in section if block.get("columns", [""])[0] == "Case")
    assert len(examples["rows"]) == 3
    assert sum("misjudged" in row for row in examples["rows"]) >= 1


def test_personal_data_is_masked_in_what_is_passed_on(desk):
    with desk.open(AFTER) as ws:
        said = text(report_verbs.case_library(ws))
    assert "mail.example" not in said
    assert "\\[e-mail\\]" in said


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("Write to ana.lopez+x@shop.example now", "Write to [e-mail] now"),
        ("call +44 20 7946 0958", "call [phone]"),
        ("(020) 7946-0958 after six", "[phone] after six"),
        ("the host @glow.up said so", "the host [handle] said so"),
        ("see https://x.example/u/1?mail=a@b.c", "see [link]"),
        ("IBAN GB29 NWBK 6016 1331 9268 19", "IBAN [account]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("Ravi Menon closed it; Ravinder did not", "[name] closed it; Ravinder did not"),
        ("on 2026-11-23 12 of 3,400 rooms, 15/11/2026", "on 2026-11-23 12 of 3,400 rooms, 15/11/2026"),
        ("متجر 👜", "متجر 👜"),
    ],
)
def test_what_a_mask_takes_and_what_it_leaves(said, masked):
    assert Mask(["Ravi Menon", "Jo"])(said) == masked


# --- problems, insights -----------------------------------------------------------------------------------


def test_three_stories_told_often_are_three_problem_statements(desk):
    with desk.open(AFTER) as ws:
        said = report_verbs.problems(ws)
    assert len(said.data["sections"]) == 4
    table = dict(said.data["sections"][1]["blocks"][1]["rows"])
    assert set(table) == {"Who", "What", "Where", "How often", "Impact", "Evidence", "Linked", "Closed loop"}
    assert "no problem statement yet" in table["Linked"]
    assert "F-0" in table["Evidence"]


def test_a_verbatim_of_30_000_characters_is_cut_with_a_notice(tmp_path):
    desk = Desk(tmp_path)
    long = "The stream was cut off twice and support never answered. " * 530
    desk.type(
        MONDAY,
        *(
            add("feedback", feedback_id=f"F-{n}", received_at=MONDAY, verbatim=long + str(n), market="UK")
            for n in range(3)
        ),
    )
    with desk.open(AFTER) as ws:
        said = text(report_verbs.problems(ws))
    assert len(said) < 6000
    assert "they stand whole in the feedback table" in said


def test_insights_say_who_could_do_what_and_which_scenarios_have_no_page(tmp_path):
    desk = filled(tmp_path)
    shared = {"state": "current", "trend": "rising", "risk": "high"}
    desk.type(AFTER - timedelta(hours=1),
              add("patterns", pattern_id="P-0001", pattern="policy = Counterfeit", size=60, recommendation="Brief the reviewers.", recommended_to="policy team", **shared),
              add("patterns", pattern_id="P-0002", pattern="market = IE", size=9, playbook="PB-0001", **shared))  # fmt: skip
    with desk.open(AFTER) as ws:
        said = report_verbs.insights(ws)
    titles = [one["title"] for one in said.data["sections"]]
    assert {"Patterns", "For policy team", "New and rising", "Coverage"} <= set(titles)
    assert "P-0001 policy = Counterfeit: 60 cases" in text(said)
    assert "P-0002 market = IE: 9" not in text(said)


def test_without_any_feedback_there_is_a_sentence_and_no_file(tmp_path):
    desk = Desk(tmp_path, "[tables.cases]\nkey = 'id'\n[tables.cases.fields]\nid = { type = 'text' }\n")
    with (
        desk.open(AFTER) as ws,
        pytest.raises(UnknownName, match="There is nothing to report: no feedback table"),
    ):
        report_verbs.problems(ws, tmp_path / "out.md")
    assert not (tmp_path / "out.md").exists()


# --- meetings ---------------------------------------------------------------------------------------------


def test_the_agenda_is_what_is_overdue_blocking_or_undecided(desk):
    with desk.open(AFTER) as ws:
        said = text(meeting_verbs.meeting(ws))
    assert "E-1 | Brand asks for a takedown | overdue by 131 d; blocking | Tom" in said


def test_it_goes_into_a_meeting_once_and_never_over_what_somebody_typed(tmp_path):
    desk = filled(tmp_path)
    with desk.open(AFTER) as ws:
        said = meeting_verbs.meeting(ws, key="MTG-1")
        agenda = ws.table("meetings")["MTG-1"]["agenda"]
        assert "E-1 | Brand asks for a takedown" in agenda
        assert "says so already" in text(meeting_verbs.meeting(ws, key="MTG-1"))
    run = next(line.split()[1].rstrip(":") for line in said.lines if line.startswith("Run "))
    with desk.open(AFTER + timedelta(days=1)) as ws:
        with pytest.raises(TrackerNotWritten, match="MTG-1 has an agenda already"):
            meeting_verbs.meeting(ws, key="MTG-1")
        ws.undo(run)
        assert ws.table("meetings")["MTG-1"]["agenda"] is None


NOTES = """Weekly governance, 23 Nov
- Decision: Replicas are counterfeit from December (Elena Prieto)
* action: Brief the reviewers in the UK (Ravi Menon, due 2026-12-04)
We talked about much more.
"""


def test_decisions_and_actions_come_back_to_the_log_in_one_run_and_only_once(tmp_path):
    desk = filled(tmp_path)
    notes = tmp_path / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    with desk.open(AFTER) as ws:
        said = meeting_verbs.meeting(ws, key="MTG-1", take=notes)
        decision, action = ws.table("decisions")["DEC-0001"], ws.table("actions")["ACT-0001"]
        assert said.lines[-2].startswith("Undo: sheetops undo R")
        assert "2 lines of the notes are in the log already." in text(
            meeting_verbs.meeting(ws, key="MTG-1", take=notes)
        )
        assert len(ws.table("decisions")) == len(ws.table("actions")) == 1
        entries = ws.history("DEC-0001")
        ws.undo(said.data["run"])
        assert len(ws.table("actions")) == 0
    assert (decision["decision"], decision["owner"], decision["meeting"]) == (
        "Replicas are counterfeit from December",
        "Elena Prieto",
        "MTG-1",
    )
    assert (decision["decided_on"], decision["status"]) == (date(2026, 11, 23), "open")
    assert (action["title"], action["owner"], action["due"]) == (
        "Brief the reviewers in the UK",
        "Ravi Menon",
        date(2026, 12, 4),
    )
    assert entries[0].source.who == "Amara"


@pytest.mark.parametrize(
    ("notes", "what"),
    [
        ("Action: Do it (Tom, due next week)", "Line 1: 'next' is no date. Write it like: due 2026-12-04."),
        ("Nothing was agreed.", "notes.md has no line that begins with “Decision:” or “Action:”."),
    ],
)
def test_notes_that_cannot_be_read_write_nothing(tmp_path, notes, what):
    desk = filled(tmp_path / "desk")
    path = tmp_path / "notes.md"
    path.write_text(f"{notes}\nDecision: Fine\n" if "due" in notes else notes, encoding="utf-8")
    with desk.open(AFTER) as ws:
        with pytest.raises(UnknownName) as error:
            meeting_verbs.meeting(ws, take=path)
        assert error.value.what == what
        assert len(ws.table("decisions")) == 0


def test_brackets_in_the_middle_of_a_line_are_part_of_it():
    found, wrong = read_notes("Decision: Pause (for now) all replicas")
    assert (found[0].said, found[0].owner, wrong) == ("Pause (for now) all replicas", "", [])


# --- effects ----------------------------------------------------------------------------------------------


def test_the_effect_of_a_measure_is_a_report_with_its_numbers(desk, tmp_path):
    asked = Measure(date(2026, 10, 5), "detected_at", rate="error_type != blank")
    with desk.open(AFTER) as ws:
        said = report_verbs.effect(ws, "cases", asked)
        report_verbs.effect(ws, "cases", asked, tmp_path / "effect.html")
    assert "No clear effect: the interval includes no change at all." in text(said)
    assert "<svg" in (tmp_path / "effect.html").read_text(encoding="utf-8")
    chart = next(block for block in said.data["sections"][0]["blocks"] if "chart" in block)
    assert list(chart["series"])[:2] == ["before", "since 2026-10-05"]
