"""Cell notes (legacy comments): their text in one part, their box in a drawing of its own kind.

ECMA-376 part 1, 18.7 (comments) and part 4, 19.1 (VML). The drawing is not always well-formed XML, as Excel itself
writes <br> into it, so it is only ever added to, before its end.
"""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from sheetops.ooxml.errors import BrokenWorkbook, CellRefused
from sheetops.ooxml.features import insert, relationship_attribute
from sheetops.ooxml.refs import cell_name, parse_cell
from sheetops.ooxml.values import check_text, decode_text, encode_text
from sheetops.ooxml.xmltext import Document, Node, escape_text, unescape

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet
    from sheetops.ooxml.workbook import Workbook

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
VML = (
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_LAYOUT = '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
EMPTY_DRAWING = f"<xml{VML}>{_LAYOUT}</xml>".encode()
_BOX_TYPE = (
    f'<v:shapetype{VML} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def read_notes(sheet: Sheet) -> dict[tuple[int, int], str]:
    """Return (row, column) -> text of the notes of a sheet."""
    part = _comments_part(sheet)
    if part is None:
        return {}
    document = sheet.workbook.package.document(part)
    notes = {}
    for node in _notes(document):
        with suppress(ValueError):
            notes[parse_cell(node.get("ref"))] = _text(document, node)
    return notes


def add_note(sheet: Sheet, ref: str, text: str, author: str) -> None:
    """Put a note on a cell, replacing the note it has. Raise CellRefused where a threaded comment stands."""
    row, column = parse_cell(ref)
    check_text(text)
    if _threaded(sheet, cell_name(row, column)):
        raise CellRefused(
            f"{sheet.name}!{ref} has a threaded comment, which a note would destroy. Nothing was added. "
            "Answer the comment in Excel, or use another cell."
        )
    package = sheet.workbook.package
    part = _comments_part(sheet) or _add_comments_part(sheet)
    document = package.document(part)
    author_id = _author(document, author)
    known = [node for node in _notes(document) if node.get("ref") == cell_name(row, column)]
    p = document.prefix
    body = f'<{p}t xml:space="preserve">{encode_text(text)}</{p}t>'
    xml = f'<{p}comment ref="{cell_name(row, column)}" authorId="{author_id}"><{p}text><{p}r>{body}</{p}r></{p}text></{p}comment>'
    if known:
        document.splice(known[0].start, known[0].end, xml)
    else:
        document.append(_group(document, "commentList"), xml)
        _add_box(sheet, row, column)
    package.store(part, document)


def _comments_part(sheet: Sheet) -> str | None:
    package = sheet.workbook.package
    found = [r.target for r in package.related(sheet.part, "comments") if package.has(r.target)]
    return found[0] if found else None


def _threaded(sheet: Sheet, ref: str) -> bool:
    package = sheet.workbook.package
    parts = [r.target for r in package.related(sheet.part, "threadedComment") if package.has(r.target)]
    return any(node.get("ref") == ref for part in parts for node in package.document(part).root.children)


def _notes(document: Document) -> list[Node]:
    group = document.child(document.root, "commentList")
    return document.children(group, "comment") if group else []


def _text(document: Document, node: Node) -> str:
    texts = [child for child in node.walk() if child.name == document.prefix + "t"]
    return decode_text("".join(unescape(document.text[t.open_end : t.close_start]) for t in texts))


def _group(document: Document, name: str) -> Node:
    group = document.child(document.root, name)
    if group is None:
        raise BrokenWorkbook(f"Part {document.part} has no {name}. Nothing was written.")
    return group


def _author(document: Document, author: str) -> int:
    group = _group(document, "authors")
    names = [document.inner(node) for node in document.children(group, "author")]
    if author in names:
        return names.index(author)
    document.append(group, f"<{document.prefix}author>{escape_text(author)}</{document.prefix}author>")
    document.apply()
    return len(names)


def _add_comments_part(sheet: Sheet) -> str:
    book = sheet.workbook
    part = book.package.free_name(posixpath.join(posixpath.dirname(book.part), "comments{}.xml"))
    xml = f'<comments xmlns="{book.namespace}"><authors></authors><commentList></commentList></comments>'
    book.package.write(part, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode())
    book.package.set_content_type(part, _TYPE)
    book.package.add_relationship(sheet.part, "comments", part)
    return part


def _add_box(sheet: Sheet, row: int, column: int) -> None:
    """Add the box of a note to the sheet's legacy drawing."""
    package = sheet.workbook.package
    part = drawing_part(sheet) or new_drawing(sheet)
    data = package.read(part)
    end = data.rfind(b"</xml>")
    if end < 0:
        raise BrokenWorkbook(f"Part {part} is no drawing that a note can be added to. Nothing was written.")
    numbers = [int(n) for n in re.findall(rb"_x0000_s(\d+)", data)]
    box = _box(max([1024, *numbers]) + 1, row, column)
    if b'"_x0000_t202"' not in data:
        box = _BOX_TYPE + box
    package.write(part, data[:end] + box.encode() + data[end:])


def drawing_part(sheet: Sheet) -> str | None:
    """Return the name of the sheet's legacy drawing, None where it has none."""
    node = sheet.frame.child(sheet.frame.root, "legacyDrawing")
    if node is None:
        return None
    identifier = next((v for k, v in node.attributes.items() if k.rpartition(":")[2] == "id"), "")
    found = [r for r in sheet.workbook.package.relationships(sheet.part) if r.id == identifier]
    return found[0].target if found else None


def new_drawing(sheet: Sheet) -> str:
    """Give a sheet that has none a legacy drawing, empty, and return its name."""
    part = add_drawing(sheet.workbook)
    identifier = sheet.workbook.package.add_relationship(sheet.part, "vmlDrawing", part)
    link = relationship_attribute(sheet.workbook, identifier)
    insert(sheet, "legacyDrawing", f"<{sheet.frame.prefix}legacyDrawing {link}/>")
    return part


def add_drawing(book: Workbook) -> str:
    """Add an empty legacy drawing to the package, which nothing points to yet, and return its name."""
    part = book.package.free_name(posixpath.join(posixpath.dirname(book.part), "drawings/vmlDrawing{}.vml"))
    book.package.write(part, EMPTY_DRAWING)
    book.package.set_default_type("vml", _VML_TYPE)
    return part


def _box(number: int, row: int, column: int) -> str:
    anchor = f"{column}, 15, {max(row - 2, 0)}, 10, {column + 2}, 15, {row + 3}, 4"
    return (
        f'<v:shape{VML} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )
