"""SQL from people: run where the database itself refuses every write."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, exc

from ..model.errors import QueryRefused
from ..model.nearest import did_you_mean
from .database import Database
from .shape import Shape
from .tables import METADATA

Result = tuple[list[str], list[tuple[Any, ...]]]


def run(database: Database, shape: Shape, sql: str) -> Result:
    """Return (column names, rows) of one reading statement. Raise QueryRefused otherwise."""
    try:
        return _on_sqlite(database, sql) if database.sqlite else _on_postgres(database, sql)
    except (database.driver_error, exc.DBAPIError, ValueError) as error:
        raise _refused(error, shape) from error


def _on_sqlite(database: Database, sql: str) -> Result:
    """mode=ro refuses writes to the file; query_only and no ATTACH keep it from any other."""
    connection = sqlite3.connect(f"{database.path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.execute("PRAGMA query_only = ON")
        return _fetched(connection.execute, sql)
    finally:
        connection.close()


def _on_postgres(database: Database, sql: str) -> Result:
    """A read-only transaction; prepared, because only then the server takes one statement at most."""
    with database.engine.connect() as conn:
        conn = conn.execution_options(postgresql_readonly=True)
        try:
            with conn.begin():
                return _fetched(lambda text: _prepared(conn, text), sql)
        finally:
            # Whatever the statement set for the session goes with the connection.
            conn.invalidate()


def _prepared(conn: Connection, sql: str) -> Any:
    cursor: Any = conn.connection.cursor()
    return cursor.execute(sql, prepare=True)


def _fetched(execute: Callable[[str], Any], sql: str) -> Result:
    cursor = execute(sql)
    if cursor.description is None:
        raise ValueError("the statement returns no rows")
    return [column[0] for column in cursor.description], cursor.fetchall()


def _refused(error: Exception, shape: Shape) -> QueryRefused:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
    if "one statement" in said or "multiple commands" in said:
        return QueryRefused("These are several statements; `sheetops sql` takes one at a time.")
    if _is_write(said):
        return QueryRefused("This statement would write, and `sheetops sql` only reads.")
    return QueryRefused(f"The database does not understand this: {said}.{_nearest(said, shape)}")


def _is_write(said: str) -> bool:
    return any(sign in said for sign in ("readonly database", "read-only transaction", "too many attached"))


_TABLE = re.compile(r'no such table: (?:main\.)?(\S+)|relation "([^"]+)" does not exist')
_COLUMN = re.compile(r'no such column: (?:\S+\.)?(\S+)|column "?(?:[^" ]+\.)?([^" ]+)"? does not exist')


def _nearest(said: str, shape: Shape) -> str:
    """Return " Did you mean ...?" for a table or column that does not exist."""
    if found := _TABLE.search(said):
        return did_you_mean(found[1] or found[2], [*shape, *METADATA.tables])
    if found := _COLUMN.search(said):
        return did_you_mean(found[1] or found[2], _columns(shape))
    return ""


def _columns(shape: Shape) -> Iterable[str]:
    yield from (name for table in shape.values() for name in table.fields)
    yield from (column.name for table in METADATA.tables.values() for column in table.columns)
