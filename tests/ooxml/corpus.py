"""What the corpus test does to each real workbook, and the independent checks of the result."""

from __future__ import annotations

import shutil
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import cached_property
from pathlib import Path
from xml.parsers import expat

import openpyxl
from python_calamine import CalamineError, CalamineWorkbook

from sheetops.ooxml import CellRefused, SheetCell, SheetContent, Table, Workbook, WorkbookError, cell_name
from sheetops.ooxml.edits import CellEdit
from sheetops.ooxml.refs import MAX_COLUMN, MAX_ROW

Touched = dict[tuple[str, int, int], object]
Deed = Callable[[Workbook], Touched]
Cells = dict[str, dict[tuple[int, int], object]]

MARK = "sheetops was here <&> ä"
SHARED_PARTS = (
    "xl/workbook.xml",
    "xl/styles.xml",
    "[content_types].xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
    "docprops/custom.xml",
)


def first_sheet(book: Workbook) -> str:
    for name in book.sheet_names:
        try:
            book[name]
        except WorkbookError:
            continue
        return name
    raise CellRefused("no worksheet")


def set_one(book: Workbook) -> Touched:
    name = first_sheet(book)
    return _set(book, name, [(1, 1)])


def set_scattered(book: Workbook) -> Touched:
    name = first_sheet(book)
    scan = book[name].scan
    middle = (max(1, scan.max_row // 2), max(1, scan.max_column // 2))
    return _set(
        book, name, [middle, (min(scan.max_row + 3, MAX_ROW), 2), (3, min(scan.max_column + 2, MAX_COLUMN))]
    )


def _set(book: Workbook, name: str, places: list[tuple[int, int]]) -> Touched:
    touched: Touched = {}
    refusals = []
    for index, (row, column) in enumerate(places):
        try:
            book[name].set_cell(row, column, f"{MARK} {index}", overwrite_formula=True)
        except CellRefused as refusal:
            refusals.append(refusal)
        else:
            touched[name, row, column] = f"{MARK} {index}"
    if not touched:
        raise refusals[0]
    return touched


def append(book: Workbook) -> Touched:
    name = first_sheet(book)
    sheet = book[name]
    tables = sheet.tables()
    rows = sheet.append_rows(
        [[MARK, 1.5], [None, True]], after_row=max(sheet.scan.max_row, 1), columns=[1, 2]
    )
    touched: Touched = {(name, row, column): None for row, column in _totals(tables) if row in rows}
    return touched | {(name, rows[0], 1): MARK, (name, rows[0], 2): 1.5, (name, rows[1], 2): True}


def _totals(tables: list[Table]) -> list[tuple[int, int]]:
    """Return the cells of totals rows, which move down when a row is put in their place."""
    reaches = [(table.totals_row, table.ref) for table in tables if table.totals_row is not None]
    return [(row, column) for row, ref in reaches for column in range(ref.first_column, ref.last_column + 1)]


def overwrite_formula(book: Workbook) -> Touched:
    name, place = _a_formula(book)
    book[name].set_cell(*place, 4711, overwrite_formula=True)
    return {(name, *place): 4711.0}


def _a_formula(book: Workbook) -> tuple[str, tuple[int, int]]:
    for name in book.sheet_names:
        try:
            formulas = book[name].scan.formulas
        except WorkbookError:
            continue
        shared = [place for place, formula in formulas.items() if formula.kind == "shared" and formula.text]
        for place in [*shared, *formulas]:
            return name, place
    raise CellRefused("nothing to do")


def add_tab(book: Workbook) -> Touched:
    cells = [[SheetCell("Held items", "title")], [SheetCell("C-1", "link", "'A'!A1"), SheetCell(5, "input")]]
    book.put_sheet("sheetops", SheetContent(cells, [20, 30], freeze_row=1))
    book.set_custom_property("sheetops", "T1:1")
    return {("sheetops", 1, 1): "Held items", ("sheetops", 2, 2): 5.0}


def add_note(book: Workbook) -> Touched:
    name = first_sheet(book)
    book[name].add_note("B2", MARK)
    book[name].add_list("XFA1048570:XFB1048576", ["yes", "no"])
    assert book[name].notes()[2, 2] == MARK
    return {}


def grow_table(book: Workbook) -> Touched:
    """Add a row below and a column beside the first table there is."""
    for name in book.sheet_names:
        if book.parts[name][0] != "worksheet":
            continue
        for table in book[name].tables():
            left = table.ref.first_column
            (row,) = book[name].append_rows([[MARK]], after_row=table.last_data_row, columns=[left])
            moved = range(left, table.ref.last_column + 1) if table.totals_row == row else []
            touched: Touched = {(name, row, column): None for column in moved} | {(name, row, left): MARK}
            if table.header_row is not None:
                column = book[name].add_column("sheetops", header_row=table.header_row)
                touched[name, table.header_row, column] = "sheetops"
            return touched
    raise CellRefused("nothing to do")


def patch_back(book: Workbook) -> Touched:
    """Change a cell, save, put its old XML back, save: the sheet has its old bytes."""
    name = first_sheet(book)
    part = book[name].part
    before = book.package.read(part)
    row, column, raw = _a_plain_cell(book, name)
    book[name].set_cell(row, column, f"{MARK} 0")
    book.save()
    book[name].put(row, column, CellEdit(raw=raw))
    book.save()
    if book.package.read(part) != before:
        raise AssertionError(f"{cell_name(row, column)} patched back differs")
    return {}


def _a_plain_cell(book: Workbook, name: str) -> tuple[int, int, bytes]:
    sheet = book[name]
    before = 0
    for block in sheet._stream_blocks():
        for row in sheet.scan.grammar.rows(block.view, before):
            before = row.number
            for cell in sheet.scan.grammar.cells(block.view, row):
                if (row.number, cell.column) not in sheet.scan.formulas:
                    return row.number, cell.column, block.data[cell.start : cell.end]
    raise CellRefused("nothing to do")


DEEDS: list[Deed] = [
    set_one,
    set_scattered,
    append,
    overwrite_formula,
    add_tab,
    add_note,
    grow_table,
    patch_back,
]


class Original:
    """A workbook before the deeds: what other readers make of it, found out once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def parts(self) -> dict[str, bytes]:
        return _parts(self.path)

    @cached_property
    def cells(self) -> Cells | None:
        """The values by sheet, None when calamine cannot read the file or would ask for gigabytes to do so."""
        if _too_sparse(self.path):
            return None
        try:
            return _calamine(self.path)
        except BaseException as error:  # calamine panics on some files
            if isinstance(error, KeyboardInterrupt):
                raise
            return None

    @cached_property
    def opens_in_openpyxl(self) -> bool:
        if self.path.stat().st_size > 200_000:
            return False  # it would take half a minute
        try:
            _openpyxl(self.path)
        except Exception:
            return False
        return True


def try_workbook(path: Path, folder: Path) -> list[tuple[str, str]]:
    """Return (deed, outcome) for each deed: 'done', 'refused: why' or 'failed: what'."""
    original = Original(path)
    return [(deed.__name__, _try(original, folder, deed)) for deed in DEEDS]


def _try(original: Original, folder: Path, deed: Deed) -> str:
    copy = folder / f"{deed.__name__}{original.path.suffix}"
    shutil.copyfile(original.path, copy)
    try:
        with Workbook.open(copy) as book:
            touched = deed(book)
            book.save()
    except WorkbookError as refusal:
        if refusal.args == ("nothing to do",):
            return "nothing to do"
        kept = copy.read_bytes() == original.path.read_bytes()
        return f"refused: {type(refusal).__name__}: {refusal}" if kept else "failed: refused, but changed"
    except Exception as error:
        return f"failed: {type(error).__name__} {error}"
    if any(file.name.endswith(".tmp") for file in folder.iterdir()):
        return "failed: left a temporary file"
    problems = _part_problems(original, copy, {name for name, _, _ in touched}) or _value_problems(
        original, copy, touched
    )
    return f"failed: {problems}" if problems else "done"


def _part_problems(original: Original, new: Path, sheets: set[str]) -> str:
    before, after = original.parts, _parts(new)
    lost = [name for name in before if name not in after and "calcchain" not in name.lower()]
    changed = [name for name in after if before.get(name) != after[name]]
    if problem := next((problem for name in changed if (problem := _malformed(name, after[name]))), ""):
        return problem
    old_changed = [name.replace("\\", "/").lower() for name in changed if name in before]
    kinds = ("calcchain", "comments", "vmldrawing", "tables/", "sheet", "workbook.xml", "styles.xml")
    unexpected = [n for n in old_changed if n not in SHARED_PARTS and not any(kind in n for kind in kinds)]
    too_many = len([n for n in old_changed if "worksheets/" in n and "_rels" not in n]) > max(1, len(sheets))
    return f"lost {lost}, changed {old_changed}" if lost or unexpected or too_many else ""


def _malformed(name: str, data: bytes) -> str:
    if not name.lower().endswith((".xml", ".rels")):
        return ""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(data, True)
    except expat.ExpatError as error:
        return f"{name} is not well-formed: {error}"
    return ""


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _value_problems(original: Original, new: Path, touched: Touched) -> str:
    before = original.cells
    if before is None or _too_sparse(new) or not {s for s, _, _ in touched} - {"sheetops"} <= set(before):
        return _own_problems(new, touched)
    after = _calamine(new)
    for (sheet, row, column), value in touched.items():
        found = after.get(sheet, {}).get((row, column))
        if found != value and not _shown_as_date(value, found):
            return f"calamine reads {cell_name(row, column)} as {found!r}"
    for sheet, cells in before.items():
        left = {place: value for place, value in cells.items() if (sheet, *place) not in touched}
        if wrong := [place for place in left if after[sheet].get(place) != left[place]]:
            return f"{sheet}!{cell_name(*wrong[0])} was {left[wrong[0]]!r}, is {after[sheet].get(wrong[0])!r}"
    return _openpyxl_problems(new, touched) if original.opens_in_openpyxl else ""


def _too_sparse(path: Path) -> bool:
    """A stray cell far out makes calamine ask for gigabytes, up to ending the process."""
    with Workbook.open(path) as book:
        scans = [book[name].scan for name in book.sheet_names if book.parts[name][0] == "worksheet"]
    return any(scan.max_row * scan.max_column > 500_000 for scan in scans)


def _own_problems(new: Path, touched: Touched) -> str:
    with Workbook.open(new) as book:
        for (sheet, row, column), value in touched.items():
            if (found := book[sheet].cell(row, column).value) != value:
                return f"we read {cell_name(row, column)} as {found!r}"
    return ""


def _shown_as_date(value: object, found: object) -> bool:
    """A number set in a cell whose own format is a date's is a date, as if it had been typed there."""
    return isinstance(value, float) and isinstance(found, date | time | timedelta)


def _calamine(path: Path) -> Cells:
    found: Cells = {}
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            try:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            except CalamineError:
                continue
            found[name] = {
                (r, c): value
                for r, row in enumerate(rows, 1)
                for c, value in enumerate(row, 1)
                if value != ""
            }
    return found


def _openpyxl(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def _openpyxl_problems(new: Path, touched: Touched) -> str:
    try:
        book = _openpyxl(new)
    except Exception as error:
        return f"openpyxl cannot open it any more: {error}"
    for (sheet, row, column), value in touched.items():
        if value is None:
            continue  # moved away; a calculated column may have filled the cell anew
        if sheet not in book.sheetnames or not hasattr(book[sheet], "cell"):
            continue  # a macro or chart sheet, which openpyxl leaves out
        found = book[sheet].cell(row, column).value
        if found != value and not _shown_as_date(value, found):
            return f"openpyxl reads {cell_name(row, column)} as {found!r}"
    return ""
