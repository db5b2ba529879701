"""Writing the zip: unchanged members raw, in their order; changed ones packed anew in their old place."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, BinaryIO

from sheetops.ooxml import deflate
from sheetops.ooxml.archive import Archive, Member
from sheetops.ooxml.errors import SaveFailed

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LIMIT = 0xFFFFFFFE
_EPOCH = 0x21  # 1 January 1980, the date Excel gives to every part
_UTF8 = 0x800


@dataclass
class Packed:
    """A part's new content, deflated; kept in memory while it is small."""

    file: IO[bytes]
    packed: int
    size: int
    crc: int


def pack(pieces: Iterable[bytes]) -> Packed:
    """Deflate a part as it is produced, so that a large one is never held whole."""
    result = Packed(tempfile.SpooledTemporaryFile(max_size=32 << 20), 0, 0, 0)  # noqa: SIM115 (closed by its owner)

    def measured() -> Iterable[bytes]:
        for piece in pieces:
            result.size += len(piece)
            result.crc = deflate.crc32(piece, result.crc)
            yield piece

    for piece in deflate.deflate(measured()):
        result.packed += len(piece)
        result.file.write(piece)
    result.file.seek(0)
    return result


def write_archive(
    archive: Archive, out: BinaryIO, changed: dict[str, Packed], removed: set[str], added: dict[str, Packed]
) -> None:
    """Write the archive to `out` with some members changed, removed or added at the end. Keys are zip names."""
    directory: list[bytes] = []
    records: dict[str, bytes] = {}
    _copy(archive, 0, archive.preamble, out)
    for member in archive.in_order():
        if member.name in removed:
            continue
        start = _offset(out)
        if member.name in changed:
            new = changed[member.name]
            _write_record(out, member.raw_name, member.flags & _UTF8, _stamp(member), new)
            records[member.name] = _changed_entry(member, new, start)
        else:
            _copy(archive, member.start, member.end, out)
            records[member.name] = _moved_entry(member, start)
    directory += [records[name] for name in archive.members if name in records]
    for name, new in added.items():
        start = _offset(out)
        raw = name.encode()
        flags = 0 if name.isascii() else _UTF8
        _write_record(out, raw, flags, (0, _EPOCH), new)
        directory.append(_entry(20, flags, (0, _EPOCH), new, raw, b"", b"", (0, 0, 0), start))
    _write_directory(archive, out, directory)


def write_unpacked(
    archive: Archive, out: BinaryIO, sheet: Member, unpack: Callable[[], None], others: list[Member]
) -> None:
    """Write a zip of one member not compressed, whose plain bytes `unpack` writes, and some others as they are."""
    stamp, name, flags = (0, _EPOCH), sheet.raw_name, sheet.flags & _UTF8
    plain = Packed(out, sheet.size, sheet.size, sheet.crc)
    sizes = sheet.crc, sheet.size, sheet.size
    out.write(_LOCAL.pack(b"PK\3\4", 20, flags, 0, *stamp, *sizes, len(name), 0) + name)
    unpack()
    directory = [_entry(20, flags, stamp, plain, name, b"", b"", (0, 0, 0), 0, method=0)]
    for member in others:
        start = _offset(out)
        _copy(archive, member.start, member.end, out)
        directory.append(_moved_entry(member, start))
    _write_directory(archive, out, directory)


def _copy(archive: Archive, start: int, end: int, out: BinaryIO) -> None:
    out.writelines(archive.raw(start, end))


def _offset(out: BinaryIO) -> int:
    if out.tell() > _LIMIT:
        raise SaveFailed(
            "The workbook would grow past 4 GB, which is not handled. The old file is untouched."
        )
    return out.tell()


def _stamp(member: Member) -> tuple[int, int]:
    fields = _CENTRAL.unpack_from(member.central)
    return fields[5], fields[6]


def _write_record(out: BinaryIO, name: bytes, flags: int, stamp: tuple[int, int], new: Packed) -> None:
    if max(new.size, new.packed) > _LIMIT:
        raise SaveFailed("A sheet would grow past 4 GB, which is not handled. The old file is untouched.")
    out.write(
        _LOCAL.pack(b"PK\3\4", 20, flags, 8, *stamp, new.crc, new.packed, new.size, len(name), 0) + name
    )
    new.file.seek(0)
    while piece := new.file.read(1 << 20):
        out.write(piece)


def _entry(
    version: int, flags: int, stamp: tuple[int, int], new: Packed, name: bytes, extra: bytes, comment: bytes,
    attributes: tuple[int, int, int], start: int, method: int = 8,
) -> bytes:  # fmt: skip
    sizes = new.crc, new.packed, new.size
    lengths = len(name), len(extra), len(comment)
    head = _CENTRAL.pack(b"PK\1\2", version, 20, flags, method, *stamp, *sizes, *lengths, *attributes, start)
    return head + name + extra + comment


def _changed_entry(member: Member, new: Packed, start: int) -> bytes:
    fields = _CENTRAL.unpack_from(member.central)
    name, extra, comment = _variable(member.central)
    attributes = fields[13], fields[14], fields[15]
    return _entry(
        fields[1],
        member.flags & _UTF8,
        _stamp(member),
        new,
        name,
        _without_zip64(extra),
        comment,
        attributes,
        start,
    )


def _moved_entry(member: Member, start: int) -> bytes:
    """Return a member's directory entry at its new place; all but the offset keeps its bytes."""
    fields = list(_CENTRAL.unpack_from(member.central))
    name, extra, comment = _variable(member.central)
    if 0xFFFFFFFF in (fields[8], fields[9], fields[16]):
        fields[8], fields[9] = member.packed, member.size
        extra = _without_zip64(extra)
        fields[11] = len(extra)
    fields[16] = start
    return _CENTRAL.pack(*fields) + name + extra + comment


def _variable(central: bytes) -> tuple[bytes, bytes, bytes]:
    fields = _CENTRAL.unpack_from(central)
    name = _CENTRAL.size + fields[10]
    extra = name + fields[11]
    return central[_CENTRAL.size : name], central[name:extra], central[extra:]


def _without_zip64(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag != 1:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept


def _write_directory(archive: Archive, out: BinaryIO, entries: list[bytes]) -> None:
    start = _offset(out)
    out.write(b"".join(entries))
    comment = archive.comment
    count = len(entries)
    if count > 0xFFFE:
        raise SaveFailed(
            "The workbook has more than 65,534 parts, which is not handled. The old file is untouched."
        )
    size = out.tell() - start
    out.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, len(comment)) + comment)
