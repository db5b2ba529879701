"""The dataset as it was at any entry of the journal: equal to what was seen then, whatever has happened since."""

import random
from datetime import UTC, datetime, timedelta

from sheetops.dataset import Commit, Store
from sheetops.model.record import Actor, Change, Op, Run, Source
from sheetops.model.schema import Field, FieldType, Schema, Table

T = FieldType
FIELDS = (Field("id", T.TEXT), Field("status", T.TEXT), Field("amount", T.MONEY), Field("at", T.DATETIME))
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
SOURCE = Source(Actor.IMPORT)


def open_store(path, *fields):
    store = Store.open(
        f"sqlite:///{path}", Schema({"cases": Table("cases", "id", fields or FIELDS)}), create=True
    )
    store.apply_schema(
        Run("R1" if not fields else "R900", "shape", BEGAN if not fields else BEGAN + timedelta(days=99))
    )
    return store


def commit(store, number, *changes):
    at = BEGAN + timedelta(hours=number)
    return store.commit(Commit(Run(f"R{number}", "sync", at), store.head(), changes))


def seen(store, name="status"):
    active = {key: one.values for key, one in store.records("cases").items() if not one.archived}
    return {
        "id": sorted(active),
        name: [active[key][name] for key in sorted(active)],
        "at": [active[key]["at"] for key in sorted(active)],
    }


def random_change(chance, store):
    records = store.records("cases")
    active = sorted(key for key, one in records.items() if not one.archived)
    archived = sorted(key for key, one in records.items() if one.archived)
    what = chance.random()
    if what < 0.3 or not active:
        key = f"C-{len(records)}"
        return Change(
            "cases", key, Op.ADD, SOURCE, new={"id": key, "status": chance.choice("ab"), "at": BEGAN}
        )
    if what < 0.4:
        return Change("cases", chance.choice(active), Op.ARCHIVE, SOURCE)
    if what < 0.5 and archived:
        return Change("cases", chance.choice(archived), Op.RESTORE, SOURCE)
    key, field = chance.choice(active), chance.choice(["status", "at"])
    new = chance.choice("abc") if field == "status" else BEGAN + timedelta(minutes=chance.randrange(9))
    return Change("cases", key, Op.SET, SOURCE, field, records[key].values[field], new)


def test_columns_are_those_that_were_seen_then(tmp_path):
    chance = random.Random(6)
    with open_store(tmp_path / "s.db") as store:
        moments = []
        for number in range(2, 120):
            seq = commit(store, number, random_change(chance, store))
            moments.append((seq, number, seen(store)))
        for seq, number, was in moments:
            assert store.columns_at("cases", ["status", "at"], seq) == was
            assert store.seq_at(BEGAN + timedelta(hours=number, minutes=1)) == seq


def test_changes_are_under_the_names_that_fields_have_today(tmp_path):
    with open_store(tmp_path / "s.db") as store:
        commit(store, 2, Change("cases", "C-1", Op.ADD, SOURCE, new={"id": "C-1", "status": "a"}))
        first = commit(store, 3, Change("cases", "C-1", Op.SET, SOURCE, "status", "a", "b"))
    renamed = (FIELDS[0], Field("state", T.TEXT, renamed_from="status"), *FIELDS[2:])
    with open_store(tmp_path / "s.db", *renamed) as store:
        head = store.commit(
            Commit(
                Run("R901", "sync", BEGAN + timedelta(days=100)),
                store.head(),
                [Change("cases", "C-1", Op.SET, SOURCE, "state", "b", "c")],
            )
        )
        told = store.changes_until("cases", ["state"], head)
        assert list(zip(told["op"], told["field"], told["old"], told["new"], strict=True)) == [
            ("add", None, None, None), ("set", "state", "a", "b"), ("set", "state", "b", "c"),
        ]  # fmt: skip
        assert store.columns_at("cases", ["state"], first)["state"] == ["b"]
        assert store.changes_until("cases", ["state"], first)["new"] == [None, "b"]


def test_a_table_that_is_not_stored_yet_has_no_past(tmp_path):
    schema = Schema({"cases": Table("cases", "id", FIELDS)})
    with Store.open(f"sqlite:///{tmp_path / 's.db'}", schema, create=True) as store:
        assert store.columns_at("cases", ["status"], 0) == {"id": [], "status": []}
        assert store.began() is None
        assert store.changes_until("cases", ["status"], 0)["key"] == []
