"""Reading a file from elsewhere: CSV in any usual encoding and with any usual divider, workbooks, Parquet."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .adopt.headers import Header
from .adopt.reading import TabRead, open_workbook, wanted_tabs
from .adopt.region import find_region
from .importing.rows import FileRows
from .model.celltext import tidy
from .model.errors import FileUnreadable, SheetopsError
from .model.sheet import Grid, column_letters
from .model.values import is_blank

LOOKED_AT = 400
"""Rows among which the header is looked for."""
SAMPLE = 200_000
"""Bytes, or characters, that tell encoding and divider."""
DIVIDERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

Rows = list[list[Any]]


def read_file(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> FileRows:
    """Return the table of a file: its headers and its rows as they were typed, each with its number (from 1).

    `sheet` names the tab of a workbook (default: the one with the largest table). Raise FileUnreadable, with what to do,
    for what is no table or cannot be read, UnknownName for a tab that is not there.
    """
    if not path.is_file():
        raise FileUnreadable(
            f"There is no file {path}.", next_step="Look at the name, or give the whole path."
        )
    kind = path.suffix.lower()
    try:
        if kind in _WORKBOOKS:
            return _largest(path, _WORKBOOKS[kind](path, sheet))
        if kind in (".parquet", ".pq"):
            return _parquet(path)
        return _text_file(path, encoding)
    except SheetopsError:
        raise
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror or error}.") from None


# --- text ---------------------------------------------------------------------------------------------


def _text_file(path: Path, encoding: str | None) -> FileRows:
    raw = path.read_bytes()
    text, named = _decoded(raw, encoding, path)
    if not text.strip():
        raise FileUnreadable(
            f"{path.name} is empty.", next_step="Export it again; its first row is the header."
        )
    divider = _divider(text[:SAMPLE])
    csv.field_size_limit(1 << 30)
    try:
        rows: Rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=divider))
    except csv.Error as error:
        raise FileUnreadable(f"{path.name} is no table of text: {error}.") from None
    return _table(path.name, rows, f"{named}, divided by {DIVIDERS[divider]}")


def _decoded(raw: bytes, encoding: str | None, path: Path) -> tuple[str, str]:
    """Return the text and the encoding's name: by its mark, as UTF-8 where it is, else by its letters."""
    if raw[:4] == b"PK\x03\x04" or raw[:4] == b"\xd0\xcf\x11\xe0":
        raise FileUnreadable(
            f"{path.name} is a workbook under another name.",
            next_step="Rename it so that it ends in .xlsx (or .xls).",
        )
    if encoding is None:
        encoding = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    if encoding is not None:
        try:
            return raw.decode(encoding), encoding.upper().removesuffix("-SIG")
        except LookupError:
            raise FileUnreadable(
                f"There is no encoding '{encoding}'.",
                next_step="Try: --encoding cp1252, or utf-8, gb18030, shift_jis.",
            ) from None
        except UnicodeDecodeError as error:
            raise FileUnreadable(
                f"{path.name} is not {encoding}: the byte at {error.start:,} does not fit.",
                next_step="Leave --encoding out, or name another one.",
            ) from None
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _guessed(raw)


