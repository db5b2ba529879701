"""Obeying a person's word on a held item. Each returns None when it is done, or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..model.record import Actor, Choose, Decision, HeldItem, HeldKind, RowMemory, Source
from ..model.values import Invalid, parse_value
from .rows import fresh_keys, give_key, promised_key, suspected_row

if TYPE_CHECKING:
    from .absorb import _Absorb
    from .tab import SheetRow

CELL_CHOICES = (Choose.MINE, Choose.DATASET, Choose.USE)
ROW_CHOICES = (Choose.MINE, Choose.DATASET)

_CHOICES: dict[HeldKind, tuple[Choose, ...]] = {
    HeldKind.CONFLICT: CELL_CHOICES,
    HeldKind.CONTESTED: CELL_CHOICES,
    HeldKind.INVALID: (Choose.DATASET, Choose.USE),
    HeldKind.REQUIRED: CELL_CHOICES,
    HeldKind.NOT_UNIQUE: (Choose.DATASET, Choose.USE),
    HeldKind.FORMULA: (Choose.MINE, Choose.DATASET),
    HeldKind.ADDED_TWICE: (*CELL_CHOICES, Choose.NEW_KEY),
    HeldKind.EDITED_AND_DELETED: ROW_CHOICES,
    HeldKind.ROW_GONE: ROW_CHOICES,
    HeldKind.ARCHIVED_EDIT: ROW_CHOICES,
    HeldKind.REKEY: ROW_CHOICES,
    HeldKind.DUPLICATE_KEY: (Choose.NEW_KEY,),
    HeldKind.UNWRITABLE: (Choose.MINE,),
    HeldKind.MISPLACED: CELL_CHOICES,
    HeldKind.UNDO: CELL_CHOICES,
}


def choices(item: HeldItem) -> tuple[Choose, ...]:
    """Return what a person may decide about a held item."""
    if item.field is None and item.kind in (HeldKind.INVALID, HeldKind.UNWRITABLE):
        return ()
    if item.field is None and item.kind is HeldKind.UNDO:
        return ROW_CHOICES
    return _CHOICES[item.kind]


def meaning(kind: HeldKind, choice: Choose) -> str:
    """Return what a choice does for a kind of held item, in words, for the tab and the terminal."""
    return _MEANING.get((kind, choice), _GENERAL[choice])


_GENERAL = {
    Choose.MINE: "the dataset takes the cell's value",
    Choose.DATASET: "the cell gets the dataset's value",
    Choose.USE: "cell and dataset both get the value you type",
    Choose.NEW_KEY: "this row becomes a record of its own, with a new key",
}
_MEANING = {
    (HeldKind.EDITED_AND_DELETED, Choose.MINE): "the record is archived after all",
    (HeldKind.EDITED_AND_DELETED, Choose.DATASET): "the row is put back",
    (HeldKind.ROW_GONE, Choose.MINE): "the row stays out of this tracker; the record is kept",
    (HeldKind.ROW_GONE, Choose.DATASET): "the row is put back",
    (HeldKind.ARCHIVED_EDIT, Choose.MINE): "the record comes back, with this row's values",
    (HeldKind.ARCHIVED_EDIT, Choose.DATASET): "the record stays archived; the row is left as it is",
    (HeldKind.REKEY, Choose.MINE): "the record goes on under the new key",
    (HeldKind.REKEY, Choose.DATASET): "the old key is written back",
    (HeldKind.REQUIRED, Choose.MINE): "it stays blank all the same",
    (HeldKind.UNDO, Choose.MINE): "what is there now stays",
    (HeldKind.UNDO, Choose.DATASET): "the value from before the undone run comes back",
}


def obey(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    """Carry out a decision on a held item. Return None, or a sentence that says why it cannot be."""
    allowed = choices(item)
    if decision.choice not in allowed:
        options = " or ".join(f"'{c.value}'" for c in allowed)
        return f"'{decision.choice.value}' is not possible here" + (f"; choose {options}" if options else "")
    act = _ROW.get((item.kind, decision.choice)) if item.field is None else _CELL[decision.choice]
    assert act is not None
    refusal = act(merge, item, decision)
    if refusal is None:
        merge.found.released[item.key, item.field] = _outcome(item, decision)
    return refusal


def _outcome(item: HeldItem, decision: Decision) -> str:
    value = f" {decision.value}" if decision.choice is Choose.USE else ""
    return f"{decision.choice.value}{value}"


def _cell_mine(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    assert item.field is not None
    if item.kind is HeldKind.UNDO:
        return None
    row = merge.found.rows.get(item.key)
    if row is not None and isinstance(merge.tab.values(row).get(item.field), Invalid):
        return "the cell cannot be read"
    merge.take(item.key, item.field, item.theirs, item.base, decided=True, who=decision.who)
    return None


def _typed_since(merge: _Absorb, item: HeldItem) -> str | None:
    """Refuse to overwrite what nobody had seen when the decision was made."""
    assert item.field is not None
    now = merge.said(item.key, item.field)
    if now == merge.open[item.key, item.field].theirs:
        return None
    return "the cell was changed after that was decided, so look at it again"


def _cell_dataset(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    assert item.field is not None
    if refusal := _typed_since(merge, item):
        return refusal
    if item.kind is HeldKind.UNDO:
        merge.take(item.key, item.field, item.base, item.ours, decided=True, who=decision.who)
    merge.found.forced[item.key, item.field] = item.theirs
    return None


def _cell_use(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    assert item.field is not None
    if refusal := _typed_since(merge, item):
        return refusal
    field = merge.side.table.field(item.field)
    value = parse_value(field, decision.value, merge.tab.reading)
    if isinstance(value, Invalid):
        near = f"; the nearest is '{value.suggestion}'" if value.suggestion else ""
        return f"'{value.said}' {value.reason}{near}"
    if value is None and field.required:
        return "type the value to use beside 'use this:'"
    merge.take(item.key, item.field, value, item.base, decided=True, who=decision.who)
    merge.found.forced[item.key, item.field] = item.theirs
    return None


def _new_key(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    fresh = fresh_keys(merge)
    merge.found.follows.update(place for place in merge.open if place[0] == item.key)
    if item.kind is HeldKind.DUPLICATE_KEY:
        first, *copies = merge.tab.twice[item.key]
        merge.found.rows[item.key] = first
        for row in copies:
            _own_record(merge, row, fresh)
        record = merge.records.get(item.key)
        if record is not None and not record.archived:
            merge.reconsider(item.key)
        elif record is None:
            merge.add(item.key)
        return None
    row = merge.found.rows.pop(item.key)
    merge.forget(item.key)
    _own_record(merge, row, fresh)
    return None


def _own_record(merge: _Absorb, row: SheetRow, fresh: Iterator[str]) -> None:
    """Let a row be a record of its own, under the key that a run cut off before had given it already."""
    key = promised_key(merge, row) or next(fresh)
    give_key(merge, key, row)
    merge.found.missing = [missing for missing in merge.found.missing if missing != key]
    merge.reconsider(key)


def _archive(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    merge.found.archives[item.key] = Source(Actor.RESOLVED, merge.side.id, who=decision.who)
    merge.found.memory[item.key] = None
    return None


def _put_back(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    merge.found.append.add(item.key)
    merge.found.memory[item.key] = None
    return None


def _leave_out(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    merge.found.memory[item.key] = RowMemory(left=True)
    return None


def _revive(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    record = merge.records[item.key]
    merge.found.restores.add(item.key)
    merge.found.memory[item.key] = RowMemory()
    for name, value in merge.theirs(item.key, record.values, record.values).items():
        if value != record.values.get(name):
            merge.take(item.key, name, value, record.values.get(name), decided=True, who=decision.who)
    return None


def _stay_archived(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    row = merge.found.rows[item.key]
    merge.found.memory[item.key] = RowMemory(digest=merge.tab.digest(row), left=True)
    return None


def _rekey(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    suspect = suspected_row(merge, item)
    if suspect is None:
        return "the row with the new key is gone"
    new, row = suspect
    if not new:
        new = next(fresh_keys(merge))
        give_key(merge, new, row)
    merge.found.touched.add(new)
    merge.add(new)
    _inherit(merge, item.key, new)
    _archive(merge, item, decision)
    return None


def _inherit(merge: _Absorb, old: str, new: str) -> None:
    """Let the record under its new key keep what the row does not show, or did not change."""
    added = merge.found.adds.get(new)
    if added is None:
        return
    base, shown = merge.base(old), merge.tab.values(added.row)
    for name, value in merge.records[old].values.items():
        untouched = name not in shown or shown[name] == base.get(name)
        if untouched and name != merge.side.table.key and value is not None:
            added.values[name] = value


def _old_key(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    suspect = suspected_row(merge, item)
    if suspect is None:
        return "the row with the new key is gone"
    new, row = suspect
    merge.found.rows.pop(new, None)
    merge.found.rows[item.key] = row
    merge.found.key_writes[item.key] = row.number
    merge.found.forced[item.key, None] = new
    merge.reconsider(item.key)
    return None


def _undo_row(merge: _Absorb, item: HeldItem, decision: Decision) -> str | None:
    return None if decision.choice is Choose.MINE else _archive(merge, item, decision)


_Act = Callable[["_Absorb", HeldItem, Decision], str | None]

_CELL: dict[Choose, _Act] = {
    Choose.MINE: _cell_mine,
    Choose.DATASET: _cell_dataset,
    Choose.USE: _cell_use,
    Choose.NEW_KEY: _new_key,
}
_ROW: dict[tuple[HeldKind, Choose], _Act] = {
    (HeldKind.EDITED_AND_DELETED, Choose.MINE): _archive,
    (HeldKind.EDITED_AND_DELETED, Choose.DATASET): _put_back,
    (HeldKind.ROW_GONE, Choose.MINE): _leave_out,
    (HeldKind.ROW_GONE, Choose.DATASET): _put_back,
    (HeldKind.ARCHIVED_EDIT, Choose.MINE): _revive,
    (HeldKind.ARCHIVED_EDIT, Choose.DATASET): _stay_archived,
    (HeldKind.REKEY, Choose.MINE): _rekey,
    (HeldKind.REKEY, Choose.DATASET): _old_key,
    (HeldKind.DUPLICATE_KEY, Choose.NEW_KEY): _new_key,
    (HeldKind.UNDO, Choose.MINE): _undo_row,
    (HeldKind.UNDO, Choose.DATASET): _undo_row,
}
