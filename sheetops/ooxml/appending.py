"""Adding rows below and columns beside what is there. Rows are never inserted, deleted or sorted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sheetops.ooxml import tables
from sheetops.ooxml.edits import CellEdit, check_value
from sheetops.ooxml.errors import AppendRefused
from sheetops.ooxml.formulas import moved
from sheetops.ooxml.refs import MAX_COLUMN, MAX_ROW, Range, cell_name, column_letters
from sheetops.ooxml.tables import Table
from sheetops.ooxml.totals import move_totals
from sheetops.ooxml.values import Value
from sheetops.ooxml.xmltext import escape_text

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet

_NOWHERE = (0, 0)


def append_rows(
    sheet: Sheet, rows: Sequence[Sequence[Value]], after_row: int, columns: Sequence[int]
) -> list[int]:
    """Put rows directly below `after_row`, each aligned with `columns`, and return their row numbers.

    Inside a table its blank rows are used first; then the table grows, with its filter, its calculated columns,
    and the validations, conditional formats and names that reached to its end. Below plain data a row takes the
    formats of `after_row`. Raise AppendRefused, with nothing changed, when something stands in the way.
    """
    if not rows:
        return []
    for row in rows:
        for value in row:
            check_value(value, date1904=sheet.workbook.date1904)
    table = _table_around(sheet, after_row, columns)
    if table is not None:
        after_row = min(after_row, table.last_data_row)  # below a totals row means above it
    numbers = list(range(after_row + 1, after_row + 1 + len(rows)))
    if numbers[-1] > MAX_ROW:
        raise AppendRefused(
            f"{sheet.name} has no room for {len(rows)} rows below row {after_row}. None was added."
        )
    area = Range(numbers[0], min(columns), numbers[-1], max(columns))
    if table is not None:
        left, right = (
            min(area.first_column, table.ref.first_column),
            max(area.last_column, table.ref.last_column),
        )
        area = area._replace(first_column=left, last_column=right)
    moving = table is not None and table.totals_row is not None and numbers[-1] > table.last_data_row
    _refuse_occupied(sheet, area._replace(last_row=area.last_row + moving), table)
    if table is not None and moving:
        move_totals(sheet, table, numbers[-1] + 1)
    if table is not None and numbers[-1] > table.last_data_row:
        _grow_table(sheet, table, numbers[-1])
    old_last = table.last_data_row if table else after_row
    if numbers[-1] > old_last:
        _grow_ranges(sheet, old_last, numbers[-1], area)
    _put(sheet, rows, numbers, columns, table, after_row)
    return numbers


def _table_around(sheet: Sheet, after_row: int, columns: Sequence[int]) -> Table | None:
    """Return the table the rows belong to; columns that people keep beside it may be among them."""
    for table in sheet.tables():
        first = table.ref.first_row - (table.header_row is None)
        inside = any(table.ref.first_column <= column <= table.ref.last_column for column in columns)
        if inside and first <= after_row <= table.ref.last_row:
            return table
    return None


def _refuse_occupied(sheet: Sheet, area: Range, table: Table | None) -> None:
    where = f"rows {area.first_row} to {area.last_row} of {sheet.name}"
    for other in sheet.tables():
        if table is not None and other.part == table.part:
            continue
        if other.ref.overlaps(area):
            raise AppendRefused(f"Table {other.name} stands in {where}. Nothing was added. Move it in Excel.")
    for pivot in tables.pivot_ranges(sheet.workbook.package, sheet.part):
        if pivot.overlaps(area):
            raise AppendRefused(f"The pivot table {pivot} stands in {where}. Nothing was added. Move it.")
    for merged in sheet.merged_ranges():
        if merged.overlaps(area):
            raise AppendRefused(
                f"The merged range {merged} stands in {where}. Nothing was added. Unmerge it in Excel."
            )
    for row in range(area.first_row, area.last_row + 1):
        if table is not None and row == table.totals_row:
            continue
        if (column := _first_content(sheet, row, area, table)) is not None:
            raise AppendRefused(
                f"{sheet.name}!{cell_name(row, column)} is not empty, so {where} cannot be added there. Nothing was "
                "added. Move what stands there, or clear it."
            )


def _first_content(sheet: Sheet, row: int, area: Range, table: Table | None) -> int | None:
    """Return the first column of an area's row that holds something; formulas of a table's blank rows do not count."""
    for column, edit in sorted(sheet.edits.get(row, {}).items()):
        if area.contains(row, column) and (edit.value is not None or edit.raw):
            return column
    if row > sheet.scan.max_row:
        return None
    reader = sheet.reader()
    free = table is not None and row <= table.last_data_row
    for column, found in sheet.stored_row(row).items():
        if not area.contains(row, column) or sheet.pending(row, column):
            continue
        if sheet.formula_at(row, column) is not None:
            if not free:
                return column
        elif reader.value(*found) not in (None, ""):
            return column
    return None


def _grow_table(sheet: Sheet, table: Table, last_row: int) -> None:
    package = sheet.workbook.package
    document = package.document(table.part)
    tables.grow_rows(document, last_row)
    package.store(table.part, document)


def _put(
    sheet: Sheet,
    rows: Sequence[Sequence[Value]],
    numbers: list[int],
    columns: Sequence[int],
    table: Table | None,
    after_row: int,
) -> None:
    like_row = after_row
    if table is not None and after_row == table.header_row:
        like_row = 0
    calculated = _calculated(sheet, table, after_row) if table else {}
    for number, row in zip(numbers, rows, strict=True):
        for column, (formula, base) in calculated.items():
            if _free(sheet, number, column):
                like = (like_row, column) if like_row else _NOWHERE
                own = moved(formula, number - base, 0) if base else formula
                sheet.put(
                    number,
                    column,
                    CellEdit(formula=own, like=like, style=_given_style(sheet, number, column)),
                )
        for column, value in zip(columns, row, strict=True):
            if value is not None and _free(sheet, number, column):
                like = (like_row, column) if like_row else _NOWHERE
                sheet.put(
                    number, column, CellEdit(value, like=like, style=_given_style(sheet, number, column))
                )


def _given_style(sheet: Sheet, row: int, column: int) -> int | None:
    """Return the format a cell was just given, as those of a totals row are that has moved away."""
    edit = sheet.pending(row, column)
    return edit.style if edit else None


def _free(sheet: Sheet, row: int, column: int) -> bool:
    """Tell whether a cell holds no formula, or one that is moving away."""
    return sheet.formula_at(row, column) is None or sheet.pending(row, column) is not None


def _calculated(sheet: Sheet, table: Table, after_row: int) -> dict[int, tuple[str, int]]:
    """Return column -> (formula, the row it is written for, 0 for any) of a table's calculated columns."""
    document = sheet.workbook.package.document(table.part)
    found = {}
    for position, text in tables.column_formulas(document).items():
        column = table.ref.first_column + position
        above = sheet.formula_at(after_row, column)
        if above is not None and above.text and above.kind in ("normal", "shared"):
            found[column] = (above.text, after_row)
        else:
            found[column] = (text, 0)
    return found


