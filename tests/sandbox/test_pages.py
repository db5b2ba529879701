"""The pages: what a person sees, clicks and types in a browser."""

import os
from pathlib import Path

import pytest
import requests
from gspread.utils import ValidationConditionType

from .browser import MISSING, Browser, installed

CELL = 'document.querySelector(`td[data-row="{}"][data-column="{}"]`)'


def shown(row, column):
    return f"return {CELL.format(row, column)}?.textContent"


def becomes(row, column, text):
    return f"return {CELL.format(row, column)}?.textContent === {text!r}"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not installed():
        pytest.skip(MISSING)
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(browser, box, book):
    tab = book.sheet1
    tab.update(
        [["Id", "Status", "Hours"], ["007", "Open", 3], ["008", "Closed", 1.5], ["009", "Open", 2]], "A1"
    )
    tab.format(
        "A1:C1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 0.85, "green": 0.9, "blue": 1}}
    )
    tab.freeze(rows=1)
    tab.insert_note("A2", "the zeros count")
    tab.add_validation("B2:B4", ValidationConditionType.one_of_list, ["Open", "Closed"], showCustomUi=True)
    tab.add_protected_range("C2:C4")
    book.add_worksheet("Second", 20, 5)
    browser.open(f"{box.url}/sheets/{book.id}")
    browser.until(becomes(1, 0, "007"))
    return browser


def test_shows_cells_as_they_look(page):
    assert page.run(shown(2, 2)) == "1.5"
    assert page.run(f"return {CELL.format(0, 0)}.style.fontWeight") == "bold"
    assert page.run(f"return {CELL.format(1, 0)}.title") == "the zeros count"
    assert page.run(f"return {CELL.format(1, 2)}.classList.contains('locked')")
    picture = os.environ.get("SHEETOPS_PICTURES")
    if picture:
        page.picture(Path(picture) / "sandbox-grid.png")


def test_a_person_moves_types_and_leaves(page, book):
    page.press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "010", "Tab", "New", "Enter")
    page.until(becomes(4, 1, "New"))
    assert book.sheet1.get("A5:B5") == [["10", "New"]]  # typed as in Sheets: the zero is gone
    page.press("ArrowUp", "never mind", "Escape")
    assert page.run(shown(4, 1)) == "New"
    page.press("Delete")
    page.until(becomes(4, 1, ""))
    page.press("Enter", "=C2*2", "Enter")
    page.until(becomes(4, 1, "6"))
    assert book.sheet1.acell("B5", value_render_option="FORMULA").value == "=C2*2"


def test_a_protected_cell_says_no(page, book):
    page.press("ArrowDown", "ArrowRight", "ArrowRight", "99", "Enter")
    page.until("return document.querySelector('#message').textContent.includes('protected cell')")
    assert book.sheet1.acell("C2").value == "3"


def test_rows_sorting_and_tabs(page, book):
    page.press("ArrowDown")
    page.click("#insert")
    page.until(becomes(2, 0, "007"))
    page.press("ArrowDown")
    page.click("#descending")
    page.until("return document.querySelector('#message').textContent.includes('protected cell')")
    page.click("#add")
    page.press("011", "Enter")
    page.until(becomes(5, 0, "11"))
    page.click("#tabs button:nth-child(2)")
    page.until("return document.querySelector('#tabs button:nth-child(2)').ariaSelected === 'true'")
    page.press("on the second", "Enter")
    page.until(becomes(0, 0, "on the second"))
    assert book.worksheet("Second").acell("A1").value == "on the second"


def test_what_a_program_writes_appears_by_itself(page, book):
    book.sheet1.update_acell("A3", "from a program")
    page.until(becomes(2, 0, "from a program"))


def test_a_cell_that_changed_under_the_typing_is_not_overwritten(page, book):
    page.press("ArrowDown", "half a wo")
    book.sheet1.insert_row(["new"], index=2)
    page.press("rd", "Enter")
    page.until(
        "return document.querySelector('#message').textContent.includes('changed while you were typing')"
    )
    page.until(becomes(1, 0, "new"))
    assert book.sheet1.col_values(1) == ["Id", "new", "007", "008", "009"]


def test_the_list_of_spreadsheets(browser, box, book):
    browser.open(box.url)
    assert browser.run("return document.querySelector('td a').textContent") == "Cases"
    browser.click("input[name=title]")
    browser.press("Made here", "Enter")
    browser.until("return document.title.startsWith('Made here')")
    assert [one.properties["title"] for one in box.service.store.all()].count("Made here") == 1


def test_thousands_of_rows_are_not_thousands_of_elements(browser, box, book):
    book.sheet1.update([[f"R{row}", row] for row in range(5000)][:1000], "A1")
    browser.open(f"{box.url}/sheets/{book.id}")
    browser.until(becomes(0, 0, "R0"))
    assert browser.run("return document.querySelectorAll('tr').length") < 120
    browser.run("document.querySelector('#scroll').scrollTop = 900 * 25")
    browser.until(becomes(910, 0, "R910"))


def test_another_site_cannot_edit(box, book):
    form = requests.post(f"{box.url}/sheets/{book.id}/type", data={"row": 0}, timeout=5)
    assert form.status_code == 415
    assert requests.get(f"{box.url}/static/..%2Fbox.py", timeout=5).status_code == 404
    assert requests.get(f"{box.url}/nowhere", timeout=5).status_code == 400


def test_columns_are_as_wide_as_they_are_set_and_long_text_goes_on_over_empty_cells(page, book):
    book.sheet1.update([["a text that is a good deal wider than its column", "", "next"]], "A6")
    page.until(becomes(5, 2, "next"))
    width = "return {}.getBoundingClientRect().width"
    assert page.run(width.format(CELL.format(5, 0))) == pytest.approx(100, abs=1)
    assert page.run(width.format(CELL.format(5, 0) + ".firstElementChild")) == pytest.approx(192, abs=1)


def test_an_array_shows_in_every_cell_that_it_fills(page, book):
    book.sheet1.update_acell("E6", "=SEQUENCE(2,2)")
    page.until(becomes(6, 5, "4"))
    assert page.run(shown(5, 5)) == "2"
    page.open(page.run("return location.origin"))
    picture = os.environ.get("SHEETOPS_PICTURES")
    if picture:
        page.picture(Path(picture) / "sandbox-list.png")
