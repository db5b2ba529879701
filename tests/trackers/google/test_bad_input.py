"""What goes wrong with a spreadsheet that others share, move, protect and delete: a clear error, and nothing lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sheetops import actions
from sheetops.model.sheet import CellWrite, RowAppend, SpreadsheetWrite, TabWrite
from sheetops.sandbox import Sandbox

from ..contract import CASES, ROWS, STAMP
from . import books
from .cities import HEADER, K1, K2, K3, Cities, used


def left_out(outcome: actions.Outcome) -> str:
    """What is said of London, which could not take part."""
    found = [one for one in outcome.data["left_out"] if one["tracker"] == "london"]
    assert len(found) == 1, outcome.lines
    assert outcome.exit_code in (1, 5)
    return " ".join(found[0][part] for part in ("what", "not_done", "next_step"))


def test_the_spreadsheet_is_deleted(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.delete(cities.id)
    said = left_out(cities.sync())
    assert "London" in said
    assert cities.ws.table("cases")[K1]["note"] == "x", "the others go on"


def test_the_spreadsheet_is_deleted_just_before_the_write(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.before_next_write(lambda: cities.box.delete(cities.id))
    assert "London" in left_out(cities.sync())


def test_the_spreadsheet_is_in_the_bin_and_drive_is_asked(begin: Callable[..., Cities]) -> None:
    cities = begin(google="drive_version = true")
    cities.box.trash(cities.id)
    assert "bin" in left_out(cities.sync())
    cities.box.trash(cities.id, restore=True)
    cities.in_dublin(E2="x")
    assert cities.sync().exit_code == 0
    assert cities.row(K1)[4] == "x"


def test_the_tab_is_deleted(cities: Cities) -> None:
    cities.ana.delete_tab("Cases")
    said = left_out(cities.sync())
    assert "no tab 'Cases'" in said
    assert "'Notes'" in said
    assert len(cities.dublin()) == 4, "nobody's rows are gone for it"


def test_the_tab_is_deleted_just_before_the_write(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.before_next_write(lambda: cities.ana.delete_tab("Cases"))
    assert "no tab 'Cases'" in left_out(cities.sync())
    assert cities.ws.table("cases")[K1]["note"] == "x"


def test_the_tab_is_renamed_just_before_the_write(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.before_next_write(lambda: cities.ana.rename_tab("Cases", "Fälle '24"))
    assert cities.sync().exit_code == 0
    assert cities.london("Fälle ''24")[1][4] == "x"


def test_access_is_revoked_in_the_middle_of_a_run(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.before_next_write(lambda: cities.box.unshare(cities.id, books.ROBOT))
    said = left_out(cities.sync())
    assert books.ROBOT in said
    assert "hare" in said
    cities.box.share(cities.id, books.ROBOT)
    assert cities.sync().exit_code == 0
    assert cities.row(K1)[4] == "x"


def test_the_robot_may_only_look(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.unshare(cities.id, books.ROBOT)
    cities.box.share(cities.id, books.ROBOT, "reader")
    assert "Editor" in left_out(cities.sync())


def test_an_answer_is_cut_off(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.cut_next(40, when="read")
    cities.box.cut_next(40, when="write")
    assert cities.sync().exit_code == 0
    assert cities.row(K1)[4] == "x"
    assert len([row for row in cities.london() if row]) == 4


def test_html_in_place_of_json(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.fail_next(502, html=True, when="read")
    cities.box.fail_next(503, html=True, when="write", committed=True)
    outcome = cities.sync()
    assert outcome.exit_code == 0
    assert cities.row(K1)[4] == "x"
    assert used(cities.sync()) == "1 read"


def test_the_token_expires_in_the_middle_of_a_run(cities: Cities) -> None:
    """A name in place of a token cannot be renewed: the run says what to do, and the next one makes it good."""
    cities.in_dublin(E2="x")
    cities.box.before_next_write(lambda: cities.box.expire(books.ROBOT))
    said = left_out(cities.sync())
    assert "London" in said
    cities.box.service.expired.clear()
    assert cities.sync().exit_code == 0
    assert cities.row(K1)[4] == "x"


def test_another_time_zone_and_locale_change_no_value(cities: Cities) -> None:
    cities.ana.settings(locale="de_DE", time_zone="America/New_York")
    cities.ana.type("Cases!C2", "31.12.2024")
    cities.ana.type("Cases!D2", "1,5")
    outcome = cities.sync()
    assert outcome.exit_code == 0
    record = cities.ws.table("cases")[K1]
    assert (str(record["due"]), record["amount"]) == ("2024-12-31", 1.5)
    assert any("America/New_York" in line for line in outcome.lines)


def test_somebody_elses_protected_range_over_our_columns(cities: Cities) -> None:
    cities.ana.protect("Cases!B1:B100")
    cities.in_dublin(B2="closed", E2="x")
    outcome = cities.sync()
    assert outcome.exit_code == 3
    assert cities.row(K1)[1::3] == ["open", "x"], "the rest of the row is written"
    assert any("protected" in line for line in actions.held(cities.ws).lines)


def test_a_range_is_protected_just_before_the_write(cities: Cities) -> None:
    cities.in_dublin(B2="closed")
    cities.box.before_next_write(lambda: cities.ana.protect("Cases!B1:B100"))
    said = left_out(cities.sync())
    assert "protected" in said
    assert cities.sync().exit_code == 3, "the next run sees it, and holds the cell"


def test_the_header_row_is_edited_while_we_write(cities: Cities) -> None:
    """The column is called otherwise a moment later: what was written stands in its column all the same."""
    cities.in_dublin(E2="x")
    cities.box.before_next_write(lambda: cities.ana.type("Cases!E1", "Remark"))
    cities.sync()
    assert cities.row(K1) == [K1, "open", 45292, 1, "x"]
    assert any(
        "Is it 'remark' now?" in line.casefold() or "'Note' is missing" in line
        for line in cities.sync().lines
    )


def test_a_text_over_the_limit_of_a_cell(box: Sandbox) -> None:
    book = books.open_book(box, books.make(box, {"Cases": ROWS}), [CASES])
    long = TabWrite((CellWrite(2, 2, "x" * 50_001, "A"), CellWrite(3, 2, "y", "B")), last_row=3)
    refused = book.refused(book.read([CASES]), {"t1": long})
    assert list(refused.cells) == [("t1", 2, 2)]
    assert "50,000" in refused.cells["t1", 2, 2]


def test_a_spreadsheet_that_is_full(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetops.trackers.google.spreadsheet.CELLS_OF_A_FILE", 103 * 12)
    book = books.open_book(box, books.make(box, {"Cases": ROWS}), [CASES])
    many = TabWrite((), tuple(RowAppend(f"N{n}", {1: f"N{n}"}) for n in range(101)), last_row=3)
    refused = book.refused(book.read([CASES]), {"t1": many})
    assert "cells" in refused.appends["t1"]


def test_the_quota_is_used_up(cities: Cities) -> None:
    cities.in_dublin(E2="x")
    cities.box.fail_next(429, count=50)
    cities.ws.close()
    said = left_out(actions.sync(_in_a_hurry(cities)))
    assert "later" in said or "again" in said
    cities.box.forget_faults()
    assert cities.sync().exit_code == 0


def _in_a_hurry(cities: Cities) -> Any:
    """The workspace, with a transport that gives up after a second."""
    from sheetops import trackers
    from sheetops.config.google import GoogleSettings
    from sheetops.library import Workspace
    from sheetops.trackers.google.transport import open_transport
    from sheetops.workspace import load_config

    config = load_config(cities.folder)
    environ = {"SHEETOPS_GOOGLE_URL": cities.box.url}
    opener = trackers.backends(config.google, environ)
    opener["google"]._transport = open_transport(GoogleSettings(), cities.folder, environ, deadline=1.0)  # type: ignore[attr-defined]
    return Workspace(config, backends=opener)


# --- what people complain of elsewhere -----------------------------------------------------------------------------


def test_ids_keep_their_zeros_and_7e30_stays_text(cities: Cities) -> None:
    cities.in_dublin(E2="007", E3="7e30")
    cities.sync()
    assert [row[4] for row in cities.london()[1:]] == ["007", "7e30", "note 3"]
    assert used(cities.sync()) == "1 read", "and they come back as what they are"
    assert cities.dublin()[1][4] == "007"


def test_dates_are_dates_and_never_swap_day_and_month(cities: Cities) -> None:
    cities.in_dublin(C2=dt.datetime(2024, 5, 1))
    cities.sync()
    assert cities.row(K1)[2] == 45413
    assert cities.ana.see("Cases!C2") == [["2024-05-01"]]
    cities.ana.type("Cases!C3", "2024-06-02")
    cities.sync()
    assert str(cities.ws.table("cases")[K2]["due"]) == "2024-06-02"


def test_formulas_are_not_overwritten(cities: Cities) -> None:
    cities.ana.type("Cases!E2", '="note "&D2')
    cities.sync()
    cities.in_dublin(E2="from Dublin")
    assert cities.sync().exit_code == 3
    assert cities.row(K1)[4] == '="note "&D2'


def test_headers_that_are_blank_or_there_twice_harm_nobody(cities: Cities) -> None:
    cities.ana.type("Cases!G1", "Mine", "", "Mine")
    cities.ana.type("Cases!G2", "a", "b", "c")
    cities.in_dublin(E2="x")
    assert cities.sync().exit_code == 0
    assert cities.row(K1)[4:] == ["x", None, "a", "b", "c"]


def test_a_mapped_header_that_is_there_twice_stops_the_run(cities: Cities) -> None:
    cities.ana.type("Cases!G1", "Note")
    with pytest.raises(Exception, match="Two columns of London"):
        cities.sync()


def test_a_tab_named_like_a_cell(begin: Callable[..., Cities], box: Sandbox) -> None:
    cities = begin(id=books.make(box, {"P1": [HEADER]}), tab="P1")
    cities.in_dublin(E2="x")
    assert cities.sync().exit_code == 0
    assert cities.london("P1")[1][4] == "x"


def test_rows_go_below_the_data_under_a_filter(cities: Cities) -> None:
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 5}
    hidden = {"1": {"hiddenValues": ["open"]}}
    cities.ana.batch({"setBasicFilter": {"filter": {"range": area, "criteria": hidden}}})
    cities.in_dublin(A5="CASE-0009", B5="open")
    cities.sync()
    assert [row[0] for row in cities.london()[1:]] == [K1, K2, K3, "CASE-0009"]


def test_a_column_whose_first_value_is_empty_is_there(cities: Cities) -> None:
    cities.ana.clear("Cases!E2")
    cities.ana.type("Cases!E3", "second")
    assert cities.sync().exit_code == 0
    assert [row[4] if len(row) > 4 else None for row in cities.dublin()[1:]] == [None, "second", "note 3"]


def test_the_right_row_is_written_although_somebody_inserted_one(cities: Cities) -> None:
    cities.in_dublin(E2="x", B3="closed")
    cities.box.before_next_write(lambda: cities.ana.insert_rows("Cases", before=2))
    assert cities.sync().exit_code == 0
    assert used(cities.sync()) == "1 read"
    assert cities.london()[1] == []
    assert (cities.row(K1)[4], cities.row(K2)[1], cities.row(K3)[1]) == ("x", "closed", "open")
    assert (cities.row(K2)[4], cities.row(K1)[1]) == ("note 2", "open")


# --- lock = true ----------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(begin: Callable[..., Cities]) -> Cities:
    """London is locked while it is written. It is the robot's own file there: its owner can always edit."""
    return begin(london="lock = true")


