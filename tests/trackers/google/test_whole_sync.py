"""Whole syncs of a workspace with a Google tracker on a sandbox; and two sheetops at one spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from sheetops.library import Workspace, open_workspace
from sheetops.model.errors import SheetopsError, TrackerChanged
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.remembered import Remembered
from sheetops.trackers.google.spreadsheet import GoogleSpreadsheet, Options

from . import books, racing

CONFIG = """
[workspace]
name = "North"
timezone = "Etc/UTC"
[tables.cases]
key = "case_id"
key_format = "C-{{:03d}}"
[tables.cases.fields]
case_id = {{ type = "text", label = "Case ID" }}
status = {{ type = "choice", choices = ["open", "closed"], label = "Status" }}
note = {{ type = "text", label = "Note" }}
[trackers.north]
spreadsheet = "{id}"
tab = "Cases"
table = "cases"
add = true
[trackers.north.columns]
"Case ID" = "case_id"
"Status" = "status"
"Note" = "note"
[trackers.south]
spreadsheet = "{id}"
tab = "South"
table = "cases"
add = true
[trackers.south.columns]
"Case ID" = "case_id"
"Note" = "note"
"Status" = "status"
"""


class Team:
    """A spreadsheet with two trackers of the same cases, which a workspace has synced once."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        self.box = box
        rows: books.Rows = [["Case ID", "Status", "Note", "Mine"]]
        rows += [[f"C-{n:03d}", "open", f"note {n}", f"mine {n}"] for n in range(1, 13)]
        south: books.Rows = [["Case ID", "Note", "Status", "Theirs"]]
        self.id = books.make(box, {"Cases": rows, "South": south})
        self.person = box.person(self.id)
        self.ws = self.open(folder)
        self.ws.sync()

    def open(self, folder: Path) -> Workspace:
        folder.mkdir(exist_ok=True)
        (folder / "sheetops.toml").write_text(CONFIG.format(id=self.id), encoding="utf-8")
        return open_workspace(folder, environ={"SHEETOPS_GOOGLE_URL": self.box.url})

    def tab(self, title: str) -> dict[str, dict[str, Any]]:
        """Case ID -> header -> value. Fail when a case stands there twice."""
        headers, *rows = [row for row in books.rows(self.box, self.id, title) if any(row)]
        found = {row[headers.index("Case ID")]: dict(zip(headers, row, strict=False)) for row in rows}
        assert len(found) == len(rows), rows
        return found

    def agree(self) -> None:
        """Both tabs and the dataset say the same."""
        table = self.ws.table("cases")
        north, south = self.tab("Cases"), self.tab("South")
        assert north.keys() == south.keys()
        for key, row in north.items():
            assert [row["Status"], row["Note"]] == [south[key]["Status"], south[key]["Note"]]
            assert [row["Status"], row["Note"]] == [table[key]["status"], table[key]["note"]]
            assert row.get("Mine", f"mine {int(key[2:])}") == f"mine {int(key[2:])}"


