"""Saving: finish the parts, write a new file beside the old one, check it, and only then replace the old one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sheetops.ooxml import calculation, checking, files, opening
from sheetops.ooxml.archive import Archive, Identity
from sheetops.ooxml.errors import SaveFailed, SignedWorkbook, WorkbookChanged, WorkbookError
from sheetops.ooxml.package import Package
from sheetops.ooxml.patch import Patch
from sheetops.ooxml.refs import Range
from sheetops.ooxml.sheetxml import SheetReader
from sheetops.ooxml.writer import Packed, pack, write_archive
from sheetops.ooxml.xmltext import refuse_malformed

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet
    from sheetops.ooxml.workbook import Workbook


def save(
    book: Workbook, before_replace: Callable[[], None] | None, expect: Identity, *, break_signature: bool
) -> Package:
    """Write the workbook's changes and return the package of the new file.

    The new file is complete, flushed to disk and checked before it takes the old one's place. Raise WorkbookChanged
    when the file is no longer the one that was read, SaveFailed when the new file is not as intended; the old file
    stands in both cases. `before_replace` is called when nothing but the replacement is left to do.
    """
    if not book.edited and book.plain:
        return book.package
    _refuse_signed(book, break_signature=break_signature)
    path = book.path.resolve()
    try:
        patches, packed = _pack_sheets(book)
        changed, added = _pack_parts(book.package, packed)
        temporary = _write_beside(path, book.package, changed, added)
    except OSError as error:
        raise SaveFailed(f"{path.name} could not be written: {error}. The old file is untouched.") from error
    try:
        checking.check(temporary, book, patches, changed, added)
        files.copy_attributes(path, temporary)
        if before_replace is not None:
            before_replace()
        _compare(path, expect)
        _replace(book, temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return opening.open_package(path)


def _replace(book: Workbook, temporary: Path, path: Path) -> None:
    """Let go of the old file, which Windows asks for, and take hold of it again when it could not be replaced."""
    book.package.archive.file.close()
    try:
        files.replace(temporary, path)
    except WorkbookError:
        book.package.archive.file = path.open("rb")
        raise


def _refuse_signed(book: Workbook, *, break_signature: bool) -> None:
    signed = any(name.lower().startswith("_xmlsignatures/") for name in book.package.names())
    if signed and not break_signature:
        raise SignedWorkbook(
            f"{book.path.name} is digitally signed, and any change breaks the signature. Nothing was written. "
            "Ask its owner for an unsigned copy, or say that the signature may break (break_signature=True)."
        )


def _pack_sheets(book: Workbook) -> tuple[dict[str, Patch], dict[str, Packed]]:
    patches, packed = {}, {}
    calculation.settle(book)
    for sheet in book.edited:
        refuse_malformed(sheet.frame.text, sheet.part)
        patch = make_patch(sheet)
        _grow_dimension(sheet)
        packed[sheet.part] = pack(encoded(sheet, patch))
        patches[sheet.part] = patch
    if book.styles.changed:
        book.need_styles()
        assert book.styles_part is not None
        book.package.store(book.styles_part, book.styles.document)
    return patches, packed


def make_patch(sheet: Sheet) -> Patch:
    """Return the edits of a sheet, ready to be carried through its rows."""
    columns = sheet.column_styles()

    def column_style(column: int) -> int | None:
        return next((style for first, last, style in columns if first <= column <= last), None)

    return Patch(sheet.edits, sheet.scan.grammar, sheet.choose_style, column_style, sheet.workbook.date1904)


def encoded(sheet: Sheet, patch: Patch) -> Iterator[bytes]:
    """Yield the new bytes of a sheet part in the encoding of the old."""
    scan = sheet.scan
    yield scan.bom
    for piece in patched(sheet, patch):
        yield piece if scan.encoding == "utf-8" else piece.decode().encode(scan.encoding, "xmlcharrefreplace")


def patched(sheet: Sheet, patch: Patch) -> Iterator[bytes]:
    """Yield a sheet part in UTF-8 with its edits made."""
    reader = SheetReader(sheet.workbook.package.stream(sheet.part))
    head, tail = _frame_halves(sheet)
    opened = False
    for piece in patch.blocks(reader, sheet.scan):
        if not opened and piece:
            opened = True
            yield head
        yield piece
    if opened:
        yield tail
    else:
        yield _whole_frame(sheet, head, tail)


def _frame_halves(sheet: Sheet) -> tuple[bytes, bytes]:
    """Return the sheet's XML before its first row and after its last."""
    sheet.frame.apply()
    data = sheet.frame.child(sheet.frame.root, "sheetData")
    assert data is not None
    text = sheet.frame.text
    return text[: data.open_end].encode(), text[data.close_start :].encode()


def _whole_frame(sheet: Sheet, head: bytes, tail: bytes) -> bytes:
    """Return a sheet without rows, its sheetData closed the way it was."""
    if not sheet.scan.frame.self_closed:
        return head + tail
    close = b"</" + sheet.scan.frame.prefix + b"sheetData>"
    return head[:-1] + b"/>" + tail.removeprefix(close)


def _grow_dimension(sheet: Sheet) -> None:
    """Let the sheet's <dimension>, where it has one, reach over the cells that were added (18.3.1.35)."""
    node = sheet.frame.child(sheet.frame.root, "dimension")
    if node is None or not sheet.edits:
        return
    try:
        old = Range.parse(node.get("ref"))
    except ValueError:
        return
    if old.last_row < sheet.scan.max_row or old.last_column < sheet.scan.max_column:
        return  # it was wrong before; readers that minded would have minded then
    places = [
        (row, column)
        for row, cells in sheet.edits.items()
        for column in cells
        if not old.contains(row, column) and not sheet.stores(row, column)
    ]
    rows, columns = [old.first_row, old.last_row], [old.first_column, old.last_column]
    rows += [row for row, _ in places]
    columns += [column for _, column in places]
    new = Range(min(rows), min(columns), max(rows), max(columns))
    if new != old:
        sheet.frame.set_attribute(node, "ref", str(new))


def _pack_parts(package: Package, sheets: dict[str, Packed]) -> tuple[dict[str, Packed], dict[str, Packed]]:
    """Return (changed, added) by zip name: the patched sheets and every other part that was changed."""
    changed, added = {}, {}
    parts = {name: pack([data]) for name, data in package.changed.items()} | sheets
    for name, packed in parts.items():
        member = package.member(name)
        if member is None:
            added[name] = packed
        else:
            changed[member.name] = packed
    return changed, added


def _write_beside(path: Path, package: Package, changed: dict[str, Packed], added: dict[str, Packed]) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
    removed = {member.name for part in package.removed if (member := package.member(part))}
    try:
        with os.fdopen(handle, "wb") as out:
            write_archive(package.archive, out, changed, removed, added)
            _flush(out)
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _flush(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _compare(path: Path, expect: Identity) -> None:
    try:
        with path.open("rb") as file:
            now: Identity | None = Archive(file).identity()
    except (OSError, WorkbookError):
        now = None
    if now != expect:
        raise WorkbookChanged(
            f"{path.name} was changed by someone else after it was read. It was not written, and the other change "
            "stands. Run again: the file will be read anew."
        )
