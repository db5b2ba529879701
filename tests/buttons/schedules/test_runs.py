"""Runs that nobody watches: what they log, what they say on the tab, and what they do when it does not go."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sheetops.buttons.schedules.carrying_out import carry_out, fail_address, ping
from sheetops.buttons.schedules.when import next_run

from .conftest import MORNING, Scheduled

HEADER_GONE = {"A1": None, "B1": None}
HEADER_BACK = {"A1": "Case", "B1": "Status"}


def open_by_kim(book: Path) -> Path:
    """Kim opens a workbook in Excel, which puts a file beside it."""
    lock = book.with_name(f"~${book.name}")
    lock.write_bytes(b"\x03Kim".ljust(55) + b"\x03\x00" + "Kim".encode("utf-16-le"))
    return lock


def test_a_run_that_goes_has_a_line_for_each_tracker_and_pings(scheduled: Scheduled) -> None:
    scheduled.type({"B2": "closed"})
    went = scheduled.run()
    assert went is not None
    assert went.pressed.exit_code == 0
    assert scheduled.log == [
        "2026-11-26T09:30:00Z desk-sync desk ok: 1 taken, 0 written, 0 appended, 0 held",
        "2026-11-26T09:30:00Z desk-sync night ok: 0 taken, 1 written, 0 appended, 0 held",
        "2026-11-26T09:30:00Z desk-sync ok, exit 0 R2: 1 cell into the dataset, 1 cell written to trackers.",
    ]
    assert scheduled.pings == ["https://hc.example/u?a=1"]
    assert scheduled.kept.log("desk-sync").read_text("utf-8").splitlines()[-3:] == scheduled.log


def test_the_log_may_be_json(scheduled: Scheduled) -> None:
    said: list[str] = []
    scheduled.log = said
    carry_out(scheduled.open, "refresh", scheduled.world(), as_json=True)
    desk, night, whole = map(json.loads, said)
    assert (desk["tracker"], desk["outcome"], night["held"]) == ("desk", "ok", 0)
    assert (whole["exit_code"], whole["said"]) == (0, "Nothing to do: everything agrees.")


def test_a_run_that_fails_says_why_on_the_tab_until_one_goes(scheduled: Scheduled) -> None:
    scheduled.type(HEADER_GONE)
    went = scheduled.run()
    assert went is not None
    assert (went.pressed.exit_code, went.attempts, scheduled.waits) == (4, 1, [])
    assert scheduled.pings == ["https://hc.example/u/fail?a=1"]
    for name in ("Desk", "Night"):
        _, last, said = scheduled.tab(name)
        assert last.startswith("Last run R1")
        assert said.startswith("The scheduled sync failed at Thu 26 Nov 09:30: The header row of Desk.xlsx")
        assert said.endswith("To take the last run back: sheetops undo R1")
    scheduled.run()
    scheduled.run()
    assert "failed 3 times since Thu 26 Nov 09:30" in scheduled.tab()[2]
    scheduled.type(HEADER_BACK)
    scheduled.run()
    for name in ("Desk", "Night"):
        assert scheduled.tab(name)[2] == "To take it back: sheetops undo R1"
    assert scheduled.pings == ["https://hc.example/u?a=1"]
    assert scheduled.kept.standing("desk-sync").failures == 0


def test_what_is_said_on_the_tab_changes_nothing_else_of_the_workbook(scheduled: Scheduled) -> None:
    def parts() -> dict[str, bytes]:
        with zipfile.ZipFile(scheduled.book("Night")) as book:
            return {name: book.read(name) for name in book.namelist()}

    before = parts()
    scheduled.type(HEADER_GONE)
    scheduled.run()
    after = parts()
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet2.xml", "xl/styles.xml"}, "the tab, and the red of its letters"


def test_a_workbook_that_was_never_synced_gets_a_tab_that_says_it(
    tmp_path: Path, scheduled: Scheduled
) -> None:
    for name in ("Desk", "Night"):
        from ...trackers import workbooks

        workbooks.make(
            scheduled.book(name),
            [["Case", "Status"], ["A", "open"]],
            tab="Kases" if name == "Desk" else "Cases",
        )
    (tmp_path / "sheetops.db").unlink()
    scheduled.run()
    assert scheduled.tab("Desk")[2].startswith("The scheduled sync failed at")
    assert "has no tab 'Cases'" in scheduled.tab("Desk")[2]


def test_a_workbook_that_is_closed_meanwhile_is_tried_again(scheduled: Scheduled) -> None:
    scheduled.type({"B2": "closed"})
    lock = open_by_kim(scheduled.book("Night"))
    scheduled.meanwhile = lambda: lock.unlink(missing_ok=True)
    went = scheduled.run()
    assert went is not None
    assert (went.pressed.exit_code, went.attempts, scheduled.waits) == (0, 2, [20.0])
    assert "ok, exit 0, 2 attempts" in scheduled.log[-1]


def test_one_that_stays_open_is_left_to_the_next_time(scheduled: Scheduled) -> None:
    scheduled.type({"B2": "closed"})
    lock = open_by_kim(scheduled.book("Night"))
    went = scheduled.run()
    assert went is not None
    assert (went.pressed.exit_code, went.attempts, scheduled.waits) == (5, 3, [20.0, 60.0])
    assert scheduled.pings == [], "neither well nor failed: monitoring misses it where it goes on"
    assert (
        "night left out: Night.xlsx is open (Kim). Save and close it, then run: sheetops sync"
        in scheduled.log[1]
    )
    assert "Night.xlsx is open (Kim)." in scheduled.tab("Desk")[2]
    assert any(
        "the tab 'sheetops' of Night.xlsx was not written: Night.xlsx is open (Kim)." in line
        for line in scheduled.log
    )
    lock.unlink()
    scheduled.run()
    assert scheduled.tab("Desk")[2].startswith("To take it back:")


def test_a_run_that_finds_another_at_work_is_refused_and_leaves_all_as_it_is(scheduled: Scheduled) -> None:
    before = scheduled.kept.standing("desk-sync"), scheduled.book().read_bytes()
    with scheduled.open() as other, other.store.lock("Kim"):
        went = scheduled.run()
    assert went is not None
    assert (went.pressed.exit_code, went.attempts, scheduled.waits, scheduled.pings) == (5, 1, [], [])
    assert went.pressed.sentence.startswith("Another run is at work on this dataset: Kim since")
    assert (scheduled.kept.standing("desk-sync"), scheduled.book().read_bytes()) == before


def test_a_mistake_in_the_config_is_logged_and_counted(scheduled: Scheduled) -> None:
    (scheduled.folder / "sheetops.toml").write_text("[tables", encoding="utf-8")
    went = scheduled.run()
    assert went is not None
    assert went.pressed.exit_code == 1
    assert "failed, exit 1: sheetops.toml, line 1" in scheduled.log[0]
    assert scheduled.kept.standing("desk-sync").failures == 1


def test_a_mistake_of_our_own_is_said_in_a_sentence(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("north")

    monkeypatch.setattr("sheetops.actions.sync", broken)
    went = scheduled.run()
    assert went is not None
    assert went.pressed.sentence.startswith(
        "sheetops made a mistake of its own (KeyError in test_runs.py, line"
    )
    assert "sheetops made a mistake of its own" in scheduled.tab()[2]


def test_a_missed_run_is_caught_up_once(scheduled: Scheduled) -> None:
    assert scheduled.run(if_missed=True) is not None, "09:30 was due"
    scheduled.now -= dt.timedelta(minutes=14)
    assert scheduled.run(if_missed=True) is None, "09:31: all that was due has run"
    scheduled.now += dt.timedelta(days=3)
    assert scheduled.run(if_missed=True) is not None, "off for three days: one run, not one for each time"
    scheduled.now -= dt.timedelta(minutes=15)
    assert scheduled.run(if_missed=True) is None


def test_the_weekly_update_syncs_and_tells_the_week(scheduled: Scheduled) -> None:
    went = scheduled.run(schedule={"runs": "weekly"})
    assert went is not None
    assert went.pressed.sentence.startswith("The week to 2026-11-26: 2 records added")
    assert "night ok" in scheduled.log[1]
    assert "cases: 2 records added" in scheduled.log[3]


def test_a_heartbeat_that_cannot_be_reached_fails_no_run(scheduled: Scheduled) -> None:
    def unplugged(url: str) -> None:
        raise ConnectionRefusedError("Connection refused")

    scheduled.ping = unplugged
    went = scheduled.run()
    assert went is not None
    assert went.pressed.exit_code == 0
    assert scheduled.log[-1] == "2026-11-26T09:30:00Z desk-sync the heartbeat at hc.example could not be reached: Connection refused"  # fmt: skip


def test_a_ping_says_nothing_of_the_workspace() -> None:
    asked: list[tuple[str, bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        ping(fail_address(f"http://127.0.0.1:{server.server_port}/u-u-i-d/"))
        thread.join()
    assert asked == [("/u-u-i-d/fail", b"")]


def test_the_log_is_put_aside_when_it_is_full(scheduled: Scheduled) -> None:
    path = scheduled.kept.log("desk-sync")
    path.write_bytes(b"x" * (1 << 20) + b"\n")
    scheduled.run()
    scheduled.run()
    assert path.with_name("desk-sync.log.1").stat().st_size > 1 << 20
    assert len(path.read_text("utf-8").splitlines()) == 6


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="a folder can only be made read-only for somebody who is not root",
)
def test_a_folder_that_cannot_be_written_stops_no_run(scheduled: Scheduled) -> None:
    folder = scheduled.kept.log("x").parent
    folder.chmod(0o500)
    went = scheduled.run()
    folder.chmod(0o700)
    assert went is not None
    assert went.pressed.exit_code == 0


def test_the_next_run_is_a_function_of_the_phrase_and_the_time() -> None:
    assert next_run("every 15 min on workdays 8-19", MORNING) == MORNING + dt.timedelta(minutes=15)
    assert next_run("every monday at 9", MORNING) == MORNING + dt.timedelta(days=4)
