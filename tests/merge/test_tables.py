"""`merge_tables`: two versions of a table and their last common one, as plain lists of dicts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.merge.tables import merge_tables
from sheetops.merge.three_way import Conflict

Row = dict[str, Any]
BASE: list[Row] = [{"id": 1, "a": "x", "b": "y"}, {"id": 2, "a": "p", "b": "q"}]


def changed(**cells: Any) -> list[Row]:
    """BASE with other cells in its first row."""
    return [{**BASE[0], **cells}, BASE[1]]


def test_nothing_changed() -> None:
    result = merge_tables(BASE, BASE, BASE)
    assert result.rows == BASE
    assert result.conflicts == []


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (changed(a="X"), BASE, changed(a="X")),
        (BASE, changed(a="X"), changed(a="X")),
        (changed(a="X"), changed(b="Y"), changed(a="X", b="Y")),
        (changed(a="X"), changed(a="X"), changed(a="X")),
        (changed(a=None), BASE, changed(a=None)),
        (BASE, changed(a=None), changed(a=None)),
    ],
)
def test_cells_changed(ours: list[Row], theirs: list[Row], merged: list[Row]) -> None:
    result = merge_tables(BASE, ours, theirs)
    assert result.rows == merged
    assert result.conflicts == []


def test_same_cell_different_values_keeps_ours_and_says_all_three() -> None:
    result = merge_tables(BASE, changed(a="ours"), changed(a="theirs", b="Y"))
    assert result.rows == changed(a="ours", b="Y")
    assert result.conflicts == [Conflict(1, "a", "x", "ours", "theirs")]


def test_rows_added() -> None:
    ours, theirs = [*BASE, {"id": 3, "a": "o", "b": ""}], [*BASE, {"id": 4, "a": "t", "b": ""}]
    result = merge_tables(BASE, ours, theirs)
    assert [row["id"] for row in result.rows] == [1, 2, 3, 4]
    assert result.conflicts == []


def test_same_key_added_twice() -> None:
    ours, theirs = [{"id": 9, "a": "same", "b": "ours"}], [{"id": 9, "a": "same", "b": "theirs"}]
    result = merge_tables([], ours, theirs)
    assert result.rows == ours
    assert result.conflicts == [Conflict(9, "b", None, "ours", "theirs")]


@pytest.mark.parametrize(("ours", "theirs"), [(BASE[1:], BASE), (BASE, BASE[1:]), (BASE[1:], BASE[1:])])
def test_row_deleted(ours: list[Row], theirs: list[Row]) -> None:
    result = merge_tables(BASE, ours, theirs)
    assert result.rows == BASE[1:]
    assert result.conflicts == []


def test_deleted_here_edited_there_survives_and_is_a_conflict() -> None:
    edited = changed(a="X")
    for ours, theirs in ((BASE[1:], edited), (edited, BASE[1:])):
        result = merge_tables(BASE, ours, theirs)
        assert {row["id"]: row for row in result.rows}[1] == edited[0]
        assert [(c.key, c.field, c.base) for c in result.conflicts] == [(1, None, BASE[0])]


def test_base_lost_deletes_nothing_and_holds_what_differs() -> None:
    result = merge_tables(None, changed(a="ours"), [{**BASE[0], "a": "theirs"}])
    assert result.rows == changed(a="ours")
    assert result.conflicts == [Conflict(1, "a", None, "ours", "theirs")]


def test_a_column_that_one_side_lacks_is_not_cleared() -> None:
    theirs = [{"id": row["id"], "a": row["a"]} for row in changed(a="X")]
    result = merge_tables(BASE, BASE, theirs)
    assert result.rows == changed(a="X")
    assert result.conflicts == []


def test_a_new_column_of_theirs_comes_along() -> None:
    result = merge_tables(BASE, BASE, [{**row, "c": row["id"]} for row in BASE])
    assert result.rows == [{**row, "c": row["id"]} for row in BASE]


def test_duplicate_and_blank_keys_are_conflicts_and_the_rest_goes_on() -> None:
    theirs = [*changed(a="X"), {"id": 2, "a": "again", "b": "q"}, {"id": None, "a": "keyless", "b": ""}]
    result = merge_tables(BASE, BASE, theirs)
    assert result.rows == changed(a="X")
    assert [(c.key, c.field) for c in result.conflicts] == [(None, None), (2, None)]
    assert result.conflicts[1].theirs == [theirs[1], theirs[2]]


def test_a_key_of_several_fields() -> None:
    base = [{"m": "UK", "n": 1, "v": "a"}, {"m": "IE", "n": 1, "v": "b"}]
    theirs = [base[0], {**base[1], "v": "B"}]
    assert merge_tables(base, base, theirs, key=["m", "n"]).rows == theirs


def test_order() -> None:
    ours, theirs = BASE, [BASE[1], BASE[0]]
    assert [r["id"] for r in merge_tables(BASE, ours, theirs).rows] == [1, 2]
    assert [r["id"] for r in merge_tables(BASE, ours, theirs, order="theirs").rows] == [2, 1]
    assert [r["id"] for r in merge_tables(BASE, ours, theirs, order=[2]).rows] == [2, 1]
    with pytest.raises(ValueError, match="use 'ours', 'theirs'"):
        merge_tables(BASE, ours, theirs, order="mine")


_CELL = st.sampled_from([None, "", 0, 1, "x", "y"])
_TABLE = st.dictionaries(st.integers(1, 4), st.tuples(_CELL, _CELL)).map(
    lambda rows: [{"id": key, "a": a, "b": b} for key, (a, b) in rows.items()]
)


@given(_TABLE, _TABLE, _TABLE)
def test_sides_are_alike_except_that_a_conflict_keeps_ours(
    base: list[Row], ours: list[Row], theirs: list[Row]
) -> None:
    one, other = merge_tables(base, ours, theirs), merge_tables(base, theirs, ours)
    places = {(c.key, c.field) for c in one.conflicts}
    assert places == {(c.key, c.field) for c in other.conflicts}
    left, right = {r["id"]: r for r in one.rows}, {r["id"]: r for r in other.rows}
    assert left.keys() == right.keys()
    for key in left:
        for name in ("a", "b"):
            assert left[key][name] == right[key][name] or (key, name) in places


@given(_TABLE, _TABLE)
def test_what_one_side_alone_did_is_the_result(base: list[Row], theirs: list[Row]) -> None:
    result = merge_tables(base, base, theirs)
    assert sorted(result.rows, key=lambda r: r["id"]) == sorted(theirs, key=lambda r: r["id"])
    assert result.conflicts == []


@given(_TABLE, _TABLE, _TABLE)
def test_merging_again_changes_nothing(base: list[Row], ours: list[Row], theirs: list[Row]) -> None:
    merged = merge_tables(base, ours, theirs).rows
    assert merge_tables(merged, merged, merged).rows == merged
    assert merge_tables(theirs, merged, theirs).rows == merged
