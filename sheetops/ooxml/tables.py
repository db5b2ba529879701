"""Excel tables (ListObjects): reading them, and letting them grow (ECMA-376 part 1, 18.5)."""

from __future__ import annotations

from dataclasses import dataclass

from sheetops.ooxml.errors import BrokenWorkbook
from sheetops.ooxml.package import Package
from sheetops.ooxml.refs import Range, parse_ranges
from sheetops.ooxml.values import decode_text
from sheetops.ooxml.xmltext import Document, Node, escape_attribute


@dataclass(frozen=True)
class Table:
    """A table of a sheet. `header_row` is None when its header is hidden; `totals_row` None when it has none."""

    name: str
    ref: Range
    header_row: int | None
    columns: list[str]
    totals_row: int | None
    part: str = ""

    @property
    def first_data_row(self) -> int:
        return self.ref.first_row + (self.header_row is not None)

    @property
    def last_data_row(self) -> int:
        return self.ref.last_row - (self.totals_row is not None)


def read_tables(package: Package, sheet_part: str) -> list[Table]:
    """Return the tables of a sheet, in the order of its relationships."""
    parts = [r.target for r in package.related(sheet_part, "table") if package.has(r.target)]
    return [read_table(package.document(part), part) for part in parts]


def read_table(document: Document, part: str) -> Table:
    values = document.root.attributes
    ref = next(iter(parse_ranges(values.get("ref", ""))), None)
    if ref is None:
        raise BrokenWorkbook(f"Table part {part} does not say where the table is. Nothing was written.")
    headers = _count(values.get("headerRowCount", "1"))
    totals = _count(values.get("totalsRowCount", "0"))
    return Table(
        values.get("displayName") or values.get("name", ""),
        ref,
        ref.first_row if headers else None,
        [decode_text(node.get("name")) for node in columns(document)],
        ref.last_row if totals else None,
        part,
    )


def pivot_ranges(package: Package, sheet_part: str) -> list[Range]:
    """Return where the pivot tables of a sheet lie (18.10.1.49)."""
    found = []
    for relationship in package.related(sheet_part, "pivotTable"):
        if package.has(relationship.target):
            document = package.document(relationship.target)
            location = document.child(document.root, "location")
            found += parse_ranges(location.get("ref")) if location else []
    return found


def columns(document: Document) -> list[Node]:
    group = document.child(document.root, "tableColumns")
    return document.children(group, "tableColumn") if group else []


def column_formulas(document: Document) -> dict[int, str]:
    """Return the calculated columns of a table: position in the table, counted from 0 -> formula."""
    formulas = {}
    for index, node in enumerate(columns(document)):
        formula = document.child(node, "calculatedColumnFormula")
        if formula is not None and formula.get("array") not in ("1", "true"):
            formulas[index] = document.inner(formula)
    return formulas


def grow_rows(document: Document, last_row: int) -> None:
    """Let a table, its filter and its sort state reach down to a row."""
    totals = _count(document.root.get("totalsRowCount", "0"))
    ref = Range.parse(document.root.get("ref"))
    old_last_data = ref.last_row - totals
    document.set_attribute(document.root, "ref", str(ref._replace(last_row=last_row + totals)))
    for node in document.root.children:
        if node.local in ("autoFilter", "sortState") and node.get("ref"):
            inner = Range.parse(node.get("ref"))
            if inner.last_row == old_last_data:
                document.set_attribute(node, "ref", str(inner._replace(last_row=last_row)))
    document.apply()


def grow_columns(document: Document, header: str) -> None:
    """Add a column at the right edge of a table. The header is the table column's name."""
    ref = Range.parse(document.root.get("ref"))
    group = document.child(document.root, "tableColumns")
    assert group is not None
    nodes = document.children(group, "tableColumn")
    new_id = max((_count(node.get("id")) for node in nodes), default=0) + 1
    name = escape_attribute(header).replace("&#10;", "_x000a_")
    document.append(group, f'<{document.prefix}tableColumn id="{new_id}" name="{name}"/>')
    document.set_attribute(group, "count", str(len(nodes) + 1))
    document.set_attribute(document.root, "ref", str(ref._replace(last_column=ref.last_column + 1)))
    auto_filter = document.child(document.root, "autoFilter")
    if auto_filter is not None and auto_filter.get("ref"):
        inner = Range.parse(auto_filter.get("ref"))
        if inner.last_column == ref.last_column:
            document.set_attribute(auto_filter, "ref", str(inner._replace(last_column=ref.last_column + 1)))
    document.apply()


def _count(text: str) -> int:
    return int(text) if text.isdecimal() else 0
