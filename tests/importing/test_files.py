"""Files in any usual encoding and with any usual divider, workbooks, and those that are none of it."""

import pytest

from sheetops import ooxml
from sheetops.foreign_files import read_file
from sheetops.model.errors import FileUnreadable

ROWS = [
    ["T-1", "New", "DE", "Müller & Söhne", "2026-01-05", "Größe falsch"],
    ["T-2", "New", "DE", "Façade", "", "déjà vu"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("divider", [",", ";", "\t", "|"])
def test_encodings_and_dividers_are_found(office, encoding, divider):
    from pathlib import Path

    read = read_file(Path(office.file(*ROWS, encoding=encoding, divider=divider)))
    assert read.rows == ROWS
    assert read.headers[0] == "Reference"


def test_chinese_and_japanese_encodings_are_found_or_named(office):
    from pathlib import Path

    rows = [
        [f"T-{n}", "New", "DE", "深圳市某某贸易有限公司", "", "主播在直播间销售假冒商品，买家投诉"]
        for n in range(20)
    ]
    path = Path(office.file(*rows, encoding="gb18030"))
    assert read_file(path, encoding="gb18030").rows == rows
    assert read_file(path).rows == rows


def test_a_header_below_titles_blank_rows_and_a_row_of_totals(office):
    path = office.folder / "export.csv"
    path.write_text(
        "Export of tickets\n\nReference,Status,Market,Points\nT-1,New,DE,3\n\nT-2,New,DE,4\nTotal,,,7\n",
        encoding="utf-8",
    )
    said = office.take(str(path), code=3)
    assert "The header is in row 3." in said
    assert "2 added + 0 same + 0 updated + 1 to the intake = 3 rows" in said
    assert "looks like a row of totals (first: row 7)" in said


def test_a_row_with_a_divider_in_a_text_waits_with_all_it_said(office):
    path = office.folder / "tickets.csv"
    path.write_text("Reference,Status,Market\nT-1,New,DE\nT-2,New,DE, and more\nT-3,New\n", encoding="utf-8")
    said = office.take(str(path), code=3)
    assert "has 1 more cells than the header" in said
    assert "2 added" in said
    (item,) = office.table("intake").values()
    assert "and more" in item["raw"]


def test_a_workbook_is_read_with_its_types(office):
    from datetime import date, datetime

    import pandas as pd

    frame = pd.DataFrame(
        {
            "Reference": ["00123", "T-2"],
            "Status": ["New", "New"],
            "Opened at": [datetime(2026, 1, 5), None],
            "Points": [3, 4],
        }
    )
    path = office.folder / "book.xlsx"
    with pd.ExcelWriter(path) as writer:
        frame.to_excel(writer, sheet_name="Tickets", index=False)
        frame.head(1).to_excel(writer, sheet_name="Old", index=False)
    said = office.take(str(path))
    assert "The tab 'Tickets' is read; the others are not: Old" in said
    case = office.table()["CASE-0001"]
    assert (case["source_ref"], case["opened_at"], case["points"]) == ("00123", date(2026, 1, 5), 3)


def test_an_error_of_a_formula_is_no_value(office):
    office_book = office.folder / "Desk.xlsx"
    with ooxml.Workbook.open(office_book) as workbook:
        for address, value in {"A2": "CASE-0007", "B2": "New", "C2": "DE", "D2": "Acme"}.items():
            workbook["Cases"].set(address, value)
        workbook["Cases"].set_formula(2, 3, "=1/0", ooxml.CellError("#DIV/0!"))
        workbook.save()
    said = office.take(str(office_book), "--allow", "unreadable", code=3)
    assert "Market: '#DIV/0!' is an error of a formula" in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", None, "There is no file"),
        ("empty.csv", b"", "is empty"),
        ("book.csv", b"PK\x03\x04....", "is a workbook under another name"),
        ("broken.xlsx", b"not a workbook", "broken.xlsx"),
        ("broken.xls", b"not a workbook", "cannot be read as a workbook"),
        ("numbers.csv", b"1,2\n3,4\n", "No row of numbers.csv reads like a header"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(office, name, content, said):
    path = office.folder / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileUnreadable, match=said):
        read_file(path)
    result = office.run("import", path, "--into", "cases", "--yes")
    assert result.exit_code == 1
    assert "Traceback" not in result.output + result.stderr


def test_a_file_half_of_which_cannot_be_read_stops_and_names_the_way_on(office):
    rows = [[f"T-{n}", "Nonsense", "DE", "A", "", ""] for n in range(6)] + [
        [f"G-{n}", "New", "DE", "A", "", ""] for n in range(4)
    ]
    file = office.file(*rows)
    result = office.run("import", file, "--into", "cases", "--yes")
    assert result.exit_code == 4
    assert "6 of 10 rows of tickets.csv cannot be taken" in result.stderr
    assert "--allow unreadable" in result.stderr
    assert not office.mapping().exists()
    assert "4 added + 0 same + 0 updated + 6 to the intake = 10 rows" in office.take(
        file, "--allow", "unreadable", code=3
    )


def test_right_to_left_emoji_and_a_long_verbatim_survive(office):
    texts = ["السلعة مقلدة 😡", "👩‍👩‍👧 ok", "x" * 30_000]
    office.take(office.file(*[[f"T-{n}", "New", "DE", "A", "", text] for n, text in enumerate(texts)]))
    assert [case["summary"] for case in office.table().values()] == texts


def test_a_table_that_is_not_there_is_named(office):
    result = office.run("import", office.file(ROWS[0]), "--into", "case", "--yes")
    assert result.exit_code == 2
    assert "Did you mean 'cases'?" in result.stderr
