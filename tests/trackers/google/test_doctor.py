"""`sheetops doctor`: whom to share sheets with, and what is wrong with each."""

import pytest

from sheetops.library import open_workspace
from sheetops.model.errors import SheetopsError
from sheetops.sandbox import Sandbox
from sheetops.setting_up import _check_google
from sheetops.trackers.google.problems import checks

ROBOT = "robot@sandbox.example"


@pytest.fixture
def others(connect):
    """A sheet of Ana's that the robot may not open."""
    made = connect(user="ana@example.com").create("Payroll", [])
    return made["spreadsheetId"]


def test_a_sheet_that_can_be_read(google, sheet):
    assert checks(google, {sheet: "north"}) == [
        (True, f"Google: share each sheet with {ROBOT} as Editor"),
        (True, "Google Sheet 'north': can be read"),
    ]


def test_a_sheet_that_nobody_shared_and_one_that_is_gone(google, others):
    found = checks(google, {others: "Payroll", "gone": "Old"})
    assert found[1:] == [
        (False, (f"{ROBOT} may not open 'Payroll'. 'Payroll' was not read. Share it with {ROBOT} as Editor. Where the "
                "company allows sharing only inside, ask whoever runs Google Workspace.")),
        (False, ("There is no spreadsheet 'Old': it was deleted, or its id or link is mistyped. 'Old' was not read. Copy "
                "its link from the browser into the tracker's source in sheetops.toml, or restore it from the bin.")),
    ]  # fmt: skip


def test_a_viewer_is_told_to_become_an_editor(box, connect, google, others):
    share = {"type": "user", "role": "reader", "emailAddress": ROBOT, "id": "1"}
    box.service.store.get(others).file["permissions"].append(share)
    google.read(others, fields="properties.title")
    with pytest.raises(SheetopsError, match=f"{ROBOT} may read 'Payroll' but not change it."):
        google.batch(others, [])


def test_a_workspace_with_google_trackers_is_checked(box, sheet, tmp_path, monkeypatch):
    monkeypatch.setattr("sheetops.config.trackers.BACKENDS", ("excel", "google"))
    (tmp_path / "sheetops.toml").write_text(f"""
[tables.cases]
key = "id"
fields.id.type = "text"
[trackers.north]
backend = "google"
source = "{sheet}"
tab = "North"
table = "cases"
columns = {{ ID = "id" }}
""", encoding="utf-8")  # fmt: skip
    with open_workspace(tmp_path) as ws:
        found = _check_google(ws, {"SHEETOPS_GOOGLE_URL": box.url})
        assert found[1] == (True, "Google Sheet 'north': can be read")
        without = _check_google(ws, {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "gone.json")})
    assert [ok for ok, _ in without] == [False]
    assert "cannot be used: there is no such file" in without[0][1]


def test_a_file_in_the_bin_is_found_where_drive_is_asked(sheet, google, box):
    google.asks_drive = True
    box.service.store.get(sheet).file["trashed"] = True
    assert checks(google, {sheet: "north"})[1] == (
        False,
        (
            "'north' is in the bin of Google Drive. 'north' was not read. "
            "Restore it there, or take its trackers out of sheetops.toml."
        ),
    )


def test_no_network_is_said_once_for_each_sheet(connect):
    with Sandbox() as box:
        url = box.url
    found = checks(connect(url=url, deadline=3), {"x": "North"})
    assert found[1][1].startswith("127.0.0.1 cannot be reached. Tried ")
