"""A workspace with a workbook, the service at work on it, and a button that presses over real HTTP."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import requests

from sheetops.buttons.pressing import ACTIONS
from sheetops.buttons.serving.running import Server
from sheetops.buttons.serving.signing import sign
from sheetops.buttons.serving.tokens import TokenFile

from ..trackers import workbooks

CONFIG = """
[workspace]
name = "Desk"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
note = { type = "text" }
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case" = "case_id"
"Status" = "status"
"Note" = "note"
"""


def workspace(folder: Path) -> Path:
    """Make the workspace, never synced: cases A and B."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    rows = [["Case", "Status", "Note"], ["A", "open", None], ["B", "closed", None]]
    workbooks.make(folder / "Desk.xlsx", rows)
    return folder


def token(folder: Path, name: str = "desk", *actions: str) -> str:
    """Make a token, "ID.SECRET"."""
    return TokenFile(folder).add(name, actions or ACTIONS, made="2026-03-02", random=secrets.token_bytes)[1]


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[Server]:
    """The service on a free port of this machine, until the end of the block."""
    server = Server(folder, **{"port": 0, **options})
    thread = Thread(target=server.run)
    thread.start()
    try:
        _until_up(server.url)
        yield server
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive(), "the service did not stop"


def _until_up(url: str) -> None:
    for _ in range(200):
        try:
            requests.get(f"{url}/health", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the service never answered")


def press(url: str, text: str, action: str, *, signed: bool = True, **said: Any) -> requests.Response:
    """Press, with a token's text: by signature, or as a bearer. `said` overrides what the body says."""
    token_id, _, secret = text.rpartition(".")
    body = {"action": action, "nonce": secrets.token_hex(8), "at": int(time.time()), **said}
    raw = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if signed:
        headers["X-Sheetops-Token-Id"] = token_id
        headers["X-Sheetops-Signature"] = sign(bytes.fromhex(secret), body["at"], body["nonce"], raw)
    else:
        headers["Authorization"] = f"Bearer {text}"
    return requests.post(f"{url}/v1/run", data=raw, headers=headers, timeout=60)


def log(folder: Path) -> list[dict[str, Any]]:
    """What the log of presses says."""
    return [json.loads(line) for line in (folder / "sheetops.presses.log").read_text("utf-8").splitlines()]


def said(answer: requests.Response) -> str:
    """The sentence that is shown to the person, which is a sentence whatever happened."""
    sentence = str(answer.json()["sentence"])
    assert sentence
    assert "\n" not in sentence
    assert "Traceback" not in answer.text
    return sentence


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
