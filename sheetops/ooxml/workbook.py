"""A workbook: open it, look, change, save. See the package's docstring for the promise."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from sheetops.ooxml import calculation, features, macros, opening, properties, rows, saving, tab
from sheetops.ooxml.archive import Identity
from sheetops.ooxml.errors import SheetMissing
from sheetops.ooxml.package import Package
from sheetops.ooxml.reading import SharedStrings
from sheetops.ooxml.sheet import Sheet
from sheetops.ooxml.styles import Styles
from sheetops.ooxml.xmltext import Document

_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_NO_STYLES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)


class Workbook:
    """An .xlsx or .xlsm file. Use `Workbook.open(path)`, preferably in a `with` statement.

    `identity` says what the file was when it was read; `save` refuses to replace any other.
    """

    def __init__(self, path: Path, package: Package, part: str) -> None:
        self.path = path
        self._load(package, part)

    @classmethod
    def open(cls, path: str | Path) -> Workbook:
        """Read the zip directory and the list of sheets. Raise a WorkbookError for what is no sound workbook."""
        path = Path(path)
        package = opening.open_package(path)
        try:
            return cls(path, package, opening.workbook_part(package))
        except BaseException:
            package.archive.file.close()
            raise

    def _load(self, package: Package, part: str) -> None:
        self.package, self.part = package, part
        self.identity: Identity = package.archive.identity()
        self.document = package.document(part)
        self._sheets: dict[str, Sheet] = {}
        self._styles: Styles | None = None
        self._strings: SharedStrings | None = None
        self.parts = opening.sheet_parts(package, part)

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. Changes that were not saved are dropped."""
        self.package.archive.file.close()

    @property
    def sheet_names(self) -> list[str]:
        """The names of all sheets in their order, chart sheets included."""
        return list(self.parts)

    def has_sheet(self, name: str) -> bool:
        return name in self.parts

    def __getitem__(self, name: str) -> Sheet:
        if name not in self.parts:
            known = ", ".join(self.parts)
            raise SheetMissing(
                f"{self.path.name} has no sheet {name!r}. It has: {known}. Check the name in the tab."
            )
        kind, part = self.parts[name]
        if kind != "worksheet":
            raise SheetMissing(
                f"{name!r} in {self.path.name} is a {kind}, which has no cells. Choose a worksheet."
            )
        if name not in self._sheets:
            self._sheets[name] = Sheet(self, name, part)
        return self._sheets[name]

    def sheet_id(self, name: str) -> str:
        """Return the sheetId of a sheet, by which the calculation chain knows it."""
        group = self.document.child(self.document.root, "sheets")
        nodes = self.document.children(group, "sheet") if group else []
        return next((node.get("sheetId") for node in nodes if node.get("name") == name), "")

    @property
    def edited(self) -> list[Sheet]:
        return [sheet for sheet in self._sheets.values() if sheet.edits or sheet.frame_changed]

    @property
    def plain(self) -> bool:
        """Tell whether the file itself, unlike this object, holds all sheets as they are now."""
        return not self.package.changed and not self.package.removed

    @property
    def date1904(self) -> bool:
        """Tell whether dates count from 1904 (18.2.28)."""
        node = self.document.child(self.document.root, "workbookPr")
        return node is not None and node.get("date1904") in ("1", "true", "on")

    @property
    def styles(self) -> Styles:
        if self._styles is None:
            part = self.styles_part
            document = (
                self.package.document(part) if part else Document(_NO_STYLES.format(self.namespace), "styles")
            )
            self._styles = Styles(document)
        return self._styles

    @property
    def styles_part(self) -> str | None:
        found = [r.target for r in self.package.related(self.part, "styles") if self.package.has(r.target)]
        return found[0] if found else None

    def need_styles(self) -> None:
        """Add a styles part to a file that has none."""
        if self.styles_part is not None:
            return
        part = posixpath.join(posixpath.dirname(self.part), "styles.xml")
        self.package.store(part, self.styles.document)
        self.package.set_content_type(part, _STYLES_TYPE)
        self.package.add_relationship(self.part, "styles", part)

    @property
    def namespace(self) -> str:
        """The namespace of the workbook's own elements: transitional or strict."""
        declared = self.document.prefix.rstrip(":")
        return self.document.root.get(f"xmlns:{declared}" if declared else "xmlns")

    @property
    def strings(self) -> SharedStrings:
        if self._strings is None:
            self._strings = SharedStrings(self._read_strings)
        return self._strings

    def _read_strings(self) -> bytes:
        found = [
            r.target for r in self.package.related(self.part, "sharedStrings") if self.package.has(r.target)
        ]
        return self.package.utf8(found[0]) if found else b""

    def put_sheet(self, name: str, content: tab.SheetContent) -> None:
        """Create a sheet, or replace the whole of one: meant for a sheet the program owns. It is put last."""
        tab.put_sheet(self, name, content)

    def set_row_height(self, name: str, row: int, points: float) -> None:
        """Give a row of a small sheet a height; the sheet must have no unsaved edits."""
        rows.set_height(self, name, row, points)

    def add_sheet_part(self, name: str, part: str) -> None:
        """Note a sheet that was just added to the package."""
        self.parts[name] = ("worksheet", part)

    def forget(self, name: str) -> None:
        """Drop what is known of a sheet whose part was replaced."""
        self._sheets.pop(name, None)

    def set_name(self, name: str, refers_to: str) -> None:
        """Add or change a defined name, such as 'Keys' for 'Cases!$A$2:$A$9'."""
        features.set_name(self, name, refers_to)

    @property
    def vba_project(self) -> bytes | None:
        """The VBA project, None where there is none."""
        return macros.read_project(self)

    @property
    def code_name(self) -> str:
        """The name by which the VBA project knows the workbook, "" where none is given."""
        return macros.code_name(self)

    def set_vba_project(self, project: bytes, code_name: str = "ThisWorkbook") -> None:
        """Give the workbook a VBA project, which makes it an .xlsm; see `macros.set_project`."""
        macros.set_project(self, project, code_name)

    def stale_formulas(self) -> set[tuple[str, int, int]]:
        """Return (sheet, row, column) of the formulas whose stored results the unsaved edits put out of date.

        Excel calculates them when it opens the file; a reader that does not calculate sees the old results.
        """
        return calculation.stale_formulas(self)

    @property
    def custom_properties(self) -> dict[str, str]:
        """The custom document properties, as text."""
        return properties.read(self.package)

    @property
    def core_properties(self) -> dict[str, str]:
        """The core document properties by name: creator, lastModifiedBy, created, modified ..."""
        return properties.read_core(self.package)

    def set_custom_property(self, name: str, value: str) -> None:
        """Add or change a custom document property of type text."""
        properties.write(self.package, name, value)

    def save(
        self,
        *,
        before_replace: Callable[[], None] | None = None,
        expect: Identity | None = None,
        break_signature: bool = False,
    ) -> Identity:
        """Write the changes and return the identity of the new file; see `saving.save`."""
        package = saving.save(self, before_replace, expect or self.identity, break_signature=break_signature)
        sheets = self._sheets
        self._load(package, self.part)
        for name, sheet in sheets.items():
            sheet.start(self.parts[name][1])
        self._sheets = sheets
        return self.identity
