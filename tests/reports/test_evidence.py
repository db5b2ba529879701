"""Evidence packages: everything that is known of a record, the same bytes each time, and every change of them is found."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest

from sheetops import report_verbs
from sheetops.model.errors import UnknownName
from sheetops.reports.evidence import check
from sheetops.reports.rendering.zips import zipped

from .desk import AFTER, MONDAY, Desk, add, put, start

LONG = "Wort für Wort: 店铺 " * 2500


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "desk")
    at = MONDAY + timedelta(days=1)
    desk.type(at, *start(), add("cases", case_id="C-1", market="UK", policy="Counterfeit", status="new", detected_at=at, summary=LONG, evidence="https://evidence.example/C-1"))  # fmt: skip
    desk.type(
        at + timedelta(days=1),
        put("cases", "C-1", "status", "new", "closed"),
        put("cases", "C-1", "decided_at", None, at + timedelta(hours=9)),
    )
    desk.type(at + timedelta(days=3), add("appeals", appeal_id="A-2", case="C-1", received_at=at + timedelta(days=3), outcome="overturned"),
              add("appeals", appeal_id="A-1", case="C-1", received_at=at + timedelta(days=2), outcome="upheld"), add("appeals", appeal_id="A-3", case="C-2"))  # fmt: skip
    return desk


def pack(desk, key="C-1", now=AFTER):
    out = desk.folder / f"{key}-{now:%d%H}.zip"
    with desk.open(now) as ws:
        said = report_verbs.evidence(ws, key, out)
    return out.read_bytes(), said


def content(made, name):
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return archive.read(name).decode("utf-8-sig")


def test_it_has_snapshot_timeline_appeals_policy_clock_links_and_manifest(desk):
    made, said = pack(desk)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == [
            "README.md",
            "snapshot.json",
            "timeline.csv",
            "appeals.json",
            "policy-1.md",
            "sla.csv",
            "sla.txt",
            "attachments.csv",
            "manifest.json",
        ]
    assert [one["key"] for one in json.loads(content(made, "appeals.json"))] == ["A-1", "A-2"]
    fields = {one["field"]: one["value"] for one in json.loads(content(made, "snapshot.json"))["fields"]}
    assert fields["summary"] == LONG
    assert (
        content(made, "attachments.csv").splitlines()[1] == "cases,C-1,evidence,https://evidence.example/C-1"
    )
    timeline = list(csv.DictReader(io.StringIO(content(made, "timeline.csv"))))
    (closed,) = [row for row in timeline if row["field"] == "status" and row["what"] == "set"]
    assert (closed["before"], closed["after"], closed["who"], closed["run"]) == (
        "new",
        "closed",
        "Amara",
        "R3",
    )
    assert "SHA-256 of the package" in said.lines[1]


def test_the_clock_is_there_interval_by_interval_with_its_sum(desk):
    made, _ = pack(desk)
    rows = list(csv.DictReader(io.StringIO(content(made, "sla.csv"))))
    assert (
        sum(int(row["seconds"]) for row in rows if row["what"] == "counted")
        == int(rows[-1]["sum"])
        == 24 * 3600
    )
    assert "policy usual" in content(made, "sla.txt")


def test_the_policy_is_the_one_that_was_in_force_when_it_was_decided(desk):
    assert "First wording" in content(pack(desk)[0], "policy-1.md")
    at = MONDAY + timedelta(weeks=10)
    desk.type(
        at,
        add("cases", case_id="C-9", policy="Counterfeit", status="new", detected_at=at),
        add("cases", case_id="C-8", policy="Counterfeit", policy_version="Counterfeit v7", detected_at=at),
    )
    assert "Second wording" in content(pack(desk, "C-9")[0], "policy-1.md")
    _, said = pack(desk, "C-8", AFTER + timedelta(hours=1))
    assert (
        "Missing: The policy version 'Counterfeit v7' is not in the dataset, so its words are not in here."
        in said.lines
    )
    assert "Missing: policy_version says 'Counterfeit v7', which is not in policy_versions." in said.lines


def test_made_twice_it_is_the_same_bytes(desk):
    assert pack(desk)[0] == pack(desk, now=AFTER + timedelta(days=3))[0]


def test_a_package_is_as_it_was_made(desk, tmp_path):
    made, _ = pack(desk)
    out = tmp_path / "c1.zip"
    out.write_bytes(made)
    said = report_verbs.verify(out)
    assert (said.exit_code, said.lines[0]) == (
        0,
        "c1.zip is as its manifest says: 8 files of C-1 (cases), as of 2026-07-10T00:00:00Z.",
    )


def changed(made, name, what):
    """Return a package in which one file is another, or gone (None)."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    files[name] = what
    return zipped({one: said for one, said in files.items() if said is not None})


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("timeline.csv", b"seq", "'timeline.csv' is another one: 3 bytes where"),
        ("snapshot.json", None, "'snapshot.json' is missing."),
        ("extra.txt", b"hello", "'extra.txt' is not in the manifest."),
        ("manifest.json", b"{}", "Its manifest.json cannot be read."),
        ("manifest.json", None, "It has no manifest.json, so it is no evidence package."),
        (
            "manifest.json",
            b'{"sheetops_evidence": 1, "files": {"README.md": 7}}',
            "Its manifest.json cannot be read.",
        ),
    ],
)
def test_every_change_is_found_and_ends_with_1(desk, tmp_path, name, what, said):
    out = tmp_path / "c1.zip"
    out.write_bytes(changed(pack(desk)[0], name, what))
    outcome = report_verbs.verify(out)
    assert outcome.exit_code == 1
    assert any(said in line for line in outcome.lines)


def test_damaged_bytes_are_found_wherever_they_are(desk):
    made, _ = pack(desk)
    for place in range(30, len(made) - 60, max(1, len(made) // 80)):
        broken = made[:place] + bytes([made[place] ^ 0xFF]) + made[place + 1 :]
        found = check(broken)
        names_alone = zipfile.is_zipfile(io.BytesIO(broken)) and not found.differences
        assert (
            found.differences or names_alone
        )  # a byte of a date or of an unread header says nothing of the files
        if names_alone:
            with zipfile.ZipFile(io.BytesIO(broken)) as one, zipfile.ZipFile(io.BytesIO(made)) as other:
                assert [one.read(name) for name in one.namelist()] == [
                    other.read(name) for name in other.namelist()
                ]


def test_what_is_no_zip_is_said_to_be_none():
    assert check(b"no zip at all").differences[0].startswith("It is no zip file that can be read")


def test_a_key_that_is_not_there_is_answered_with_the_nearest(desk):
    with desk.open(AFTER) as ws, pytest.raises(UnknownName, match=r"There is no record 'C-11'.*C-1"):
        report_verbs.evidence(ws, "C-11")


def test_evidence_of_an_escalation_is_a_package_too(desk):
    made, said = pack(desk, "E-1")
    assert json.loads(content(made, "manifest.json"))["table"] == "escalations"
    assert said.exit_code == 0
