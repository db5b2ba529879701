"""The verbs of `sheetops report`: make a document out of the dataset, and write it as the file's ending says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .environment import collector_paused
from .model.errors import TrackerNotWritten, UnknownName
from .model.nearest import did_you_mean
from .outcome import Outcome
from .whole import write_whole
from .words import count

if TYPE_CHECKING:
    from .library import Workspace
    from .measuring import Measure
    from .reports.document import Document
    from .reports.facts import Facts

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
    with collector_paused():
        document = make(facts(ws, min(asked.end, now), min(closes, now)), asked, ws.config.name, closes)
    return delivered(ws, "report weekly", document, to, replace=replace)


def case_library(ws: Workspace, to: Path | None = None, *, replace: bool = False) -> Outcome:
    """Make the case library: cases by scenario, personal data masked."""
    from .reports.case_library import case_library as make

    return _now(
        ws,
        "report cases",
        ("cases", "appeals", "patterns", "playbooks", "policies"),
        make,
        to,
        replace=replace,
    )


def problems(ws: Workspace, to: Path | None = None, *, replace: bool = False) -> Outcome:
    """State the problems that feedback tells of more than once."""
    from .reports.problems import problem_statements as make

    return _now(ws, "report problems", ("feedback", "problems", "policies"), make, to, replace=replace)


def insights(ws: Workspace, to: Path | None = None, *, replace: bool = False) -> Outcome:
    """Say what patterns, misjudgements and feedback of now come to, and who could do what about it."""
    from .reports.insights import insights as make
    from .reports.weeks import week_of

    def made(found: Facts, name: str) -> Document:
        return make(found, week_of(found.as_of, found.timezone).after(-1), name)

    roles = ("cases", "appeals", "patterns", "playbooks", "policies", "feedback")
    return _now(ws, "report insights", roles, made, to, replace=replace)


def _now(
    ws: Workspace,
    command: str,
    roles: Collection[str],
    make: Callable[[Facts, str], Document],
    to: Path | None,
    *,
    replace: bool,
) -> Outcome:
    """Make a report of what the dataset says now: as of the last change in it, so that making it twice is making it once."""
    from .report_frames import facts
    from .reports.facts import LeftOut

    check_target(ws, to)
    moment = ws.store.last_recorded() or ws.now()
    try:
        document = make(facts(ws, moment, moment, long=True, roles=roles, sla=False), ws.config.name)
    except LeftOut as why:
        raise UnknownName(
            f"There is nothing to report: {str(why).removesuffix(': left out')}.",
            not_done="Nothing was written.",
            next_step="Which tables and fields reports look for, and how to name others: docs/reports.md.",
        ) from None
    return delivered(ws, command, document, to, replace=replace)


def effect(
    ws: Workspace, table: str, asked: Measure, to: Path | None = None, *, replace: bool = False
) -> Outcome:
    """Say whether a measure worked, as a document."""
    from .columns.anomalies.effects.trust import trust_words
    from .measuring import measured
    from .reports.effect_report import effect_report

    check_target(ws, to)
    counted, found, headline = measured(ws, table, asked)
    told = (table, asked.since, asked.every)
    moment = ws.store.last_recorded() or ws.now()
    document = effect_report(found, counted, headline, trust_words(found) or "", told, ws.config.name, moment)
    return delivered(ws, "report effect", document, to, replace=replace)


def evidence(ws: Workspace, key: str, to: Path | None = None, *, replace: bool = False) -> Outcome:
    """Pack all that is known of a record into a zip with a manifest."""
    from .evidence_reading import gather
    from .reports.evidence import package

    out = to or Path(f"{_file_name(key)}.zip")
    if out.suffix.lower() != ".zip":
        raise UnknownName(
            f"'{out.name}' is no zip file.",
            not_done="Nothing was written.",
            next_step=f"Try: --to {out.stem or 'evidence'}.zip",
        )
    found = gather(ws, key)
    made = package(found)
    said = put(out, made, replace=replace)
    digest = hashlib.sha256(made).hexdigest()
    about = sum(map(len, found.linked.values()))
    lines = [
        f"{said} evidence of {key}, as of {_time(found.as_of)}: {len(found.timeline):,} changes, {count(about, 'linked record')}, {count(len(found.attachments), 'link')}.",
        f"SHA-256 of the package: {digest}",
        *(f"Missing: {note}" for note in found.notes),
        f"To check it: sheetops verify {out}",
    ]
    data = {
        "file": str(out),
        "sha256": digest,
        "record": key,
        "as_of": found.as_of.isoformat(),
        "missing": list(found.notes),
    }
    return Outcome("report evidence", lines, data)


def _file_name(key: str) -> str:
    """Return a key as a file may be called."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in key).strip(".") or "evidence"


