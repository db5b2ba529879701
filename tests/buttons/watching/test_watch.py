"""Ticks in cells: somebody ticks, a watch looks, the action is done once, and the tick gives way to what came of it."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sheetops.buttons.watching.verbs import watch
from sheetops.buttons.watching.watch import Watch, World
from sheetops.cli.main import cli
from sheetops.library import Workspace, open_workspace
from sheetops.merge.tab_controls import LABELS, find_controls
from sheetops.model.errors import RunLocked, UnknownName
from sheetops.outcome import Outcome
from sheetops.sandbox import Sandbox

from ...trackers import workbooks
from ...trackers.google import books
from .. import serving

POINTS = ("taken", "unticked", "started", "pressed", "ran", "told")
MORNING = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)


class Cut(BaseException):
    """The machine stops. Nothing in sheetops may catch this."""


@dataclass
class Desk:
    """A workspace with one spreadsheet, people who tick and type in it, and a watch whose clock moves by waiting."""

    folder: Path
    type: Callable[[str, Any], None]
    """Type a value in a cell of the tab `Cases`."""
    tick: Callable[[int, Any], None]
    """Put a value in column A of a row of the tab `sheetops`."""
    now: dt.datetime = MORNING
    cut_at: str = ""
    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def open(self, who: str) -> Workspace:
        return open_workspace(self.folder, now=lambda: self.now, who=who)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)
        self.meanwhile()

    def fault(self, point: str) -> None:
        if point == self.cut_at:
            self.cut_at = ""
            raise Cut(point)

    def world(self) -> World:
        return World(lambda: self.now, self.sleep, lambda: 0.5, self.said.append, self.fault)

    def look(self, **options: Any) -> Outcome:
        """Look once, as a new watch would."""
        return watch(self.open, self.world(), **{"once": True, **options})

    def status(self, key: str = "A") -> Any:
        with self.open("somebody") as ws:
            return ws.table("cases")[key]["status"]

    def runs(self) -> list[str]:
        with self.open("somebody") as ws:
            return [f"{run.verb} {run.who}" for run in ws.runs(50)]

    def controls(self) -> dict[str, Any]:
        from sheetops.buttons.telling import own_tabs

        with self.open("somebody") as ws:
            (tab,) = own_tabs(ws)
            return find_controls(tab.read())  # type: ignore[union-attr]

    def outcome(self, action: str) -> str:
        return str(self.controls()[action].outcome)

    def press(self, action: str) -> None:
        self.tick(self.controls()[action].row, "x")


@pytest.fixture
def excel(tmp_path: Path) -> Desk:
    folder = serving.workspace(tmp_path / "desk")
    file = folder / "Desk.xlsx"

    def tick(row: int, value: Any) -> None:
        workbooks.edit(file, {f"A{row}": value}, tab="sheetops")

    return Desk(folder, lambda cell, value: workbooks.edit(file, {cell: value}), tick)


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Desk]:
    with Sandbox(seed=7) as box:
        book = books.make(
            box, {"Cases": [["Case", "Status", "Note"], ["A", "open", None], ["B", "closed", None]]}
        )
        config = serving.CONFIG.replace('file = "Desk.xlsx"', f'spreadsheet = "{book}"')
        (tmp_path / "sheetops.toml").write_text(f'{config}[google]\nurl = "{box.url}"\n', encoding="utf-8")

        def put(tab: str) -> Callable[[str, Any], None]:
            return lambda cell, value: box.person(book).type(f"{tab}!{cell}", str(value))

        yield Desk(
            tmp_path,
            put("Cases"),
            lambda row, value: put("sheetops")(f"A{row}", "TRUE" if value == "x" else value),
        )


@pytest.fixture(params=["excel", "google"])
def desk(request: pytest.FixtureRequest) -> Desk:
    made: Desk = request.getfixturevalue(request.param)
    made.look()
    return made


def test_the_first_look_makes_the_ticks_and_does_nothing_else(desk: Desk) -> None:
    assert list(desk.controls()) == list(LABELS)
    assert desk.runs() == []
    assert desk.outcome("sync") == "Brings trackers and dataset into agreement."


def test_a_tick_is_done_and_gives_way_to_what_came_of_it(desk: Desk) -> None:
    desk.press("sync")
    done = desk.look()
    assert not desk.controls()["sync"].ticked
    assert desk.outcome("sync").startswith("Thu 26 Nov 09:00: ")
    assert "2 records" in desk.outcome("sync")
    assert desk.status() == "open"
    assert done.lines == ["Looked once: 1 tick carried out."]
    assert desk.look().lines == ["Looked once: 0 ticks carried out."]


def test_what_people_type_is_synced_by_a_tick_and_undone_by_another(desk: Desk) -> None:
    desk.press("sync")
    desk.look()
    desk.type("B2", "closed")
    desk.press("sync")
    desk.look()
    assert desk.status() == "closed"
    desk.press("undo")
    desk.look()
    assert desk.status() == "open"
    assert desk.outcome("undo").startswith("Thu 26 Nov 09:00: ")


def test_explain_wants_the_key_of_a_record(desk: Desk) -> None:
    desk.press("sync")
    desk.look()
    desk.press("explain")
    desk.look()
    assert "key" in desk.outcome("explain")


def test_ticks_stand_through_a_sync_from_elsewhere(desk: Desk) -> None:
    desk.press("preview")
    with desk.open("terminal") as ws:
        ws.sync()
    assert desk.controls()["preview"].ticked
    desk.look()
    assert not desk.controls()["preview"].ticked


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", ["excel", "google"])
def test_wherever_the_machine_stops_a_tick_is_done_once(
    request: pytest.FixtureRequest, kind: str, point: str
) -> None:
    desk: Desk = request.getfixturevalue(kind)
    desk.look()
    desk.press("sync")
    desk.look()
    desk.type("B2", "closed")
    desk.press("sync")
    before = desk.runs()
    desk.cut_at = point
    with pytest.raises(Cut):
        desk.look()
    desk.look()
    desk.look()
    assert desk.status() == "closed"
    assert len(desk.runs()) == len(before) + 1, desk.runs()
    assert not desk.controls()["sync"].ticked
    assert desk.outcome("sync").startswith("Thu 26 Nov 09:00: ")
    assert "being done" not in desk.outcome("sync")


@pytest.mark.parametrize("point", POINTS)
def test_an_undo_that_was_cut_off_takes_one_run_back_and_no_second(excel: Desk, point: str) -> None:
    excel.look()
    for value in ("closed", "open", "closed"):
        excel.type("B2", value)
        excel.press("sync")
        excel.look()
    excel.press("undo")
    excel.cut_at = point
    with pytest.raises(Cut):
        excel.look()
    excel.look()
    assert excel.status() == "open", "the run before the last one stands"


def test_something_that_always_stops_the_program_is_given_up_after_three_starts(excel: Desk) -> None:
    excel.look()
    excel.press("sync")
    for _ in range(3):
        excel.cut_at = "started"
        with pytest.raises(Cut):
            excel.look()
    excel.look()
    assert "gives it up" in excel.outcome("sync")
    assert "sheetops sync" in excel.outcome("sync")


def test_a_tick_that_is_taken_away_in_time_does_nothing(excel: Desk) -> None:
    excel.look()
    excel.press("sync")
    excel.tick(excel.controls()["sync"].row, None)
    assert excel.look().lines == ["Looked once: 0 ticks carried out."]
    assert excel.runs() == []


def test_a_workbook_that_nobody_saved_is_not_opened_again(
    excel: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    watching = Watch(excel.open, 60, excel.world())
    with excel.open("watch") as ws:
        watching._open(ws)
        watching.look(ws)
        watching.look(ws)
        from sheetops.trackers.excel_tab import ExcelTab

        whole = ExcelTab.read
        monkeypatch.setattr(ExcelTab, "read", lambda self: reads.append(1) or whole(self))
        watching.look(ws)
        assert reads == []
        excel.press("sync")
        reads.clear()
        watching.look(ws)
        assert reads


def test_every_other_part_of_the_workbook_stays(excel: Desk) -> None:
    excel.look()
    file = excel.folder / "Desk.xlsx"

    def parts() -> dict[str, bytes]:
        with zipfile.ZipFile(file) as book:
            return {name: book.read(name) for name in book.namelist()}

    excel.press("held")
    before = parts()
    excel.look()
    after = parts()
    changed = {name for name in before if before[name] != after.get(name)}
    sheets = {name for name in changed if name.startswith("xl/worksheets/")}
    assert len(sheets) == 1, changed
    assert "xl/worksheets/sheet1.xml" not in sheets


def test_a_workbook_that_is_open_waits_and_says_so_once(excel: Desk) -> None:
    excel.look()
    excel.press("sync")
    lock = excel.folder / ".~lock.Desk.xlsx#"
    lock.write_text(",kim,desk,26.11.2026 09:00,file:///x;", encoding="utf-8")
    excel.meanwhile = lambda: lock.unlink() if len(excel.waits) == 3 else None
    watch(excel.open, excel.world(), lasting="5m")
    assert len([line for line in excel.said if "its ticks wait" in line]) == 1, excel.said
    assert excel.status() == "open"


def test_the_time_between_looks_is_as_asked_give_or_take_a_tenth(excel: Desk) -> None:
    watch(excel.open, excel.world(), every="2m", lasting="6m")
    assert excel.waits == [120.0, 120.0, 120.0]
    with pytest.raises(UnknownName, match="too often"):
        watch(excel.open, excel.world(), every="1s")
    with pytest.raises(UnknownName, match="no length of time"):
        watch(excel.open, excel.world(), every="soon")


def test_of_two_watches_one_is_at_work(excel: Desk) -> None:
    excel.look()
    excel.press("sync")

    def second() -> None:
        with pytest.raises(RunLocked, match="sheetops watch of Desk"):
            excel.look()

    excel.meanwhile = second
    watch(excel.open, excel.world(), every="30s", lasting="30s")
    assert len(excel.runs()) == 1


def test_a_run_from_elsewhere_is_waited_for(excel: Desk) -> None:
    excel.look()
    excel.press("sync")
    with excel.open("Kim") as ws, ws.store.lock("Kim"):
        excel.look()
    assert excel.runs() == []
    excel.look()
    assert len(excel.runs()) == 1
    assert not excel.controls()["sync"].ticked


def test_a_spreadsheet_that_cannot_be_reached_is_asked_less_and_less_often(excel: Desk) -> None:
    excel.look()
    file, away = excel.folder / "Desk.xlsx", excel.folder / "away.xlsx"
    file.rename(away)
    watch(excel.open, excel.world(), lasting="20m")
    assert len([line for line in excel.said if "could not be read" in line]) == 1, excel.said
    away.rename(file)
    excel.press("sync")
    excel.look()
    assert len(excel.runs()) == 1


def test_the_command_looks_once_and_says_what_it_did(excel: Desk) -> None:
    excel.look()
    excel.press("sync")
    said = CliRunner().invoke(cli, ["watch", "--once", "-C", str(excel.folder)])
    assert said.exit_code == 0, said.output
    assert "Desk.xlsx, sync: " in said.output
    assert said.output.endswith("Looked once: 1 tick carried out.\n")
