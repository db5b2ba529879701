"""The canonical store of a workspace: tables, journal, bases, held items and runs in one SQL database.

`Store` is loaded on first use, because it brings SQLAlchemy along; the rest of this package is plain data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .commit import Commit, Confirm, TrackerCommit
from .schema_diff import SchemaChange, SchemaKind

if TYPE_CHECKING:
    from .store import Store

__all__ = ["Commit", "Confirm", "SchemaChange", "SchemaKind", "Store", "TrackerCommit"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from .store import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
