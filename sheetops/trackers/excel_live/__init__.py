"""A workbook that is open in Excel, read and written in place over xlwings: see docs/excel-live.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...model.schema import TrackerSpec
from ...model.sheet import Spreadsheet

if TYPE_CHECKING:
    from .. import Opener

__all__ = ["is_open_as", "opener"]


def is_open_as(book: Any, path: Path) -> bool:
    """Return whether `book` (an `xw.Book`) is the workbook at `path`, however each spells it."""
    own = Path(str(book.fullname))
    try:
        return own.samefile(path)
    except OSError:  # one of them is not on this disk: a cloud address, or never saved
        return str(own).casefold() == str(path.resolve()).casefold()


def opener(book: Any, *, patience: float = 10.0) -> Opener:
    """Return the backend "excel" for a press in `book`: that workbook live, every other one as the file it is.

    `patience` is how many seconds Excel may be busy before the person is told. Excel for Mac is reached another way,
    without what is needed here: there the workbook is the file it is too, which says that it is open.
    """

    def open_excel(folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
        from ..excel_file import ExcelFile
        from .spreadsheet import ExcelLive

        path = folder / trackers[0].source
        if is_open_as(book, path) and "xlwings._xlmac" not in sys.modules:
            return ExcelLive(book, trackers, patience=patience)
        return ExcelFile(path)

    return open_excel
