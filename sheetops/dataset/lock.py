"""One run at a time: a lock that the operating system, or PostgreSQL, lets go of when its holder dies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select, text

from ..model.errors import RunLocked, StoreError
from .codec import instant_text, parse_instant
from .database import Database
from .tables import META
from .upsert import upsert

HOLDER = "lock_holder"
"""The row of sheetops_meta that names who holds the lock (PostgreSQL)."""


@contextmanager
def hold(database: Database, owner: str, what: str = "run") -> Iterator[None]:
    """Hold the dataset's lock, or another of its locks. Raise RunLocked, naming the holder and since when, if it is taken.

    `what` is what there may be one of at a time: a run, or a watch.
    """
    with _file_lock(database.path, owner, what) if database.sqlite else _advisory_lock(database, owner, what):
        yield


def _locked(what: str, holder: str, since: datetime | None) -> RunLocked:
    when = f" since {since:%Y-%m-%d %H:%M:%S} UTC" if since else ""
    return RunLocked(
        f"Another {what} is at work on this dataset: {holder}{when}.",
        next_step="Wait for it to end, then run this again.",
    )


@contextmanager
def _file_lock(path: Path, owner: str, what: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    place = str(path) if what == "run" else f"{path}.{what}"
    lock = FileLock(f"{place}.lock", timeout=0)
    # The holder stands in a second file: Windows lets nobody read a locked one.
    holder = Path(f"{place}.holder")
    try:
        lock.acquire()
    except Timeout:
        raise _locked(what, *_holder(holder)) from None
    except OSError as error:
        raise StoreError(f"The folder {path.parent} cannot be written: {error.strerror}.") from error
    try:
        holder.write_text(json.dumps(owner), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(file: Path) -> tuple[str, datetime | None]:
    """Who holds the lock, and since when; the holder may be about to write it down, or just gone."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return str(said), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, ValueError):
        return "its name is not known", None


@contextmanager
def _advisory_lock(database: Database, owner: str, what: str) -> Iterator[None]:
    place = database.workspace_id if what == "run" else f"{database.workspace_id}|{what}"
    row = HOLDER if what == "run" else f"{HOLDER}|{what}"
    number = int.from_bytes(hashlib.sha256(place.encode()).digest()[:8], signed=True)
    with database.plain_errors(), database.engine.connect() as conn:
        # Its own connection, without a transaction, for as long as the run takes.
        conn = conn.execution_options(isolation_level="AUTOCOMMIT")
        if not conn.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar():
            raise _locked(what, *_advisory_holder(conn, row))
        try:
            since = conn.execute(text("SELECT now()")).scalar_one()
            upsert(conn, META, [{"name": row, "value": json.dumps([owner, instant_text(since)])}])
            yield
        finally:
            conn.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})


def _advisory_holder(conn: Connection, row: str) -> tuple[str, datetime | None]:
    said = conn.execute(select(META.c.value).where(META.c.name == row)).scalar()
    if said is None:
        return "its name is not known", None
    owner, since = json.loads(said)
    return owner, parse_instant(since)
