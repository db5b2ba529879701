"""`RunPython "import sheetops.macros; ..."`: the functions take the calling book and work on it as it is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sheetops import macros
from sheetops.library import open_workspace

from ..trackers import workbooks
from ..trackers.excel_live import shim
from .test_pressing import CONFIG


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    workbooks.make(tmp_path / "Desk.xlsx", [["Case", "Status"], ["A", "open"], ["B", "closed"]])
    return tmp_path / "Desk.xlsx"


@pytest.fixture
def book(desk: Path) -> Any:
    """The workbook as it is open in Excel, synced once."""
    book = shim.open_book(desk)
    assert macros.sync(book).exit_code == 0
    return book


def test_what_is_typed_and_not_saved_is_synced_and_the_status_cell_says_so(desk: Path, book: Any) -> None:
    book.sheets["Cases"].range("B2").value = [["closed"]]
    said = macros.sync(book)
    assert (said.exit_code, said.sentence) == (0, "1 cell into the dataset.")
    assert book.sheets["sheetops"].range("A2").value == "1 cell into the dataset."
    with open_workspace(desk.parent) as ws:
        assert ws.table("cases")["A"]["status"] == "closed"


def test_an_answer_of_several_lines_moves_those_of_the_tab_down_and_the_next_one_takes_its_place(book: Any) -> None:  # fmt: skip
    book.sheets["Cases"].range("B2").value = [["closed"]]
    tab = book.sheets["sheetops"]
    macros.preview(book)
    macros.preview(book)
    rows = [row[0] for row in tab.range("A1:A20").options(ndim=2).value]
    assert rows[4] == "Answer to plan:"
    assert rows.count("Answer to plan:") == rows.count("End of the answer") == 1
    assert "Nothing is held: every cell agrees." in rows


def test_explain_is_about_the_selected_row(book: Any) -> None:
    book.sheets["Cases"].api.Activate()
    book.sheets["Cases"].range("B3").api.Select()
    assert macros.explain(book).sentence == "What is known of B:"
    book.sheets["Cases"].range("B9").api.Select()
    assert macros.explain(book).sentence.startswith("No row is selected, or it has no key yet.")


def test_a_copy_is_told_and_the_dataset_left_alone(desk: Path, book: Any) -> None:
    copy = desk.with_name("Copy of Desk.xlsx")
    book.api.SaveCopyAs(str(copy))
    book = shim.open_book(copy)
    said = macros.sync(book)
    assert said.sentence.startswith("Copy of Desk.xlsx is a copy or was renamed: the workspace ")
    assert book.sheets["sheetops"].range("A2").value == said.sentence


def test_a_workbook_that_was_synced_as_a_file_is_synced_where_it_is_open_and_back(desk: Path) -> None:
    with open_workspace(desk.parent) as ws:
        ws.sync()
    book = shim.open_book(desk)
    book.sheets["Cases"].range("B2").value = [["closed"]]
    said = macros.sync(book)
    assert (said.exit_code, said.sentence) == (0, "1 cell into the dataset.")
    book.save()
    book.close()
    with open_workspace(desk.parent) as ws:
        assert ws.table("cases")["A"]["status"] == "closed"
        assert ws.sync().exit_code == 0