_MARKS: Mapping[bytes, str] = {
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip


def _guessed(raw: bytes) -> tuple[str, str]:
    """Return text that is not UTF-8: Windows-1252, unless its letters make words of another script.

    Among the Latin encodings nothing tells for certain, so the commonest is taken and named.
    """
    telling = b"\n".join(line for line in raw[: 20 * SAMPLE].splitlines() if not line.isascii())[:SAMPLE]
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        best = None
    else:
        best = from_bytes(telling).best()
    if best is not None and _is_another_script(str(best)):
        try:
            return raw.decode(best.encoding), best.encoding.upper().replace("_", "-")
        except UnicodeDecodeError:
            pass
    return raw.decode("cp1252", errors="replace"), "CP1252, a guess"


def _is_another_script(text: str) -> bool:
    """Return whether a text has words in other letters than Latin, and none that mix both, as a wrong encoding makes them."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    latin = [[unicodedata.name(letter, "").startswith("LATIN") for letter in word] for word in words]
    foreign = sum(not any(found) for found in latin)
    return foreign > 0 and foreign >= 0.98 * len(words)


def _divider(sample: str) -> str:
    """Return what divides the cells: what gives most rows the same number of cells, two at least."""
    lines = sample.splitlines(keepends=True)[:200]
    whole = lines[:-1] if len(lines) > 1 and len(sample) == SAMPLE else lines
    scores: dict[str, tuple[float, int]] = {}
    for divider in DIVIDERS:
        try:
            widths = Counter(len(row) for row in csv.reader(whole, delimiter=divider) if row)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda one: (one[1] * (one[0] > 1), one[0]), default=(1, 0))
        scores[divider] = (times / max(1, widths.total()) if width > 1 else 0.0, width)
    return max(scores, key=lambda divider: scores[divider], default=",")


# --- workbooks ----------------------------------------------------------------------------------------


def _ooxml(path: Path, sheet: str | None) -> Iterator[tuple[str, Rows]]:
    """Yield the tabs of a workbook of today's form, errors of formulas as errors."""
    from .adopt.reading import WorkbookTabs

    try:
        with open_workbook(path) as workbook:
            for tab in WorkbookTabs(workbook, path.parent).read(sheet):
                above: Rows = [[] for _ in range(tab.grid.first_row - 1)]
                yield tab.name, [*above, *(list(row) for row in tab.grid.rows)]
    except SheetopsError as error:
        if error.code == "tracker-unreadable":
            raise FileUnreadable(error.what, next_step=error.next_step) from None
        raise


def _calamine(path: Path, sheet: str | None) -> Iterator[tuple[str, Rows]]:
    """Yield the tabs of an older workbook, or one of LibreOffice."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        for name in wanted_tabs(path.name, book.sheet_names, sheet):
            yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise FileUnreadable(
            f"{path.name} cannot be read as a workbook: {error}.",
            next_step="Open it, take a password away, and save it as .xlsx.",
        ) from None


_WORKBOOKS: Mapping[str, Callable[[Path, str | None], Iterator[tuple[str, Rows]]]] = {
    ".xlsx": _ooxml, ".xlsm": _ooxml, ".xls": _calamine, ".xlsb": _calamine, ".ods": _calamine,
}  # fmt: skip


def _largest(path: Path, tabs: Iterator[tuple[str, Rows]]) -> FileRows:
    """Return the largest table among the tabs."""
    found = []
    for name, rows in tabs:
        if any(any(not is_blank(raw) for raw in row) for row in rows):
            found.append(_table(path.name, rows, f"tab '{name}'", tab=name))
    if not found:
        raise FileUnreadable(f"{path.name} has no cells.", next_step="Look whether it is the right file.")
    best = max(found, key=lambda one: len(one.rows) * len(one.headers))
    others = [one.tab for one in found if one is not best]
    if others:
        said = f"The tab '{best.tab}' is read; the others are not: {', '.join(others[:6])} (--sheet NAME reads another)."
        best.notes.append(said)
    return best


def _parquet(path: Path) -> FileRows:
    try:
        import pyarrow.parquet as parquet  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise FileUnreadable(
            "Parquet needs the package pyarrow, which is not installed.",
            next_step='Run: pip install "sheetops[parquet]"',
        ) from None
    try:
        table = parquet.read_table(path)
    except Exception as error:
        raise FileUnreadable(f"{path.name} cannot be read as Parquet: {str(error)[:100]}.") from None
    columns = [column.to_pylist() for column in table.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return FileRows(path.name, tuple(map(str, table.column_names)), rows, range(1, len(rows) + 1), "Parquet")


# --- the table in the rows ----------------------------------------------------------------------------


def _table(file: str, rows: Rows, form: str, tab: str = "") -> FileRows:
    """Return the table that stands in the rows: its header may stand below titles; blank rows are no rows."""
    region = find_region(TabRead(tab or file, Grid(rows[:LOOKED_AT])))
    if region is not None:
        header_row, columns = region.header_row, _named(region.headers)
    else:
        header_row, columns = _first_row(file, rows)
    notes = [f"The header is in row {header_row}."] if header_row > 1 else []
    headers = tuple(columns.values())
    numbers: list[int] = []
    kept: Rows = []
    places = [column - 1 for column in columns]
    wide = max(places) + 1
    straight = places == list(range(wide))
    headless = [place for place in range(wide) if place not in set(places)]
    unnamed: Counter[int] = Counter()
    blank = 0
    for number, cells in enumerate(itertools.islice(rows, header_row, None), start=header_row + 1):
        if not any(not is_blank(raw) for raw in cells):
            blank += 1
            continue
        numbers.append(number)
        if straight and len(cells) == wide:
            kept.append(cells)
        else:
            unnamed.update(place for place in headless if place < len(cells) and not is_blank(cells[place]))
            beyond = [raw for raw in cells[wide:] if not is_blank(raw)]
            row = [cells[place] if place < len(cells) else None for place in places]
            kept.append([*row, *beyond] if beyond else row)
    if blank:
        notes.append(f"{blank:,} blank rows are no rows." if blank > 1 else "1 blank row is no row.")
    for place, times in unnamed.items():
        notes.append(
            f"Column {column_letters(place + 1)} has {times:,} values and no header: it is left out."
        )
    return FileRows(file, headers, kept, numbers, form, notes, tab)


_NUMBER = re.compile(r"[\d.,:/+\-\s%]+")


def _first_row(file: str, rows: Sequence[Sequence[Any]]) -> tuple[int, dict[int, str]]:
    """Return the first row with cells as the header, where none reads like one but it is all text."""
    for number, cells in enumerate(rows, start=1):
        filled = {column: raw for column, raw in enumerate(cells, 1) if not is_blank(raw)}
        if filled:
            words = all(
                isinstance(raw, str) and not _NUMBER.fullmatch(raw.strip()) for raw in filled.values()
            )
            if words and number < len(rows):
                return number, _named(
                    [Header(c, " ".join(tidy(raw).split()), "") for c, raw in filled.items()]
                )
            break
    raise FileUnreadable(
        f"No row of {file} reads like a header: short, different texts above the values.",
        next_step="Put a row with the names of the columns on top.",
    )


def _named(headers: Sequence[Header]) -> dict[int, str]:
    """Return column -> header; a header that comes again is told by its column: "Date", "Date (column F)"."""
    found: dict[int, str] = {}
    for header in headers:
        again = header.text in found.values()
        found[header.column] = (
            f"{header.text} (column {column_letters(header.column)})" if again else header.text
        )
    return found
