"""The verb `import`: a file from elsewhere into a table, shown first, remembered, and undone like any run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .import_job import ImportJob, Wishes, aligned, clock, load_mapping, open_job
from .importing.headers import Headers
from .importing.intake import INTAKE, OPEN, UNREADABLE, intake_table
from .importing.plan import ImportPlan
from .importing.rows import FileRows
from .importing.words import counts_words, plan_lines
from .model.errors import ConfigError, FileUnreadable, GuardStopped, UnknownName
from .model.record import Record
from .model.schema import Table
from .outcome import Outcome
from .words import count
from .workspace import IMPORTS

if TYPE_CHECKING:
    from .library import Workspace

Ask = Callable[[Sequence[str], str], bool]
"""Asked with what has been found so far, as lines, and a question; returns whether the person said yes."""

JSON_MOST = 1000
"""How much of each list `--json` gives."""


def import_file(ws: Workspace, path: Path, into: str, wishes: Wishes, ask: Ask | None = None) -> Outcome:
    """Import a file into a table. Without `yes`, and where `ask` gets no yes, only say what it would do.

    Raise FileUnreadable for a file that is no table, ConfigError for a mistake in its mapping, GuardStopped where most of
    its rows cannot be taken; nothing is written then.
    """
    table = _table(ws, into)
    job = open_job(ws, path, table, wishes)
    if wishes.draft:
        job.save_mapping()
        return Outcome("import", [f"Wrote {job.where}.", "Read it, change what you like, then run the import again."],
                       {"mapping": job.where, "written": [job.where]})  # fmt: skip
    plan = job.plan()
    lines = [*job.lines(plan), *plan_lines(plan, table, everything=wishes.everything)]
    if ask is not None and not wishes.yes:
        if (sure := job.sure(plan)) and ask(
            lines, f"Take the {count(sure, 'proposal')} that are called sure?"
        ):
            job.confirm(plan)
            plan = job.plan()
            lines = [*job.lines(plan), *plan_lines(plan, table, everything=wishes.everything)]
        elif sure:
            lines = []  # they have been shown
        if not plan.stopped:
            if ask(lines, "Import?"):
                return _carry_out(job, plan, [])
            lines = []
    if plan.stopped and wishes.yes:
        raise ImportStopped(plan)
    if plan.stopped:
        lines += [
            "",
            *(f"Stopped: {trip.message} {trip.next_step}" for trip in plan.guards),
            "Nothing has been written.",
        ]
        return Outcome("import", lines, {"run": None, "mapping": job.where, **plan.to_json(JSON_MOST)}, 4)
    if not wishes.yes:
        lines += [
            *([""] if lines else []),
            f"Nothing has been written. To do it, with nothing that is not certain: add --yes. To edit {job.where} first: add --draft.",
        ]
        return Outcome("import", lines, {"run": None, "mapping": job.where, **plan.to_json(JSON_MOST)})
    return _carry_out(job, plan, lines)


class ImportStopped(GuardStopped):
    """A guard stopped an import; `plan` is what it would have done."""

    def __init__(self, plan: ImportPlan) -> None:
        self.plan = plan
        said = " ".join(trip.message for trip in plan.guards)
        super().__init__(
            said, not_done="Nothing was written.", next_step=" ".join(trip.next_step for trip in plan.guards)
        )


def _table(ws: Workspace, into: str) -> Table:
    """Return the table that is imported into, and see that there is an intake."""
    table = ws.schema.table(into)
    if table.name == INTAKE:
        raise UnknownName(
            "Nothing is imported into the intake itself.",
            next_step="To try its rows again: sheetops import --retry",
        )
    ws.keep(intake_table())
    lacks = [
        field.name for field in intake_table().fields if field.name not in ws.schema.tables[INTAKE].by_name
    ]
    if lacks:
        raise ConfigError(
            f"sheetops.toml has a table '{INTAKE}' of its own, without {', '.join(lacks[:4])}: the intake of imports needs the name.",
            next_step="Give your table another name.",
        )
    return table


# --- carrying out -------------------------------------------------------------------------------------


def _carry_out(job: ImportJob, plan: ImportPlan, lines: list[str]) -> Outcome:
    """Write the mapping, then all of the import in one transaction. Nothing is done where nothing would change."""
    job.save_mapping(plan)
    said = counts_words(plan.counts)
    if not plan.changes:
        lines = [*lines, "", f"Nothing to do: {said}."]
        return Outcome(
            "import", lines, {"run": None, "mapping": job.where, **plan.to_json(JSON_MOST)}, _exit(plan)
        )

    def work(head: int) -> tuple[Sequence[Any], Mapping[str, int], str]:
        nonlocal plan
        if head != plan.seq:  # somebody worked while the question stood there
            plan = job.plan()
            if plan.stopped:
                raise ImportStopped(plan)
        counts = {f"rows_{name}": number for name, number in plan.counts.items()}
        return plan.changes, {**counts, "cells_updated": plan.cells}, f"{counts_words(plan.counts)}."

    run = job.ws.commit(f"import {job.mapping.name}", work)
    lines += [
        "",
        f"Run {run.id}: {run.outcome}",
        f"Undo: sheetops undo {run.id}",
        "Into the trackers: sheetops sync",
    ]
    if plan.counts["intake"]:
        lines.append(
            "The intake: sheetops sql \"SELECT intake_id, row, reason FROM intake WHERE state = 'open'\""
        )
    data = {"run": run.id, "undo": f"sheetops undo {run.id}", "mapping": job.where, **plan.to_json(JSON_MOST)}
    return Outcome("import", lines, data, _exit(plan))


def _exit(plan: ImportPlan) -> int:
    """Return 3 where something waits for a person: rows in the intake, cells that were kept."""
    return 3 if plan.counts["intake"] or plan.kept else 0


# --- once more ----------------------------------------------------------------------------------------


def retry(ws: Workspace, wishes: Wishes, ask: Ask | None = None) -> Outcome:
    """Try the open rows of the intake again: after a mapping was mended, or a row was corrected in the intake itself."""
    ws.keep(intake_table())
    records = ws.store.records(INTAKE) if ws.has_dataset else {}
    lines: list[str] = []
    done: list[dict[str, Any]] = []
    code = 0
    for (origin, into, file), rows in _waiting(records).items():
        job = _again(ws, origin, ws.schema.table(into), file, rows, wishes)
        plan = job.plan()
        lines += [
            *([""] if lines else []),
            f"{file}, by {job.where}: {count(len(rows), 'row')} of the intake tried again",
        ]
        shown = plan_lines(plan, job.table, everything=wishes.everything)
        if not wishes.yes and (ask is None or not ask([*lines, *shown], "Import?")):
            lines += [*shown, "", "Nothing has been written. To do it, add --yes."]
            done.append({"run": None, **plan.to_json(JSON_MOST)})
            continue
        outcome = _carry_out(job, plan, shown)
        lines += outcome.lines
        done.append(dict(outcome.data))
        code = max(code, outcome.exit_code)
    lines = lines or ["Nothing waits in the intake."]
    return Outcome("import", lines, {"retried": done}, code)


def _waiting(
    records: Mapping[str, Record],
) -> dict[tuple[str, str, str], list[tuple[str, Mapping[str, Any]]]]:
    """Return the open rows of the intake by import, table and file."""
    found: dict[tuple[str, str, str], list[tuple[str, Mapping[str, Any]]]] = {}
    for key, record in records.items():
        values = record.values
        if not record.archived and values["kind"] == UNREADABLE and (values["state"] or OPEN) == OPEN:
            found.setdefault((values["origin"], values["into_table"], values["file"]), []).append(
                (key, values)
            )
    return found


def _again(
    ws: Workspace,
    origin: str,
    table: Table,
    file: str,
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    wishes: Wishes,
) -> ImportJob:
    home = wishes.map_file or ws.config.folder / IMPORTS / f"{origin}.toml"
    if not home.is_file():
        raise FileUnreadable(
            f"The mapping {home.name} that the rows of {file} came by is not there.",
            next_step="Put it back into the folder imports, or name it with --map.",
        )
    _, text, mapping = load_mapping(home, table, *clock(ws))
    raws, broken = [], {}
    for number, (_, values) in enumerate(rows):
        try:
            said = json.loads(values["raw"] or "")
        except ValueError:
            said = None
        if not isinstance(said, dict):
            said, broken[number] = {}, "what stands under 'The row' in the intake can no longer be read"
        raws.append(said)
    headers = tuple(
        dict.fromkeys([*mapping.columns, *(header for said in raws for header in said if header)])
    )
    cells = [[said.get(header) for header in headers] + list(said.get("", [])) for said in raws]
    numbers = [int(values["row"] or 0) for _, values in rows]
    read = FileRows(file, headers, cells, numbers, intake=[key for key, _ in rows], broken=broken)
    mapping = replace(aligned(mapping, read), name=origin)
    return ImportJob(ws, read, table, mapping, Headers(mapping.columns, (), ()), home, text, "", wishes.allow)
