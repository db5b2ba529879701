"""Many rows at once, handed to the driver as they are; SQLAlchemy would look at every value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select

COPIED = 1000
"""From how many rows on PostgreSQL's COPY is worth its while."""


def quoted(conn: Connection, name: str) -> str:
    """Return a table or column name as SQL text, in quotes where it needs them."""
    return str(conn.dialect.identifier_preparer.quote(name))


def insert_rows(conn: Connection, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of column values."""
    columns = ", ".join(quoted(conn, name) for name in names)
    if conn.dialect.name == "postgresql" and len(rows) >= COPIED:
        _copy(conn, f"COPY {quoted(conn, table)} ({columns}) FROM STDIN".replace("%%", "%"), rows)
        return
    marks = ", ".join([_mark(conn)] * len(names))
    _run(conn, f"INSERT INTO {quoted(conn, table)} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _copy(conn: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    cursor: Any = conn.connection.cursor()
    with cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(
    conn: Connection, table: str, names: Sequence[str], key: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set the named columns; each row is their values and then the key of the row to change."""
    mark = _mark(conn)
    columns = ", ".join(f"{quoted(conn, name)} = {mark}" for name in names)
    _run(conn, f"UPDATE {quoted(conn, table)} SET {columns} WHERE {quoted(conn, key)} = {mark}", rows)  # noqa: S608


def _mark(conn: Connection) -> str:
    return "?" if conn.dialect.name == "sqlite" else "%s"


def _run(conn: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        conn.exec_driver_sql(sql, list(rows))


def fetch(conn: Connection, wanted: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a query just as the driver gives them."""
    result = conn.execute(wanted)
    assert result.cursor is not None
    rows: Sequence[tuple[Any, ...]] = result.cursor.fetchall()
    result.close()
    return rows