def _grow_ranges(sheet: Sheet, old_last: int, new_last: int, area: Range) -> None:
    """Let what is bound to the column down to its last row reach down to the new one."""

    def grown(refs: str) -> str:
        return " ".join(_grown(ref, old_last, new_last, area) for ref in refs.split())

    frame = sheet.frame
    for node in list(frame.root.walk()):
        if node.local in (
            "dataValidation",
            "conditionalFormatting",
            "autoFilter",
            "sortState",
            "protectedRange",
        ):
            name = "ref" if node.local in ("autoFilter", "sortState") else "sqref"
            old = node.get(name)
            if old and grown(old) != " ".join(old.split()):
                frame.set_attribute(node, name, grown(old))
                sheet.frame_changed = True
        elif node.local == "sqref" and not node.children:
            old = frame.inner(node)
            if grown(old) != " ".join(old.split()):
                frame.splice(node.open_end, node.close_start, grown(old))
                sheet.frame_changed = True
    frame.apply()
    _grow_names(sheet, old_last, new_last, area)


def _grown(ref: str, old_last: int, new_last: int, area: Range) -> str:
    try:
        reach = Range.parse(ref)
    except ValueError:
        return ref
    columns = reach.first_column <= area.last_column and area.first_column <= reach.last_column
    if not columns or reach.last_row != old_last or ":" not in ref:
        return ref
    return str(reach._replace(last_row=new_last))


_NAME = re.compile(r"((?:'(?:[^']|'')+'|[^'!,:()]+))!(\$[A-Z]{1,3}\$\d+:\$[A-Z]{1,3}\$)(\d+)\Z")


