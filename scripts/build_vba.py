"""Compile sheetops/buttons/excel/*.bas into vbaProject.bin, which is shipped: `python scripts/build_vba.py`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

EXCEL = Path(__file__).resolve().parents[1] / "sheetops" / "buttons" / "excel"


def build() -> bytes:
    """Return the VBA project of the modules in the folder, beside those that belong to the workbook itself."""
    from pyopenvba import ExcelFile

    with TemporaryDirectory() as folder:
        made = Path(folder) / "made.xlsm"
        with ExcelFile.create_new(made) as book:
            project = book.vba_project()
            for module in sorted(EXCEL.glob("*.bas")):
                source = module.read_text(encoding="ascii").replace("\n", "\r\n")
                project.add_module(module.stem, source)
            project.delete_module("Module1")
            project.delete_module("Sheet1")
            book.save(made)
        with ExcelFile(made) as book:
            return book.vba_project_bytes()


def main() -> None:
    """Write the compiled project beside its source."""
    (EXCEL / "vbaProject.bin").write_bytes(build())
    print(f"Wrote {EXCEL / 'vbaProject.bin'}")


if __name__ == "__main__":
    main()
