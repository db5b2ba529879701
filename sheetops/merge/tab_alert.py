"""The line of the program's own tab that says that a scheduled run failed."""

from __future__ import annotations

import re

from ..model.sheet import TITLE, Grid, TabCell, TabEdit, TabLine

ALERT_ROW = 3
"""The 1-based row it stands in, in place of how to take the last run back; it says that too, at its end."""

ALERT = "The scheduled "
"""How such a line begins."""
_LONGEST = 900
_UNDO = re.compile(r"sheetops undo (R\d+)\W*$")


def alert_edit(grid: Grid | None, text: str) -> TabEdit | None:
    """Return what to change in the tab so that it says `text`, which begins with "The scheduled ", or nothing any more.

    None where it does so already. `grid` is the tab as it is, None where there is none.
    """
    if grid is None:
        return TabEdit(lines=_first_lines(text)) if text else None
    there = str(grid.value(ALERT_ROW, 1) or "")
    undo = _UNDO.search(there)
    if text:
        said = _shortened(text) + (f" To take the last run back: sheetops undo {undo[1]}" if undo else "")
        return None if said == there else TabEdit((TabCell(ALERT_ROW, 1, said, "alert"),))
    if not there.startswith(ALERT):
        return None
    usual = f"To take it back: sheetops undo {undo[1]}" if undo else None
    return TabEdit((TabCell(ALERT_ROW, 1, usual, "muted"),))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _first_lines(text: str) -> tuple[TabLine, ...]:
    return (
        TabLine((TITLE,), "title"),
        TabLine(("Not synced yet.",)),
        TabLine((_shortened(text),), "alert"),
        TabLine(()),
    )
