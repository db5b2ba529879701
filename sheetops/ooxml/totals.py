"""Moving a table's totals row down to make room, where nothing else knows where it is (18.5.1.2 totalsRowCount)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetops.ooxml.edits import CellEdit
from sheetops.ooxml.errors import AppendRefused
from sheetops.ooxml.formulas import references
from sheetops.ooxml.refs import Range, cell_name
from sheetops.ooxml.xmltext import utf8, with_attribute

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet
    from sheetops.ooxml.tables import Table

_LOOK_BELOW = 8 << 20


def move_totals(sheet: Sheet, table: Table, new_row: int) -> None:
    """Move the totals row of a table to `new_row`. Raise AppendRefused, with nothing changed, when that is not safe.

    It is not when a formula or name refers to the row, when its own formulas count rows by address instead of by
    column name, when it is being edited, or when formulas may be in sheets too large to look into.
    """
    assert table.totals_row is not None
    old = Range(table.totals_row, table.ref.first_column, table.totals_row, table.ref.last_column)
    _refuse_bound(sheet, table, old)
    grammar = sheet.scan.grammar
    for column, (block, cell) in sheet.stored_row(table.totals_row).items():
        if not old.contains(table.totals_row, column):
            continue
        inside = with_attribute(utf8(cell.attrs), "r", cell_name(new_row, column))
        inner = block.data[cell.inner : cell.close]
        name = grammar.prefix + b"c"
        xml = b"<%b%b>%b</%b>" % (name, inside.encode(), inner, name)
        style = sheet.stored_style(table.last_data_row, column)
        sheet.put(table.totals_row, column, CellEdit(None, style=style))
        sheet.put(new_row, column, CellEdit(raw=xml))


def _refuse_bound(sheet: Sheet, table: Table, old: Range) -> None:
    row = table.totals_row or 0
    reason = ""
    if any(old.contains(row, column) for column in sheet.edits.get(row, {})):
        reason = "it was just changed"
    if any(merged.overlaps(old) for merged in sheet.merged_ranges()):
        reason = "cells are merged in it"
    for place, formula in sheet.scan.formulas.items():
        if old.contains(*place) and (formula.kind != "normal" or any(references(formula.text))):
            reason = f"its formula in {cell_name(*place)} counts rows by address"
        elif not old.contains(*place) and _refers(formula.text, "", sheet.name, old):
            reason = f"{cell_name(*place)} refers to it"
    reason = reason or _referred_elsewhere(sheet, old)
    if reason:
        raise AppendRefused(
            f"Table {table.name} ends with a totals row that cannot be moved: {reason}. Nothing was added. Switch the "
            "totals row off in Excel (Table Design, Total Row), or add blank rows above it."
        )


def _refers(formula: str, home: str, name: str, area: Range) -> bool:
    return any(sheet in (home, name) and reach.overlaps(area) for sheet, reach in references(formula))


def _referred_elsewhere(sheet: Sheet, area: Range) -> str:
    book = sheet.workbook
    others = [name for name in book.sheet_names if name != sheet.name and book.parts[name][0] == "worksheet"]
    members = [member for name in others if (member := book.package.member(book.parts[name][1]))]
    if sum(member.size for member in members) > _LOOK_BELOW:
        return "the other sheets are too large to look for formulas that refer to it"
    for name in others:
        for place, formula in book[name].scan.formulas.items():
            if any(where == sheet.name and reach.overlaps(area) for where, reach in references(formula.text)):
                return f"{name}!{cell_name(*place)} refers to it"
    group = book.document.child(book.document.root, "definedNames")
    for node in group.children if group else []:
        if any(
            where == sheet.name and reach.overlaps(area)
            for where, reach in references(book.document.inner(node))
        ):
            return f"the name {node.get('name')} refers to it"
    return ""
