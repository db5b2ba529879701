"""The workbooks: what stands in the folder is what the TOML builds, and an independent reader finds all of it."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from scripts.build_templates import every
from sheetops.templates import FOLDER, build_books, by_workbook, find_template
from sheetops.workspace import parse_config

BUILT_WITH = "3.3.1"
"""The XlsxWriter whose parts stand in the folder; another one may write a part in another way."""


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def built():
    return dict(every())


@pytest.fixture(scope="module")
def books(built):
    return {path.name: openpyxl.load_workbook(io.BytesIO(content)) for path, content in built.items()}


def test_the_workbooks_in_the_folder_are_what_the_toml_builds(built):
    if xlsxwriter.__version__ != BUILT_WITH:
        pytest.skip(f"they were built with XlsxWriter {BUILT_WITH}")
    assert {*FOLDER.glob("*/*.xlsx")} == {*built}
    stale = [path.name for path, content in built.items() if parts(path.read_bytes()) != parts(content)]
    assert stale == [], "python scripts/build_templates.py"


def test_the_whole_workspace_has_the_same_workbooks_as_its_pieces(built):
    template = find_template("live-governance")
    config = parse_config(template.text, FOLDER / "sheetops.toml")
    whole = by_workbook(config.schema.trackers.values())
    alone = {path.name: content for path, content in built.items()}
    made = build_books(config.schema, whole, template.pieces, template.look)
    assert [name for name, content in zip(whole, made, strict=True) if content != alone[name]] == []


def test_every_workbook_explains_itself(books):
    for name, book in books.items():
        assert "How this tracker works" in book.sheetnames, name
        first = [
            cell.value
            for row in book["How this tracker works"].iter_rows(max_row=3)
            for cell in row
            if cell.value
        ]
        assert first[0] == "How this tracker works"
        assert len(first[1]) > 40, name


def test_every_header_has_a_note_and_stays_in_sight(books):
    for name, book in books.items():
        for sheet in book.worksheets:
            if sheet.title in ("Dashboard", "How this tracker works", "Choices"):
                continue
            assert sheet.freeze_panes, f"{name} {sheet.title}"
            assert [c.coordinate for c in sheet[1] if c.value and not c.comment] == [], (
                f"{name} {sheet.title}"
            )
            assert len(sheet.tables) == 1


def test_dashboards_count_with_plain_formulas_and_draw_native_charts(books):
    without = {name for name, book in books.items() if "Dashboard" not in book.sheetnames}
    assert without == {"SLA policies.xlsx"}
    sheet = books["Cases.xlsx"]["Dashboard"]
    assert len(sheet._charts) == 6
    formulas = [
        cell.value for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=COUNTIF")
    ]
    assert formulas[0].startswith("=COUNTIF('Cases'!$F$2:$F$1048576,\"breached\")")


def test_secondary_columns_are_folded_and_a_visible_one_bears_the_plus(books):
    sheet = books["Cases.xlsx"]["Cases"]
    folded = [letter for letter, size in sheet.column_dimensions.items() if size.outlineLevel]
    headers = {cell.column_letter: cell.value for cell in sheet[1]}
    assert {"Queue", "Legal ground", "Story"} <= {headers[letter] for letter in folded if letter in headers}
    assert not {"Case ID", "Status", "To mend", "Evidence"} & {headers.get(letter) for letter in folded}


def test_colours_say_breached_at_risk_overdue_and_held(books):
    formulas = {
        rule.formula[0]
        for book in (books["Cases.xlsx"], books["Escalations.xlsx"])
        for sheet in book.worksheets
        for one in sheet.conditional_formatting
        for rule in one.rules
    }
    assert 'OR($F2="breached",$F2="met late")' in formulas
    assert any('INDIRECT("sheetops!$C$1:$C$5000")' in one for one in formulas)
    assert any("<NOW()" in one and 'NOT(OR($B2="resolved"' in one for one in formulas)


def test_a_reference_offers_the_records_that_are_there_and_takes_others(books):
    sheet = books["Cases.xlsx"]["Cases"]
    place = next(cell.column_letter for cell in sheet[1] if cell.value == "Market")
    rule = next(r for r in sheet.data_validations.dataValidation if f"{place}2" in str(r.sqref))
    assert (rule.formula1.startswith("Choices!"), bool(rule.showErrorMessage)) == (True, False)
    inside = books["Campaigns.xlsx"]["Checklist"]
    place = next(cell.column_letter for cell in inside[1] if cell.value == "Campaign")
    rule = next(r for r in inside.data_validations.dataValidation if f"{place}2" in str(r.sqref))
    assert rule.formula1 == "'Campaigns'!$A$2:$A$5001"
