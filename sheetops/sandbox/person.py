"""A person at a spreadsheet: types, inserts, deletes and sorts as somebody does in a browser."""

from __future__ import annotations

from typing import Any

from . import batch, values
from .a1 import area_of, column_name
from .call import Call
from .errors import ApiError, Json
from .grid import Area, Sheet, Spreadsheet
from .people import PERSON
from .service import Service
from .values import Rendering
from .view import choices


class Person:
    """Somebody who edits one spreadsheet. What is typed is read as `USER_ENTERED`; there is no quota for hands.

    A file on the sandbox's own page is open to whoever sits there; `email` decides about protected ranges.
    """

    def __init__(self, service: Service, spreadsheet_id: str, email: str = PERSON) -> None:
        self._service, self._id, self.email = service, spreadsheet_id, email

    def see(self, range_text: str) -> list[list[Any]]:
        """Return what is shown in a range."""
        with self._service.lock:
            book = self._service.store.get(self._id)
            rendering = Rendering.of(book, {}, self._service.clock())
            found: list[list[Any]] = values.read(rendering, area_of(book, range_text)).get("values", [])
            return found

    def type(self, range_text: str, *texts: str) -> None:
        """Type texts into a cell and those to the right of it."""
        self.change(lambda call: typed_by_hand(call, _corner(call.book, range_text), [list(texts)]))

    def clear(self, range_text: str) -> None:
        """Press Delete on a range."""
        self.change(lambda call: values.clear(call, area_of(call.book, range_text)))

    def insert_rows(self, tab: str, before: int, count: int = 1) -> None:
        """Insert rows before the row with this number, counted from 1 as the screen does."""
        self._lines(tab, "insertDimension", "ROWS", before - 1, before - 1 + count)

    def delete_rows(self, tab: str, first: int, count: int = 1) -> None:
        """Delete rows from this number on, counted from 1."""
        self._lines(tab, "deleteDimension", "ROWS", first - 1, first - 1 + count)

    def insert_columns(self, tab: str, before: int, count: int = 1) -> None:
        """Insert columns before the column with this number, counted from 1."""
        self._lines(tab, "insertDimension", "COLUMNS", before - 1, before - 1 + count)

    def delete_columns(self, tab: str, first: int, count: int = 1) -> None:
        """Delete columns from this number on, counted from 1."""
        self._lines(tab, "deleteDimension", "COLUMNS", first - 1, first - 1 + count)

    def move_rows(self, tab: str, first: int, count: int, before: int) -> None:
        """Drag rows so that they stand before the row that has the number `before` now."""

        def act(call: Call) -> None:
            sheet = _tab(call.book, tab)
            source = {
                "sheetId": sheet.id,
                "dimension": "ROWS",
                "startIndex": first - 1,
                "endIndex": first - 1 + count,
            }
            batch.apply(call, [{"moveDimension": {"source": source, "destinationIndex": before - 1}}])

        self.change(act)

    def sort(self, range_text: str, column: int = 1, *, descending: bool = False) -> None:
        """Sort the rows of a range by its column with this number, counted from 1."""

        def act(call: Call) -> None:
            area = area_of(call.book, range_text)
            order = "DESCENDING" if descending else "ASCENDING"
            spec = {"dimensionIndex": (area.left or 0) + column - 1, "sortOrder": order}
            batch.apply(call, [{"sortRange": {"range": area.to_json(), "sortSpecs": [spec]}}])

        self.change(act)

    def rename_tab(self, tab: str, title: str) -> None:
        """Rename a tab."""

        def act(call: Call) -> None:
            properties = {"sheetId": _tab(call.book, tab).id, "title": title}
            batch.apply(call, [{"updateSheetProperties": {"properties": properties, "fields": "title"}}])

        self.change(act)

    def delete_tab(self, tab: str) -> None:
        """Delete a tab."""
        self.change(lambda call: batch.apply(call, [{"deleteSheet": {"sheetId": _tab(call.book, tab).id}}]))

    def protect(self, range_text: str) -> None:
        """Protect a range so that only this person, and the owner, may change it."""

        def act(call: Call) -> None:
            area = area_of(call.book, range_text).to_json()
            protected = {"range": area, "editors": {"users": [self.email]}}
            batch.apply(call, [{"addProtectedRange": {"protectedRange": protected}}])

        self.change(act)

    def settings(self, *, locale: str = "", time_zone: str = "") -> None:
        """Change the spreadsheet's locale or time zone, as its settings do."""
        given = {name: new for name, new in (("locale", locale), ("timeZone", time_zone)) if new}
        change = {"properties": given, "fields": ",".join(given)}
        self.batch({"updateSpreadsheetProperties": change})

    def batch(self, *requests: Json) -> list[Json]:
        """Do anything else that a batchUpdate can say."""
        replies: list[Json] = self.change(lambda call: batch.apply(call, list(requests)))
        return replies

    def _lines(self, tab: str, what: str, dimension: str, start: int, end: int) -> None:
        def act(call: Call) -> None:
            sheet = _tab(call.book, tab)
            span = {"sheetId": sheet.id, "dimension": dimension, "startIndex": start, "endIndex": end}
            extra = {"inheritFromBefore": start > 0} if what == "insertDimension" else {}
            batch.apply(call, [{what: {"range": span} | extra}])

        self.change(act)

    def change(self, act: Any) -> Any:
        """Change a copy and keep it, as the API does."""
        with self._service.lock:
            call = self._service.call(self._service.store.get(self._id).copy(), self.email)
            result = act(call)
            self._service.keep(call.book, self.email)
            return result


def typed_by_hand(call: Call, area: Area, texts: list[list[str]]) -> None:
    """Type the texts. Raise when a cell has a list of choices that rejects what is typed: only hands are held to it."""
    values.write(call, area, {"values": texts}, "USER_ENTERED")
    for sheet_id, row, column in call.touched:
        sheet = call.book.sheet(sheet_id)
        cell = sheet.cell(row, column)
        if cell.blank or not (cell.validation or {}).get("strict"):
            continue
        allowed, got = (
            choices(cell.validation or {}),
            Rendering.of(call.book, {}, call.now).shown(sheet, row, column),
        )
        if allowed and got not in allowed:
            where = f"{column_name(column)}{row + 1}"
            raise ApiError(
                f"The data you entered in cell {where} violates the data validation rules set on this cell."
            )


def _corner(book: Spreadsheet, range_text: str) -> Area:
    """Return the first cell of the range."""
    area = area_of(book, range_text)
    top, left = area.top or 0, area.left or 0
    return Area(area.sheet_id, top, top + 1, left, left + 1)


def _tab(book: Spreadsheet, title: str) -> Sheet:
    sheet = book.titled(title)
    if sheet is None:
        raise ApiError(f"No tab called {title}.")
    return sheet
