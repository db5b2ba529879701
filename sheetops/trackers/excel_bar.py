"""The button bar on the tab `sheetops` of a workbook: where it is, what its buttons are called, and what they run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files

from .. import ooxml
from ..merge.held_tab import DECIDE, TAKE_BACK
from ..model.sheet import TITLE, Grid, TabCell, TabLine

MODULE = "Sheetops"
"""The VBA module that the buttons run; a workbook that has it has the bar."""

_OWN_MODULE = "ThisWorkbook"

BAR_ROW = 4
"""The 1-based row of the bar: between what the last run did and what is held. It is blank in the tab's lines."""

BAR_HEIGHT = 30.0
"""Points."""

STATUS_ROW = 2
"""The 1-based row whose first cell says what runs, or what the last run did."""

HINT = "If nothing happens when you press: choose 'Enable Content' in the bar above the sheet."
HINT_COLUMN = 6

_BUTTONS = (
    ("Preview", "SheetopsPreview"),
    ("Sync", "SheetopsSync"),
    ("Refresh", "SheetopsRefresh"),
    ("Undo", "SheetopsUndo"),
    ("Explain row", "SheetopsExplain"),
)

# Pixels from the left edge of the tab, whose first columns are 6, 22, 18, 18 and 26 characters wide.
_LEFT, _WIDTH, _GAP, _DOWN, _BOTTOM = 2, 94, 6, 5, 35


def project() -> bytes:
    """Return the compiled VBA project that is shipped; scripts/build_vba.py makes it of the .bas files beside it."""
    return files("sheetops").joinpath("buttons", "excel", "vbaProject.bin").read_bytes()


def has_bar(workbook: ooxml.Workbook) -> bool:
    """Tell whether a workbook has the buttons' macros. Saved as .xlsx it has lost them."""
    return MODULE in ooxml.stream_names(workbook.vba_project)


def shows_bar(tab: Grid | None) -> bool:
    """Tell whether the program's own tab, as it was read, has the bar on it."""
    return tab is not None and tab.value(BAR_ROW, HINT_COLUMN) == HINT


def mend(workbook: ooxml.Workbook) -> None:
    """Say again which module is the workbook's own: LibreOffice leaves that out, and then runs no macro."""
    project = workbook.vba_project
    names = ooxml.stream_names(project)
    if project is not None and {MODULE, _OWN_MODULE} <= names and not workbook.code_name:
        workbook.set_vba_project(project, _OWN_MODULE)


def buttons(widths: Sequence[float]) -> tuple[ooxml.Button, ...]:
    """Return the buttons of the bar, on a sheet with columns this wide (in characters)."""
    edges = _edges(widths)
    made = []
    for place, (caption, macro) in enumerate(_BUTTONS):
        left = _LEFT + place * (_WIDTH + _GAP)
        made.append(
            ooxml.Button(caption, macro, _corner(edges, left, _DOWN), _corner(edges, left + _WIDTH, _BOTTOM))
        )
    return tuple(made)


def _edges(widths: Sequence[float]) -> list[int]:
    """Return where each column begins, in pixels: seven to a character and five around it (18.3.1.13)."""
    edges = [0]
    for width in widths:
        edges.append(edges[-1] + int(width * 7 + 5))
    return edges


def _corner(edges: Sequence[int], right: int, down: int) -> ooxml.Corner:
    column = max(n for n, edge in enumerate(edges) if edge <= right)
    return ooxml.Corner(column, right - edges[column], BAR_ROW - 1, down)


def first_lines() -> list[TabLine]:
    """Return the tab of a workbook that has not been synced yet."""
    return [
        TabLine((TITLE,), "title"),
        TabLine(("Not synced yet. 'Preview' says what a sync would do; 'Sync' does it.",)),
        TabLine(()),
        TabLine(()),
    ]


def with_hint(lines: Sequence[TabLine]) -> list[TabLine]:
    """Return the tab's lines for people who have the bar: they press, and where nothing happens a word says why."""
    row = BAR_ROW - 1
    hint = TabLine((*[None] * (HINT_COLUMN - 1), HINT), "muted")
    return [
        *(_at_the_bar(line) for line in lines[:row]),
        hint,
        *(_at_the_bar(line) for line in lines[row + 1 :]),
    ]


def words_to_change(column: Iterable[tuple[int, int, object]]) -> list[TabCell]:
    """Return what to change on a tab that had no bar so far: the hint, and the lines of its first `column`."""
    changed = [
        TabCell(row, 1, said, "muted")
        for row, _, value in column
        if isinstance(value, str) and (said := _pressing(value)) != value
    ]
    return [*changed, TabCell(BAR_ROW, HINT_COLUMN, HINT, "muted")]


def _at_the_bar(line: TabLine) -> TabLine:
    said = line.cells[0] if line.cells else None
    new = _pressing(said) if isinstance(said, str) else said
    return line if new == said else replace(line, cells=(new, *line.cells[1:]))


def _pressing(said: str) -> str:
    """Return a line of the tab in the words of somebody who presses buttons."""
    if said == DECIDE:
        return DECIDE.replace("save, and the next sync does it", "then press Sync")
    if said.startswith(f"{TAKE_BACK}sheetops undo"):
        return f"{TAKE_BACK}press Undo before the next run, or {said.removeprefix(TAKE_BACK)}"
    return said
