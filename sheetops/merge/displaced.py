"""After a run that was cut off between a write and its repair: which cells its write may have hit, or missed.

A write goes to rows by their numbers, and an online spreadsheet repairs what people moved meanwhile. Where a process
dies in between, what stands in a wrong row would pass for an edit of that row, and what is missing in the right one for
an edit back. Neither is taken: both are held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .plan import plain
from .tab import Tab

_ADDRESS = re.compile(r"[A-Z]+(\d+)")


def misplaced(tab: Tab, writes: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    """Return (key, field) of cells to be held. `writes` are those of the unfinished write, as its intent kept them.

    A write whose row still has its key was not displaced, whatever stands in it now.
    """
    keys = {row.number: key for key, row in tab.rows.items()}
    found: set[tuple[str, str]] = set()
    for write in writes:
        key, field = str(write["key"]), str(write["field"])
        at = _ADDRESS.fullmatch(str(write["address"]))
        if at is None or field not in tab.fields:
            continue
        there = keys.get(int(at[1]))
        if there == key:
            continue
        if there is not None and _said(tab, there, field) == write["new"]:
            found.add((there, field))
        if key in tab.rows and _said(tab, key, field) != write["new"]:
            found.add((key, field))
    return frozenset(found)


def _said(tab: Tab, key: str, field: str) -> Any:
    return plain(tab.values(tab.rows[key])[field])
