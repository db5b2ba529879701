"""All spreadsheets of one sandbox, in memory and, where a folder is given, on disk: one JSON file each.

A file is written beside and put in place in one step, so that a stop at any moment leaves the old state or the new.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from .errors import NOT_FOUND, ApiError, Json
from .grid import EMPTY, Area, Cell, Sheet, Spreadsheet, shared


class Store:
    """The spreadsheets, by id."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._books: dict[str, Spreadsheet] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.glob("*.json")):
                book = _read(path)
                self._books[book.id] = book

    def all(self) -> list[Spreadsheet]:
        """Return the spreadsheets, the newest first, as Drive lists them."""
        return sorted(self._books.values(), key=lambda book: str(book.file.get("createdTime")), reverse=True)

    def get(self, spreadsheet_id: str) -> Spreadsheet:
        """Return the spreadsheet. Raise when there is none with this id."""
        if spreadsheet_id not in self._books:
            raise ApiError(NOT_FOUND, 404)
        return self._books[spreadsheet_id]

    def put(self, book: Spreadsheet) -> None:
        """Keep this state of the spreadsheet."""
        if self._folder:
            _replace(self._folder / f"{book.id}.json", json.dumps(to_json(book), ensure_ascii=False))
        self._books[book.id] = book

    def remove(self, spreadsheet_id: str) -> None:
        """Forget the spreadsheet."""
        del self._books[spreadsheet_id]
        if self._folder:
            (self._folder / f"{spreadsheet_id}.json").unlink(missing_ok=True)


def _read(path: Path) -> Spreadsheet:
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise OSError(f"{path} is damaged, or is not the spreadsheet of a sandbox") from None


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


_CELL = [one.name for one in dataclasses.fields(Cell)]
_SHEET = [one.name for one in dataclasses.fields(Sheet) if one.name not in ("cells", "merges")]


def _cell_out(cell: Cell) -> Any:
    """Return the cell as JSON: a plain value as itself, anything more as its parts."""
    if cell.formula is None and cell.bare and cell.runs is None:
        return cell.value
    parts = {name: getattr(cell, name) for name in _CELL}
    return {name: part for name, part in parts.items() if part not in (None, "")}


def _cell_in(stored: Any) -> Cell:
    if stored is None:
        return EMPTY
    if isinstance(stored, dict):
        return Cell(**stored | ({"format": shared(stored["format"])} if "format" in stored else {}))
    return Cell(stored)


def to_json(book: Spreadsheet) -> Json:
    """Return the spreadsheet as it lies on disk."""
    sheets = []
    for sheet in book.sheets:
        stored = {name: getattr(sheet, name) for name in _SHEET}
        stored["cells"] = [[_cell_out(cell) for cell in line] for line in sheet.cells]
        stored["merges"] = [area.to_json() for area in sheet.merges]
        sheets.append(stored)
    return {
        "id": book.id, "properties": book.properties, "sheets": sheets, "named": book.named,
        "metadata": book.metadata, "file": book.file,
    }  # fmt: skip


def from_json(stored: Json) -> Spreadsheet:
    """Return the spreadsheet that lies on disk."""
    sheets = []
    for one in stored["sheets"]:
        fresh = {name: one[name] for name in _SHEET}
        for name in ("row_looks", "column_looks"):  # JSON has only text as keys
            fresh[name] = {int(index): look for index, look in one[name].items()}
        cells = [[_cell_in(cell) for cell in line] for line in one["cells"]]
        sheets.append(Sheet(cells=cells, merges=[Area.of(area) for area in one["merges"]], **fresh))
    return Spreadsheet(**(stored | {"sheets": sheets}))
