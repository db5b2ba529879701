"""Who has a workbook open: the owner files that Excel and LibreOffice put beside it."""

from __future__ import annotations

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
