"""The verb `tracker format`: what makes trackers in Google Sheets pleasant and safe to type into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from .actions import Outcome
from .model.errors import SheetopsError
from .model.schema import TrackerSpec
from .words import count

if TYPE_CHECKING:
    from .library import Workspace


def tracker_format(ws: Workspace, names: Sequence[str], environ: Mapping[str, str]) -> Outcome:
    """Set formats, drop-downs, notes and protection on Google trackers, by default on all. No value changes."""
    wanted = [ws.schema.tracker(name) for name in names] or list(ws.schema.trackers.values())
    lines = [_needs_none(spec) for spec in wanted if spec.backend != "google" and names]
    books: dict[str, list[TrackerSpec]] = {}
    for spec in wanted:
        if spec.backend == "google":
            books.setdefault(spec.source, []).append(spec)
    if not books:
        lines = lines or ["There is no tracker in Google Sheets; workbooks need no formatting."]
        return Outcome("tracker format", lines, {"trackers": []})
    said, failed = _format_books(ws, books, environ)
    if failed and not said:
        raise failed[0]
    lines += [line for one in said for line in _format_lines(one)]
    lines += [f"Not formatted: {error}" for error in failed]
    return Outcome("tracker format", lines, {"trackers": said}, failed[0].exit_code if failed else 0)


def _needs_none(spec: TrackerSpec) -> str:
    return f"{spec.id} ({spec.name}) is no Google Sheet, so it needs no formatting."


def _format_books(
    ws: Workspace, books: Mapping[str, Sequence[TrackerSpec]], environ: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[SheetopsError]]:
    """Format each spreadsheet; one that cannot be is no reason to leave the others out."""
    from .trackers.google.apply_format import format_trackers
    from .trackers.google.connection import Connection
    from .trackers.google.remembered import Remembered
    from .trackers.google.transport import open_transport

    said: list[dict[str, Any]] = []
    failed: list[SheetopsError] = []
    with closing(open_transport(ws.config.google, ws.config.folder, environ)) as google:
        for source, specs in books.items():
            google.names.setdefault(source, specs[0].name)
            remembered = Remembered.load(ws.config.folder, source)
            try:
                pairs = [(spec, ws.schema.table_of(spec)) for spec in specs]
                done = format_trackers(Connection(google, source), pairs, remembered)
            except SheetopsError as error:
                failed.append(error)
                continue
            said += [
                {"tracker": spec.id, "name": spec.name, "tab": spec.tab, **done[spec.id].to_json()}
                for spec in specs
            ]
    return said, failed


def _format_lines(said: Mapping[str, Any]) -> Iterator[str]:
    columns = count(len(said["columns"]), "column")
    yield f"Formatted {said['name']}, tab '{said['tab']}': {columns}. No value was changed."
    if said["drop_downs"]:
        yield f"  Drop-downs: {', '.join(said['drop_downs'])}."
    if said["owned"]:
        yield f"  Only sheetops and the file's owner can type into: {', '.join(said['owned'])}."
    yield from (f"  {remark}" for remark in said["remarks"])
