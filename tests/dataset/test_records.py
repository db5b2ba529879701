"""Records: what is committed is what is read, with its type, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from sheetops.dataset import Store
from sheetops.model.errors import PlanStale, StoreError, UnknownName
from sheetops.model.record import Op, Record
from sheetops.model.schema import Field, FieldType

from .stories import CASES, FIELDS, FULL, RUN, add, agree, archive, commit, edit, restore, schema_of, values

BLANK = dict.fromkeys(FULL)


def test_a_record_comes_back_with_every_value_and_its_type(store: Store) -> None:
    commit(store, add("CASE-1", **{k: v for k, v in FULL.items() if k != "id"}))
    found = values(store, "CASE-1")
    assert found == FULL
    assert {k: type(v) for k, v in found.items()} == {k: type(v) for k, v in FULL.items()}
    assert found["opened"].tzinfo is UTC


def test_blank_values_are_none(store: Store) -> None:
    commit(store, add("CASE-1", status=None))
    assert values(store, "CASE-1") == BLANK | {"id": "CASE-1"}


def test_a_moment_of_another_zone_is_kept_in_utc(store: Store) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    commit(store, add("CASE-1", opened=datetime(2024, 1, 5, 15, 0, tzinfo=india)))
    assert values(store, "CASE-1")["opened"] == datetime(2024, 1, 5, 9, 30, tzinfo=UTC)


def test_an_amount_is_kept_to_its_decimals(store: Store) -> None:
    commit(store, add("CASE-1", credit=Decimal(5)), add("CASE-2", credit=Decimal("9999999999999.99")))
    assert str(values(store, "CASE-1")["credit"]) == "5.00"
    assert str(values(store, "CASE-2")["credit"]) == "9999999999999.99"


def test_keys_differ_by_case(store: Store) -> None:
    commit(store, add("case-1", order=1), add("CASE-1", order=2))
    assert values(store, "case-1")["order"] == 1
    assert store.keys("cases") == {"case-1", "CASE-1"}


def test_only_the_asked_records_are_read(store: Store) -> None:
    commit(store, *[add(f"CASE-{n}", order=n) for n in range(1200)])
    asked = [f"CASE-{n}" for n in range(1100)]
    assert store.records("cases", [*asked, "nobody"]).keys() == set(asked)
    assert store.records("cases", []) == {}


def test_records_come_in_the_order_of_their_keys(store: Store) -> None:
    commit(store, *[add(key, order=1) for key in ("b", "é", "a", "B", "c")], archive("c"))
    commit(store, edit("a", "order", 1, 2), edit("B", "order", 1, 2))
    assert list(store.records("cases")) == ["B", "a", "b", "c", "é"]


def test_an_archived_record_leaves_the_table_and_comes_back_whole(store: Store) -> None:
    commit(store, add("CASE-1", **{k: v for k, v in FULL.items() if k != "id"}))
    commit(store, archive("CASE-1"))
    assert store.records("cases") == {"CASE-1": Record(FULL, archived=True)}
    assert store.count("cases") == 0
    assert store.keys("cases") == {"CASE-1"}
    assert store.query("SELECT * FROM cases")[1] == []
    commit(store, restore("CASE-1"), edit("CASE-1", "order", 7, 8))
    assert store.records("cases") == {"CASE-1": Record(FULL | {"order": 8})}


def test_changes_of_one_commit_build_on_each_other(store: Store) -> None:
    commit(store, add("CASE-1", order=1), edit("CASE-1", "order", 1, 2), edit("CASE-1", "order", 2, None))
    assert values(store, "CASE-1")["order"] is None
    commit(store, archive("CASE-1"), restore("CASE-1"), edit("CASE-1", "status", None, "open"))
    assert values(store, "CASE-1")["status"] == "open"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (add("CASE-1"), "is already there"),
        (add("CASE-2"), "is archived"),
        (edit("CASE-1", "status", "closed", "open"), "now says 'open', not 'closed'"),
        (edit("CASE-2", "status", None, "open"), "is archived"),
        (edit("CASE-9", "status", None, "open"), "is not there"),
        (agree("CASE-1", "status", "closed"), "now says 'open', not 'closed'"),
        (archive("CASE-2"), "is already archived"),
        (archive("CASE-9"), "is not there"),
        (restore("CASE-1"), "is not archived"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_all_the_others(
    store: Store, change: Any, why: str
) -> None:
    commit(store, add("CASE-1", status="open"), add("CASE-2"), archive("CASE-2"))
    before, head = store.records("cases"), store.head()
    with pytest.raises(PlanStale, match=why):
        commit(store, add("CASE-5"), change)
    assert (store.records("cases"), store.head()) == (before, head)


def test_agreement_changes_nothing_but_is_journalled(store: Store) -> None:
    commit(store, add("CASE-1", status="open"))
    commit(store, agree("CASE-1", "status", "open"))
    last = store.entries()[-1]
    assert (last.op, last.old, last.new) == (Op.AGREE, "open", "open")
    assert values(store, "CASE-1")["status"] == "open"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("status", "half a \ud83d", "surrogate"),
        ("status", "a\x00b", "NUL"),
        ("order", 2**63, "too large"),
        ("credit", Decimal("12345678901234567.89"), "digits"),
        ("opened", datetime(2024, 1, 1), "time zone"),
        ("effort", float("nan"), "."),
        ("status", 5, "5 is not text"),
        ("order", 5.0, "5.0 is not an integer"),
        ("urgent", 1, "1 is not a boolean"),
        ("nowhere", 1, "no field 'nowhere'"),
    ],
)
def test_a_value_no_database_can_keep_is_named_and_nothing_written(
    store: Store, field: str, value: Any, why: str
) -> None:
    with pytest.raises(StoreError, match=f"CASE-1.*{why}"):
        commit(store, add("CASE-1", **{field: value}))
    assert store.records("cases") == {}


def test_text_like_escapes_and_sql_is_only_text(store: Store) -> None:
    said = '\\u0000 \'; DROP TABLE cases; -- %s ? \N{PILE OF POO}\n\t"x"'
    commit(store, add("CASE-1", status=said))
    assert values(store, "CASE-1")["status"] == said
    assert store.verify() == []


def test_a_large_import_is_kept_to_the_letter(store: Store) -> None:
    odd = ["\\N", "a\tb", "line\nline\r", "\\.", '"', "", "é\N{PILE OF POO}", None]
    full = {k: v for k, v in FULL.items() if k != "id"}
    commit(store, *[add(f"CASE-{n:04d}", **full | {"status": odd[n % len(odd)]}) for n in range(1500)])
    found = store.records("cases")
    assert [record.values["status"] for record in found.values()] == [odd[n % len(odd)] for n in range(1500)]
    assert store.verify() == []


def test_numbers_may_be_keys(url: str) -> None:
    schema = schema_of(Field("id", FieldType.INTEGER), *FIELDS[1:])
    with Store.open(url, schema, create=True) as store:
        store.apply_schema(RUN)
        commit(store, replace(add("7"), new={"id": 7, "order": 1}))
        commit(store, edit("7", "order", 1, 2), archive("7"))
        commit(store, restore("7"))
        assert values(store, "7") == BLANK | {"id": 7, "order": 2}
        assert store.records("cases", ["x", "07"]) == {}
        with pytest.raises(StoreError, match="'07' cannot be a key"):
            commit(store, replace(add("07"), new={"id": 7}))
        assert store.verify() == []


def test_unknown_tables_are_named_with_the_nearest(store: Store) -> None:
    with pytest.raises(UnknownName, match="'cases'"):
        store.records("case")


def test_a_table_that_is_not_stored_yet_is_empty(url: str) -> None:
    with Store.open(url, CASES, create=True) as store:
        assert (store.records("cases"), store.keys("cases"), store.count("cases")) == ({}, set(), 0)
        with pytest.raises(StoreError, match="no table 'cases' yet"):
            commit(store, add("CASE-1"))


def test_a_frame_has_the_types_of_the_config(store: Store) -> None:
    commit(store, add("CASE-1", **{k: v for k, v in FULL.items() if k != "id"}), add("CASE-2"), add("CASE-3"))
    commit(store, archive("CASE-3"))
    frame = store.frame("cases")
    assert list(frame.columns) == list(FULL)
    assert list(frame["id"]) == ["CASE-1", "CASE-2"]
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "id": "string",
        "status": "string",
        "order": "Int64",
        "effort": "float64",
        "credit": "float64",
        "due": "datetime64[us]",
        "opened": "datetime64[us, UTC]",
        "spent": "timedelta64[us]",
        "urgent": "boolean",
        "tags": "string",
    }
    assert frame["opened"][0] == FULL["opened"]
    assert frame.loc[1, frame.columns != "id"].isna().all()


def test_the_frame_of_an_empty_table_has_its_types_too(store: Store) -> None:
    assert str(store.frame("cases")["opened"].dtype) == "datetime64[us, UTC]"
