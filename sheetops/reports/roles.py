"""Which table and fields of a workspace play which part in reports: found by their names, or as sheetops.toml says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from ..model.schema import FieldType, Schema, Table

TIMES = frozenset({
    "opened", "closed", "decided", "ends", "filed", "due", "received", "closed_loop", "reviewed", "valid_from", "started",
    "ended", "held", "began", "first_seen", "last_seen", "done", "lifted", "valid_to", "made",
})  # fmt: skip
"""Parts that only a field of dates or times can play."""

DATES = (FieldType.DATE, FieldType.DATETIME)
CLOSES = timedelta(hours=12)


@dataclass(frozen=True)
class Role:
    """A kind of record: what people call it, and the names that its table and fields may have."""

    about: str
    tables: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ReportSpec:
    """What `[reports]` says: until when a week takes in what is typed about it, tables and fields by role, words by meaning."""

    closes: timedelta = CLOSES
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bound:
    """The table that plays a role: its key, and the fields by the part they play."""

    role: str
    table: str
    key: str
    fields: Mapping[str, str]


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "roles.toml").read_text(encoding="utf-8"))


def shipped_roles() -> dict[str, Role]:
    """Return the roles of roles.toml by name."""
    return {
        name: Role(part["about"], tuple(part["tables"]), {key: tuple(said) for key, said in part.items() if key not in ("about", "tables")})
        for name, part in _shipped().items()
        if name != "values"
    }  # fmt: skip


def shipped_values() -> dict[str, tuple[str, ...]]:
    """Return what values of choices mean."""
    return {name: tuple(words) for name, words in _shipped()["values"].items()}


def bind(spec: ReportSpec, schema: Schema) -> dict[str, Bound]:
    """Return the table of each role that the workspace has."""
    found = {}
    for name, role in shipped_roles().items():
        said = spec.said.get(name, {})
        table = said.get("table") or next((one for one in role.tables if one in schema.tables), None)
        if table is None or table not in schema.tables:
            continue
        known = schema.tables[table]
        fields = {part: said.get(part) or _find(part, names, known) for part, names in role.fields.items()}
        found[name] = Bound(name, table, known.key, {part: one for part, one in fields.items() if one})
    return found


def _find(part: str, names: tuple[str, ...], table: Table) -> str:
    """Return the first field that has one of the names, and dates where those are needed."""
    for name in names:
        there = table.by_name.get(name)
        if there is not None and (part not in TIMES or there.type in DATES):
            return name
    return ""
