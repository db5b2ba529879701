"""Who may press: a token's secret, the time, a nonce that counts once, the actions it may do, and how often."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from .presses import AskedFor, header, whole
from .refusals import not_allowed, replayed, too_often, unknown_token, wrong_clock
from .signing import is_signed
from .tokens import Token, TokenFile

WINDOW = 300
"""Seconds that a press may be old, or early."""
PER_MINUTE = 30
"""Pieces of work that one token may ask for in a minute. Clicks that join one that waits are not counted."""


class Admission:
    """Lets requests in. `now` returns seconds since 1970; `seen` are nonces from before a restart, with their times."""

    def __init__(
        self, tokens: TokenFile, now: Callable[[], float], *, seen: Iterable[tuple[str, float]] = (), per_minute: int = PER_MINUTE
    ) -> None:  # fmt: skip
        self._tokens, self._now, self._per_minute = tokens, now, per_minute
        self._nonces = dict(seen)
        self._pressed: dict[str, deque[float]] = {}
        self._lock = Lock()

    def press(self, headers: Mapping[str, str], body: bytes, press: AskedFor) -> Token:
        """Return the token of a press. Raise Refused."""
        token = self._token(headers, body, press.at, press.nonce)
        if press.action not in token.actions:
            raise not_allowed(press.action, token.actions)
        return token

    def look(self, headers: Mapping[str, str]) -> Token:
        """Return the token of a request without a body; its time and nonce stand in headers. Raise Refused."""
        at, nonce = whole(header(headers, "x-sheetops-at")), header(headers, "x-sheetops-nonce")
        return self._token(headers, b"", at, nonce)

    def bearer(self, said: str) -> Token:
        """Return the token whose text, "ID.SECRET", was given. Raise Refused."""
        token_id, _, secret = said.strip().rpartition(".")
        token = self._tokens.get(token_id)
        if token is None or not token.has_secret(secret):
            raise unknown_token()
        return token

    def holds(self, token_id: str) -> bool:
        """Return whether a token is still there."""
        return self._tokens.get(token_id) is not None

    def count(self, token: Token) -> None:
        """Count a piece of work that a token asks for. Raise Refused when it has asked too often."""
        with self._lock:
            now, recent = self._now(), self._pressed.setdefault(token.id, deque())
            while recent and recent[0] <= now - 60:
                recent.popleft()
            if len(recent) >= self._per_minute:
                raise too_often(self._per_minute)
            recent.append(now)

    def _token(self, headers: Mapping[str, str], body: bytes, at: int | None, nonce: str) -> Token:
        kind, _, said = header(headers, "authorization").partition(" ")
        bearer = kind.lower() == "bearer"
        token = self.bearer(said) if bearer else self._signer(headers, body, at, nonce)
        if at is not None and abs(self._now() - at) > WINDOW:
            raise wrong_clock(int(self._now() - at))
        if nonce:
            self._spend(token, nonce)
        return token

    def _signer(self, headers: Mapping[str, str], body: bytes, at: int | None, nonce: str) -> Token:
        token = self._tokens.get(header(headers, "x-sheetops-token-id"))
        proof = header(headers, "x-sheetops-signature")
        if token is None or at is None or not nonce or not is_signed(token.digest, at, nonce, body, proof):
            raise unknown_token()
        return token

    def _spend(self, token: Token, nonce: str) -> None:
        mark = nonce_mark(token, nonce)
        with self._lock:
            now = self._now()
            for old in [one for one, when in self._nonces.items() if when < now - 2 * WINDOW]:
                del self._nonces[old]
            if mark in self._nonces:
                raise replayed()
            self._nonces[mark] = now


def nonce_mark(token: Token, nonce: str) -> str:
    """Return what is remembered of a nonce: short, and of no use to whoever reads it."""
    return hashlib.sha256(f"{token.id}\n{nonce}".encode()).hexdigest()[:24]
