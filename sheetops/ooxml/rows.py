"""The height of a row, set in the sheet's XML as a whole: meant for small sheets, such as a program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetops.ooxml.workbook import Workbook


def set_height(book: Workbook, name: str, row: int, points: float) -> None:
    """Give a row a height (18.3.1.73), adding the row where the sheet does not store it."""
    part = book[name].part
    document = book.package.document(part)
    data = document.child(document.root, "sheetData")
    assert data is not None
    height = {"ht": f"{points:g}", "customHeight": "1"}
    nodes = [node for node in document.children(data, "row") if node.get("r").isdecimal()]
    same = next((node for node in nodes if int(node.get("r")) == row), None)
    later = next((node for node in nodes if int(node.get("r")) > row), None)
    new = f'<{document.prefix}row r="{row}" ht="{points:g}" customHeight="1"/>'
    if same is not None:
        document.set_attributes(same, dict(height))
    elif later is not None:
        document.splice(later.start, later.start, new)
    else:
        document.append(data, new)
    book.package.store(part, document)
    book.forget(name)
