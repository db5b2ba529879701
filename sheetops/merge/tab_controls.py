"""Control cells on the program's own tab: a tick for each action, and beside it what came of it.

They stand there once `sheetops watch` has looked at the spreadsheet. A sync carries them over as it found them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.record import HeldItem
from ..model.schema import Schema
from ..model.sheet import TITLE, Grid, TabCell, TabEdit, TabLine
from .held_tab import COLUMNS, held_line
from .tab_alert import ALERT, ALERT_ROW

FIRST_ROW = 5
"""The 1-based row in which they begin: between what the last run did and what is held."""

HEADER = ("Tick", "Action", "Record", "What came of it")

LABELS: Mapping[str, tuple[str, str]] = {
    "preview": ("Preview", "Says what a sync would do. Nothing is written."),
    "sync": ("Sync", "Brings trackers and dataset into agreement."),
    "refresh": ("Refresh", "Works every computed column out anew, and syncs."),
    "held": ("Held", "Says what waits for a decision."),
    "explain": ("Explain", "Type a record's key in the cell to the left, and tick."),
    "undo": ("Undo", "Takes the last run back."),
    "weekly": ("Weekly update", "Syncs, and tells the last seven days."),
}
"""Each action with its name and what stands beside it before it was ever used."""

_TICK, _NAME, _RECORD, _OUTCOME = 1, 2, 3, 4
_NEEDS_RECORD = ("explain",)
_TICKS = ("x", "✓", "✔", "true", "yes", "1")
_ABOUT = (
    "Tick a box (in Excel: choose x, save, and close the workbook). sheetops watch sees it at its next look, does it, "
    "takes the tick away and says beside it what came of it."
)


@dataclass(frozen=True)
class Control:
    """One action's row in the tab as it was read: its 1-based row, whether it is ticked, the record, what is said."""

    row: int
    ticked: bool
    record: str
    outcome: str


def find_controls(grid: Grid | None) -> dict[str, Control]:
    """Return the controls by action; none where the tab has none."""
    if grid is None:
        return {}
    numbers = range(grid.first_row, grid.first_row + len(grid.rows))
    header = next((n for n in numbers if tuple(grid.value(n, c) for c in range(1, 5)) == HEADER), None)
    if header is None:
        return {}
    actions = {name: action for action, (name, _) in LABELS.items()}
    found: dict[str, Control] = {}
    for row in range(header + 1, header + 1 + len(LABELS)):
        action = actions.get(str(grid.value(row, _NAME) or "").strip())
        if action is not None:
            found[action] = Control(row, is_ticked(grid.value(row, _TICK)), _text(grid.value(row, _RECORD)), _text(grid.value(row, _OUTCOME)))  # fmt: skip
    return found


def is_ticked(value: Any) -> bool:
    """Return whether somebody has ticked a cell, with the mouse or with a letter."""
    if isinstance(value, (bool, int, float)):
        return value == 1
    return str(value or "").strip().casefold() in _TICKS


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def control_lines(known: Mapping[str, Control]) -> list[TabLine]:
    """Return the lines of the controls, ticks and words as they are `known`, and a blank line below."""
    lines = [
        TabLine(("Start something from here",), "title"),
        TabLine((_ABOUT,), "muted"),
        TabLine(HEADER, "header"),
    ]
    for action, (name, about) in LABELS.items():
        one = known.get(action, Control(0, ticked=False, record="", outcome=about))
        inputs = (_TICK - 1, _RECORD - 1) if action in _NEEDS_RECORD else (_TICK - 1,)
        lines.append(
            TabLine((one.ticked, name, one.record or None, one.outcome), inputs=inputs, ticks=(_TICK - 1,))
        )
    return [*lines, TabLine(())]


def install_edit(grid: Grid | None, held: Sequence[HeldItem], schema: Schema) -> TabEdit | None:
    """Return what to change in a tab so that it has controls, None where it has. All that people typed in it stays."""
    if find_controls(grid):
        return None
    if grid is None:
        first = [TabLine((TITLE,), "title"), TabLine(("Not synced yet.",)), TabLine(()), TabLine(())]
        return TabEdit(lines=(*first, *control_lines({})))
    rows = [tuple(row) for row in grid.rows]
    above = FIRST_ROW - 1
    rows.extend(() for _ in range(above - len(rows)))
    new = control_lines({})
    rest = _rest(rows[above:], {item.number: item for item in held}, schema)
    return TabEdit(lines=(*_head(rows[:above]), *new, *rest), inserted=(FIRST_ROW, len(new)))


def _head(rows: Sequence[tuple[Any, ...]]) -> list[TabLine]:
    alert = bool(rows[ALERT_ROW - 1]) and str(rows[ALERT_ROW - 1][0]).startswith(ALERT)
    styles = ("title", "text", "alert" if alert else "muted", "muted")
    return [TabLine(_trimmed(row), style) for row, style in zip(rows, styles, strict=True)]


def _rest(rows: Sequence[tuple[Any, ...]], held: Mapping[int, HeldItem], schema: Schema) -> list[TabLine]:
    """Return lines that were read as they were made: held items with their links and drop-downs, and what was typed."""
    lines = []
    for row in rows:
        cells = _trimmed(row)
        number = int(cells[0]) if cells and isinstance(cells[0], (int, float)) else 0
        if number in held:
            made = held_line(held[number], schema)
            lines.append(
                TabLine(
                    row[: len(COLUMNS)], made.style, made.links, made.choices, made.choices_at, made.inputs
                )
            )
        else:
            header = (
                cells[: len(COLUMNS)] == COLUMNS or cells[:2] == ("", "Where") or cells[:2] == (None, "Where")
            )
            lines.append(TabLine(cells, "header" if header else "wrap" if len(cells) > 1 else "text"))
    return lines


def _trimmed(row: Sequence[Any]) -> tuple[Any, ...]:
    cells = list(row)
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return tuple(cells)


def take_edit(grid: Grid | None, action: str, text: str) -> TabEdit | None:
    """Return what takes a tick away and says that it is being done; None where there is no tick any more."""
    one = find_controls(grid).get(action)
    if one is None or not one.ticked:
        return None
    return TabEdit((TabCell(one.row, _TICK, value=False), TabCell(one.row, _OUTCOME, text, "text")))


def outcome_edit(grid: Grid | None, action: str, text: str, *, went: bool) -> TabEdit | None:
    """Return what says the outcome beside an action, in red where it did not go. A tick made meanwhile is not touched."""
    one = find_controls(grid).get(action)
    if one is None or one.outcome == text:
        return None
    return TabEdit((TabCell(one.row, _OUTCOME, text, "text" if went else "alert"),))
