"""Rows that are gone, doubled, without a readable key, or left behind by a record that was archived."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.record import HeldKind, Record, RowMemory
from .inputs import Standing

if TYPE_CHECKING:
    from .absorb import _Absorb

WAITING = (HeldKind.EDITED_AND_DELETED, HeldKind.ROW_GONE)
"""Held rows that are not there: they wait for a word, whatever the sheet says."""


def is_active(record: Record | None) -> bool:
    """Return whether there is a record, and it is not archived."""
    return record is not None and not record.archived


def hold_doubled(merge: _Absorb, key: str) -> None:
    rows = merge.tab.twice[key]
    places = ", ".join(merge.tab.address(row) for row in rows)
    said = f"stands in {len(rows)} rows ({places}); remove the copies or give them keys of their own"
    address = merge.tab.address(rows[-1])
    merge.hold(merge.item(key, None, HeldKind.DUPLICATE_KEY, said, address=address))


def row_gone(merge: _Absorb, key: str, memory: RowMemory, record: Record | None) -> None:
    found, spec = merge.found, merge.side.spec
    if not is_active(record) or (spec.where and not spec.where.matches(record.values)):  # type: ignore[union-attr]
        found.memory[key] = None
    elif memory.left:
        return
    elif merge.side.standing is not Standing.CURRENT:
        found.memory[key] = None
    elif (item := merge.open.get((key, None))) and item.kind in WAITING:
        merge.hold(item)
    elif not memory.missing:
        found.missing.append(key)
        found.memory[key] = memory._replace(missing=True, frozen_from=merge.frozen(memory))
    else:
        found.missing.append(key)
        _deleted(merge, key, record)


def _deleted(merge: _Absorb, key: str, record: Record | None) -> None:
    assert record is not None
    base, spec = merge.base(key), merge.side.spec
    changed = [name for name, value in record.values.items() if value != base.get(name)]
    if changed:
        merge.hold(merge.item(key, None, HeldKind.EDITED_AND_DELETED, _edited_elsewhere(changed)))
    elif spec.may_delete:
        merge.found.archives[key] = merge.side.source()
        merge.found.memory[key] = None
    else:
        said = f"its row is gone from {spec.name}, where records are not deleted; the record is kept"
        merge.hold(merge.item(key, None, HeldKind.ROW_GONE, said))


def row_of_archived(merge: _Absorb, key: str, memory: RowMemory | None, record: Record) -> None:
    base = merge.base(key) if memory is not None else {}
    theirs = merge.theirs(key, record.values, base)
    edited = {name: value for name, value in theirs.items() if value != base.get(name)}
    if memory is not None and not edited:
        merge.found.memory[key] = RowMemory(left=True)
    elif memory is None or memory.left:
        said = "belongs to a record that was archived; the row is left as it is"
        merge.hold(merge.item(key, None, HeldKind.ARCHIVED_EDIT, said))
    else:
        merge.found.restores.add(key)
        merge.found.memory[key] = RowMemory()
        for name, value in edited.items():
            merge.take_edit(key, name, value, base.get(name))


def hold_broken_keys(merge: _Absorb) -> None:
    for row, invalid in merge.tab.broken:
        said = f"has a key that {invalid.reason}"
        address = merge.tab.address(row)
        item = merge.item(f"row at {address}", None, HeldKind.INVALID, said, address=address)
        merge.hold(replace(item, theirs=invalid.said))


def _edited_elsewhere(changed: list[str]) -> str:
    return f"its row was deleted here while {', '.join(changed[:3])} changed elsewhere; the record is kept"
