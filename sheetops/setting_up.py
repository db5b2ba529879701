"""The verbs around a workspace: begin one, log in, export a table, check that all is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .actions import Outcome
from .model.errors import SheetopsError, UnknownName
from .model.nearest import did_you_mean
from .whole import AS_TEXT, write_whole
from .words import count
from .workspace import CONFIG_NAME

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .library import Workspace


def init(folder: Path, template: str) -> Outcome:
    """Begin a workspace from a template: its sheetops.toml and its workbooks."""
    from .templates import init_workspace

    written = init_workspace(folder, template)
    lines = [
        *(f"Wrote {path}" for path in written),
        "",
        "Open the workbooks, type, save; then: sheetops plan",
    ]
    if folder.resolve() != Path.cwd():
        lines[-1] = f"Open the workbooks, type, save; then: cd {folder} && sheetops plan"
    return Outcome("init", lines, {"written": [str(path) for path in written]})


def init_example(folder: Path, template: str, *, now: datetime | None = None) -> Outcome:
    """Begin a workspace with its example in it, up to `now` (aware; default: this moment)."""
    from .demo.governance_workspace import TEMPLATE, begin_with_example

    if template != TEMPLATE:
        raise UnknownName(
            f"The template {template} has no example.", not_done="Nothing was written.",
            next_step=f"Run: sheetops init --template {TEMPLATE} --example",
        )  # fmt: skip
    written, done = begin_with_example(folder, now or datetime.now(UTC))
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    outcome = done.run.outcome if done.run is not None else ""
    lines = [
        f"Wrote {count(len(written) - 1, 'workbook')} and sheetops.toml to {folder.resolve()}, with the example in them.",
        f"{outcome}",
        "",
        f"Read the week:      {there}sheetops report weekly --to week.html",
        f"See what recurs:    {there}sheetops export patterns patterns.csv",
        f"Ask why of a flag:  {there}sheetops explain INC-0001 anomaly",
    ]
    return Outcome("init", lines, {"written": [str(path) for path in written], "example": True})


def templates() -> Outcome:
    """List the templates a workspace can begin from, and the pieces that they are made of."""
    return Outcome("init", *_listed())


def template_list() -> Outcome:
    """List the templates and pieces."""
    return Outcome("template list", *_listed())


def _listed() -> tuple[list[str], dict[str, Any]]:
    from .templates import list_pieces, list_templates

    found, pieces = list_templates(), list_pieces()
    width = max(len(one.name) for one in (*found, *pieces))
    lines = ["Whole workspaces, for: sheetops init TEMPLATE", ""]
    lines += [f"  {one.name:{width}}  {one.about}" for one in found]
    lines += ["", "Pieces, for: sheetops template add PIECE (or sheetops init PIECE)", ""]
    for one in pieces:
        needs = f" (needs {', '.join(one.pieces[:-1])})" if one.pieces[1:] else ""
        lines.append(f"  {one.name:{width}}  {one.about.partition(': ')[2] or one.about}{needs}")
    data = {
        "templates": [{"name": one.name, "about": one.about} for one in found],
        "pieces": [{"name": one.name, "about": one.about, "needs": list(one.pieces[:-1])} for one in pieces],
    }
    return lines, data


def template_add(
    folder: Path, piece: str, environ: Mapping[str, str], *, google: bool = False, into: str | None = None
) -> Outcome:
    """Add a piece, and those that it needs, to a workspace that is there."""
    from .pieces import add_piece

    done = add_piece(folder, piece, google=google, into=into, environ=environ)
    lines = [f"Added to {done.config}: {', '.join(done.pieces)}"]
    lines += [f"Wrote {path}" for path in done.files]
    lines += [
        f"{'Tabs in' if into else 'Made'} {title}: {link}" for title, link in dict(done.spreadsheets).items()
    ]
    if done.not_formatted:
        lines += [f"Not formatted: {done.not_formatted}", "To do it: sheetops tracker format"]
    lines += ["", "Everything that stood in sheetops.toml is as it was. Next: sheetops plan"]
    data = {
        "pieces": list(done.pieces),
        "config": str(done.config),
        "written": [str(path) for path in done.files],
        "spreadsheets": dict(done.spreadsheets),
    }
    return Outcome("template add", lines, data, done.not_formatted.exit_code if done.not_formatted else 0)


def _to_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _to_parquet(frame: pd.DataFrame, path: Path) -> None:
    try:
        import pyarrow  # type: ignore[import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        raise UnknownName(
            "Parquet needs the package pyarrow, which is not installed.",
            next_step='Run: pip install "sheetops[parquet]"',
        ) from None
    frame.to_parquet(path, index=False)


def _to_xlsx(frame: pd.DataFrame, path: Path) -> None:
    """Write a workbook; text that looks like a formula stays text, instants become UTC wall time."""
    import pandas as pd

    plain = frame.copy()
    for name in plain.columns:
        if isinstance(plain[name].dtype, pd.DatetimeTZDtype):
            plain[name] = plain[name].dt.tz_localize(None)
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=AS_TEXT) as writer:
        plain.to_excel(writer, index=False, freeze_panes=(1, 0))


FORMATS: dict[str, Callable[[Any, Path], None]] = {"csv": _to_csv, "parquet": _to_parquet, "xlsx": _to_xlsx}


def export(ws: Workspace, table: str, out: Path) -> Outcome:
    """Write a table's active records to a .csv, .parquet or .xlsx file, chosen by its ending."""
    kind = out.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UnknownName(
            f"'{out.name}' ends in none of {', '.join(f'.{name}' for name in FORMATS)}.{did_you_mean(kind, FORMATS)}",
            next_step=f"Try: sheetops export {table} {out.stem or table}.csv",
        )
    frame = ws.table(table).to_pandas()
    write_whole(out, lambda part: FORMATS[kind](frame, part))
    lines = [f"Wrote {len(frame):,} records of {table} to {out}."]
    return Outcome("export", lines, {"table": table, "records": len(frame), "file": str(out)})


