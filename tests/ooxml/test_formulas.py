"""Formulas around an edit: shared ones, the calculation chain, recalculation."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.ooxml import Workbook
from sheetops.ooxml.formulas import moved, references

from .parts import RELATIONS, contents, minimal, sheet, write

SHARED = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$A$1+LEN("A1")</f><v>3</v></c></row>'
    '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
    '<row r="3"><c r="A3"><v>3</v></c><c r="B3" s="0"><f t="shared" si="0"></f><v>5</v></c></row>'
)


def _with_chain(tmp_path: Path, chain: str, rows: str = SHARED) -> Path:
    parts = minimal(sheet(rows))
    parts["xl/calcChain.xml"] = (
        f'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{chain}</calcChain>'
    )
    relation = (
        f'<Relationship Id="rId9" Type="{RELATIONS}/calcChain" Target="calcChain.xml"/></Relationships>'
    )
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = str(parts[name]).replace("</Relationships>", relation)
    types = '<Override PartName="/xl/calcChain.xml" ContentType="x/y"/></Types>'
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("</Types>", types)
    return write(tmp_path / "b.xlsx", parts)


def _overwrite(path: Path, *refs: str) -> dict[str, bytes]:
    with Workbook.open(path) as book:
        for ref in refs:
            book["S"].set(ref, 7, overwrite_formula=True)
        book.save()
    return contents(path)


def test_dependants_of_an_overwritten_shared_formula_get_their_own(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet(SHARED)))
    _overwrite(path, "B1")
    with Workbook.open(path) as book:
        assert book["S"].formulas() == {(2, 2): 'A2*$A$1+LEN("A1")', (3, 2): 'A3*$A$1+LEN("A1")'}
        assert [book["S"][ref].value for ref in ("B1", "B2", "B3")] == [7, 4, 5]


def test_chain_loses_the_entry_and_the_next_keeps_its_sheet(tmp_path: Path) -> None:
    path = _with_chain(tmp_path, '<c r="B1" i="1"/><c r="B2"/><c r="B3"/>')
    after = _overwrite(path, "B1")
    assert b'<c r="B2" i="1"/><c r="B3"/></calcChain>' in after["xl/calcChain.xml"]


def test_chain_without_entries_goes(tmp_path: Path) -> None:
    path = _with_chain(tmp_path, '<c r="B1" i="1"/><c r="B2" i="1"/><c r="B3"/>')
    after = _overwrite(path, "B1", "B2", "B3")
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]


def test_workbook_with_formulas_is_calculated_on_load(tmp_path: Path) -> None:
    path = _with_chain(tmp_path, '<c r="B1" i="1"/>')
    with Workbook.open(path) as book:
        book["S"].set("A1", 9)
        book.save()
    assert b'<calcPr fullCalcOnLoad="1"/>' in contents(path)["xl/workbook.xml"]


def test_workbook_without_formulas_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", minimal(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')))
    before = contents(path)
    with Workbook.open(path) as book:
        book["S"].set("A1", 9)
        book.save()
    assert contents(path)["xl/workbook.xml"] == before["xl/workbook.xml"]


@pytest.mark.parametrize(
    ("formula", "there"),
    [
        ("A1+B$2", "B3+C$2"),
        ("SUM($A$1:A1)", "SUM($A$1:B3)"),
        ('"A1"&A1', '"A1"&B3'),
        ("'A1 x'!A1", "'A1 x'!B3"),
        ("Sheet1!A1", "Sheet1!B3"),
        ("LOG10(A1)", "LOG10(B3)"),
        ("T[[#This Row],[A1]]", "T[[#This Row],[A1]]"),
        ("SUM(A:A,1:1)", "SUM(B:B,3:3)"),
        ("SUM($A:B,$1:2)", "SUM($A:C,$1:4)"),
        ("XFD1", "#REF!"),
        ("A1B2+ABCD1+name.A1", "A1B2+ABCD1+name.A1"),
        ("1E5+A1", "1E5+B3"),
        ("TRUE+[1]S!A1", "TRUE+[1]S!B3"),
    ],
)
def test_formula_two_rows_down_one_column_right(formula: str, there: str) -> None:
    assert moved(formula, 2, 1) == there


def test_references_of_a_formula() -> None:
    found = [(sheet, str(reach)) for sheet, reach in references("SUM(A1:B2)+'My sheet'!C3+Other!$D$4:E5*X")]
    assert found == [("", "A1:B2"), ("My sheet", "C3"), ("Other", "D4:E5")]


def test_formulas_put_out_of_date_are_named(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1+1</f><v>2</v></c><c r="C1"><f>SUM(B1:B9)</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A9</f><v>2</v></c><c r="C2"><f>SUM(T[Hours])</f><v>2</v></c></row>'
    )
    with Workbook.open(write(tmp_path / "b.xlsx", minimal(sheet(rows)))) as book:
        book["S"].set("A1", 5)
        assert book.stale_formulas() == {("S", 1, 2), ("S", 1, 3), ("S", 2, 3)}
