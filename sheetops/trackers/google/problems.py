"""What a person reads when Google could not be read or written: what happened, what was not done, what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError

from ...model.errors import SheetopsError, TrackerBusy, TrackerNotWritten, TrackerUnreadable
from .answers import Garbled, Refused
from .own_sandbox import quoted
from .retrying import OutOfTurns, passes, untrusted
from .tokens import refresh_words

if TYPE_CHECKING:
    from .transport import Transport

AGAIN = "Run the command again in a few minutes."
_LONGEST = 300
_SECRETS = re.compile(
    r"ya29\.[\w.-]+|Bearer\s+\S+|-----BEGIN.*?(?:-----END[^-]*-----|$)|\beyJ[\w.-]+|1//[\w-]+", re.DOTALL
)
_CONSOLE = re.compile(r"https://console\.(?:developers|cloud)\.google\.com/[^\s\"'<>]+[^\s\"'<>.,]")

FAILURES = (Refused, Garbled, OutOfTurns, GoogleAuthError, requests.RequestException)
"""What can be put into words here. Anything else is a mistake of the program's own, and stays visible as one."""


@dataclass(frozen=True)
class Asked:
    """What was asked, for the words about it. `name` is what people call the spreadsheet, `who` asks.

    `maybe_done` says that some attempt may have been carried out although no answer came. `sandbox` is the folder of
    the sandbox that was asked in place of Google.
    """

    name: str
    writing: bool
    robot: str | None = None
    person: bool = False
    host: str = "sheets.googleapis.com"
    was_read: bool = False
    maybe_done: bool = False
    attempts: int = 1
    seconds: float = 0.0
    sandbox: Path | None = None

    @property
    def who(self) -> str:
        """Return who asks, in words."""
        return self.robot or ("your Google account" if self.person else "the account of this machine")

    @property
    def not_done(self) -> str:
        """Return what was not done, in words."""
        if self.writing and self.maybe_done:
            return "Whether the last change arrived is not known; the next sync looks before it writes."
        return f"Nothing was written to '{self.name}'." if self.writing else f"'{self.name}' was not read."


@dataclass(frozen=True)
class Words:
    """What happened, what to do next, and whether waiting helps."""

    what: str
    next_step: str
    later: bool = False


def explain(error: BaseException, asked: Asked) -> SheetopsError:
    """Return any failure as one of our errors: TrackerBusy where waiting helps, otherwise not read or not written."""
    words = _words(error, asked)
    kind: type[SheetopsError] = TrackerNotWritten if asked.writing else TrackerUnreadable
    tried = f" Tried {asked.attempts} times in {asked.seconds:.0f} s." if asked.attempts > 1 else ""
    return (TrackerBusy if words.later else kind)(
        words.what + tried, not_done=asked.not_done, next_step=words.next_step
    )


def _words(error: BaseException, asked: Asked) -> Words:
    if isinstance(error, Refused):
        return _refused(error, asked)
    if isinstance(error, Garbled):
        return (
            _page(asked)
            if error.html
            else Words(f"The answer of {asked.host} was cut off.", AGAIN, later=True)
        )
    if isinstance(error, OutOfTurns):
        return Words(
            f"The {error.limit} {error.kind}s a minute that sheetops may make are used up.", AGAIN, later=True
        )
    if isinstance(error, RefreshError):
        return Words(*refresh_words(error, asked.who, person=asked.person), later=passes(error))
    if isinstance(error, requests.TooManyRedirects):
        return _page(asked)
    if isinstance(error, (TransportError, requests.RequestException)):
        return _unreachable(error, asked)
    return Words("The Google credentials cannot be used.", "See docs/google.md, then run: sheetops doctor")


# --- what Google refuses ------------------------------------------------------------------------------


def _refused(error: Refused, asked: Asked) -> Words:
    if error.html and not error.passing:
        return _page(asked)
    if "protected cell or object" in error.message:
        return _protected(asked)
    if error.status == 429 or (error.status == 403 and error.passing):
        return Words(f"Google's quota for {asked.who} is used up: {_google_says(error)}", AGAIN, later=True)
    if error.passing:
        return Words(f"Google has trouble of its own (error {error.status}).", AGAIN, later=True)
    by_status = {
        401: _not_accepted,
        403: _forbidden,
        404: _not_found,
        407: _behind_proxy,
        413: _too_large,
        511: _behind_proxy,
    }
    return by_status.get(error.status, _wrong)(error, asked)


