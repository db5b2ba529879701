"""Damaged parts: whatever is broken is refused in words, or edited without further damage; nothing else is raised."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

from sheetops.ooxml import SheetCell, SheetContent, Workbook, WorkbookError

from .parts import contents, write

ALPHABET = b"<>\"'=/ 09azAZ&;:\0\xff-"


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at, kind = chance.randrange(len(data)), chance.randrange(4)
    if kind == 0:
        return data[:at] + bytes([chance.choice(ALPHABET)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + chance.randint(1, 30) :]
    if kind == 2:
        return data[: at + 40] + data[at:]
    return data[:at]


def test_damaged_parts_are_refused_in_words(table_tracker: Path) -> None:
    parts = contents(table_tracker)
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    for seed in range(250):
        chance = random.Random(seed)
        name = chance.choice(names)
        write(table_tracker, dict(parts) | {name: _damaged(parts[name], chance)})
        with suppress(WorkbookError), Workbook.open(table_tracker) as book:
            _use(book)


def _use(book: Workbook) -> None:
    sheet = book["Cases"]
    sheet.grid(), sheet.formulas(), sheet.merged_ranges(), sheet.notes(), sheet["B2"].number_format
    book.custom_properties, book.stale_formulas()
    sheet.set("B2", "x")
    sheet.append_rows([["C-9"]], after_row=6, columns=[1])
    sheet.add_column("SLA")
    sheet.add_note("B3", "held")
    book.put_sheet("sheetops", SheetContent([[SheetCell("Held", "title")]]))
    book.set_custom_property("sheetops", "1")
    book.save()
