"""The `[rules]` part of sheetops.toml: what must not be missing in the records of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..columns.rules.spec import Check, RuleSpec, Same
from ..model.nearest import did_you_mean
from ..model.schema import FieldType, Table
from .conditions import read_condition
from .section import Section
from .signals import field_of, fields_of, table_of

_SETTINGS = ("status", "ends", "closing", "longest", "personal_data", "check")
_CHECK = ("when", "one_of", "all_of", "same", "say")
_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)


def read_rules(section: Section, tables: Mapping[str, Table]) -> tuple[RuleSpec, ...]:
    """Return what every `[rules.TABLE]` part says; what is wrong in them is noted."""
    found = []
    for name, entry in section.sections():
        if (table := table_of(entry, name, tables)) is None:
            continue
        entry.know(_SETTINGS)
        ends = entry.texts("ends", "closed") or ()
        status = entry.text("status", "status")
        if ends:
            _check_ends(entry, status, tuple(ends), table)
        found.append(
            RuleSpec(
                name, status, tuple(ends), fields_of(entry, "closing", table), _longest(entry, table),
                _texts(entry, table), _checks(entry, table, tables),
            )
        )  # fmt: skip
    return tuple(found)


def _check_ends(entry: Section, status: str, ends: tuple[str, ...], table: Table) -> None:
    if status not in table.by_name:
        entry.wrong(
            "status" if "status" in entry.values else None,
            f"table '{table.name}' has no field '{status}'.{did_you_mean(status, table.by_name)}",
        )
        return
    values = [choice.value for choice in table.by_name[status].choices]
    for word in ends:
        if values and word not in values:
            entry.wrong("ends", f"'{word}' is not a choice of '{status}'.{did_you_mean(word, values)}")


def _texts(entry: Section, table: Table) -> tuple[str, ...]:
    names = fields_of(entry, "personal_data", table)
    for name in names:
        if name in table.by_name and table.by_name[name].type not in _TEXTS:
            entry.wrong(
                "personal_data", f"'{name}' is no text: it is of type '{table.by_name[name].type.value}'."
            )
    return names


def _longest(entry: Section, table: Table) -> dict[str, int]:
    part, found = entry.section("longest"), {}
    for name in part.values:
        if name not in table.by_name:
            part.wrong(
                name, f"table '{table.name}' has no field '{name}'.{did_you_mean(name, table.by_name)}"
            )
        elif (limit := part.whole(name, None, least=1)) is not None:
            found[name] = limit
    return found


def _checks(entry: Section, table: Table, tables: Mapping[str, Table]) -> tuple[Check, ...]:
    said = entry.values.get("check", [])
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        entry.wrong(
            "check", f"checks are written as [[{'.'.join(map(str, entry.path))}.check]], one part each."
        )
        return ()
    parts = (Section(one, (*entry.path, "check", place), entry.mistakes) for place, one in enumerate(said))
    return tuple(_check(part, table, tables) for part in parts)


def _check(part: Section, table: Table, tables: Mapping[str, Table]) -> Check:
    part.know(_CHECK)
    if not part.text("say"):
        part.wrong(None, 'says not what a person reads. Add say = "fill in the owner".')
    if not {"one_of", "all_of", "same"} & part.values.keys():
        part.wrong(None, 'says not what must hold. Add all_of = ["owner"], or one_of, or same.')
    return Check(
        part.text("say"), read_condition(part, "when", table), fields_of(part, "one_of", table),
        fields_of(part, "all_of", table), _same(part, table, tables),
    )  # fmt: skip


def _same(part: Section, table: Table, tables: Mapping[str, Table]) -> Same | None:
    """Return what `same = { field = "policy_version", as = "policy.current_version" }` says."""
    if "same" not in part.values:
        return None
    entry = part.section("same")
    entry.know(("field", "as"))
    mine = field_of(entry, "field", table)
    reference, _, of = entry.text("as").partition(".")
    field: Any = table.by_name.get(reference)
    if field is None or field.type is not FieldType.REFERENCE:
        entry.wrong(
            "as",
            f"'{reference}' is no reference of '{table.name}'. Write it like as = \"policy.current_version\".",
        )
        return None
    other = tables.get(field.references or "")
    if other is None or of not in other.by_name:
        entry.wrong(
            "as",
            f"table '{field.references}' has no field '{of}'.{did_you_mean(of, other.by_name if other else ())}",
        )
        return None
    return Same(mine, reference, other.name, other.key, of)