def _not_accepted(error: Refused, asked: Asked) -> Words:
    return Words(
        f"Google no longer accepts the credentials of {asked.who}: they expired or were taken back.",
        "Make new ones (docs/google.md), then run: sheetops doctor",
    )


def _forbidden(error: Refused, asked: Asked) -> Words:
    if (
        error.reason in ("SERVICE_DISABLED", "accessNotConfigured")
        or "has not been used in project" in error.message
    ):
        return _disabled(error)
    if error.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" or "authentication scopes" in error.message:
        return _scope(error, asked)
    if asked.writing and asked.was_read:
        return Words(
            f"{_capital(asked.who)} may read '{asked.name}' but not change it.",
            f"Open it, Share, and make {_robot(asked)} an Editor in place of Viewer.",
        )
    return Words(
        f"{_capital(asked.who)} may not {'change' if asked.writing else 'open'} '{asked.name}'.",
        f"Share it with {_robot(asked)} as Editor. Where the company allows sharing only inside, ask whoever runs Google "
        "Workspace.",
    )


def _robot(asked: Asked) -> str:
    return asked.robot or "that account"


def _disabled(error: Refused) -> Words:
    drive = "drive" in (error.message + error.details.get("service", "")).lower()
    found = re.search(
        r"project[s]?[ /=](?:number:)?(\d+)", f"{error.details.get('consumer', '')} {error.message}"
    )
    page = _CONSOLE.search(error.message) or _CONSOLE.search(error.details.get("activationUrl", ""))
    api = "Google Drive API" if drive else "Google Sheets API"
    where = page[0] if page else f"https://console.cloud.google.com/apis/library ({api})"
    project = f" in the project {found[1]}" if found else " in its project"
    return Words(
        f"The {api} is not switched on{project}.",
        f"Open {where}, press Enable, wait five minutes, and run the command again.",
    )


def _scope(error: Refused, asked: Asked) -> Words:
    if error.reason == "insufficientPermissions" or "drive" in error.details.get("service", ""):
        return Words(
            f"The credentials of {asked.who} do not include the permission to see versions of files in Drive.",
            "Set drive_version = false under [google], or log in again: sheetops google login CLIENT_SECRET.json "
            "--drive-version",
        )
    step = (
        "Let it be made with the scope https://www.googleapis.com/auth/spreadsheets (docs/google.md)."
        if not asked.person
        else "Log in again and leave every box ticked: sheetops google login CLIENT_SECRET.json"
    )
    return Words(f"The credentials of {asked.who} do not include the permission to use spreadsheets.", step)


def _not_found(error: Refused, asked: Asked) -> Words:
    if asked.sandbox:
        return Words(
            f"There is no spreadsheet '{asked.name}' in the sandbox {asked.sandbox}.",
            f"See which there are: sheetops sandbox --data {quoted(asked.sandbox)}. Open its page, and copy the "
            "spreadsheet's address from there.",
        )
    return Words(
        f"There is no spreadsheet '{asked.name}': it was deleted, or its id or link is mistyped.",
        "Copy its link from the browser into the tracker's source in sheetops.toml, or restore it from the bin.",
    )


def trashed(name: str) -> TrackerUnreadable:
    """Return the error for a spreadsheet in the bin: the API still reads it, and people no longer do."""
    return TrackerUnreadable(
        f"'{name}' is in the bin of Google Drive.",
        not_done=f"'{name}' was not read.",
        next_step="Restore it there, or take its trackers out of sheetops.toml.",
    )


def _behind_proxy(error: Refused, asked: Asked) -> Words:
    return Words(
        "The network wants a name and password before it lets anything through.",
        "Sign in to the network, or name the proxy in HTTPS_PROXY, and run the command again.",
    )


def _too_large(error: Refused, asked: Asked) -> Words:
    return Words(
        f"The change for '{asked.name}' is larger than Google takes at once.",
        "Sync fewer records at once: narrow the tracker's where, or run with --only.",
    )


def _protected(asked: Asked) -> Words:
    return Words(
        f"In '{asked.name}' somebody protected cells that this change is for, and {asked.who} may not edit them.",
        f"Its owner finds the range under Data > Protect sheets and ranges; add {_robot(asked)} to its editors, or set the "
        "columns to mode read.",
    )


