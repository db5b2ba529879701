"""Whose eyes read the sheets: credentials from a file or from the machine, without ever saying what is in them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config.google import GoogleSettings
from ...model.errors import TrackerUnreadable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SHEETS = "https://www.googleapis.com/auth/spreadsheets"
DRIVE_METADATA = "https://www.googleapis.com/auth/drive.metadata.readonly"
FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
SANDBOX_USER = "robot@sandbox.example"
"""Who asks on a server that is not Google; the sandbox takes the name for the token."""

NOTHING = "Google Sheets were not read and not changed."
_HOW = "How to get credentials: docs/google.md."


def need_google() -> None:
    """Raise when the extra is not installed."""
    try:
        for name in ("gspread", "google.auth.transport.requests", "tenacity"):
            import_module(name)
    except ImportError:
        raise TrackerUnreadable(
            "Google Sheets need the packages gspread, google-auth and tenacity, which are not installed.",
            not_done=NOTHING,
            next_step='Run: pip install "sheetops[google]"',
        ) from None


def scopes_of(settings: GoogleSettings) -> list[str]:
    """Return the permissions that are asked for: spreadsheets, and names and versions of files where it is set."""
    return [SHEETS, DRIVE_METADATA] if settings.drive_version else [SHEETS]


def load_credentials(settings: GoogleSettings, folder: Path, environ: Mapping[str, str]) -> Credentials:
    """Return the credentials that the settings name. Raise TrackerUnreadable; no message says what is in a file."""
    need_google()
    said = settings.credentials or environ.get(FILE_VARIABLE, "")
    if said:
        named = "sheetops.toml, google.credentials" if settings.credentials else FILE_VARIABLE
        return _from_file(_placed(said, folder, environ), named, scopes_of(settings))
    return _from_machine(scopes_of(settings))


def _placed(said: str, folder: Path, environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if said.startswith("~/") and home:
        return Path(home) / said[2:]
    return folder / Path(said).expanduser()


def _from_machine(scopes: list[str]) -> Credentials:
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about quota projects; doctor says what matters
            found, _ = google.auth.default(scopes=scopes)
    except (GoogleAuthError, ValueError, OSError):
        raise TrackerUnreadable(
            "This machine has no Google credentials of its own, and sheetops.toml names none.",
            not_done=NOTHING,
            next_step='Name a file under [google] as credentials = "robot.json", or run: gcloud auth '
            f"application-default login --scopes={SHEETS},https://www.googleapis.com/auth/cloud-platform. {_HOW}",
        ) from None
    return found


def _from_file(path: Path, named: str, scopes: list[str]) -> Credentials:
    info = read_json(path, named)
    kind = info.get("type")
    if kind not in _LOADERS:
        raise _unusable(path, named, _other_kind(info))
    try:
        return _LOADERS[kind](info, scopes)
    except Exception:  # each library has its own, and what they say may quote the file
        raise _unusable(path, named, "its key is damaged, or a part of it is missing") from None


def _service_account(info: Mapping[str, Any], scopes: list[str]) -> Credentials:
    from google.oauth2.service_account import Credentials as ServiceAccount

    return ServiceAccount.from_service_account_info(info, scopes=scopes)


def _authorized_user(info: Mapping[str, Any], scopes: list[str]) -> Credentials:
    """Return a person's credentials, with what the person allowed: asking for more at a refresh is refused."""
    from google.oauth2.credentials import Credentials as Person

    del scopes
    return Person.from_authorized_user_info(info)


def _workload(info: Mapping[str, Any], scopes: list[str]) -> Credentials:
    """Return workload identity: a token of AWS, of a program, or of a file or URL is exchanged for Google's.

    google-auth's own choice among the three is not used: it asks Google for the project's name before anybody needs it.
    """
    from google.auth import aws, identity_pool, pluggable

    if info.get("subject_token_type") == "urn:ietf:params:aws:token-type:aws4_request":
        kind: Any = aws
    else:
        kind = pluggable if (info.get("credential_source") or {}).get("executable") else identity_pool
    return kind.Credentials.from_info(info, scopes=scopes)


def _impersonated(info: Mapping[str, Any], scopes: list[str]) -> Credentials:
    from google.auth import impersonated_credentials

    return impersonated_credentials.Credentials.from_impersonated_service_account_info(info, scopes=scopes)


_LOADERS = {
    "service_account": _service_account,
    "authorized_user": _authorized_user,
    "external_account": _workload,
    "impersonated_service_account": _impersonated,
}


def read_json(path: Path, named: str) -> dict[str, Any]:
    """Return a JSON object. Raise TrackerUnreadable for a file that is missing or is none."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise _unusable(path, named, "there is no such file") from None
    except OSError as error:
        raise _unusable(path, named, f"it cannot be read ({error.strerror})") from None
    except ValueError:
        raise _unusable(path, named, "it is not JSON") from None
    if not isinstance(found, dict):
        raise _unusable(path, named, "it is not the JSON of any credentials")
    return found


def _other_kind(info: Mapping[str, Any]) -> str:
    if "installed" in info or "web" in info:
        return "it is an OAuth client, not a login. Run `sheetops google login` with it first"
    return "it is neither a service account's key, a person's login nor a workload identity"


def _unusable(path: Path, named: str, why: str) -> TrackerUnreadable:
    return TrackerUnreadable(
        f"The credentials {path} ({named}) cannot be used: {why}.",
        not_done=NOTHING,
        next_step=f"Name another file, or download it again. {_HOW}",
    )


def robot_address(credentials: Any) -> str | None:
    """Return the address to share sheets with; None for a person, and where only Google knows it yet."""
    found = getattr(credentials, "service_account_email", None)
    return found if isinstance(found, str) and "@" in found else None


def is_person(credentials: Any) -> bool:
    """Return whether somebody logged in; otherwise it is a service account or a workload."""
    from google.oauth2.credentials import Credentials as Person

    return isinstance(credentials, Person)


def named_bearer(user: str) -> Credentials:
    """Return credentials that are only a name, for servers that are not Google: no key ever goes there."""
    from google.auth.credentials import AnonymousCredentials

    class Named(AnonymousCredentials):  # type: ignore[misc]
        service_account_email = user

        def refresh(self, request: Any) -> None:
            """There is nothing to refresh; a name that is refused stays refused."""

        def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
            if user:
                headers["Authorization"] = f"Bearer {user}"

    return Named()
