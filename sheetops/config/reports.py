"""The `[reports]` part of sheetops.toml: which tables and fields reports are made of, where their names do not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from ..model.nearest import did_you_mean
from ..model.schema import Table
from ..reports.roles import CLOSES, DATES, TIMES, ReportSpec, Role, shipped_roles, shipped_values
from .section import Section

_LENGTH = re.compile(r"(\d{1,3})(h|d)")
_LONGEST = timedelta(days=6)


def read_reports(section: Section, tables: Mapping[str, Table]) -> ReportSpec:
    """Return what `[reports]` says; what is wrong in it is noted."""
    if not section.values:
        return ReportSpec()
    roles, values = shipped_roles(), shipped_values()
    section.know(("closes", "values", *roles))
    said = {
        name: _read_role(section.section(name), roles[name], tables)
        for name in roles
        if name in section.values
    }
    meant = section.section("values")
    meant.know(tuple(values))
    words = {
        name: tuple(one.casefold() for one in meant.texts(name, values[name][-1]) or ())
        for name in values
        if name in meant.values
    }
    return ReportSpec(_read_closes(section), said, words)


def _read_closes(section: Section) -> timedelta:
    if "closes" not in section.values:
        return CLOSES
    found = _LENGTH.fullmatch(section.text("closes"))
    length = timedelta(**{{"h": "hours", "d": "days"}[found[2]]: int(found[1])}) if found else None
    if length is None or length > _LONGEST:
        section.wrong(
            "closes",
            'is how long after its end a week takes in what is typed about it, up to 6 days: "12h" or "2d".',
        )
        return CLOSES
    return length


def _read_role(entry: Section, role: Role, tables: Mapping[str, Table]) -> dict[str, str]:
    entry.know(("table", *role.fields))
    said = {name: text for name in ("table", *role.fields) if (text := entry.text(name))}
    name = said.get("table") or next((one for one in role.tables if one in tables), "")
    if name not in tables:
        entry.wrong(
            "table" if "table" in said else None,
            f"there is no table '{name}'.{did_you_mean(name, tables)}"
            if name
            else f'says not which table has the {role.about}. Add table = "NAME".',
        )
        return {}
    for part, there in said.items():
        if part == "table":
            continue
        if there not in tables[name].by_name:
            entry.wrong(
                part, f"table '{name}' has no field '{there}'.{did_you_mean(there, tables[name].by_name)}"
            )
        elif part in TIMES and tables[name].by_name[there].type not in DATES:
            entry.wrong(part, f"'{there}' is no field of dates or times.")
    return said