_WRONG = (
    ("limit of 10000000 cells", "'{name}' would have more than the 10 million cells that Google allows.",
     "Delete unused rows, columns and tabs in it, or let the tracker show fewer records (where)."),
    ("payload size", "The change for '{name}' is larger than Google takes at once.",
     "Sync fewer records at once: narrow the tracker's where, or run with --only."),
    ("not supported for this document", "'{name}' is an Excel or other file kept in Drive, not a Google Sheet.",
     "Open it, File > Save as Google Sheets, and put the new link into sheetops.toml."),
    ("must not be an Office file", "'{name}' is an Excel file kept in Drive, not a Google Sheet.",
     "Open it, File > Save as Google Sheets, and put the new link into sheetops.toml."),
)  # fmt: skip


def _wrong(error: Refused, asked: Asked) -> Words:
    for sign, what, step in _WRONG:
        if sign in error.message:
            return Words(what.format(name=asked.name), step)
    verb = "change" if asked.writing else "read"
    return Words(
        f"Google refused to {verb} '{asked.name}' (error {error.status}): {_google_says(error)}",
        "Run: sheetops doctor",
    )


def _google_says(error: Refused) -> str:
    """Return Google's own sentence, short and without anything that looks like a token."""
    said = _SECRETS.sub("...", error.message).strip() or "it does not say why."
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} ..."


# --- what never reached Google ------------------------------------------------------------------------


def _page(asked: Asked) -> Words:
    return Words(
        f"A web page came in place of the data of {asked.host}: a proxy, or the sign-in page of a network.",
        "Open any site in a browser and sign in, or ask who runs the network to let this address through.",
    )


def _unreachable(error: BaseException, asked: Asked) -> Words:
    host = _host_of(error) or asked.host
    if untrusted(error):
        return Words(
            f"The certificate that came for {host} is not trusted; something in the network may open the connection.",
            "Ask who runs the network for its certificate, and name the file in REQUESTS_CA_BUNDLE.",
        )
    return Words(
        f"{host} {_how_unreachable(error)}.",
        "Check the network, VPN and proxy (HTTPS_PROXY), and run the command again.",
        later=True,
    )


def _how_unreachable(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, requests.ReadTimeout) or "Read timed out" in text:
        return "did not answer in time"
    if "NameResolution" in text or "getaddrinfo" in text or "Name or service" in text:
        return "is not known to this network (no name server answers for it)"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broke the connection in the middle of its answer"
    return "cannot be reached"


def _host_of(error: BaseException) -> str:
    """Return the host that failed: the token's server is another one than the sheets'."""
    inner: Any = error.args[0] if isinstance(error, TransportError) and error.args else error
    url = getattr(getattr(inner, "request", None), "url", None)
    return urlsplit(url).hostname or "" if isinstance(url, str) else ""


def _capital(text: str) -> str:
    return text if "@" in text else text[:1].upper() + text[1:]


# --- sheetops doctor ----------------------------------------------------------------------------------


def checks(transport: Transport, spreadsheets: Mapping[str, str]) -> list[tuple[bool, str]]:
    """Return for `sheetops doctor` whom to share sheets with, and for each spreadsheet (id: name) if it can be read."""
    found = [(True, _opened_by(transport))]
    for spreadsheet, name in spreadsheets.items():
        transport.names.setdefault(spreadsheet, name)
        found.append(_check(transport, spreadsheet))
    return found


def _opened_by(transport: Transport) -> str:
    if transport.sandbox:
        return (
            f"Google: the trackers are not in Google but on a sandbox, which keeps them in {transport.sandbox.folder}. To change "
            "to Google, take sandbox = ... out of [google], and give each tracker the link of its sheet: docs/google.md"
        )
    if transport.robot:
        return f"Google: share each sheet with {transport.robot} as Editor"
    if transport.person:
        return "Google: sheets are opened as the person who logged in"
    return "Google: sheets are opened by this machine's own account; its address is in the Google console"


def _check(transport: Transport, spreadsheet: str) -> tuple[bool, str]:
    try:
        transport.read(spreadsheet, fields="properties.title")
        if transport.asks_drive:
            transport.drive_version(spreadsheet)
    except SheetopsError as error:
        return False, str(error)
    return True, f"Google Sheet '{transport.names[spreadsheet]}': can be read"
