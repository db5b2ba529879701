"""A worksheet owned by a program: written whole, put last, replaced whole."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetops.ooxml.buttons import Button, with_buttons
from sheetops.ooxml.edits import CellEdit, cell_xml, default_format
from sheetops.ooxml.errors import CellRefused
from sheetops.ooxml.features import relationship_attribute
from sheetops.ooxml.named_styles import LOOKS, named_style
from sheetops.ooxml.notes import EMPTY_DRAWING, add_drawing
from sheetops.ooxml.refs import Range, cell_name, column_letters
from sheetops.ooxml.values import Value
from sheetops.ooxml.xmltext import escape_attribute, escape_text

if TYPE_CHECKING:
    from sheetops.ooxml.workbook import Workbook

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_LITERAL_LIMIT = 255
_NAME_LIMIT = 31


@dataclass(frozen=True)
class SheetCell:
    """A cell of a program-owned sheet. `hyperlink` is a place in the workbook, such as "'Cases'!D17"."""

    value: Value = None
    style: str | None = None
    hyperlink: str | None = None


@dataclass(frozen=True)
class ListValidation:
    """A drop-down: the cells of `range` take one of `values`; `prompt` shows when one is selected."""

    range: str
    values: Sequence[str]
    prompt: str = ""


@dataclass(frozen=True)
class SheetContent:
    """All of a program-owned sheet.

    column_widths are in characters, from column A on; freeze_row is the number of rows that stay in view;
    tab_color is 'RRGGBB'; row_heights are in points by 1-based row; buttons run macros of the workbook.
    """

    rows: Sequence[Sequence[SheetCell]] = field(default_factory=list)
    column_widths: Sequence[float] = field(default_factory=list)
    freeze_row: int = 0
    validations: Sequence[ListValidation] = field(default_factory=list)
    tab_color: str | None = None
    row_heights: Mapping[int, float] = field(default_factory=dict)
    buttons: Sequence[Button] = ()


def put_sheet(book: Workbook, name: str, content: SheetContent) -> None:
    """Create the sheet or replace the whole of it. A sheet that would not change is not written."""
    _refuse_name(book, name)
    book.need_styles()
    xml = _Page(book, content).xml().encode()
    part = book.parts[name][1] if book.has_sheet(name) else ""
    if part and book.package.has(part):
        if book.package.read(part) != xml or not _has_drawing(book, part, content.buttons):
            drawing = _drawing(book, part)
            book.package.write(part, xml)
            _drop_relationships(book, part)
            _draw(book, part, content.buttons, drawing)
            book.forget(name)
        return
    part = book.package.free_name(posixpath.join(posixpath.dirname(book.part), "worksheets/sheet{}.xml"))
    book.package.write(part, xml)
    book.package.set_content_type(part, _TYPE)
    _draw(book, part, content.buttons, None)
    _list_sheet(book, name, book.package.add_relationship(book.part, "worksheet", part))
    book.add_sheet_part(name, part)


def _refuse_name(book: Workbook, name: str) -> None:
    if (
        not 0 < len(name) <= _NAME_LIMIT
        or set(name) & set("[]:*?/\\")
        or name.startswith("'")
        or name.endswith("'")
    ):
        raise CellRefused(
            f"{name!r} is no sheet name Excel allows: up to 31 characters, none of [ ] : * ? / \\."
        )
    if any(known.casefold() == name.casefold() and known != name for known in book.sheet_names):
        raise CellRefused(
            f"The workbook has a sheet {name!r} in another spelling. Nothing was written. Rename it."
        )


def _drop_relationships(book: Workbook, part: str) -> None:
    """A replaced sheet has no drawings or comments any more; what it pointed to stays in the file unused."""
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", file + ".rels")
    if book.package.has(name):
        book.package.remove(name)


def _drawing(book: Workbook, part: str) -> str | None:
    """Return the legacy drawing of a sheet that is replaced: its place is taken again, so that none piles up."""
    found = [r.target for r in book.package.related(part, "vmlDrawing") if book.package.has(r.target)]
    return found[0] if found else None


def _has_drawing(book: Workbook, part: str, buttons: Sequence[Button]) -> bool:
    drawing = _drawing(book, part)
    return not buttons or (drawing is not None and book.package.read(drawing) == _drawn(buttons))


def _draw(book: Workbook, part: str, buttons: Sequence[Button], drawing: str | None) -> None:
    if not buttons:
        return
    drawing = drawing or add_drawing(book)
    book.package.write(drawing, _drawn(buttons))
    book.package.add_relationship(part, "vmlDrawing", drawing)  # the sheet's only one: rId1


def _drawn(buttons: Sequence[Button]) -> bytes:
    return with_buttons(EMPTY_DRAWING, "of the buttons", buttons)


def _list_sheet(book: Workbook, name: str, relationship: str) -> None:
    document = book.document
    group = document.child(document.root, "sheets")
    assert group is not None
    nodes = document.children(group, "sheet")
    number = max((int(n.get("sheetId")) for n in nodes if n.get("sheetId").isdecimal()), default=0) + 1
    last = nodes[-1].attributes if nodes else {}
    id_name = next((key for key in last if key.endswith(":id")), "r:id")
    declare = "xmlns:" + id_name.partition(":")[0]
    namespace = f' {declare}="{escape_attribute(last[declare])}"' if declare in last else ""
    attrs = f'{namespace} name="{escape_attribute(name)}" sheetId="{number}" {id_name}="{relationship}"'
    xml = f"<{document.prefix}sheet{attrs}/>"
    document.append(group, xml)
    book.package.store(book.part, document)


class _Page:
    """Builds the XML of a sheet from its content (18.3.1.99 worksheet, elements in schema order)."""

    def __init__(self, book: Workbook, content: SheetContent) -> None:
        self.book, self.content = book, content
        self.rows = [list(row) for row in content.rows]
        self.width = max([len(row) for row in self.rows] + [len(content.column_widths)], default=0)
        self.lists: dict[tuple[str, ...], str] = {}

    def xml(self) -> str:
        for validation in self.content.validations:
            self._place_list(tuple(validation.values))
        namespace = escape_attribute(self.book.namespace)
        parts = [
            self._properties(),
            self._views(),
            self._columns(),
            self._data(),
            self._validations(),
            self._links(),
            '<pageSetup orientation="landscape" fitToHeight="0"/>',
            f"<legacyDrawing {relationship_attribute(self.book, 'rId1')}/>" if self.content.buttons else "",
        ]
        return (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{namespace}">'
            + "".join(parts)
            + "</worksheet>"
        )

    def _place_list(self, values: tuple[str, ...]) -> None:
        """Keep a list in the validation where it fits (18.3.1.32), else in a hidden column of the sheet."""
        literal = ",".join(values)
        if len(literal) <= _LITERAL_LIMIT and not any("," in v or '"' in v or v != v.strip() for v in values):
            self.lists[values] = f'"{literal}"'
            return
        if values in self.lists:
            return
        self.hidden_from = getattr(self, "hidden_from", self.width + 2)
        column = self.hidden_from + len(
            [formula for formula in self.lists.values() if formula.startswith("$")]
        )
        for index, value in enumerate(values):
            if index == len(self.rows):
                self.rows.append([])
            row = self.rows[index]
            row.extend([SheetCell()] * (column - 1 - len(row)))
            row.append(SheetCell(value, "muted"))
        letters = column_letters(column)
        self.lists[values] = f"${letters}$1:${letters}${len(values)}"

    def _properties(self) -> str:
        """Say the tab's colour, and that a printed page is as wide as the sheet."""
        color = self.content.tab_color
        tab = f'<tabColor rgb="FF{color.lstrip("#")[-6:].upper()}"/>' if color else ""
        return f'<sheetPr>{tab}<pageSetUpPr fitToPage="1"/></sheetPr>'

    def _views(self) -> str:
        count = self.content.freeze_row
        if not count:
            return '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        return (
            f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{count}" topLeftCell="A{count + 1}" '
            'activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
        )

    def _columns(self) -> str:
        widths = [
            f'<col min="{n}" max="{n}" width="{width:g}" customWidth="1"/>'
            for n, width in enumerate(self.content.column_widths, 1)
        ]
        hidden = len([formula for formula in self.lists.values() if formula.startswith("$")])
        if hidden:
            first = self.hidden_from
            widths.append(
                f'<col min="{first}" max="{first + hidden - 1}" width="9" hidden="1" customWidth="1"/>'
            )
        return f"<cols>{''.join(widths)}</cols>" if widths else ""

    def _data(self) -> str:
        rows = []
        for number, row in enumerate(self.rows, 1):
            cells = "".join(self._cell(number, column, cell) for column, cell in enumerate(row, 1))
            height = self._height(number, row)
            rows.append(f'<row r="{number}"{height}>{cells}</row>' if cells or height else "")
        return f"<sheetData>{''.join(rows)}</sheetData>"

    def _height(self, number: int, row: list[SheetCell]) -> str:
        """Make room for wrapped text: a reader that does not fit rows by itself would cut it off."""
        if number in self.content.row_heights:
            return f' ht="{self.content.row_heights[number]:g}" customHeight="1"'
        if any((LOOKS[cell.style or "text"].size or 0) > 11 for cell in row):
            return ' ht="21" customHeight="1"'
        lines = 1
        for cell, width in zip(row, self.content.column_widths, strict=False):
            if isinstance(cell.value, str) and LOOKS[cell.style or "text"].wrap:
                lines = max(
                    lines, sum(-(-len(part) // int(width - 1)) or 1 for part in cell.value.split("\n"))
                )
        return f' ht="{15 * min(lines, 20)}" customHeight="1"' if lines > 1 else ""

    def _cell(self, row: int, column: int, cell: SheetCell) -> str:
        if cell.value is None and cell.style is None:
            return ""
        styles = self.book.styles
        style = named_style(styles, cell.style or "text")
        if (code := default_format(cell.value)) and styles.kind(style) == "number":
            style = styles.with_number_format(style, code)
        return cell_xml(CellEdit(cell.value), (row, column), None, style, "", date1904=self.book.date1904)

    def _validations(self) -> str:
        found = "".join(self._validation(validation) for validation in self.content.validations)
        return (
            f'<dataValidations count="{len(self.content.validations)}">{found}</dataValidations>'
            if found
            else ""
        )

    def _validation(self, validation: ListValidation) -> str:
        prompt = escape_attribute(validation.prompt[:255])
        shown = f' showInputMessage="1" prompt="{prompt}"' if prompt else ""
        formula = escape_text(self.lists[tuple(validation.values)])
        return (
            f'<dataValidation type="list" allowBlank="1"{shown} showErrorMessage="1" '
            f'sqref="{Range.parse(validation.range)}"><formula1>{formula}</formula1></dataValidation>'
        )

    def _links(self) -> str:
        links = [
            f'<hyperlink ref="{cell_name(row, column)}" location="{escape_attribute(cell.hyperlink)}"/>'
            for row, cells in enumerate(self.rows, 1)
            for column, cell in enumerate(cells, 1)
            if cell.hyperlink
        ]
        return f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
