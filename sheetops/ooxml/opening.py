"""Opening a file: is it a workbook we can change, and which sheets does it have."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sheetops.ooxml.archive import Archive
from sheetops.ooxml.errors import (
    BrokenWorkbook,
    EncryptedWorkbook,
    NotAWorkbook,
    WorkbookLocked,
    WorkbookUnavailable,
)
from sheetops.ooxml.package import Package

_CONVERT = "Open it in Excel or LibreOffice, save it as .xlsx, and use that file. Nothing was written."
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_package(path: Path) -> Package:
    """Open a file and read its zip directory. The file handle stays open and belongs to the package."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise WorkbookUnavailable(f"There is no file {path}. Check the name and the folder.") from None
    except PermissionError as error:
        raise WorkbookLocked(
            f"{path.name} cannot be opened: another program holds it, or you may not read it. Nothing was written. "
            "Close it there, or ask its owner for access."
        ) from error
    except OSError as error:
        raise WorkbookUnavailable(
            f"{path.name} cannot be read ({error}). If it is kept in a cloud folder, mark it as always kept on this "
            "device and wait for the download. Nothing was written."
        ) from error
    try:
        _refuse_other_kinds(path, file)
        package = Package(Archive(file))
        _refuse_other_packages(path, package)
    except BaseException:
        file.close()
        raise
    return package


def _refuse_other_kinds(path: Path, file: BinaryIO) -> None:
    start = file.read(8)
    if start == _COMPOUND:
        if "EncryptedPackage".encode("utf-16-le") in start + file.read(1 << 20) or _tail_has_encryption(file):
            raise EncryptedWorkbook(
                f"{path.name} is protected by a password to open it. Passwords are not handled; nothing was written. "
                "Remove the password in Excel (File, Info, Protect Workbook), save, and try again."
            )
        raise NotAWorkbook(
            f"{path.name} is a workbook of Excel 97-2003 (.xls), whatever its name says. {_CONVERT}"
        )
    if not start:
        raise NotAWorkbook(
            f"{path.name} is empty (0 bytes): a copy or download that failed. Nothing was written. Fetch it again."
        )
    if start[:2] != b"PK" and b"PK\5\6" not in _tail(file):
        raise NotAWorkbook(f"{path.name} is not an Excel workbook: it is no zip file. {_CONVERT}")


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - 70_000))
    return file.read()


def _tail_has_encryption(file: BinaryIO) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in _tail(file)


def _refuse_other_packages(path: Path, package: Package) -> None:
    names = {name.lower() for name in package.names()}
    if "mimetype" in names and "content.xml" in names:
        raise NotAWorkbook(f"{path.name} is an OpenDocument file (.ods). {_CONVERT}")
    if "xl/workbook.bin" in names:
        raise NotAWorkbook(f"{path.name} is a binary workbook (.xlsb). {_CONVERT}")
    if any(name.startswith("word/") for name in names) and not any(name.startswith("xl/") for name in names):
        raise NotAWorkbook(f"{path.name} is a Word document. Choose a workbook. Nothing was written.")
    if "index/document.iwa" in names:
        raise NotAWorkbook(
            f"{path.name} is a Numbers document. Export it as Excel first. Nothing was written."
        )


def workbook_part(package: Package) -> str:
    """Return the name of the workbook part. Raise NotAWorkbook when there is none."""
    for relationship in package.related("", "officeDocument"):
        if package.has(relationship.target):
            return relationship.target
    if package.has("xl/workbook.xml"):
        return "xl/workbook.xml"
    raise NotAWorkbook(f"The file is a zip, but holds no workbook. {_CONVERT}")


def sheet_parts(package: Package, workbook: str) -> dict[str, tuple[str, str]]:
    """Return sheet name -> (kind, part) in the order of the tabs; kind is 'worksheet', 'chartsheet' and so on."""
    document = package.document(workbook)
    group = document.child(document.root, "sheets")
    if document.root.local != "workbook" or group is None:
        raise BrokenWorkbook("The workbook part lists no sheets. Nothing was written.")
    targets = {r.id: r for r in package.relationships(workbook)}
    parts: dict[str, tuple[str, str]] = {}
    for node in document.children(group, "sheet"):
        values = node.attributes
        identifier = next((v for k, v in values.items() if k.rpartition(":")[2] == "id" and ":" in k), "")
        relationship = targets.get(identifier)
        name = values.get("name", "")
        if relationship is None or not package.has(relationship.target):
            parts[name] = ("sheet without content", "")
        else:
            parts[name] = (relationship.type.rpartition("/")[2], relationship.target)
    return parts
