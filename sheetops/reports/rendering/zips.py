"""Zip files whose bytes depend on nothing but what is in them: files in order, one fixed time, no machine's marks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip file can say."""


def zipped(files: Mapping[str, bytes], at: datetime | None = None) -> bytes:
    """Return a zip of files by name, in the order given, all of them dated `at` (default: the earliest there is)."""
    out = io.BytesIO()
    when = (
        EARLIEST
        if at is None or at.year < EARLIEST[0]
        else (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2)
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            archive.writestr(entry, content)
    return out.getvalue()


def rezipped(made: bytes) -> bytes:
    """Return a zip with the same files, without the times at which they were written."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})
