"""Ways of writing the same sheet, as programs do: each is read, changed and left in its own way."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from sheetops.ooxml import CellRefused, Workbook

from .parts import MAIN, contents, minimal, sheet, write

PLAIN = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>'

DIALECTS = {
    "plain": sheet(PLAIN),
    "prefixed": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1">'
    '<x:v>2</x:v></x:c></x:row><x:row r="3"><x:c r="A3"><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    "single quotes": sheet(PLAIN.replace('"', "'")),
    "no cell addresses": sheet(
        '<row r="1"><c><v>1</v></c><c><v>2</v></c></row><row r="3"><c><v>3</v></c></row>'
    ),
    "no row numbers": sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>"),
    "comment with a row in it": sheet(
        "<!-- <row r='1'/> </sheetData> -->" + PLAIN.replace("</row>", "<!-- > --></row>")
    ),
    "CDATA": sheet(PLAIN.replace("<v>1</v>", "<v><![CDATA[1]]></v>")),
    "comment before the root": "<!-- <sheetData/> -->" + sheet(PLAIN),
    "indented": sheet(PLAIN.replace("<c", "\n  <c").replace("<r", "\n <r").replace("</c>", "\n </c >")),
    "UTF-8 with a mark": "\ufeff" + sheet(PLAIN),
    "UTF-16": ('<?xml version="1.0" encoding="UTF-16"?>' + sheet(PLAIN)).encode("utf-16"),
    "Latin-1": ('<?xml version="1.0" encoding="ISO-8859-1"?>' + sheet(PLAIN)).encode("latin-1"),
    "dimension that lies": sheet(PLAIN, before='<dimension ref="A1"/>'),
    "a wrong order of attributes": sheet(PLAIN.replace('<row r="1"', '<row spans="1:2" r="1"')),
    "strict": sheet(PLAIN).replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
}


@pytest.fixture(params=DIALECTS, ids=str)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(tmp_path / "book.xlsx", minimal(DIALECTS[request.param]))


def test_values_are_read(book: Path) -> None:
    with Workbook.open(book) as opened:
        values = [opened["S"][ref].value for ref in ("A1", "B1", "A3", "A2", "C9")]
        grid = opened["S"].grid()
    assert values == [1, 2, 3, None, None]
    assert [grid.value(1, 1), grid.value(1, 2), grid.value(3, 1), grid.value(2, 1)] == [1, 2, 3, None]


def test_cells_are_set_and_the_others_stay(book: Path) -> None:
    with Workbook.open(book) as opened:
        for ref, value in (("B1", "ä€"), ("C2", 5), ("A4", True), ("D1", 6)):
            opened["S"].set(ref, value)
        opened.save()
        values = [opened["S"][ref].value for ref in ("A1", "B1", "D1", "C2", "A3", "A4")]
    assert values == [1, "ä€", 6, 5, 3, True]


def test_putting_the_old_number_back_restores_the_bytes(book: Path) -> None:
    before = contents(book)["xl/worksheets/sheet1.xml"]
    for value in (77, 3):
        with Workbook.open(book) as opened:
            opened["S"].set("A3", value)
            opened.save()
    assert contents(book)["xl/worksheets/sheet1.xml"] == before or b"\n" in before


@pytest.mark.parametrize(
    "target", ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml", "worksheets\\sheet1.xml"]
)
def test_targets_are_found_however_they_are_written(tmp_path: Path, target: str) -> None:
    path = write(tmp_path / "book.xlsx", minimal(sheet(PLAIN), target=target))
    with Workbook.open(path) as opened:
        opened["S"].set("A1", 9)
        opened.save()
        assert opened["S"].grid().value(1, 1) == 9


class _Pipe(io.BytesIO):
    """A stream that cannot be rewound: zipfile then puts sizes behind the data (data descriptors)."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("piped", [False, True])
