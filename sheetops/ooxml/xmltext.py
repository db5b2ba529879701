"""A small XML part as text plus a tree of positions, so that a change is a splice.

Nothing is ever re-serialised: what is not spliced keeps its bytes, its quotes, its order and its prefixes.
The sheet's rows are too many for a tree; they are streamed in sheetxml.py.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html import unescape as unescape
from xml.parsers import expat

from sheetops.ooxml.errors import BrokenWorkbook

_TAG = re.compile(
    r"<(?:(?P<skip>!--.*?--|!\[CDATA\[.*?\]\]|\?.*?\?)>"
    r"|(?P<close>/?)(?P<name>[^\s/>!?]+)(?P<attrs>(?:[^\"'>/]+|\"[^\"]*\"|'[^']*'|/(?!>))*+)(?P<empty>/?)>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def detect_encoding(start: bytes) -> tuple[str, bytes]:
    """Return (codec name, byte order mark) of an XML part from its first bytes (XML 1.0, appendix F)."""
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name, bom
    if start.startswith(b"<\0"):
        return "utf-16-le", b""
    if start.startswith(b"\0<"):
        return "utf-16-be", b""
    declared = _DECLARED.match(start)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    return ("utf-8" if name in ("utf-8", "utf8", "us-ascii", "ascii") else name), b""


def utf8(data: bytes) -> str:
    """Return bytes of a sheet as text. Raise BrokenWorkbook when they are none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BrokenWorkbook(
            f"A sheet holds bytes that are no text ({error}). Nothing was written."
        ) from error


