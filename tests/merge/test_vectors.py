"""The merge against answers that others wrote: Dolt's row merge, csvdiff3's table merge, and sync scenarios
retold from rclone bisync, vdirsyncer, Dolt, Unison and WatermelonDB. Every case of each file is run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sheetops.merge.tables import merge_tables
from sheetops.model.errors import GuardStopped
from sheetops.model.record import Choose

from ..protocol.story import Story, config, tracker

Vectors = Callable[[str], Any]

# --- Dolt: one row of three columns -------------------------------------------------------------------


def test_dolt_16_cases(vectors: Vectors) -> None:
    told = vectors("merge/dolt_16_cases.json")
    columns = told["columns"]
    assert len(told["cases"]) == 17  # the file's sixteen, and one that Dolt's test calls 62

    def rows(cells: list[Any] | None, key: int) -> list[dict[str, Any]]:
        return [] if cells is None else [dict(zip(columns, [key, *cells], strict=True))]

    for case in told["cases"]:
        parent, local, remote = (rows(case[side], case["key"]) for side in ("parent", "local", "remote"))
        result = merge_tables(parent, local, remote, key="pk")
        assert bool(result.conflicts) == case["conflict"], case["id"]
        if not case["conflict"]:
            assert result.rows == rows(case["expected"], case["key"]), case["id"]


# --- csvdiff3: whole tables ------------------------------------------------------------------------------


def _table(lines: list[list[str]]) -> list[dict[str, Any]]:
    header, *rows = lines
    return [dict(zip(header, [*row, *[None] * (len(header) - len(row))], strict=True)) for row in rows]


def test_csvdiff3_half(vectors: Vectors) -> None:
    """csvdiff3 leaves a row in conflict out of the result; here it stays (ours, or the edit), and is held."""
    cases = vectors("merge/csvdiff3_half.json")
    assert len(cases) == 23
    for case in cases:
        parent, local, remote, expected = (
            _table(case[side]) for side in ("parent", "local", "remote", "expected")
        )
        key = case["key"][0]
        result = merge_tables(parent, local, remote, key=key)
        held = {c.key for c in result.conflicts}
        assert held == {_key_of(conflict) for conflict in case["conflicts"]}, case["id"]
        assert _free(result.rows, key, held) == _free(expected, key, held), case["id"]


def _free(rows: list[dict[str, Any]], key: str, held: set[str]) -> list[list[tuple[str, Any]]]:
    """The rows that are not in conflict, sorted; a blank is a blank, whether "" or None."""
    free = [
        sorted((name, value or None) for name, value in row.items()) for row in rows if row[key] not in held
    ]
    return sorted(free, key=str)


def _key_of(conflict: dict[str, Any]) -> str:
    rows = [conflict[side]["row"] for side in ("local", "remote") if conflict[side]["row"]]
    return str(rows[0][0])


# --- sync scenarios: two trackers and the dataset between them ----------------------------------------------

FIELDS = {name: f'{{ type = "text", label = "{name}" }}' for name in ("case_id", "status", "note")}
HEADER = ["Case ID", "Status", "Note"]
TRACKERS = [tracker(name, FIELDS, settings="delete = true") for name in ("a", "b")]
"""Both trackers may delete, as both sides of those tools may; the project's default is that none may."""

WHOLE = {
    "new-on-b", "new-on-a", "deleted-on-b", "deleted-both", "added-both-identical", "already-synced",
    "changed-both-same-cell", "newer-b-deleted-a", "deleted-a-nulled-b", "base-lost-different",
    "duplicate-key",
}  # fmt: skip
"""Scenarios that are edits on two sides and then a sync. The others have a test of their own below."""

APART = {
    "max-delete-b-force", "sheet-emptied", "dry-run-writes-nothing", "edited-during-sync", "policy-b",
    "per-column-client-wins-0", "per-column-client-wins-2",
}  # fmt: skip


@pytest.fixture
def scenarios(vectors: Vectors) -> dict[str, dict[str, Any]]:
    found = {one["id"]: one for one in vectors("merge/sync_scenarios_half.json")}
    assert found.keys() == WHOLE | APART, "a scenario came or went: give it a test"
    return found


def begin(folder: Path, told: dict[str, Any]) -> Story:
    """Two trackers that have agreed on the scenario's base, and then say what its two sides say."""
    text = config(*TRACKERS, fields=FIELDS)
    base = told["base"] if told["base"] is not None else []
    story = Story(folder, {"a": [HEADER, *base], "b": [HEADER]}, text)
    if told["base"] is not None:
        story.settle()
    for name in ("a", "b"):
        story.books[name].tabs["Cases"] = [list(HEADER), *(list(row) for row in told[name])]
    return story


