"""A changed config meets stored tables: what is carried out, what is kept, what is impossible and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine

from sheetops.dataset import SchemaKind, Store
from sheetops.model.errors import StoreError
from sheetops.model.record import Actor, Op
from sheetops.model.schema import Field, FieldType, Schema, Table

from .stories import (
    CASES,
    RUN,
    STATUS,
    add,
    archive,
    choices,
    commit,
    edit,
    later,
    restore,
    schema_of,
    values,
)

ID = Field("id", FieldType.TEXT)
NOTE = Field("note", FieldType.TEXT)
Reopen = Callable[..., Store]


@pytest.fixture
def reopened(url: str) -> Iterator[Reopen]:
    """Opens the dataset with a config of these fields beside the key, and applies it unless told not to."""
    with ExitStack() as stores:

        def reopen(*fields: Field, apply: bool = True) -> Store:
            store = stores.enter_context(Store.open(url, schema_of(ID, *fields), create=True))
            if apply:
                store.apply_schema(RUN)
            return store

        yield reopen


def kinds(store: Store) -> list[SchemaKind]:
    return [change.kind for change in store.schema_changes()]


def test_an_unchanged_config_asks_for_nothing(store: Store) -> None:
    assert store.schema_changes() == []
    head = store.head()
    store.apply_schema(later("run-2"))
    assert store.head() == head


def test_opening_changes_no_table(reopened: Reopen) -> None:
    reopened(NOTE)
    store = reopened(NOTE, STATUS, apply=False)
    assert kinds(store) == [SchemaKind.NEW_FIELD]
    assert store.query("SELECT * FROM cases")[0] == ["id", "note"]


def test_a_new_table_is_journalled(store: Store) -> None:
    (entry,) = store.entries()
    assert (entry.op, entry.source.actor, entry.table, entry.field) == (
        Op.SCHEMA,
        Actor.CONFIG,
        "cases",
        None,
    )
    assert entry.new["key"] == "id"


def test_a_field_not_stored_yet_reads_blank(reopened: Reopen) -> None:
    commit(reopened(NOTE), add("CASE-1", note="x"))
    store = reopened(NOTE, STATUS, apply=False)
    assert values(store, "CASE-1") == {"id": "CASE-1", "note": "x", "status": None}
    with pytest.raises(StoreError, match="no field 'status'"):
        commit(store, edit("CASE-1", "status", None, "open"))


def test_a_new_field_is_blank_and_can_be_filled(reopened: Reopen) -> None:
    commit(reopened(NOTE), add("CASE-1", note="x"), add("CASE-2"), archive("CASE-2"))
    store = reopened(NOTE, STATUS)
    commit(store, edit("CASE-1", "status", None, "open"), restore("CASE-2"))
    assert values(store, "CASE-1")["status"] == "open"
    assert values(store, "CASE-2")["status"] is None
    assert store.verify() == []


def test_a_renamed_field_keeps_values_history_and_archive(reopened: Reopen) -> None:
    before = reopened(NOTE)
    commit(before, add("CASE-1", note="x"), add("CASE-2", note="gone"), archive("CASE-2"))
    commit(before, edit("CASE-1", "note", "x", "y"))
    store = reopened(replace(NOTE, name="order", renamed_from="note"))
    assert values(store, "CASE-1") == {"id": "CASE-1", "order": "y"}
    commit(store, restore("CASE-2"), edit("CASE-1", "order", "y", "z"))
    assert values(store, "CASE-2")["order"] == "gone"
    history = store.entries(key="CASE-1", field="order")
    assert [(e.op, e.field, e.new) for e in history] == [
        (Op.ADD, None, {"id": "CASE-1", "order": "x"}),
        (Op.SET, "order", "y"),
        (Op.SET, "order", "z"),
    ]
    assert store.verify() == []
    assert store.schema_changes() == []


def test_a_key_can_be_renamed(url: str) -> None:
    with Store.open(url, schema_of(ID, NOTE), create=True) as store:
        store.apply_schema(RUN)
        commit(store, add("CASE-1", note="x"))
    renamed = schema_of(Field("case", FieldType.TEXT, renamed_from="id"), NOTE, key="case")
    with Store.open(url, renamed) as store:
        store.apply_schema(RUN)
        commit(store, edit("CASE-1", "note", "x", "y"))
        assert values(store, "CASE-1") == {"case": "CASE-1", "note": "y"}
        assert store.verify() == []


def test_a_removed_field_keeps_its_column_and_comes_back_with_its_values(reopened: Reopen) -> None:
    commit(reopened(NOTE, STATUS), add("CASE-1", note="x", status="open"))
    without = reopened(STATUS)
    assert values(without, "CASE-1") == {"id": "CASE-1", "status": "open"}
    assert without.query("SELECT note FROM cases")[1] == [("x",)]
    commit(without, archive("CASE-1"), restore("CASE-1"), add("CASE-2"))
    assert without.schema_changes() == []
    back = reopened(NOTE, STATUS)
    assert values(back, "CASE-1")["note"] == "x"
    assert back.verify() == []


def test_a_widened_choice_needs_no_values_changed(reopened: Reopen) -> None:
    reopened(STATUS)
    store = reopened(replace(STATUS, choices=choices("open", "closed", "waiting")), apply=False)
    (change,) = store.schema_changes()
    assert change.kind is SchemaKind.WIDENED_CHOICE
    assert change.sentence == "Field 'status' of 'cases' now allows 'waiting' too."
    assert change.blocked is None


def test_a_choice_in_use_cannot_be_taken_away(reopened: Reopen) -> None:
    commit(
        reopened(STATUS), *[add(f"CASE-{n}", status="closed") for n in range(7)], add("CASE-9", status="open")
    )
    store = reopened(replace(STATUS, choices=choices("open", "shut")), apply=False)
    widened, narrowed = store.schema_changes()
    assert widened.blocked is None
    assert narrowed.blocked is not None
    assert "'closed' in CASE-0" in narrowed.blocked
    assert "and 2 more" in narrowed.blocked
    with pytest.raises(StoreError, match=r"no longer allows 'closed'.*CASE-0"):
        store.apply_schema(RUN)
    assert kinds(store) == [SchemaKind.WIDENED_CHOICE, SchemaKind.NARROWED_CHOICE]


def test_an_unused_choice_can_be_taken_away(reopened: Reopen) -> None:
    commit(reopened(STATUS), add("CASE-1", status="open"), add("CASE-2", status="closed"), archive("CASE-2"))
    store = reopened(replace(STATUS, choices=choices("open")))
    assert store.schema_changes() == []


def test_each_word_of_a_multi_choice_counts(reopened: Reopen) -> None:
    tags = Field("tags", FieldType.MULTI_CHOICE, choices=choices("vip", "refund", "late"))
    commit(reopened(tags), add("CASE-1", tags="vip; refund"))
    assert reopened(replace(tags, choices=choices("vip", "refund"))).schema_changes() == []
    store = reopened(replace(tags, choices=choices("vip")), apply=False)
    assert store.schema_changes()[0].blocked is not None


MOMENT = datetime(2024, 1, 5, tzinfo=UTC)
TYPES = FieldType


@pytest.mark.parametrize(
    ("was", "value", "now", "becomes"),
    [
        (TYPES.TEXT, "12", TYPES.INTEGER, 12),
        (TYPES.TEXT, "12.50", TYPES.MONEY, Decimal("12.50")),
        (TYPES.TEXT, "2024-01-05", TYPES.DATE, date(2024, 1, 5)),
        (TYPES.TEXT, "2024-01-05T00:00:00Z", TYPES.DATETIME, MOMENT),
        (TYPES.TEXT, "Yes", TYPES.BOOLEAN, True),
        (TYPES.TEXT, "90", TYPES.DURATION, timedelta(seconds=90)),
        (TYPES.TEXT, "x", TYPES.LONG_TEXT, "x"),
        (TYPES.INTEGER, 12, TYPES.TEXT, "12"),
        (TYPES.INTEGER, 12, TYPES.NUMBER, 12.0),
        (TYPES.NUMBER, 12.0, TYPES.INTEGER, 12),
        (TYPES.NUMBER, 0.1, TYPES.TEXT, "0.1"),
        (TYPES.MONEY, Decimal("12.50"), TYPES.NUMBER, 12.5),
        (TYPES.DATE, date(2024, 1, 5), TYPES.DATETIME, MOMENT),
        (TYPES.DATETIME, MOMENT, TYPES.DATE, date(2024, 1, 5)),
        (TYPES.DATETIME, MOMENT, TYPES.TEXT, "2024-01-05T00:00:00Z"),
        (TYPES.BOOLEAN, True, TYPES.TEXT, "yes"),
        (TYPES.DURATION, timedelta(hours=1), TYPES.NUMBER, 3600.0),
    ],
)
def test_a_changed_type_converts_values_history_and_archive(
    reopened: Reopen, was: FieldType, value: Any, now: FieldType, becomes: Any
) -> None:
    before = reopened(Field("x", was), NOTE)
    commit(before, add("CASE-1", x=value), add("CASE-2", x=value), add("CASE-3"), archive("CASE-2"))
    store = reopened(Field("x", now), NOTE)
    commit(store, restore("CASE-2"))
    assert [values(store, f"CASE-{n}")["x"] for n in (1, 2, 3)] == [becomes, becomes, None]
    assert store.entries(key="CASE-1")[0].new["x"] == becomes
    assert store.verify() == []


@pytest.mark.parametrize(
    ("was", "value", "now"),
    [
        (TYPES.TEXT, "soon", TYPES.DATE),
        (TYPES.TEXT, "1,5", TYPES.NUMBER),
        (TYPES.TEXT, "perhaps", TYPES.BOOLEAN),
        (TYPES.NUMBER, 1.5, TYPES.INTEGER),
        (TYPES.NUMBER, 1.005, TYPES.MONEY),
        (TYPES.DATETIME, datetime(2024, 1, 5, 9, tzinfo=UTC), TYPES.DATE),
        (TYPES.BOOLEAN, True, TYPES.DATE),
    ],
)
def test_a_type_that_would_lose_a_value_is_blocked_and_changes_nothing(
    reopened: Reopen, was: FieldType, value: Any, now: FieldType
) -> None:
    commit(reopened(Field("x", was)), add("CASE-1", x=value))
    store = reopened(Field("x", now), apply=False)
    with pytest.raises(StoreError, match=r"would not survive.*in CASE-1"):
        store.apply_schema(RUN)
    assert values(store, "CASE-1")["x"] == value


def test_history_shows_values_that_were_replaced_before_a_change_of_type(reopened: Reopen) -> None:
    before = reopened(NOTE)
    commit(before, add("CASE-1", note="n/a"), edit("CASE-1", "note", "n/a", "5"))
    store = reopened(replace(NOTE, type=FieldType.INTEGER))
    assert [e.new for e in store.entries(key="CASE-1", field="note")] == [{"id": "CASE-1", "note": "n/a"}, 5]
    assert store.verify() == []


def test_fewer_decimals_only_when_none_is_lost(reopened: Reopen) -> None:
    credit = Field("credit", FieldType.MONEY, decimals=2)
    commit(reopened(credit), add("CASE-1", credit=Decimal("5.00")), add("CASE-2", credit=Decimal("5.50")))
    with pytest.raises(StoreError, match=r"'5\.50' in CASE-2"):
        reopened(replace(credit, decimals=0))
    store = reopened(replace(credit, decimals=3))
    assert str(values(store, "CASE-1")["credit"]) == "5.000"
    assert store.verify() == []


def test_renamed_and_retyped_at_once_and_then_again(reopened: Reopen) -> None:
    commit(reopened(Field("a", FieldType.TEXT)), add("CASE-1", a="5"))
    reopened(Field("b", FieldType.INTEGER, renamed_from="a"))
    store = reopened(Field("c", FieldType.MONEY, renamed_from="b"))
    assert values(store, "CASE-1")["c"] == Decimal("5.00")
    assert store.entries(key="CASE-1")[0].new == {"id": "CASE-1", "c": Decimal("5.00")}
    assert store.verify() == []


def test_another_key_is_impossible(store: Store, url: str) -> None:
    with Store.open(url, schema_of(*CASES.tables["cases"].fields, key="order")) as changed:
        assert changed.schema_changes()[0].kind is SchemaKind.KEY_CHANGED
        with pytest.raises(StoreError, match="key of a table"):
            changed.apply_schema(RUN)


def test_a_foreign_table_of_the_same_name_is_left_alone(store: Store, url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE feedback (text varchar(9))")
    engine.dispose()
    both = Schema({**CASES.tables, "feedback": Table("feedback", "id", (ID,))})
    with Store.open(url, both) as opened, pytest.raises(StoreError, match="already has a table 'feedback'"):
        opened.apply_schema(RUN)


def test_names_of_sheetops_are_taken(store: Store, url: str) -> None:
    mine = Schema({"sheetops_runs2": Table("sheetops_runs2", "id", (ID,))})
    with Store.open(url, mine) as opened, pytest.raises(StoreError, match="begin with sheetops_"):
        opened.apply_schema(RUN)


def test_words_of_sql_and_odd_names_are_good_names(url: str) -> None:
    names = ["select", "group", "order", "user", "Table", "values", "due date", "50%", "naïve", 'quo"te']
    odd = schema_of(ID, *[Field(name, FieldType.TEXT) for name in names], name="table")
    with Store.open(url, odd, create=True) as store:
        store.apply_schema(RUN)
        new = {name: f"{name}!" for name in names}
        commit(store, replace(add("CASE-1", **new), table="table"))
        commit(store, *[replace(edit("CASE-1", n, f"{n}!", f"{n}?"), table="table") for n in names])
        assert store.records("table")["CASE-1"].values == {"id": "CASE-1"} | {n: f"{n}?" for n in names}
        assert store.verify() == []
