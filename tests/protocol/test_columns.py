"""Computed columns in a sync: calculated from what the dataset will say, shown in every tracker, never edited."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from sheetops.columns.sets import Answer, Ask, ColumnSet, Proposal
from sheetops.model.errors import ConfigError
from sheetops.model.record import Actor
from sheetops.model.schema import Field, FieldType
from sheetops.workspace import parse_config

from .story import HEADERS, Story, cases, config, tracker

K1, K2 = "CASE-0001", "CASE-0002"
COLUMNS = (*HEADERS, "double", "edits", "age")
SHOWN = [*HEADERS.values(), "double", "edits", "age"]


def compute(ask: Ask) -> Answer:
    """Twice the amount; how often the note was changed; whole days since the epoch of the story."""
    records = ask.records.set_index("case_id")
    assert ask.history is not None
    notes = ask.history[ask.history["field"] == "note"]
    days = (ask.as_of - dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).days
    edits = notes.groupby("key").size().reindex(records.index).fillna(0)
    columns = pd.DataFrame({"double": records["amount"] * 2, "edits": edits, "age": days})
    late = [
        Proposal(key, "status", "waiting", "too large") for key in records.index[records["amount"] > 1000]
    ]
    tomorrow = dt.datetime(2026, 1, 2, tzinfo=dt.UTC) + dt.timedelta(days=days)
    return Answer(columns, tomorrow, ["computed with care"], late)


SET = ColumnSet(
    "example", "cases", ("amount", "note"),
    (Field("double", FieldType.NUMBER), Field("edits", FieldType.INTEGER), Field("age", FieldType.INTEGER)),
    compute, history=True, may_propose=frozenset({"status"}),
)  # fmt: skip


class Computed(Story):
    columns = (SET,)


TEXT = config(tracker("north", COLUMNS, settings="delete = true"), tracker("south", COLUMNS))


@pytest.fixture
def story(tmp_path: Path) -> Story:
    rows = cases(4)
    rows[0] = list(SHOWN)
    story = Computed(tmp_path, {"north": rows, "south": [list(SHOWN)]}, TEXT)
    story.settle()
    return story


def test_they_are_in_the_dataset_and_in_every_tracker(story: Story) -> None:
    assert story.value(K2, "double") == 4
    assert story.cell("north", K2, "double") == story.cell("south", K2, "double") == 4
    assert story.cell("south", K2, "edits") == 1
    assert story.held() == {}


def test_they_follow_an_edit_in_the_same_run(story: Story) -> None:
    story.type("south", K1, amount=50, note="again")
    done = story.sync()
    assert story.cell("north", K1, "double") == story.cell("south", K1, "double") == 100
    assert story.cell("north", K1, "edits") == 2
    assert (done.counts["cells_taken"], done.counts["cells_computed"]) == (2, 2)
    assert story.idle()


def test_a_plan_says_what_would_be_computed_and_writes_nothing(story: Story) -> None:
    story.type("south", K1, amount=50)
    before = story.everything()
    plan = story.ws.plan()
    computed = [(c.key, c.field, c.new) for c in plan.changes if c.source.actor is Actor.COMPUTED]
    assert computed == [(K1, "double", 100.0)]
    assert "computed with care" in plan.all_notes
    assert story.everything() == before


def test_what_is_typed_over_them_is_put_back_and_listed(story: Story) -> None:
    story.type("south", K1, double=7)
    done = story.sync()
    assert story.cell("south", K1, "double") == 2
    assert done.counts["edits_ignored"] == 1
    assert story.idle()


def test_they_change_with_the_time_alone(story: Story) -> None:
    assert story.cell("north", K1, "age") == 0
    assert story.idle()
    story.time += dt.timedelta(days=3)
    done = story.sync()
    assert done.run is not None
    assert story.cell("north", K1, "age") == story.cell("south", K1, "age") == 3
    assert story.idle()


def test_they_may_propose_a_change_to_peoples_fields_with_the_reason(story: Story) -> None:
    story.type("south", K1, amount=5000)
    story.sync()
    assert story.cell("north", K1, "status") == story.value(K1, "status") == "waiting"
    last = story.ws.history(K1, "status")[-1]
    assert (last.source.actor, last.source.who) == (Actor.COMPUTED, "example: too large")


def test_an_undo_leaves_them_to_follow_by_themselves(story: Story) -> None:
    story.type("south", K1, amount=50)
    done = story.sync()
    assert done.id is not None
    story.saved()
    story.ws.undo(done.id)
    story.settle()
    assert story.cell("south", K1, "amount") == 1
    assert story.cell("south", K1, "double") == 2
    assert story.held() == {}


def test_a_set_that_fails_stops_nothing_and_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(ask: Ask) -> Answer:
        raise ZeroDivisionError("no amounts")

    monkeypatch.setattr("sheetops.engine.local.Engine.work", _with(broken))
    story.type("south", K1, note="goes on")
    done = story.sync()
    assert story.value(K1, "note") == "goes on"
    assert any("were not computed: no amounts" in note for plan in done.plans for note in plan.all_notes)


def test_a_set_that_answers_with_the_wrong_kind_of_value_stops_nothing_either(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(ask: Ask) -> Answer:
        return Answer(pd.DataFrame({"edits": "many"}, index=ask.records["case_id"]))

    monkeypatch.setattr("sheetops.engine.local.Engine.work", _with(odd))
    story.type("south", K1, note="goes on")
    done = story.sync()
    assert story.value(K1, "note") == "goes on"
    assert any("were not computed" in note for plan in done.plans for note in plan.all_notes)


def _with(compute: object) -> object:
    from dataclasses import replace

    from sheetops.engine.local import Engine

    real = Engine.work

    def work(self: Engine, records: object, changes: object) -> object:
        self.sets = [replace(one, compute=compute) for one in self.sets]  # type: ignore[type-var, arg-type]
        return real(self, records, changes)  # type: ignore[arg-type]

    return work


def test_a_tracker_cannot_edit_one(tmp_path: Path) -> None:
    text = TEXT.replace('"double" = "double"', '"double" = { field = "double", mode = "edit" }', 1)
    with pytest.raises(ConfigError, match="'double' is computed"):
        parse_config(text, tmp_path / "sheetops.toml", (SET,))


def test_a_field_of_peoples_own_is_not_taken_over(tmp_path: Path) -> None:
    text = TEXT.replace("[tables.cases.fields]", '[tables.cases.fields]\ndouble = { type = "number" }')
    with pytest.raises(ConfigError, match="is computed by 'example'"):
        parse_config(text, tmp_path / "sheetops.toml", (SET,))
