"""INSERT ... ON CONFLICT DO UPDATE, which SQLite and PostgreSQL write alike and SQLAlchemy in two places."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def upsert(conn: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows; one whose primary key is there already takes its place."""
    if not rows:
        return
    # Importing both dialects would cost every command 50 ms.
    dialect: Any = import_module(f"sqlalchemy.dialects.{conn.dialect.name}")
    statement = dialect.insert(table)
    new = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    conn.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=new), rows)
