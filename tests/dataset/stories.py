"""The people and cases that the tests of the store tell of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sheetops.dataset import Commit, Store
from sheetops.model.record import Actor, Change, HeldItem, HeldKind, Op, Run, Source
from sheetops.model.schema import Choice, Field, FieldType, Schema, Table

MONDAY = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)
RUN = Run("run-1", "sync", MONDAY, who="Ada")
NORTH = Source(Actor.TRACKER, "north", "D17", "Ada")


def choices(*words: str) -> tuple[Choice, ...]:
    return tuple(Choice(word) for word in words)


STATUS = Field("status", FieldType.CHOICE, choices=choices("open", "closed"))
FIELDS = (
    Field("id", FieldType.TEXT),
    STATUS,
    Field("order", FieldType.INTEGER),  # a word of SQL
    Field("effort", FieldType.NUMBER),
    Field("credit", FieldType.MONEY, currency="EUR"),
    Field("due", FieldType.DATE),
    Field("opened", FieldType.DATETIME),
    Field("spent", FieldType.DURATION),
    Field("urgent", FieldType.BOOLEAN),
    Field("tags", FieldType.MULTI_CHOICE, choices=choices("vip", "refund")),
)


def schema_of(*fields: Field, name: str = "cases", key: str = "id") -> Schema:
    return Schema({name: Table(name, key, fields)})


CASES = schema_of(*FIELDS)

FULL: dict[str, Any] = {
    "id": "CASE-1",
    "status": "open",
    "order": 7,
    "effort": 2.5,
    "credit": Decimal("1234.50"),
    "due": date(2024, 2, 29),
    "opened": datetime(2024, 1, 5, 9, 30, 15, 250000, tzinfo=UTC),
    "spent": timedelta(hours=1, minutes=30),
    "urgent": True,
    "tags": "vip; refund",
}


def add(key: str, **values: Any) -> Change:
    return Change("cases", key, Op.ADD, NORTH, new={"id": key, **values})


def edit(key: str, field: str, old: Any, new: Any) -> Change:
    return Change("cases", key, Op.SET, NORTH, field, old, new)


def agree(key: str, field: str, value: Any) -> Change:
    return Change("cases", key, Op.AGREE, NORTH, field, value, value)


def archive(key: str) -> Change:
    return Change("cases", key, Op.ARCHIVE, NORTH)


def restore(key: str) -> Change:
    return Change("cases", key, Op.RESTORE, NORTH)


def commit(store: Store, *changes: Change, run: Run = RUN, **more: Any) -> int:
    return store.commit(Commit(run, store.head(), changes, **more))


def later(run_id: str, minutes: int = 5) -> Run:
    return replace(RUN, id=run_id, started=MONDAY + timedelta(minutes=minutes))


def conflict(key: str = "CASE-1", field: str | None = "status", **more: Any) -> HeldItem:
    said: dict[str, Any] = {"base": "open", "ours": "closed", "theirs": "waiting", "address": "D17", **more}
    return HeldItem("north", "cases", key, field, HeldKind.CONFLICT, "changed in both places", **said)


def values(store: Store, key: str) -> dict[str, Any]:
    return dict(store.records("cases", [key])[key].values)
