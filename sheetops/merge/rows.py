"""Rows whose key is blank, gone or new: minted keys, and keys that were edited."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..model.record import HeldItem, HeldKind, Mint
from ..model.values import Invalid
from .tab import SheetRow

if TYPE_CHECKING:
    from .absorb import _Absorb

REKEY_SHARE = 0.8
"""A new key over this share of a lost record's cells is taken for the same record under another key."""

_REKEY_PAIRS = 250_000
"""Beyond this many pairs a wholesale re-key is no longer a typing slip; the deletes guard speaks instead."""


def mint_keys(key_format: str, taken: Collection[str]) -> Iterator[str]:
    """Yield new keys in the table's format, numbered on from the highest one ever used."""
    number = max(_numbers(key_format, taken), default=0)
    while True:
        number += 1
        if (key := key_format.format(number)) not in taken:
            yield key


def fresh_keys(merge: _Absorb) -> Iterator[str]:
    """Yield new keys that no record, no row of any tracker and no other new row has."""
    taken = {*merge.dataset.keys.get(merge.side.table.name, ()), *merge.spoken_for, *merge.found.rows}
    for key in mint_keys(merge.side.table.key_format, taken):
        merge.spoken_for.add(key)
        yield key


def _numbers(key_format: str, taken: Iterable[str]) -> Iterator[int]:
    parts = [
        re.escape(text) + (r"(\d+)" if name is not None else "")
        for text, name, _, _ in string.Formatter().parse(key_format)
    ]
    pattern = re.compile("".join(parts))
    for key in taken:
        if found := pattern.fullmatch(key):
            yield int(found[1])


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in values.items() if v is not None and not isinstance(v, Invalid)}


def likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the share (0-1) of cells that are equal, among those that either row fills in.

    Fewer than two equal cells say nothing: the answer is then 0.
    """
    left, right = _readable(one), _readable(other)
    names = left.keys() | right.keys()
    equal = sum(1 for name in names if left.get(name, _NOTHING) == right.get(name, _NOTHING))
    return equal / len(names) if equal >= 2 else 0.0


_NOTHING = object()


def _lost_keys(merge: _Absorb) -> dict[str, dict[str, Any]]:
    """Known keys that have no row any more -> the values their rows last agreed on."""
    lost = {}
    for key, memory in merge.side.state.rows.items():
        gone = key not in merge.found.rows and key not in merge.tab.twice and not memory.left
        record = merge.records.get(key)
        if gone and record is not None and not record.archived:
            base = merge.base(key)
            lost[key] = _telling(merge, {name: base.get(name) for name in merge.tab.fields})
    return lost


def _telling(merge: _Absorb, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells a row from others: a state that runs with the clock does not."""
    return {name: value for name, value in values.items() if merge.side.table.by_name[name].live is None}


def match_keyless_rows(merge: _Absorb) -> None:
    """Give every keyless row a key: the one minted before a cut-off run, or a new one.

    A row whose cells are those of a lost record is held instead: its key was blanked, not its case new.
    """
    rows = list(merge.tab.keyless)
    if not rows:
        return
    rows = _reuse_mints(merge, rows)
    lost = _lost_keys(merge)
    fresh = fresh_keys(merge)
    for row in rows:
        values = _telling(merge, merge.tab.values(row))
        likely = max(lost, key=lambda key: likeness(lost[key], values), default=None)
        if likely is not None and likeness(lost[likely], values) >= REKEY_SHARE:
            _hold_blanked(merge, likely, row)
            lost.pop(likely)
        elif merge.side.spec.may_add:
            give_key(merge, next(fresh), row)


def promised_key(merge: _Absorb, row: SheetRow) -> str | None:
    """Return the key that an unfinished write was to put into a row, None when there is none."""
    mints = _unused_mints(merge)
    return next((mint.key for same in _SAME_ROW for mint in mints if same(merge, mint, row)), None)


