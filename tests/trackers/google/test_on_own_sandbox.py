"""A workspace that says `sandbox = "..."`: its Google trackers work with nobody having started a server."""

import subprocess
import sys
from pathlib import Path

import pytest

from sheetops import actions
from sheetops.library import open_workspace
from sheetops.sandbox import Sandbox, serving
from sheetops.setting_up import doctor

from . import books

CONFIG = """
[google]
sandbox = "google"
[tables.cases]
key = "id"
[tables.cases.fields]
id = {{ type = "text" }}
note = {{ type = "text" }}
[trackers.london]
name = "London"
spreadsheet = "{id}"
tab = "Cases"
table = "cases"
[trackers.london.columns]
ID = "id"
Note = "note"
"""


def open_here(folder: Path, **environ: str):
    return open_workspace(folder, environ=environ)


@pytest.fixture
def london(tmp_path):
    """The id of a spreadsheet in the folder of the workspace's sandbox, which nobody is serving now."""
    with Sandbox(data=tmp_path / "google") as box:
        made = books.make(box, {"Cases": [["ID", "Note"], ["C-1", "first"]]})
    (tmp_path / "sheetops.toml").write_text(CONFIG.format(id=made), encoding="utf-8")
    return made


def test_a_sandbox_is_started_with_the_first_request_and_stopped_with_the_workspace(tmp_path, london):
    with open_here(tmp_path) as ws:
        assert serving(tmp_path / "google") is None
        assert actions.sync(ws).exit_code == 0
        assert serving(tmp_path / "google") is not None
    assert serving(tmp_path / "google") is None
    with open_here(tmp_path) as ws:
        assert actions.sync(ws).data["used"] == {"London": "1 read"}


def test_it_is_stopped_after_an_error_too(tmp_path, london):
    def fail():
        with open_here(tmp_path) as ws:
            ws.sync()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert serving(tmp_path / "google") is None


def test_a_workspace_that_nobody_closed_stops_it_when_it_goes(tmp_path, london):
    ws = open_here(tmp_path)
    ws.sync()
    del ws
    assert serving(tmp_path / "google") is None


def test_what_is_written_stays_in_the_folder(tmp_path, london):
    with Sandbox(data=tmp_path / "google") as box:
        box.person(london).type("Cases!B3", "typed in the browser")
    with open_here(tmp_path) as ws:
        ws.sync()
    with Sandbox(data=tmp_path / "google") as box:
        assert "sheetops" in {sheet.title for sheet in box.service.store.get(london).sheets}


def test_a_sandbox_that_is_open_in_a_browser_is_used_and_not_stopped(tmp_path, london):
    with Sandbox(data=tmp_path / "google") as box:
        with open_here(tmp_path) as ws:
            ws.sync()
        assert len(box.requests) > 1
        assert serving(tmp_path / "google") == box.url
        box.person(london).type("Cases!B2", "second")
        with open_here(tmp_path) as ws:
            ws.sync()
            assert ws.table("cases")["C-1"]["note"] == "second"


def test_a_sandbox_of_others_that_stops_is_followed_by_one_of_our_own(tmp_path, london):
    with open_here(tmp_path) as ws:
        with Sandbox(data=tmp_path / "google") as box:
            ws.sync()
        assert serving(tmp_path / "google") is None
        assert actions.sync(ws).data["used"] == {"London": "1 read"}
        assert serving(tmp_path / "google") not in (None, box.url)


def test_two_workspaces_at_once_share_one_sandbox(tmp_path, london):
    with open_here(tmp_path) as first, open_here(tmp_path) as second:
        first.sync()
        assert second.plan().is_empty


def test_the_environments_server_counts_before_it(tmp_path, london):
    with Sandbox() as box:
        with open_here(tmp_path, SHEETOPS_GOOGLE_URL=box.url) as ws:
            assert not ws.plan().trackers
        assert box.requests
    assert not (tmp_path / "google" / "address").exists()


def test_doctor_says_that_it_is_a_sandbox_and_how_to_change_to_google(tmp_path, london):
    outcome = doctor(lambda: open_here(tmp_path), {})
    said = "\n".join(outcome.lines)
    assert f"not in Google but on a sandbox, which keeps them in {tmp_path / 'google'}" in said
    assert "take sandbox = ... out of [google]" in said
    assert "Google Sheet 'London': can be read" in said
    assert outcome.exit_code == 0, "UTC and the spreadsheet's Etc/UTC are one clock"
    assert serving(tmp_path / "google") is None


def planned(folder: Path) -> str:
    with open_here(folder) as ws:
        return "\n".join(actions.plan(ws).lines)


def test_a_spreadsheet_that_is_not_in_the_folder(tmp_path, london):
    config = tmp_path / "sheetops.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(london, "x" * 44), encoding="utf-8")
    said = planned(tmp_path)
    assert f"There is no spreadsheet 'London' in the sandbox {tmp_path / 'google'}." in said
    assert f"sheetops sandbox --data {tmp_path / 'google'}" in said


def test_a_folder_that_is_not_there_is_not_made(tmp_path, london):
    (tmp_path / "google").rename(tmp_path / "elsewhere")
    said = planned(tmp_path)
    assert f"The folder {tmp_path / 'google'}, named as sandbox under [google], is not there." in said
    assert not (tmp_path / "google").exists()


def test_a_damaged_file_in_the_folder_is_named(tmp_path, london):
    damaged = tmp_path / "google" / "half.json"
    damaged.write_text('{"id": "ha')
    assert f"{damaged} is damaged, or is not the spreadsheet of a sandbox" in planned(tmp_path)
    damaged.unlink()
    with open_here(tmp_path) as ws:
        assert ws.sync().run


def test_a_spreadsheet_made_on_the_page_can_be_synced(tmp_path, london):
    with Sandbox(data=tmp_path / "google") as box:
        made = books.HTTP.post(f"{box.url}/sheets", json={"title": "Mine"}, timeout=20).json()["result"]
        ana = box.person(made)
        ana.rename_tab("Sheet1", "Cases")
        ana.type("Cases!A1", "ID", "Note")
        ana.type("Cases!A2", "C-9", "typed on the page")
    (tmp_path / "sheetops.toml").write_text(CONFIG.format(id=made), encoding="utf-8")
    with open_here(tmp_path) as ws:
        ws.sync()
        assert ws.table("cases")["C-9"]["note"] == "typed on the page"


def test_a_workspace_without_one_imports_nothing_of_it(tmp_path, london):
    code = (
        f"import sys, sheetops\nwith sheetops.open({str(tmp_path)!r}) as ws: ws.held()\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "sheetops.sandbox" not in done.stdout.split()
