"""The workbook editor on a big tracker, against python-calamine, openpyxl and a raw copy of the zip.

    python scripts/benchmark.py ooxml [read] [patch] [both] [small] [growth] [deflate] [--rows N] [--cache FOLDER]

Each piece of work runs in a process of its own, measured in CPU seconds (user and system, without the
interpreter's start), because the clock also shows what else the machine is doing. Workbooks are made with XlsxWriter
the first time and kept in the cache folder.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from _table import Line, print_table

ROWS, COLUMNS, EDITS, TRIES = 100_000, 20, 100, 3
GROWTH_ROWS = (10_000, 30_000, 100_000, 300_000)
STATES = ("open", "closed", "pending", "escalated")


class Taken(NamedTuple):
    """What a piece of work took in a process of its own."""

    seconds: float
    megabytes: float


# --- the workbooks ------------------------------------------------------------------------------------


def tracker(cache: Path, rows: int, sheets: int = 1) -> Path:
    """Return a workbook of `rows` x 20 typed cells on its first sheet, making it when the cache has none."""
    path = cache / f"tracker-{rows}x{COLUMNS}-{sheets}.xlsx"
    if not path.exists():
        _make(path, rows, sheets)
    return path


def _make(path: Path, rows: int, sheets: int) -> None:
    import xlsxwriter

    chance = random.Random(1)
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for number in range(sheets):
        sheet = book.add_worksheet("Cases" if number == 0 else f"Other {number}")
        sheet.write_row(0, 0, [f"column {c}" for c in range(COLUMNS)])
        for row in range(1, (rows if number == 0 else 2_000) + 1):
            for column in range(0, COLUMNS, 5):
                moment = datetime(2024, 1, 1) + timedelta(minutes=chance.randrange(500_000))  # noqa: DTZ001
                sheet.write_string(row, column, f"C-{row:06d}")
                sheet.write_string(row, column + 1, chance.choice(STATES))
                sheet.write_number(row, column + 2, chance.randrange(10_000))
                sheet.write_datetime(row, column + 3, moment, day)
                sheet.write_number(row, column + 4, chance.random() * 100)
    book.close()


# --- the work, each in a process of its own -----------------------------------------------------------


def _places(rows: int) -> list[tuple[int, int]]:
    chance = random.Random(2)
    return [(chance.randrange(2, rows + 2), chance.randrange(1, COLUMNS + 1)) for _ in range(EDITS)]


def calamine(path: str, _: int) -> None:
    """Read all values as python-calamine does."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(path).get_sheet_by_name("Cases").to_python()


def grid(path: str, _: int) -> None:
    """Read all values and formulas as sheetops does."""
    from sheetops.ooxml import Workbook

    with Workbook.open(path) as book:
        kept = book["Cases"].grid(), book["Cases"].formulas()
        del kept


def patch(path: str, rows: int) -> None:
    """Set scattered cells and save."""
    from sheetops.ooxml import Workbook

    with Workbook.open(path) as book:
        for row, column in _places(rows):
            book["Cases"].set_cell(row, column, "edited")
        book.save()


def both(path: str, rows: int) -> None:
    """Read all values, set scattered cells and save, holding the values all the while."""
    from sheetops.ooxml import Workbook

    with Workbook.open(path) as book:
        values = book["Cases"].grid()
        book["Cases"].formulas()
        for row, column in _places(rows):
            book["Cases"].set_cell(row, column, "edited")
        book.save()
        del values


def three_cells(path: str, _: int) -> None:
    """Set three cells and save."""
    from sheetops.ooxml import Workbook

    with Workbook.open(path) as book:
        for row in (2, 3, 4):
            book["Cases"].set_cell(row, 2, "edited")
        book.save()


