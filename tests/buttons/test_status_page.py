"""The status page: what it shows, to whom, and how it looks in a browser."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sheetops.buttons.serving.line import Line

from ..sandbox.browser import MISSING, Browser, installed
from ..trackers import workbooks
from . import serving
from .serving import press


@pytest.fixture
def url(desk: Path, text: str) -> Iterator[str]:
    with serving.served(desk, line=Line(gather=0.0), next_run=lambda: "Mon 09:15") as server:
        yield server.url


@pytest.fixture
def asking(desk: Path, text: str) -> Iterator[str]:
    """A service whose page asks for a token."""
    with serving.served(desk, line=Line(gather=0.0), login=True) as server:
        yield server.url


def words(url: str, **options: object) -> str:
    """The page's text."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", requests.get(url, timeout=5, **options).text))  # type: ignore[arg-type]


def log_in(url: str, text: str) -> requests.Response:
    return requests.post(f"{url}/login", data={"token": text}, timeout=5, allow_redirects=False)


def test_a_new_workspace_has_a_page_and_gets_no_dataset_by_it(url: str, desk: Path) -> None:
    said = words(url)
    assert "Nothing has been synced yet." in said
    assert "Next scheduled run Mon 09:15" in said
    assert not (desk / "sheetops.db").exists()


def test_runs_and_held_items_are_shown(url: str, desk: Path, text: str) -> None:
    press(url, text, "sync")
    assert "Nothing is held." in words(url)
    workbooks.edit(desk / "Desk.xlsx", {"B2": "opne", "C3": "called"})
    press(url, text, "sync")
    said = words(url)
    assert "1 item waits for a decision." in said
    assert "1 Desk.xlsx B2 A status 'opne' 'open'" in html.unescape(said)
    assert "Nearest valid: open" in said
    assert "R2 sync desk" in said
    assert "R1 sync desk" in said


def test_what_people_typed_is_text_on_the_page(url: str, desk: Path, text: str) -> None:
    press(url, text, "sync")
    workbooks.edit(desk / "Desk.xlsx", {"B2": "<script>alert(1)</script><img src=x onerror=alert(2)>"})
    press(url, text, "sync")
    page = requests.get(url, timeout=5).text
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}, {"Via": "1.1 proxy"},
        {"Host": "ops.example.com"}, {"Host": "rebound.example:8787"},
    ],
)  # fmt: skip
def test_a_request_from_elsewhere_is_asked_who_it_is(url: str, headers: dict[str, str]) -> None:
    answer = requests.get(url, headers=headers, timeout=5)
    assert answer.status_code == 401
    assert "Paste a token" in answer.text
    assert "Desk" not in answer.text


def test_a_token_opens_the_page_and_the_cookie_is_no_token(asking: str, text: str) -> None:
    assert requests.get(asking, timeout=5).status_code == 401
    answer = log_in(asking, text)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert text.rpartition(".")[2] not in cookie
    assert "Nothing has been synced yet." in words(asking, cookies=answer.cookies)
    requests.post(f"{asking}/logout", cookies=answer.cookies, timeout=5)
    assert requests.get(asking, cookies=answer.cookies, timeout=5).status_code == 401


def test_behind_tls_the_cookie_is_for_tls_only(asking: str, text: str) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    answer = requests.post(
        f"{asking}/login", data={"token": text}, headers=headers, timeout=5, allow_redirects=False
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_a_revoked_token_ends_its_session(asking: str, desk: Path, text: str) -> None:
    answer = log_in(asking, text)
    (desk / "sheetops.tokens.json").unlink()
    assert requests.get(asking, cookies=answer.cookies, timeout=5).status_code == 401


def test_a_wrong_token_and_one_that_may_not_look(asking: str, desk: Path, text: str) -> None:
    wrong = log_in(asking, text[:-1])
    assert wrong.status_code == 401
    assert "This token is not known here." in wrong.text
    little = log_in(asking, serving.token(desk, "little", "sync"))
    assert little.status_code == 403
    assert "may not see held items" in little.text
    assert "set-cookie" not in {**wrong.headers, **little.headers}
    assert log_in(asking, "x" * 9000).status_code == 413


@pytest.mark.skipif(not installed(), reason=MISSING)
def test_the_page_in_a_browser(desk: Path, text: str, tmp_path: Path) -> None:
    """With SHEETOPS_PICTURES, a folder, the pictures are kept to be looked at."""
    pictures = Path(os.environ.get("SHEETOPS_PICTURES", tmp_path))
    with (
        serving.served(desk, line=Line(gather=0.0), login=True, next_run=lambda: "Mon 09:15") as server,
        Browser(tmp_path / "profile") as browser,
    ):
        press(server.url, text, "sync")
        workbooks.edit(desk / "Desk.xlsx", {"B2": "opne", "C3": "called back on Monday"})
        press(server.url, text, "sync")
        workbooks.edit(desk / "Desk.xlsx", {"C2": "x"})
        press(server.url, text, "sync")
        browser.open(server.url)
        browser.until("return document.querySelector('#token') !== null")
        browser.picture(pictures / "serve-login.png")
        browser.press(text, "Enter")
        browser.until("return document.querySelector('h1').textContent === 'Desk'")
        assert browser.run("return document.querySelectorAll('table tbody tr').length") == 1 + 3 + 1
        assert (
            browser.run("return getComputedStyle(document.querySelector('.state')).borderLeftWidth") == "6px"
        )
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
        browser.picture(pictures / "serve-status.png")
        browser.click("nav .button")
        browser.until("return document.querySelector('.state strong').textContent.startsWith('1 item')")
        browser.click("nav button")
        browser.until("return document.querySelector('#token') !== null")