def rows_of(story: Story) -> list[list[Any]]:
    return sorted([list(record.values()) for record in story.records().values()], key=lambda row: int(row[0]))


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_sync_scenario(scenarios: dict[str, Any], tmp_path: Path, name: str) -> None:
    told = scenarios[name]
    story, expect = begin(tmp_path, told), told["expect"]
    writes = {book: story.books[book].writes for book in story.books}
    story.settle()
    if "rows_ab" in expect:
        assert rows_of(story) == expect["rows_ab"]
        for book in ("a", "b"):
            shown = [row for row in story.rows(book) if row and row[0] in story.records()]
            assert sorted(shown, key=lambda row: int(row[0])) == expect["rows_ab"]
        assert story.held() == {}
    if expect.get("repeat"):
        assert {book: story.books[book].writes for book in story.books} == writes
    for conflict in expect.get("conflicts", []):
        _check_conflict(story, conflict)
    for key, field, value in expect.get("must_survive", []):
        assert story.value(key, field) == value
    for key in expect.get("quarantine", []):
        assert story.held() == {("b", key, None): "duplicate-key"}


def _check_conflict(story: Story, conflict: dict[str, Any]) -> None:
    key, held = conflict["key"], story.held()
    if conflict.get("kind") == "edit_delete":
        assert [kind for (_, k, _), kind in held.items() if k == key] == ["edited-and-deleted"]
        assert key in story.records()
        return
    assert set(held) == {(book, key, conflict["column"]) for book in ("a", "b")}
    for book in ("a", "b"):
        assert story.cell(book, key, conflict["column"].title()) == {"a": "A", "b": "B"}[book]
        assert story.item(book, key, conflict["column"]).base == conflict.get("base")


def test_sync_scenario_max_delete_b_force(scenarios: dict[str, Any], tmp_path: Path) -> None:
    story = begin(tmp_path, scenarios["max-delete-b-force"])
    with pytest.raises(GuardStopped, match="--allow deletes"):
        story.sync()
    assert len(story.records()) == 9
    story.settle(allow=["deletes"])
    assert sorted(story.records()) == ["6", "7", "8", "9"]


def test_sync_scenario_sheet_emptied(scenarios: dict[str, Any], tmp_path: Path) -> None:
    story = begin(tmp_path, scenarios["sheet-emptied"])
    before = story.everything()
    with pytest.raises(GuardStopped, match="has no rows any more"):
        story.sync()
    assert story.everything() == before


def test_sync_scenario_dry_run_writes_nothing(scenarios: dict[str, Any], tmp_path: Path) -> None:
    told = scenarios["dry-run-writes-nothing"]
    story = begin(tmp_path, told)
    before, counts = story.everything(), story.ws.plan().counts()
    assert counts["cells_taken"] == told["expect"]["plan"]["update"]
    assert counts["records_added"] == told["expect"]["plan"]["add"]
    assert counts["rows_missing"] == told["expect"]["plan"]["delete"], "counts as deleted at the second look"
    assert story.everything() == before


def test_sync_scenario_edited_during_sync(scenarios: dict[str, Any], tmp_path: Path) -> None:
    story = begin(tmp_path, scenarios["edited-during-sync"])

    def edit_row_3(point: str) -> None:
        if point == "write:before":
            story.books["b"].fault = story.faults
            story.type("b", "3", Note="typed meanwhile")

    story.books["b"].fault = edit_row_3
    story.settle()
    assert story.value("3", "note") == story.cell("a", "3", "Note") == "typed meanwhile"
    assert story.cell("b", "1", "Status") == "A"
    assert story.held() == {}


def test_sync_scenario_policy_b(scenarios: dict[str, Any], tmp_path: Path) -> None:
    """There is no automatic winner here. The policy is a person's: b keeps its value, a takes the dataset's."""
    story = begin(tmp_path, scenarios["policy-b"])
    story.settle()
    story.decide(story.item("b", "1", "status"), Choose.MINE)
    story.settle()
    story.decide(story.item("a", "1", "status"), Choose.DATASET)
    story.settle()
    assert (
        story.value("1", "status") == story.cell("a", "1", "Status") == story.cell("b", "1", "Status") == "B"
    )
    _, kept = story.ws.store.query("SELECT theirs, outcome FROM sheetops_held WHERE tracker = 'a'")
    assert ["A" in str(theirs) and outcome == "take the dataset's" for theirs, outcome in kept] == [True]


@pytest.mark.parametrize("name", ["per-column-client-wins-0", "per-column-client-wins-2"])
def test_sync_scenario_per_column_client_wins(scenarios: dict[str, Any], name: str) -> None:
    """No sync scenario but a merge of one record: `_changed` says what local edited since the common version."""
    told = scenarios[name]
    local = {field: value for field, value in told["local"].items() if field != "_changed"}
    base = {**local, told["local"]["_changed"]: None}
    result = merge_tables(
        [{"id": 1, **base}], [{"id": 1, **local}], [{"id": 1, **told["remote"]}]
    )  # the policy "client wins" is what `merge_tables` does with a cell in conflict: it keeps ours
    assert result.rows == [{"id": 1, **told["expect"]["resolved"]}]
    assert {c.field: c.theirs for c in result.conflicts} == told["expect"]["losers_to_audit"]
