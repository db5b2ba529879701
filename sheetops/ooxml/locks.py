"""Who else has a hand on a workbook: owner files of Excel and LibreOffice, copies and placeholders of cloud folders."""

from __future__ import annotations

import os
import re
from pathlib import Path


def lock_owner(path: str | Path) -> str | None:
    """Return the name of the person who has the workbook open, or None when nobody seems to.

    Excel writes '~$Name.xlsx': a length byte, then the user name in the local code page, and from byte 55 the
    same in UTF-16. LibreOffice writes '.~lock.Name.xlsx#': fields separated by commas, the name first.
    A name that cannot be read is 'someone'.
    """
    path = Path(path)
    excel = path.with_name(f"~${path.name}")
    shortened = path.with_name(f"~${path.name[2:]}")
    for owner_file in (excel, shortened):
        if owner_file.is_file():
            return _excel_owner(owner_file) or "someone"
    office = path.with_name(f".~lock.{path.name}#")
    if office.is_file():
        return _office_owner(office) or "someone"
    return None


_CONFLICT = re.compile(
    r" \((?:.*conflicted copy.*|.*in Konflikt stehende Kopie.*|.*copie en conflit.*)\)\Z", re.IGNORECASE
)
_RECALL = 0x1000 | 0x40000 | 0x400000  # FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS


def conflict_copies(path: str | Path) -> list[Path]:
    """Return the copies a cloud folder made of a workbook when two people saved it at once.

    Dropbox: 'Name (Kim's conflicted copy 2024-05-06).xlsx'. OneDrive: 'Name-DESKTOP7.xlsx', the computer's name in
    capitals.
    """
    path = Path(path)
    found = []
    for other in path.parent.glob(f"*{path.suffix}"):
        rest = other.stem.removeprefix(path.stem)
        if other.stem != path.stem and rest != other.stem and (_CONFLICT.match(rest) or _computer(rest)):
            found.append(other)
    return sorted(found)


def _computer(rest: str) -> bool:
    return re.fullmatch(r"-(?:DESKTOP|LAPTOP|PC|MACBOOK|SURFACE)[A-Z0-9-]*", rest) is not None


def is_placeholder(path: str | Path) -> bool:
    """Tell whether the file's content is still in the cloud (Windows says so in its attributes)."""
    return bool(getattr(os.stat(path), "st_file_attributes", 0) & _RECALL)  # noqa: PTH116 (same on every system)


def _excel_owner(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    if len(data) >= 57 and 0 < (length := int.from_bytes(data[55:57], "little")) <= 54:
        return data[57 : 57 + 2 * length].decode("utf-16-le", "replace").strip("\0 ")
    return data[1 : 1 + data[0]].decode("cp1252", "replace").strip("\0 ") if data else ""


def _office_owner(path: Path) -> str:
    try:
        fields = path.read_text("utf-8", "replace").split(",")
    except OSError:
        return ""
    return next((field.strip() for field in fields if field.strip()), "")
