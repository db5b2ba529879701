"""How often a watch looks, what a look costs, and what it does when it cannot."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetops.buttons.watching.verbs import seconds, watch
from sheetops.buttons.watching.watch import World
from sheetops.cli.main import cli
from sheetops.model.errors import RunLocked, UnknownName
from sheetops.sandbox import Sandbox

from ...trackers import workbooks
from ...trackers.google.cities import Cities
from .conftest import NOON, Ticking, open_by_kim


def test_it_looks_every_minute_give_or_take_a_tenth(ticking: Ticking) -> None:
    looked = ticking.watch().run(until=NOON + dt.timedelta(minutes=5))
    assert looked.looks == 6
    assert ticking.waits == [60.0] * 5
    watching = ticking.watch()
    watching._world = World(lambda: ticking.now, ticking.sleep, lambda: 1.0)
    ticking.waits.clear()
    watching.run(until=ticking.now + dt.timedelta(minutes=2))
    assert ticking.waits == pytest.approx([66.0, 54.0]), (
        "and the last wait is as long as the time that is left"
    )


def test_a_look_without_news_costs_one_small_read_of_google_and_none_of_a_workbook(ticking: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    log = ticking.cities.box.front.log
    opened: list[Path] = []
    watching = ticking.watch()

    def quiet() -> None:
        log.clear()
        monkeypatch.setattr("sheetops.ooxml.Workbook.open", opened.append)

    ticking.while_waiting = quiet
    watching.run(until=ticking.now + dt.timedelta(seconds=59))
    assert [(one.method, one.path.rpartition(":")[2]) for one in log] == [("POST", "getByDataFilter")]
    assert opened == []
    (sheet,) = [json.loads(one.body)["dataFilters"] for one in log]
    assert sheet == [{"gridRange": {"sheetId": 5_333_677, "startRowIndex": 0, "endRowIndex": 60}}]


def test_with_drive_s_version_a_look_without_news_costs_no_read(tmp_path: Path, box: Sandbox) -> None:
    cities = Cities(tmp_path, box, google="drive_version = true")
    cities.sync()
    ticking = Ticking(cities)
    ticking.look()
    ticking.while_waiting = box.front.log.clear
    ticking.watch().run(until=ticking.now + dt.timedelta(seconds=59))
    assert [one.path for one in box.front.log] == [f"/drive/v3/files/{cities.id}"]
    ticking.while_waiting = lambda: ticking.tick("London", "preview")
    looked = ticking.watch().run(until=ticking.now + dt.timedelta(seconds=59))
    assert [one["action"] for one in looked.done] == ["preview"]
    cities.ws.close()


def test_it_looks_less_often_than_asked_where_that_would_use_the_quota_up(
    tmp_path: Path, box: Sandbox
) -> None:
    cities = Cities(tmp_path, box)
    path = tmp_path / "sheetops.toml"
    path.write_text(path.read_text().replace("per_minute = 100000", "per_minute = 12"))
    cities.ws.close()
    ticking = Ticking(cities, every=5.0)
    with ticking.open("test") as ws:
        assert ticking.watch().every(ws) == 15.0, "a third of 12 reads a minute"


def test_a_spreadsheet_that_cannot_be_reached_is_asked_less_and_less_and_the_others_go_on(
    ticking: Ticking,
) -> None:
    ticking.cities.box.unshare(ticking.cities.id, "robot@sandbox.example")
    ticking.cities.box.delete(ticking.cities.id)
    tries: list[int] = []

    def count() -> None:
        tries.append(len(ticking.cities.box.front.log))

    ticking.while_waiting = count
    ticking.tick("Dublin", "preview")
    looked = ticking.watch().run(until=ticking.now + dt.timedelta(minutes=30))
    assert [one["action"] for one in looked.done] == ["preview"]
    asked = [minute for minute, (a, b) in enumerate(pairwise(tries), 1) if b > a]
    assert asked[:4] == [2, 6, 14, 29], "2, 4, 8 and then 15 minutes apart"
    assert len([line for line in ticking.said if line.startswith("London: There is no")]) == 1, "said once"


def test_an_open_workbook_is_looked_at_every_time(ticking: Ticking) -> None:
    lock = open_by_kim(ticking.dublin)
    ticking.tick("Dublin", "preview")

    def close() -> None:
        if len(ticking.waits) == 3:
            lock.unlink()

    ticking.while_waiting = close
    looked = ticking.watch().run(until=ticking.now + dt.timedelta(minutes=4))
    assert [one["action"] for one in looked.done] == ["preview"]
    assert len([line for line in ticking.said if "its ticks wait" in line]) == 1


def test_two_watches_on_one_workspace_one_runs(ticking: Ticking) -> None:
    refused: list[str] = []

    def second() -> None:
        with pytest.raises(RunLocked) as caught:
            ticking.watch().run(once=True)
        refused.append(str(caught.value))

    ticking.while_waiting = second
    ticking.watch().run(until=ticking.now + dt.timedelta(seconds=59))
    assert refused[0].startswith(
        "Another watch is at work on this dataset: sheetops watch of two cities since"
    )
    assert ticking.look().looks == 1, "it has let go"


def test_two_datasets_that_watch_one_google_sheet_do_a_tick_once(ticking: Ticking, tmp_path: Path) -> None:
    """Somebody has copied the workspace to another machine. Both read the tick; Google takes one of the writes."""
    other = tmp_path / "copy"
    other.mkdir()
    copied = Cities(other, ticking.cities.box, id=ticking.cities.id)
    there = Ticking(copied)
    there.look()
    ticking.tick("London", "preview")
    done: list[int] = []
    ticking.fault = lambda point: done.append(len(there.look().done)) if point == "taken" else None
    mine = ticking.look().done
    assert len(mine) + sum(done) == 1
    copied.ws.close()


def test_a_spreadsheet_that_the_config_no_longer_names_drops_its_tick(ticking: Ticking) -> None:
    ticking.tick("London", "preview")

    class Gone(BaseException):
        pass

    def stop(point: str) -> None:
        if point == "unticked":
            raise Gone

    ticking.fault = stop
    with pytest.raises(Gone):
        ticking.look()
    ticking.fault = lambda point: None
    path = ticking.cities.folder / "sheetops.toml"
    path.write_text(path.read_text().partition("[trackers.london]")[0])
    assert ticking.look().done == []
    assert (
        ticking.said[0] == "The tick for preview in London is dropped: sheetops.toml no longer names London."
    )


def test_a_workbook_that_is_gone_is_said_and_the_others_go_on(ticking: Ticking) -> None:
    ticking.dublin.unlink()
    ticking.tick("London", "preview")
    looked = ticking.look()
    assert [one["action"] for one in looked.done] == ["preview"]
    assert looked.exit_code == 1
    assert "Dublin.xlsx: Dublin.xlsx could not be read: No such file" in ticking.said[0]


@pytest.mark.parametrize(("said", "long"), [("60s", 60), ("5m", 300), ("1.5 h", 5400), ("10 min", 600)])
def test_lengths_of_time(said: str, long: float) -> None:
    assert seconds(said) == long


@pytest.mark.parametrize(
    ("every", "why"),
    [("soon", "'soon' is no length of time."), ("1s", "Every 1s is too often: 5s is the least.")],
)
def test_a_length_that_is_none_is_said(ticking: Ticking, every: str, why: str) -> None:
    with pytest.raises(UnknownName) as caught:
        watch(ticking.open, World(lambda: NOON, ticking.sleep, lambda: 0.5), every=every)
    assert caught.value.what == why


def test_ctrl_c_ends_it_in_words(ticking: Ticking) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    ticking.while_waiting = interrupted
    said = watch(ticking.open, World(lambda: ticking.now, ticking.sleep, lambda: 0.5))
    assert (said.lines, said.exit_code) == (["Looked once: 0 ticks carried out."], 0)


def test_the_command_looks_once_and_says_what_it_did(tmp_path: Path) -> None:
    (tmp_path / "sheetops.toml").write_text(
        '[tables.cases]\nkey = "id"\n[tables.cases.fields]\nid = { type = "text" }\n[trackers.desk]\nfile = "Desk.xlsx"\n'
        'tab = "Cases"\ntable = "cases"\n[trackers.desk.columns]\nCase = "id"\n'
    )
    workbooks.make(tmp_path / "Desk.xlsx", [["Case"], ["A"]])
    first = CliRunner().invoke(cli, ["watch", "--once", "-C", str(tmp_path)])
    assert first.output.splitlines() == [
        "Desk.xlsx: its tab 'sheetops' has ticks now.",
        "Looked once: 0 ticks carried out.",
    ]
    workbooks.edit(tmp_path / "Desk.xlsx", {"A9": "x"}, tab="sheetops")
    said = json.loads(CliRunner().invoke(cli, ["watch", "--once", "-C", str(tmp_path), "--json"]).output)
    assert [(one["spreadsheet"], one["action"]) for one in said["done"]] == [("Desk.xlsx", "sync")]
    assert workbooks.rows(tmp_path / "Desk.xlsx", tab="sheetops")[8][3].endswith("1 record added.")
