"""Adding to a sheet what is not a cell: drop-downs, conditional formats, links; and names to the workbook.

Each goes where the schema wants it, beside what is there (ECMA-376 part 1, 18.3.1.99 gives the order).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sheetops.ooxml.errors import CellRefused
from sheetops.ooxml.refs import Range, parse_ranges
from sheetops.ooxml.xmltext import escape_attribute, escape_text

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet
    from sheetops.ooxml.workbook import Workbook

LITERAL_LIMIT = 255

ORDER = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing", "legacyDrawing",
]  # fmt: skip
BEFORE_PROPERTIES = ["fileVersion", "fileSharing"]
_BEFORE_NAMES = [*BEFORE_PROPERTIES, "workbookPr", "workbookProtection", "bookViews", "sheets",
                 "functionGroups", "externalReferences"]  # fmt: skip


def upto(name: str) -> list[str]:
    """Return the worksheet's child elements that may stand before or beside one of that name."""
    return ORDER[: ORDER.index(name) + 1]


def insert(sheet: Sheet, name: str, xml: str) -> None:
    """Put an element into the sheet where the schema wants it."""
    sheet.frame.insert_child(sheet.frame.root, xml, upto(name))
    sheet.frame.apply()
    sheet.frame_changed = True


def insert_into(sheet: Sheet, group: str, xml: str, *, counted: bool) -> None:
    """Put an element at the end of a group such as dataValidations, opening the group when there is none."""
    frame, p = sheet.frame, sheet.frame.prefix
    node = frame.child(frame.root, group)
    if node is None:
        count = ' count="1"' if counted else ""
        insert(sheet, group, f"<{p}{group}{count}>{xml}</{p}{group}>")
        return
    if counted:
        frame.set_attribute(node, "count", str(len(node.children) + 1))
    frame.append(node, xml)
    frame.apply()
    sheet.frame_changed = True


def add_list(sheet: Sheet, where: str, source: Sequence[str] | str, prompt: str = "") -> None:
    """Give cells a drop-down of texts, or of a range such as 'Lists!$A$1:$A$9' (18.3.1.32).

    Raise CellRefused where another validation stands, or when the texts do not fit into a validation.
    """
    area, p = Range.parse(where), sheet.frame.prefix
    group = sheet.frame.child(sheet.frame.root, "dataValidations")
    for node in group.children if group else []:
        if any(area.overlaps(other) for other in parse_ranges(node.get("sqref"))):
            raise CellRefused(
                f"{sheet.name}!{node.get('sqref')} has a validation already. It was left as it is."
            )
    formula = source if isinstance(source, str) else literal_list(source)
    if formula is None:
        raise CellRefused(
            f"The choices are longer than {LITERAL_LIMIT} characters or contain a comma. Nothing was added. Put them "
            "in cells and give their range."
        )
    insert_into(sheet, "dataValidations", list_validation(area, formula, prompt, p), counted=True)


def literal_list(values: Sequence[str]) -> str | None:
    """Return texts as the formula of a validation, None when they cannot be written so."""
    text = ",".join(values)
    if len(text) > LITERAL_LIMIT or any(
        "," in value or '"' in value or value != value.strip() for value in values
    ):
        return None
    return f'"{text}"'


def list_validation(area: Range, formula: str, prompt: str, p: str) -> str:
    shown = f' showInputMessage="1" prompt="{escape_attribute(prompt[:255])}"' if prompt else ""
    return (
        f'<{p}dataValidation type="list" allowBlank="1"{shown} showErrorMessage="1" sqref="{area}">'
        f"<{p}formula1>{escape_text(formula)}</{p}formula1></{p}dataValidation>"
    )


def add_conditional_format(sheet: Sheet, where: str, formula: str, fill: str) -> None:
    """Fill cells with a colour ('RRGGBB') where a formula, written for the first of them, is true (18.3.1.18)."""
    book, p = sheet.workbook, sheet.frame.prefix
    book.need_styles()
    s = book.styles.document.prefix
    pattern = f'<{s}patternFill><{s}bgColor rgb="FF{fill}"/></{s}patternFill>'
    style = book.styles.append("dxfs", f"<{s}dxf><{s}fill>{pattern}</{s}fill></{s}dxf>")
    rules = [node.get("priority") for node in sheet.frame.root.walk() if node.local == "cfRule"]
    priority = max((int(n) for n in rules if n.isdecimal()), default=0) + 1
    rule = f'<{p}cfRule type="expression" dxfId="{style}" priority="{priority}">'
    rule += f"<{p}formula>{escape_text(formula)}</{p}formula></{p}cfRule>"
    name = f"{p}conditionalFormatting"
    insert(sheet, "conditionalFormatting", f'<{name} sqref="{Range.parse(where)}">{rule}</{name}>')


def add_hyperlink(sheet: Sheet, ref: str, *, location: str | None = None, url: str | None = None) -> None:
    """Link a cell to a place in the workbook ("'Cases'!D17") or to an address; a link it has is replaced (18.3.1.47)."""
    frame, p = sheet.frame, sheet.frame.prefix
    group = frame.child(frame.root, "hyperlinks")
    for node in group.children if group else []:
        if node.get("ref") == ref:
            frame.remove(node)
    frame.apply()
    attrs = f' location="{escape_attribute(location)}"' if location else ""
    if url:
        identifier = sheet.workbook.package.add_relationship(sheet.part, "hyperlink", url, external=True)
        attrs += f" {relationship_attribute(sheet.workbook, identifier)}"
    insert_into(sheet, "hyperlinks", f'<{p}hyperlink ref="{Range.parse(ref)}"{attrs}/>', counted=False)


def relationship_attribute(book: Workbook, identifier: str) -> str:
    """Return an r:id attribute with its namespace, which not every sheet declares at its root."""
    strict = book.namespace.startswith("http://purl.oclc.org")
    base = "http://purl.oclc.org/ooxml" if strict else "http://schemas.openxmlformats.org"
    tail = "officeDocument/relationships" if strict else "officeDocument/2006/relationships"
    return f'xmlns:r="{base}/{tail}" r:id="{identifier}"'


def set_name(book: Workbook, name: str, refers_to: str) -> None:
    """Add a defined name for the whole workbook, or let one mean something else (18.2.5)."""
    document, p = book.document, book.document.prefix
    group = document.child(document.root, "definedNames")
    nodes = document.children(group, "definedName") if group else []
    same = [n for n in nodes if n.get("name").casefold() == name.casefold() and not n.get("localSheetId")]
    xml = f'<{p}definedName name="{escape_attribute(name)}">{escape_text(refers_to)}</{p}definedName>'
    if same:
        document.splice(same[0].start, same[0].end, xml)
    elif group is not None:
        document.append(group, xml)
    else:
        document.insert_child(document.root, f"<{p}definedNames>{xml}</{p}definedNames>", _BEFORE_NAMES)
    book.package.store(book.part, document)
