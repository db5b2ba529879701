"""Where trackers live: one backend per file behind one small protocol (`model.sheet.Spreadsheet`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..model.errors import UnknownName
from ..model.schema import TrackerSpec
from ..model.sheet import Spreadsheet

Opener = Callable[[Path, str], Spreadsheet]
"""(workspace folder, source) -> the spreadsheet there."""


def _excel(folder: Path, source: str) -> Spreadsheet:
    from .excel_file import ExcelFile

    return ExcelFile(folder / source)


BACKENDS: Mapping[str, Opener] = {"excel": _excel}


def open_spreadsheet(
    folder: Path, tracker: TrackerSpec, backends: Mapping[str, Opener] = BACKENDS
) -> Spreadsheet:
    """Return the spreadsheet a tracker is in. Raise UnknownName for a backend that does not exist."""
    if tracker.backend not in backends:
        raise UnknownName(
            f"Tracker '{tracker.id}' has the backend '{tracker.backend}', which does not exist.",
            next_step=f"Use one of: {', '.join(backends)}.",
        )
    return backends[tracker.backend](folder, tracker.source)
