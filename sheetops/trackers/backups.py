"""Copies of spreadsheets as they were before a run wrote them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..model.errors import TrackerNotWritten

KEPT = 20
"""How many copies of one spreadsheet are kept."""


def keep(folder: Path, name: str, pattern: str, copy: Callable[[Path], object]) -> None:
    """Let `copy` put a copy into the folder, and let go of the oldest that match the pattern.

    Raise TrackerNotWritten, naming the spreadsheet, when that cannot be done: it is not written then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy(folder)
        copies = sorted(folder.glob(pattern), key=lambda path: path.stat().st_ctime_ns)
        for old in copies[:-KEPT]:
            old.unlink()
    except OSError as error:
        raise TrackerNotWritten(
            f"No backup of {name} could be made in {folder}: {error.strerror or error}.",
            not_done=f"{name} was not written.",
            next_step="Make room, or make the folder writable, and run the command again.",
        ) from error
