"""Why Google gives no token, from the few words that its token server has for it."""

from __future__ import annotations

import re
from typing import Any

from google.auth.exceptions import RefreshError

_LOGIN = "Log in again: sheetops google login CLIENT_SECRET.json"
_KEY = "Make a new key for it (docs/google.md) and name its file under [google] in sheetops.toml."


def refresh_words(error: RefreshError, who: str, *, person: bool) -> tuple[str, str]:
    """Return what happened and the next step. Only the error's code is ever repeated: a description may quote."""
    code, description = _said(error)
    step = _LOGIN if person else _KEY
    if error.retryable:
        return "Google's token server has trouble of its own.", "Run the command again in a few minutes."
    if code == "invalid_grant":
        return _persons_grant(description) if person else _robots_grant(description, who)
    if code in ("invalid_client", "unauthorized_client", "deleted_client"):
        return _refused_client(who, person=person)
    if code == "invalid_scope":
        return "Google does not give these credentials the permission to use spreadsheets.", step
    return f"Google gives no token for {who}{f' ({code})' if code else ''}.", step


def _said(error: RefreshError) -> tuple[str, str]:
    """Return the code and the description of RFC 6749 5.2. google-auth keeps the whole answer as second argument."""
    answer: Any = error.args[1] if len(error.args) > 1 else None
    if isinstance(answer, dict):
        code, description = str(answer.get("error", "")), str(answer.get("error_description", ""))
    else:
        code, _, description = str(error.args[0] if error.args else "").partition(": ")
    return (code if re.fullmatch(r"[a-z_]{3,40}", code) else ""), description.lower()


def _robots_grant(description: str, who: str) -> tuple[str, str]:
    if "short-lived" in description or "iat" in description or "timeframe" in description:
        return (
            "The clock of this machine is wrong, and Google takes no token from another time.",
            "Set the clock by the network, and run the command again.",
        )
    if "account not found" in description or "disabled" in description:
        return f"The service account {who} was deleted or disabled.", _KEY
    if "signature" in description:
        return f"The key of {who} no longer counts: it was deleted or replaced in the Google console.", _KEY
    return (
        f"Google does not accept the key of {who}: the key was deleted, or this machine's clock is wrong.",
        f"Check the clock. {_KEY}",
    )


def _persons_grant(description: str) -> tuple[str, str]:
    if "reauth" in description or "rapt" in description:
        return "Your company wants you to sign in to Google again from time to time, and it is time.", _LOGIN
    what = (
        "Google no longer accepts your login (invalid_grant): you or an admin took it back, the password changed, or "
        "the OAuth app is in 'Testing', where logins end after 7 days."
    )
    lasting = (
        "To make it last, publish the app: Google Auth Platform > Audience > In production, or Internal."
    )
    return what, f"{_LOGIN}. {lasting}"


def _refused_client(who: str, *, person: bool) -> tuple[str, str]:
    if not person:
        return f"Google does not know {who} as a client that may ask for tokens.", _KEY
    return (
        "The OAuth client that you logged in with was deleted or changed.",
        "Download its JSON again from the Google console, and log in: sheetops google login CLIENT_SECRET.json",
    )
