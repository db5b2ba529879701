"""The `[google]` part of sheetops.toml: with whose eyes Google Sheets are read, and how often Google may be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ..model.errors import ConfigError
from .section import Section

URL_VARIABLE = "SHEETOPS_GOOGLE_URL"
_SETTINGS = ("credentials", "url", "drive_version", "full_read_every", "per_minute", "sandbox")
_LONGEST_PATH = 1024
_SECRET = re.compile(
    r"PRIVATE KEY|\"?(private_key|client_secret|refresh_token|access_token)\"?\s*[:=]"
    r"|ya29\.|\b1//|\bAIza[\w-]{20}|GOCSPX-|\beyJ[\w-]{10,}\.|\bAQ\.[\w-]{20}"
)
"""How Google's keys and tokens begin; a path of a file never looks like this."""


@dataclass(frozen=True)
class GoogleSettings:
    """How Google is reached.

    `credentials` is "" (or "default") for the machine's own, otherwise the path of a JSON file, never a key itself.
    `url` is another server than Google. `drive_version` asks Drive first whether a file changed at all, and
    `full_read_every` is after how many runs it is read all the same. `per_minute` limits reads, and writes.
    `sandbox` is the folder of a sandbox that stands in for Google, "" for none.
    """

    credentials: str = ""
    url: str = ""
    drive_version: bool = False
    full_read_every: int = 20
    per_minute: int = 60
    sandbox: str = ""


def looks_secret(text: str) -> bool:
    """Return whether a text holds a key or a token, so that no message repeats it."""
    return _SECRET.search(text) is not None


def read_google(section: Section) -> GoogleSettings:
    """Return what the `[google]` part says; what is wrong in it is noted."""
    section.know(_SETTINGS)
    usual = GoogleSettings()
    return GoogleSettings(
        _read_credentials(section),
        _read_url(section),
        section.flag("drive_version", usual.drive_version),
        section.whole("full_read_every", usual.full_read_every, least=1) or usual.full_read_every,
        section.whole("per_minute", usual.per_minute, least=1) or usual.per_minute,
        _read_sandbox(section),
    )


def _read_credentials(section: Section) -> str:
    said = section.text("credentials").strip()
    if looks_secret(said) or said.startswith("{") or "\n" in said or len(said) > _LONGEST_PATH:
        section.wrong(
            "credentials",
            "this is a key or a token itself; it is not repeated here. Write the path of the JSON file that holds it.",
            next_step="Take the key out of sheetops.toml. If anybody else could read it there, make a new one.",
        )
        return ""
    return "" if said == "default" else said


def _read_url(section: Section) -> str:
    said = section.text("url")
    wrong = _url_mistake(said)
    if wrong:
        section.wrong("url", wrong)
        return ""
    return _plain(said)


def _read_sandbox(section: Section) -> str:
    said = section.text("sandbox").strip()
    if said and section.text("url"):
        section.wrong("sandbox", "there is a url as well, and only one of the two can stand in for Google.")
    elif "sandbox" in section.values and type(section.values["sandbox"]) is str and not said:
        section.wrong("sandbox", 'names no folder. Write sandbox = "sandbox".')
    elif "://" in said:
        section.wrong("sandbox", "this is an address, and a folder is wanted. An address stands under url.")
    return said


def sandbox_folder(settings: GoogleSettings, folder: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the folder of the sandbox in place of Google; None for no sandbox, or where the environment names a server."""
    if not settings.sandbox or environ.get(URL_VARIABLE, "").strip():
        return None
    return folder / Path(settings.sandbox).expanduser()


def server_url(settings: GoogleSettings, environ: Mapping[str, str]) -> str:
    """Return the server in place of Google, "" for Google itself; the environment's word counts first.

    Raise ConfigError when the environment names an address that cannot be.
    """
    said = environ.get(URL_VARIABLE, "").strip()
    if not said:
        return settings.url
    wrong = _url_mistake(said)
    if wrong:
        raise ConfigError(
            f"The environment variable {URL_VARIABLE}: {wrong}",
            next_step="Correct or unset it and run the command again.",
        )
    return _plain(said)


def _url_mistake(said: str) -> str:
    """Return what is wrong with an address; "" when nothing is. A name or password in it is not repeated."""
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "this is not an address. Write it like http://127.0.0.1:8765."
    if "@" in said:
        return "an address with a name or password in it is not allowed; it is not repeated here."
    if parts.scheme not in ("http", "https") or not host:
        return f"'{said[:80]}' is not an address. Write it like http://127.0.0.1:8765."
    if parts.path.strip("/") or parts.query or parts.fragment:
        return f"'{said[:80]}' is more than the address of a server. Write it like http://127.0.0.1:8765."
    if parts.scheme == "http" and not is_loopback(host):
        return f"'{host}' is another machine, and http would send cases in the clear. Write https://."
    return ""


def _plain(said: str) -> str:
    """Return the address without a slash at the end, and "" for Google's own."""
    host = urlsplit(said).hostname or ""
    return "" if host.endswith(".googleapis.com") else said.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
