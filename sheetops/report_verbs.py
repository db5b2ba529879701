"""The verbs of `sheetops report`: make a document out of the dataset, and write it as the file's ending says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .model.errors import TrackerNotWritten, UnknownName
from .model.nearest import did_you_mean
from .outcome import Outcome
from .whole import write_whole

if TYPE_CHECKING:
    from .library import Workspace
    from .reports.document import Document

FORMATS = ("md", "html", "docx", "xlsx")


def weekly(
    ws: Workspace, week: str | None = None, to: Path | None = None, *, replace: bool = False
) -> Outcome:
    """Make the weekly update of a week ("2026-W47"; default: the last one that is over)."""
    from .report_frames import facts
    from .reports.weekly import weekly as make
    from .reports.weeks import read_week

    check_target(ws, to)
    now = ws.now()
    asked = read_week(week, now, ws.config.timezone)
    closes = asked.end + ws.config.reports.closes
    found = facts(ws, min(asked.end, now), min(closes, now))
    return delivered(ws, "report weekly", make(found, asked, ws.config.name, closes), to, replace=replace)


def check_target(ws: Workspace, to: Path | None) -> None:
    """Raise UnknownName where a report cannot be written so, TrackerNotWritten where it would be written over a tracker."""
    if to is None:
        return
    kind = to.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UnknownName(
            f"'{to.name}' ends in none of {', '.join(f'.{one}' for one in FORMATS)}.{did_you_mean(kind, FORMATS)}",
            not_done="Nothing was written.", next_step=f"Try: --to {to.stem or 'report'}.html",
        )  # fmt: skip
    trackers = {
        (ws.config.folder / one.source).resolve()
        for one in ws.schema.trackers.values()
        if one.backend == "excel"
    }
    if to.resolve() in trackers:
        raise TrackerNotWritten(
            f"{to.name} is a tracker of this workspace.",
            not_done="Nothing was written.",
            next_step=f"Name another file: --to 'report {to.name}'",
        )


def delivered(
    ws: Workspace, command: str, document: Document, to: Path | None, *, replace: bool = False
) -> Outcome:
    """Return a document as an outcome: written to a file, or in Markdown for the terminal."""
    from .reports.rendering.markdown import markdown

    data = {**document.to_json(), "file": str(to) if to else None}
    if to is None:
        return Outcome(command, markdown(document).rstrip("\n").split("\n"), data)
    said = put(to, rendered(document, to.suffix.lower()[1:]), replace=replace)
    left = [f"Left out: {one}" for one in document.left_out]
    return Outcome(command, [f"{said} {document.title}, as of {_time(document.as_of)}.", *left], data)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def rendered(document: Document, kind: str) -> bytes:
    """Return a document as the bytes of a file. Raise UnknownName where a package for it is not installed."""
    if kind == "md":
        from .reports.rendering.markdown import markdown

        return markdown(document).encode()
    if kind == "html":
        from .reports.rendering.html import html

        return html(document).encode()
    if kind == "docx":
        from .reports.rendering.docx import docx

        return docx(document)
    from .reports.rendering.xlsx import xlsx

    return xlsx(document)


def put(to: Path, made: bytes, *, replace: bool) -> str:
    """Write a file whole and say so. Raise TrackerNotWritten where another one is in its place."""
    there = to.read_bytes() if to.is_file() else None
    if there == made:
        return f"{to} says so already:"
    if (there is not None and not replace) or to.is_dir():
        raise TrackerNotWritten(
            f"{to} is there already, and says something else.", not_done="Nothing was written.",
            next_step="Name another file, or add --replace to write over it.",
        )  # fmt: skip
    write_whole(to, lambda part: part.write_bytes(made))
    return f"Wrote {to}:"
