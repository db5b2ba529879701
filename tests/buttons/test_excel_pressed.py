"""Real buttons of a real workbook, pressed in LibreOffice, that start Python: dataset, open sheet and status cell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.buttons.excel.settings import SETTINGS_NAME
from sheetops.library import open_workspace

from ..trackers import workbooks
from . import excel_desk
from .excel_desk import dataset, ended, set_in_settings
from .office import Office, office, why_not

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not())]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return excel_desk.make(tmp_path / "team folder")


@pytest.fixture
def libre(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as running:
        yield running


def test_a_day_at_the_buttons(desk: Path, libre: Office) -> None:
    libre.open(desk)
    assert libre.do("buttons") == ["Preview", "Sync", "Refresh", "Undo", "Explain row"]
    libre.press("Preview")
    assert libre.wait_for(ended) == "A sync would do: 1 cell into the dataset, 1 cell written to trackers."
    assert ["", "  B status: closed -> open (Back.xlsx B3)"] in libre.do("cells", tab="sheetops", area="A5:B15")  # fmt: skip
    assert dataset(desk) == {"A": "open", "B": "closed"}

    libre.do("type", tab="Cases", address="B2", value="closed")
    libre.press("Sync")
    said = libre.wait_for(lambda said: said.startswith("Last run R2,"))
    assert said.endswith("2 cells into the dataset, 2 cells written to trackers.")
    assert dataset(desk) == {"A": "closed", "B": "open"}
    assert libre.do("cells", tab="Cases", area="A2:B3") == [["A", "closed"], ["B", "open"]]
    assert workbooks.rows(desk.parent / "Back.xlsx")[1:] == [["A", "closed"], ["B", "open"]]

    libre.do("select", tab="Cases", address="B3")
    libre.press("Explain row")
    libre.wait_for(lambda said: said == "What is known of B:")

    libre.press("Undo")
    libre.wait_for(lambda said: said.startswith("Last run R3,"))
    assert dataset(desk) == {"A": "open", "B": "closed"}
    assert libre.do("cells", tab="Cases", area="A2:B3") == [["A", "open"], ["B", "closed"]]


def test_a_double_click_is_one_run_and_what_is_typed_meanwhile_is_not_read_over(desk: Path, libre: Office) -> None:  # fmt: skip
    libre.open(desk)
    libre.press("Sync")
    libre.wait_for(lambda said: said.startswith("Running since"))
    libre.press("Sync")
    libre.do("type", tab="Cases", address="B2", value="closed")
    said = libre.wait_for(ended)
    assert "What you typed since" in said
    assert libre.do("cells", tab="Cases", area="B2")[0] == ["closed"]
    with open_workspace(desk.parent) as ws:
        assert len(ws.runs()) == 2


def test_macros_that_are_disabled_do_nothing_and_the_sheet_says_why(desk: Path, libre: Office) -> None:
    libre.open(desk, macros=False)
    libre.press("Sync")
    time.sleep(2)
    assert libre.status().startswith("Last run R1,")
    assert "Enable Content" in libre.do("cells", tab="sheetops", area="F4")[0][0]
    assert dataset(desk) == {"A": "open", "B": "closed"}


def test_an_interpreter_that_is_gone(desk: Path, libre: Office) -> None:
    set_in_settings(desk, python="/opt/gone/bin/python")
    libre.open(desk)
    libre.press("Sync")
    said = libre.wait_for(ended)
    assert said.startswith("Python is not where it was: /opt/gone/bin/python. Nothing was done. Run")
    assert "sheetops button excel Desk.xlsm" in said


def test_a_workspace_that_moved_a_renamed_workbook_and_a_copy(desk: Path, libre: Office) -> None:
    renamed = desk.replace(desk.with_name("Desk old.xlsm"))
    libre.open(renamed)
    libre.press("Sync")
    assert libre.wait_for(ended).startswith("The workbook was renamed: no tracker of this folder is named Desk old.xlsm.")  # fmt: skip
    libre.do("close")
    mail = desk.parent.parent / "mail"
    mail.mkdir()
    libre.open(renamed.replace(mail / "Desk.xlsm"))
    libre.press("Sync")
    assert libre.wait_for(ended).startswith("This is a copy, an e-mail attachment, or was moved:")
    libre.do("close")
    (desk.parent / SETTINGS_NAME).replace(mail / SETTINGS_NAME)
    libre.open(mail / "Desk.xlsm")
    libre.press("Preview")
    assert "no sheetops.toml" in libre.wait_for(lambda said: ended(said) and "copy" not in said).lower()


def test_a_workbook_that_is_read_only_is_not_synced(desk: Path, libre: Office) -> None:
    libre.open(desk, read_only=True)
    libre.press("Sync")
    assert libre.wait_for(ended).startswith("The workbook is open read-only: somebody else has it open")
    assert dataset(desk) == {"A": "open", "B": "closed"}


def test_a_run_that_is_going_already(desk: Path, libre: Office) -> None:
    libre.open(desk)
    with open_workspace(desk.parent) as ws, ws.store.lock("Kim"):
        libre.press("Sync")
        said = libre.wait_for(ended)
    assert "Kim" in said
