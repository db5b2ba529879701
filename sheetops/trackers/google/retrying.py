"""When a request is sent again: what passes by itself, what may have been carried out, and how long to wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from google.auth.exceptions import RefreshError, TransportError
from tenacity import RetryCallState, Retrying, retry_if_exception
from urllib3.exceptions import NewConnectionError

from .answers import Garbled, Refused

FIRST, LONGEST = 1.0, 64.0
"""Seconds: the most that is waited before the second attempt, and before any."""
MOST = 12
"""Attempts. With full jitter the deadline comes first; this is for dice that always show zero."""


class OutOfTurns(Exception):
    """The quota of this minute is used up, and the deadline comes before the next minute."""

    def __init__(self, limit: int, kind: str) -> None:
        super().__init__(f"{limit} {kind}s a minute")
        self.limit, self.kind = limit, kind


def passes(error: BaseException) -> bool:
    """Return whether the same request may well succeed in a while."""
    if isinstance(error, Refused):
        return error.passing
    if isinstance(error, Garbled):
        return not error.html  # a web page with a good status is a sign-in page, and stays
    if isinstance(error, RefreshError):
        return bool(error.retryable)
    if isinstance(error, TransportError):
        return not untrusted(error)
    broken = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
              requests.exceptions.ContentDecodingError)  # fmt: skip
    return isinstance(error, broken) and not untrusted(error)


def untrusted(error: BaseException) -> bool:
    """Return whether it was the certificate: a wrong one stays wrong."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def maybe_done(error: BaseException) -> bool:
    """Return whether the request may have been carried out although its answer failed."""
    if isinstance(error, Refused):
        return error.carried_out
    if isinstance(error, Garbled):
        return not error.html
    return isinstance(error, requests.RequestException) and not _never_sent(error)


def _never_sent(error: requests.RequestException) -> bool:
    known = (requests.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.SSLError,
             requests.TooManyRedirects)  # fmt: skip
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, known) or isinstance(reason, NewConnectionError)


def backoff(attempt: int, random: Callable[[], float], asked: float | None) -> float:
    """Return the seconds to wait: full jitter under a ceiling that doubles, and no less than Google asked for.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter ("Full Jitter").
    """
    ceiling = min(LONGEST, FIRST * 2.0 ** (attempt - 1))
    return max(random() * ceiling, asked or 0.0)


def policy(
    *, again: Callable[[BaseException], bool], noted: Callable[[BaseException], None], latest: float,
    clock: Callable[[], float], sleep: Callable[[float], None], random: Callable[[], float],
) -> Retrying:  # fmt: skip
    """Return tenacity's loop. `again` says what is tried again, `noted` hears of each failure that is.

    No attempt begins after `latest`, a time of the `clock`; the last failure is raised as it is.
    """

    def wait(state: RetryCallState) -> float:
        return backoff(state.attempt_number, random, getattr(_failure(state), "retry_after", None))

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number >= MOST or clock() + state.upcoming_sleep > latest

    return Retrying(
        retry=retry_if_exception(again),
        wait=wait,
        stop=stop,
        sleep=sleep,
        before_sleep=lambda state: noted(_failure(state)),
        reraise=True,
    )


def _failure(state: RetryCallState) -> Any:
    return state.outcome.exception() if state.outcome else None