def openpyxl(path: str, rows: int) -> None:
    """Load, set scattered cells, save: openpyxl."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    for row, column in _places(rows):
        book["Cases"].cell(row, column, "edited")
    book.save(path)


def raw_copy(path: str, _: int) -> None:
    """Copy the bytes: what no editor can do without."""
    shutil.copyfile(path, f"{path}.copy")


WORKS: dict[str, Callable[[str, int], None]] = {
    work.__name__: work for work in (calamine, grid, patch, both, three_cells, openpyxl, raw_copy)
}


def measure(work: str, path: Path, rows: int, tries: int = TRIES) -> Taken:
    """Do the work on a copy of the workbook in child processes; return the quickest of some tries."""
    return min(_measure_once(work, path, rows) for _ in range(tries))


def _measure_once(work: str, path: Path, rows: int) -> Taken:
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, folder)
        command = [sys.executable, __file__, "--work", work, "--rows", str(rows), "--file", copy]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds, kilobytes = out.split()
    return Taken(float(seconds), int(kilobytes) / 1024)


def _work(name: str, path: str, rows: int) -> None:
    import python_calamine as _calamine  # noqa: F401 (imports are not what is measured)

    import sheetops.ooxml  # noqa: F401

    began = time.process_time()
    WORKS[name](path, rows)
    print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


# --- the lines ----------------------------------------------------------------------------------------


def read(rows: int, cache: Path) -> Iterable[Line]:
    """Compare reading values and formulas with reading values by calamine alone."""
    path = tracker(cache, rows)
    floor, ours = measure("calamine", path, rows), measure("grid", path, rows)
    yield Line(
        f"read {rows:,} x {COLUMNS}", ours.seconds, compared=floor.seconds, most=1.1, note="floor: calamine"
    )
    yield Line("  peak memory", ours.megabytes, "MB", compared=floor.megabytes)


def patches(rows: int, cache: Path) -> Iterable[Line]:
    """Compare setting 100 cells and saving with openpyxl and with a raw copy."""
    path = tracker(cache, rows)
    ours, copy = measure("patch", path, rows), measure("raw_copy", path, rows)
    peer = measure("openpyxl", path, rows, 1)
    what = f"set {EDITS} cells of {rows:,} x {COLUMNS}, save"
    yield Line(what, ours.seconds, compared=peer.seconds, least=12, note="peer: openpyxl load + save")
    yield Line("  the same", ours.seconds, most=2.0, note="prototype: 2.0 s with zlib 6, 1.12 s with isal")
    yield Line("  the same", ours.seconds, compared=copy.seconds, note="floor: copying the file")
    yield Line("  peak memory", ours.megabytes, "MB", compared=peer.megabytes, note="peer: openpyxl")


def together(rows: int, cache: Path) -> Iterable[Line]:
    """Compare read + set + save in one process with reading by calamine and copying the file."""
    path = tracker(cache, rows)
    ours = measure("both", path, rows)
    floor = measure("calamine", path, rows).seconds + measure("raw_copy", path, rows).seconds
    yield Line(
        "read, set, save in one process", ours.seconds, compared=floor, most=3, note="floor: calamine + copy"
    )
    yield Line("  peak memory", ours.megabytes, "MB", most=300)


def small(rows: int, cache: Path) -> Iterable[Line]:
    """Tell what 30 other sheets cost an edit of three cells."""
    alone, among = tracker(cache, 2_000, 1), tracker(cache, 2_000, 31)
    one, many = measure("three_cells", alone, 2_000), measure("three_cells", among, 2_000)
    yield Line(
        "set 3 cells among 30 other sheets", many.seconds, compared=one.seconds, note="floor: without them"
    )


def growth(rows: int, cache: Path) -> Iterable[Line]:
    """Show seconds per million cells as the tracker grows: flat is linear."""
    for size in (n for n in GROWTH_ROWS if n <= 3 * rows):
        path = tracker(cache, size)
        million = size * COLUMNS / 1e6
        done, got = measure("patch", path, size, 1), measure("grid", path, size, 1)
        yield Line(f"{size:,} rows: set + save per million cells", done.seconds / million)
        yield Line(f"{size:,} rows: read per million cells", got.seconds / million)


def deflates(rows: int, cache: Path) -> Iterable[Line]:
    """Compare the deflate implementations on the tracker's sheet: seconds, and size in the note."""
    with zipfile.ZipFile(tracker(cache, rows)) as archive:
        data = archive.read("xl/worksheets/sheet1.xml")
    for name, engine, level in _engines():
        began = time.process_time()
        size = _deflated(data, engine, level)
        yield Line(f"deflate {name} level {level}", time.process_time() - began, note=f"{size / 1e6:.1f} MB")


def _engines() -> Iterable[tuple[str, Any, int]]:
    yield from (("zlib", zlib, level) for level in (1, 3, 6))
    try:
        from isal import isal_zlib

        yield from (("isal", isal_zlib, level) for level in (0, 1, 2, 3))
    except ImportError:
        pass
    try:
        from zlib_ng import zlib_ng

        yield from (("zlib-ng", zlib_ng, level) for level in (1, 3, 6))
    except ImportError:
        pass


def _deflated(data: bytes, engine: Any, level: int) -> int:
    packer = engine.compressobj(level, 8, -15)
    size = sum(len(packer.compress(data[at : at + 262_144])) for at in range(0, len(data), 262_144))
    return size + len(packer.flush())


PARTS: dict[str, Callable[[int, Path], Iterable[Line]]] = {
    "read": read, "patch": patches, "both": together, "small": small, "growth": growth, "deflate": deflates,
}  # fmt: skip


def run(argv: list[str]) -> None:
    """Measure the named parts, or all of them, and print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "sheetops-benchmark")
    parser.add_argument("--work", choices=WORKS, help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    if chosen.work:
        _work(chosen.work, chosen.file, chosen.rows)
        return
    chosen.cache.mkdir(parents=True, exist_ok=True)
    print_table([line for name in chosen.parts or PARTS for line in PARTS[name](chosen.rows, chosen.cache)])


if __name__ == "__main__":
    run(sys.argv[1:])
