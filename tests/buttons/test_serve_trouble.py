"""When things are not as they were: the press is answered in one sentence, and nothing typed is lost."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from sheetops.buttons.serving.line import Line
from sheetops.buttons.serving.service import Patience
from sheetops.library import open_workspace

from ..trackers import workbooks
from . import serving
from .serving import press, said, until


def test_a_workspace_that_moved_is_named_and_found_again(url: str, desk: Path, text: str) -> None:
    moved = desk.rename(desk.with_name("moved"))
    answer = press(url, text, "sync")
    assert answer.status_code == 503
    assert "its folder was moved, renamed or deleted. Nothing was run. Start the service where" in said(
        answer
    )
    assert requests.get(f"{url}/health", timeout=5).status_code == 503
    assert "its folder was moved" in requests.get(url, timeout=5).text
    assert not desk.exists()
    moved.rename(desk)
    assert press(url, text, "sync").json()["exit_code"] == 0


def test_a_button_of_another_workspace_or_of_a_copy(url: str, desk: Path, text: str) -> None:
    other = press(url, text, "sync", workspace="Other")
    assert "This service is for the workspace 'Desk', and the button is for 'Other'." in said(other)
    copy = press(url, text, "sync", tracker="1copyOfASpreadsheet")
    assert "This spreadsheet is not a tracker of 'Desk'" in said(copy)
    assert (other.status_code, copy.status_code) == (404, 404)
    assert not (desk / "sheetops.db").exists()


def test_a_mistake_in_the_config_names_its_line(url: str, desk: Path, text: str) -> None:
    config = desk / "sheetops.toml"
    config.write_text(config.read_text().replace('type = "choice"', 'type = "chioce"'))
    answer = press(url, text, "sync")
    assert "chioce" in said(answer)
    assert "line" in said(answer)


def test_a_run_from_elsewhere_is_waited_for(desk: Path, text: str) -> None:
    """A schedule is at work: the press waits for it, and says who it was when that takes too long."""
    with serving.served(
        desk, line=Line(gather=0.0), patience=Patience(other_run=1.0, between=0.05)
    ) as server:
        press(server.url, text, "sync")
        workbooks.edit(desk / "Desk.xlsx", {"B2": "closed"})
        with open_workspace(desk) as ws, ThreadPoolExecutor(1) as people:
            with ws.store.lock("the 06:00 schedule"):
                waiting = people.submit(press, server.url, text, "sync")
                time.sleep(0.3)
                assert not waiting.done()
            assert waiting.result().json()["run"] == "R2"
            with ws.store.lock("the 06:00 schedule"):
                answer = press(server.url, text, "sync")
    assert answer.json()["exit_code"] == 5
    assert "Another run is at work on this dataset: the 06:00 schedule" in said(answer)


def test_a_press_that_takes_longer_goes_on_and_says_where_to_look(desk: Path, text: str) -> None:
    with serving.served(desk, line=Line(gather=0.3), patience=Patience(answer=0.01)) as server:
        answer = press(server.url, text, "sync")
        assert answer.status_code == 202
        assert "Still running. It goes on by itself: look at the tab 'sheetops'" in said(answer)
        until((desk / "sheetops.presses.log").exists)
    assert serving.log(desk)[-1]["run"] == "R1"


def test_a_button_that_can_wait_longer_is_answered_when_it_is_done(desk: Path, text: str) -> None:
    with serving.served(desk, line=Line(gather=0.3), patience=Patience(answer=0.01)) as server:
        headers = {"Authorization": f"Bearer {text}", "Prefer": "respond-async, wait=60"}
        answer = requests.post(f"{server.url}/v1/run", json={"action": "sync"}, headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["run"]) == (200, "R1")


def test_a_read_only_workbook_is_named_and_nothing_is_lost(
    url: str, desk: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(url, text, "sync")
    workbooks.edit(desk / "Desk.xlsx", {"B2": "opne", "C2": "called"})
    replace = Path.replace

    def read_only(path: Path, target: Path) -> Path:
        if Path(target).name == "Desk.xlsx":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", read_only)
        patched.setattr("sheetops.ooxml.files._PAUSE", 0)
        answer = press(url, text, "sync")
    assert "Desk.xlsx" in said(answer)
    assert answer.json()["exit_code"] in (1, 5)
    assert workbooks.rows(desk / "Desk.xlsx")[1] == ["A", "opne", "called"]
    assert press(url, text, "sync").json()["exit_code"] == 3
    with open_workspace(desk) as ws:
        assert ws.table("cases")["A"]["note"] == "called"


def test_a_workbook_that_is_gone_is_named(url: str, desk: Path, text: str) -> None:
    press(url, text, "sync")
    (desk / "Desk.xlsx").rename(desk / "Desk 2.xlsx")
    answer = press(url, text, "sync")
    assert "Desk.xlsx" in said(answer)
    assert answer.json()["exit_code"] == 1


def test_a_bug_is_said_in_words_and_stands_in_the_services_log(
    url: str, text: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from sheetops.buttons.serving import service

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(service, "press", broken)
    answer = press(url, text, "sync")
    assert "did not foresee" in said(answer)
    assert "a bug of ours" not in answer.text
    assert "a bug of ours" in caplog.text
    monkeypatch.undo()
    assert press(url, text, "sync").json()["exit_code"] == 0


def test_a_body_that_is_cut_off_half_way_runs_nothing_and_harms_nobody(
    url: str, desk: Path, text: str
) -> None:
    host, port = url.removeprefix("http://").split(":")
    for kept in (b"", b'{"action": "sy'):
        with socket.create_connection((host, int(port))) as line:
            head = f"POST /v1/run HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAuthorization: Bearer {text}\r\nContent-Length: 50\r\n\r\n"
            line.sendall(head.encode() + kept)
    assert not (desk / "sheetops.db").exists()
    assert press(url, text, "sync").json()["run"] == "R1"


def test_an_answer_that_nobody_waits_for_is_carried_out_all_the_same(url: str, desk: Path, text: str) -> None:
    """The network goes away after the press: the run is whole, and pressing again finds nothing to do."""
    host, port = url.removeprefix("http://").split(":")
    body = b'{"action": "sync"}'
    with socket.create_connection((host, int(port))) as line:
        head = f"POST /v1/run HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAuthorization: Bearer {text}\r\nContent-Length: {len(body)}\r\n\r\n"
        line.sendall(head.encode() + body)
        time.sleep(0.1)
    again = press(url, text, "sync")
    agreed = ("Nothing to do: everything agrees.",)
    assert said(again) in (*agreed, "1 change of the dataset's shape, 2 records added.")
    with open_workspace(desk) as ws:
        assert len(ws.runs()) == 1
