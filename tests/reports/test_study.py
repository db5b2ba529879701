"""`report study`: the story of an incident, in four formats, with what is known and what is not."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from sheetops import study_verbs
from sheetops.cli.main import cli
from sheetops.model.errors import TrackerNotWritten, UnknownName
from sheetops.reports.direction import marked
from sheetops.reports.study_steps import ASKED, step_words
from tests.protocol import test_signals as signals
from tests.protocol.story import Rows, Story

INCIDENT = [*signals.INCIDENT, "notes"]
RULE = ["rule", "starts", "title", "market", "surface"]
STUDY = ["case_study_id", "title", "status", "owner", "incident", "what_happened", "hypothesis_product", "root_cause", "next_steps", "evidence"]  # fmt: skip
MORE = """
[tables.rules]
key = "rule"
[tables.rules.fields]
rule = { type = "text" }
starts = { type = "date" }
title = { type = "text" }
market = { type = "text" }
surface = { type = "text" }
[events.rules]
start = "starts"
name = "title"
kind = "policy"
class = "policy/governance"
match = ["market", "surface"]
[tables.case_studies]
key = "case_study_id"
key_format = "CS-{:04d}"
[tables.case_studies.fields]
case_study_id = { type = "text" }
title = { type = "text", required = true }
status = { type = "choice", choices = ["draft", "published"], default = "draft" }
owner = { type = "person" }
incident = { type = "text" }
what_happened = { type = "long text" }
hypothesis_product = { type = "long text" }
root_cause = { type = "choice", choices = ["product", "data", "unknown"], default = "unknown" }
next_steps = { type = "long text" }
evidence = { type = "url" }
"""


def day(number: int) -> dt.date:
    return signals.FIRST + dt.timedelta(days=number)


def text(*, studies: bool = True) -> str:
    made = signals.text().replace('kind = "campaign"', 'kind = "release"\nclass = "product"')
    made = made.replace("[signals.traffic]", MORE.partition("[tables.case_studies]")[0] + "[signals.traffic]")
    made = made.replace('"owner" = "owner"', '"owner" = "owner"\n"notes" = "notes"')
    made += signals.sheet("rules", "rules", RULE)
    if studies:
        made += MORE[MORE.index("[tables.case_studies]") :] + signals.sheet("studies", "case_studies", STUDY)
    return made


def begin(folder: Path, rows: Rows, said: str = "") -> Story:
    """A market that broke down, with a release the day before, a rule that came after, and one long ago."""
    releases = [["K-1", day(99), None, "New player 4.2", "UK"]]
    rules = [["P-1", day(100), "Prizes need terms", "UK", "LIVE"], ["P-2", day(102), "Late rule", None, None]]
    heads = signals.heads
    sheets = {"desk": rows, "incidents": [heads(INCIDENT)], "campaigns": [heads(signals.EVENT), *releases], "rules": [heads(RULE), *rules], "studies": [heads(STUDY)]}  # fmt: skip
    story = Story(folder, sheets, said or text())
    story.settle()
    return story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return begin(tmp_path, signals.traffic())


def told(story: Story, key: str, **options: Any) -> str:
    return "\n".join(study_verbs.study(story.ws, key, **options).lines)


def part(said: str, title: str) -> str:
    return said.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_it_says_what_happened_when_and_how_large_with_the_interval(story: Story) -> None:
    key, record = signals.the_dip(story)
    said = part(told(story, key), "What happened")
    assert "viewers of traffic, UK, was below what was expected from Wed 10 Dec 2025 to Sat 13 Dec 2025 (4 flagged points)." in said  # fmt: skip
    numbers = re.search(r"is ([\d,]+) viewers against ([\d,]+) expected, (\d+) % below; usual is ([\d,]+) to ([\d,]+)", said)  # fmt: skip
    assert numbers is not None
    was, expected, percent, low, high = (int(one.replace(",", "")) for one in numbers.groups())
    assert (was, expected) == (round(record["actual"]), round(record["expected"]))
    assert was < low < expected < high
    assert percent == round(-100 * record["change"])
    large = part(told(story, key), "How large it is")
    close = re.search(r"Usual, closer \| ([\d,]+) to ([\d,]+)", large)
    assert close is not None
    assert low < int(close[1].replace(",", "")) < expected < int(close[2].replace(",", "")) < high


def test_it_says_what_explains_it_and_that_others_were_as_expected(story: Story) -> None:
    said = part(told(story, signals.the_dip(story)[0]), "What explains it")
    assert "surface = LIVE" in said
    assert re.search(r"\| DE \| [\d,]+ \| [\d,]+ \| [+-]\d+ % \| as expected \|", said)


def test_every_change_is_graded_with_evidence_for_and_against_and_none_is_certain(story: Story) -> None:
    said = told(story, signals.the_dip(story)[0])
    changed = part(said, "What else changed at that time")
    assert "| policy/governance | policy: Prizes need terms | strong | it began at the onset and went on; it touches the cells that moved" in changed  # fmt: skip
    assert "| product | release: New player 4.2 | possible |" in changed
    late = next(line for line in changed.splitlines() if "Late rule" in line)
    assert "| against | nothing | it began" in late
    assert "- Algorithm: not known. No table of such changes is named under" in changed
    assert "no proof" in changed
    assert not re.search(r"\b(caused|because of|is the cause|certainly)\b", said)


def test_next_steps_follow_the_grades(story: Story) -> None:
    steps = part(told(story, signals.the_dip(story)[0]), "Next steps").strip().splitlines()
    asked = [n for n, line in enumerate(steps) if "Ask " in line]
    assert "missing, doubled or late" in steps[0]
    assert "the owner of the policy" in steps[asked[0]]
    assert "(strong)" in steps[asked[0]]
    assert "the product manager" in steps[asked[1]]
    assert "(possible)" in steps[asked[1]]
    assert not [line for line in steps if "Late rule" in line]
    assert any("Nobody owns it" in line for line in steps)
    assert any("column Verdict" in line for line in steps)


def test_what_people_said_is_quoted_with_who_and_when(story: Story) -> None:
    key, _ = signals.the_dip(story)
    assert "Nobody has said anything yet" in told(story, key)
    notes = "الفريق يبحث 🔎 " + "long " * 6_000
    story.type("incidents", key, verdict="real", owner="ana", notes=notes[:30_000])
    story.settle()
    said = part(told(story, key), "What people said")
    assert "| Verdict | real | incidents L" in said
    assert "01 Jan 2026" in said
    assert "| Owner | ana |" in said
    assert "الفريق يبحث 🔎 long" in said
    assert "cut here: 30,000 characters in all" in said
    assert "Nobody owns it" not in told(story, key)
    for kind in ("html", "docx", "xlsx"):
        assert study_verbs.study(story.ws, key, story.folder / f"long.{kind}").lines[0].startswith("Wrote")


def test_an_earlier_one_of_the_series_is_named_with_its_verdict(tmp_path: Path) -> None:
    def spoil(number: int, row: list[Any]) -> None:
        if number in range(60, 63) and row[2] == "UK" and row[3] == "LIVE":
            row[4] = round(row[4] * 0.3)

    story = begin(tmp_path, signals.traffic(spoil))
    key, _ = signals.the_dip(story)
    earlier = next(k for k, r in signals.incidents(story).items() if r["signal"] == "viewers of traffic" and r["series"] == "UK" and r["started"].date() < day(64))  # fmt: skip
    story.type("incidents", earlier, verdict="data problem")
    story.settle()
    study_verbs.study(story.ws, earlier, record=True)
    said = told(story, key)
    row = next(line for line in part(said, "Has this happened before?").splitlines() if earlier in line)
    assert "data problem" in row
    assert "CS-0001: data" in row
    assert f"{earlier} was like it" in part(said, "Next steps")


FORMATS = ("md", "html", "docx", "xlsx")


@pytest.mark.parametrize("kind", FORMATS)
def test_it_is_the_same_bytes_each_time_also_after_its_record_was_written(story: Story, kind: str) -> None:
    key, _ = signals.the_dip(story)
    one, two = (story.folder / f"{name}.{kind}" for name in ("one", "two"))
    study_verbs.study(story.ws, key, one, record=True)
    story.time += dt.timedelta(days=40)
    study_verbs.study(story.ws, key, two)
    assert one.read_bytes() == two.read_bytes()


def test_the_chart_is_in_every_format_with_words_for_those_who_cannot_see_it(story: Story) -> None:
    key, _ = signals.the_dip(story)
    out = {kind: story.folder / f"study.{kind}" for kind in FORMATS}
    for file in out.values():
        study_verbs.study(story.ws, key, file)
    alt = "over a grey band of what is usual"
    assert re.search(rf'<figure role="img" aria-label="[^"]*{alt}', out["html"].read_text())
    assert "<svg " in out["html"].read_text()
    with zipfile.ZipFile(out["docx"]) as archive:
        assert alt in archive.read("word/document.xml").decode()
        assert any(name.endswith(".png") for name in archive.namelist())
    with zipfile.ZipFile(out["xlsx"]) as archive:
        assert alt in archive.read("xl/drawings/drawing1.xml").decode()
        assert "xl/charts/chart1.xml" in archive.namelist()
    book = openpyxl.load_workbook(io.BytesIO(out["xlsx"].read_bytes()))
    rows = list(book["series"].iter_rows(values_only=True))
    assert [one[0].date() for one in rows[1:] if one[5] == "low"][-4:] == [day(n) for n in signals.DIP]
    assert "vvvv" in out["md"].read_text()


def test_the_data_is_there_for_programs(story: Story) -> None:
    key, _ = signals.the_dip(story)
    data = json.loads(json.dumps(study_verbs.study(story.ws, key).to_json()))
    chart = next(block for section in data["sections"] for block in section["blocks"] if "chart" in block)
    assert data["incident"] == key
    assert len(chart["labels"]) == len(chart["series"]["value"]) == len(chart["anomaly"])
    assert {one["name"] for one in chart["events"]} >= {"release New player 4.2", "policy Prizes need terms"}


def test_one_that_goes_on_says_so(story: Story) -> None:
    for surface in ("LIVE", "Shop"):
        story.append("desk", [f"UK-{surface}-{signals.DAYS}", day(signals.DAYS), "UK", surface, 5, 0])
    story.settle()
    key = max(signals.incidents(story))
    said = told(story, key)
    assert "on (1 flagged point). It goes on." in said
    assert "run this study again" in part(said, "Next steps")


def test_one_that_is_no_longer_flagged_says_so_and_shows_what_the_record_said(story: Story) -> None:
    key, before = signals.the_dip(story)
    for number in signals.DIP:
        story.type("desk", f"UK-LIVE-{number:03d}", viewers=round(800 * (1.4 if number % 7 > 4 else 1)), clicks=40)  # fmt: skip
    story.settle()
    outcome = study_verbs.study(story.ws, key, story.folder / "gone.md")
    said = (story.folder / "gone.md").read_text()
    assert any(
        line.startswith("Note: No longer flagged: its numbers were corrected") for line in outcome.lines
    )
    assert "**Note:** No longer flagged" in said
    assert "It is no longer flagged" in part(said, "Next steps")
    assert before["explained_by"].splitlines()[0] in part(said, "What explains it")
    assert "Its flagged points" not in said


def test_a_signal_that_was_taken_out_still_has_its_record(story: Story) -> None:
    key, record = signals.the_dip(story)
    without = [one for one in signals.FLAGS if one.startswith("viewers")]
    said = text().replace('viewers = "viewers", ctr = "clicks / viewers"', 'clicks = "clicks"')
    for name in signals.FLAGS:
        said = said.replace(f'"{name}" = "{name}"\n', "")
    assert without
    story.open(said)
    now = told(story, key)
    assert "“viewers of traffic” is not looked at any more: it is not under" in now
    assert record["explained_by"].splitlines()[0] in now


def test_rows_that_are_gone_are_told_of(story: Story) -> None:
    key, _ = signals.the_dip(story)
    for row in [row for row in story.rows("desk") if row[2] == "UK"]:
        row[2] = "GB"
    story.settle(allow=["mass-edit"])
    assert "There are no rows of 'UK' any more" in told(story, key)


@pytest.mark.parametrize("asked", ["INC-0099", "inc-0001", "UK-LIVE-100", "😀", ""])
def test_a_key_that_is_none_names_the_nearest_and_writes_nothing(story: Story, asked: str) -> None:
    out = story.folder / "study.md"
    with pytest.raises(
        UnknownName, match=r"There is no incident '.*'\. (Did you mean 'INC-|The last one is 'INC-)"
    ):
        study_verbs.study(story.ws, asked, out)
    assert not out.exists()


def test_without_incidents_or_without_signals_it_says_where_they_come_from(tmp_path: Path) -> None:
    early = begin(tmp_path / "early", signals.traffic()[:9])
    with pytest.raises(UnknownName, match="no incident is on record yet"):
        study_verbs.study(early.ws, "INC-0001")
    plain = Story(tmp_path / "plain", {"north": [["Case ID"]], "south": [["Case ID"]]})
    with pytest.raises(UnknownName, match=r"neither \[signals\] nor \[counts\]"):
        study_verbs.study(plain.ws, "INC-0001")


def test_on_the_command_line_it_is_written_as_data_and_with_an_exit_code(story: Story) -> None:
    key, _ = signals.the_dip(story)
    (story.folder / "sheetops.toml").write_text(text(), encoding="utf-8")
    story.ws.close()
    out = story.folder / "study.html"
    words = ["report", "study", key, "-C", str(story.folder), "--to", str(out), "--record", "--json"]
    done = CliRunner().invoke(cli, words)
    said = json.loads(done.stdout)
    assert (said["sheetops"], said["command"], said["exit_code"], done.exit_code) == (1, "report study", 0, 0)
    assert said["case_study"] == {"table": "case_studies", "key": "CS-0001", "run": "R2", "left": []}
    assert out.stat().st_size > 10_000
    wrong = CliRunner().invoke(cli, ["report", "study", "INC-99", "-C", str(story.folder)])
    assert wrong.exit_code == 2
    assert "There is no incident 'INC-99'" in wrong.stderr


# --- the record -------------------------------------------------------------------------------------------


def test_the_record_is_one_run_that_goes_into_the_tracker_and_can_be_undone(story: Story) -> None:
    key, _ = signals.the_dip(story)
    head = story.ws.store.head()
    study_verbs.study(story.ws, key)
    assert story.ws.store.head() == head, "without --record nothing is written"
    said = told(story, key, record=True, link="https://wiki.example/studies/1")
    run = re.search(r"Run (R\d+): Case study CS-0001 of INC-\d+: added", said)
    assert run is not None
    story.settle()
    row = dict(zip([*STUDY], story.row("studies", "CS-0001"), strict=True))
    assert row["incident"] == key
    assert row["status"] == "draft"
    assert row["evidence"] == "https://wiki.example/studies/1"
    assert "against" in row["what_happened"]
    assert "possible: release: New player 4.2" in row["hypothesis_product"]
    assert "root_cause" in row
    assert row["root_cause"] == "unknown", "people say what it was"
    story.ws.undo(run[1])
    assert story.ws.store.records("case_studies")["CS-0001"].archived


def test_written_again_only_what_a_study_wrote_changes_and_what_people_typed_stays(story: Story) -> None:
    key, _ = signals.the_dip(story)
    told(story, key, record=True)
    assert "CS-0001 says so already" in told(story, key, record=True)
    story.settle()
    story.type("studies", "CS-0001", what_happened="The encoder of the UK failed.", hypothesis_product=None)
    story.type("incidents", key, owner="ana")
    story.settle()
    said = told(story, key, record=True)
    now = story.ws.store.records("case_studies")["CS-0001"].values
    assert now["what_happened"] == "The encoder of the UK failed."
    assert now["hypothesis_product"] is None, "somebody cleared it"
    assert now["owner"] == "ana"
    assert "Left as people have it in CS-0001: " in said
    assert len(story.ws.store.records("case_studies")) == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"link": "https://x.example"}, "Add --record"),
        ({"record": True, "link": "C:/study.html"}, "is no link"),
    ],
)
def test_a_link_needs_a_record_and_is_one(story: Story, options: dict[str, Any], why: str) -> None:
    with pytest.raises(UnknownName, match=why):
        study_verbs.study(story.ws, signals.the_dip(story)[0], story.folder / "study.md", **options)
    assert not (story.folder / "study.md").exists()


def test_without_a_table_of_case_studies_nothing_is_written_at_all(tmp_path: Path) -> None:
    story = begin(tmp_path, signals.traffic(), text(studies=False))
    with pytest.raises(UnknownName, match="template add case-studies"):
        study_verbs.study(story.ws, signals.the_dip(story)[0], tmp_path / "study.md", record=True)
    assert not (tmp_path / "study.md").exists()


def test_another_file_is_not_written_over(story: Story) -> None:
    out = story.folder / "study.md"
    out.write_text("mine")
    with pytest.raises(TrackerNotWritten):
        study_verbs.study(story.ws, signals.the_dip(story)[0], out, record=True)
    assert not story.ws.store.records("case_studies")


# --- rates and counts -------------------------------------------------------------------------------------


def test_a_rate_is_said_as_a_mean_in_percent(tmp_path: Path) -> None:
    def spoil(number: int, row: list[Any]) -> None:
        if number in range(100, 104) and row[2] == "DE":
            row[5] = round(row[4] * 0.01)

    story = begin(tmp_path, signals.traffic(spoil))
    key = next(k for k, r in signals.incidents(story).items() if r["signal"] == "ctr of traffic" and r["series"] == "DE" and r["started"].date() >= day(99))  # fmt: skip
    said = told(story, key)
    assert re.search(r"The mean over these points is 1(\.\d+)? % ctr \(clicks / viewers\) against (4\.9\d*|5(\.0\d*)?) % expected", said)  # fmt: skip
    assert "DE" in said


counted = signals.counted


def test_a_surge_of_counts_is_studied_too(counted: Story) -> None:
    (key,) = signals.incidents(counted)
    said = told(counted, key)
    assert (
        "weekly (cases a week), UK · Spam, was above what was expected from the week of Mon 22 Dec 2025 on (1 flagged point)"
        in said
    )
    assert "times what was expected; usual is" in said
    assert "market = UK and policy = Spam" in part(said, "What explains it")
    assert "| UK · Fakes |" in said
    for kind in FORMATS:
        assert (
            study_verbs.study(counted.ws, key, counted.folder / f"surge.{kind}").lines[0].startswith("Wrote")
        )


@pytest.mark.parametrize("spoil", [lambda row: row.__setitem__(2, "سبام 😀" if row[2] == "Spam" else row[2])])
def test_names_from_right_to_left_and_emoji_are_in_all_formats(tmp_path: Path, spoil: Callable[[list[Any]], object]) -> None:  # fmt: skip
    story = signals.counting(tmp_path, signals.cases(spoil=spoil))
    story.settle()
    (key,) = signals.incidents(story)
    for kind in FORMATS:
        study_verbs.study(story.ws, key, tmp_path / f"rtl.{kind}")
    assert "سبام 😀" in (tmp_path / "rtl.html").read_text(encoding="utf-8")
    assert "سبام 😀" in openpyxl.load_workbook(tmp_path / "rtl.xlsx").worksheets[0]["A1"].value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("policy = سبام: 47, 9 expected", "policy = سبام\u200e: 47, 9 expected"),
        ("policy = سبام 😀: 47", "policy = سبام\u200e 😀: 47"),
        ("policy = سبام 2 خبر, all", "policy = سبام 2 خبر, all"),
        ("سبام: 47 expected", "سبام: 47 expected"),
        ("policy = سبام and no number", "policy = سبام and no number"),
        ("😀 47 café", "😀 47 café"),
        ("", ""),
    ],
)
def test_numbers_after_a_name_from_right_to_left_stay_in_order(text: str, shown: str) -> None:
    assert marked(text) == shown


def test_the_words_of_next_steps_are_data_with_a_class_for_each(story: Story) -> None:
    words = step_words()
    assert set(words) == {*ASKED, "classes", "situations"}
    assert all({"called", "whom", "check"} == set(one) for one in words["classes"].values())
