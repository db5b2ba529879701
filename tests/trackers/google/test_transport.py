"""Requests to a real HTTP server: what is sent, what is counted, what is read back."""

import json
import subprocess
import sys

import pytest

from sheetops.model.errors import TrackerUnreadable
from sheetops.trackers.google.transport import IdInUse, Sent

from .conftest import stamp, write

CELL = "sheets.data.rowData.values.userEnteredValue"


def a1(answer):
    return answer["sheets"][0]["data"][0]["rowData"][0]["values"][0]["userEnteredValue"]["stringValue"]


def test_a_batch_writes_and_reads_back_in_one_call(google, sheet):
    sent = google.batch(
        sheet,
        [write("Zoë"), stamp(1)],
        response_ranges=["North!A1:A1"],
        fields=f"updatedSpreadsheet({CELL})",
    )
    assert isinstance(sent, Sent)
    assert not sent.resent
    assert a1(sent.answer["updatedSpreadsheet"]) == "Zoë"
    assert (google.calls.reads, google.calls.writes) == (0, 1)


def test_ranges_are_read_with_a_mask(google, sheet):
    google.batch(sheet, [write("open"), stamp(1)])
    answer = google.read(sheet, ranges=["North!A1:B2"], fields=f"properties.title,{CELL}")
    assert a1(answer) == "open"
    assert answer["properties"] == {"title": "Cases"}
    assert google.names[sheet] == "Cases"


def test_data_filters_read_too(google, sheet):
    google.batch(sheet, [write("open"), stamp(1)])
    assert a1(google.read_by_filter(sheet, [{"a1Range": "North!A1"}], CELL)) == "open"
    assert (google.calls.reads, google.calls.writes) == (1, 1)


def test_many_ranges_are_posted_because_no_address_may_be_that_long(google, sheet, box):
    google.batch(sheet, [write("open"), stamp(1)])
    answer = google.read(sheet, ranges=[f"North!A{n}:B{n}" for n in range(1, 400)], fields=CELL)
    assert a1(answer) == "open"
    assert box.requests[-1].path.endswith(":getByDataFilter")


def test_metadata_by_its_id_or_none(google, sheet):
    google.batch(sheet, [stamp(41)])
    assert google.metadata(sheet, 41)["metadataValue"] == "1"
    assert google.metadata(sheet, 42) is None


def test_drives_version_grows_with_a_change(google, sheet):
    before = google.drive_version(sheet)
    google.batch(sheet, [write("x"), stamp(1)])
    assert int(google.drive_version(sheet)) > int(before)
    assert google.calls.drive == 2


def test_a_spreadsheet_in_the_bin_is_said(google, sheet, box):
    box.service.store.get(sheet).file["trashed"] = True
    google.read(sheet, fields="properties.title")
    with pytest.raises(TrackerUnreadable, match=r"'Cases' is in the bin of Google Drive\."):
        google.drive_version(sheet)


def test_bytes_are_counted_as_they_go_over_the_wire(google, sheet, box):
    google.batch(sheet, [write("é" * 3000), stamp(1)])
    assert google.calls.sent_bytes == len(box.requests[-1].body)
    google.calls.received_bytes = 0
    answer = google.read(sheet, fields=CELL)
    assert 0 < google.calls.received_bytes < len(json.dumps(answer, ensure_ascii=False)) / 10
    assert box.requests[-1].headers["accept-encoding"] == "gzip"
    assert "gzip" in box.requests[-1].headers["user-agent"]


def test_the_second_program_with_the_same_id_is_refused(google, sheet, connect):
    google.batch(sheet, [stamp(7), write("first")])
    with pytest.raises(IdInUse) as caught:
        connect().batch(sheet, [stamp(7), write("second")])
    assert not caught.value.resent
    assert caught.value.exit_code == 5
    assert a1(google.read(sheet, fields=CELL)) == "first"


def test_no_key_is_loaded_for_another_server(connect, box, monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "there-is-none.json"))
    with pytest.raises(TrackerUnreadable):
        connect(user="ana@example.com").read("none", fields="spreadsheetId")
    assert box.requests[-1].token == "ana@example.com"


def test_nothing_of_google_is_imported_with_the_trackers():
    code = (
        "import sys, sheetops.trackers, sheetops.workspace, sheetops.trackers.google.transport\n"
        "print([name for name in ('gspread', 'google.auth', 'requests', 'tenacity') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
