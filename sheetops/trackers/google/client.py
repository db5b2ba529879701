"""gspread's HTTP client with another host where one is set, timeouts, and a count of what goes over the wire."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from google.auth.transport.requests import AuthorizedSession
from gspread.http_client import HTTPClient

from ... import __version__
from ...config.google import is_loopback
from .answers import Json, read_answer, read_refusal

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from requests import Response

CONNECT, READ = 10.0, 190.0
"""Seconds. Google itself gives up after 180, so that a longer silence is the network's."""

AGENT = f"sheetops/{__version__} (gzip)"
"""Google compresses only for programs that say gzip here as well.

Source: https://developers.google.com/workspace/sheets/api/guides/performance
"""


@dataclass
class Calls:
    """What was asked so far: requests by kind, re-sent ones included; bytes of bodies as they went over the wire."""

    reads: int = 0
    writes: int = 0
    drive: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    retries: int = 0
    waited_seconds: float = 0.0

    def to_json(self) -> Json:
        """Return the counts as plain data."""
        return asdict(self)


class Client(HTTPClient):  # type: ignore[misc]
    """Sends one request, once."""

    def __init__(self, credentials: Credentials, url: str, calls: Calls) -> None:
        session = AuthorizedSession(credentials)
        session.headers.update({"Accept-Encoding": "gzip", "User-Agent": AGENT})
        session.max_redirects = (
            0  # the API has none: a redirect is somebody's sign-in page, and gets no cases
        )
        if url and is_loopback(urlsplit(url).hostname or ""):
            session.trust_env = False  # a proxy does not reach this machine's own ports
        super().__init__(auth=None, session=session)
        self.url, self.calls = url, calls
        self.set_timeout((CONNECT, READ))

    def request(self, method: str, endpoint: str, **kwargs: Any) -> Response:
        """Send a request; its host is replaced where another server is set. Raise Refused.

        gspread's own APIError is not raised: making it fails on a refusal whose JSON has no code.
        """
        if self.url:
            parts = urlsplit(endpoint)
            endpoint = self.url + parts.path + (f"?{parts.query}" if parts.query else "")
        self.calls.sent_bytes += len(kwargs.get("data") or b"")
        response: Response = self.session.request(method, endpoint, timeout=self.timeout, **kwargs)
        self.calls.received_bytes += _on_the_wire(response)
        if not response.ok:
            raise read_refusal(response)
        return response

    def ask(self, method: str, endpoint: str, params: Json, body: bytes | None) -> Json:
        """Return the answer's JSON. Raise Refused, Garbled, or what requests and google-auth raise."""
        headers = {"Content-Type": "application/json"} if body is not None else None
        return read_answer(self.request(method, endpoint, params=params, data=body, headers=headers))


def _on_the_wire(response: Response) -> int:
    """Return the bytes of a body as they came, compressed where they were."""
    try:
        return int(response.raw.tell())
    except (AttributeError, OSError, ValueError):
        return len(response.content)
