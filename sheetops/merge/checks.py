"""Values that only the whole dataset can judge: references, fields without repeats, records that may not close yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..model.nearest import nearest
from ..model.record import HeldKind, Record
from ..model.schema import Closing, Field, FieldType, Table
from ..model.values import show_value
from .findings import Findings

if TYPE_CHECKING:
    from .combine import Combined

_NEAREST_AMONG = 5_000
"""Among more keys than this the nearest one takes longer to find than to look up."""


def check_values(together: Combined) -> None:
    """Hold values that refer to nothing, that are to be unique and are not, or that close a record too early."""
    added = {(f.side.table.name, key) for f in together.findings for key in f.adds}
    for found in together.findings:
        table = found.side.table
        for name in found.tab_fields():
            field = table.field(name)
            if field.type is FieldType.REFERENCE and field.references:
                known = set(together.dataset.keys.get(field.references, ()))
                known |= {key for t, key in added if t == field.references}
                _refuse_values(found, name, lambda v, k=known: v in k, HeldKind.INVALID,
                               f"is not in {field.references}", known)  # fmt: skip
    for table in {found.side.table.name: found.side.table for found in together.findings}.values():
        for field in table.fields:
            if field.unique and field.name != table.key:
                _refuse_repeats(together, table, field)
    for found in together.findings:
        if closing := found.side.table.closing:
            _refuse_closing(together, found, closing)


def _refuse_closing(together: Combined, found: Findings, closing: Closing) -> None:
    """Hold the status of a record that is to be closed while something is missing that must stand before.

    A record that is closed already, or comes in closed, is left to the findings: nobody waits for its closing.
    """
    table = found.side.table
    for key, name in list(found.takes):
        record = together.dataset.records.get(table.name, {}).get(key) if name == closing.status else None
        closes = record is not None and found.takes[key, name].value in closing.ends
        if record is None or not closes or record.values.get(name) in closing.ends:
            continue
        missing = [need for need in closing.needs if not _will_be_filled(together, table, key, need, record)]
        if missing:
            headers = " and ".join(table.by_name[need].header for need in missing)
            said = f"it cannot be '{found.takes[key, name].value}' without {headers}: fill {'it' if len(missing) == 1 else 'them'} in"
            _withdraw(found, key, name)
            hold_value(found, key, name, HeldKind.INVALID, said)


def _will_be_filled(together: Combined, table: Table, key: str, name: str, record: Record) -> bool:
    """Whether a field has a value after the run: what any tracker asks for counts before what stands."""
    asked = [
        f.takes[key, name].value
        for f in together.findings
        if f.side.table.name == table.name and (key, name) in f.takes
    ]
    return any(not _is_blank(value) for value in asked or [record.values.get(name)])


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _refuse_values(
    found: Findings, name: str, valid: Any, kind: HeldKind, reason: str, known: Collection[str]
) -> None:
    for key, value in list(_proposed(found, name)):
        if value is not None and not valid(value):
            _withdraw(found, key, name)
            suggestion = nearest(str(value), known) if len(known) <= _NEAREST_AMONG else None
            hold_value(found, key, name, kind, f"'{value}' {reason}", suggestion)


def _refuse_repeats(together: Combined, table: Table, field: Field) -> None:
    """Hold a value that another record has already. Of new ones the lowest key keeps it, wherever it stands."""
    taken = dict(together.dataset.taken.get((table.name, field.name), {}))
    mine = [found for found in together.findings if found.side.table.name == table.name]
    proposed = [(key, value, found) for found in mine for key, value in _proposed(found, field.name)]
    for key, value, found in sorted(proposed, key=lambda one: one[0]):
        owner = taken.setdefault(value, key)
        if value is not None and owner != key:
            _withdraw(found, key, field.name)
            said = f"'{show_value(field, value)}' is already used by {owner}, and it is unique"
            hold_value(found, key, field.name, HeldKind.NOT_UNIQUE, said)


def _proposed(found: Findings, name: str) -> Iterable[tuple[str, Any]]:
    yield from ((key, take.value) for (key, field), take in found.takes.items() if field == name)
    yield from ((key, added.values[name]) for key, added in found.adds.items() if name in added.values)


def _withdraw(found: Findings, key: str, name: str) -> None:
    found.takes.pop((key, name), None)
    if key in found.adds:
        found.adds[key].values.pop(name, None)


def hold_value(
    found: Findings, key: str, name: str, kind: HeldKind, reason: str, suggestion: str | None = None
) -> None:
    """Hold a cell whose value was found wanting, whatever was decided or planned about it before."""
    found.released.pop((key, name), None)
    found.forced.pop((key, name), None)
    item = found.make_item(key, name, kind, reason, None)
    found.holds[key, name] = replace(item, suggestion=suggestion)
