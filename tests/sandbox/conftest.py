"""A sandbox for each test, and gspread pointed at it."""

from datetime import UTC, datetime

import gspread
import pytest
from google.auth.credentials import AnonymousCredentials
from gspread.http_client import HTTPClient

from sheetops.sandbox import Sandbox

from . import discovery

NOW = datetime(2024, 5, 17, 9, 30, tzinfo=UTC)


class Token(AnonymousCredentials):
    """Credentials that are one bearer token: the sandbox takes an address as who asks."""

    def __init__(self, token=""):
        super().__init__()
        self._text = token

    def before_request(self, request, method, url, headers):
        if self._text:
            headers["Authorization"] = f"Bearer {self._text}"


def client_of(url, token=""):
    """Return a gspread client whose requests go to the sandbox: the only thing changed is the host."""

    class ToSandbox(HTTPClient):
        def request(self, method, endpoint, *args, **kwargs):
            path = endpoint.split("googleapis.com", 1)[1]
            return super().request(method, url + path, *args, **kwargs)

    return gspread.Client(auth=Token(token), http_client=ToSandbox)


@pytest.fixture
def wrong(monkeypatch):
    """A list of what was said that Google's description of the API does not allow. It has to stay empty."""
    return discovery.watch(monkeypatch)


@pytest.fixture
def box(wrong):
    with Sandbox(seed=7, clock=lambda: NOW) as box:
        yield box
    assert not wrong, wrong


@pytest.fixture
def client(box):
    return client_of(box.url)


@pytest.fixture
def book(client):
    """A spreadsheet with one tab of 1000 x 26."""
    return client.create("Cases")


@pytest.fixture
def api(box, book):
    """A function that sends one request to the spreadsheet and returns (status, JSON)."""
    import requests

    def send(method, path="", *, token="", spreadsheet=None, **kwargs):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{box.url}/v4/spreadsheets/{spreadsheet or book.id}{path}"
        answer = requests.request(method, url, headers=headers, timeout=20, **kwargs)
        return answer.status_code, answer.json()

    return send


@pytest.fixture
def change(api):
    """A function that sends a batchUpdate and returns its replies."""

    def send(*requests, token="", **options):
        status, answer = api(
            "POST", ":batchUpdate", json={"requests": list(requests), **options}, token=token
        )
        assert status == 200, answer
        return answer["replies"]

    return send


@pytest.fixture
def refused(api):
    """A function that sends a batchUpdate that has to be refused, and returns the text of the refusal."""

    def send(*requests, token="", status=400):
        got, answer = api("POST", ":batchUpdate", json={"requests": list(requests)}, token=token)
        assert got == status, answer
        return answer["error"]["message"]

    return send
