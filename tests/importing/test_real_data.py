"""Real exports, with headers and spellings of their own: requests of San Francisco 311, and an event log of incidents."""

import pytest
from click.testing import CliRunner

import sheetops
from sheetops.cli.main import cli
from tests.conftest import SHARED

REQUESTS, INCIDENTS = SHARED / "data" / "sf311_sample.csv", SHARED / "data" / "bpic2013_incidents.csv"
FEEDBACK = """
[tables.feedback]
key = "request"
[tables.feedback.fields]
request = { type = "text", label = "Request" }
status = { type = "choice", label = "Status", choices = { Open = [], Closed = [] } }
received_at = { type = "datetime", label = "Received" }
closed_at = { type = "datetime", label = "Closed at" }
channel = { type = "choice", label = "Channel", choices = ["Phone", "Web", "Mobile", "Twitter", "Integrated Agency", "Email"] }
category = { type = "text", label = "Category" }
answer = { type = "long text", label = "Status notes" }
[tables.incidents]
key = "incident"
[tables.incidents.fields]
incident = { type = "text", label = "Incident" }
status = { type = "text", label = "Status" }
impact = { type = "choice", label = "Impact", choices = ["Low", "Medium", "High", "Major"] }
owner = { type = "person", label = "Owner" }
team = { type = "text", label = "Team" }
changed_at = { type = "datetime", label = "Time" }
"""


def needs(path):
    return pytest.mark.skipif(not path.is_file(), reason=f"{path} is not there; set SHEETOPS_SHARED")


@pytest.fixture
def run(tmp_path):
    (tmp_path / "sheetops.toml").write_text(FEEDBACK, encoding="utf-8")

    def run(*words, answers="", code=0):
        result = CliRunner().invoke(cli, [*map(str, words), "-C", str(tmp_path)], input=answers)
        assert result.exit_code == code, result.output + result.stderr
        return result.output

    run.folder = tmp_path
    return run


@needs(REQUESTS)
def test_requests_of_311_come_in_by_their_own_words(run):
    said = run("import", REQUESTS, "--into", "feedback", answers="y\ny\n", code=3)
    for column in ("'unique_key' -> request? sure", "'created_date' -> received_at? sure", "'closed_date' -> closed_at? sure",
                   "'source' -> channel? sure"):  # fmt: skip
        assert f"column {column}" in said
    assert "channel 'Mobile/Open311' (839 times) -> 'Mobile'?" in said
    with sheetops.open(run.folder) as ws:
        records, intake = ws.store.records("feedback"), ws.store.count("intake")
        assert len(records) + intake == 10_000
        assert records["6078653"].values["received_at"].isoformat() == "2016-07-13T15:11:07+00:00"
        head = ws.store.head()
    assert "Nothing to do" in run("import", REQUESTS, "--into", "feedback", "--yes", code=3)
    with sheetops.open(run.folder) as ws:
        assert ws.store.head() == head
        assert ws.store.verify() == []


@needs(REQUESTS)
def test_without_a_word_from_anybody_no_column_is_taken_for_the_key(run):
    result = CliRunner().invoke(
        cli, ["import", str(REQUESTS), "--into", "feedback", "--yes", "-C", str(run.folder)]
    )
    assert result.exit_code == 4
    assert "'unique_key' may" in result.stderr


@pytest.mark.slow
@needs(INCIDENTS)
def test_an_event_log_becomes_records_with_the_course_of_their_status(run):
    mapping = run.folder / "imports" / "bpic2013-incidents.toml"
    mapping.parent.mkdir()
    mapping.write_text(
        'table = "incidents"\nhistory = "time:timestamp"\n[columns]\n"case:concept:name" = "incident"\n'
        '"lifecycle:transition" = "status"\n"impact" = "impact"\n"org:resource" = "owner"\n"org:group" = "team"\n'
        '"time:timestamp" = "changed_at"\n',
        encoding="utf-8",
    )
    said = run("import", INCIDENTS, "--into", "incidents", "--yes")
    assert "7,554 added" in said
    assert "= 65,533 rows" in said
    with sheetops.open(run.folder) as ws:
        course = [e for e in ws.history("1-364285768") if e.field == "status"]
        assert course[0].effective_at < course[1].effective_at
        assert ws.store.count("incidents") == 7_554
    assert "65,533 same" in run("import", INCIDENTS, "--into", "incidents", "--yes")
