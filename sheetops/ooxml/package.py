"""The package: parts, their types and how they point to each other (ECMA-376 part 2).

Changes are kept here as new bytes per part until the file is saved.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from sheetops.ooxml.archive import Archive, Member
from sheetops.ooxml.errors import BrokenWorkbook
from sheetops.ooxml.sheetxml import as_utf8
from sheetops.ooxml.xmltext import Document, escape_attribute

_CONTENT_TYPES = "[Content_Types].xml"
_EMPTY_RELATIONSHIPS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


@dataclass(frozen=True)
class Relationship:
    """One arrow from a part: `target` is a part name, or an address when external."""

    id: str
    type: str
    target: str
    external: bool

    def is_a(self, kind: str) -> bool:
        """Tell whether the type ends in kind; transitional and strict files differ only before it."""
        return self.type.rpartition("/")[2] == kind


class Package:
    """Parts by name ('xl/workbook.xml'), read from an archive and overlaid with changes."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.changed: dict[str, bytes] = {}
        self.removed: set[str] = set()
        self._members = _by_part_name(archive)
        self._documents: dict[str, Document] = {}

    def names(self) -> list[str]:
        old = [
            name
            for name in (self.part_name(m.name) for m in self._members.values())
            if name not in self.removed
        ]
        return old + [name for name in self.changed if self.member(name) is None]

    @staticmethod
    def part_name(raw: str) -> str:
        return raw.replace("\\", "/").lstrip("/")

    def member(self, name: str) -> Member | None:
        """Return the zip member of a part; names compare without regard to case (part 2, 6.2.2.3)."""
        return self._members.get(name.lower())

    def has(self, name: str) -> bool:
        return name not in self.removed and (name in self.changed or self.member(name) is not None)

    def read(self, name: str) -> bytes:
        if name in self.changed:
            return self.changed[name]
        member = self.member(name)
        if member is None or name in self.removed:
            raise BrokenWorkbook(f"Part {name} is missing from the workbook. Nothing was written.")
        return self.archive.read(member)

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes without holding them all."""
        member = self.member(name)
        if name in self.changed or member is None:
            return iter([self.read(name)])
        return self.archive.stream(member)

    def utf8(self, name: str) -> bytes:
        """Return a part's bytes in UTF-8, whatever it is stored in."""
        return b"".join(as_utf8([self.read(name)])[2])

    def write(self, name: str, data: bytes) -> None:
        self.changed[name] = data
        self.removed.discard(name)
        self._documents.pop(name, None)

    def remove(self, name: str) -> None:
        self.removed.add(name)
        self.changed.pop(name, None)
        self._documents.pop(name, None)

    def document(self, name: str) -> Document:
        """Return a small part as a Document. Hand it to `store` after changing it."""
        if name not in self._documents:
            self._documents[name] = Document.from_bytes(self.read(name), name)
        return self._documents[name]

    def store(self, name: str, document: Document) -> None:
        data = document.to_bytes()
        self.write(name, data)
        self._documents[name] = document

    def relationships(self, part: str) -> list[Relationship]:
        """Return the arrows that start at a part ('' for the package itself)."""
        name = relationships_name(part)
        if not self.has(name):
            return []
        nodes = [n for n in self.document(name).root.children if n.local == "Relationship"]
        return [_relationship(node.attributes, part) for node in nodes]

    def related(self, part: str, kind: str) -> list[Relationship]:
        return [r for r in self.relationships(part) if r.is_a(kind) and not r.external]

    def add_relationship(self, part: str, kind: str, target: str, *, external: bool = False) -> str:
        """Add an arrow of a type like the package's own kinds; return its id."""
        name = relationships_name(part)
        if not self.has(name):
            self.write(name, _EMPTY_RELATIONSHIPS)
        document = self.document(name)
        taken = {node.get("Id") for node in document.root.children}
        new = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        where = target if external else "/" + target
        mode = ' TargetMode="External"' if external else ""
        type_ = escape_attribute(self._type_of(kind))
        xml = f'<{document.prefix}Relationship Id="{new}" Type="{type_}" Target="{escape_attribute(where)}"{mode}/>'
        document.append(document.root, xml)
        self.store(name, document)
        return new

    def remove_relationship(self, part: str, identifier: str) -> None:
        document = self.document(relationships_name(part))
        for node in document.root.children:
            if node.get("Id") == identifier:
                document.remove(node)
        self.store(relationships_name(part), document)

    def content_type(self, part: str) -> str:
        root = self.document(_CONTENT_TYPES).root
        wanted, extension = "/" + part.lower(), part.rpartition(".")[2].lower()
        for node in root.children:
            if node.local == "Override" and node.get("PartName").replace("\\", "/").lower() == wanted:
                return node.get("ContentType")
        for node in root.children:
            if node.local == "Default" and node.get("Extension").lower() == extension:
                return node.get("ContentType")
        return ""

    def set_content_type(self, part: str, content_type: str) -> None:
        """Declare a part's type by an Override, unless that is its type already."""
        if self.content_type(part) == content_type:
            return
        document = self.document(_CONTENT_TYPES)
        name = escape_attribute("/" + part)
        xml = f'<{document.prefix}Override PartName="{name}" ContentType="{escape_attribute(content_type)}"/>'
        document.append(document.root, xml)
        self.store(_CONTENT_TYPES, document)

    def set_default_type(self, extension: str, content_type: str) -> None:
        """Declare the type of all parts with an extension, unless one is declared."""
        document = self.document(_CONTENT_TYPES)
        for node in document.root.children:
            if node.local == "Default" and node.get("Extension").lower() == extension:
                return
        xml = f'<{document.prefix}Default Extension="{extension}" ContentType="{content_type}"/>'
        if document.root.empty:
            document.append(document.root, xml)
        else:
            document.splice(document.root.open_end, document.root.open_end, xml)
        self.store(_CONTENT_TYPES, document)

    def drop_content_type(self, part: str) -> None:
        document = self.document(_CONTENT_TYPES)
        for node in document.root.children:
            if node.local == "Override" and node.get("PartName").lower() == "/" + part.lower():
                document.remove(node)
        self.store(_CONTENT_TYPES, document)

    def free_name(self, pattern: str) -> str:
        """Return the first unused name of a pattern such as 'xl/worksheets/sheet{}.xml'."""
        return next(name for n in range(1, 100_000) if not self.has(name := pattern.format(n)))

    def _type_of(self, kind: str) -> str:
        """Write a relationship type the way this package does: strict files have their own base."""
        if kind.startswith("http"):
            return kind
        roots = [r.type for r in self.relationships("") if r.is_a("officeDocument")]
        base = roots[0].rpartition("/")[0] if roots else ""
        return f"{base or 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'}/{kind}"


def relationships_name(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def _relationship(attributes: dict[str, str], source: str) -> Relationship:
    target = attributes.get("Target", "")
    external = attributes.get("TargetMode", "") == "External"
    if not external:
        target = _resolve(target, source)
    return Relationship(attributes.get("Id", ""), attributes.get("Type", ""), target, external)


def _resolve(target: str, source: str) -> str:
    """Return the part a target means: absolute, relative to its source, or with backslashes (seen in the wild)."""
    path = unquote(target.replace("\\", "/"))
    if path.startswith("/"):
        return posixpath.normpath(path).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), path)).lstrip("/")


def _by_part_name(archive: Archive) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for member in archive.members.values():
        name = Package.part_name(member.name).lower()
        if name.endswith("/"):
            continue
        if name in members:
            raise BrokenWorkbook(f"Part {member.name} is in the file twice. Nothing was written.")
        members[name] = member
    return members