@pytest.fixture(params=[False, True], ids=["metadata stays", "metadata follows sort"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(seed=9, metadata_follows_sort=request.param) as box:
        yield box


@pytest.fixture
def team(box: Sandbox, tmp_path: Path) -> Iterator[Team]:
    team = Team(box, tmp_path / "one")
    yield team
    team.ws.close()


def test_two_trackers_of_one_spreadsheet_agree(team: Team) -> None:
    team.agree()
    before = len(team.box.requests)
    assert team.ws.sync().run is None
    assert len(team.box.requests) - before == 1


ACTS: dict[str, Callable[[Team], Any]] = {
    "sorts": lambda team: team.person.sort("Cases!A2:D13", 4, descending=True),
    "inserts": lambda team: team.person.insert_rows("Cases", 2, 2),
    "deletes": lambda team: team.person.delete_rows("South", 5),
    "moves": lambda team: team.person.move_rows("South", 3, 1, 9),
    "moves a column": lambda team: team.person.insert_columns("Cases", 2),
    "types a row": lambda team: team.person.type("South!B14", "a new one"),
    "types elsewhere": lambda team: team.person.type("South!B7", "typed meanwhile"),
    "renames": lambda team: team.person.rename_tab("Cases", "Fälle"),
}


@pytest.mark.parametrize("name", ["sorts", "inserts", "moves", "moves a column", "types elsewhere"])
def test_people_edit_while_a_sync_writes(team: Team, name: str) -> None:
    team.person.type("Cases!C3", "from the north")
    team.person.type("South!B9", "from the south")
    team.box.before_next_write(lambda: ACTS[name](team))
    team.ws.sync()
    team.ws.sync()
    team.agree()
    notes = [row["Note"] for row in team.tab("Cases").values()]
    assert {"from the north", "from the south"} <= set(notes)
    assert "typed meanwhile" in notes or name != "types elsewhere"


def test_a_tab_that_is_renamed_meanwhile_is_followed(team: Team) -> None:
    team.person.type("South!B9", "from the south")
    team.box.before_next_write(lambda: ACTS["renames"](team))
    team.ws.sync()
    assert team.tab("Fälle")["C-008"]["Note"] == "from the south"


def test_a_row_typed_below_while_rows_are_added(team: Team) -> None:
    team.person.type("Cases!B14", "open", "brand new", "mine 13")
    team.box.before_next_write(lambda: ACTS["types a row"](team))
    team.ws.sync()
    team.ws.sync()
    notes = [row["Note"] for row in team.tab("South").values()]
    assert notes.count("brand new") == notes.count("a new one") == 1


@pytest.mark.parametrize("lose", ["503", "cut"])
def test_a_lost_answer_changes_nothing(team: Team, lose: str) -> None:
    team.person.type("Cases!B14", "open", "brand new", "mine 13")
    if lose == "503":
        team.box.fail_next(503, when="write", committed=True)
    else:
        team.box.cut_next(20, when="write")
    team.ws.sync()
    team.agree()
    assert [row["Note"] for row in team.tab("South").values()].count("brand new") == 1


# --- two sheetops ----------------------------------------------------------------------------------------------------


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do these things in threads of their own; return what each returned or raised."""
    ready, said = Barrier(len(acts)), [None] * len(acts)

    def act(n: int) -> None:
        ready.wait()
        try:
            said[n] = acts[n]()
        except SheetopsError as error:
            said[n] = error

    threads = [Thread(target=act, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_of_two_that_read_the_same_exactly_one_writes(box: Sandbox) -> None:
    one, other = racing.Race(box), racing.Race(box)
    other.book = books.open_book(box, one.id, [racing.SPEC])
    other.snapshot = other.book.read([racing.SPEC])
    one.write(0, "Risk", 100)
    other.write(0, "Risk", 200)
    said = _at_once(one.run, other.run)
    assert sum(isinstance(one, TrackerChanged) for one in said) == 1
    won = 100 if isinstance(said[1], TrackerChanged) else 200
    assert next(row for row in one.found() if row["Mine"] == "mine 0")["Risk"] == won


def test_two_workspaces_at_one_spreadsheet_keep_each_other_out(team: Team, tmp_path: Path) -> None:
    """The second one is no part of the first's team: it finds a stamp that is not its own, and stops."""
    team.person.type("Cases!C3", "from the north")
    with team.open(tmp_path / "other") as other:
        said = _at_once(team.ws.sync, other.sync)
    assert isinstance(said[1], SheetopsError) or said[1].left_out
    team.ws.sync()
    team.agree()
    assert team.tab("South")["C-002"]["Note"] == "from the north"


def test_two_runs_of_one_workspace_end_in_agreement(team: Team) -> None:
    team.person.type("Cases!C3", "from the north")
    team.person.type("South!B9", "from the south")
    with open_workspace(team.ws.config.folder, environ={"SHEETOPS_GOOGLE_URL": team.box.url}) as other:
        _at_once(team.ws.sync, other.sync)
        other.sync()
    team.ws.sync()
    team.agree()


def test_another_program_writes_first_and_the_run_plans_again(team: Team) -> None:
    """Something with our own stamp lands between read and write: the write is refused whole, and planned again."""
    team.person.type("Cases!C3", "from the north")
    rival = books.open_book(team.box, team.id, [*team.ws.schema.trackers.values()])
    team.box.before_next_write(lambda: _stamp_first(team, rival))
    done = team.ws.sync()
    assert done.run is not None
    team.agree()


def _stamp_first(team: Team, rival: GoogleSpreadsheet) -> None:
    """Take the id of the next link, as a program does whose answer never came."""
    book = team.box.service.store.get(team.id)
    body = next(r for r in reversed(team.box.requests) if b"createDeveloperMetadata" in r.body).json()
    made = body["requests"][0]["createDeveloperMetadata"]["developerMetadata"]
    link = {**made, "metadataKey": "sheetops.other"}
    assert book.sheets
    team.person.batch({"createDeveloperMetadata": {"developerMetadata": link}})


# --- parts -----------------------------------------------------------------------------------------------------------


def test_a_run_that_dies_between_two_parts_is_completed_by_the_next(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"bulk {n}" for n in range(1, 13)]
    for n, text in enumerate(rows, start=2):
        team.person.type(f"Cases!C{n}", text)
    team.person.type("Cases!B14", "open", "brand new", "mine 13")
    monkeypatch.setattr(Options, "of", classmethod(lambda cls, *args: cls(payload=200)))
    team.box.before_next_write(lambda: None)
    team.box.before_next_write(lambda: team.box.fail_next(400, when="write"))
    team.ws.sync(allow=["mass-edit"])
    assert [row["Note"] for row in team.tab("South").values()] != [*rows, "brand new"]
    team.ws.sync(allow=["mass-edit"])
    team.agree()
    assert [row["Note"] for row in team.tab("South").values()] == [*rows, "brand new"]


def test_what_is_remembered_may_be_lost(team: Team) -> None:
    remembered = Remembered.load(team.ws.config.folder, team.id)
    assert remembered.path is not None
    remembered.path.unlink()
    team.person.type("Cases!C3", "from the north")
    team.ws.sync()
    team.agree()
