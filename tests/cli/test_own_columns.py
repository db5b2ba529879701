"""A team's `columns.py`, as an analyst writes it beside sheetops.toml."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from sheetops.cli.main import cli

from ..trackers import workbooks

CONFIG = """
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
market = { type = "text" }
amount = { type = "number" }
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case" = "case_id"
"Market" = "market"
"Amount" = "amount"
"Share" = "share"
"""
OWN = '''
from sheetops.columns import column


@column("cases", needs=["amount"], by=["market"], makes={"share": "number"})
def share(rows):
    """The case's share of its market's amount."""
    return rows["amount"] / rows["amount"].sum()
'''
ROWS = [
    ["Case", "Market", "Amount", "Share"],
    ["A", "UK", 1, None],
    ["B", "UK", 3, None],
    ["C", "IE", 5, None],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "columns.py").write_text(OWN, encoding="utf-8")
    workbooks.make(tmp_path / "Desk.xlsx", ROWS)
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-C", str(folder)])


def shown(folder: Path) -> list[object]:
    sheet = openpyxl.load_workbook(folder / "Desk.xlsx")["Cases"]
    return [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)]


def test_it_is_in_the_workbook_after_a_sync(folder: Path) -> None:
    done = run(folder, "sync")
    assert done.exit_code == 0, done.output
    assert "3 computed cells" in done.output
    assert shown(folder) == [0.25, 0.75, 1]
    assert "Everything agrees" in run(folder, "sync").output or run(folder, "sync").exit_code == 0


def test_it_is_explained(folder: Path) -> None:
    run(folder, "sync")
    said = run(folder, "explain", "B", "share").output
    assert "share is calculated by share in columns.py: The case's share of its market's amount." in said
    assert "looked at together: 2 of cases with market UK" in said


def test_another_text_of_the_file_calculates_everything_again(folder: Path) -> None:
    run(folder, "sync")
    (folder / "columns.py").write_text(OWN.replace(".sum()", ".max()"), encoding="utf-8")
    done = run(folder, "sync")
    assert done.exit_code == 0, done.output
    assert shown(folder) == [pytest.approx(1 / 3), 1, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nowhere_at_all", "columns.py, line 1: ModuleNotFoundError: No module named 'nowhere_at_all'."),
        ("x = 1\ndef f(:\n", "columns.py, line 2: SyntaxError"),
        (OWN.replace('"cases", needs', '"casess", needs'), "share is for a table 'casess', which there is not. Did you mean 'cases'?"),
        (OWN.replace('["amount"]', '["amont"]', 1), "share needs the field 'amont', and cases has no such field. Did you mean 'amount'?"),
        (OWN.replace('"number"', '"colour"'), "columns.py, line 5: ColumnError: 'share' cannot be of type 'colour'."),
        (OWN.replace('"share": "number"', '"market": "text"'), "is computed by 'share'"),
    ],
)  # fmt: skip
def test_a_mistake_in_it_stops_before_anything_is_read(folder: Path, text: str, said: str) -> None:
    (folder / "columns.py").write_text(text, encoding="utf-8")
    before = (folder / "Desk.xlsx").read_bytes()
    done = run(folder, "sync")
    assert done.exit_code == 1
    assert said in done.output
    assert "Nothing was changed." in done.output
    assert (folder / "Desk.xlsx").read_bytes() == before


def test_one_that_fails_while_it_calculates_is_said_and_the_rest_goes_on(folder: Path) -> None:
    text = OWN.replace('rows["amount"] / rows["amount"].sum()', "1 / 0")
    (folder / "columns.py").write_text(text, encoding="utf-8")
    done = run(folder, "sync")
    assert "The columns 'share' of cases were not computed: division by zero" in done.output
    assert done.exit_code == 0
    assert shown(folder) == [None, None, None]
