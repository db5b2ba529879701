"""Whole syncs with a Google spreadsheet in London and a workbook in Dublin: what people do, and what a run costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sheetops import actions
from sheetops.library import open_workspace
from sheetops.model.errors import GuardStopped
from sheetops.sandbox import Sandbox

from . import books
from .cities import COLUMNS, HEADER, K1, K2, K3, Cities, used

# --- two cities, one case -------------------------------------------------------------------------------------


def test_a_case_edited_in_both_cities_merges_cell_by_cell(cities: Cities) -> None:
    cities.in_dublin(B2="closed")
    cities.ana.type("Cases!E2", "called the merchant")
    assert cities.sync().exit_code == 0
    assert cities.row(K1)[1:] == ["closed", 45292, 1, "called the merchant"]
    assert cities.dublin()[1][1:] == ["closed", dt.datetime(2024, 1, 1), 1, "called the merchant"]


def test_the_same_cell_edited_in_both_cities_is_held_and_decided_in_the_spreadsheet(cities: Cities) -> None:
    cities.in_dublin(E2="from Dublin")
    cities.ana.type("Cases!E2", "from London")
    assert cities.sync().exit_code == 3
    tab = cities.london("sheetops")
    header = next(n for n, row in enumerate(tab) if row and row[0] == "No.")
    place = tab[header].index("Your decision")
    held = tab[header + 1]
    assert held[1].startswith("London") or "London" in str(held)
    cities.ana.type(f"sheetops!{chr(65 + place)}{header + 2}", "keep mine")
    outcome = cities.sync()
    cities.sync()
    assert cities.row(K1)[4] == "from London", outcome.lines


def test_a_row_typed_in_london_without_a_key_gets_one_there_and_a_row_in_dublin(cities: Cities) -> None:
    cities.ana.type("Cases!B5", "open", "2024-02-01", "7", "new here")
    cities.sync()
    assert cities.row("CASE-0004")[1:] == ["open", 45323, 7, "new here"]
    assert cities.dublin()[4][0] == "CASE-0004"


def test_undo_takes_back_what_was_written_to_the_spreadsheet(cities: Cities) -> None:
    cities.in_dublin(E2="a mistake")
    run = cities.sync().data["run"]
    assert cities.row(K1)[4] == "a mistake"
    actions.undo(cities.open(), run)
    assert cities.row(K1)[4] == "note 1"


def test_history_names_the_cell_and_the_tracker(cities: Cities) -> None:
    cities.ana.type("Cases!E2", "seen")
    cities.sync()
    said = "\n".join(actions.history(cities.ws, K1, "note").lines)
    assert "London E2" in said


def test_somebody_sorts_by_note_and_renames_the_tab(cities: Cities) -> None:
    cities.ana.sort("Cases!A2:E4", column=1, descending=True)
    cities.ana.rename_tab("Cases", "Cases 2024")
    cities.in_dublin(B3="closed")
    outcome = cities.sync()
    assert outcome.exit_code == 0
    assert [row[:2] for row in cities.london("Cases 2024")[1:]] == [
        [K3, "open"],
        [K2, "closed"],
        [K1, "open"],
    ]
    assert any("is called 'Cases 2024' now" in line for line in outcome.lines)


# --- what a run costs ---------------------------------------------------------------------------------------------


def test_nothing_to_do_is_one_read(cities: Cities) -> None:
    cities.sync()
    outcome = cities.sync()
    assert (outcome.data["run"], used(outcome)) == (None, "1 read")
    assert "Requests to London: 1 read" in outcome.lines


def test_formulas_in_a_watched_column_cost_a_second_read(cities: Cities) -> None:
    cities.ana.type("Cases!D2", "=3*4")
    cities.sync()
    assert used(cities.sync()) == "2 reads"
    assert cities.dublin()[1][3] == 12


def test_formulas_in_a_column_of_peoples_own_cost_nothing(cities: Cities) -> None:
    cities.ana.type("Cases!G1", "Mine")
    cities.ana.type("Cases!G2", "=D2*2")
    cities.sync()
    assert used(cities.sync()) == "1 read"


def test_changed_cells_are_one_read_and_one_write_however_many(cities: Cities) -> None:
    cities.in_dublin(E2="x", E3="y", B3="closed", D4=99)
    assert used(cities.sync()) == "1 read, 1 write"
    assert [row[4] for row in cities.london()[1:]] == ["x", "y", "note 3"]


def test_what_a_person_typed_alone_needs_one_write_for_the_stamp(cities: Cities) -> None:
    cities.ana.type("Cases!E2", "typed")
    assert used(cities.sync()) == "1 read, 1 write"


def test_two_trackers_in_one_spreadsheet_share_the_requests(
    begin: Callable[..., Cities], box: Sandbox
) -> None:
    both = books.make(box, {"Cases": [HEADER], "Closed": [HEADER]})
    second = (
        f'[trackers.closed]\nspreadsheet = "{both}"\ntab = "Closed"\ntable = "cases"\n'
        f"where = \"status == 'closed'\"\n[trackers.closed.columns]\n{COLUMNS}"
    )
    cities = begin(id=both, more=second)
    cities.in_dublin(B2="closed")
    assert used(cities.sync()) == "1 read, 1 write"
    assert [row[0] for row in cities.london("Closed")[1:]] == [K1]
    assert cities.row(K1)[1] == "closed"


def test_drives_version_saves_the_read(begin: Callable[..., Cities]) -> None:
    cities = begin(google="drive_version = true\nfull_read_every = 3")
    cities.sync()
    costs = [used(cities.sync()) for _ in range(4)]
    assert costs.count("1 look at Drive") >= 2
    assert "1 read, 1 look at Drive" in costs, "every third run reads all the same"
    cities.ana.type("Cases!E2", "typed")
    assert used(cities.sync()).startswith("1 read, 1 write")
    assert cities.dublin()[1][4] == "typed"


def test_a_first_run_has_to_look_for_the_tabs(tmp_path: Path, box: Sandbox) -> None:
    cities = Cities(tmp_path, box)
    assert used(cities.sync()) == "2 reads, 1 write"
    cities.ws.close()


# --- stamps -----------------------------------------------------------------------------------------------------------


def test_the_stamp_is_gone(cities: Cities) -> None:
    lookup = {"developerMetadataLookup": {"metadataKey": "sheetops.stamp"}}
    books.change(cities.box, cities.id, {"deleteDeveloperMetadata": {"dataFilter": lookup}})
    with pytest.raises(GuardStopped, match="lost the stamp"):
        cities.sync()
    assert cities.sync(allow=["stamp"]).exit_code == 0


def test_a_copy_with_our_stamp_in_it_is_told_from_the_original(cities: Cities, box: Sandbox) -> None:
    copy = box.copy(cities.id)
    box.share(copy, books.ROBOT)
    config = cities.folder / "sheetops.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(cities.id, copy), encoding="utf-8")
    with pytest.raises(GuardStopped, match="looks like a copy"):
        cities.sync()
    assert books.rows(box, copy) == cities.london(), "nothing was written to it"


def test_a_run_that_dies_after_the_write_is_made_good(cities: Cities) -> None:
    class Gone(BaseException):
        pass

    def die(point: str) -> None:
        if point == "sync:written:london":
            raise Gone

    cities.in_dublin(E2="x")
    cities.ws.close()
    ws = open_workspace(cities.folder, environ={"SHEETOPS_GOOGLE_URL": cities.box.url})
    ws._env = replace(ws._env, fault=die)
    with pytest.raises(Gone):
        ws.sync()
    ws.close()
    assert cities.row(K1)[4] == "x"
    assert cities.sync().exit_code == 0
    assert used(cities.sync()) == "1 read"
    assert len([row for row in cities.london() if row]) == 4
