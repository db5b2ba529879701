"""The same stories over workbooks that are open in Excel: people type into them while runs write to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sheetops.model.live import is_live
from sheetops.model.schema import TrackerSpec
from sheetops.model.sheet import CellError, Spreadsheet
from sheetops.trackers.excel_live.spreadsheet import ExcelLive

from ..trackers import workbooks
from ..trackers.excel_live import shim
from .story import Rows, Story

_ERRORS = {-2146826265: "#REF!", -2146826281: "#DIV/0!", -2146826246: "#N/A"}


class OnScreen:
    """A workbook as people have it before them: `tabs` is what they see and type into."""

    def __init__(self, path: Path, rows: Rows) -> None:
        workbooks.make(path, rows)
        self.book = shim.open_book(path)
        assert shim.DESK.excel is not None
        self.excel = shim.DESK.excel
        shim.DESK.to_disk = False
        self.formulas: dict[str, dict[tuple[int, int], str]] = {}
        self.fault: Any = None
        self._tabs: dict[str, Rows] = {}
        self.load()

    @property
    def tabs(self) -> dict[str, Rows]:
        """What stands in the tabs now; Excel shows at once what anybody writes."""
        if self.writes != self._version and not self._typing():
            self.load()
        return self._tabs

    @property
    def writes(self) -> int:
        """How often sheetops has set anything in Excel."""
        return sum(call.endswith("=") for call in shim.DESK.calls)

    def load(self) -> None:
        """Look at the workbook as it is now."""
        self.formulas, self._version = {}, self.writes
        for sheet in self.excel.workbook.sheets_:
            bounds = sheet.used_bounds()
            corner = (bounds[2], bounds[3]) if bounds else (1, 1)
            area = sheet.vba_get("Range", [sheet.vba_get("Cells", [1, 1]), sheet.vba_get("Cells", [*corner])])
            values, texts = (_block(area.vba_get(name)) for name in ("Value", "Formula"))
            rows = [[_seen(value) for value in row] for row in values]
            while rows and all(value is None for value in rows[-1]):
                rows.pop()
            self._tabs.setdefault(sheet.name, [])[:] = rows  # whoever has the tab before them sees it change
            self.formulas[sheet.name] = {
                (r, c): text
                for r, row in enumerate(texts, 1)
                for c, text in enumerate(row, 1)
                if isinstance(text, str) and text.startswith("=") and text != values[r - 1][c - 1]
            }
        self._seen = {title: self._shown(title) for title in self._tabs}

    def _typing(self) -> bool:
        return any(self._shown(title) != said for title, said in self._seen.items())

    def _shown(self, title: str) -> str:
        return repr((self._tabs[title], sorted(self.formulas.get(title, {}).items())))

    def save(self) -> None:
        """What people typed stands in the workbook, as soon as it is typed."""
        for title, rows in self._tabs.items():
            if self._shown(title) == self._seen[title]:
                continue
            sheet = self.excel.workbook.sheet_named(title)
            bounds = sheet.used_bounds()
            if bounds:
                corners = [sheet.vba_get("Cells", [1, 1]), sheet.vba_get("Cells", [bounds[2], bounds[3]])]
                sheet.vba_get("Range", corners).vba_get("ClearContents")
            for r, row in enumerate(rows, 1):
                for c, value in enumerate(row, 1):
                    if value not in (None, ""):
                        sheet.vba_get("Cells", [r, c]).vba_set("Value", self._typed(title, (r, c), value))
            self._seen[title] = self._shown(title)

    def _typed(self, title: str, place: tuple[int, int], value: Any) -> Any:
        if said := self.formulas.get(title, {}).get(place):
            if not is_live(said):  # a person's, which comes to what the story says
                said = f'="{value}"' if isinstance(value, str) else f"={value}"
            return said
        if isinstance(value, CellError):
            return value.text
        if isinstance(value, str):
            return f"'{value}"
        if type(value) is dt.date:
            value = dt.datetime(value.year, value.month, value.day)
        return shim.inward(value)

    def identity(self) -> str:
        """A fingerprint of the workbook."""
        if not self._typing():
            self.load()
        return repr([(title, self._shown(title)) for title in self._tabs])


def _block(value: Any) -> list[list[Any]]:
    plain = shim.outward(value)
    return [list(row) for row in plain] if isinstance(plain, tuple) else [[plain]]


def _seen(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        value = dt.datetime(*value.timetuple()[:6])
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, int) and not isinstance(value, bool):
        return CellError(_ERRORS[value])
    return value


class LiveStory(Story):
    """A story over open workbooks."""

    def spreadsheet(self, name: str, rows: Rows) -> OnScreen:
        return OnScreen(self.folder / f"{name}.xlsx", rows)

    def backend(self, folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
        book = self.books[trackers[0].source]

        def fault(point: str) -> None:
            book.fault(point)
            book.save()  # whoever typed meanwhile has typed it by now

        book.save()
        return ExcelLive(book.book, trackers, patience=0.2, fault=fault)

    def saved(self) -> None:
        for book in self.books.values():
            book.save()
