"""The `[standardise]` and `[patterns]` parts of sheetops.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..columns.patterns.spec import OUTCOMES, Outcome, PatternSpec, StandardiseSpec
from ..model.condition import Condition
from ..model.errors import ConfigError
from ..model.nearest import did_you_mean
from ..model.schema import FieldType, Table
from .section import Section
from .signals import DATES, field_of, fields_of, table_of

_STANDARDISE = ("fields", "spellings")
_PATTERNS = (
    "date", "attributes", "window", "patterns", "outcomes", "text", "repeats", "repeat_days", "fdr", "most",
)  # fmt: skip


def read_standardise(section: Section, tables: Mapping[str, Table]) -> tuple[StandardiseSpec, ...]:
    """Return what every `[standardise.TABLE]` part says; what is wrong in them is noted."""
    found = []
    for name, entry in section.sections():
        if (table := table_of(entry, name, tables)) is None:
            continue
        entry.know(_STANDARDISE)
        fields = fields_of(entry, "fields", table)
        if not fields and "fields" not in entry.values:
            entry.wrong(None, f'says no fields. Add fields = ["{table.fields[-1].name}"].')
        found.append(StandardiseSpec(name, fields, entry.text("spellings", "spellings")))
    return tuple(found)


def read_patterns(section: Section, tables: Mapping[str, Table], timezone: str) -> tuple[PatternSpec, ...]:
    """Return what every `[patterns.TABLE]` part says; what is wrong in them is noted."""
    found = []
    for name, entry in section.sections():
        if (table := table_of(entry, name, tables)) is None:
            continue
        entry.know(_PATTERNS)
        attributes = fields_of(entry, "attributes", table)
        if len(attributes) < 2:
            entry.wrong(
                "attributes" if "attributes" in entry.values else None,
                'a scenario is a combination: name two attributes or more, as in attributes = ["policy", "market"].',
            )
        found.append(
            PatternSpec(
                name, field_of(entry, "date", table, DATES), attributes, entry.whole("window", 28, 1) or 28,
                entry.text("patterns", "patterns"), _outcomes(entry, table), field_of(entry, "text", table, need=False),
                fields_of(entry, "repeats", table), entry.whole("repeat_days", 90, 1) or 90,
                entry.number("fdr", 0.05, 0.001, 0.5),
                entry.whole("most", 30, 1) or 30, timezone,
            )
        )  # fmt: skip
    return tuple(found)


def _outcomes(entry: Section, table: Table) -> tuple[Outcome, ...]:
    part = entry.section("outcomes")
    found = []
    for name, said in part.values.items():
        if name not in OUTCOMES:
            near = did_you_mean(name, OUTCOMES) or f" There is: {', '.join(OUTCOMES)}."
            part.wrong(name, f"there is no outcome '{name}'.{near}", called=False)
            continue
        if isinstance(said, str):
            said = {"when": said}
        if not isinstance(said, dict) or not isinstance(said.get("when"), str) or {*said} - {"when", "of"}:
            part.wrong(name, _EXAMPLE)
            continue
        when, of = _condition(part, name, said["when"], table), _condition(part, name, said.get("of"), table)
        if when is not None:
            found.append(Outcome(name, when, of))
    return tuple(found)


_EXAMPLE = 'is written as a condition, or as { when = "outcome == \'overturned\'", of = "outcome != blank" }.'


def _condition(part: Section, name: str, said: Any, table: Table) -> Condition | None:
    """Return a condition on the table's fields, None where there is none or a wrong one. A yes/no field is one by its name."""
    if said is None:
        return None
    try:
        condition = Condition(str(said))
        condition.matches({})
    except ConfigError as error:
        part.wrong(name, error.what)
        return None
    for field in sorted(condition.fields):
        if field not in table.by_name:
            part.wrong(name, f"table '{table.name}' has no field '{field}'.{did_you_mean(field, table.by_name)}")  # fmt: skip
            return None
        if said == field and table.by_name[field].type is not FieldType.BOOLEAN:
            part.wrong(name, f"'{field}' is no yes/no field. {_EXAMPLE[0].upper()}{_EXAMPLE[1:]}")
            return None
    return condition