def _unused_mints(merge: _Absorb) -> list[Mint]:
    """The keys an unfinished write has promised that stand in no row yet."""
    intent = merge.side.state.intent
    return [mint for mint in (intent.mints if intent else ()) if mint.key not in merge.found.rows]


def _reuse_mints(merge: _Absorb, rows: list[SheetRow]) -> list[SheetRow]:
    """Match rows to keys an interrupted run minted: same cells first, then nearly so, then the same place."""
    mints = _unused_mints(merge)
    for same in _SAME_ROW:
        for mint in list(mints):
            row = next((row for row in rows if same(merge, mint, row)), None)
            if row is not None:
                give_key(merge, mint.key, row)
                rows.remove(row)
                mints.remove(mint)
    return rows


def _same_cells(merge: _Absorb, mint: Mint, row: SheetRow) -> bool:
    return _readable(merge.tab.values(row)) == _readable(mint.values)


def _like_cells(merge: _Absorb, mint: Mint, row: SheetRow) -> bool:
    return likeness(merge.tab.values(row), mint.values) >= REKEY_SHARE


def _same_place(merge: _Absorb, mint: Mint, row: SheetRow) -> bool:
    return mint.row == row.number


_SAME_ROW = (_same_cells, _like_cells, _same_place)
"""How the row of a promised key is known again, the surest way first."""


def give_key(merge: _Absorb, key: str, row: SheetRow) -> None:
    """Let a row without a key (or with a copy of another's) be the record `key` from now on."""
    found = merge.found
    found.rows[key] = row
    found.key_writes[key] = row.number
    found.mints.append(Mint(key, row.number, _readable(merge.tab.values(row))))


def _hold_blanked(merge: _Absorb, key: str, row: SheetRow) -> None:
    address = merge.tab.address(row)
    said = f"looks like the row at {address}, whose key was removed"
    merge.found.rows[_ghost(key)] = row
    merge.hold(merge.item(key, None, HeldKind.REKEY, said, address=address))
    merge.found.rows.pop(_ghost(key), None)


def _ghost(key: str) -> str:
    """The name under which a row that is only suspected to be `key` is kept while that is decided."""
    return f"\x00{key}"


def suspected_row(merge: _Absorb, item: HeldItem) -> tuple[str, SheetRow] | None:
    """Return the (key, row) that a held re-key is about; the key is "" for a blanked one."""
    if (row := merge.found.rows.get(_ghost(item.key))) is not None:
        return "", row
    new = str(item.theirs)
    row = merge.found.rows.get(new)
    return (new, row) if row is not None else None


def match_renamed_keys(merge: _Absorb, keys: set[str]) -> None:
    """Hold every lost record whose cells stand under a key nobody knows: its key was edited."""
    unknown = [key for key in keys if _is_unknown(merge, key)]
    lost = _lost_keys(merge) if unknown else {}
    lost = {key: values for key, values in lost.items() if not merge.found.row_held(key)}
    if not lost or len(lost) * len(unknown) > _REKEY_PAIRS:
        return
    for new in sorted(unknown):
        values = _telling(merge, merge.tab.values(merge.found.rows[new]))
        old = max(lost, key=lambda key: (likeness(lost[key], values), key), default=None)
        if old is None or likeness(lost[old], values) < REKEY_SHARE:
            continue
        lost.pop(old)
        keys.discard(new)
        _hold_renamed(merge, old, new)


def _is_unknown(merge: _Absorb, key: str) -> bool:
    known = key in merge.side.state.rows or key in merge.records or key in merge.found.key_writes
    return key in merge.found.rows and not known


def _hold_renamed(merge: _Absorb, old: str, new: str) -> None:
    address = merge.tab.address(merge.found.rows[new])
    said = f"its row now has the key {new} ({address}): re-key?"
    item = merge.item(old, None, HeldKind.REKEY, said, theirs=new, address=address)
    merge.hold(item)
