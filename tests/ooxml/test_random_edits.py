"""Random sheets in random dialects under random edits, against a dict."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from sheetops.ooxml import CellError, Workbook, cell_name

from .parts import MAIN, contents, minimal, write

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False))
values = st.one_of(st.booleans(), numbers, texts, st.just(CellError("#REF!")))
places = st.tuples(st.integers(1, 12), st.integers(1, 30))
cells = st.dictionaries(places, values, max_size=25)
edits = st.lists(st.tuples(places, st.one_of(st.none(), values)), max_size=12)
SWITCHES = ("prefixed", "quotes", "spans", "comments", "utf16", "empty rows", "spaces")
dialects = st.sets(st.sampled_from(SWITCHES))


def written(table: dict[tuple[int, int], object], dialect: set[str]) -> bytes:
    """Return a worksheet with these cells in a dialect."""
    rows: dict[int, dict[int, object]] = {row: {} for row in range(1, 14)} if "empty rows" in dialect else {}
    for (row, column), value in table.items():
        rows.setdefault(row, {})[column] = value
    p = "x:" if "prefixed" in dialect else ""
    gap = "\n  " if "spaces" in dialect else ""
    body = ""
    for row, line in sorted(rows.items()):
        spans = f' spans="{min(line)}:{max(line)}"' if "spans" in dialect and line else ""
        inner = "".join(gap + _cell(row, column, line[column], p) for column in sorted(line))
        note = "<!-- </row><c r='A1'/> -->" if "comments" in dialect else ""
        body += (
            f'{gap}<{p}row r="{row}"{spans}>{inner}{note}</{p}row>'
            if inner
            else f'<{p}row r="{row}"{spans}/>'
        )
    declared = "xmlns:x" if p else "xmlns"
    xml = f'<{p}worksheet {declared}="{MAIN}"><{p}sheetData>{body}</{p}sheetData></{p}worksheet>'
    if "quotes" in dialect:
        xml = xml.replace('"', "'")
    if "utf16" in dialect:
        return ('<?xml version="1.0" encoding="UTF-16"?>' + xml).encode("utf-16")
    return xml.encode()


def _cell(row: int, column: int, value: object, p: str) -> str:
    where = f'r="{cell_name(row, column)}"'
    if isinstance(value, bool):
        return f'<{p}c {where} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
    if isinstance(value, str):
        return f'<{p}c {where} t="inlineStr"><{p}is><{p}t xml:space="preserve">{_stored(value)}</{p}t></{p}is></{p}c>'
    if isinstance(value, CellError):
        return f'<{p}c {where} t="e"><{p}v>{value}</{p}v></{p}c>'
    return f"<{p}c {where}><{p}v>{value!r}</{p}v></{p}c>"


def _stored(text: str) -> str:
    bad = {c for c in text if (ord(c) < 32 and c not in "\t\n") or c in "\ufffe\uffff"}
    text = text.replace("_x", "_x005F_x")
    for character in bad:
        text = text.replace(character, f"_x{ord(character):04X}_")
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _equal(found: object, wanted: object) -> bool:
    if wanted in ("", None) and not isinstance(wanted, bool | int | float):
        return found in ("", None) and not isinstance(found, bool | int | float)
    if isinstance(wanted, float) and isinstance(found, float | int) and not isinstance(found, bool):
        return math.isclose(found, wanted, rel_tol=1e-15)
    return type(found) in (type(wanted), float) and found == wanted


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells, dialects, st.lists(edits, min_size=1, max_size=3))
def test_a_workbook_behaves_like_a_dict(
    table: dict[tuple[int, int], object],
    dialect: set[str],
    rounds: list[list[tuple[tuple[int, int], object]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "b.xlsx", minimal(written(table, dialect)))
        model = dict(table)
        for changes in rounds:
            before = contents(path)
            with Workbook.open(path) as book:
                for place, value in changes:
                    book["S"].set_cell(*place, value)
                    model[place] = value
                book.save()
                _check(book, path, model)
            after = contents(path)
            assert {n for n in after if after[n] != before[n]} <= {"xl/worksheets/sheet1.xml"}


def _check(book: Workbook, path: Path, model: dict[tuple[int, int], object]) -> None:
    grid = book["S"].grid()
    for place, value in model.items():
        assert _equal(book["S"].cell(*place).value, value), (place, value)
        assert _equal(grid.value(*place), value), (place, value, grid.value(*place))
    stored = {(r, c) for r, c, _ in book["S"].reader().cells(book["S"]._stream_blocks())}
    assert stored <= {place for place, value in model.items() if value is not None}
    assert CalamineWorkbook.from_path(path).sheet_names == ["S"]
