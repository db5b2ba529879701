"""Every guard of the design: it trips, it does not trip just below, it writes nothing, its override works."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sheetops.model.errors import ClockWentBack, GuardStopped, PlanStale, RunLocked

from .story import HEADERS, NORTH, SOUTH, TWO, Story, case, cases, config, tracker

Tell = Callable[..., Story]
Act = Callable[[Story], None]


def keys(*numbers: int) -> list[str]:
    return [f"CASE-{n:04d}" for n in numbers]


def delete(count: int) -> Act:
    return lambda story: story.delete("north", *keys(*range(1, count + 1))) and None


def edit_column(count: int) -> Act:
    def act(story: Story) -> None:
        for key in keys(*range(1, count + 1)):
            story.type("north", key, amount=1000)

    return act


def edit_everywhere(count: int) -> Act:
    """Edit every row, but no column in more than half of them."""

    def act(story: Story) -> None:
        for n in range(1, count + 1):
            story.type("north", *keys(n), **({"amount": 1000 + n} if n % 2 else {"note": f"new {n}"}))

    return act


def paste_twice(count: int) -> Act:
    def act(story: Story) -> None:
        for n in range(1, count + 1):
            story.append("north", case(n))

    return act


def garbage(count: int) -> Act:
    def act(story: Story) -> None:
        for key in keys(*range(1, count + 1)):
            story.type("north", key, due="soon")

    return act


@dataclass(frozen=True)
class Guard:
    """How many rows there are, what trips the guard, what does not quite, and what it says."""

    rows: int
    trips: Act
    below: Act | None
    override: str | None
    says: str


def lose_stamp(story: Story) -> None:
    story.books["north"].stamps.clear()


def from_elsewhere(story: Story) -> None:
    story.books["north"].stamps["north"] = "another-workspace:north:1"


def unknown_generation(story: Story) -> None:
    story.books["north"].stamps["north"] = f"{story.ws.store.workspace_id}:north:99"


def older(story: Story) -> None:
    north = story.books["north"]
    tabs, stamps = {n: [list(r) for r in t] for n, t in north.tabs.items()}, dict(north.stamps)
    story.type("south", *keys(1), note="newer")
    story.settle()
    north.tabs, north.stamps = tabs, stamps


def drop_header(story: Story) -> None:
    del story.books["north"].tabs["Cases"][0]


def rename_header(name: str, to: str) -> Act:
    def act(story: Story) -> None:
        header = story.books["north"].tabs["Cases"][0]
        header[header.index(name)] = to

    return act


def other_column(story: Story) -> None:
    """Let the field `note` be read from another column than at the last sync."""
    for number, row in enumerate(story.books["north"].tabs["Cases"]):
        row.append("Remark" if number == 0 else f"note {number}")
    story.open(TWO.replace('"Note" = "note"', '"Remark" = "note"', 1))


def other_zone(story: Story) -> None:
    story.open(TWO.replace("delete = true", 'delete = true\ntimezone = "Asia/Singapore"', 1))


GUARDS = {
    "deletes, share": Guard(20, delete(3), delete(2), "deletes", "3 of 20 rows (15 %) are gone from north"),
    "deletes, few rows": Guard(12, delete(2), delete(1), "deletes", "2 of 12 rows"),
    "deletes, number": Guard(300, delete(26), delete(25), "deletes", "26 of 300 rows"),
    "emptied": Guard(12, delete(12), None, "emptied", "north has no rows any more; it had 12"),
    "every row changed": Guard(12, edit_everywhere(12), edit_everywhere(11), "mass-edit", "Every one of the 12"),
    "column changed": Guard(24, edit_column(13), edit_column(12), "mass-edit", "Column 'Amount' of north"),
    "column, few rows": Guard(12, edit_column(10), edit_column(9), "mass-edit", "10 of 12 rows"),
    "duplicates": Guard(100, paste_twice(5), paste_twice(4), "duplicates", "5 keys stand in more than one row"),
    "unparsable": Guard(15, garbage(4), garbage(3), "unparsable", "4 of 15 cells (27 %) of column 'Due'"),
    "stamp missing": Guard(12, lose_stamp, None, "stamp", "lost the stamp"),
    "stamp of another workspace": Guard(12, from_elsewhere, None, "stamp", "looks like a copy"),
    "stamp not known": Guard(12, unknown_generation, None, "stamp", "does not know"),
    "stamp older": Guard(12, older, None, "stamp", "older than the last sync"),
    "mapping, column": Guard(12, other_column, None, "mapping", "the column of note was 'Note' and is 'Remark'"),
    "mapping, time zone": Guard(12, other_zone, None, "mapping", "the time zone was 'Europe/London'"),
    "header gone": Guard(12, drop_header, None, None, "header row of north, tab 'Cases' is gone"),
    "key column missing": Guard(
        12, rename_header("Case ID", "Case"), rename_header("Note", "Notes"), None, "key column 'Case ID'"
    ),
    "header twice": Guard(
        12, rename_header("Note", "Status"), None, None, "Two columns of north, tab 'Cases' have the header"
    ),
}  # fmt: skip


def told(tell: Tell, guard: Guard) -> Story:
    return tell(north=cases(guard.rows))


@pytest.mark.parametrize("name", GUARDS)
def test_guard_stops_the_run_and_nothing_is_written(tell: Tell, name: str) -> None:
    guard, story = GUARDS[name], told(tell, GUARDS[name])
    guard.trips(story)
    story.type("south", *keys(9), note="an edit that has to wait")
    before = story.everything()
    with pytest.raises(GuardStopped) as stopped:
        story.sync()
    assert guard.says in stopped.value.what
    assert "Nothing was written" in stopped.value.not_done
    assert stopped.value.exit_code == 4
    assert story.everything() == before
    assert story.ws.plan().stopped
    if guard.override:
        assert f"--allow {guard.override}" in stopped.value.next_step


@pytest.mark.parametrize("name", [name for name, guard in GUARDS.items() if guard.below])
def test_guard_lets_pass_what_is_just_below(tell: Tell, name: str) -> None:
    guard, story = GUARDS[name], told(tell, GUARDS[name])
    assert guard.below is not None
    guard.below(story)
    story.settle()


@pytest.mark.parametrize("name", [name for name, guard in GUARDS.items() if guard.override])
def test_guard_is_overridden_by_the_word_it_names(tell: Tell, name: str) -> None:
    guard, story = GUARDS[name], told(tell, GUARDS[name])
    assert guard.override is not None
    guard.trips(story)
    assert story.ws.plan(allow=[guard.override]).guards == ()
    story.sync(allow=[guard.override])
    story.settle(allow=[guard.override])
    assert story.ws.store.verify() == []
    assert story.idle()


@pytest.mark.parametrize("name", ["header gone", "key column missing", "header twice"])
def test_guard_without_an_override_names_the_mend(tell: Tell, name: str) -> None:
    story = told(tell, GUARDS[name])
    GUARDS[name].trips(story)
    every_word = ["deletes", "emptied", "mass-edit", "stamp", "mapping", "duplicates", "unparsable"]
    with pytest.raises(GuardStopped) as stopped:
        story.sync(allow=every_word)
    assert "--allow" not in stopped.value.next_step
    assert stopped.value.next_step


def test_another_word_does_not_override(story: Story) -> None:
    delete(3)(story)
    with pytest.raises(GuardStopped):
        story.sync(allow=["mass-edit", "stamp", "emptied"])


def test_limits_are_settings(tell: Tell) -> None:
    strict = config(NORTH, SOUTH, more="[guards]\ndeletes_at_least = 1\ndeletes_percent = 5\n")
    story = tell(strict, north=cases())
    delete(1)(story)
    with pytest.raises(GuardStopped, match="1 of 12 rows"):
        story.sync()


def test_a_first_sync_is_no_mass_edit(tell: Tell) -> None:
    rows = cases(40)
    for row in rows[1:]:
        row[4] = None
    story = tell(north=cases(40), south=rows)
    assert story.held() == {}
    assert len(story.records()) == 40


def test_deletions_that_wait_for_a_decision_are_not_counted_again(tell: Tell) -> None:
    story = tell(north=cases(40))
    story.delete("south", *keys(1, 2, 3, 4))
    story.settle()
    assert set(story.held().values()) == {"row-gone"}
    story.delete("south", *keys(5))
    story.settle()
    assert len(story.held()) == 5


def test_rows_marked_as_left_are_not_counted_when_people_clear_them_away(tell: Tell) -> None:
    story = tell(north=cases(40))
    for n in range(1, 7, 2):
        story.delete("north", *keys(n, n + 1))
        story.settle()
    story.delete("south", *keys(1, 2, 3, 4, 5, 6))
    story.settle()
    assert len(story.records()) == 34
    assert story.held() == {}


# --- saved plans -----------------------------------------------------------------------------------------


def test_saved_plan_is_carried_out(story: Story) -> None:
    story.type("north", *keys(1), note="x")
    saved = json.loads(json.dumps(story.ws.plan().to_json()))
    story.ws.sync(saved=saved)
    assert story.value("CASE-0001", "note") == "x"


def test_saved_plan_is_stale_when_a_spreadsheet_has_changed(story: Story) -> None:
    story.type("north", *keys(1), note="x")
    saved = story.ws.plan().to_json()
    story.type("south", *keys(2), note="y")
    before = story.everything()
    with pytest.raises(PlanStale, match="plan --save") as stale:
        story.ws.sync(saved=saved)
    assert stale.value.exit_code == 4
    assert story.everything() == before


def test_saved_plan_is_stale_when_the_dataset_has_changed(story: Story) -> None:
    saved = story.ws.plan().to_json()
    story.type("south", *keys(2), note="y")
    story.settle()
    before = story.everything()
    with pytest.raises(PlanStale):
        story.ws.sync(saved=saved)
    assert story.everything() == before


# --- one run at a time -------------------------------------------------------------------------------------


def test_lock_held_by_another_process(story: Story) -> None:
    holder = textwrap.dedent(
        """
        import sys, types
        from pathlib import Path
        from sheetops.library import Workspace
        from sheetops.workspace import parse_config
        folder = Path(sys.argv[1])
        ws = Workspace(parse_config((folder / "text").read_text(), folder / "sheetops.toml"))
        with ws.store.lock("bob"):
            print("locked", flush=True)
            sys.stdin.read()
        """
    )
    (story.folder / "text").write_text(TWO)
    story.type("north", *keys(1), note="x")
    before = story.everything()
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(story.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"locked\n"
        with pytest.raises(RunLocked, match="bob") as locked:
            story.sync()
        assert locked.value.exit_code == 5
        assert story.everything() == before
        assert story.ws.plan().counts()["cells_taken"] == 1, "a plan only looks, so it needs no lock"
        process.stdin.close()
    story.settle()
    assert story.value("CASE-0001", "note") == "x"


def test_lock_is_let_go_when_its_holder_dies(story: Story) -> None:
    story.type("north", *keys(1), note="x")
    assert story.crash("commit:after")
    story.settle()
    assert story.value("CASE-0001", "note") == "x"


# --- the clock -----------------------------------------------------------------------------------------------


def test_clock_before_the_last_run(story: Story) -> None:
    story.type("north", *keys(1), note="x")
    before = story.everything()
    now, story.time = story.time, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(ClockWentBack, match="2020-01-01") as wrong:
        story.sync()
    assert "Set the clock right" in wrong.value.next_step
    assert story.everything() == before
    story.time = now
    story.settle()
    assert story.value("CASE-0001", "note") == "x"


def test_tracker_that_is_busy_is_left_out_and_the_rest_goes_on(story: Story) -> None:
    story.books["south"].opened_by = "bob"
    story.type("north", *keys(1), note="x")
    done = story.sync()
    assert (done.exit_code, [out.tracker for out in done.left_out]) == (5, ["south"])
    assert story.value("CASE-0001", "note") == "x"
    story.books["south"].opened_by = None
    story.settle()
    assert story.cell("south", "CASE-0001", "note") == "x"


def test_nine_rows_without_headers_of_their_own_are_found_below_a_title(tell: Tell) -> None:
    rows = [["Weekly list", None], [], *cases(9)]
    story = tell(config(NORTH, tracker("south", tuple(HEADERS))), north=rows)
    assert len(story.records()) == 9
