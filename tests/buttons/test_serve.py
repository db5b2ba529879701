"""The service as buttons meet it: real HTTP on this machine, a real workspace behind it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from sheetops.buttons.serving.line import Line
from sheetops.buttons.serving.running import CannotServe, Server
from sheetops.buttons.serving.signing import sign
from sheetops.cli.main import cli
from sheetops.library import open_workspace
from sheetops.model.errors import UnknownName

from ..trackers import workbooks
from . import serving
from .serving import press, said, until


def status_of(desk: Path) -> list[Any]:
    return [row[1] for row in workbooks.rows(desk / "Desk.xlsx")[1:]]


# --- what a press does -------------------------------------------------------------------------------


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


# --- double clicks -----------------------------------------------------------------------------------


def click(url: str, text: str, action: str, times: int, **more: Any) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(times) as people:
        presses = [people.submit(press, url, text, action, **more) for _ in range(times)]
        answers = [one.result() for one in presses]
    assert {answer.status_code for answer in answers} == {200}, {answer.text for answer in answers}
    return [answer.json() for answer in answers]


class Held(Line):
    """A line that begins with what waits when so many clicks have come: no test depends on how fast a machine is."""

    def __init__(self) -> None:
        super().__init__(gather=0.0)
        self._left, self._come = 0, Event()

    def until_come(self, clicks: int) -> None:
        self._left = clicks
        self._worker.submit(self._come.wait, 60)

    def press(self, *args: Any, **more: Any) -> Any:
        answer = super().press(*args, **more)
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._come.set()
        return answer


def test_a_hundred_double_clicks_are_one_run_and_lose_no_edit(desk: Path, text: str) -> None:
    line = Held()
    with serving.served(desk, line=line) as server:
        press(server.url, text, "sync")
        workbooks.edit(desk / "Desk.xlsx", {"B2": "closed", "C3": "called back"})
        line.until_come(200)
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
    line = Held()
    with serving.served(desk, line=line) as server:
        press(server.url, text, "sync")
        for value in ("closed", "open"):
            workbooks.edit(desk / "Desk.xlsx", {"B2": value, "C2": value})
            press(server.url, text, "sync")
        line.until_come(10)
        answers = click(server.url, text, "undo", 10)
        assert len({answer["sentence"] for answer in answers}) == 1
    assert status_of(desk)[0] == "closed"


def test_clicks_on_different_actions_wait_for_each_other(url: str, text: str) -> None:
    with ThreadPoolExecutor(6) as people:
        actions = ["sync", "preview", "held", "weekly", "refresh", "sync"]
        answers = list(people.map(lambda action: press(url, text, action), actions))
    assert {answer.json()["exit_code"] for answer in answers} == {0}


# --- the status --------------------------------------------------------------------------------------


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


# --- starting and stopping ---------------------------------------------------------------------------


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
