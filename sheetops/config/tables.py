"""The `[tables]` part of sheetops.toml."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..columns.sets import ColumnSet
from ..model.nearest import did_you_mean
from ..model.schema import Field, FieldType, Table
from ..model.values import Reading
from .fields import check_name, read_fields
from .section import Section

_SETTINGS = ("key", "key_format", "description", "fields")
_DEFAULT_FORMAT = "{:04d}"
_KEY_TYPES = (FieldType.TEXT, FieldType.PERSON, FieldType.URL, FieldType.CHOICE, FieldType.REFERENCE)
"""Types whose values are text. The key of a record is text wherever it is stored, shown or looked up."""


def read_tables(tables: Section, reading: Reading) -> dict[str, Table]:
    """Return every table by name; references between them are checked when all are known."""
    for name in tables.values:
        check_name(tables, name, "table")
    found = {name: _read_table(name, entry, reading) for name, entry in tables.sections()}
    for name, entry in tables.sections():
        _check_references(found[name], entry.section("fields"), found)
    return found


def with_computed(
    tables: Mapping[str, Table], columns: Sequence[ColumnSet], section: Section
) -> dict[str, Table]:
    """Return the tables with the fields that are computed, and with those that sets of columns keep.

    A field that people have under a computed one's name is noted.
    """
    found = dict(tables)
    for one in columns:
        for kept in one.keeps:
            there = found.get(kept.name)
            found[kept.name] = _together(there, kept, one, section) if there else kept
    for one in columns:
        if one.table not in found:
            near = did_you_mean(one.table, found)
            section.wrong(
                None, f"the columns '{one.name}' are for a table '{one.table}', which there is not.{near}"
            )
            continue
        made = tuple(replace(field, computed=True) for field in one.makes)
        found[one.table] = _with_fields(found[one.table], made, one, section)
    return found


def _together(there: Table, kept: Table, one: ColumnSet, section: Section) -> Table:
    """Return a table that people describe and a set of columns keeps: the fields of both."""
    if there.key != kept.key:
        what = f"is kept by '{one.name}', whose records have the key '{kept.key}'."
        section.section(there.name).wrong("key", what)
        return there
    own = tuple(field for field in kept.fields if not field.computed and field.name not in there.by_name)
    computed = tuple(field for field in kept.fields if field.computed)
    return _with_fields(replace(there, fields=(*there.fields, *own)), computed, one, section)


def _with_fields(table: Table, made: Sequence[Field], one: ColumnSet, section: Section) -> Table:
    """Return a table with computed fields."""
    for field in made:
        if field.name in table.by_name and table.by_name[field.name] != field:  # two sets may keep one table
            other = table.by_name[field.name].computed
            what = f"is computed by '{one.name}'" + (
                " and by other columns too; give one of them another name." if other
                else "; take the field out, or give it another name."
            )  # fmt: skip
            section.section(table.name).section("fields").wrong(field.name, what)
    fresh = tuple(field for field in made if field.name not in table.by_name)
    return replace(table, fields=(*table.fields, *fresh))


def _read_table(name: str, entry: Section, reading: Reading) -> Table:
    entry.know(_SETTINGS)
    fields = read_fields(entry.section("fields"), reading)
    table = Table(name, entry.text("key"), fields, _read_format(entry), entry.text("description"))
    _check_key(table, entry)
    return table


def _read_format(entry: Section) -> str:
    said = entry.text("key_format", _DEFAULT_FORMAT)
    if _makes_keys(said):
        return said
    entry.wrong("key_format", f"'{said}' has no place for a number. Write it like CASE-{{:04d}}.")
    return _DEFAULT_FORMAT


def _makes_keys(key_format: str) -> bool:
    """Return whether a key format gives a different text for every number."""
    try:
        places = [name for _, name, _, _ in string.Formatter().parse(key_format) if name is not None]
        return places in ([""], ["0"]) and key_format.format(1) != key_format.format(2)
    except (ValueError, IndexError, KeyError, AttributeError):
        return False


def _check_key(table: Table, entry: Section) -> None:
    if not table.fields:
        entry.wrong(None, 'has no fields. Add one, as in case_id = { type = "text" }.')
    elif "key" not in entry.values:
        first = table.fields[0].name
        entry.wrong(None, f'says not which field identifies a record. Add key = "{first}".')
    elif table.key not in table.by_name:
        if table.key:
            near = did_you_mean(table.key, table.by_name)
            entry.wrong("key", f"there is no field '{table.key}'.{near}")
    elif (kind := table.by_name[table.key].type) not in _KEY_TYPES:
        what = f"'{table.key}' is of type '{kind.value}'. A key is text; numbers in it are read as text too."
        entry.wrong("key", what)


def _check_references(table: Table, fields: Section, tables: Mapping[str, Table]) -> None:
    for field in table.fields:
        if field.references and field.references not in tables:
            there = did_you_mean(field.references, tables)
            fields.section(field.name).wrong("to", f"there is no table '{field.references}'.{there}")
