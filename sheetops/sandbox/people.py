"""Who may do what with a file: the owner, those it is shared with, and everybody where a link says so."""

from __future__ import annotations

from .errors import FORBIDDEN, ApiError
from .grid import Spreadsheet

ROBOT = "robot@sandbox.example"
"""Who asks without a token, or with one that names nobody."""

PERSON = "person@sandbox.example"
"""Who types on the page in the browser."""

WRITERS = ("owner", "organizer", "fileOrganizer", "writer")


def role_of(book: Spreadsheet, user: str) -> str | None:
    """Return the strongest role that the user has; None without any."""
    roles = {
        one["role"]
        for one in book.file.get("permissions", [])
        if one["type"] == "anyone"
        or str(one.get("emailAddress", "")).casefold() == user.casefold()
        or (one["type"] == "domain" and user.rpartition("@")[2] == one.get("domain"))
    }
    return next((role for role in (*WRITERS, "commenter", "reader") if role in roles), None)


def refuse_strangers(book: Spreadsheet, user: str, *, write: bool) -> None:
    """Raise when the user may not read, or change, the file."""
    role = role_of(book, user)
    if role is None or (write and role not in WRITERS):
        raise ApiError(FORBIDDEN, 403)
