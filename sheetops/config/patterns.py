"""The `[standardise]` and `[patterns]` parts of sheetops.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..columns.patterns.spec import OUTCOMES, Exposure, Outcome, PatternSpec, StandardiseSpec
from ..model.condition import Condition
from ..model.errors import ConfigError
from ..model.nearest import did_you_mean
from ..model.schema import FieldType, Table
from .section import Section
from .signals import DATES, NUMBERS, field_of, fields_of, table_of

_STANDARDISE = ("fields", "spellings")
_PATTERNS = (
    "date", "attributes", "window", "patterns", "outcomes", "text", "repeats", "repeat_days", "exposure", "fdr", "most",
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
                entry.whole("most", 30, 1) or 30, timezone, _exposures(entry, tables),
            )
        )  # fmt: skip
    return tuple(found)


def _exposures(entry: Section, tables: Mapping[str, Table]) -> tuple[Exposure, ...]:
    """Return what those that repeat are judged by: "TABLE.FIELD", or that with a date of its rows."""
    part, repeats = entry.section("exposure"), entry.texts("repeats", "merchant") or ()
    found = []
    for name, said in part.values.items():
        of, date = (said.get("of"), said.get("date", "")) if isinstance(said, dict) else (said, "")
        known = isinstance(of, str) and isinstance(date, str) and of.count(".") == 1
        if not known or (isinstance(said, dict) and {*said} - {"of", "date"}):
            part.wrong(name, _EXPOSED)
        elif name not in repeats:
            part.wrong(name, f"'{name}' is none of repeats.{did_you_mean(name, repeats)}", called=False)
        else:
            made = _exposure(part, name, str(of), date, tables)
            found += [made] if made else []
    return tuple(found)


_EXPOSED = 'is written as "merchants.orders", or, where rows are of a day, as { of = "orders.number", date = "day" }.'


def _exposure(part: Section, name: str, of: str, date: str, tables: Mapping[str, Table]) -> Exposure | None:
    there, _, amount = of.partition(".")
    if (table := tables.get(there)) is None:
        part.wrong(name, f"there is no table '{there}'.{did_you_mean(there, tables)}", called=False)
        return None
    for field, kinds, what in ((amount, NUMBERS, "numbers"), (date, DATES, "dates and times")):
        if field and (field not in table.by_name or table.by_name[field].type not in kinds):
            known = [one.name for one in table.fields if one.type in kinds]
            part.wrong(
                name,
                f"'{field}' is no column of {what} in {there}.{did_you_mean(field, known)}",
                called=False,
            )
            return None
    header = table.by_name[amount].header.casefold()
    noun = header.removesuffix("s") if header.endswith("s") else "unit"
    return Exposure(name, there, amount, name if name in table.by_name else table.key, date, noun)


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