def refuse_malformed(text: str, part: str) -> None:
    """Raise BrokenWorkbook when a text is not well-formed XML with its namespaces declared."""
    try:
        expat.ParserCreate("utf-8", " ").Parse(text.encode(), True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise BrokenWorkbook(
            f"Part {part} is not well-formed XML ({error}). Nothing was written. Open the workbook in Excel, let it "
            "repair the file, save it, and try again."
        ) from error


def escape_text(text: str) -> str:
    return escape(text, quote=False)


def escape_attribute(text: str) -> str:
    return escape(text).replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


def attributes(text: str) -> dict[str, str]:
    """Return the attributes written in the inside of a start tag."""
    return {m[1]: unescape(m[2] if m[2] is not None else m[3]) for m in _ATTRIBUTE.finditer(text)}


def with_attribute(inside: str, name: str, value: str | None) -> str:
    """Return the inside of a start tag with one attribute set, or removed when value is None."""
    for match in _ATTRIBUTE.finditer(inside):
        if match[1] == name:
            if value is None:
                return inside[: match.start()].rstrip() + inside[match.end() :]
            quote = '"' if match[2] is not None else "'"
            return f"{inside[: match.start()]}{name}={quote}{escape_attribute(value)}{quote}{inside[match.end() :]}"
    return inside if value is None else f'{inside.rstrip()} {name}="{escape_attribute(value)}"'


@dataclass(slots=True)
class Node:
    """One element: its qualified name and where it lies. Text [start, open_end) is its start tag."""

    name: str
    inside: str
    start: int
    open_end: int
    close_start: int = -1
    end: int = -1
    children: list[Node] = field(default_factory=list)

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def attributes(self) -> dict[str, str]:
        return attributes(self.inside)

    @property
    def empty(self) -> bool:
        return self.close_start == self.open_end == self.end

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


class Document:
    """The text of one part, its positions, and the splices made so far.

    `prefix` is what its root's namespace is written with: '' or, say, 'x:'.
    Splices show in `text` and in the tree only after `apply()`.
    """

    def __init__(self, text: str, part: str = "a part", encoding: str = "utf-8", bom: bytes = b"") -> None:
        self.text, self.part, self.encoding, self.bom = text, part, encoding, bom
        self._splices: list[tuple[int, int, str]] = []
        self._parse()

    @classmethod
    def from_bytes(cls, data: bytes, part: str = "a part") -> Document:
        """Read a part's bytes. Raise BrokenWorkbook when they are no well-formed text."""
        encoding, bom = detect_encoding(data[:200])
        try:
            text = data[len(bom) :].decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise BrokenWorkbook(f"{part} is not readable text ({error}). Nothing was written.") from error
        document = cls(text, part, encoding, bom)
        refuse_malformed(text, part)
        return document

    def _parse(self) -> None:
        self.root = parse(self.text, self.part)
        self.prefix = self.root.name[: -len(self.root.local)]

    def children(self, node: Node, local: str) -> list[Node]:
        """Return the direct children of that name in the root's namespace."""
        return [child for child in node.children if child.name == self.prefix + local]

    def child(self, node: Node, local: str) -> Node | None:
        return next(iter(self.children(node, local)), None)

    def inner(self, node: Node) -> str:
        """Return the text inside an element, unescaped; meant for elements without children."""
        return unescape(self.text[node.open_end : node.close_start])

    def splice(self, start: int, end: int, new: str) -> None:
        self._splices.append((start, end, new))

    def remove(self, node: Node) -> None:
        self.splice(node.start, node.end, "")

    def set_attribute(self, node: Node, name: str, value: str | None) -> None:
        """Set one attribute; several on one element in one go need `set_attributes`."""
        self.set_attributes(node, {name: value})

    def set_attributes(self, node: Node, values: dict[str, str | None]) -> None:
        inside = node.inside
        for name, value in values.items():
            inside = with_attribute(inside, name, value)
        begin = node.start + 1 + len(node.name)
        self.splice(begin, begin + len(node.inside), inside)
        node.inside = inside

    def append(self, node: Node, xml: str) -> None:
        """Put xml behind the last child, opening an element that is written <so/>."""
        if node.empty:
            self.splice(node.end - 2, node.end, f">{xml}</{node.name}>")
        else:
            self.splice(node.close_start, node.close_start, xml)

    def insert_child(self, parent: Node, xml: str, order: list[str]) -> None:
        """Put xml into parent where the schema wants it: behind the last child named in `order`."""
        allowed = {self.prefix + name for name in order}
        earlier = [child for child in parent.children if child.name in allowed]
        if earlier:
            self.splice(earlier[-1].end, earlier[-1].end, xml)
        elif parent.empty:
            self.append(parent, xml)
        else:
            self.splice(parent.open_end, parent.open_end, xml)

    def apply(self) -> None:
        """Carry the splices out. They must not overlap; those at one place keep the order they were made in."""
        if not self._splices:
            return
        pieces, at = [], 0
        for start, end, new in sorted(self._splices, key=lambda splice: splice[:2]):
            pieces += [self.text[at:start], new]
            at = max(at, end)
        self.text = "".join([*pieces, self.text[at:]])
        self._splices = []
        self._parse()

    def to_bytes(self) -> bytes:
        self.apply()
        return self.bom + self.text.encode(self.encoding, "xmlcharrefreplace")


def parse(text: str, part: str = "a part") -> Node:
    """Return the root of a well-nested XML text. Raise BrokenWorkbook for anything else, and for a DTD."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BrokenWorkbook(f"{part} declares a document type, which no workbook does. Nothing was written.")
    top = Node("", "", 0, 0)
    stack = [top]
    for match in _TAG.finditer(text):
        if match["skip"] is not None:
            continue
        if match["close"]:
            _close(stack, match, part)
        else:
            node = Node(match["name"], match["attrs"], match.start(), match.end())
            stack[-1].children.append(node)
            if match["empty"]:
                node.close_start = node.end = match.end()
            else:
                stack.append(node)
    if len(stack) != 1 or not top.children:
        raise BrokenWorkbook(f"{part} is not well-formed XML. Nothing was written.")
    return top.children[0]


def _close(stack: list[Node], match: re.Match[str], part: str) -> None:
    node = stack.pop()
    if node.name != match["name"] or not stack:
        raise BrokenWorkbook(f"{part} is not well-formed XML: </{match['name']}>. Nothing was written.")
    node.close_start, node.end = match.start(), match.end()
