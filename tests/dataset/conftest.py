"""Both databases for every story: each test gets an empty SQLite file, then an empty PostgreSQL database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sheetops.dataset import Store

from .postgres import binaries, running_server
from .stories import CASES, RUN

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running PostgreSQL server."""
    binaries()
    with running_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of one more empty place for a dataset."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/sheetops{next(_numbers)}.db"
    server: str = request.getfixturevalue("postgres")
    return lambda: _new_schema(server)


def _new_schema(server: str) -> str:
    """A schema of one database is as good as a database, and made a hundred times faster."""
    name = f"dataset{next(_numbers)}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        conn.exec_driver_sql(f"CREATE SCHEMA {name}")
    engine.dispose()
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The URL of an empty place for a dataset."""
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A new dataset with the table `cases` in it."""
    with Store.open(url, CASES, create=True, workspace_id="w0") as store:
        store.apply_schema(RUN)
        yield store
