"""Where trackers live: one backend per file behind one small protocol (`model.sheet.Spreadsheet`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..model.errors import UnknownName
from ..model.schema import TrackerSpec
from ..model.sheet import Spreadsheet

Opener = Callable[[Path, Sequence[TrackerSpec]], Spreadsheet]
"""(workspace folder, the trackers in one spreadsheet, at least one) -> that spreadsheet."""


def _excel(folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
    from .excel_file import ExcelFile

    return ExcelFile(folder / trackers[0].source)


BACKENDS: Mapping[str, Opener] = {"excel": _excel}


def open_spreadsheet(
    folder: Path, trackers: Sequence[TrackerSpec], backends: Mapping[str, Opener] = BACKENDS
) -> Spreadsheet:
    """Return the spreadsheet that these trackers are in. Raise UnknownName for a backend that does not exist."""
    tracker = trackers[0]
    if tracker.backend not in backends:
        raise UnknownName(
            f"Tracker '{tracker.id}' has the backend '{tracker.backend}', which does not exist.",
            next_step=f"Use one of: {', '.join(backends)}.",
        )
    return backends[tracker.backend](folder, trackers)
