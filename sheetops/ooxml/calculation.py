"""What a change of cells means for formulas: the calculation chain, shared formulas, recalculation on load.

ECMA-376 part 1, 18.6 (calcChain), 18.2.2 (calcPr), 18.3.1.40 (f).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetops.ooxml.edits import CellEdit
from sheetops.ooxml.formulas import moved, references
from sheetops.ooxml.refs import Range, cell_name
from sheetops.ooxml.xmltext import Document, Node

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet
    from sheetops.ooxml.workbook import Workbook

Place = tuple[int, int]
_BEFORE_CALC = [
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr",
]  # fmt: skip


def settle(book: Workbook) -> None:
    """Bring the formulas in line with the edits, before the sheets are written."""
    lost: dict[str, set[Place]] = {}
    for sheet in book.edited:
        if gone := _overwritten(sheet):
            _free_dependants(sheet, gone)
        if gone := {place for place in gone if sheet.edits[place[0]][place[1]].formula is None}:
            lost[sheet.name] = gone
    if lost:
        _shorten_chain(book, lost)
    if any(sheet.edits for sheet in book.edited) and _has_formulas(book):
        recalculate_on_load(book)


def _overwritten(sheet: Sheet) -> set[Place]:
    edits = sheet.edits
    return {
        (row, column)
        for row, cells in edits.items()
        for column, edit in cells.items()
        if not edit.keep_value and edit.raw is None and (row, column) in sheet.scan.formulas
    }


def _free_dependants(sheet: Sheet, gone: set[Place]) -> None:
    """Give each cell that shares an overwritten formula its own text."""
    masters = {
        formula.shared: (place, formula.text)
        for place, formula in sheet.scan.formulas.items()
        if place in gone and formula.kind == "shared" and formula.text
    }
    if not masters:
        return
    for place, formula in sheet.scan.formulas.items():
        if formula.kind != "shared" or formula.shared not in masters or formula.text or place in gone:
            continue
        master, text = masters[formula.shared]
        own = moved(text, place[0] - master[0], place[1] - master[1])
        if sheet.pending(*place) is None:
            sheet.put(*place, CellEdit(formula=own, keep_value=True))


def _has_formulas(book: Workbook) -> bool:
    if book.package.related(book.part, "calcChain") or any(map(_sets_formula, book.edited)):
        return True
    return any(sheet.scan.formulas for sheet in book.edited) or _others_have_formulas(book)


def _sets_formula(sheet: Sheet) -> bool:
    return any(edit.formula is not None for cells in sheet.edits.values() for edit in cells.values())


def _others_have_formulas(book: Workbook) -> bool:
    """Look for formulas in the other sheets of a file without calculation chain, as libraries write it.

    Past a few megabytes the answer is yes without looking: one needless recalculation is cheaper.
    """
    edited = {sheet.part for sheet in book.edited}
    others = [part for kind, part in book.parts.values() if kind == "worksheet" and part not in edited]
    members = [member for part in others if (member := book.package.member(part))]
    if sum(member.size for member in members) > 8 << 20:
        return True
    return any(
        b"<f>" in (data := book.package.utf8(part)) or b":f>" in data or b"<f " in data for part in others
    )


def recalculate_on_load(book: Workbook) -> None:
    """Ask Excel to calculate everything when it opens the file: stored results may be out of date."""
    document = book.document
    node = document.child(document.root, "calcPr")
    if node is None:
        document.insert_child(document.root, f'<{document.prefix}calcPr fullCalcOnLoad="1"/>', _BEFORE_CALC)
    elif node.get("fullCalcOnLoad") in ("1", "true"):
        return
    else:
        document.set_attribute(node, "fullCalcOnLoad", "1")
    book.package.store(book.part, document)


def _shorten_chain(book: Workbook, lost: dict[str, set[Place]]) -> None:
    """Take overwritten formulas out of the calculation chain; an empty chain goes altogether.

    Left-overs are what Excel repairs a file for.
    """
    for relationship in book.package.related(book.part, "calcChain"):
        if not book.package.has(relationship.target):
            continue
        document = book.package.document(relationship.target)
        names = {
            (book.sheet_id(name), cell_name(*place)) for name, places in lost.items() for place in places
        }
        if _drop_entries(document, names):
            book.package.remove_relationship(book.part, relationship.id)
            book.package.drop_content_type(relationship.target)
            book.package.remove(relationship.target)
        else:
            book.package.store(relationship.target, document)


def _drop_entries(document: Document, names: set[tuple[str, str]]) -> bool:
    """Remove entries and tell whether none is left. An entry without `i` means the sheet of the one before it."""
    sheet, kept, owed = "0", 0, False
    for node in document.children(document.root, "c"):
        sheet, owed = _sheet_of(node, sheet, owed=owed)
        if (sheet, node.get("r")) in names:
            document.remove(node)
            owed = owed or bool(node.get("i"))
            continue
        if owed and not node.get("i"):
            document.set_attribute(node, "i", sheet)
        owed, kept = False, kept + 1
    return not kept


def _sheet_of(node: Node, before: str, *, owed: bool) -> tuple[str, bool]:
    return (node.get("i"), False) if node.get("i") else (before, owed)


def stale_formulas(book: Workbook) -> set[tuple[str, int, int]]:
    """Return the formulas that read an edited cell, or one that does, as far as their texts tell.

    A formula by table, name or indirection names no cells; it counts as stale.
    """
    formulas = _formula_texts(book)
    changed = {
        (sheet.name, row, column)
        for sheet in book.edited
        for row, cells in sheet.edits.items()
        for column in cells
    }
    reads = {place: list(references(text)) for place, text in formulas.items()}
    stale = {
        place for place, text in formulas.items() if not reads[place] and _INDIRECT.search(text)
    } - changed
    fresh = changed | stale
    while fresh:
        hit = {p for p in reads if p not in stale and p not in changed and _reads_any(p[0], reads[p], fresh)}
        stale |= hit
        fresh = hit
    return stale


_INDIRECT = re.compile(r"\[|INDIRECT|OFFSET|[A-Za-z_]{4,}(?!\()\b", re.IGNORECASE)


def _formula_texts(book: Workbook) -> dict[tuple[str, int, int], str]:
    texts: dict[tuple[str, int, int], str] = {}
    for name, (kind, _) in book.parts.items():
        if kind != "worksheet":
            continue
        texts |= {(name, *place): text for place, text in book[name].formula_texts().items()}
    return texts


def _reads_any(home: str, reads: list[tuple[str, Range]], cells: set[tuple[str, int, int]]) -> bool:
    """Tell whether references touch any of some cells, by looking at the cells or at the ranges, whichever are fewer."""
    for sheet, reach in reads:
        name = sheet or home
        size = (reach.last_row - reach.first_row + 1) * (reach.last_column - reach.first_column + 1)
        if size <= len(cells):
            rows, columns = (
                range(reach.first_row, reach.last_row + 1),
                range(reach.first_column, reach.last_column + 1),
            )
            if any((name, row, column) in cells for row in rows for column in columns):
                return True
        elif any(where == name and reach.contains(row, column) for where, row, column in cells):
            return True
    return False
