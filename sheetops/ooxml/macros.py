"""The VBA project of a workbook: one opaque part, and the content type that makes the workbook an .xlsm.

[MS-OFFMACRO2] 2.2.1 and 2.3.1: the project is related from the workbook part; the workbook part then has the
macro-enabled type. Sheets keep the code names they have, or have none; Excel names the rest when it opens the file.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from sheetops.ooxml.features import BEFORE_PROPERTIES
from sheetops.ooxml.xmltext import escape_attribute

if TYPE_CHECKING:
    from sheetops.ooxml.workbook import Workbook

_PROJECT_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_PROJECT_TYPE = "application/vnd.ms-office.vbaProject"
_STREAM = 2
_WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def code_name(book: Workbook) -> str:
    """Return the code name of the workbook, "" where it has none."""
    node = book.document.child(book.document.root, "workbookPr")
    return node.get("codeName") if node is not None else ""


def read_project(book: Workbook) -> bytes | None:
    """Return the workbook's VBA project (a compound file, [MS-OVBA]), None where it has none."""
    part = _project_part(book)
    return book.package.read(part) if part else None


def set_project(book: Workbook, project: bytes, code_name: str) -> None:
    """Give the workbook a VBA project, or another one. `code_name` is the project's module of the workbook itself."""
    part = _project_part(book)
    if part is None:
        part = posixpath.join(posixpath.dirname(book.part), "vbaProject.bin")
        book.package.add_relationship(book.part, _PROJECT_RELATION, part)
    book.package.write(part, project)
    book.package.set_content_type(part, _PROJECT_TYPE)
    if book.package.content_type(book.part) != _WORKBOOK_TYPE:
        book.package.drop_content_type(book.part)
        book.package.set_content_type(book.part, _WORKBOOK_TYPE)
    name_code(book, code_name)


def stream_names(project: bytes | None) -> frozenset[str]:
    """Return the names of the streams of a VBA project: of its modules, and "dir", "PROJECT" and so on.

    They stand in entries of 128 bytes, each at a multiple of that ([MS-CFB] 2.6.1).
    """
    if project is None:
        return frozenset()
    found = set()
    for at in range(512, len(project) - 127, 128):
        length, kind = int.from_bytes(project[at + 64 : at + 66], "little"), project[at + 66]
        if kind == _STREAM and 2 < length <= 64 and length % 2 == 0:
            found.add(project[at : at + length - 2].decode("utf-16-le", "replace"))
    return frozenset(found)


def _project_part(book: Workbook) -> str | None:
    found = [r.target for r in book.package.related(book.part, "vbaProject") if book.package.has(r.target)]
    return found[0] if found else None


def name_code(book: Workbook, code_name: str) -> None:
    """Write the code name by which the project knows the workbook (18.2.28)."""
    document = book.document
    node = document.child(document.root, "workbookPr")
    name = escape_attribute(code_name)
    if node is None:
        xml = f'<{document.prefix}workbookPr codeName="{name}"/>'
        document.insert_child(document.root, xml, BEFORE_PROPERTIES)
    elif node.get("codeName") != code_name:
        document.set_attribute(node, "codeName", code_name)
    else:
        return
    book.package.store(book.part, document)
