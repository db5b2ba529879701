"""LibreOffice opens what was edited and shows the edits."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from sheetops.ooxml import Workbook, WorkbookError

from .corpus import MARK, add_note, add_tab, append, set_one

VECTORS = Path(os.environ.get("SHEETOPS_SHARED", "../shared")) / "vectors" / "xlsx"
OFFICE = shutil.which("soffice")


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_edited_workbooks_open_in_libreoffice(tmp_path: Path) -> None:
    if not VECTORS.is_dir():
        pytest.skip(f"no workbooks at {VECTORS}; set SHEETOPS_SHARED")
    edited = [path for source in sorted(VECTORS.rglob("*.xlsx"))[::60] if (path := _edited(source, tmp_path))]
    assert len(edited) > 15
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        str(OFFICE),
        profile,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
        "--outdir",
    ]
    subprocess.run([*command, tmp_path / "csv", *edited], check=True, capture_output=True, timeout=170)
    unread = [path.name for path in edited if not _shows(tmp_path / "csv" / f"{path.stem}.csv")]
    assert unread == []


def _edited(source: Path, folder: Path) -> Path | None:
    """Return a copy with a cell set, rows, a note and the tab added; None when one of them is refused."""
    copy = folder / f"{source.parent.name[:9]}-{zlib.crc32(source.name.encode())}.xlsx"
    shutil.copyfile(source, copy)
    try:
        with Workbook.open(copy) as book:
            kind, part = book.parts[book.sheet_names[0]]
            if kind != "worksheet" or book.package.related(part, "pivotTable"):
                return None  # LibreOffice fills pivot tables anew, filters above them included
            for deed in (set_one, append, add_note, add_tab):
                deed(book)
            book.save()
    except WorkbookError:
        return None
    return copy


def _shows(csv: Path) -> bool:
    return csv.is_file() and f"{MARK} 0" in csv.read_text("utf-8").split("\n")[0]
