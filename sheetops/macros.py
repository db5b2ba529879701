"""For people with the xlwings add-in: the same buttons, in the workbook that is open, without saving it.

    Sub Sync()
        RunPython "import sheetops.macros; sheetops.macros.sync()"
    End Sub

Each function takes the calling book (an `xlwings.Book`; left out: `Book.caller()`), carries the action out on that
workbook as it is open, and writes what came of it into the first cells of its tab `sheetops`. None raises.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .buttons.pressing import Pressed, failed, press
from .cli.running import who
from .library import Workspace
from .model.errors import SheetopsError, UnknownName
from .model.sheet import HELD_TAB
from .trackers import backends
from .trackers.excel_bar import STATUS_ROW
from .trackers.excel_live import is_open_as, opener
from .workspace import Config, find_workspace, load_config

FIRST_LINE = 5
"""The 1-based row from which an answer of several lines stands, in column B; those of the tab move down for it."""


def preview(book: Any = None) -> Pressed:
    """Say what a sync would do."""
    return _press("preview", book)


def sync(book: Any = None) -> Pressed:
    """Bring trackers and dataset into agreement."""
    return _press("sync", book)


def refresh(book: Any = None) -> Pressed:
    """Work every computed column out anew, and sync."""
    return _press("refresh", book)


def undo(book: Any = None) -> Pressed:
    """Take the last run back."""
    return _press("undo", book)


def held(book: Any = None) -> Pressed:
    """List what waits for a decision."""
    return _press("held", book)


def explain(book: Any = None) -> Pressed:
    """Say how the computed columns of the selected row came to what they say."""
    return _press("explain", book)


def _press(action: str, book: Any) -> Pressed:
    if book is None:
        import xlwings  # type: ignore[import-untyped,unused-ignore]

        book = xlwings.Book.caller()
    try:
        said = _carry_out(action, book)
    except SheetopsError as error:
        said = failed(action, error)
    _show(book, said)
    return said


def _carry_out(action: str, book: Any) -> Pressed:
    path = Path(str(book.fullname))
    config = load_config(find_workspace(path.parent))
    if not any(is_open_as(book, config.folder / spec.source) for spec in _excel(config)):
        there = ", ".join(sorted({spec.source for spec in _excel(config)}))
        raise UnknownName(
            f"{path.name} is a copy or was renamed: the workspace '{config.name}' has {there}.",
            next_step="Open that one and press there, or name this one in sheetops.toml.",
        )
    key = _selected_key(book, config) if action == "explain" else ""
    opened_by = {**backends(config.google, os.environ), "excel": opener(book)}
    with Workspace(config, who=who(), backends=opened_by) as ws:
        return press(ws, action, key=key)


def _excel(config: Config) -> list[Any]:
    return [spec for spec in config.schema.trackers.values() if spec.backend == "excel"]


def _selected_key(book: Any, config: Config) -> str:
    """Return the key in the selected row of the active tab; "" where that is no tracker's row."""
    sheet = book.sheets.active
    here = [s for s in _excel(config) if is_open_as(book, config.folder / s.source) and s.tab == sheet.name]
    column = here[0].by_field.get(config.schema.tables[here[0].table].key) if here else None
    if column is None:
        return ""
    row = int(book.app.selection.row)
    cells = sheet.used_range
    rows = cells.options(ndim=2).value
    for line in rows:
        if column.header in line:
            value = sheet.range((row, cells.column + line.index(column.header))).value
            whole = isinstance(value, float) and value.is_integer()
            return str(int(value) if whole else value or "").strip()
    return ""


def _show(book: Any, said: Pressed) -> None:
    """Put the sentence into the status cell, and the lines below; after a run the tab says it all anyhow."""
    if HELD_TAB not in [sheet.name for sheet in book.sheets]:
        book.app.alert(said.sentence, title="sheetops")
        return
    sheet = book.sheets[HELD_TAB]
    sheet.range((STATUS_ROW, 1)).value = [[_as_text(said.sentence)]]
    if said.run is not None or not said.lines:
        return
    if str(sheet.range((FIRST_LINE, 1)).value or "").startswith("Answer to "):
        last = FIRST_LINE
        while sheet.range((last, 1)).value != "End of the answer" and last < FIRST_LINE + 1000:
            last += 1
        sheet.range(f"{FIRST_LINE}:{last}").delete(shift="up")
    lines = [[f"Answer to {said.action}:", None], *([None, _as_text(line)] for line in said.lines)]
    lines.append(["End of the answer", None])
    sheet.range(f"{FIRST_LINE}:{FIRST_LINE + len(lines) - 1}").insert(shift="down")
    answer = sheet.range((FIRST_LINE, 1), (FIRST_LINE + len(lines) - 1, 6))
    answer.row_height, answer.font.color, answer.font.bold = (
        15,
        "#000000",
        False,
    )  # not as high and grey as the bar
    sheet.range((FIRST_LINE, 1), (FIRST_LINE + len(lines) - 1, 2)).value = lines


def _as_text(text: str) -> str:
    """Return a text that Excel takes as text, whatever it begins with."""
    return f"'{text}" if text[:1] in tuple("=+-@'") else text
