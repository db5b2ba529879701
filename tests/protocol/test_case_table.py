"""Every row of the case table of the design (section 4), told through whole syncs. Tests are named after rows."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from sheetops.model.errors import GuardStopped
from sheetops.model.record import HeldKind, Op
from sheetops.model.sheet import UNCACHED, CellError

from .story import FIELDS, HEADERS, NORTH, ONE, SOUTH, Story, case, cases, config, tracker

Tell = Callable[..., Story]
K1, K2, K3 = "CASE-0001", "CASE-0002", "CASE-0003"


# --- edited on one side; different cells of one row: take both -----------------------------------------


def test_edited_on_one_side(story: Story) -> None:
    story.type("north", K1, status="closed")
    assert story.sync().counts["cells_taken"] == 1
    assert story.value(K1, "status") == story.cell("south", K1, "status") == "closed"
    assert story.held() == {}
    assert story.idle()


def test_cleared_on_one_side(story: Story) -> None:
    story.type("south", K1, due=None, note="")
    story.sync()
    assert story.value(K1, "due") is None
    assert story.cell("north", K1, "due") is None
    assert story.cell("north", K1, "note") is None
    assert story.idle()


def test_different_cells_of_one_row(story: Story) -> None:
    story.type("north", K1, status="closed")
    story.type("south", K1, note="from south")
    story.sync()
    for name in ("north", "south"):
        assert story.row(name, K1)[1:5] == ["closed", dt.date(2024, 1, 2), 1.0, "from south"]
    assert story.held() == {}
    assert story.idle()


def test_the_journal_says_who_where_and_when(story: Story) -> None:
    story.type("north", K1, status="closed")
    run = story.sync().run
    entry = next(e for e in story.ws.history(K1, "status") if e.op is Op.SET)
    assert (entry.old, entry.new, entry.run) == ("open", "closed", run and run.id)
    assert (entry.source.tracker, entry.source.address) == ("north", "B2")
    assert entry.recorded_at is not None


# --- same cell, same value: no write, base advances ------------------------------------------------------


def test_same_cell_same_value(story: Story) -> None:
    story.type("north", K1, status="closed")
    story.type("south", K1, status="closed")
    done = story.sync()
    assert (done.counts["cells_taken"], done.counts["cells_written"], done.held) == (1, 0, 0)
    assert story.idle()
    story.type("south", K1, status="waiting")  # the base has advanced: this is one edit, no conflict
    story.sync()
    assert story.value(K1, "status") == story.cell("north", K1, "status") == "waiting"
    assert story.held() == {}


# --- same cell, different values: hold; dataset unchanged; base, ours, theirs kept and shown ---------------


def test_same_cell_different_values(story: Story) -> None:
    story.type("north", K1, note="north says")
    story.type("south", K1, note="south says")
    story.sync()
    assert story.value(K1, "note") == "note 1"
    assert story.cell("north", K1, "note") == "north says"
    assert story.cell("south", K1, "note") == "south says"
    for name in ("north", "south"):
        item = story.item(name, K1, "note")
        assert (item.base, item.ours, item.theirs) == ("note 1", "note 1", f"{name} says")
        assert item.address == "E2"
        assert any(f"{name} says" in row for row in story.books[name].tabs["sheetops"])
    assert story.idle()


def test_same_cell_edited_here_while_the_dataset_moved_on(story: Story) -> None:
    """South was closed to sheetops for one run: its edit meets a newer value of the dataset."""
    story.type("north", K1, note="first")
    story.ws.sync(only=["north"])
    story.type("south", K1, note="second")
    story.sync()
    assert story.value(K1, "note") == "first"
    item = story.item("south", K1, "note")
    assert (item.kind, item.base, item.ours, item.theirs) == (HeldKind.CONFLICT, "note 1", "first", "second")
    assert "north" in item.ours_said
    assert "2026-01-01" in item.ours_said
    assert story.idle()


def test_a_held_cell_stops_nothing_else(story: Story) -> None:
    story.type("north", K1, note="north says", status="closed")
    story.type("south", K1, note="south says", amount=9)
    story.sync()
    assert set(story.held()) == {("north", K1, "note"), ("south", K1, "note")}
    assert story.row("south", K1)[1] == "closed"
    assert story.row("north", K1)[3] == 9
    assert story.idle()


def test_a_conflict_ends_when_both_type_the_same(story: Story) -> None:
    story.type("north", K1, note="a")
    story.type("south", K1, note="b")
    story.sync()
    story.type("south", K1, note="a")
    story.settle()
    assert story.value(K1, "note") == "a"
    assert story.held() == {}


def test_a_conflict_ends_when_one_side_takes_theirs_back(story: Story) -> None:
    story.type("north", K1, note="a")
    story.type("south", K1, note="b")
    story.sync()
    story.type("south", K1, note="note 1")
    story.settle()
    assert story.value(K1, "note") == story.cell("south", K1, "note") == "a"
    assert story.held() == {}


# --- same key added on both sides ------------------------------------------------------------------------


def test_same_key_added_on_both_sides_equal(story: Story) -> None:
    story.append("north", case(50))
    story.append("south", case(50))
    done = story.sync()
    assert (done.counts["records_added"], done.counts["cells_written"], done.held) == (1, 0, 0)
    assert story.value("CASE-0050", "note") == "note 50"
    assert story.idle()


def test_same_key_added_on_both_sides_each_filled_in_partly(story: Story) -> None:
    story.append("north", case(50, note=None))
    story.append("south", case(50, amount=None))
    story.sync()
    assert story.row("north", "CASE-0050") == story.row("south", "CASE-0050") == case(50)
    assert story.held() == {}
    assert story.idle()


def test_same_key_added_on_both_sides_unequal(story: Story) -> None:
    story.append("north", case(50, note="a"))
    story.append("south", case(50, note="b"))
    story.sync()
    assert set(story.held().values()) == {"added-twice"}
    assert set(story.held()) == {("north", "CASE-0050", "note"), ("south", "CASE-0050", "note")}
    record = story.records()["CASE-0050"]
    assert (record["note"], record["amount"]) == (None, 50.0)
    options = next(row for row in story.books["north"].tabs["sheetops"] if row and row[0] == 1)
    assert "give mine a new key" in str(options)
    assert story.idle()


# --- row deleted in a tracker, untouched in the dataset -----------------------------------------------------


def test_row_deleted_is_archived_and_other_trackers_keep_their_row(tell: Tell) -> None:
    state = tracker("south", settings='state_column = "State"')
    story = tell(config(NORTH, state), north=cases(), south=[[*HEADERS.values(), "State"]])
    story.delete("north", K1)
    assert story.sync().counts["rows_missing"] == 1
    assert K1 in story.records()
    assert story.sync().counts["records_archived"] == 1
    assert K1 not in story.records()
    assert story.row("south", K1) == [*case(1), "archived"]
    assert not [row for row in story.rows("north") if row[0] == K1]
    assert story.held() == {}
    assert story.idle()
    assert any(K1 in row for row in story.books["south"].tabs["sheetops"])


def test_row_deleted_where_the_tracker_may_not_delete(story: Story) -> None:
    story.delete("south", K1)
    story.settle()
    assert K1 in story.records()
    assert story.held() == {("south", K1, None): "row-gone"}
    assert story.row("north", K1) == case(1)


def test_row_that_was_archived_can_be_deleted_elsewhere(story: Story) -> None:
    story.delete("north", K1)
    story.settle()
    story.delete("south", K1)
    story.settle()
    assert story.held() == {}
    assert K1 not in story.records()


def test_row_deleted_in_both(story: Story) -> None:
    story.delete("north", K1)
    story.delete("south", K1)
    story.settle()
    assert K1 not in story.records()
    assert story.held() == {}


# --- deleted on one side, edited on the other -----------------------------------------------------------------


def test_deleted_on_one_side_edited_on_the_other(story: Story) -> None:
    story.delete("north", K1)
    story.type("south", K1, note="still at work")
    story.settle()
    assert story.value(K1, "note") == "still at work"
    assert story.held() == {("north", K1, None): "edited-and-deleted"}


def test_deleted_first_and_edited_before_it_counts(story: Story) -> None:
    story.delete("north", K1)
    story.sync()
    story.type("south", K1, note="still at work")
    story.settle()
    assert story.value(K1, "note") == "still at work"
    assert story.held() == {("north", K1, None): "edited-and-deleted"}


def test_deleted_on_one_side_edited_in_conflict_on_the_other(tell: Tell) -> None:
    """An edit that is held is an edit all the same."""
    story = tell(config(NORTH, SOUTH, tracker("west")), north=cases())
    story.type("south", K1, note="a")
    story.type("west", K1, note="b")
    story.sync()
    story.delete("north", K1)
    story.settle()
    assert K1 in story.records()
    assert story.cell("south", K1, "note") == "a"
    assert story.held()[("north", K1, None)] == "edited-and-deleted"


def test_archived_record_edited_where_the_news_had_not_arrived(story: Story) -> None:
    """South was busy while the record was archived; what its people typed meanwhile survives."""
    story.delete("north", K1)
    story.ws.sync(only=["north"])
    story.ws.sync(only=["north"])
    assert K1 not in story.records()
    story.type("south", K1, note="still at work")
    story.settle()
    assert story.value(K1, "note") == "still at work"
    assert story.held() == {("north", K1, None): "edited-and-deleted"}


def test_row_of_an_archived_record_edited_later(story: Story) -> None:
    story.delete("north", K1)
    story.settle()
    story.type("south", K1, note="after all")
    story.settle()
    assert K1 not in story.records()
    assert story.held() == {("south", K1, None): "archived-edit"}
    assert story.cell("south", K1, "note") == "after all"


# --- rows sorted, filtered, hidden, moved -----------------------------------------------------------------------


def test_rows_sorted(story: Story) -> None:
    head = story.ws.store.head()
    tab = story.books["north"].tabs["Cases"]
    tab[1:] = reversed(tab[1:])
    done = story.sync()
    assert done.run is None
    assert story.ws.store.head() == head


def test_rows_sorted_and_edited_at_once(story: Story) -> None:
    tab = story.books["north"].tabs["Cases"]
    tab[1:] = reversed(tab[1:])
    story.type("north", K1, note="n")
    story.type("south", K2, note="s")
    story.sync()
    assert (story.value(K1, "note"), story.value(K2, "note")) == ("n", "s")
    assert story.cell("north", K2, "note") == story.cell("south", K2, "note") == "s"
    assert [row[0] for row in story.rows("north")] == [f"CASE-{n:04d}" for n in range(12, 0, -1)]
    assert story.idle()


def test_row_moved_below_a_gap(story: Story) -> None:
    moved = story.delete("north", K1)
    story.books["north"].tabs["Cases"] += [[], [None] * 6, *moved]
    assert story.sync().run is None
    story.append("south", case(50))
    story.sync()
    assert story.rows("north")[-1] == case(50)


# --- key edited ---------------------------------------------------------------------------------------------------


def test_key_edited(story: Story) -> None:
    story.type("north", K1, case_id="OTHER-1")
    story.settle()
    assert story.held() == {("north", K1, None): "re-key"}
    assert "OTHER-1" in story.item("north", K1).reason
    assert K1 in story.records()
    assert "OTHER-1" not in story.records()


def test_key_edited_and_much_of_the_row_too_is_another_record(story: Story) -> None:
    story.type("north", K1, case_id="OTHER-1", status="closed", note="new", amount=500)
    story.settle()
    assert "OTHER-1" in story.records()
    assert K1 not in story.records()
    assert story.held() == {}


def test_key_edited_back(story: Story) -> None:
    story.type("north", K1, case_id="OTHER-1")
    story.settle()
    story.type("north", "OTHER-1", case_id=K1)
    story.settle()
    assert story.held() == {}
    assert set(story.records()) == {f"CASE-{n:04d}" for n in range(1, 13)}


# --- duplicate key, row pasted twice ------------------------------------------------------------------------------


def test_duplicate_key(story: Story) -> None:
    story.append("north", case(1, note="pasted"))
    story.type("north", K1, status="closed")
    story.type("north", K2, status="closed")
    story.sync()
    assert story.held() == {("north", K1, None): "duplicate-key"}
    assert "A2" in story.item("north", K1).reason
    assert "A14" in story.item("north", K1).reason
    assert story.value(K1, "status") == "open"
    assert story.value(K2, "status") == story.cell("south", K2, "status") == "closed"
    assert [row[4] for row in story.rows("north") if row[0] == K1] == ["note 1", "pasted"]
    assert story.idle()


def test_duplicate_of_a_new_key_adds_nothing(story: Story) -> None:
    story.append("north", case(50, note="a"))
    story.append("north", case(50, note="b"))
    story.settle()
    assert "CASE-0050" not in story.records()
    assert story.held() == {("north", "CASE-0050", None): "duplicate-key"}


def test_duplicate_removed(story: Story) -> None:
    story.append("north", case(1, note="pasted"))
    story.type("south", K1, status="waiting")
    story.settle()
    assert story.cell("south", K1, "status") == "waiting"
    tab = story.books["north"].tabs["Cases"]
    del tab[next(n for n, row in enumerate(tab) if row[0] == K1)]  # the pasted one stays, with its note
    story.settle()
    assert story.held() == {}
    assert story.row("north", K1)[1:5:3] == ["waiting", "pasted"]
    assert story.row("south", K1)[1:5:3] == ["waiting", "pasted"]


# --- blank key on a row with content ----------------------------------------------------------------------------------


def test_blank_key_on_a_row_with_content(story: Story) -> None:
    story.append("north", case(1, case_id=None, note="new one"))
    done = story.sync()
    assert (done.counts["records_added"], done.counts["keys_minted"]) == (1, 1)
    assert story.row("north", "CASE-0013")[4] == story.row("south", "CASE-0013")[4] == "new one"
    assert story.idle()


def test_blank_keys_in_two_trackers_get_two_keys(story: Story) -> None:
    story.append("north", case(1, case_id="", note="new in north"))
    story.append("south", case(1, case_id=None, note="new in south"))
    story.sync()
    assert story.value("CASE-0013", "note") == "new in north"
    assert story.value("CASE-0014", "note") == "new in south"
    assert len(story.rows("north")) == len(story.rows("south")) == 14
    assert story.held() == {}
    assert story.idle()


def test_blank_keys_of_equal_rows_are_two_records(story: Story) -> None:
    for name in ("north", "south"):
        story.append(name, [None, "open"])
    story.sync()
    assert len(story.records()) == 14


def test_blank_key_beside_the_next_key_typed_elsewhere(story: Story) -> None:
    story.append("south", case(1, case_id=None, note="no key"))
    story.append("north", case(13))
    story.sync()
    assert story.value("CASE-0013", "note") == "note 13"
    assert story.value("CASE-0014", "note") == "no key"
    assert story.held() == {}


@pytest.mark.parametrize("edit", [False, True])
def test_blank_key_is_minted_once_whatever_crashes(tell: Tell, edit: bool) -> None:
    points = 1
    while True:
        story = tell(north=cases(3))
        story.append("north", case(1, case_id=None, note="new one"))
        crashed = story.crash(points)
        if edit and None in [row[0] for row in story.rows("north")]:
            next(row for row in story.rows("north") if row[0] is None)[4] = "typed meanwhile"
        tab = story.books["north"].tabs["Cases"]
        tab[1:] = reversed(tab[1:])
        story.settle()
        assert len(story.records()) == 4, f"cut off at point {points}"
        assert len(story.rows("north")) == len(story.rows("south")) == 4
        assert story.held() == {}
        assert story.ws.store.verify() == []
        if not crashed:
            break
        points += 1
    assert points > 12


def test_a_totals_row_gets_no_key(story: Story) -> None:
    story.append("north", [None, "Total", None, 78])
    story.append("south", case(50))
    story.settle()
    assert len(story.records()) == 13
    assert story.rows("north")[-1][:4] == [None, "Total", None, 78], "and a new row is not written over it"
    assert story.held() == {("north", "CASE-0050", None): "unwritable"}
    story.books["north"].tabs["Cases"].insert(13, [])
    story.settle()
    assert [row[:4] for row in story.rows("north")[-2:]] == [case(50)[:4], [None, "Total", None, 78]]
    assert story.held() == {}


# --- key blanked on a known row ----------------------------------------------------------------------------------------


def test_key_blanked_on_a_known_row(story: Story) -> None:
    story.type("north", K1, case_id=None)
    story.settle()
    assert story.held() == {("north", K1, None): "re-key"}
    assert set(story.records()) == {f"CASE-{n:04d}" for n in range(1, 13)}
    assert [row for row in story.rows("north") if row[0] is None] == [case(1, case_id=None)]


# --- new, renamed, missing column ----------------------------------------------------------------------------------------


def test_column_new(story: Story) -> None:
    for number, row in enumerate(story.books["north"].tabs["Cases"]):
        row.append("My remarks" if number == 0 else f"remark {number}")
    assert story.sync().run is None
    story.type("south", K1, status="closed")
    story.sync()
    assert story.row("north", K1)[-1] == "remark 1"


def test_column_renamed_is_asked_about_and_left_alone_both_ways(story: Story) -> None:
    story.books["north"].tabs["Cases"][0][4] = "Notes"
    story.type("south", K1, note="from south")
    said = [note for plan in story.sync().plans for t in plan.trackers for note in t.notes]
    assert any("'Note' is missing in north" in note and "Is it 'notes' now?" in note for note in said)
    assert story.value(K1, "note") == "from south"
    assert story.rows("north")[0][4] == "note 1"
    assert story.held() == {}


def test_column_missing_is_not_everybody_cleared_it(story: Story) -> None:
    for row in story.books["north"].tabs["Cases"]:
        del row[4]
    story.settle()
    assert story.value(K1, "note") == story.cell("south", K1, "note") == "note 1"
    assert story.held() == {}


def test_column_that_comes_back_reverts_nothing(story: Story) -> None:
    """What was agreed on while the column was away is not known, so cells that differ are held."""
    tab = story.books["north"].tabs["Cases"]
    column = [row.pop(4) for row in tab]
    story.type("south", K1, note="newer")
    story.settle()
    column[2] = "edited while it was away"
    for row, cell in zip(tab, column, strict=True):
        row.insert(4, cell)
    story.settle()
    assert (story.value(K1, "note"), story.value(K2, "note")) == ("newer", "note 2")
    assert story.held() == {("north", K1, "note"): "conflict", ("north", K2, "note"): "conflict"}
    story.type("north", K3, note="an edit again")
    story.settle()
    assert story.cell("south", K3, "note") == "an edit again"


def test_columns_moved(story: Story) -> None:
    for row in story.books["north"].tabs["Cases"]:
        row[1], row[4] = row[4], row[1]
    assert story.sync().run is None
    story.type("north", K1, note="moved and edited")
    story.sync()
    assert story.cell("south", K1, "note") == "moved and edited"


# --- value of another type, invalid choice, error value --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "suggestion"),
    [
        ("due", "tbc", None),
        ("due", "31/02/2024", "2024-02-29"),
        ("due", 45_300, "2024-01-09"),
        ("status", "opn", "open"),
        ("amount", "twelve", None),
        ("amount", "1.234,5", "1234.5"),
        ("due", CellError("#REF!"), None),
        ("amount", CellError("#DIV/0!"), None),
        ("note", UNCACHED, None),
    ],
)
def test_value_that_cannot_be_read(story: Story, field: str, typed: Any, suggestion: str | None) -> None:
    before = story.value(K1, field)
    story.type("north", K1, **{field: typed})
    story.type("south", K1, market="IE")
    story.sync()
    item = story.item("north", K1, field)
    assert item.kind is HeldKind.INVALID
    assert item.suggestion == suggestion
    assert story.value(K1, field) == before
    assert story.cell("north", K1, field) == typed
    assert story.cell("south", K1, field) == before
    assert story.cell("north", K1, "market") == "IE"
    assert story.idle()


def test_value_that_cannot_be_read_and_is_put_right(story: Story) -> None:
    story.type("north", K1, due="tbc")
    story.settle()
    story.type("north", K1, due=dt.date(2024, 6, 1))
    story.settle()
    assert story.value(K1, "due") == story.cell("south", K1, "due") == dt.date(2024, 6, 1)
    assert story.held() == {}


def test_value_that_cannot_be_read_while_the_dataset_moves_on(story: Story) -> None:
    story.type("north", K1, due="tbc")
    story.settle()
    story.type("south", K1, due=dt.date(2024, 6, 1))
    story.settle()
    item = story.item("north", K1, "due")
    assert (item.theirs, item.ours) == ("tbc", dt.date(2024, 6, 1))
    assert story.cell("north", K1, "due") == "tbc"
    story.type("north", K1, due=dt.date(2024, 1, 2))  # the old value again: nothing was edited after all
    story.settle()
    assert story.value(K1, "due") == story.cell("north", K1, "due") == dt.date(2024, 6, 1)
    assert story.held() == {}


def test_required_cell_cleared(tell: Tell) -> None:
    fields = {**FIELDS, "note": '{ type = "text", label = "Note", required = true }'}
    story = tell(config(NORTH, SOUTH, fields=fields), north=cases())
    story.type("north", K1, note=None)
    story.sync()
    assert story.held() == {("north", K1, "note"): "required"}
    assert story.value(K1, "note") == "note 1"
    assert story.cell("north", K1, "note") is None
    assert story.idle()


def test_unique_value_used_twice(tell: Tell) -> None:
    fields = {**FIELDS, "note": '{ type = "text", label = "Note", unique = true }'}
    story = tell(config(NORTH, SOUTH, fields=fields), north=cases())
    story.type("north", K1, note="note 5")
    story.sync()
    assert story.held() == {("north", K1, "note"): "not-unique"}
    assert "CASE-0005" in story.item("north", K1, "note").reason
    assert story.value(K1, "note") == "note 1"
    assert story.idle()


def test_unique_value_typed_in_two_trackers_at_once(tell: Tell) -> None:
    fields = {**FIELDS, "note": '{ type = "text", label = "Note", unique = true }'}
    story = tell(config(NORTH, SOUTH, fields=fields), north=cases())
    story.type("north", K2, note="the same")
    story.type("south", K1, note="the same")
    story.settle()
    assert story.held() == {("north", K2, "note"): "not-unique"}
    assert (story.value(K1, "note"), story.value(K2, "note")) == ("the same", "note 2")


def test_key_that_cannot_be_read(story: Story) -> None:
    story.append("north", case(1, case_id=CellError("#N/A"), note="lost key"))
    story.sync()
    assert len(story.records()) == 12
    assert [item.kind for item in story.ws.held()] == [HeldKind.INVALID]
    assert story.rows("north")[-1][4] == "lost key"
    assert story.idle()


# --- formula in a data cell ------------------------------------------------------------------------------------------------


def test_formula_in_a_data_cell(story: Story) -> None:
    story.formula("north", K1, "amount", 41.0)
    story.sync()
    assert story.value(K1, "amount") == story.cell("south", K1, "amount") == 41.0
    story.type("south", K1, amount=7)
    story.sync()
    assert story.cell("north", K1, "amount") == 41.0
    assert story.held() == {("north", K1, "amount"): "formula"}
    assert story.value(K1, "amount") == 7
    assert story.idle()


def test_formula_whose_result_changes(story: Story) -> None:
    story.formula("north", K1, "amount", 41.0)
    story.sync()
    story.type("north", K1, amount=42.0)
    story.sync()
    assert story.value(K1, "amount") == 42.0


# --- same value spelled otherwise ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("note", "  note 1 "),
        ("note", "note\u00a01"),
        ("due", "02/01/2024"),
        ("due", "2 January 2024"),
        ("due", "2/1"),
        ("due", dt.datetime(2024, 1, 2)),
        ("amount", "1"),
        ("amount", "1.0"),
        ("amount", 1),
        ("amount", "1E+0"),
        ("status", "OPEN"),
        ("market", "United Kingdom"),
        ("market", "gb"),
        ("case_id", " CASE-0001 "),
    ],
)
def test_same_value_spelled_otherwise(story: Story, field: str, typed: Any) -> None:
    story.type("north", K1, **{field: typed})
    head = story.ws.store.head()
    assert story.sync().run is None
    assert story.ws.store.head() == head
    assert typed in story.rows("north")[0]


def test_same_value_spelled_otherwise_in_unicode(tell: Tell) -> None:
    story = tell(ONE, north=[*cases(3), case(4, note="Zoë")])
    story.type("north", "CASE-0004", note=unicodedata.normalize("NFD", "Zoë"))
    assert story.sync().run is None


# --- row missing: counts as deleted only when missing in two reads ----------------------------------------------------------


def test_row_cut_and_pasted_back_between_two_syncs(story: Story) -> None:
    row = story.delete("north", K1)
    story.sync()
    story.append("north", row[0])
    story.settle()
    assert K1 in story.records()
    assert story.held() == {}
    assert all(op != "archive" for op, *_ in story.journal())


def test_row_pasted_back_does_not_revert_what_changed_meanwhile(story: Story) -> None:
    row = story.delete("north", K1)
    story.sync()
    story.type("south", K1, note="newer")
    story.sync()
    story.append("north", row[0])
    story.settle()
    assert story.value(K1, "note") == story.cell("north", K1, "note") == "newer"
    assert story.held() == {}


# --- computed column edited by hand -----------------------------------------------------------------------------------------


def test_computed_or_read_column_edited_by_hand(tell: Tell) -> None:
    story = tell(config(NORTH, tracker("south", read=["market"])), north=cases())
    story.type("south", K1, market="IE", note="an edit beside it")
    done = story.sync()
    assert done.counts["edits_ignored"] == 1
    assert story.cell("south", K1, "market") == story.value(K1, "market") == "UK"
    assert story.value(K1, "note") == "an edit beside it"
    assert any("IE" in row for row in story.books["south"].tabs["sheetops"])
    assert story.idle()


# --- column nobody mapped: never touched ---------------------------------------------------------------------------------------


def test_column_nobody_mapped_is_never_touched(tell: Tell) -> None:
    rows = [[*row, "mine"] for row in cases()]
    story = tell(config(NORTH, SOUTH), north=rows)
    story.append("south", case(50))
    story.type("south", K1, note="x")
    story.settle()
    assert [row[6] for row in story.books["north"].tabs["Cases"][:13]] == ["mine"] * 13
    assert len(story.row("north", "CASE-0050")) == 7
    assert story.row("north", "CASE-0050")[6] is None


# --- base lost ----------------------------------------------------------------------------------------------------------------


def lose_base(story: Story, name: str) -> None:
    story.books[name].stamps.clear()


def test_base_lost(story: Story) -> None:
    lose_base(story, "south")
    story.type("south", K1, note="differs")
    story.delete("south", K2)
    with pytest.raises(GuardStopped):
        story.sync()
    story.sync(allow=["stamp"])
    story.settle()
    assert story.held() == {("south", K1, "note"): "conflict"}
    assert story.value(K1, "note") == "note 1"
    assert story.cell("south", K1, "note") == "differs"
    assert len(story.records()) == 12, "nothing is deleted when the base is lost"
    story.type("south", K3, note="an edit again")
    story.settle()
    assert story.value(K3, "note") == "an edit again"


# --- tracker restored from an old backup, or copied -------------------------------------------------------------------------------


def test_tracker_restored_from_an_old_backup(story: Story) -> None:
    south = story.books["south"]
    old_tabs, old_stamps = {n: [list(r) for r in t] for n, t in south.tabs.items()}, dict(south.stamps)
    story.type("north", K1, note="newer")
    story.type("south", K2, note="newer too")
    story.settle()
    south.tabs, south.stamps = old_tabs, old_stamps
    story.type("south", K3, note="typed into the old copy")
    with pytest.raises(GuardStopped, match="older than the last sync"):
        story.sync()
    story.sync(allow=["stamp"])
    story.settle()
    assert story.value(K1, "note") == story.cell("south", K1, "note") == "newer"
    assert story.value(K2, "note") == story.cell("south", K2, "note") == "newer too"
    assert story.value(K3, "note") == "typed into the old copy"
    assert story.held() == {}


def test_tracker_copied_over_another(story: Story) -> None:
    north, south = story.books["north"], story.books["south"]
    south.tabs, south.stamps = {n: [list(r) for r in t] for n, t in north.tabs.items()}, dict(north.stamps)
    before = story.everything()[2:]
    south.stamps["south"] = north.stamps["north"]
    with pytest.raises(GuardStopped, match="copy"):
        story.sync()
    assert story.everything()[2:] == before


# --- a person edits while a run writes ---------------------------------------------------------------------------------------------


def test_a_person_edits_while_a_run_writes(story: Story) -> None:
    south = story.books["south"]

    def type_meanwhile(point: str) -> None:
        if point == "write:before":
            south.fault = story.faults
            story.type("south", K1, note="typed meanwhile")

    south.fault = type_meanwhile
    story.type("north", K1, status="closed")
    story.sync()
    assert story.row("south", K1)[1:5:3] == ["closed", "typed meanwhile"]
    story.settle()
    assert story.row("north", K1)[1:5:3] == ["closed", "typed meanwhile"]
    assert story.held() == {}


def test_a_person_who_never_stops_typing_is_left_out_and_loses_nothing(story: Story) -> None:
    south, typed = story.books["south"], []

    def type_always(point: str) -> None:
        if point == "write:before":
            typed.append(f"typed {len(typed)}")
            story.type("south", K1, note=typed[-1])

    south.fault = type_always
    story.type("north", K2, status="closed")
    done = story.sync()
    assert done.exit_code == 5
    assert [out.tracker for out in done.left_out] == ["south"]
    south.fault = story.faults
    story.settle()
    assert story.value(K1, "note") == story.cell("north", K1, "note") == typed[-1]
    assert story.cell("south", K2, "status") == "closed"
    assert story.held() == {}


# --- which records a tracker shows ---------------------------------------------------------------------------------------------------


def test_record_that_moves_out_of_a_trackers_share(tell: Tell) -> None:
    south = tracker("south", settings='where = "market == \'UK\'"\nstate_column = "State"')
    story = tell(config(NORTH, south), north=cases(), south=[[*HEADERS.values(), "State"]])
    story.type("north", K1, market="IE")
    story.settle()
    assert story.row("south", K1)[-2:] == ["IE", "moved out"]
    story.type("north", K1, market="UK")
    story.settle()
    assert story.row("south", K1)[-2:] == ["UK", None]
    story.type("north", K1, market="IE")
    story.settle()
    story.delete("south", K1)
    story.settle()
    assert K1 in story.records(), "a row that moved out may be deleted without deleting the record"
    assert story.held() == {}


def test_record_that_moves_back_gets_its_row_back(tell: Tell) -> None:
    south = tracker("south", settings="where = \"market == 'UK'\"")
    story = tell(config(NORTH, south), north=cases())
    story.type("north", K1, market="IE")
    story.settle()
    story.delete("south", K1)
    story.settle()
    story.type("north", K1, market="UK")
    story.settle()
    assert story.row("south", K1) == case(1)


def test_new_tracker_with_rows_of_its_own(tell: Tell) -> None:
    """First sync of a second tracker: what only one side filled in is taken, what differs is held."""
    rows = [*cases(3), case(77)]
    rows[1][4], rows[2][4] = None, "other"
    story = tell(north=cases(), south=rows)
    assert story.held() == {("north", K2, "note"): "added-twice", ("south", K2, "note"): "added-twice"}
    assert story.cell("south", K1, "note") == "note 1"
    assert story.row("north", "CASE-0077") == case(77)
    assert len(story.rows("south")) == 13
