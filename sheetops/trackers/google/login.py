"""A person's login: the browser asks, a loopback port hears the answer, a file only the person can read keeps it."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...config.google import GoogleSettings
from ...model.errors import TrackerNotWritten, TrackerUnreadable, UnknownName, WorkspaceMissing
from .auth import need_google, read_json, scopes_of

PATIENCE = 300
"""Seconds in which a person has to answer in the browser."""
_NOT_LOGGED_IN = "You are not logged in, and nothing was saved."


def login_file(environ: Mapping[str, str]) -> Path:
    """Return where a login is kept. The same under every system, so that one sheetops.toml fits a whole team."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return (Path(home) if home else Path.home()) / ".config" / "sheetops" / "google.json"


def login(client_secret: Path, out: Path, *, drive_version: bool = False, browser: str | None = None) -> Path:
    """Let a person allow sheetops in the browser, and save what Google gives for it. Return the file.

    `client_secret` is the JSON of an OAuth client for desktop apps. Raise when it is not, when the person does not
    answer or says no, and when `out` is inside a workspace: folders are copied and shared, and logins must not be.
    """
    need_google()
    _refuse_workspace(out)
    scopes = scopes_of(GoogleSettings(drive_version=drive_version))
    found = _asked(_flow(client_secret, scopes), browser)
    if not found.refresh_token:
        raise TrackerUnreadable(
            "Google gave a login that ends in an hour.",
            not_done=_NOT_LOGGED_IN,
            next_step="Take sheetops out at https://myaccount.google.com/connections, and log in again.",
        )
    kept = {"type": "authorized_user", **json.loads(found.to_json(strip=["token", "expiry"]))}
    _save(out, kept)
    return out


def _refuse_workspace(out: Path) -> None:
    from ...workspace import find_workspace

    with suppress(WorkspaceMissing):
        config = find_workspace(out.parent)
        raise UnknownName(
            f"{out} is inside the workspace {config.parent}; whoever gets a copy of that folder would be logged in as you.",
            not_done=_NOT_LOGGED_IN,
            next_step="Leave --out away, or name a file elsewhere.",
        )


def _flow(client_secret: Path, scopes: list[str]) -> Any:
    from google_auth_oauthlib.flow import InstalledAppFlow

    info = read_json(client_secret, "the OAuth client")
    try:
        return InstalledAppFlow.from_client_config({"installed": info["installed"]}, scopes)
    except (KeyError, ValueError, TypeError):
        raise TrackerUnreadable(
            f"{client_secret} is not the JSON of an OAuth client for desktop apps.",
            not_done=_NOT_LOGGED_IN,
            next_step="In the Google console: Clients > Create client > Desktop app > Download JSON.",
        ) from None


def _asked(flow: Any, browser: str | None) -> Any:
    """Return the credentials that a person gives in the browser. What is printed goes to stderr: stdout may be JSON."""
    try:
        with redirect_stdout(sys.stderr):
            return flow.run_local_server(
                host="localhost", bind_addr="127.0.0.1", port=0, browser=browser, timeout_seconds=PATIENCE,
                open_browser=_has_browser(browser), access_type="offline", prompt="consent",
                authorization_prompt_message="Open this address in a browser on this machine:\n{url}",
                success_message="sheetops is logged in. You can close this window.",
            )  # fmt: skip
    except (
        Exception
    ) as error:  # oauthlib, requests and the flow each raise their own; what they say may hold a code
        raise _failed(error) from None


def _has_browser(browser: str | None) -> bool:
    try:
        webbrowser.get(browser)
    except webbrowser.Error:
        return False
    return True


_FAILED = {
    "AccessDeniedError": "You, or an admin, said no.",
    "Warning": "Not every box was ticked, so the permission to use spreadsheets is missing.",
    "WSGITimeoutError": f"Nobody answered in the browser within {PATIENCE // 60} minutes.",
    "InvalidClientError": "Google does not know this OAuth client: it was deleted, or its secret was replaced.",
    "ConnectionError": "Google could not be reached.",
}


def _failed(error: Exception) -> TrackerUnreadable:
    what = _FAILED.get(type(error).__name__, f"The login failed ({type(error).__name__}).")
    return TrackerUnreadable(
        what,
        not_done=_NOT_LOGGED_IN,
        next_step="Run `sheetops google login` again; docs/google.md shows each step.",
    )


def _save(out: Path, kept: Mapping[str, Any]) -> None:
    """Put the login into its file in one step, readable by its owner only from the first byte on."""
    part = out.with_name(f".{out.name}.{uuid4().hex}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(kept, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        raise TrackerNotWritten(
            f"{out} could not be written: {error.strerror}.",
            not_done=_NOT_LOGGED_IN,
            next_step="Name another file: sheetops google login CLIENT_SECRET.json --out FILE",
        ) from None
    finally:
        with suppress(OSError):
            part.unlink()
