"""Real buttons of a real workbook, pressed in LibreOffice, that ask `sheetops serve`: a signed press over HTTP."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner

from sheetops.buttons.excel.installing import button_excel
from sheetops.buttons.serving.line import Line
from sheetops.buttons.serving.service import Patience
from sheetops.cli.main import cli
from sheetops.library import open_workspace

from . import excel_desk, serving
from .excel_desk import dataset, ended, set_in_settings
from .office import Office, office, why_not

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not())]
ALL = "preview,sync,refresh,held,explain,undo"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return excel_desk.make(tmp_path / "team folder")


@pytest.fixture
def libre(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, TZ="Asia/Kolkata") as running:  # a press says its time in UTC, wherever it is made
        yield running


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`sheetops serve`, as somebody starts it, until the end of the block or until it was stopped."""
    command = [sys.executable, "-u", "-m", "sheetops", "serve", "--port", "0", "-C", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = re.search(r"http://\S+", running.stdout.readline())
        assert url
        try:
            yield url[0], running
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(20)


def token(desk: Path, actions: str = ALL) -> Path:
    """The file with a token, as `sheetops token add` shows it."""
    said = CliRunner().invoke(cli, ["token", "add", "desk", "--actions", actions, "--json", "-C", str(desk.parent)])  # fmt: skip
    file = desk.parent.parent / "token.txt"
    file.write_text(json.loads(said.output)["token"] + "\n", encoding="ascii")
    return file


def point_at(desk: Path, url: str, token: Path) -> None:
    """The buttons ask a service; there is no Python that they could start."""
    button_excel(desk, python=Path("/nowhere"), server=url, token=token)


@contextmanager
def pressed_at(desk: Path, **options: Any) -> Iterator[serving.Server]:
    """The service in this process, and the buttons that ask it."""
    with serving.served(desk.parent, **{"line": Line(gather=0.0), **options}) as server:
        point_at(desk, server.url, token(desk))
        yield server


def refused(libre: Office, action: str = "Sync") -> str:
    """Press, and return what the person reads, who can type again."""
    before = libre.status()
    libre.press(action)
    libre.wait_for(lambda said: said != before)
    return libre.wait_for(lambda said: ended(said) and not libre.do("locked_out"))


def test_a_day_at_the_buttons_of_a_team_with_a_service(desk: Path, libre: Office) -> None:
    with service(desk.parent) as (url, running):
        point_at(desk, url, token(desk))
        libre.open(desk)
        libre.do("select", tab="Cases", address="A3")
        libre.press("Explain row")
        assert libre.wait_for(ended) == "What is known of B:"
        libre.do("type", tab="Cases", address="B2", value="closed")
        libre.press("Sync")
        libre.wait_for(lambda said: said.startswith("Last run R2,"))
        assert dataset(desk) == {"A": "closed", "B": "open"}
        assert libre.do("cells", tab="Cases", area="A2:B3") == [["A", "closed"], ["B", "open"]]
        libre.press("Undo")
        libre.wait_for(lambda said: said.startswith("Last run R3,"))
        assert libre.do("cells", tab="Cases", area="A2:B3") == [["A", "open"], ["B", "closed"]]
        with open_workspace(desk.parent) as ws:
            assert [run.who for run in ws.runs()][:2] == ["desk", "desk"]
        running.send_signal(signal.SIGINT)
        running.wait(20)
    said = refused(libre)
    assert said.startswith(f"The sheetops service at {url} does not answer (")
    assert said.endswith("Start it (sheetops serve), and press again.")


def test_the_secret_never_leaves_the_machine_that_presses(desk: Path, libre: Office) -> None:
    """What a listener between button and service gets is good for nothing: no secret in it, and no second press."""
    file = token(desk)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        point_at(desk, f"http://127.0.0.1:{listener.getsockname()[1]}", file)
        heard: list[bytes] = []

        def listen() -> None:
            line, _ = listener.accept()
            with line:
                heard.append(line.recv(65536))

        thread = Thread(target=listen)
        thread.start()
        libre.open(desk)
        said = refused(libre)
        thread.join(10)
    assert "does not answer" in said, "the network went away half way"
    token_id, _, secret = file.read_text().strip().rpartition(".")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert token_id.encode() in head
    assert secret.encode() not in heard[0]
    assert set(json.loads(body)) == {"action", "workspace", "tracker", "key", "nonce", "at"}
    assert abs(json.loads(body)["at"] - time.time()) < 60
    assert not list((desk.parent.parent / "temp").glob("sheetops-*"))


def test_a_wrong_token_one_that_may_not_and_none(desk: Path, libre: Office) -> None:
    with pressed_at(desk) as server:
        libre.open(desk)
        file = token_file = desk.parent.parent / "token.txt"
        whole = file.read_text()
        file.write_text(whole[:-3] + ("00" if whole[-3:-1] != "00" else "11") + "\n")
        assert refused(libre).startswith(
            "This button's token is not accepted: it is missing, mistyped, revoked"
        )
        file.write_text(whole[:20])
        assert refused(libre).startswith(f"There is no whole token in {token_file}. Nothing was done.")
        file.unlink()
        assert refused(libre).startswith(f"The file with the token is not there: {token_file}.")
        little = serving.token(desk.parent, "little", "preview")
        file.write_text(little)
        assert refused(libre) == (
            "This button may not do 'sync', only preview. Nothing was run. Whoever set up sheetops can make a token "
            "that may: sheetops token add NAME --actions ..."
        )
        assert server.url
    assert dataset(desk) == {"A": "open", "B": "closed"}


def test_a_clock_that_is_off(desk: Path, libre: Office) -> None:
    with pressed_at(desk, now=lambda: time.time() + 3600):
        libre.open(desk)
        assert refused(libre).startswith("This press says it was made 60 minutes ago, and 5 are allowed: a clock is wrong")  # fmt: skip
    assert dataset(desk) == {"A": "open", "B": "closed"}


def test_the_service_of_another_workspace_one_that_moved_and_a_run_that_is_going(desk: Path, libre: Office) -> None:  # fmt: skip
    with pressed_at(desk, patience=Patience(other_run=0.5, between=0.05)):
        libre.open(desk)
        with open_workspace(desk.parent) as ws, ws.store.lock("Kim"):
            assert "Another run is at work on this dataset: Kim" in refused(libre)
        set_in_settings(desk, workspace="Elsewhere")
        assert refused(libre).startswith("This service is for the workspace 'ops', and the button is for 'Elsewhere'.")  # fmt: skip
        set_in_settings(desk, workspace="ops")
        toml = desk.with_name("sheetops.toml")
        toml.rename(toml.with_suffix(".away"))
        assert refused(libre).startswith(
            "The workspace that this service was started for is not where it was"
        )
        toml.with_suffix(".away").rename(toml)
        libre.press("Sync")
        libre.wait_for(lambda said: said.startswith("Last run R2,"))


def test_a_run_that_takes_longer_than_a_button_in_google_waits(desk: Path, libre: Office) -> None:
    with pressed_at(desk, patience=Patience(answer=0.01), line=Line(gather=1.0)):
        libre.open(desk)
        libre.press("Sync")
        libre.wait_for(lambda said: said.startswith("Last run R2,"))
    assert dataset(desk) == {"A": "open", "B": "open"}
