"""The program's own tab in an open workbook: the same page as in a file, put there over xlwings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...model.sheet import HELD_TAB, Grid
from ...ooxml import ListValidation, SheetCell, SheetContent
from ...ooxml.edits import default_format
from ...ooxml.named_styles import LOOKS
from ...ooxml.refs import Range
from .blocks import blocks
from .cells import as_typed, may_be_misread, needed_format, rectangle
from .excel import Excel

_LONGEST_LIST = 255
_LIST = 3
"""xlValidateList: xlwings would name the workbook in the list's address."""


def put_page(excel: Excel, page: SheetContent, *, date1904: bool) -> None:
    """Replace all cells of the tab `sheetops`, which is made when there is none. Shapes on it stay."""
    sheet = excel.ask(_tab, excel.book)
    excel.ask(_clear, sheet)
    excel.ask(_put_values, sheet, page, date1904)
    excel.ask(_put_looks, sheet, page)
    for validation in page.validations:
        excel.ask(_put_list, sheet, validation, page)
    excel.ask(_put_links, sheet, page)


def put_page_back(excel: Excel, before: Grid | None, *, date1904: bool) -> None:
    """Let the tab say again what it said `before`, without its looks; None: there was none, and there is none now."""
    if before is None:
        excel.ask(_remove, excel.book)
        return
    rows = [[SheetCell(value) for value in row] for row in before.rows]
    excel.ask(_clear, excel.book.sheets[HELD_TAB])
    excel.ask(_put_values, excel.book.sheets[HELD_TAB], SheetContent(rows), date1904)


def _tab(book: Any) -> Any:
    if HELD_TAB in [sheet.name for sheet in book.sheets]:
        return book.sheets[HELD_TAB]
    return book.sheets.add(HELD_TAB, after=book.sheets[-1])


def _remove(book: Any) -> None:
    if HELD_TAB in [sheet.name for sheet in book.sheets]:
        book.sheets[HELD_TAB].delete()


def _clear(sheet: Any) -> None:
    used = sheet.used_range
    used.api.Hyperlinks.Delete()
    used.api.Validation.Delete()
    used.clear()


def _put_values(sheet: Any, page: SheetContent, date1904: bool) -> None:
    width = max((len(row) for row in page.rows), default=0)
    if not width:
        return
    rows = []
    for row in page.rows:
        values = [cell.value for cell in row] + [None] * (width - len(row))
        rows.append([as_typed(v, date1904=date1904, quoted=may_be_misread(v)) for v in values])
    rectangle(sheet, 1, 1, len(rows), width).value = rows


def _put_looks(sheet: Any, page: SheetContent) -> None:
    for number, width in enumerate(page.column_widths, start=1):
        sheet.range((1, number)).column_width = width
    styles = {
        (r, c): (cell.style or "text", needed_format(cell.value) if default_format(cell.value) else None)
        for r, row in enumerate(page.rows, start=1)
        for c, cell in enumerate(row, start=1)
    }
    for block, (style, number_format) in blocks(styles):
        area, look = rectangle(sheet, *block), LOOKS[style]
        area.vertical_alignment = "top"
        if number_format or look.number_format != "General":
            area.number_format = number_format or look.number_format
        if look.bold:
            area.font.bold = True
        if look.size:
            area.font.size = look.size
        if look.color:
            area.font.color = f"#{look.color}"
        if look.underline:
            area.api.Font.Underline = 2
        if look.fill:
            area.color = f"#{look.fill}"
        if look.wrap:
            area.wrap_text = True
        if look.border:
            area.borders.set(line_style="continuous", color=f"#{look.border}")
    if page.tab_color:
        red, green, blue = (int(page.tab_color[i : i + 2], 16) for i in (0, 2, 4))
        sheet.api.Tab.Color = red + green * 256 + blue * 65536


def _put_list(sheet: Any, validation: ListValidation, page: SheetContent) -> None:
    at = Range.parse(validation.range)
    cell = sheet.range((at.first_row, at.first_column))
    values = list(validation.values)
    if len(",".join(values)) <= _LONGEST_LIST and not any("," in value for value in values):
        cell.data_validation.set_list(values)
    else:
        aside = _aside(sheet, values, at.first_row, page).address
        cell.api.Validation.Add(Type=_LIST, Formula1=f"={aside}")
    if validation.prompt:
        cell.api.Validation.InputMessage = validation.prompt[:255]


def _aside(sheet: Any, values: Sequence[str], row: int, page: SheetContent) -> Any:
    """Put a list that is too long for a drop-down's own text right of the page, in the row it is for."""
    left = max(len(page.column_widths), *(len(each) for each in page.rows)) + 2
    area = rectangle(sheet, row, left, row, left + len(values) - 1)
    area.value = [[as_typed(v, date1904=False, quoted=may_be_misread(v)) for v in values]]
    area.font.color = "#FFFFFF"
    return area


def _put_links(sheet: Any, page: SheetContent) -> None:
    for r, row in enumerate(page.rows, start=1):
        for c, cell in enumerate(row, start=1):
            if cell.hyperlink:
                sheet.range((r, c)).add_hyperlink(f"#{cell.hyperlink}", str(cell.value), "")
