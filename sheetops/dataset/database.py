"""The connection to the database: SQLite settings, transactions, and its errors in plain words."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    exc,
    func,
    insert,
    inspect,
    make_url,
    select,
)

from ..model.errors import RunLocked, SheetopsError, StoreError
from .shape import StoredTable, dump_shape, load_shape
from .tables import META, METADATA, VERSION

BUSY_SECONDS = 10
"""How long a transaction waits for another program's before it gives up."""

CREATING = 0x5EE7095
"""The PostgreSQL advisory lock under which the tables are made."""


class Database:
    """An open database that holds a dataset. Every access is one transaction: `read` or `write`."""

    def __init__(self, url: URL, *, create: bool = False, workspace_id: str | None = None) -> None:
        self.url = url
        self.sqlite = url.get_backend_name() == "sqlite"
        if self.sqlite:
            _check_file(self.path, create)
        self.engine = _engine(url)
        try:
            self.workspace_id = self._open(create, workspace_id)
        except BaseException:
            self.engine.dispose()
            raise

    @classmethod
    def open(cls, url: str, *, create: bool = False, workspace_id: str | None = None) -> Database:
        """Return the dataset at a SQLAlchemy URL. Raise StoreError when it cannot be opened."""
        return cls(_parsed(url), create=create, workspace_id=workspace_id)

    @property
    def path(self) -> Path:
        """The database file (SQLite only)."""
        return Path(self.url.database or "")

    @property
    def name(self) -> str:
        """What messages call the database: its file, or its URL without the password."""
        return str(self.path) if self.sqlite else self.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one moment of the dataset."""
        with self.plain_errors(), self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is the only writer; committed at the end, rolled back on any error."""
        with self.plain_errors(), self.engine.connect() as conn:
            conn = conn.execution_options(sheetops_writes=True)
            with conn.begin():
                if not self.sqlite:
                    conn.exec_driver_sql("LOCK TABLE sheetops_journal IN EXCLUSIVE MODE")
                yield conn

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turn the database's errors into StoreError, or RunLocked where another writer is in the way."""
        try:
            yield
        except (exc.StatementError, self.driver_error) as error:
            raise self._in_words(error) from error

    @property
    def driver_error(self) -> type[Exception]:
        """The driver's own errors, for statements that reach it without SQLAlchemy in between."""
        error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        return error

    def _in_words(self, error: Exception) -> SheetopsError:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        if "database is locked" in said or "lock timeout" in said:
            return RunLocked(
                f"Another program is writing to {self.name}.",
                next_step="Close it, or try again in a moment.",
            )
        if "not a database" in said or "malformed" in said:
            return StoreError(
                f"{self.name} is damaged or not a sheetops dataset ({said}).",
                next_step="Put back a copy from the backups folder, then run `sheetops doctor`.",
            )
        return StoreError(f"The dataset {self.name} could not be used: {said}.")

    def _open(self, create: bool, workspace_id: str | None) -> str:
        with self.read() as conn:
            found = _meta(conn) if inspect(conn).has_table(META.name) else None
        if found is None:
            if not create:
                raise _missing(self.name)
            return self._create(workspace_id or uuid.uuid4().hex)
        if int(found["version"]) > VERSION:
            raise StoreError(
                f"{self.name} was written by a newer sheetops (format {found['version']}, this one knows {VERSION}).",
                next_step="Update it: `pip install --upgrade sheetops`.",
            )
        return found["workspace_id"]

    def _create(self, workspace_id: str) -> str:
        """Make the tables, unless another process has just done so."""
        with self.plain_errors(), self.engine.connect() as conn:
            if self.sqlite:
                conn.connection.cursor().execute("PRAGMA journal_mode=WAL")
            else:
                # To see, once it has the lock, what another process has made while it waited for it.
                conn = conn.execution_options(isolation_level="READ COMMITTED")
            conn = conn.execution_options(sheetops_writes=True)
            with conn.begin():
                if not self.sqlite:
                    conn.execute(select(func.pg_advisory_xact_lock(CREATING)))
                if inspect(conn).has_table(META.name):
                    return _meta(conn)["workspace_id"]
                about = {"version": str(VERSION), "workspace_id": workspace_id, "shape": dump_shape({})}
                METADATA.create_all(conn)
                conn.execute(insert(META), [{"name": n, "value": v} for n, v in about.items()])
        return workspace_id


class ShapeMemory:
    """The stored tables' shape, read again only when another process has changed it."""

    def __init__(self) -> None:
        self._text = ""
        self._shape: dict[str, StoredTable] = {}

    def read(self, conn: Connection) -> dict[str, StoredTable]:
        """Return the shape as this transaction sees it."""
        text = conn.execute(select(META.c.value).where(META.c.name == "shape")).scalar_one()
        if text != self._text:
            self._text, self._shape = text, load_shape(text)
        return self._shape


def _meta(conn: Connection) -> dict[str, str]:
    return {row.name: row.value for row in conn.execute(select(META))}


def _missing(name: str) -> StoreError:
    return StoreError(
        f"There is no dataset at {name} yet.", next_step="Run `sheetops init` or `sheetops sync`."
    )


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise StoreError(
            f"{url!r} is not a database URL.", next_step="Write sqlite:///file or postgresql://."
        ) from error
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("A dataset must be kept in a file.", next_step="Write sqlite:///sheetops.db.")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"sheetops keeps no dataset in {parsed.get_backend_name()}; it knows SQLite and PostgreSQL."
        )
    return parsed


def _check_file(path: Path, create: bool) -> None:
    """Look before SQLite does, which would create an empty file and speak of "unable to open"."""
    if create and not path.parent.is_dir():
        raise StoreError(
            f"The folder {path.parent} does not exist.", next_step="Create it, then run this again."
        )
    if not create and not path.is_file():
        raise _missing(str(path))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    try:
        engine = create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs a driver that is not installed.",
            next_step="Run `pip install 'sheetops[postgres]'`.",
        ) from error
    event.listen(engine, "connect", _postgres_settings)
    return engine


def _sqlite_settings(connection: Any, _record: object) -> None:
    # The driver must not begin transactions on its own: it would leave DDL and reads outside of them.
    connection.isolation_level = None
    for setting in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {setting}")


def _sqlite_begin(conn: Connection) -> None:
    writes = conn.get_execution_options().get("sheetops_writes")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_settings(connection: Any, _record: object) -> None:
    connection.autocommit = True
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.autocommit = False


Fault = Callable[[str], None]
"""Called with the name of a point in a transaction, so that a test can crash there."""
