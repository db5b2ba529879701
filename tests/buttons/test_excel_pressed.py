"""Real buttons of a real workbook, pressed in LibreOffice: the dataset, the open sheet and the status cell."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.buttons.excel.installing import button_excel
from sheetops.buttons.excel.settings import SETTINGS_NAME
from sheetops.library import open_workspace

from ..trackers import workbooks
from . import serving
from .office import Office, office, why_not

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not())]

CONFIG = """
[workspace]
name = "ops"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
[trackers.desk]
file = "Desk.xlsx"  # the desk's own
tab = "Cases"
table = "cases"
columns = { "Case" = "case_id", "Status" = "status" }
[trackers.back]
file = "Back.xlsx"
tab = "Cases"
table = "cases"
columns = { "Case" = "case_id", "Status" = "status" }
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The workbook with its buttons, in a workspace that was synced, and a change that waits in the other tracker."""
    folder = tmp_path / "team folder"
    folder.mkdir()
    (folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    for name in ("Desk.xlsx", "Back.xlsx"):
        workbooks.make(folder / name, [["Case", "Status"], ["A", "open"], ["B", "closed"]])
    with open_workspace(folder) as ws:
        ws.sync()
    workbooks.edit(folder / "Back.xlsx", {"B3": "open"})
    button_excel(folder / "Desk.xlsx", python=Path(sys.executable))
    return folder / "Desk.xlsm"


@pytest.fixture
def libre(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as running:
        yield running


def set_in_settings(desk: Path, **said: str) -> None:
    file = desk.parent / SETTINGS_NAME
    file.write_text(json.dumps({**json.loads(file.read_text()), **said}), encoding="ascii")


def dataset(desk: Path) -> dict[str, str]:
    with open_workspace(desk.parent) as ws:
        return {key: record.values["status"] for key, record in ws.store.records("cases").items()}


def ended(said: str) -> bool:
    return not said.startswith("Running since") and not said.startswith("Last run R1,")


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


def test_over_http_with_the_right_token_a_wrong_one_and_a_service_that_is_down(desk: Path, libre: Office) -> None:  # fmt: skip
    token = desk.parent.parent / "token.txt"
    token.write_text(serving.token(desk.parent) + "\n", encoding="ascii")
    with serving.served(desk.parent) as service:
        url = service.url
        button_excel(desk, python=Path("/nowhere"), server=url, token=token)
        libre.open(desk)
        libre.do("select", tab="Cases", address="A3")
        libre.press("Explain row")
        assert libre.wait_for(ended) == "What is known of B:"
        libre.press("Sync")
        libre.wait_for(lambda said: said.startswith("Last run R2,"))
        assert dataset(desk) == {"A": "open", "B": "open"}
        assert libre.do("cells", tab="Cases", area="A2:B3") == [["A", "open"], ["B", "open"]]
        token.write_text(f"desk.{'0' * 64}\n", encoding="ascii")
        libre.press("Sync")
        libre.wait_for(lambda said: said.startswith("This button's token is not accepted"))
    libre.press("Sync")
    said = libre.wait_for(lambda said: "does not answer" in said)
    assert said.startswith(f"The sheetops service at {url} does not answer (")
    assert said.endswith("Start it (sheetops serve), and press again.")
