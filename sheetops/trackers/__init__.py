"""Where trackers live: one backend per file behind one small protocol (`model.sheet.Spreadsheet`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.google import GoogleSettings
from ..model.errors import UnknownName
from ..model.schema import TrackerSpec
from ..model.sheet import Spreadsheet

if TYPE_CHECKING:
    from .google.connection import Connection
    from .google.transport import Transport

Opener = Callable[[Path, Sequence[TrackerSpec]], Spreadsheet]
"""(workspace folder, the trackers in one spreadsheet, at least one) -> that spreadsheet."""


def _excel(folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
    from .excel_file import ExcelFile

    return ExcelFile(folder / trackers[0].source)


BACKENDS: Mapping[str, Opener] = {"excel": _excel}
"""The backends that need to know nothing of the workspace."""


class _Google:
    """Opens Google spreadsheets over one line to Google, which is made when the first one is opened."""

    def __init__(self, settings: GoogleSettings, environ: Mapping[str, str]) -> None:
        self._settings, self._environ = settings, environ
        self._transport: Transport | None = None
        self._connections: dict[str, Connection] = {}

    def __call__(self, folder: Path, trackers: Sequence[TrackerSpec]) -> Spreadsheet:
        from .google.connection import Connection
        from .google.remembered import Remembered
        from .google.spreadsheet import GoogleSpreadsheet, Options
        from .google.transport import open_transport

        if self._transport is None:
            self._transport = open_transport(self._settings, folder, self._environ)
        source = trackers[0].source
        connection = self._connections.setdefault(source, Connection(self._transport, source))
        self._transport.names.setdefault(source, trackers[0].name)
        options = Options.of(self._settings, trackers)
        return GoogleSpreadsheet(connection, trackers, Remembered.load(folder, source), options)

    def close(self) -> None:
        """Let go of the line; the next spreadsheet that is opened makes another."""
        if self._transport is not None:
            self._transport.close()
        self._transport, self._connections = None, {}


def backends(settings: GoogleSettings, environ: Mapping[str, str]) -> Mapping[str, Opener]:
    """Return every backend there is, Google's as the config and the environment say it is reached."""
    return {**BACKENDS, "google": _Google(settings, environ)}


def close(backends: Mapping[str, Opener]) -> None:
    """Let go of what the backends keep open between spreadsheets."""
    for backend in backends.values():
        if isinstance(backend, _Google):
            backend.close()


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