def google_login(
    client_secret: Path, out: Path | None, environ: Mapping[str, str], *, drive_version: bool = False
) -> Outcome:
    """Log a person in to Google Sheets, and say what to write into sheetops.toml."""
    from .trackers.google.login import login, login_file

    usual = login_file(environ)
    saved = login(client_secret, out or usual, drive_version=drive_version)
    named = "~/.config/sheetops/google.json" if saved == usual else saved.resolve().as_posix()
    lines = [
        f"Logged in. {saved} keeps the login; nobody else can read it.",
        "",
        "In sheetops.toml:",
        "  [google]",
        f'  credentials = "{named}"',
    ]
    return Outcome("google login", lines, {"saved": str(saved), "credentials": named})


def doctor(
    open_here: Callable[[], Workspace], environ: Mapping[str, str], *,
    more: Sequence[Callable[[Workspace], list[tuple[bool, str]]]] = (),
) -> Outcome:  # fmt: skip
    """Check config, dataset, journal and every tracker; say what is wrong and what to do about it.

    `more` are further checks, each of which returns (is it well, what to say).
    """
    found: list[tuple[bool, str]] = []
    try:
        ws = open_here()
    except SheetopsError as error:
        return Outcome("doctor", [f"  problem  {error}"], {"checks": [{"ok": False, "said": str(error)}]}, 1)
    with ws:
        there = f"{count(len(ws.schema.tables), 'table')}, {count(len(ws.schema.trackers), 'tracker')}"
        found.append((True, f"{CONFIG_NAME}: {there}, no mistake"))
        found += _check_dataset(ws)
        found += _check_google(ws, environ)
        found += _check_trackers(ws)
        for check in more:
            found += check(ws)
    lines = [f"  {'ok      ' if ok else 'problem '} {said}" for ok, said in found]
    bad = sum(not ok for ok, _ in found)
    lines += ["", "All is well." if not bad else f"{bad} {'problem' if bad == 1 else 'problems'}."]
    return Outcome(
        "doctor", lines, {"checks": [{"ok": ok, "said": said} for ok, said in found]}, 1 if bad else 0
    )


def _check_dataset(ws: Workspace) -> list[tuple[bool, str]]:
    try:
        problems = ws.store.verify()
    except SheetopsError as error:
        return [(False, str(error))]
    if problems:
        return [(False, f"dataset: {problem}") for problem in problems]
    entries = ws.store.head()
    return [(True, f"dataset: {entries:,} journal entries, hash chain whole, tables equal to their replay")]


_GOOGLE_PATIENCE = 20.0
"""Seconds that doctor goes on asking Google: somebody waits for it."""


def _check_google(ws: Workspace, environ: Mapping[str, str]) -> list[tuple[bool, str]]:
    """Say whom to share Google Sheets with, and which of the workspace's cannot be read, and why."""
    books = {spec.source: spec.name for spec in ws.schema.trackers.values() if spec.backend == "google"}
    if not books:
        return []
    from .trackers.google.transport import open_transport

    try:
        google = open_transport(ws.config.google, ws.config.folder, environ, deadline=_GOOGLE_PATIENCE)
    except SheetopsError as error:
        return [(False, f"Google: {error}")]
    from .trackers.google.problems import checks

    with closing(google):
        return checks(google, books)


def _check_trackers(ws: Workspace) -> list[tuple[bool, str]]:
    plan = ws.plan()
    found = [(False, said) for said in plan.busy]
    found += [(False, f"{trip.message} {trip.next_step}") for trip in plan.guards]
    read = {tracker.tracker: tracker for tracker in plan.trackers}
    for tracker in ws.schema.trackers.values():
        if tracker.id in read and not any(trip.tracker == tracker.id for trip in plan.guards):
            notes = read[tracker.id].notes
            found += [(False, note) for note in notes] or [(True, f"{tracker.name}: readable, changes wait")]
        elif not any(tracker.name in said for said in plan.busy) and tracker.id not in {
            t.tracker for t in plan.guards
        }:
            found.append((True, f"{tracker.name}: as the last sync left it"))
    return found
