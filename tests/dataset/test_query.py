"""SQL from people: everything may be read, nothing written, mistakes are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.dataset import Store
from sheetops.model.errors import QueryRefused

from .stories import add, archive, commit


@pytest.fixture
def cases(store: Store) -> Store:
    commit(store, *[add(f"CASE-{n}", status="open" if n % 3 else "closed") for n in range(9)])
    commit(store, archive("CASE-0"))
    return store


def test_the_promised_statement_counts_active_records(cases: Store) -> None:
    names, rows = cases.query("SELECT status, count(*) AS n FROM cases GROUP BY 1 ORDER BY 1")
    assert names == ["status", "n"]
    assert rows == [("closed", 2), ("open", 6)]


def test_percent_signs_and_colons_are_nothing_special(cases: Store) -> None:
    assert cases.query("SELECT count(*) FROM cases WHERE status LIKE 'op%' AND id <> ':x'")[1] == [(6,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM cases",
        "UPDATE cases SET status = 'x'",
        "DROP TABLE cases",
        "CREATE TABLE mine (x integer)",
        "INSERT INTO cases (id) VALUES ('x')",
        "SELECT 1; DELETE FROM cases",
        "COMMIT; DELETE FROM cases",
        "WITH x AS (SELECT 1) DELETE FROM cases",
        "",
        "-- nothing",
    ],
)
def test_nothing_can_be_written(cases: Store, sql: str) -> None:
    with pytest.raises(QueryRefused):
        cases.query(sql)
    assert cases.count("cases") == 8
    assert cases.verify() == []


def test_no_setting_makes_the_next_statement_write(cases: Store) -> None:
    for setting in (
        "PRAGMA query_only = OFF",
        "SET TRANSACTION READ WRITE",
        "SET default_transaction_read_only = off",
    ):
        with pytest.raises(QueryRefused):
            cases.query(setting)
    with pytest.raises(QueryRefused, match="only reads"):
        cases.query("DELETE FROM cases")


def test_no_other_file_is_attached(tmp_path: Path, cases: Store) -> None:
    with pytest.raises(QueryRefused):
        cases.query(f"ATTACH '{tmp_path}/new.db' AS other")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("sql", "offer"),
    [
        ("SELECT * FROM case_s", "Did you mean 'cases'"),
        ("SELECT statsu FROM cases", "Did you mean 'status'"),
        ("SELECT c.statsu FROM cases c", "Did you mean 'status'"),
        ("SELECT * FROM sheetops_journl", "Did you mean 'sheetops_journal'"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1; SELECT 2", "one at a time"),
    ],
)
def test_a_mistake_is_answered_in_words(cases: Store, sql: str, offer: str) -> None:
    with pytest.raises(QueryRefused, match=offer):
        cases.query(sql)
