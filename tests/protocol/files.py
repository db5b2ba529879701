"""The same stories over real workbooks: people edit them with openpyxl, runs with sheetops."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from sheetops.model.schema import TrackerSpec
from sheetops.model.sheet import Spreadsheet
from sheetops.trackers.excel_file import ExcelFile

from ..trackers import workbooks
from .story import Crash, Rows, Story


class OnDisk:
    """A workbook as people have it open: `tabs` is what they see, until they save it."""

    def __init__(self, path: Path, rows: Rows) -> None:
        self.path = path
        workbooks.make(path, rows)
        self.tabs: dict[str, Rows] = {}
        self.formulas: dict[str, dict[tuple[int, int], str]] = {}
        self.fault: Any = None
        self.load()

    def load(self) -> None:
        """Look at the file as it is now."""
        book = openpyxl.load_workbook(self.path)
        self.tabs = {s.title: [[_plain(c.value) for c in row] for row in s.iter_rows()] for s in book}
        self._seen = self._shown()

    def _shown(self) -> str:
        return repr([[*row] for row in self.tabs["Cases"]])

    def save(self) -> None:
        """Save the file, if anything was typed."""
        if self._shown() == self._seen:
            return
        book = openpyxl.load_workbook(self.path)
        sheet = book["Cases"]
        sheet.delete_rows(1, sheet.max_row)
        for number, row in enumerate(self.tabs["Cases"], start=1):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value
        book.save(self.path)
        self._seen = self._shown()

    def identity(self) -> str:
        """A fingerprint of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def writes(self) -> str:
        """Changes whenever the file is written."""
        return f"{self.path.stat().st_mtime_ns}"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


class FileStory(Story):
    """A story over real files."""

    def spreadsheet(self, name: str, rows: Rows) -> OnDisk:
        return OnDisk(self.folder / f"{name}.xlsx", rows)

    def backend(self, folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
        def before_replace() -> None:
            self.faults("replace")

        return ExcelFile(folder / f"{trackers[0].source}.xlsx", before_replace)

    def saved(self) -> None:
        for book in self.books.values():
            book.save()

    def loaded(self) -> None:
        for book in self.books.values():
            book.load()


__all__ = ["Crash", "FileStory", "OnDisk"]
