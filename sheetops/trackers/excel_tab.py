"""The tab `sheetops` of a workbook on disk, outside a run: a few cells are changed, and nothing else of the file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from .. import ooxml
from ..model.errors import TrackerBusy, TrackerNotWritten, TrackerUnreadable
from ..model.sheet import HELD_TAB, TITLE, Grid, TabCell, TabEdit
from ..ooxml.edits import CellEdit, check_value
from ..ooxml.named_styles import named_style
from . import backups
from .excel_bar import has_bar, mend
from .excel_file import _opened_by, _own_tab, _plain_errors, page, ticked


class ExcelTab:
    """See `model.sheet.OwnTab`. `before_replace` is called when all that is left is to replace the file, for tests."""

    def __init__(self, path: Path, before_replace: Callable[[], None] | None = None) -> None:
        self.path = path
        self._before_replace = before_replace

    @property
    def name(self) -> str:
        return self.path.name

    def version(self) -> str:
        """Return the time and size of the file: no program that saves a workbook leaves both as they were."""
        with _plain_errors(self.path):
            found = self.path.stat()
        return f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino}"

    def busy(self) -> str | None:
        return ooxml.lock_owner(self.path)

    def read(self) -> Grid | None:
        with _plain_errors(self.path), ooxml.Workbook.open(self.path) as workbook:
            return self._grid(workbook)

    def change(self, edit: Callable[[Grid | None], TabEdit | None]) -> Grid | None:
        if owner := self.busy():
            raise TrackerBusy(f"{self.name} is open ({owner}).", not_done="It was not written.", next_step="Save and close it.")  # fmt: skip
        with _plain_errors(self.path, writing=True), ooxml.Workbook.open(self.path) as workbook:
            grid = self._grid(workbook)
            wanted = edit(grid)
            if wanted is not None:
                if wanted.lines:
                    workbook.put_sheet(HELD_TAB, page(wanted.lines, bar=has_bar(workbook)))
                for cell in wanted.cells:
                    put_cell(workbook, cell)
                workbook.save(before_replace=self._before_replace)
            return grid

    def _grid(self, workbook: ooxml.Workbook) -> Grid | None:
        """Return the tab. Raise TrackerUnreadable for one of that name that sheetops did not make."""
        if not workbook.has_sheet(HELD_TAB):
            return None
        grid = _own_tab(workbook[HELD_TAB])
        if grid.value(1, 1) != TITLE:
            raise TrackerUnreadable(
                f"The tab '{HELD_TAB}' of {self.name} is not as sheetops made it.",
                not_done="It was left as it is.",
                next_step="Rename that tab; the next sync makes its own.",
            )
        return grid


def put_cell(workbook: ooxml.Workbook, cell: TabCell) -> None:
    """Write one cell of the tab."""
    sheet = workbook[HELD_TAB]
    value = ticked(cell.value)
    check_value(value, date1904=workbook.date1904)
    sheet.refuse_place(cell.row, cell.column, overwrite_formula=True)
    style = None if cell.style is None else named_style(workbook.styles, cell.style)
    sheet.put(cell.row, cell.column, CellEdit(value, style=style))


def put_whole_tab(path: Path, name: str, content: ooxml.SheetContent, mark: str, folder: Path) -> bool:
    """Put a tab of the program's own into a workbook, or replace it; tell whether anything had to be written.

    `mark` is what the second line of such a tab begins with. Raise TrackerBusy while somebody has the workbook open,
    TrackerNotWritten where a tab of that name has no such line: it is somebody else's. A copy is kept in `folder` before.
    """
    if owner := ooxml.lock_owner(path):
        raise _opened_by(path, owner)
    with _plain_errors(path, writing=True), ooxml.Workbook.open(path) as workbook:
        if workbook.has_sheet(name) and not str(workbook[name].grid(1).value(2, 1) or "").startswith(mark):
            raise TrackerNotWritten(
                f"{path.name} has a tab '{name}' that sheetops did not write.", not_done="Nothing was written.",
                next_step="Rename that tab, and run the command again.",
            )  # fmt: skip
        mend(workbook)
        workbook.put_sheet(name, content)
        if workbook.plain:
            return False
        keep = Path(folder) / ".sheetops" / "backups" / path.stem
        backups.keep(keep, path.name, f"{path.stem}.*{path.suffix}", lambda kept: shutil.copy2(path, kept / f"{path.stem}.report{path.suffix}"))  # fmt: skip
        workbook.save()
    return True
