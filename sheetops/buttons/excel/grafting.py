"""Put the button bar and its macros into a workbook, and leave the rest of it as it is."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from ... import ooxml
from ...model.errors import TrackerNotWritten, TrackerUnreadable
from ...model.sheet import HELD_TAB, TITLE
from ...trackers.excel_bar import (
    BAR_HEIGHT,
    BAR_ROW,
    MODULE,
    buttons,
    first_lines,
    has_bar,
    mend,
    project,
    words_to_change,
)
from ...trackers.excel_file import WIDTHS, page
from ...trackers.excel_tab import put_cell
from ...whole import write_whole


def add_buttons(path: Path, out: Path) -> None:
    """Write the workbook at `path` to `out` (.xlsm; it may be `path` itself) with the buttons on its tab `sheetops`.

    Every other part stays byte for byte what it was. Raise TrackerUnreadable for what is no workbook, has macros of
    its own, or a tab `sheetops` that is not ours; TrackerNotWritten where `out` cannot be written.
    """

    def make(part: Path) -> None:
        shutil.copyfile(path, part)
        with ooxml.Workbook.open(part) as workbook:
            _refuse(workbook, path)
            if ooxml.stream_names(workbook.vba_project) <= ooxml.stream_names(project()):
                workbook.set_vba_project(project())  # none yet, or an older one of ours and nobody else's
            mend(workbook)
            _draw(workbook)
            workbook.save()

    try:
        write_whole(out, make)
    except ooxml.WorkbookError as error:
        raise TrackerUnreadable(f"{path.name}: {error}", not_done="", next_step="") from None
    except FileNotFoundError:
        raise TrackerUnreadable(f"There is no workbook {path}.", next_step="Check the name.") from None


def _refuse(workbook: ooxml.Workbook, path: Path) -> None:
    if workbook.vba_project is not None and not has_bar(workbook):
        source = files(__package__).joinpath(f"{MODULE}.bas")
        raise TrackerNotWritten(
            f"{path.name} has macros of its own, which are not touched.",
            next_step=f"Add ours by hand: Alt+F11 in Excel, File > Import File, {source} and the other two .bas files "
            "beside it, save, and run the command again.",
        )
    named = next((name for name in workbook.sheet_names if name.casefold() == HELD_TAB), None)
    if named is not None and workbook[named]["A1"].value != TITLE:
        raise TrackerUnreadable(
            f"{path.name} has a tab '{named}' that sheetops did not make, and needs that name for its own.",
            not_done="The workbook was left as it is.",
            next_step="Rename that tab, save, and run the command again.",
        )


def _draw(workbook: ooxml.Workbook) -> None:
    """Put the bar on the tab: on a new one, or beside all that the one that is there holds."""
    if not workbook.has_sheet(HELD_TAB):
        workbook.put_sheet(HELD_TAB, page(first_lines(), bar=True))
        return
    workbook.set_row_height(HELD_TAB, BAR_ROW, BAR_HEIGHT)
    for cell in words_to_change(workbook[HELD_TAB].values_in_column(1)):
        put_cell(workbook, cell)
    ooxml.add_buttons(workbook[HELD_TAB], buttons(WIDTHS))
