"""Requests and answers as data, without a socket."""

from __future__ import annotations

import gzip
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .errors import ApiError, Json


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, target: str, headers: dict[str, str], body: bytes) -> Request:
        """Return the request for a target such as `/v4/spreadsheets/ID/values/A1%3AB2?majorDimension=ROWS`."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        lower = {name.lower(): value for name, value in headers.items()}
        return cls(method, parts.path, query, lower, body)

    def option(self, name: str, default: str = "") -> str:
        """Return a query parameter; the last one when it is given more than once."""
        return self.query.get(name, [default])[-1]

    def options(self) -> Json:
        """Return the query parameters, one value each."""
        return {name: values[-1] for name, values in self.query.items()}

    def json(self) -> Json:
        """Return the body. Raise when it is not a JSON object."""
        if not self.body.strip():
            return {}
        try:
            body = json.loads(self.body)
        except ValueError as error:
            raise ApiError(f"Invalid JSON payload received. {error}") from None
        if not isinstance(body, dict):
            raise ApiError("Invalid JSON payload received. Root element must be a message.")
        return body

    @property
    def token(self) -> str:
        """Return the bearer token, "" without one."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `cut` is how many bytes of the body are sent before the connection breaks; None is all."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A part of an answer that is JSON text already."""

    text: str


_PLACE = secrets.token_hex(16)  # stands for what is written already; nobody can have typed it


def compact(value: Any) -> str:
    """Return the value as JSON. Google indents its own; nothing reads the spaces, and they cost time here."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_json(value: Any, status: int = 200) -> Answer:
    """Return the value as a JSON answer; parts of it may be written already."""
    texts: list[str] = []

    def placed(part: Written) -> str:
        texts.append(part.text)
        return _PLACE

    frame = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=placed)
    between = frame.split(f'"{_PLACE}"')
    pieces = [piece for pair in zip(between, [*texts, ""], strict=True) for piece in pair]
    return Answer(status, "".join(pieces).encode())


def compressed(answer: Answer, request: Request) -> Answer:
    """Return the answer in gzip where the client takes it, as Google sends it: bytes on the wire are worth counting."""
    if "gzip" not in request.headers.get("accept-encoding", "") or len(answer.body) < WORTH_COMPRESSING:
        return answer
    body = gzip.compress(answer.body, compresslevel=LEVEL, mtime=0)
    return replace(answer, body=body, headers=(*answer.headers, ("Content-Encoding", "gzip")))


WORTH_COMPRESSING = 1400
"""Bytes that fit into one packet anyway."""

LEVEL = 6
"""zlib's usual level, so that bytes on the wire can be compared with Google's."""


def segment(text: str) -> str:
    """Return a part of a path without its percent signs."""
    return unquote(text)
