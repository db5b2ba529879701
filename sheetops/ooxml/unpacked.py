"""A copy of the few parts that hold a sheet's values, its rows not compressed, for python-calamine.

The pass that finds out how far a sheet reaches (scan.py) unpacks it anyway. Handing the result on spares
calamine doing so again, a fifth of its time, and makes the other sheets cost nothing.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sheetops.ooxml.archive import Member
from sheetops.ooxml.package import relationships_name
from sheetops.ooxml.writer import write_unpacked

if TYPE_CHECKING:
    from sheetops.ooxml.workbook import Workbook

# Below, the copy costs more than it spares; above, the disk might not have the room.
SMALLEST, LARGEST = 4 << 20, 1 << 30


def worth_it(member: Member | None) -> bool:
    return member is not None and member.method == 8 and SMALLEST <= member.size <= LARGEST


@contextmanager
def unpacked_copy(book: Workbook, part: str, scan: Callable[[Iterable[bytes]], None]) -> Iterator[Path]:
    """Give the path of a temporary copy, made while `scan` reads the sheet's bytes. Only we may read it."""
    member = book.package.member(part)
    assert member is not None
    handle, name = tempfile.mkstemp(prefix="sheetops-", suffix=".xlsx")
    try:
        with os.fdopen(handle, "wb") as out:

            def unpack() -> None:
                scan(_teed(book.package.stream(part), out))

            write_unpacked(book.package.archive, out, member, unpack, _needed(book))
        yield Path(name)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _needed(book: Workbook) -> list[Member]:
    """Return the members calamine looks at besides the sheet."""
    package = book.package
    names = ["[Content_Types].xml", relationships_name(""), book.part, relationships_name(book.part)]
    for kind in ("styles", "sharedStrings"):
        names += [relationship.target for relationship in package.related(book.part, kind)]
    return [member for name in names if (member := package.member(name))]


def _teed(pieces: Iterable[bytes], out: BinaryIO) -> Iterator[bytes]:
    for piece in pieces:
        out.write(piece)
        yield piece
