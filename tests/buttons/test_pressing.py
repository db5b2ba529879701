"""What a press of a button does and says, whatever it was pressed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.buttons.pressing import ACTIONS, press
from sheetops.library import Workspace, open_workspace

from ..trackers import workbooks

CONFIG = """
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
[trackers.desk]
file = "Desk.xlsx"
tab = "Cases"
table = "cases"
[trackers.desk.columns]
"Case" = "case_id"
"Status" = "status"
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    workbooks.make(tmp_path / "Desk.xlsx", [["Case", "Status"], ["A", "open"], ["B", "closed"]])
    return open_workspace(tmp_path, who="ops")


def desk(ws: Workspace) -> Path:
    return ws.config.folder / "Desk.xlsx"


def test_a_preview_says_what_a_sync_would_do_and_writes_nothing(ws: Workspace) -> None:
    said = press(ws, "preview")
    assert said.sentence == "A sync would do: 1 change of the dataset's shape, 2 records added."
    assert (said.exit_code, said.run) == (0, None)
    assert not ws.has_dataset


def test_a_sync_says_what_it_did_and_which_run_can_be_undone(ws: Workspace) -> None:
    said = press(ws, "sync")
    assert said.sentence == "1 change of the dataset's shape, 2 records added."
    assert said.run is not None
    assert press(ws, "sync").sentence == "Nothing to do: everything agrees."
    assert press(ws, "preview").sentence == "Nothing to do: everything agrees."


def test_what_is_held_is_said_where_the_person_looks(ws: Workspace) -> None:
    press(ws, "sync")
    workbooks.edit(desk(ws), {"B2": "opne"})
    said = press(ws, "sync")
    assert said.sentence.endswith("1 item held: see below.")
    assert said.exit_code == 3
    assert press(ws, "held").sentence == "1 item held."


def test_undo_takes_the_last_run_back_once(ws: Workspace) -> None:
    press(ws, "sync")
    workbooks.edit(desk(ws), {"B2": "closed"})
    run = press(ws, "sync").run
    said = press(ws, "undo")
    assert said.sentence.startswith(f"Took back {run}: ")
    assert workbooks.rows(desk(ws))[1][1] == "open"
    again = press(ws, "undo")
    assert again.sentence.startswith(f"The last run, {run}, has been taken back already.")
    assert again.exit_code == 2


def test_undo_without_a_run_says_so(ws: Workspace) -> None:
    assert press(ws, "undo").sentence.startswith("There is no run to take back.")


def test_explain_needs_a_row_and_names_the_nearest_key(ws: Workspace) -> None:
    press(ws, "sync")
    assert press(ws, "explain").sentence.startswith("No row is selected, or it has no key yet.")
    assert "There is no record 'Z'." in press(ws, "explain", key="Z").sentence
    said = press(ws, "explain", key="A")
    assert said.lines == ("Nothing is computed for A: cases has no SLA goals, patterns or anomalies.",)


def test_the_week_is_told_from_the_journal(ws: Workspace) -> None:
    press(ws, "sync")
    workbooks.edit(desk(ws), {"B2": "closed"})
    said = press(ws, "weekly")
    assert "2 records added, 1 cell edited by people, 0 items held." in said.sentence
    assert "cases: 2 records added, 1 cell edited by people, 0 archived; 2 records in all." in said.lines
    assert said.run is not None


def test_an_action_that_there_is_not_is_said_and_not_raised(ws: Workspace) -> None:
    said = press(ws, "snyc")
    assert said.exit_code == 2
    assert "There is no action 'snyc'. Did you mean 'sync'?" in said.sentence


def test_a_guard_is_said_in_one_sentence(ws: Workspace) -> None:
    press(ws, "sync")
    workbooks.edit(desk(ws), {"A1": None, "B1": None, "A2": None, "B2": None, "A3": None, "B3": None})
    for action in ("preview", "sync"):
        said = press(ws, action)
        assert said.exit_code == 4, said
        assert "Desk.xlsx" in said.sentence


def test_refresh_computes_again(ws: Workspace) -> None:
    press(ws, "sync")
    assert press(ws, "refresh").sentence == "Nothing to do: everything agrees."


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_answers_in_words_on_a_fresh_workspace(ws: Workspace, action: str) -> None:
    said = press(ws, action)
    assert said.sentence
    assert "Traceback" not in "\n".join((said.sentence, *said.lines))
    assert said.to_json()["sentence"] == said.sentence
