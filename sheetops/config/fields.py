"""The `[tables.*.fields]` part of sheetops.toml: one typed field from each entry."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..model.nearest import did_you_mean
from ..model.schema import Choice, Field, FieldType
from ..model.values import Invalid, Reading, parse_value, show_value
from .names import name_problem, simple_name
from .section import Section, kind_of

_ALWAYS = ("type", "label", "description", "required", "unique", "default", "renamed_from")
_TEXTUAL = ("pattern",)
_ORDERED = ("min", "max")
_SETTINGS: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: _TEXTUAL,
    FieldType.LONG_TEXT: _TEXTUAL,
    FieldType.URL: _TEXTUAL,
    FieldType.PERSON: _TEXTUAL,
    FieldType.INTEGER: _ORDERED,
    FieldType.NUMBER: _ORDERED,
    FieldType.MONEY: (*_ORDERED, "currency", "decimals"),
    FieldType.DATE: _ORDERED,
    FieldType.DATETIME: _ORDERED,
    FieldType.DURATION: _ORDERED,
    FieldType.BOOLEAN: (),
    FieldType.CHOICE: ("choices",),
    FieldType.MULTI_CHOICE: ("choices",),
    FieldType.REFERENCE: ("to",),
}
_EVERY = frozenset(_ALWAYS).union(*_SETTINGS.values())
_MOST_DECIMALS = 9
_CHOOSING = (FieldType.CHOICE, FieldType.MULTI_CHOICE)
_DIVIDERS = ";,|\n"
"""What stands between the choices of one multi-choice cell."""


def read_fields(fields: Section, reading: Reading) -> tuple[Field, ...]:
    """Return the fields of a table in the order they are written."""
    for key in fields.values:
        check_name(fields, key, "field")
    return tuple(_read_field(name, entry, reading, fields) for name, entry in fields.sections())


def check_name(section: Section, name: str, noun: str) -> None:
    """Note a table or field name that SQL, conditions or Python would stumble over."""
    if problem := name_problem(name):
        suggestion = simple_name(name, f"{noun}_1")
        section.wrong(name, f"the {noun} name '{name}' {problem}. Call it '{suggestion}'.", called=False)


def _read_field(name: str, entry: Section, reading: Reading, fields: Section) -> Field:
    kind = _read_type(entry)
    if kind is None:
        return Field(name, FieldType.TEXT, label=entry.text("label"))
    _know_settings(entry, kind)
    field = Field(
        name,
        kind,
        label=entry.text("label"),
        description=entry.text("description"),
        required=entry.flag("required", False),
        unique=entry.flag("unique", False),
        pattern=_read_pattern(entry),
        choices=_read_choices(entry, kind),
        currency=_read_currency(entry),
        decimals=_read_decimals(entry),
        references=entry.text("to") or None,
        renamed_from=_read_former_name(entry, fields),
    )
    if kind is FieldType.REFERENCE and not field.references:
        entry.wrong(None, 'a reference says which table it means: to = "sellers".')
    return _with_values(entry, field, reading)


def _read_type(entry: Section) -> FieldType | None:
    """Return the field's type. A wrong one is noted once and nothing else of the field is judged."""
    types = [t.value for t in FieldType]
    if "type" not in entry.values:
        entry.wrong(None, f'says no type, as in type = "text". The types are: {", ".join(types)}.')
        return None
    said = entry.text("type")
    if said in types:
        return FieldType(said)
    if isinstance(entry.values["type"], str):
        near = did_you_mean(said, types) or f" The types are: {', '.join(types)}."
        entry.wrong("type", f"there is no type '{said}'.{near}", called=False)
    return None


def _know_settings(entry: Section, kind: FieldType) -> None:
    """Note settings that no field has, and those that only fields of another type have."""
    fitting = (*_ALWAYS, *_SETTINGS[kind])
    for key in entry.values:
        if key in _EVERY and key not in fitting:
            owners = ", ".join(t.value for t in _SETTINGS if key in _SETTINGS[t])
            entry.wrong(key, f"'{key}' is only for {owners}; this field is {kind.value}.", called=False)
    Section({k: v for k, v in entry.values.items() if k not in _EVERY}, entry.path, entry.mistakes).know(
        fitting
    )


def _read_pattern(entry: Section) -> str | None:
    pattern = entry.text("pattern")
    try:
        re.compile(pattern)
    except re.error as error:
        entry.wrong("pattern", f"the pattern '{pattern}' cannot be read: {error}.")
        return None
    return pattern or None


