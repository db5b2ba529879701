"""The check of a finished file before it replaces the old one: its parts, their bytes, and the touched cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from sheetops.ooxml.archive import Archive, Member
from sheetops.ooxml.errors import BrokenWorkbook, SaveFailed
from sheetops.ooxml.package import Package
from sheetops.ooxml.patch import Patch
from sheetops.ooxml.reading import CellReader
from sheetops.ooxml.refs import cell_name
from sheetops.ooxml.sheetxml import Block, RowSpan, SheetReader, blank_opaque
from sheetops.ooxml.values import same
from sheetops.ooxml.writer import Packed

if TYPE_CHECKING:
    from sheetops.ooxml.workbook import Workbook


def check(
    path: Path,
    book: Workbook,
    patches: dict[str, Patch],
    changed: dict[str, Packed],
    added: dict[str, Packed],
) -> None:
    """Raise SaveFailed unless the file at `path` is the old one with exactly the intended changes."""
    with path.open("rb") as file:
        try:
            new = Package(Archive(file))
            _check_parts(book.package, new, changed, added)
            for part in book.package.changed:
                _check_well_formed(new, part)
            for part, patch in patches.items():
                _check_cells(book, new, part, patch)
        except BrokenWorkbook as error:
            raise _failed(f"it cannot be read back ({error})") from error


def _failed(what: str) -> SaveFailed:
    return SaveFailed(
        f"The new file did not pass its check: {what}. It was thrown away and the old file is untouched. "
        "Please report this with a copy of the workbook."
    )


def _check_parts(old: Package, new: Package, changed: dict[str, Packed], added: dict[str, Packed]) -> None:
    removed = {member.name for part in old.removed if (member := old.member(part))}
    expected = [name for name in old.archive.members if name not in removed] + list(added)
    if list(new.archive.members) != expected:
        raise _failed("its list of parts is not the intended one")
    for name, member in new.archive.members.items():
        if (
            name not in changed
            and name not in added
            and _content(member) != _content(old.archive.members[name])
        ):
            raise _failed(f"part {name} changed")


def _content(member: Member) -> tuple[int, int, int, int]:
    return member.crc, member.size, member.packed, member.end - member.start


def _check_well_formed(package: Package, part: str) -> None:
    if not part.lower().endswith((".xml", ".rels")):
        return
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(package.read(part), True)
    except expat.ExpatError as error:
        raise _failed(f"part {part} is not well-formed ({error})") from error


def _check_cells(book: Workbook, package: Package, part: str, patch: Patch) -> None:
    """Read every written cell back: its XML is what was written, and its value what was asked for."""
    sheet = SheetReader(package.stream(part))
    reader = CellReader(sheet.grammar, book.styles, book.strings, book.date1904)
    rows = {row for row, _ in patch.written}
    left: dict[int, list[tuple[int, int]]] = {}
    for place in patch.written:
        left.setdefault(place[0], []).append(place)
    before = 0
    for block in sheet.blocks():
        if not _concerns(block, rows, sheet):
            continue
        for row in sheet.grammar.rows(block.view, before):
            before = row.number
            for place in left.pop(row.number, []):
                _check_cell(
                    block, row, place, _as_stored(patch.written[place], sheet.encoding), patch, reader
                )
    if left:
        raise _failed(f"row {next(iter(left))} is missing")


def _check_cell(
    block: Block, row: RowSpan, place: tuple[int, int], written: bytes, patch: Patch, reader: CellReader
) -> None:
    """Find the cell in its row: by its bytes when they hold its address, else by reading the row."""
    if b'r="%b"' % cell_name(*place).encode() in written:
        start = block.data.find(written, row.inner, row.close)
    else:
        cells = reader.grammar.cells(block.view, row)
        start = next(
            (c.start for c in cells if c.column == place[1] and block.data[c.start : c.end] == written), -1
        )
    if start < 0:
        raise _failed(f"cell {cell_name(*place)} is not what was written")
    match = reader.grammar.cell.match(blank_opaque(written))
    if match is not None:
        inner = written[match.start(2) : match.end(2)] if match[2] is not None else b""
        _check_value(patch, reader, inner, match[1], place)


def _as_stored(xml: bytes, encoding: str) -> bytes:
    """Return a cell as it reads after storing it in a part's encoding, which may lack some of its characters."""
    if encoding == "utf-8":
        return xml
    return xml.decode().encode(encoding, "xmlcharrefreplace").decode(encoding).encode()


def _concerns(block: Block, rows: set[int], sheet: SheetReader) -> bool:
    numbers = sheet.grammar.row_number.findall(block.view)
    if len(numbers) != block.view.count(sheet.grammar.row_open):
        return True
    return not rows.isdisjoint(map(int, numbers))


def _check_value(patch: Patch, reader: CellReader, data: bytes, attrs: bytes, place: tuple[int, int]) -> None:
    edit = patch.edits[place[0]][place[1]]
    if edit.raw is not None or edit.keep_value:
        return
    value = reader.value_of(attrs, data, data)
    if (
        not same(value, edit.value)
        and not (edit.formula is not None and edit.value is None)
        and not _coarser(edit.value, value)
    ):
        raise _failed(f"cell {cell_name(*place)} reads back as {value!r} instead of {edit.value!r}")


def _coarser(wanted: object, found: object) -> bool:
    """A date under a number format the caller chose reads back as its serial, or the other way round."""
    from datetime import date, time, timedelta

    temporal = date | time | timedelta
    return isinstance(wanted, temporal | int | float) and isinstance(found, temporal | int | float)
