"""Custom document properties (ECMA-376 part 1, 22.3): where a program leaves its stamp."""

from __future__ import annotations

import re

from sheetops.ooxml.package import Package
from sheetops.ooxml.xmltext import Document, Node, escape_attribute, escape_text, unescape

_PART = "docProps/custom.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_STRICT_VT = "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"
_VT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    f'xmlns:vt="{_VT}"></Properties>'
)
_CORE = re.compile(r"<(?:[\w.-]+:)?(\w+)(?:\s[^>]*)?>([^<]*)</")
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def read(package: Package) -> dict[str, str]:
    """Return the custom properties as text, whatever their types are."""
    part = _part(package)
    if part is None:
        return {}
    document = package.document(part)
    return {node.get("name"): _text(document, node) for node in document.children(document.root, "property")}


def read_core(package: Package) -> dict[str, str]:
    """Return the core properties by their names, such as lastModifiedBy (ECMA-376 part 2, 11)."""
    found = [r.target for r in package.related("", "core-properties") if package.has(r.target)]
    if not found:
        return {}
    try:
        text = package.read(found[0]).decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}
    return {match[1]: unescape(match[2]).strip() for match in _CORE.finditer(text)}


def write(package: Package, name: str, value: str) -> None:
    """Set a custom property to a text, adding the part when the file has none."""
    part = _part(package) or _add_part(package)
    document = package.document(part)
    nodes = document.children(document.root, "property")
    same = [node for node in nodes if node.get("name") == name]
    if same and _text(document, same[0]) == value:
        return
    numbers = [int(node.get("pid")) for node in nodes if node.get("pid").isdecimal()]
    number = same[0].get("pid") if same else str(max([1, *numbers]) + 1)
    tag, types = document.prefix + "property", _STRICT_VT if "purl.oclc.org" in document.text[:2000] else _VT
    xml = (
        f'<{tag} fmtid="{_FORMAT_ID}" pid="{number}" name="{escape_attribute(name)}">'
        f'<vt:lpwstr xmlns:vt="{types}">{escape_text(value)}</vt:lpwstr></{tag}>'
    )
    if same:
        document.splice(same[0].start, same[0].end, xml)
    else:
        document.append(document.root, xml)
    package.store(part, document)


def _part(package: Package) -> str | None:
    found = [r.target for r in package.related("", "custom-properties") if package.has(r.target)]
    return found[0] if found else None


def _add_part(package: Package) -> str:
    part = _PART if not package.has(_PART) else package.free_name("docProps/custom{}.xml")
    package.write(part, _EMPTY.encode())
    package.set_content_type(part, _TYPE)
    package.add_relationship("", "custom-properties", part)
    return part


def _text(document: Document, node: Node) -> str:
    return document.inner(node.children[0]) if node.children else ""
