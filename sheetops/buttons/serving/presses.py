"""What a press over HTTP says: read from a body of JSON, and checked before anything is done with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ...workspace import Config
from .refusals import Refused, unreadable

BODY_LIMIT = 4096
"""Bytes that a press may have. It is made of names and ids, so it never has more."""
_TEXTS = {"action": 30, "workspace": 200, "tracker": 200, "key": 500, "nonce": 100}


@dataclass(frozen=True)
class AskedFor:
    """An action that was asked for. `nonce` and `at` (seconds since 1970, UTC) are of this one press."""

    action: str
    workspace: str = ""
    tracker: str = ""
    key: str = ""
    nonce: str = ""
    at: int | None = None

    @property
    def work(self) -> tuple[str, str]:
        """What would be carried out: presses that come to the same thing are one piece of work."""
        return self.action, self.key


def read_press(body: bytes) -> AskedFor:
    """Return what a body asks for. Raise Refused when it is no press, or says more than a press says."""
    try:
        said = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise unreadable("The body is not JSON.") from None
    if not isinstance(said, dict):
        raise unreadable("The body is not one JSON object.")
    unknown = sorted(set(said) - {*_TEXTS, "at"})
    if unknown:
        raise unreadable(f"A press says nothing about '{unknown[0][:40]}': only names and ids are taken.")
    for name, longest in _TEXTS.items():
        if not isinstance(said.get(name, ""), str) or len(said.get(name, "")) > longest:
            raise unreadable(f"'{name}' is not a text of at most {longest} letters.")
    if type(said.get("at", 0)) is not int:
        raise unreadable("'at' is not a whole number of seconds since 1970.")
    if not said.get("action"):
        raise unreadable("The body names no action.")
    return AskedFor(**said)


def _no_constant(said: str) -> NoReturn:
    raise ValueError(said)


def check_place(press: AskedFor, config: Config) -> None:
    """Raise Refused when a press is meant for another workspace, or comes from a spreadsheet that is none of its trackers."""
    if press.workspace and press.workspace != config.name:
        raise Refused(
            404, "workspace", f"This service is for the workspace '{config.name}', and the button is for '{press.workspace}'.",
            next_step="Connect the button to the other one's service, or make it anew (sheetops button google).", exit_code=2,
        )  # fmt: skip
    if press.tracker and not _is_tracker(press.tracker, config):
        raise Refused(
            404, "tracker", f"This spreadsheet is not a tracker of '{config.name}'; a copy of one is not, either.",
            next_step="Press the button in the original, or make this one a tracker: sheetops adopt LINK", exit_code=2,
        )  # fmt: skip


def _is_tracker(said: str, config: Config) -> bool:
    return any(said in (spec.id, spec.source) for spec in config.schema.trackers.values())


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header's text, "" where there is none."""
    return headers.get(name, "")


def whole(said: str) -> int | None:
    """Return a header's whole number; None when it is none."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 15 else None


def plain(press: AskedFor) -> dict[str, Any]:
    """Return what the log keeps of a press."""
    return {name: said for name in ("action", "tracker", "key") if (said := getattr(press, name))}
