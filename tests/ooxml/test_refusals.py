"""What is refused, with words, and leaves the file as it is."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from sheetops.ooxml import (
    BrokenWorkbook,
    CellRefused,
    EncryptedWorkbook,
    NotAWorkbook,
    SheetMissing,
    SignedWorkbook,
    Workbook,
    WorkbookUnavailable,
)

from .parts import MAIN, RELATIONS, contents, minimal, sheet, write

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def _made(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", NotAWorkbook, "0 bytes"),
        (b"Key,Status\nC-1,open\n" * 9, NotAWorkbook, "no zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), NotAWorkbook, r"97-2003"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            EncryptedWorkbook,
            "password",
        ),
        (b"PK\3\4" + bytes(400), BrokenWorkbook, "cut off"),
    ],
)
def test_other_files_are_named(tmp_path: Path, data: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Workbook.open(_made(tmp_path / "book.xlsx", data))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, ".ods"),
        ({"xl/workbook.bin": b"x"}, ".xlsb"),
        ({"word/document.xml": "<x/>"}, "Word"),
        ({"readme.txt": "hello"}, "no workbook"),
    ],
)
def test_other_packages_are_named(tmp_path: Path, parts: dict[str, bytes | str], words: str) -> None:
    with pytest.raises(NotAWorkbook, match=words):
        Workbook.open(write(tmp_path / "book.xlsx", parts))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbookUnavailable, match="no file"):
        Workbook.open(tmp_path / "gone.xlsx")


def test_every_truncation_is_refused(tracker: Path, tmp_path: Path) -> None:
    whole = tracker.read_bytes()
    for length in range(8, len(whole), 97):
        with pytest.raises((BrokenWorkbook, NotAWorkbook)):
            Workbook.open(_made(tmp_path / "cut.xlsx", whole[:length]))


def test_flipped_byte_in_the_sheet_is_found(tracker: Path) -> None:
    with zipfile.ZipFile(tracker) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(tracker.read_bytes())
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
    tracker.write_bytes(data)
    with Workbook.open(tracker) as book, pytest.raises(BrokenWorkbook):
        book["Cases"].grid()
    assert tracker.read_bytes() == data


def test_duplicate_member_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", minimal(sheet(ROW)))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(BrokenWorkbook, match="twice"):
        Workbook.open(path)


def test_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = sheet(" " * (70 << 20))
    path = tmp_path / "book.xlsx"
    write(path, minimal(bomb))
    with Workbook.open(path) as book, pytest.raises(BrokenWorkbook, match="fold"):
        book["S"].grid()


def test_size_that_lies_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", minimal(sheet(ROW)))
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"PK\1\2", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    struct.pack_into("<L", data, entry + 24, 10)
    path.write_bytes(data)
    with Workbook.open(path) as book, pytest.raises(BrokenWorkbook, match="longer"):
        book["S"].grid()


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"])
def test_document_type_is_refused(tmp_path: Path, part: str) -> None:
    parts = minimal(sheet(ROW))
    parts[part] = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + str(parts[part])
    with (
        pytest.raises(BrokenWorkbook, match="document type"),
        Workbook.open(write(tmp_path / "b.xlsx", parts)) as book,
    ):
        book.set_custom_property("a", "b")


def test_document_type_in_a_sheet_is_refused(tmp_path: Path) -> None:
    bad = "<!DOCTYPE x>" + sheet(ROW)
    with Workbook.open(write(tmp_path / "b.xlsx", minimal(bad))) as book, pytest.raises(BrokenWorkbook):
        book["S"].set("A1", 2)


def test_signed_workbook_is_refused_unless_told(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(ROW)) | {"_xmlsignatures/sig1.xml": "<Signature/>"})
    before = path.read_bytes()
    with Workbook.open(path) as book:
        book["S"].set("A1", 2)
        with pytest.raises(SignedWorkbook, match="signed"):
            book.save()
        assert path.read_bytes() == before
        book.save(break_signature=True)


def test_chart_sheet_has_no_cells(tmp_path: Path) -> None:
    parts = minimal(sheet(ROW))
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        '/worksheet"', '/chartsheet"'
    )
    with (
        Workbook.open(write(tmp_path / "b.xlsx", parts)) as book,
        pytest.raises(SheetMissing, match="chartsheet"),
    ):
        book["S"]


@pytest.mark.parametrize(
    ("value", "words"),
    [("x" * 32_768, "32767"), (float("nan"), "no number"), ("\ud800", "surrogate")],
)
def test_value_no_cell_can_hold(tracker: Path, value: object, words: str) -> None:
    with Workbook.open(tracker) as book, pytest.raises(CellRefused, match=words):
        book["Cases"].set("B2", value)


@pytest.mark.parametrize("ref", ["B2", "B3"])
def test_part_of_an_array_formula_is_refused(tmp_path: Path, ref: str) -> None:
    rows = (
        '<row r="2"><c r="B2" cm="1"><f t="array" ref="B2:B4">A2:A4</f><v>1</v></c></row>'
        '<row r="3"><c r="B3"><v>2</v></c></row>'
    )
    with (
        Workbook.open(write(tmp_path / "b.xlsx", minimal(sheet(rows)))) as book,
        pytest.raises(CellRefused, match="B2:B4"),
    ):
        book["S"].set(ref, 1, overwrite_formula=True)


def test_index_out_of_range_reads_as_nothing(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>99</v></c><c r="B1" s="99"><v>5</v></c></row>'
    with Workbook.open(write(tmp_path / "b.xlsx", minimal(sheet(rows)))) as book:
        assert (book["S"]["A1"].value, book["S"]["B1"].value) == ("", 5)
        book["S"].set("B1", 6)
        book.save()
        assert book["S"]["B1"].value == 6


def test_ten_thousand_sheets(tmp_path: Path) -> None:
    parts = minimal(sheet(ROW))
    names = range(1, 10_001)
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in names)
        + "</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
            for n in names
        )
        + "</Relationships>"
    )
    with Workbook.open(write(tmp_path / "b.xlsx", parts)) as book:
        assert len(book.sheet_names) == 10_000
        book["S7"].set("A1", 2)
        book.save()
        assert book["S7"]["A1"].value == 2


def test_zip_comment_and_preamble_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(ROW)))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"kept"
    data = path.read_bytes()
    path.write_bytes(b"PKpreamble" + data)
    with Workbook.open(path) as book:
        book["S"].set("A1", 2)
        book.save()
    assert path.read_bytes().startswith(b"PKpreamble")
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.comment == b"kept"
        assert archive.testzip() is None
    assert b"<v>2</v>" in contents(path)["xl/worksheets/sheet1.xml"]
