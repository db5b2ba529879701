"""A table that a set of columns keeps: its records come by themselves, people write beside what is computed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from sheetops.columns.sets import Answer, Ask, ColumnSet
from sheetops.model.errors import ConfigError
from sheetops.model.schema import Field, FieldType, Table
from sheetops.workspace import parse_config

from .story import HEADERS, Story, cases, config, tracker

MARKETS = Table(
    "markets", "market_id",
    (
        Field("market_id", FieldType.TEXT),
        Field("cases", FieldType.INTEGER, computed=True),
        Field("verdict", FieldType.TEXT),
    ),
)  # fmt: skip

KEPT = tracker("markets", ("market_id", "cases", "verdict"), settings="delete = true").replace(
    'table = "cases"', 'table = "markets"'
)
TEXT = config(tracker("north", (*HEADERS, "of_market")), KEPT)


def keeper(asked: list[Ask]) -> ColumnSet:
    """How many cases each market has, as a table of its own; and beside each case."""

    def compute(ask: Ask) -> Answer:
        asked.append(ask)
        sizes = ask.records.groupby("market").size()
        own = ask.records.set_index("case_id")["market"].map(sizes)
        rows = pd.DataFrame({"cases": sizes}, index=sizes.index)
        return Answer(
            pd.DataFrame({"of_market": own}), notes=["markets were counted"], rows={"markets": rows}
        )

    return ColumnSet(
        "markets", "cases", ("market",), (Field("of_market", FieldType.INTEGER),), compute, keeps=(MARKETS,)
    )


@pytest.fixture
def asked() -> list[Ask]:
    return []


@pytest.fixture
def story(tmp_path: Path, asked: list[Ask]) -> Story:
    class Kept(Story):
        columns = (keeper(asked),)

    rows = cases(4)
    rows[0] = [*HEADERS.values(), "of_market"]
    rows[4][5] = "IE"
    story = Kept(tmp_path, {"north": rows, "markets": [["market_id", "cases", "verdict"]]}, TEXT)
    story.settle()
    return story


def test_its_records_come_by_themselves_and_reach_their_tracker(story: Story) -> None:
    assert {key: r.values["cases"] for key, r in story.ws.store.records("markets").items()} == {
        "UK": 3,
        "IE": 1,
    }
    assert [story.cell("markets", key, "cases") for key in ("UK", "IE")] == [3, 1]
    assert story.cell("north", "CASE-0001", "of_market") == 3
    assert story.idle()


def test_people_write_beside_what_is_computed(story: Story) -> None:
    story.type("markets", "UK", verdict="as ever")
    story.type("north", "CASE-0001", market="IE")
    story.sync()
    assert (story.cell("markets", "UK", "cases"), story.cell("markets", "UK", "verdict")) == (2, "as ever")
    assert story.ws.store.records("markets")["UK"].values == {
        "market_id": "UK",
        "cases": 2,
        "verdict": "as ever",
    }
    assert story.idle()


def test_the_plan_counts_its_records_apart(story: Story, tmp_path: Path) -> None:
    story.time += dt.timedelta(days=1)
    assert story.ws.plan().counts()["records_computed"] == 0
    other = Story.__new__(type(story))
    other.__init__(tmp_path / "other", {"north": [[*HEADERS.values(), "of_market"], *cases(2)[1:]], "markets": [["market_id", "cases", "verdict"]]}, TEXT)  # type: ignore[misc]  # fmt: skip
    counts = other.ws.plan().counts()
    assert (counts["records_added"], counts["records_computed"]) == (2, 1)


def test_a_record_that_people_deleted_stays_deleted(story: Story) -> None:
    story.delete("markets", "IE")
    story.settle()
    assert story.ws.store.records("markets")["IE"].archived
    story.type("north", "CASE-0001", market="IE")
    story.settle()
    record = story.ws.store.records("markets")["IE"]
    assert record.archived
    assert record.values["cases"] == 1
    assert story.idle()


def test_the_set_is_told_of_its_records_also_of_those_that_people_archived(
    story: Story, asked: list[Ask]
) -> None:
    story.delete("markets", "IE")
    story.settle()
    story.type("north", "CASE-0001", note="again", market="IE")
    story.sync()
    kept = asked[-1].kept["markets"].set_index("market_id")
    assert kept["archived"].to_dict() == {"IE": True, "UK": False}
    assert asked[-1].tables == {}


def test_it_is_not_asked_again_for_a_field_that_it_does_not_need(story: Story, asked: list[Ask]) -> None:
    before = len(asked)
    story.type("north", "CASE-0001", note="again")
    done = story.sync()
    assert (done.counts["cells_taken"], len(asked)) == (1, before)
    story.type("north", "CASE-0001", of_market=77)
    story.sync()
    assert story.cell("north", "CASE-0001", "of_market") == 3


def test_an_undo_does_not_take_its_records_away(story: Story) -> None:
    story.type("north", "CASE-0001", market="IE")
    done = story.sync()
    assert done.id is not None
    story.saved()
    story.ws.undo(done.id)
    story.settle()
    assert {key: r.values["cases"] for key, r in story.ws.store.records("markets").items()} == {
        "UK": 3,
        "IE": 1,
    }


def test_a_set_whose_tables_nobody_changed_is_not_computed_again(tmp_path: Path) -> None:
    one: list[Ask] = []
    other: list[Ask] = []

    def count(ask: Ask) -> Answer:
        other.append(ask)
        return Answer(pd.DataFrame({"letters": ask.records.set_index("market_id")["verdict"].str.len()}))

    letters = ColumnSet("letters", "markets", ("verdict",), (Field("letters", FieldType.INTEGER),), count)

    class Two(Story):
        columns = (keeper(one), letters)

    text = TEXT.replace('"verdict" = "verdict"', '"verdict" = "verdict"\n"letters" = "letters"')
    rows = [[*HEADERS.values(), "of_market"], *cases(3)[1:]]
    story = Two(tmp_path, {"north": rows, "markets": [["market_id", "cases", "verdict", "letters"]]}, text)
    story.settle()
    before = (len(one), len(other))
    story.type("north", "CASE-0001", market="IE")
    plan = story.ws.plan()
    assert len(one) > before[0]
    assert len(other) > before[1], "the first set has changed the table of the second"
    assert "markets were counted" in plan.all_notes
    story.settle()
    before = (len(one), len(other))
    story.type("markets", "UK", verdict="said")
    done = story.sync()
    assert len(other) > before[1]
    assert len(one) > before[0], "a set that keeps a table looks at what people write there"
    assert done.counts["cells_computed"] == 1
    assert story.cell("markets", "UK", "letters") == 4


def test_a_set_that_failed_is_tried_again_with_the_next_change_of_anything(tmp_path: Path) -> None:
    asked: list[Ask] = []

    def fail(ask: Ask) -> Answer:
        asked.append(ask)
        raise ValueError("no")

    class Failing(Story):
        columns = (ColumnSet("bad", "markets", (), (Field("bad", FieldType.INTEGER),), fail), keeper([]))

    rows = [[*HEADERS.values(), "of_market"], *cases(3)[1:]]
    story = Failing(tmp_path, {"north": rows, "markets": [["market_id", "cases", "verdict"]]}, TEXT)
    story.settle()
    before = len(asked)
    assert story.idle()
    assert len(asked) == before
    story.type("north", "CASE-0001", note="other")
    story.sync()
    assert len(asked) > before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[tables.markets]\nkey = "name"\n[tables.markets.fields]\nname = { type = "text" }', "is kept by 'markets', whose records have the key 'market_id'"),
        ('[tables.markets]\nkey = "market_id"\n[tables.markets.fields]\nmarket_id = { type = "text" }\ncases = { type = "integer" }', "is computed by 'markets'"),
    ],
)  # fmt: skip
def test_a_table_that_people_describe_otherwise_is_named_with_its_line(
    tmp_path: Path, more: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"{config()}\n{more}\n", tmp_path / "sheetops.toml", (keeper([]),))
    assert said in str(caught.value)


def test_a_table_that_people_describe_keeps_their_fields_and_gets_the_computed_ones(tmp_path: Path) -> None:
    more = '[tables.markets]\nkey = "market_id"\n[tables.markets.fields]\nmarket_id = { type = "text" }\nboss = { type = "person" }'
    found = parse_config(f"{config()}\n{more}\n", tmp_path / "sheetops.toml", (keeper([]),))
    assert list(found.schema.tables["markets"].by_name) == ["market_id", "boss", "verdict", "cases"]