def test_zips_of_other_writers(tmp_path: Path, zip64: bool, piped: bool) -> None:
    out = _Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in minimal(sheet(PLAIN)).items():
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(data.encode() if isinstance(data, str) else data)
    path = tmp_path / "book.xlsx"
    path.write_bytes(out.getvalue())
    with Workbook.open(path) as opened:
        opened["S"].set("A1", 9)
        opened.save()
        assert [opened["S"]["A1"].value, opened["S"].grid().value(1, 2)] == [9, 2]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


def test_stored_members_and_their_attributes(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in minimal(sheet(PLAIN)).items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.external_attr, info.comment = 0o600 << 16, b"kept"
            archive.writestr(info, data)
    before = _directory(path)
    with Workbook.open(path) as opened:
        opened["S"].set("A1", 9)
        opened.save()
    assert _directory(path) == before


def _directory(path: Path) -> list[tuple[object, ...]]:
    with zipfile.ZipFile(path) as archive:
        return [(i.filename, i.date_time, i.external_attr, i.comment) for i in archive.infolist()]


def test_backslash_member_names_are_kept(tmp_path: Path) -> None:
    parts = {name.replace("/", "\\"): data for name, data in minimal(sheet(PLAIN)).items()}
    path = write(tmp_path / "book.xlsx", parts)
    with Workbook.open(path) as opened:
        opened["S"].set("A1", 9)
        opened.save()
        assert opened["S"]["A1"].value == 9
    assert b"xl\\worksheets\\sheet1.xml" in path.read_bytes()


@pytest.mark.parametrize("empty", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData >\n</sheetData>"])
def test_empty_sheet_takes_a_cell(tmp_path: Path, empty: str) -> None:
    path = write(
        tmp_path / "book.xlsx", minimal(f'<worksheet xmlns="{MAIN}">{empty}<pageMargins/></worksheet>')
    )
    with Workbook.open(path) as opened:
        opened["S"].set("B2", "first")
        opened.save()
        assert opened["S"]["B2"].value == "first"
    assert b"<pageMargins/>" in contents(path)["xl/worksheets/sheet1.xml"]


def test_cell_that_stands_twice_is_refused(tmp_path: Path) -> None:
    twice = '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'
    path = write(tmp_path / "book.xlsx", minimal(sheet(twice)))
    with Workbook.open(path) as opened:
        opened["S"].set("A1", 3)
        with pytest.raises(CellRefused, match="twice"):
            opened.save()


def test_row_that_stands_twice_is_refused(tmp_path: Path) -> None:
    twice = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>'
    path = write(tmp_path / "book.xlsx", minimal(sheet(twice)))
    before = path.read_bytes()
    with Workbook.open(path) as opened:
        opened["S"].set("A1", 3)
        with pytest.raises(CellRefused, match="twice"):
            opened.save()
    assert path.read_bytes() == before


def test_rows_out_of_order_are_changed_but_get_no_new_one(tmp_path: Path) -> None:
    path = write(
        tmp_path / "book.xlsx", minimal(sheet('<row r="5"><c r="A5"><v>1</v></c></row><row r="2"/>'))
    )
    with Workbook.open(path) as opened:
        opened["S"].set("A5", 3)
        opened["S"].set("A2", 4)
        opened.save()
        assert [opened["S"]["A5"].value, opened["S"]["A2"].value] == [3, 4]
        opened["S"].set("A3", 4)
        with pytest.raises(CellRefused, match="out of order"):
            opened.save()


def test_stray_cell_far_out_costs_no_memory(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="XFD20000"><v>2</v></c></row>'
    path = write(tmp_path / "book.xlsx", minimal(sheet(rows)))
    with Workbook.open(path) as opened:
        grid = opened["S"].grid()
        assert grid.value(1, 1) == 1
        assert grid.value(20_000, 16_384) == 2
        assert opened["S"].grid(max_column=20).value(20_000, 16_384) is None
