"""One line of JSON for each press, in sheetops.presses.log: who, what, when, what came of it. Never a secret, never a cell."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

_LOG = logging.getLogger(__name__)
LOG_NAME = "sheetops.presses.log"
_LARGEST = 5_000_000
"""Bytes after which the log goes on in a new file; the old one stays as sheetops.presses.log.1."""


class Audit:
    """Appends lines to the log. A log that cannot be written stops no press; the service's own output says so."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOG_NAME
        self._lock = Lock()

    def note(self, at: float, **said: Any) -> None:
        """Write a line. `at` is in seconds since 1970."""
        when = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": when, **said}, ensure_ascii=False) + "\n"
        with self._lock:
            try:
                self._turn()
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(line)
            except OSError as error:
                _LOG.warning("%s could not be written: %s. The press went on.", LOG_NAME, error.strerror)

    def nonces(self, since: float) -> Iterator[tuple[str, float]]:
        """Yield the nonces that were spent since a time, as they are remembered, with their times."""
        for path in (self._old, self.path):
            for line in _lines(path):
                with suppress(ValueError, KeyError, TypeError):
                    said = json.loads(line)
                    when = datetime.fromisoformat(said["at"]).timestamp()
                    if when >= since:
                        yield str(said["nonce"]), when

    @property
    def _old(self) -> Path:
        return self.path.with_name(f"{LOG_NAME}.1")

    def _turn(self) -> None:
        if self.path.exists() and self.path.stat().st_size > _LARGEST:
            self.path.replace(self._old)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
