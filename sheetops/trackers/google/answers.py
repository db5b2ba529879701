"""What Google answered: JSON, or a refusal as data. Nothing here decides what a person reads about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests import Response

Json = dict[str, Any]

_BUSY_REASONS = ("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "backendError")
"""Drive says 403 where Sheets says 429."""
_PASSING = (408, 429, 500, 502, 503, 504)


@dataclass(eq=False)  # an exception has to stay hashable
class Refused(Exception):
    """Google (or something before it) refused a request.

    `reason` is the finest word the answer has, such as SERVICE_DISABLED or insufficientFilePermissions.
    `retry_after` is in seconds. `html` says that a web page came in place of JSON.
    """

    status: int
    message: str = ""
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    html: bool = False

    @property
    def passing(self) -> bool:
        """Whether the same request may well succeed later."""
        return self.status in _PASSING or self.status >= 500 or self.reason in _BUSY_REASONS

    @property
    def carried_out(self) -> bool:
        """Whether the request may have been carried out all the same. A quota's refusal never was."""
        return self.status == 408 or self.status >= 500


class Garbled(Exception):
    """An answer with a good status that is no JSON object: cut off on the way, or a web page (`html`)."""

    def __init__(self, *, html: bool = False) -> None:
        super().__init__("The answer is not JSON.")
        self.html = html


def read_answer(response: Response) -> Json:
    """Return the JSON object of a good answer. Raise Garbled when it is none."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        raise Garbled(html=_is_page(response)) from None
    if not isinstance(answer, dict):
        raise Garbled
    return answer


def read_refusal(response: Response) -> Refused:
    """Return a refusal as data: the Sheets API, the Drive API and web pages each write it differently."""
    wait = _retry_after(response.headers)
    try:
        error = json.loads(response.content)["error"]
        message, status = str(error["message"]), str(error.get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Refused(response.status_code, retry_after=wait, html=_is_page(response))
    reason, details = _finest(error)
    return Refused(response.status_code, message, reason or status, details, wait)


def _finest(error: Json) -> tuple[str, dict[str, str]]:
    """Return the reason and its particulars: google.rpc.ErrorInfo in Sheets, `errors[0].reason` in Drive."""
    for detail in error.get("details") or ():
        if isinstance(detail, dict) and detail.get("reason"):
            more = detail.get("metadata") or {}
            return str(detail["reason"]), {str(name): str(value) for name, value in more.items()}
    for one in error.get("errors") or ():
        if isinstance(one, dict) and one.get("reason"):
            return str(one["reason"]), {}
    return "", {}


def _is_page(response: Response) -> bool:
    kind = str(response.headers.get("Content-Type", ""))
    return "html" in kind or response.content[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After in seconds. A date counts from the answer's own Date: this machine's clock may be wrong."""
    said = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d+)?", said):
        return float(said)
    until, now = _date(said), _date(headers.get("Date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