def _grow_names(sheet: Sheet, old_last: int, new_last: int, area: Range) -> None:
    """Let defined names that are one range ending at the last row follow it (18.2.5)."""
    book = sheet.workbook
    document = book.document
    group = document.child(document.root, "definedNames")
    grown = False
    for node in document.children(group, "definedName") if group else []:
        match = _NAME.match(document.inner(node))
        if match is None or int(match[3]) != old_last or _sheet_name(match[1]) != sheet.name:
            continue
        if _grown((match[2] + match[3]).replace("$", ""), old_last, new_last, area).endswith(str(new_last)):
            new = escape_text(f"{match[1]}!{match[2]}{new_last}")
            document.splice(node.open_end, node.close_start, new)
            grown = True
    if grown:
        book.package.store(book.part, document)


def _sheet_name(written: str) -> str:
    return written[1:-1].replace("''", "'") if written.startswith("'") else written


def add_column(sheet: Sheet, header: str, header_row: int | None) -> int:
    """Put a header right of the last used column and return the new column's number.

    With a table whose header is in `header_row` the table grows by the column; its name is the header text.
    Without one the header goes right of the row's last header. `header_row` may be left out when the sheet has one
    table, or when its first used row is the header. Raise AppendRefused when the column beside it is in use.
    """
    candidates = [
        t for t in sheet.tables() if t.header_row is not None and header_row in (None, t.header_row)
    ]
    table = candidates[0] if candidates else None
    if table is not None:
        header_row = table.header_row
    row = header_row or _first_used_row(sheet)
    last = table.ref.last_column if table else _last_header(sheet, row)
    column = last + 1
    if column > MAX_COLUMN:
        raise AppendRefused(f"{sheet.name} has no column left. Nothing was added.")
    bottom = table.ref.last_row if table else MAX_ROW
    _refuse_used_column(sheet, Range(row, column, bottom, column), table)
    if table is not None:
        _grow_table_column(sheet, table, header)
    sheet.put(row, column, CellEdit(header, like=(row, last)))
    return column


def _first_used_row(sheet: Sheet) -> int:
    for number in range(1, min(sheet.scan.max_row, 1000) + 1):
        if any(sheet.reader().value(*found) is not None for found in sheet.stored_row(number).values()):
            return number
    return 1


def _last_header(sheet: Sheet, row: int) -> int:
    reader = sheet.reader()
    used = [
        column for column, found in sheet.stored_row(row).items() if reader.value(*found) not in (None, "")
    ]
    used += [column for number, column in sheet.scan.formulas if number == row]
    used += [column for column, edit in sheet.edits.get(row, {}).items() if edit.value is not None]
    return max(used, default=0)


def _refuse_used_column(sheet: Sheet, area: Range, table: Table | None) -> None:
    column = column_letters(area.first_column)
    what = f"column {column} of {sheet.name}"
    for other in sheet.tables():
        if other.ref.overlaps(area) and other != table:
            raise AppendRefused(f"Table {other.name} stands in {what}. Nothing was added. Move it in Excel.")
    for merged in sheet.merged_ranges():
        if merged.overlaps(area):
            raise AppendRefused(
                f"The merged range {merged} reaches into {what}. Nothing was added. Unmerge it."
            )
    for row in _used_rows(sheet, area):
        raise AppendRefused(
            f"{sheet.name}!{column}{row} is not empty, so no column can be added there. Nothing was added. "
            "Move what stands beside the data."
        )


def _used_rows(sheet: Sheet, area: Range) -> Iterable[int]:
    for row, cells in sheet.edits.items():
        if any(area.contains(row, column) and edit.value is not None for column, edit in cells.items()):
            yield row
    yield from (row for row, column in sheet.scan.formulas if area.contains(row, column))
    if area.first_column > sheet.scan.max_column:
        return
    for row, _, value in sheet.values_in_column(area.first_column):
        if area.contains(row, area.first_column) and value not in (None, ""):
            yield row


def _grow_table_column(sheet: Sheet, table: Table, header: str) -> None:
    if any(name.casefold() == header.casefold() for name in table.columns):
        raise AppendRefused(
            f"Table {table.name} has a column {header!r} already, and Excel allows each name once. Nothing was added."
        )
    package = sheet.workbook.package
    document = package.document(table.part)
    tables.grow_columns(document, header)
    package.store(table.part, document)
