"""The service as buttons meet it: real HTTP on this machine, a real workspace behind it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from sheetops.buttons.serving.line import Line
from sheetops.buttons.serving.running import CannotServe, Server
from sheetops.buttons.serving.service import Patience
from sheetops.buttons.serving.signing import sign
from sheetops.cli.main import cli
from sheetops.library import open_workspace
from sheetops.model.errors import UnknownName

from ..trackers import workbooks
from . import serving
from .serving import press


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return serving.workspace(tmp_path / "desk")


@pytest.fixture
def text(desk: Path) -> str:
    return serving.token(desk)


@pytest.fixture
def url(desk: Path, text: str) -> Iterator[str]:
    with serving.served(desk, line=Line(gather=0.0)) as server:
        yield server.url


def said(answer: requests.Response) -> str:
    """The sentence that is shown to the person, which is a sentence whatever happened."""
    sentence = str(answer.json()["sentence"])
    assert sentence
    assert "\n" not in sentence
    assert "Traceback" not in answer.text
    return sentence


def status_of(desk: Path) -> list[Any]:
    return [row[1] for row in workbooks.rows(desk / "Desk.xlsx")[1:]]


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


# --- what a press does ------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", [True, False])
def test_a_press_runs_and_is_answered_in_words(url: str, desk: Path, text: str, signed: bool) -> None:
    answer = press(url, text, "sync", signed=signed, workspace="Desk", tracker="desk")
    assert answer.status_code == 200
    assert said(answer) == "1 change of the dataset's shape, 2 records added."
    assert answer.json()["run"] == "R1"
    workbooks.edit(desk / "Desk.xlsx", {"B2": "opne"})
    assert press(url, text, "sync").json()["exit_code"] == 3
    assert said(press(url, text, "held")) == "1 item held."
    assert said(press(url, text, "explain", key="A")) == "What is known of A:"


def test_the_journal_names_the_button(url: str, desk: Path, text: str) -> None:
    press(url, text, "sync")
    with open_workspace(desk) as ws:
        assert ws.runs()[0].who == "desk"


def test_the_log_has_a_line_for_each_press_and_no_secret(url: str, desk: Path, text: str) -> None:
    press(url, text, "sync")
    press(url, text[:-1] + ("0" if text[-1] != "0" else "1"), "undo", signed=False)
    press(url, text, "explain", key="A")
    token_id, _, secret = text.rpartition(".")
    lines = serving.log(desk)
    assert [(line["token"], line["action"]) for line in lines] == [
        (token_id, "sync"), (None, "undo"), (token_id, "explain"),
    ]  # fmt: skip
    assert (lines[0]["run"], lines[0]["exit_code"], lines[1]["refused"]) == ("R1", 0, "token")
    assert lines[2]["key"] == "A"
    assert secret[:20] not in (desk / "sheetops.presses.log").read_text()


def test_what_a_press_found_on_purpose_is_said_as_at_the_terminal(url: str, desk: Path, text: str) -> None:
    press(url, text, "sync")
    workbooks.edit(desk / "Desk.xlsx", {"A1": None})
    answer = press(url, text, "sync")
    assert answer.status_code == 200
    assert "Desk.xlsx" in said(answer)


# --- double clicks ----------------------------------------------------------------------------------


def click(url: str, text: str, action: str, times: int, **more: Any) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(times) as people:
        presses = [people.submit(press, url, text, action, **more) for _ in range(times)]
        answers = [one.result() for one in presses]
    assert {answer.status_code for answer in answers} == {200}, {answer.text for answer in answers}
    return [answer.json() for answer in answers]


def test_a_hundred_double_clicks_are_one_run_and_lose_no_edit(desk: Path, text: str) -> None:
    with serving.served(desk, line=Line(gather=3.0)) as server:
        press(server.url, text, "sync")
        workbooks.edit(desk / "Desk.xlsx", {"B2": "closed", "C3": "called back"})
        answers = click(server.url, text, "sync", 200)
    assert {answer["run"] for answer in answers} == {"R2"}
    assert {answer["sentence"] for answer in answers} == {"2 cells into the dataset."}
    assert (
        sum(not line["joined"] for line in serving.log(desk)) == 2
    )  # the first sync, and one for all the clicks
    with open_workspace(desk) as ws:
        assert [run.id for run in ws.runs()] == ["R2", "R1"]
        assert ws.table("cases")["A"]["status"] == "closed"
        assert ws.table("cases")["B"]["note"] == "called back"


def test_what_is_typed_while_a_press_runs_is_in_the_next_one(desk: Path, text: str) -> None:
    """A click never joins a run that has begun: that one may have read the sheet before the person typed."""
    begun, go_on = Event(), Event()
    line = Line(gather=0.0)
    reading = line._worker.submit(lambda: (begun.set(), go_on.wait(10)))
    assert begun.wait(5)
    with serving.served(desk, line=line) as server, ThreadPoolExecutor(3) as people:
        clicks = [people.submit(press, server.url, text, "sync") for _ in range(2)]
        until(lambda: line.waiting == 1)
        workbooks.edit(desk / "Desk.xlsx", {"C2": "typed before it began"})
        go_on.set()
        assert [one.result().json()["run"] for one in clicks] == ["R1", "R1"]
        workbooks.edit(desk / "Desk.xlsx", {"C2": "typed later"})
        assert press(server.url, text, "sync").json()["run"] == "R2"
    assert reading.done()
    with open_workspace(desk) as ws:
        assert ws.table("cases")["A"]["note"] == "typed later"


def test_a_double_click_on_undo_takes_one_run_back(desk: Path, text: str) -> None:
    with serving.served(desk, line=Line(gather=1.0)) as server:
        press(server.url, text, "sync")
        for value in ("closed", "open"):
            workbooks.edit(desk / "Desk.xlsx", {"B2": value, "C2": value})
            press(server.url, text, "sync")
        answers = click(server.url, text, "undo", 10)
        assert len({answer["sentence"] for answer in answers}) == 1
    assert status_of(desk)[0] == "closed"


def test_clicks_on_different_actions_wait_for_each_other(url: str, text: str) -> None:
    with ThreadPoolExecutor(6) as people:
        actions = ["sync", "preview", "held", "weekly", "refresh", "sync"]
        answers = list(people.map(lambda action: press(url, text, action), actions))
    assert {answer.json()["exit_code"] for answer in answers} == {0}


# --- who may not ------------------------------------------------------------------------------------


def test_a_wrong_secret_a_revoked_and_no_token_are_told_the_same(url: str, desk: Path, text: str) -> None:
    wrong = text.rpartition(".")[0] + "." + "0" * 64
    answers = [
        press(url, wrong, "sync"),
        press(url, wrong, "sync", signed=False),
        press(url, f"x{text}", "sync"),
    ]
    answers += [press(url, "", "sync", signed=False)]
    answers += [requests.post(f"{url}/v1/run", json={"action": "sync"}, timeout=5)]
    serving_file = desk / "sheetops.tokens.json"
    serving_file.unlink()  # all revoked, while the service runs
    answers += [press(url, text, "sync")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({said(answer) for answer in answers}) == 1
    assert "Ask for a new token" in said(answers[0])
    assert not (desk / "sheetops.db").exists()


def test_the_hash_in_the_file_lets_nobody_press(url: str, desk: Path, text: str) -> None:
    kept = json.loads((desk / "sheetops.tokens.json").read_text())["tokens"][0]
    stolen = f"{kept['id']}.{kept['sha256']}"
    assert press(url, stolen, "sync").status_code == 401
    assert press(url, stolen, "sync", signed=False).status_code == 401


def test_a_token_does_what_it_may_and_nothing_else(url: str, desk: Path) -> None:
    text = serving.token(desk, "preview only", "preview")
    assert press(url, text, "preview").status_code == 200
    answer = press(url, text, "undo")
    assert answer.status_code == 403
    assert "This button may not do 'undo', only preview." in said(answer)


def captured(text: str, action: str, nonce: str) -> tuple[bytes, dict[str, str]]:
    """A signed press as somebody on the way could have kept it."""
    token_id, _, secret = text.rpartition(".")
    at = int(time.time())
    raw = json.dumps({"action": action, "nonce": nonce, "at": at}).encode()
    proof = sign(bytes.fromhex(secret), at, nonce, raw)
    return raw, {"Content-Type": "application/json", "X-Sheetops-Token-Id": token_id, "X-Sheetops-Signature": proof}  # fmt: skip


def test_a_press_counts_once_even_across_a_restart(desk: Path, text: str) -> None:
    raw, headers = captured(text, "sync", "n-1")
    answers = []
    for _ in range(2):  # the second service knows what the first one answered
        with serving.served(desk, line=Line(gather=0.0)) as server:
            answers += [
                requests.post(f"{server.url}/v1/run", data=raw, headers=headers, timeout=30) for _ in range(2)
            ]
    assert [answer.status_code for answer in answers] == [200, 409, 409, 409]
    assert "a press counts once" in said(answers[-1])
    with open_workspace(desk) as ws:
        assert len(ws.runs()) == 1


@pytest.mark.parametrize(("off", "words"), [(-900, "15 minutes ago"), (900, "15 minutes from now")])
def test_a_clock_that_is_off_is_named(url: str, text: str, off: int, words: str) -> None:
    answer = press(url, text, "sync", at=int(time.time()) + off)
    assert answer.status_code == 401
    assert words in said(answer)
    assert "set their clocks by the network" in said(answer)
    assert press(url, text, "sync", at=int(time.time()) + (off // 4)).status_code == 200


def test_another_body_under_the_same_signature_is_refused(url: str, text: str) -> None:
    raw, headers = captured(text, "preview", "n")
    body = raw.replace(b"preview", b"undo")
    assert requests.post(f"{url}/v1/run", data=body, headers=headers, timeout=5).status_code == 401


def test_a_button_that_never_stops_pressing_is_told_to_wait(url: str, text: str) -> None:
    answers = [press(url, text, "held") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "more than 30 times within a minute" in said(answers[-1])


# --- what is no press -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"", "application/json", 400, "not JSON"),
        (b"{", "application/json", 400, "not JSON"),
        (b"\xff\xfe", "application/json", 400, "not JSON"),
        (b"[" * 4000, "application/json", 400, "not JSON"),
        (b'{"action": "sync", "at": NaN}', "application/json", 400, "not JSON"),
        (b"[1]", "application/json", 400, "not one JSON object"),
        (b"{}", "application/json", 400, "names no action"),
        (b'{"action": 1}', "application/json", 400, "'action' is not a text"),
        (b'{"action": "sync", "at": true}', "application/json", 400, "'at' is not a whole number"),
        (b'{"action": "sync", "cells": [["A", "open"]]}', "application/json", 400, "nothing about 'cells'"),
        (b'{"action": "sync", "key": "' + b"k" * 600 + b'"}', "application/json", 400, "'key' is not a text"),
        (b'{"action": "sync"}' + b" " * 5000, "application/json", 413, "longer than 4,096 bytes"),
        (b"action=sync", "application/x-www-form-urlencoded", 415, "has to be application/json"),
        (b'{"action": "sync"}', "text/plain", 415, "has to be application/json"),
    ],
)
def test_what_is_no_press_is_refused_in_words(
    url: str, desk: Path, body: bytes, kind: str, status: int, words: str
) -> None:
    answer = requests.post(f"{url}/v1/run", data=body, headers={"Content-Type": kind}, timeout=5)
    assert answer.status_code == status
    assert words in said(answer)
    assert not (desk / "sheetops.db").exists()


def test_other_addresses_and_methods(url: str) -> None:
    assert requests.get(f"{url}/v1/run", timeout=5).status_code == 405
    assert requests.get(f"{url}/../sheetops.toml", timeout=5).status_code == 404
    assert (
        requests.options(f"{url}/v1/run", headers={"Origin": "https://evil.example"}, timeout=5).status_code
        == 405
    )


def test_no_answer_may_be_read_by_another_site_or_kept(url: str) -> None:
    for path in ("/", "/health", "/v1/status", "/nowhere"):
        headers = requests.get(url + path, headers={"Origin": "https://evil.example"}, timeout=5).headers
        assert "access-control-allow-origin" not in headers
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


# --- when things are not as they were ----------------------------------------------------------------


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
    agreed = ("Nothing to do.", "Everything agrees.")
    assert said(again) in (*agreed, "1 change of the dataset's shape, 2 records added.")
    with open_workspace(desk) as ws:
        assert len(ws.runs()) == 1


# --- the status -------------------------------------------------------------------------------------


def test_the_status_is_for_tokens_and_quotes_cells_only_to_those_that_may_see_them(url: str, desk: Path, text: str) -> None:  # fmt: skip
    press(url, text, "sync")
    workbooks.edit(desk / "Desk.xlsx", {"B2": "opne"})
    press(url, text, "sync")
    assert requests.get(f"{url}/v1/status", timeout=5).status_code == 401
    full = requests.get(f"{url}/v1/status", headers={"Authorization": f"Bearer {text}"}, timeout=5).json()
    assert full["held"] == 1
    assert full["held_items"][0]["in_tracker"] == "'opne'"
    assert [run["run"] for run in full["runs"]] == ["R2", "R1"]
    little = serving.token(desk, "little", "sync")
    less = requests.get(f"{url}/v1/status", headers={"Authorization": f"Bearer {little}"}, timeout=5)
    assert "opne" not in less.text
    assert less.json()["held"] == 1


def test_the_status_can_be_asked_by_signature(url: str, text: str) -> None:
    token_id, _, secret = text.rpartition(".")
    at = int(time.time())
    headers = {
        "X-Sheetops-Token-Id": token_id, "X-Sheetops-At": str(at), "X-Sheetops-Nonce": "n",
        "X-Sheetops-Signature": sign(bytes.fromhex(secret), at, "n", b""),
    }  # fmt: skip
    assert requests.get(f"{url}/v1/status", headers=headers, timeout=5).json()["workspace"] == "Desk"
    assert requests.get(f"{url}/v1/status", headers=headers, timeout=5).status_code == 409


# --- starting and stopping --------------------------------------------------------------------------


def test_other_machines_are_let_in_only_when_that_is_wanted(desk: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "ops.example.com"):
        with pytest.raises(UnknownName, match="--allow-remote"):
            Server(desk, host, 0)
    with serving.served(desk, host="0.0.0.0", allow_remote=True) as server:
        port = server.url.rpartition(":")[2]
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 401  # the page asks


def test_a_port_that_is_taken_is_named(desk: Path, url: str) -> None:
    with pytest.raises(CannotServe, match=r"cannot listen at 127\.0\.0\.1, port \d+"):
        Server(desk, port=int(url.rpartition(":")[2]))


def test_without_its_packages_the_command_names_what_to_install(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = CliRunner().invoke(cli, ["serve", "--port", "0", "-C", str(desk)])
    assert result.exit_code == 1
    assert "the package uvicorn is needed" in result.output
    assert 'Run: pip install "sheetops[serve]"' in result.output


@pytest.mark.parametrize(("words", "code"), [(("--host", "0.0.0.0"), 2), (("-C", "nowhere"), 1)])
def test_mistakes_at_the_start_are_said_in_words(desk: Path, words: tuple[str, ...], code: int) -> None:
    result = CliRunner().invoke(cli, ["serve", "-C", str(desk), *words])
    assert result.exit_code == code
    assert "Nothing was" in result.output
    assert "Traceback" not in result.output


@pytest.mark.skipif(os.name == "nt", reason="a signal is sent")
def test_the_command_finishes_the_press_that_runs_before_it_stops(desk: Path, text: str) -> None:
    command = [sys.executable, "-m", "sheetops", "serve", "--port", "0", "-C", str(desk)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as service:
        assert service.stdout is not None
        assert service.stderr is not None
        first = service.stdout.readline()
        url = re.search(r"http://\S+", first)
        assert url, first
        serving._until_up(url[0])
        with ThreadPoolExecutor(1) as people, open_workspace(desk) as ws:
            with ws.store.lock("the 06:00 schedule"):
                pressed = people.submit(press, url[0], text, "sync")
                time.sleep(1)  # it has begun, and waits for the schedule
                service.send_signal(signal.SIGTERM)
                time.sleep(0.5)
                assert service.poll() is None
            answer = pressed.result().json()
        assert service.wait(20) in (0, -signal.SIGTERM)
        errors = service.stderr.read()
    assert answer["sentence"] == "1 change of the dataset's shape, 2 records added."
    assert errors == ""


def test_what_waits_when_the_service_stops_is_told_so(desk: Path, text: str) -> None:
    with serving.served(desk) as server:
        server._stopping.set()
        answer = press(server.url, text, "sync").json()
    assert answer["sentence"] == "The service is being stopped. Nothing was run. Press again when it is back."
    assert not (desk / "sheetops.db").exists()
