"""Small texts that the dataset remembers by name: caches, which may be lost without harm."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .tables import META
from .upsert import upsert

_PREFIX = "note:"


def recall(conn: Connection, name: str) -> str | None:
    """Return what was remembered under a name, None when nothing was."""
    said: str | None = conn.execute(select(META.c.value).where(META.c.name == _PREFIX + name)).scalar()
    return said


def remember(conn: Connection, name: str, value: str) -> None:
    """Remember a text under a name."""
    upsert(conn, META, [{"name": _PREFIX + name, "value": value}])
