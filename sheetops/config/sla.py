"""The `[sla.TABLE]` parts of sheetops.toml: which goals of which table have a clock, and which columns show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..columns.sla import made
from ..columns.sla.column_set import SlaColumns
from ..columns.sla.history_table import HISTORY_TABLE
from ..columns.sla.policy_table import POLICY_TABLE
from ..columns.sla.spec import SlaSpec
from ..model.nearest import did_you_mean
from ..model.schema import FieldType, Table
from .calendars import CalendarSpec
from .names import name_problem, simple_name
from .section import Section

_ROLES = ("status", "owner", "team", "priority", "opened")
_SETTINGS = (*_ROLES, "goals", "columns", "policies", "policy", "history", "calendar", "refresh", "live")
_REFRESH = {"15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400}


def read_sla(
    section: Section, tables: Mapping[str, Table], calendars: Mapping[str, CalendarSpec], timezone: str
) -> tuple[SlaSpec, ...]:
    """Return what every `[sla.TABLE]` part says; what is wrong in them is noted."""
    found = []
    for name, entry in section.sections():
        if name not in tables:
            entry.wrong(None, f"there is no table '{name}'.{did_you_mean(name, tables)}")
            continue
        found.append(_read(entry, tables[name], tables, calendars, timezone))
    return tuple(found)


def _read(
    entry: Section,
    table: Table,
    tables: Mapping[str, Table],
    calendars: Mapping[str, CalendarSpec],
    timezone: str,
) -> SlaSpec:
    entry.know(_SETTINGS)
    policies = entry.text("policies")
    if policies in tables and "goal" not in tables[policies].by_name:
        entry.wrong(
            "policies",
            f"the table '{policies}' has no field 'goal'. Take its fields out, and it gets the usual ones.",
        )
    return SlaSpec(
        table.name, _read_goals(entry), _read_columns(entry), policies, _read_inline(entry), _read_history(entry, tables),
        {role: _read_role(entry, role, table) for role in _ROLES},
        _read_calendar(entry, calendars), timezone, _read_refresh(entry), _read_live(entry),
    )  # fmt: skip


def _read_history(entry: Section, tables: Mapping[str, Table]) -> str:
    said = entry.text("history")
    lacks = [name for name in HISTORY_TABLE.by_name if said in tables and name not in tables[said].by_name]
    if lacks:
        what = (
            f"the table '{said}' has no field '{lacks[0]}'. Take its fields out, and it gets the usual ones."
        )
        entry.wrong("history", what)
    return said


def _read_goals(entry: Section) -> tuple[str, ...]:
    said = entry.texts("goals", "resolution")
    if said is None and "goals" not in entry.values:
        entry.wrong(None, 'says no goals. Add goals = ["first_response", "resolution"].')
    for goal in said or ():
        if problem := name_problem(goal):
            entry.wrong("goals", f"the goal '{goal}' {problem}. Call it '{simple_name(goal, 'goal_1')}'.")
    return tuple(dict.fromkeys(said or ()))


def _read_columns(entry: Section) -> tuple[str, ...]:
    said = entry.texts("columns", "due")
    for name in said or ():
        if name not in made.NAMES:
            near = did_you_mean(name, made.NAMES) or f" There is: {', '.join(made.NAMES)}."
            entry.wrong("columns", f"a goal has no column '{name}'.{near}")
    return tuple(said) if said else made.USUAL


def _read_role(entry: Section, role: str, table: Table) -> str:
    """Return the field that plays a role; the field of that name where nothing is said, "" where there is none."""
    said = entry.text(role)
    if said and said not in table.by_name:
        entry.wrong(role, f"table '{table.name}' has no field '{said}'.{did_you_mean(said, table.by_name)}")
    if (
        role == "opened"
        and said in table.by_name
        and table.by_name[said].type not in (FieldType.DATETIME, FieldType.DATE)
    ):
        entry.wrong(role, f"'{said}' is no column of dates and times.")
    return said or (role if role in table.by_name else "")


def _read_calendar(entry: Section, calendars: Mapping[str, CalendarSpec]) -> str:
    said = entry.text("calendar")
    if said and said not in calendars:
        entry.wrong(
            "calendar",
            f"there is no calendar '{said}'.{did_you_mean(said, calendars)} Add [calendars.{said}].",
        )
    return said or (next(iter(calendars)) if len(calendars) == 1 else "")


def _read_refresh(entry: Section) -> int:
    said = entry.text("refresh", "1h")
    if said not in _REFRESH:
        entry.wrong("refresh", f"'{said}' is not possible. Write one of {', '.join(_REFRESH)}.")
    return _REFRESH.get(said, 3600)


def _read_live(entry: Section) -> bool:
    live, said = entry.flag("live", False), entry.values.get("columns")
    missing = [name for name in made.LIVE if isinstance(said, list) and said and name not in said]
    if live and missing:
        entry.wrong(
            "live", f"needs the columns {', '.join(made.LIVE)}. Add {' and '.join(missing)} to columns."
        )
    return live


def _read_inline(entry: Section) -> tuple[Mapping[str, Any], ...]:
    """Return the policies written as [[sla.TABLE.policy]]; those that cannot be read are noted."""
    said = entry.values.get("policy", [])
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        entry.wrong(
            "policy", f"policies are written as [[{'.'.join(map(str, entry.path))}.policy]], one part each."
        )
        return ()
    return tuple(said)


def with_policies(tables: Mapping[str, Table], specs: Sequence[SlaSpec]) -> dict[str, Table]:
    """Return the tables with one for each table of policies, or of history, that nobody has described: the usual one."""
    named = {spec.policies: replace(POLICY_TABLE, name=spec.policies) for spec in specs if spec.policies}
    told = {spec.history: replace(HISTORY_TABLE, name=spec.history) for spec in specs if spec.history}
    return {**named, **told, **tables}


def sla_columns(
    spec: SlaSpec, tables: Mapping[str, Table], calendars: Mapping[str, CalendarSpec]
) -> SlaColumns:
    """Return the SLA of a table, ready to be computed."""
    table = tables[spec.table]
    people = frozenset(field.name for field in table.fields if field.name != table.key)
    said = repr((spec, sorted(calendars.items())))
    return SlaColumns(
        **vars(spec),
        key=table.key,
        compiled=lambda: {name: one.calendar for name, one in calendars.items()},
        said=said,
        escalated=people,
    )
