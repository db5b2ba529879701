"""The zip container, read so that a member can be copied without being recompressed.

The standard library's zipfile cannot copy a member raw, so the directory is read here
(PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.14-16, 4.5.3).
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sheetops.ooxml import deflate
from sheetops.ooxml.errors import BrokenWorkbook, EncryptedWorkbook

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_BIG = 0xFFFFFFFF

# A sheet of empty styled rows packs about 200 : 1; a bomb about 1000 : 1.
_BOMB_SIZE, _BOMB_RATIO = 64 << 20, 400
_PART_LIMIT = 1 << 30


@dataclass(frozen=True)
class Member:
    """One entry of the zip directory; start..end is its local record, data descriptor included."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    end: int
    central: bytes


@dataclass(frozen=True)
class Identity:
    """What a file was when it was read: compare before replacing it.

    sha256 is of the zip's central directory, which holds the checksum of every part.
    """

    size: int
    mtime_ns: int
    sha256: str


class Archive:
    """An open zip: its members in directory order, and their bytes raw or inflated."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = os.fstat(file.fileno()).st_size
        self.directory, self.trailer, self.shift = _find_directory(file, self.size)
        end = self.size - len(self.trailer) - len(self.directory)
        self.members = _read_members(self.directory, self.shift, end)
        self.preamble = min((m.start for m in self.members.values()), default=0)

    @property
    def comment(self) -> bytes:
        """Return the zip's own comment."""
        return self.trailer[self.trailer.rfind(b"PK\5\6") + _END.size :]

    def identity(self) -> Identity:
        """Return what the open file is."""
        stat = os.fstat(self.file.fileno())
        digest = hashlib.sha256(self.directory + self.trailer).hexdigest()
        return Identity(stat.st_size, stat.st_mtime_ns, digest)

    def in_order(self) -> list[Member]:
        """Return the members in the order in which their records lie in the file."""
        return sorted(self.members.values(), key=lambda member: member.start)

    def raw(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the file's own bytes from start to end."""
        self.file.seek(start)
        left = end - start
        while left > 0:
            piece = self.file.read(min(left, 1 << 20))
            if not piece:
                raise BrokenWorkbook("The file ends in the middle of a part. Nothing was written.")
            left -= len(piece)
            yield piece

    def stream(self, member: Member) -> Iterator[bytes]:
        """Yield a member's plain bytes, checking size and checksum at the end."""
        _refuse_bomb(member)
        pieces = self._packed(member)
        plain = deflate.inflate(pieces) if member.method == 8 else pieces
        size = crc = 0
        try:
            for piece in plain:
                size += len(piece)
                crc = deflate.crc32(piece, crc)
                if size > member.size:
                    raise _damaged(member, "is longer than the zip directory says")
                yield piece
        except deflate.InflateError as error:
            raise _damaged(member, f"cannot be unpacked ({error})") from error
        if size != member.size or crc != member.crc:
            raise _damaged(member, "does not match its checksum")

    def read(self, member: Member) -> bytes:
        """Return a member's plain bytes; meant for the small parts."""
        if member.size > _PART_LIMIT:
            raise _damaged(member, f"would unpack to {member.size >> 20} MB, more than is handled")
        return b"".join(self.stream(member))

    def _packed(self, member: Member) -> Iterator[bytes]:
        self.file.seek(member.start)
        head = self.file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
            raise _damaged(member, "is not where the zip directory says")
        fields = _LOCAL.unpack(head)
        position = member.start + _LOCAL.size + fields[9] + fields[10]
        left = member.packed
        # Another stream may move the file position between two pieces, so every piece seeks.
        while left > 0:
            self.file.seek(position)
            piece = self.file.read(min(left, deflate.PIECE))
            if not piece:
                raise _damaged(member, "is cut off")
            position += len(piece)
            left -= len(piece)
            yield piece


def _damaged(member: Member, what: str) -> BrokenWorkbook:
    return BrokenWorkbook(
        f"Part {member.name} {what}: the workbook is damaged. Nothing was written. "
        "Open it in Excel, let Excel repair it, save it, and try again."
    )


def _refuse_bomb(member: Member) -> None:
    if member.size > _BOMB_SIZE and member.size > _BOMB_RATIO * max(member.packed, 1):
        raise _damaged(member, f"would grow {member.size // max(member.packed, 1)}-fold when unpacked")
    if member.flags & 1:
        raise EncryptedWorkbook(
            "The parts of this workbook are encrypted by a zip password. Nothing was written. "
            "Save it without a password and try again."
        )
    if member.method not in (0, 8):
        raise _damaged(member, f"is packed by method {member.method}, which Excel does not use either")


def _find_directory(file: BinaryIO, size: int) -> tuple[bytes, bytes, int]:
    """Return the central directory, everything behind it, and how far offsets are shifted."""
    tail_size = min(size, 22 + 65_535)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        raise BrokenWorkbook(
            "The end of the file is missing: it is cut off, still being copied, or no workbook. "
            "Nothing was written. Wait for the copy to finish or fetch the file again."
        )
    fields = _END.unpack_from(tail, at)
    length, offset, end = fields[5], fields[6], size - tail_size + at
    if _BIG in (length, offset) or fields[4] == 0xFFFF:
        length, offset, end = _zip64_directory(file, end, length, offset)
    start = end - length
    if start < 0 or offset > start:
        raise BrokenWorkbook("The zip directory of this file is damaged. Nothing was written.")
    file.seek(start)
    directory = file.read(length)
    return directory, file.read(size - end), start - offset


def _zip64_directory(file: BinaryIO, end: int, length: int, offset: int) -> tuple[int, int, int]:
    file.seek(max(end - 20, 0))
    locator = file.read(20)
    if locator[:4] != b"PK\6\7":
        return length, offset, end
    file.seek(max(end - 20 - _END64.size, 0))
    record = file.read(_END64.size)
    if record[:4] != b"PK\6\6":
        raise BrokenWorkbook("The zip64 directory of this file is damaged. Nothing was written.")
    fields = _END64.unpack(record)
    return fields[8], fields[9], end - 20 - _END64.size


def _read_members(directory: bytes, shift: int, limit: int) -> dict[str, Member]:
    entries, at = [], 0
    while at + _CENTRAL.size <= len(directory) and directory[at : at + 4] == b"PK\1\2":
        fields = _CENTRAL.unpack_from(directory, at)
        end = at + _CENTRAL.size + sum(fields[10:13])
        entries.append((fields, directory[at:end]))
        at = end
    found = [_member(fields, central, shift) for fields, central in entries]
    return _with_ends(found, limit)


def _with_ends(found: list[Member], directory_start: int) -> dict[str, Member]:
    """Let every record reach to the next one, so that data descriptors and gaps are copied too."""
    starts = sorted({member.start for member in found})
    following = dict(zip(starts, [*starts[1:], directory_start], strict=True))
    members: dict[str, Member] = {}
    for member in found:
        if member.name in members or following[member.start] < member.start + _LOCAL.size + member.packed:
            raise BrokenWorkbook(
                f"Part {member.name} is in the file twice, or overlaps another. Excel would not open it. "
                "Nothing was written."
            )
        members[member.name] = Member(**{**member.__dict__, "end": following[member.start]})
    if len(starts) != len(found):
        raise BrokenWorkbook("Two parts share one place in the file. Nothing was written.")
    return members


def _member(fields: tuple[int, ...], central: bytes, shift: int) -> Member:
    name_end = _CENTRAL.size + fields[10]
    raw_name = central[_CENTRAL.size : name_end]
    name = raw_name.decode("utf-8" if fields[3] & 0x800 else "cp437", "replace")
    packed, size, start = fields[8], fields[9], fields[16]
    if _BIG in (packed, size, start):
        size, packed, start = _zip64_sizes(central[name_end : name_end + fields[11]], size, packed, start)
    return Member(name, raw_name, fields[3], fields[4], fields[7], packed, size, start + shift, 0, central)


def _zip64_sizes(extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
    """Read the zip64 extra field: only those of the three that did not fit are in it, in this order."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            numbers = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            return tuple(next(numbers, n) if n == _BIG else n for n in (size, packed, start))  # type: ignore[return-value]
        at += 4 + length
    return size, packed, start