def test_nobody_else_can_type_while_it_is_locked(locked: Cities) -> None:
    ben = locked.box.person(locked.id, "ben@example.com")
    said: list[str] = []

    def try_to_type() -> None:
        try:
            ben.type("Cases!E2", "typed in that second")
        except Exception as error:
            said.append(str(error))

    locked.in_dublin(E2="x")
    locked.box.before_next_write(lambda: locked.box.before_next_write(try_to_type))
    assert locked.sync().exit_code == 0
    assert "protected" in said[0]
    assert locked.row(K1)[4] == "x"
    ben.type("Cases!E2", "a moment later")
    locked.sync()
    assert locked.dublin()[1][4] == "a moment later"


def test_an_edit_just_before_the_lock_is_seen_and_merged(locked: Cities) -> None:
    locked.in_dublin(E2="from Dublin")
    locked.box.before_next_write(lambda: locked.ana.type("Cases!E2", "from London"))
    assert locked.sync().exit_code == 3
    assert locked.row(K1)[4] == "from London", "held, not overwritten"


def test_a_lock_that_a_run_left_behind_goes_with_the_next(box: Sandbox) -> None:
    class Gone(BaseException):
        pass

    def die(point: str) -> None:
        if point == "write:locked":
            raise Gone

    spreadsheet = books.make(box, {"Cases": ROWS})
    ben = box.person(spreadsheet, "ben@example.com")
    dying = books.open_book(box, spreadsheet, [CASES], lock=True, fault=die)
    change = SpreadsheetWrite({"t1": TabWrite((CellWrite(2, 2, "x", "A"),), last_row=3, stamp=STAMP)}, ())
    with pytest.raises(Gone):
        dying.write(dying.read([CASES]), change)
    with pytest.raises(Exception, match="protected"):
        ben.type("Cases!B3", "cannot")
    book = books.open_book(box, spreadsheet, [CASES])
    book.write(book.read([CASES]), change)
    ben.type("Cases!B3", "can")
    assert [row[1] for row in books.rows(box, spreadsheet)[1:]] == ["x", "can"]
