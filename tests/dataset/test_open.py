"""Opening a dataset: missing, damaged, newer, foreign; and what the lock does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sheetops.dataset import Store
from sheetops.model.errors import RunLocked, StoreError

from .stories import CASES, RUN, add, commit


def test_the_workspace_id_is_given_once(url: str) -> None:
    with Store.open(url, CASES, create=True, workspace_id="abc") as store:
        assert store.workspace_id == "abc"
    with Store.open(url, CASES, create=True, workspace_id="other") as store:
        assert store.workspace_id == "abc"


def test_a_workspace_id_is_made_up_when_none_is_given(url: str) -> None:
    with Store.open(url, CASES, create=True) as store:
        assert len(store.workspace_id) == 32


def test_a_missing_dataset_is_not_created_by_looking(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="sheetops init"):
        Store.open(url, CASES)
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_of_a_newer_sheetops_is_left_alone(store: Store, url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE sheetops_meta SET value = '99' WHERE name = 'version'")
    engine.dispose()
    with pytest.raises(StoreError, match="newer sheetops"):
        Store.open(url, CASES, create=True)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not a database" * 400, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sheetops.db"
    file.write_bytes(content)
    for create in (False, True):
        with pytest.raises(StoreError, match=r"sheetops\.db"):
            Store.open(f"sqlite:///{file}", CASES, create=create)
    assert file.read_bytes() == content


def test_a_damaged_dataset_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    file = tmp_path / "sheetops.db"
    with Store.open(f"sqlite:///{file}", CASES, create=True) as store:
        store.apply_schema(RUN)
        commit(store, *[add(f"CASE-{n}", status="open" * 20) for n in range(500)])
    healthy = file.read_bytes()
    file.write_bytes(healthy[:8192] + b"\xa5" * (len(healthy) - 8192))
    with (
        pytest.raises(StoreError, match=r"damaged.*backups"),
        Store.open(f"sqlite:///{file}", CASES) as store,
    ):
        store.records("cases")


def test_an_empty_file_is_no_dataset_yet(tmp_path: Path) -> None:
    file = tmp_path / "sheetops.db"
    file.touch()
    with pytest.raises(StoreError, match="no dataset"):
        Store.open(f"sqlite:///{file}", CASES)
    Store.open(f"sqlite:///{file}", CASES, create=True).close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"folder .* does not exist"):
        Store.open(f"sqlite:///{tmp_path}/nowhere/sheetops.db", CASES, create=True)


@pytest.mark.parametrize("url", ["sheetops.db", "mysql://localhost/x", "sqlite://"])
def test_urls_of_no_dataset(url: str) -> None:
    with pytest.raises(StoreError):
        Store.open(url, CASES, create=True)


def test_a_server_that_is_not_there_is_an_error_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://ada:secret@127.0.0.1:9/sheetops", CASES)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_the_package_is_quick_to_import() -> None:
    said = "import sys, sheetops.dataset; print([m for m in ('sqlalchemy', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_second_run_is_told_who_holds_the_lock_and_since_when(store: Store, url: str) -> None:
    with store.lock("Ada: sync"), Store.open(url, CASES) as other:
        with pytest.raises(RunLocked, match=r"Ada: sync since \d{4}-\d\d-\d\d"), other.lock("Bo: sync"):
            pytest.fail("both hold the lock")
        assert other.head() == 1
    with Store.open(url, CASES) as other, other.lock("Bo: sync"):
        pass


def test_a_watch_and_a_run_go_side_by_side_and_two_watches_do_not(store: Store, url: str) -> None:
    with store.lock("Ada", "watch"), Store.open(url, CASES) as other:
        with other.lock("Bo: sync"):
            pass
        with pytest.raises(RunLocked, match=r"Another watch is at work on this dataset: Ada since \d{4}"):
            other.lock("Bo", "watch").__enter__()


def test_the_lock_is_free_again_after_an_error(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.lock("Ada"):
        raise ZeroDivisionError
    with store.lock("Bo"):
        pass
