"""Who may not press, and what is no press: over real HTTP, with nothing run and the next step said."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import requests

from sheetops.buttons.serving.line import Line
from sheetops.buttons.serving.signing import sign
from sheetops.library import open_workspace

from . import serving
from .serving import press, said

# --- who may not -------------------------------------------------------------------------------------


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


# --- what is no press --------------------------------------------------------------------------------


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
