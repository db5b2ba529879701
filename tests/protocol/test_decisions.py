"""Every decision that a held item offers, taken from a terminal and in the tab `sheetops`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sheetops.merge.decide import choices
from sheetops.merge.held_tab import COLUMNS
from sheetops.model.errors import UnknownName
from sheetops.model.record import Choose, HeldItem, HeldKind

from .story import FIELDS, NORTH, SOUTH, Story, case, cases, config

Tell = Callable[..., Story]
K1, K2 = "CASE-0001", "CASE-0002"
MINE, DATASET, USE, NEW_KEY = Choose.MINE, Choose.DATASET, Choose.USE, Choose.NEW_KEY

REQUIRED = {**FIELDS, "note": '{ type = "text", label = "Note", required = true }'}
UNIQUE = {**FIELDS, "note": '{ type = "text", label = "Note", unique = true }'}


# --- how each kind of held item comes to be -------------------------------------------------------------


def conflict(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.type("north", K1, note="ours")
    story.ws.sync(only=["north"])
    story.type("south", K1, note="theirs")
    story.settle()
    return story, story.item("south", K1, "note")


def contested(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.type("north", K1, note="ours")
    story.type("south", K1, note="theirs")
    story.settle()
    return story, story.item("south", K1, "note")


def invalid(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.type("south", K1, due="tbc")
    story.settle()
    return story, story.item("south", K1, "due")


def required(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(config(NORTH, SOUTH, fields=REQUIRED), north=cases())
    story.type("south", K1, note=None)
    story.settle()
    return story, story.item("south", K1, "note")


def not_unique(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(config(NORTH, SOUTH, fields=UNIQUE), north=cases())
    story.type("south", K1, note="note 5")
    story.settle()
    return story, story.item("south", K1, "note")


def formula(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.formula("south", K1, "amount", 41.0)
    story.sync()
    story.type("north", K1, amount=7)
    story.settle()
    return story, story.item("south", K1, "amount")


def added_twice(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.append("north", case(50, note="ours"))
    story.append("south", case(50, note="theirs"))
    story.settle()
    return story, story.item("south", "CASE-0050", "note")


def edited_and_deleted(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.delete("north", K1)
    story.type("south", K1, note="edited")
    story.settle()
    return story, story.item("north", K1)


def row_gone(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.delete("south", K1)
    story.settle()
    return story, story.item("south", K1)


def archived_edit(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.delete("north", K1)
    story.settle()
    story.type("south", K1, note="after all")
    story.settle()
    return story, story.item("south", K1)


def rekey(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.type("north", K1, case_id="NEW-1")
    story.settle()
    return story, story.item("north", K1)


def blanked(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.type("north", K1, case_id=None)
    story.settle()
    return story, story.item("north", K1)


def duplicate(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.append("north", case(1, note="pasted"))
    story.settle()
    return story, story.item("north", K1)


def undone_cell(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.type("north", K1, note="in the run")
    run = story.sync().run
    story.type("south", K1, note="since the run")
    story.sync()
    assert run is not None
    story.ws.undo(run.id)
    story.settle()
    return story, next(item for item in story.ws.held() if item.kind is HeldKind.UNDO)


def undone_row(tell: Tell) -> tuple[Story, HeldItem]:
    story = tell(north=cases())
    story.append("north", case(50))
    run = story.sync().run
    story.type("south", "CASE-0050", note="since the run")
    story.sync()
    assert run is not None
    story.ws.undo(run.id)
    story.settle()
    return story, next(item for item in story.ws.held() if item.kind is HeldKind.UNDO)


# --- what each decision leads to ----------------------------------------------------------------------------


def says(key: str, field: str, value: Any) -> Callable[[Story], None]:
    def check(story: Story) -> None:
        assert story.value(key, field) == value
        for name in ("north", "south"):
            assert story.cell(name, key, field) == value

    return check


def gives(key: str, value: str) -> Callable[[Story], None]:
    """South's word goes into the dataset; north's people are asked about theirs, which nobody has seen yet."""

    def check(story: Story) -> None:
        assert story.value(key, "note") == story.cell("south", key, "note") == value
        assert story.cell("north", key, "note") == "ours"
        story.decide(story.item("north", key, "note"), DATASET)
        story.settle()
        says(key, "note", value)(story)

    return check


def formula_gone(story: Story) -> None:
    says(K1, "amount", 7)(story)


def archived(key: str, *, row_in: str | None = None) -> Callable[[Story], None]:
    def check(story: Story) -> None:
        assert key not in story.records()
        for name in ("north", "south"):
            assert any(row[0] == key for row in story.rows(name)) == (name == row_in)

    return check


def put_back(story: Story) -> None:
    assert story.row("north", K1) == story.row("south", K1)
    assert K1 in story.records()


def left_out(story: Story) -> None:
    assert K1 in story.records()
    assert not any(row[0] == K1 for row in story.rows("south"))
    story.type("north", K1, status="closed")
    story.settle()
    assert not any(row[0] == K1 for row in story.rows("south"))


def rekeyed(key: str) -> Callable[[Story], None]:
    def check(story: Story) -> None:
        assert K1 not in story.records()
        assert list(story.records()[key].values())[1:] == case(1)[1:]
        assert story.row("north", key)[1:] == case(1)[1:]

    return check


def old_key_back(story: Story) -> None:
    assert story.row("north", K1) == case(1)
    assert len(story.records()) == 12


def own_records(story: Story) -> None:
    assert story.row("north", K1) == case(1)
    assert story.row("north", "CASE-0013")[4] == story.value("CASE-0013", "note") == "pasted"
    assert story.row("south", "CASE-0013")[4] == "pasted"


def new_key_for_mine(story: Story) -> None:
    assert story.value("CASE-0051", "note") == story.cell("north", "CASE-0051", "note") == "theirs"
    assert story.value("CASE-0050", "note") == story.cell("south", "CASE-0050", "note") == "ours"


DECISIONS: list[tuple[Callable[[Tell], tuple[Story, HeldItem]], Choose, Any, Callable[[Story], None]]] = [
    (conflict, MINE, None, says(K1, "note", "theirs")),
    (conflict, DATASET, None, says(K1, "note", "ours")),
    (conflict, USE, "a third", says(K1, "note", "a third")),
    (contested, MINE, None, gives(K1, "theirs")),
    (contested, USE, "a third", gives(K1, "a third")),
    (invalid, DATASET, None, says(K1, "due", dt.date(2024, 1, 2))),
    (invalid, USE, "1 June 2024", says(K1, "due", dt.date(2024, 6, 1))),
    (required, MINE, None, says(K1, "note", None)),
    (required, DATASET, None, says(K1, "note", "note 1")),
    (required, USE, "filled", says(K1, "note", "filled")),
    (not_unique, DATASET, None, says(K1, "note", "note 1")),
    (not_unique, USE, "one of its own", says(K1, "note", "one of its own")),
    (formula, MINE, None, says(K1, "amount", 41.0)),
    (formula, DATASET, None, formula_gone),
    (added_twice, MINE, None, gives("CASE-0050", "theirs")),
    (added_twice, USE, "a third", gives("CASE-0050", "a third")),
    (contested, DATASET, None, says(K1, "note", "ours")),
    (added_twice, DATASET, None, says("CASE-0050", "note", "ours")),
    (added_twice, NEW_KEY, None, new_key_for_mine),
    (edited_and_deleted, MINE, None, archived(K1, row_in="south")),
    (edited_and_deleted, DATASET, None, put_back),
    (row_gone, MINE, None, left_out),
    (row_gone, DATASET, None, put_back),
    (archived_edit, MINE, None, says(K1, "note", "after all")),
    (archived_edit, DATASET, None, archived(K1, row_in="south")),
    (rekey, MINE, None, rekeyed("NEW-1")),
    (rekey, DATASET, None, old_key_back),
    (blanked, MINE, None, rekeyed("CASE-0013")),
    (blanked, DATASET, None, old_key_back),
    (duplicate, NEW_KEY, None, own_records),
    (undone_cell, MINE, None, says(K1, "note", "since the run")),
    (undone_cell, DATASET, None, says(K1, "note", "note 1")),
    (undone_cell, USE, "a third", says(K1, "note", "a third")),
    (undone_row, MINE, None, says("CASE-0050", "note", "since the run")),
]  # fmt: skip
NAMED = [pytest.param(*told, id=f"{told[0].__name__}-{told[1].name}") for told in DECISIONS]


@pytest.mark.parametrize(("held", "choice", "value", "check"), NAMED)
@pytest.mark.parametrize("where", ["terminal", "tab"])
def test_decision(
    tell: Tell,
    where: str,
    held: Callable[[Tell], tuple[Story, HeldItem]],
    choice: Choose,
    value: Any,
    check: Callable[[Story], None],
) -> None:
    story, item = held(tell)
    assert choice in choices(item)
    if where == "terminal":
        story.decide(item, choice, value)
    else:
        story.decide_in_tab(item, choice.value, value)
    story.settle()
    check(story)
    assert not [i for i in story.ws.held() if i.place == item.place], story.ws.held()
    assert story.ws.store.verify() == []


def test_every_choice_of_every_kind_is_told_here() -> None:
    told = {(held.__name__, choice) for held, choice, _, _ in DECISIONS}
    assert {choice for name, choice in told if name == "conflict"} == {MINE, DATASET, USE}
    kinds = {HeldKind(name.replace("_", "-")) for name, _ in told if name.replace("_", "-") in set(HeldKind)}
    assert kinds >= {
        HeldKind.CONFLICT, HeldKind.CONTESTED, HeldKind.INVALID, HeldKind.REQUIRED, HeldKind.NOT_UNIQUE,
        HeldKind.FORMULA, HeldKind.ADDED_TWICE, HeldKind.EDITED_AND_DELETED, HeldKind.ROW_GONE,
        HeldKind.ARCHIVED_EDIT,
    }  # fmt: skip


# --- decisions that cannot be carried out ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "choice", "value", "why"),
    [
        (invalid, USE, "next week", "'next week' is not a date"),
        (
            invalid,
            MINE,
            None,
            "'keep mine' is not possible here; choose 'take the dataset's' or 'use this:'",
        ),
        (required, USE, None, "type the value to use beside 'use this:'"),
        (not_unique, MINE, None, "not possible here"),
        (row_gone, USE, "x", "not possible here"),
        (conflict, NEW_KEY, None, "not possible here"),
    ],
)
def test_refused_decision_is_explained_and_the_item_stays(
    tell: Tell, held: Callable[[Tell], tuple[Story, HeldItem]], choice: Choose, value: Any, why: str
) -> None:
    story, item = held(tell)
    before = story.records()
    story.decide(item, choice, value)
    story.settle()
    after = story.item(*item.place)
    assert why in after.reason
    assert after.decision is None
    assert story.records() == before
    said = [row for row in story.books[item.tracker].tabs["sheetops"] if row and row[0] == item.number]
    assert said[0][COLUMNS.index("Your decision")] is None


def test_use_a_value_that_somebody_else_has(tell: Tell) -> None:
    story, item = not_unique(tell)
    story.decide(item, USE, "note 7")
    story.settle()
    assert story.value(K1, "note") == "note 1"
    assert "CASE-0007" in story.item("south", K1, "note").reason


def test_no_such_item(story: Story) -> None:
    with pytest.raises(UnknownName, match="no open held item number 9"):
        story.ws.resolve(9, MINE)


def test_words_nobody_knows_are_left_standing(tell: Tell) -> None:
    story, item = conflict(tell)
    story.decide_in_tab(item, "whatever")
    story.settle()
    assert story.item("south", K1, "note").decision is None
    assert story.cell("south", K1, "note") == "theirs"


@pytest.mark.parametrize("said", ["Keep Mine", " keep mine ", "KEEP MINE"])
def test_words_typed_by_hand(tell: Tell, said: str) -> None:
    story, item = conflict(tell)
    story.decide_in_tab(item, said)
    story.settle()
    says(K1, "note", "theirs")(story)


def test_tab_that_somebody_sorted_still_says_which_item(tell: Tell) -> None:
    story, item = conflict(tell)
    story.type("south", K2, due="tbc")
    story.settle()
    story.decide_in_tab(item, "keep mine")
    tab = story.books["south"].tabs["sheetops"]
    at = next(n for n, row in enumerate(tab) if row and row[0] == item.number)
    tab[at], tab[at + 1] = tab[at + 1], tab[at]
    story.settle()
    says(K1, "note", "theirs")(story)


# --- the two sides decide differently, and the cell changes meanwhile ------------------------------------------


def test_both_sides_keep_theirs(tell: Tell) -> None:
    story, item = contested(tell)
    story.decide(item, MINE)
    story.decide(story.item("north", K1, "note"), MINE)
    story.settle()
    assert story.value(K1, "note") == "note 1"
    assert set(story.held()) == {("north", K1, "note"), ("south", K1, "note")}


def test_decided_and_typed_over_before_the_sync(tell: Tell) -> None:
    """`keep mine` means what stands there when it is carried out."""
    story, item = conflict(tell)
    story.decide(item, MINE)
    story.type("south", K1, note="better still")
    story.settle()
    says(K1, "note", "better still")(story)


def test_take_the_datasets_when_something_newer_was_typed(tell: Tell) -> None:
    """The person who decided did not see what was typed since: the newer text is not thrown away unseen."""
    story, item = conflict(tell)
    story.decide(item, DATASET)
    story.type("south", K1, note="typed since")
    story.settle()
    journal = [new for _, key, field, new in story.journal() if (key, field) == (K1, "note")]
    kept = story.cell("south", K1, "note") == "typed since" or "typed since" in journal
    assert kept, "a text that nobody decided about was overwritten"


# --- cut off between the decision and the write ------------------------------------------------------------------


@pytest.mark.parametrize("told", DECISIONS, ids=lambda told: f"{told[0].__name__}-{told[1].name}")
@pytest.mark.slow
def test_decision_survives_a_crash(tell: Tell, told: Any) -> None:
    held, choice, value, check = told
    point = 1
    while True:
        story, item = held(tell)
        story.decide(item, choice, value)
        crashed = story.crash(point)
        story.settle()
        check(story)
        assert not [i for i in story.ws.held() if i.place == item.place], (point, story.ws.held())
        assert story.ws.store.verify() == []
        if not crashed:
            break
        point += 3 if point > 1 else 2