def verify(path: Path) -> Outcome:
    """Say whether an evidence package is as it was made; exit code 1 where it is not."""
    from .reports.evidence import check

    try:
        made = path.read_bytes()
    except OSError as error:
        raise UnknownName(f"{path} cannot be read: {error.strerror or error}.", not_done="") from None
    found = check(made)
    digest = hashlib.sha256(made).hexdigest()
    data = {
        "file": str(path),
        "sha256": digest,
        "manifest": dict(found.manifest),
        "differences": list(found.differences),
    }
    if found.differences:
        lines = [f"{path.name} is not as it was made:", *(f"  {one}" for one in found.differences)]
        return Outcome("verify", lines, data, 1)
    about = found.manifest
    lines = [
        f"{path.name} is as its manifest says: {len(about['files']):,} files of {about['record']} ({about['table']}), as of {about['as_of']}.",
        f"SHA-256 of the package: {digest}",
        "The manifest itself could be another: compare this with the SHA-256 that was noted when the package was made.",
    ]
    return Outcome("verify", lines, data)


def check_target(ws: Workspace, to: Path | None) -> None:
    """Raise UnknownName where a report cannot be written so."""
    if to is None:
        return
    if is_tracker(ws, to):
        return
    kind = to.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UnknownName(
            f"'{to.name}' ends in none of {', '.join(f'.{one}' for one in FORMATS)}.{did_you_mean(kind, FORMATS)}",
            not_done="Nothing was written.", next_step=f"Try: --to {to.stem or 'report'}.html",
        )  # fmt: skip


def is_tracker(ws: Workspace, to: Path) -> bool:
    """Return whether a file is a workbook of this workspace, which is never written over: it gets a tab."""
    books = [one.source for one in ws.schema.trackers.values() if one.backend == "excel"]
    return to.resolve() in {(ws.config.folder / one).resolve() for one in books}


def delivered(
    ws: Workspace, command: str, document: Document, to: Path | None, *, replace: bool = False
) -> Outcome:
    """Return a document as an outcome: written to a file, or in Markdown for the terminal."""
    from .reports.rendering.markdown import markdown

    data = {**document.to_json(), "file": str(to) if to else None}
    if to is None:
        return Outcome(command, markdown(document).rstrip("\n").split("\n"), data)
    if is_tracker(ws, to):
        said = put_tab(ws, to, document)
    else:
        said = put(to, rendered(document, to.suffix.lower()[1:]), replace=replace)
    left = [f"Left out: {one}" for one in document.left_out]
    return Outcome(command, [f"{said} {document.title}, as of {_time(document.as_of)}.", *left], data)


def put_tab(ws: Workspace, to: Path, document: Document) -> str:
    """Put a document into a workbook of the workspace, as a tab of its own; everything else in it stays byte for byte.

    Raise TrackerBusy while somebody has it open, TrackerNotWritten where a tab of that name is somebody else's.
    """
    from .reports.rendering.sheet_tab import MARK, tab_content, tab_name
    from .trackers.excel_tab import put_whole_tab

    name = tab_name(document)
    with ws.store.lock(f"sheetops report {document.name}"):
        written = put_whole_tab(to, name, tab_content(document), MARK, ws.config.folder)
    return (
        f"Put on the tab '{name}' of {to.name}:"
        if written
        else f"The tab '{name}' of {to.name} says so already:"
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def rendered(document: Document, kind: str) -> bytes:
    """Return a document as the bytes of a file. Raise UnknownName where a package for it is not installed."""
    from .reports.direction import readable

    document = readable(document)
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