def _read_currency(entry: Section) -> str | None:
    currency = entry.text("currency")
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        entry.wrong("currency", f"'{currency}' is not a currency code. Write three capitals, such as EUR.")
    return currency or None


def _read_decimals(entry: Section) -> int:
    decimals = entry.whole("decimals", 2)
    if decimals is not None and decimals > _MOST_DECIMALS:
        entry.wrong("decimals", f"must be {_MOST_DECIMALS} or fewer, not {decimals}.")
    return 2 if decimals is None else decimals


def _read_former_name(entry: Section, fields: Section) -> str | None:
    former = entry.text("renamed_from")
    if former and former in fields.values:
        entry.wrong("renamed_from", f"the field '{former}' is still here, so nothing was renamed from it.")
        return None
    return former or None


def _read_choices(entry: Section, kind: FieldType) -> tuple[Choice, ...]:
    if kind not in _CHOOSING:
        return ()
    said = entry.values.get("choices")
    if not said or not isinstance(said, (list, dict)):
        is_missing = said is None or said in ([], {})
        problem = "lists no choices" if is_missing else f"has choices that are {kind_of(said)}"
        entry.wrong("choices", f'{problem}. Write choices = ["open", "closed"].', called=False)
        return ()
    listed = _texts(entry, ("choices",), said) if isinstance(said, list) else said
    choices = tuple(Choice(value, _aliases(entry, value, said)) for value in listed)
    _check_spellings(entry, choices, divided=kind is FieldType.MULTI_CHOICE)
    return choices


def _aliases(entry: Section, value: str, said: list[Any] | dict[str, Any]) -> tuple[str, ...]:
    if isinstance(said, list):
        return ()
    listed = said[value]
    if not isinstance(listed, list):
        at = (*entry.path, "choices", value)
        entry.mistakes.add(at, f'the other spellings are a list, as in {value} = ["..."]; [] for none.')
        return ()
    return tuple(_texts(entry, ("choices", value), listed))


def _texts(entry: Section, keys: tuple[str, ...], listed: list[Any]) -> Iterator[str]:
    for place, value in enumerate(listed):
        at = (*entry.path, *keys)
        if not isinstance(value, str):
            what = f'each must be text in quotes ("{value}"), not {kind_of(value)}.'
            entry.mistakes.add((*at, place), what, called=at)
        elif not value.strip():
            entry.mistakes.add((*at, place), "a choice cannot be blank.", called=at)
        else:
            yield value


def _check_spellings(entry: Section, choices: tuple[Choice, ...], *, divided: bool) -> None:
    """Note a spelling that means two choices, and one that a multi-choice cell would be cut at."""
    at = (*entry.path, "choices")
    owners: dict[str, str] = {}
    for number, choice in enumerate(choices):
        for spelling in (choice.value, *choice.aliases):
            owner = owners.setdefault(" ".join(spelling.casefold().split()), f"{number} {choice.value}")
            if owner != f"{number} {choice.value}":
                two = f"'{owner.split(' ', 1)[1]}' and '{choice.value}'"
                entry.mistakes.add((*at, choice.value), f"'{spelling}' would mean both {two}.", called=at)
        if divided and any(mark in choice.value for mark in _DIVIDERS):
            what = f"'{choice.value}' holds a mark that divides choices in a cell (; , |)."
            entry.mistakes.add((*at, choice.value), what, called=at)


def _with_values(entry: Section, field: Field, reading: Reading) -> Field:
    """Add min, max and default, which are values of the field's own type."""
    low = _read_value(entry, "min", field, reading)
    high = _read_value(entry, "max", field, reading)
    if low is not None and high is not None and low > high:
        entry.wrong("max", f"the max {show_value(field, high)} is below the min {show_value(field, low)}.")
    else:
        field = replace(field, minimum=low, maximum=high)
    return replace(field, default=_read_value(entry, "default", field, reading))


def _read_value(entry: Section, key: str, field: Field, reading: Reading) -> Any:
    raw = entry.values.get(key)
    if raw is None or (key != "default" and key not in _SETTINGS[field.type]):
        return None
    if isinstance(raw, (list, dict)):
        entry.wrong(key, f"must be one value, not {kind_of(raw)}.")
        return None
    if isinstance(raw, float) and not math.isfinite(raw):
        entry.wrong(key, f"must be a number that can be reached, not {raw}.")
        return None
    if field.type in _CHOOSING and not field.choices:
        return None  # said already
    value = parse_value(field, raw, reading)
    if isinstance(value, Invalid):
        offered = f" Did you mean '{value.suggestion}'?" if value.suggestion else ""
        entry.wrong(key, f"'{value.said}' {value.reason}.{offered}")
        return None
    return value
