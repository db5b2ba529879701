"""The statements in docs/dataset.md run on SQLite, and its tables name every column there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sheetops.dataset import Store
from sheetops.dataset.tables import JOURNAL, METADATA
from sheetops.model.schema import FieldType

from .stories import CASES, FULL, RUN, add, commit, edit

DOCS = (Path(__file__).parents[2] / "docs" / "dataset.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def documented(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite:///{tmp_path}/sheetops.db", CASES, create=True)
    store.apply_schema(RUN)
    commit(store, add("CASE-0042", **{k: v for k, v in FULL.items() if k != "id"}))
    commit(store, edit("CASE-0042", "status", "open", "closed"))
    return store


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_statement_finds_something(documented: Store, sql: str) -> None:
    assert documented.query(sql.strip().rstrip(";"))[1]


@pytest.mark.parametrize(
    "name", [*METADATA.tables, *JOURNAL.columns.keys(), *[kind.value for kind in FieldType]]
)
def test_every_table_column_and_field_type_is_described(name: str) -> None:
    assert re.search(rf"\b{name}\b", DOCS)


def test_columns_are_declared_as_described(documented: Store) -> None:
    _, rows = documented.query("SELECT name, type FROM pragma_table_info('cases')")
    declared = dict(rows)
    kinds = {field.name: field.type.value for field in CASES.tables["cases"].fields}
    described = {
        kind.strip(): column.strip()
        for kinds_said, column in re.findall(r"^\| ([a-z, -]+?) \| ([A-Z ]+?) \|", DOCS, re.MULTILINE)
        for kind in kinds_said.split(",")
    }
    assert {name: described[kind] for name, kind in kinds.items()} == declared
