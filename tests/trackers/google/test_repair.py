"""How displaced values are brought to their places: pure, so that a tab is a list of lists here."""

from __future__ import annotations

from typing import Any

from sheetops.model.sheet import CellWrite, RowAppend, TabWrite
from sheetops.trackers.google.cells import entered
from sheetops.trackers.google.lining_up import line_up
from sheetops.trackers.google.repair import Meant, Now, after, is_displaced, meant, needs_whole_tab, repair
from sheetops.trackers.google.tabs import TabState, tab_of

Rows = list[list[Any]]
HEAD = ["ID", "Note", "Mine"]
BEFORE: Rows = [HEAD, ["A", "one", "x"], ["B", "two", "y"], ["C", "three", "z"]]


def tab(rows: Rows) -> TabState:
    """A tab as an answer shows it."""
    lines = [{"values": [{"userEnteredValue": _entered(v)} if v else {} for v in row]} for row in rows]
    size = {"rowCount": 50, "columnCount": 9}
    return tab_of(
        {
            "properties": {"sheetId": 0, "title": "Cases", "gridProperties": size},
            "data": [{"rowData": lines}],
        }
    )


def _entered(value: Any) -> dict[str, Any]:
    return {"formulaValue": value} if str(value).startswith("=") else entered(value)


def wrote(*cells: CellWrite, rows: Rows = BEFORE, **more: Any) -> Meant:
    return meant(tab(rows), TabWrite(cells, last_row=len(rows), **more))


def keys(rows: Rows) -> Now:
    """What is read back in the same call: the first column, the header row."""
    column = {n: entered(row[0] if row else None) for n, row in enumerate(rows, start=1)}
    lines = {n: [entered(v) for v in row] for n, row in enumerate(rows, start=1)}
    return Now(column, {n: entered(v) for n, v in enumerate(rows[0], start=1)}, lines)


def put(meant: Meant, now: Now) -> dict[tuple[int, int], Any]:
    """The repair as place -> value."""
    cells = repair(meant, now).cells
    return {place: next(iter(cell.value.values()), None) for place, cell in cells.items()}


def test_rows_where_they_were_need_no_repair() -> None:
    seen = keys([HEAD, ["A", "new"], ["B"], ["C"]])
    assert not is_displaced(wrote(CellWrite(2, 2, "new")), seen)


def test_a_value_is_brought_to_its_row_and_the_other_gets_back_its_own() -> None:
    seen = keys([HEAD, ["C"], ["B"], ["A"]])
    change = wrote(CellWrite(2, 2, "new"))
    assert is_displaced(change, seen)
    assert not needs_whole_tab(change, seen)
    assert put(change, seen) == {(4, 2): "new", (2, 2): "three"}


def test_two_values_that_changed_places() -> None:
    change = wrote(CellWrite(2, 2, "new A"), CellWrite(3, 2, "new B"))
    assert put(change, keys([HEAD, ["B"], ["A"], ["C"]])) == {(2, 2): "new B", (3, 2): "new A"}


def test_the_same_value_in_both_rows_is_not_written_again() -> None:
    change = wrote(CellWrite(2, 2, "same"), CellWrite(3, 2, "same"))
    assert put(change, keys([HEAD, ["B"], ["A"], ["C"]])) == {}


def test_a_value_of_a_deleted_row_goes_nowhere() -> None:
    change = wrote(CellWrite(2, 2, "new"))
    seen = Now(tab=tab([HEAD, ["B", "new", "y"], ["C", "three", "z"]]))
    assert put(change, seen) == {(2, 2): "two"}


def test_a_blank_row_is_blank_again_and_a_person_is_told() -> None:
    change = wrote(CellWrite(2, 2, "new"))
    seen = keys([HEAD, [], ["A"], ["B"], ["C"]])
    assert put(change, seen) == {(2, 2): None, (3, 2): "new"}
    assert "B2 was written" in repair(change, seen).unsure[0]


def test_a_row_whose_key_was_edited_is_looked_at_closely() -> None:
    change = wrote(CellWrite(2, 2, "new"))
    rows: Rows = [HEAD, ["A2", "new", "x"], ["B", "two", "y"], ["C", "three", "z"]]
    assert needs_whole_tab(change, keys(rows))
    assert put(change, Now(tab=tab(rows))) == {}


def test_a_column_that_moved() -> None:
    change = wrote(CellWrite(2, 2, "new"))
    rows: Rows = [["ID", "Mine", "Note"], ["A", "new", "one"], ["B", "y", "two"], ["C", "z", "three"]]
    assert needs_whole_tab(change, keys(rows))
    assert put(change, Now(tab=tab(rows))) == {(2, 2): "x", (2, 3): "new"}


def test_a_header_that_was_written_over() -> None:
    change = wrote(CellWrite(2, 2, "new"))
    rows: Rows = [[], ["ID", "new", "Mine"], *BEFORE[1:]]
    assert put(change, Now(tab=tab(rows))) == {(2, 2): "Note", (3, 2): "new"}


def test_a_key_that_was_given_to_another_row() -> None:
    bare: Rows = [HEAD, ["A", "one", "x"], [None, "two", "y"], ["C", "three", "z"]]
    change = wrote(CellWrite(3, 1, "B"), rows=bare)
    rows: Rows = [HEAD, ["A", "one", "x"], ["B", "three", "z"], [None, "two", "y"]]
    assert needs_whole_tab(change, keys(rows))
    assert put(change, Now(tab=tab(rows))) == {(3, 1): "C", (4, 1): "B"}


def test_new_rows_by_number_make_room_for_rows_that_were_pushed_down() -> None:
    filled: Rows = [[*HEAD, "Calc"], *([*row, "=1"] for row in BEFORE[1:]), [None, None, None, "=1"]]
    change = meant(tab(filled), TabWrite((), (RowAppend("N", {1: "N", 2: "new"}),), last_row=4))
    rows: Rows = [filled[0], [], *filled[1:3], ["N", "new", "z", "=1"], [None, None, None, "=1"]]
    seen = Now(tab=tab(rows))
    assert put(change, seen) == {(5, 1): "C", (5, 2): "three", (6, 1): "N", (6, 2): "new"}


def test_a_repair_is_itself_a_write_that_can_be_displaced() -> None:
    change = wrote(CellWrite(2, 2, "new"))
    first = keys([HEAD, ["C"], ["B"], ["A"]])
    again = after(change, first, repair(change, first))
    second = keys([HEAD, ["A"], ["B"], ["C"]])
    assert is_displaced(again, second)
    assert put(again, second) == {(2, 2): "new", (4, 2): "three"}


def test_lines_without_keys_are_known_by_what_tells_them_from_others() -> None:
    was = tab([HEAD, [None, "same", "x"], [None, "same", "y"]])
    now = tab([HEAD, [None, "same", "y"], [None, "same", "x"]])
    heads = {n: entered(head) for n, head in enumerate(HEAD, start=1)}
    lines = line_up(was, heads, 1, 1, now, (), ())
    assert lines is not None
    assert lines.rows == {1: 1, 2: 3, 3: 2}
