"""People who sort, insert, delete, move and type while sheetops is between its read and its write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from sheetops.model.errors import TrackerChanged
from sheetops.sandbox import Sandbox

from . import racing
from .racing import Race

ROW_RACES = {
    "sorted": [racing.sort("Mine")],
    "sorted by what is written": [racing.sort("Risk", descending=True)],
    "rows inserted at the top": [racing.insert_rows(1, 2)],
    "rows inserted in the middle": [racing.insert_rows(3, 2)],
    "a row deleted": [racing.delete_row(1)],
    "a row moved": [racing.move_row(0, 4)],
    "sorted and deleted": [racing.sort("Mine"), racing.delete_row(2)],
}
OTHER_RACES = {
    "a row inserted above the headers": [racing.insert_rows(0)],
    "rows inserted and deleted": [racing.insert_rows(1, 2), racing.delete_row(4), racing.sort("Mine")],
    "a column inserted at the left": [racing.insert_column(1)],
    "a column inserted in the middle": [racing.insert_column(3)],
    "a column moved": [racing.move_column(2, 6)],
    "the key column moved": [racing.move_column(1, 7)],
    "a column deleted": [racing.delete_column("Own")],
    "a watched column deleted": [racing.delete_column("Risk")],
    "columns and rows": [racing.move_column(3, 1), racing.insert_rows(0, 2), racing.sort("Mine")],
    "a cell typed and rows sorted": [racing.type_cell(5, "Own"), racing.sort("Mine")],
    "a row typed below and rows sorted": [racing.type_row(), racing.sort("Mine")],
}


@pytest.fixture(params=[False, True], ids=["metadata stays", "metadata follows sort"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(seed=5, metadata_follows_sort=request.param) as box:
        yield box


def planned(box: Sandbox, **settings: Any) -> Race:
    """Six rows, of which four get new values in two-way and computed columns."""
    race = Race(box, **settings)
    for n in (0, 1, 2, 5):
        race.write(n, "Note", f"new {n}")
        race.write(n, "Risk", 100 + n)
    return race


def asked(race: Race) -> tuple[int, int]:
    """The requests of one run and no more: reads and writes of `run`, and one read before it."""
    count, before = race.book.connection.count, race.seen
    return count.reads - before.reads + 1, count.writes - before.writes


# --- one race --------------------------------------------------------------------------------------------------


def test_nobody_moves_anything(box: Sandbox) -> None:
    race = planned(box)
    race.run()
    assert not race.wrong()
    assert asked(race) == (1, 1)


@pytest.mark.parametrize("acts", ROW_RACES.values(), ids=ROW_RACES)
def test_rows_are_moved(box: Sandbox, acts: list[racing.Act]) -> None:
    race = planned(box)
    race.meanwhile(*acts)
    race.run()
    assert not race.wrong()
    assert asked(race)[1] == 2


@pytest.mark.parametrize("name", ["sorted", "rows inserted at the top", "a row moved"])
def test_a_plain_race_costs_one_write_and_no_read(box: Sandbox, name: str) -> None:
    race = planned(box)
    race.meanwhile(*ROW_RACES[name])
    race.run()
    assert asked(race) == (1, 2)


@pytest.mark.parametrize("acts", OTHER_RACES.values(), ids=OTHER_RACES)
def test_rows_and_columns_are_moved(box: Sandbox, acts: list[racing.Act]) -> None:
    race = planned(box, banner=1)
    race.meanwhile(*acts)
    race.run()
    assert not race.wrong()


def test_somebody_types_elsewhere(box: Sandbox) -> None:
    race = planned(box)
    race.meanwhile(racing.type_cell(3, "Note"), racing.type_cell(0, "Own"), racing.type_row())
    race.run()
    assert not race.wrong()
    assert asked(race) == (1, 1)


def test_a_key_that_was_edited_takes_no_value_from_its_row(box: Sandbox) -> None:
    race = planned(box)
    race.meanwhile(lambda race: race.person.type("Cases!A2", "K0 again"))
    race.wanted["mine 0"]["ID"] = "K0 again"
    race.run()
    assert not race.wrong()


def test_the_tab_is_renamed(box: Sandbox) -> None:
    race = planned(box)
    race.meanwhile(racing.rename("Fälle"))
    with pytest.raises(TrackerChanged):
        race.run()
    assert {record["Note"] for record in race.found()} == {f"note {n}" for n in range(6)}


def test_the_tab_is_deleted(box: Sandbox) -> None:
    race = planned(box)
    box.service.store.get(race.id)
    race.person.batch({"addSheet": {"properties": {"title": "Other"}}})
    race.meanwhile(lambda race: race.person.batch({"deleteSheet": {"sheetId": race.sheet_id}}))
    with pytest.raises(TrackerChanged):
        race.run()


# --- keys, new rows, new columns -----------------------------------------------------------------------------------


@pytest.mark.parametrize("acts", [*ROW_RACES.values(), *OTHER_RACES.values()], ids=[*ROW_RACES, *OTHER_RACES])
def test_keys_are_given_to_the_right_rows(box: Sandbox, acts: list[racing.Act]) -> None:
    race = Race(box, keyless=(1, 2, 5))
    for n in (1, 2, 5):
        race.mint(n)
        race.write(n, "Risk", 100 + n)
    race.write(0, "Risk", 100)
    race.meanwhile(*acts)
    race.run()
    assert not race.wrong()


@pytest.mark.parametrize("filled", [False, True], ids=["nothing below", "formulas below"])
@pytest.mark.parametrize("acts", [*ROW_RACES.values(), *OTHER_RACES.values()], ids=[*ROW_RACES, *OTHER_RACES])
def test_new_rows_are_complete_and_go_over_nothing(
    box: Sandbox, acts: list[racing.Act], filled: bool
) -> None:
    race = Race(box, filled=filled)
    race.write(1, "Risk", 101)
    race.append("N0")
    race.append("N1")
    race.meanwhile(*acts)
    race.run()
    assert not race.wrong()


def test_rows_typed_where_new_rows_go_by_number_keep_what_sheetops_does_not_write(box: Sandbox) -> None:
    race = Race(box, filled=True)
    race.append("N0")
    race.meanwhile(racing.type_row())
    written = race.run()
    assert not race.wrong()
    assert "type it again" in " ".join(written.notes)


@pytest.mark.parametrize("acts", [*ROW_RACES.values(), *OTHER_RACES.values()], ids=[*ROW_RACES, *OTHER_RACES])
def test_a_new_column(box: Sandbox, acts: list[racing.Act], request: pytest.FixtureRequest) -> None:
    if "column deleted" in request.node.callspec.id:
        pytest.skip("what was in the new column's place, one deleted or one moved there, nobody can tell")
    race = Race(box)
    race.header("Flag")
    for n in range(6):
        race.write(n, "Flag", f"flag {n}")
    race.meanwhile(*acts)
    race.run()
    assert not race.wrong()


# --- again and again -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 3])
def test_people_sort_again_while_it_is_put_right(box: Sandbox, times: int) -> None:
    race = planned(box)
    for n in range(times):
        race.meanwhile(racing.sort("Mine", descending=n % 2 == 0), racing.insert_rows(1))
    race.run()
    assert not race.wrong()


def test_a_person_who_never_stops_is_reported(box: Sandbox) -> None:
    race = planned(box)
    for n in range(20):
        race.meanwhile(racing.sort("Mine", descending=n % 2 == 0))
    written = race.run()
    assert "again and again" in " ".join(written.notes)
    assert written.identity == ""
    assert asked(race)[1] == 4


def test_the_tab_is_renamed_before_it_is_put_right(box: Sandbox) -> None:
    race = planned(box)
    race.meanwhile(racing.sort("Mine"))
    race.meanwhile(racing.rename("Fälle"))
    race.run()
    assert not race.wrong()


def test_a_repair_that_fails_is_no_failed_write(box: Sandbox) -> None:
    race = planned(box)
    race.person.batch({"addSheet": {"properties": {"title": "Other"}}})
    race.meanwhile(racing.sort("Mine"))
    race.meanwhile(lambda race: race.person.batch({"deleteSheet": {"sheetId": race.sheet_id}}))
    written = race.run()
    assert "look whether all is where it was" in " ".join(written.notes)
    assert written.identity == ""


# --- any race ------------------------------------------------------------------------------------------------------


def any_race(box: Sandbox, seed: int, *, columns: bool) -> Race:
    """A random sheet, a random write, and up to three random races."""
    random = Random(seed)
    keyless = tuple(n for n in range(7) if random.random() < 0.25) if random.random() < 0.4 else ()
    race = Race(box, random.randint(3, 7), keyless, random.choice([0, 0, 1, 2]), filled=random.random() < 0.3)
    for n in range(race.rows):
        if n in keyless:
            race.mint(n)
        for header in ("Risk",) if n in keyless else ("Note", "Risk", "Due"):
            if random.random() < 0.4:
                race.write(n, header, f"new {n}" if header == "Note" else 100 + n)
    for n in range(random.choice([0, 0, 1, 2])):
        race.append(f"N{n}")
    for _ in range(1 if columns else random.randint(1, 3)):
        race.meanwhile(*(racing.shuffled(random, columns=columns) for _ in range(random.randint(1, 3))))
    return race


@pytest.mark.parametrize("seeds", [range(n, n + 50) for n in range(0, 200, 50)], ids=lambda s: f"from {s[0]}")
@pytest.mark.parametrize("columns", [False, True], ids=["rows, up to three races", "rows and columns"])
def test_any_race(box: Sandbox, columns: bool, seeds: range) -> None:
    for seed in seeds:
        race = any_race(box, seed, columns=columns)
        race.run()
        box.forget_faults()
        assert not race.wrong(), f"seed {seed}"


# --- answers lost, and writes in parts ------------------------------------------------------------------------------

LOST: dict[str, Callable[[Sandbox], None]] = {
    "503": lambda box: box.fail_next(503, when="write", committed=True),
    "a web page": lambda box: box.fail_next(502, when="write", committed=True, html=True),
    "the connection": lambda box: box.cut_next(20, when="write"),
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
@pytest.mark.parametrize("raced", [False, True], ids=["no race", "sorted"])
def test_an_answer_is_lost_and_nothing_is_written_twice(
    box: Sandbox, lose: Callable[[Sandbox], None], raced: bool
) -> None:
    race = planned(box)
    race.append("N0")
    if raced:
        race.meanwhile(racing.sort("Mine"))
    lose(box)
    race.run()
    assert not race.wrong()


def test_a_write_in_parts(box: Sandbox) -> None:
    race = planned(box, options={"payload": 300})
    race.append("N0")
    race.run()
    assert not race.wrong()
    assert asked(race)[1] > 2


def test_rows_are_moved_between_two_parts(box: Sandbox) -> None:
    race = planned(box, options={"payload": 300})
    race.meanwhile()
    race.meanwhile(racing.sort("Mine"))
    race.run()
    assert not race.wrong()
