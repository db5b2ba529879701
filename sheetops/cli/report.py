"""The commands that make reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from .measures import of_a_measure
from .running import FOLDER, JSON, carry_out, inside

TO = click.option(
    "--to", type=click.Path(path_type=Path), metavar="FILE",
    help="Write it to FILE: .md, .html, .docx or .xlsx; a workbook of the workspace gets a tab. Default: Markdown on the screen.",
)  # fmt: skip
REPLACE = click.option("--replace", is_flag=True, help="Write over FILE if it is there already.")


@click.group()
def report() -> None:
    """Write what people read: the weekly update, the case library, evidence, problems, insights, meeting notes.

    The same dataset and the same week make the same bytes, whenever and however often it is run.
    """


@report.command()
@click.option("--week", metavar="WEEK", help="Such as 2026-W47; default: the last week that is over.")
@TO
@REPLACE
@FOLDER
@JSON
def weekly(week: str | None, to: Path | None, folder: Path, *, replace: bool, as_json: bool) -> None:
    """Write the weekly update: every figure with last week's, and whether it is outside its normal range."""
    from .. import report_verbs

    carry_out(
        "report weekly",
        inside(folder, lambda ws: report_verbs.weekly(ws, week, to, replace=replace)),
        as_json=as_json,
    )


@report.command()
@TO
@REPLACE
@FOLDER
@JSON
def cases(to: Path | None, folder: Path, *, replace: bool, as_json: bool) -> None:
    """Write the case library: cases by scenario, what was decided, how often wrongly. Personal data is masked."""
    from .. import report_verbs

    carry_out(
        "report cases",
        inside(folder, lambda ws: report_verbs.case_library(ws, to, replace=replace)),
        as_json=as_json,
    )


@report.command()
@click.argument("key")
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="FILE", help="The .zip; default: KEY.zip, here."
)
@REPLACE
@FOLDER
@JSON
def evidence(key: str, to: Path | None, folder: Path, *, replace: bool, as_json: bool) -> None:
    """Pack all that is known of the record KEY into a zip: snapshot, timeline, policy, SLA clocks, appeals, manifest.

    Nothing in it is masked or cut. `sheetops verify` tells whether a package is as it was made.
    """
    from .. import report_verbs

    carry_out(
        "report evidence",
        inside(folder, lambda ws: report_verbs.evidence(ws, key, to, replace=replace)),
        as_json=as_json,
    )


@report.command()
@TO
@REPLACE
@FOLDER
@JSON
def problems(to: Path | None, folder: Path, *, replace: bool, as_json: bool) -> None:
    """State the problems that feedback tells of more than once: who, what, where, how often, with the evidence."""
    from .. import report_verbs

    carry_out(
        "report problems",
        inside(folder, lambda ws: report_verbs.problems(ws, to, replace=replace)),
        as_json=as_json,
    )


@report.command()
@TO
@REPLACE
@FOLDER
@JSON
def insights(to: Path | None, folder: Path, *, replace: bool, as_json: bool) -> None:
    """Say what patterns, misjudgements and feedback come to, and who could do what about it."""
    from .. import report_verbs

    carry_out(
        "report insights",
        inside(folder, lambda ws: report_verbs.insights(ws, to, replace=replace)),
        as_json=as_json,
    )


@report.command()
@click.option(
    "--meeting",
    "key",
    default="",
    metavar="KEY",
    help="Write the agenda into this meeting, or take notes of it.",
)
@click.option(
    "--take", type=click.Path(path_type=Path), metavar="NOTES",
    help="Take the lines 'Decision: ...' and 'Action: ... (owner, due DATE)' of a text file into the log.",
)  # fmt: skip
@TO
@REPLACE
@FOLDER
@JSON
def meeting(
    key: str, take: Path | None, to: Path | None, folder: Path, *, replace: bool, as_json: bool
) -> None:
    """Write the agenda from what is open; with --meeting or --take, write to the log, in a run that can be undone."""
    from .. import meeting_verbs

    if take is not None and to is not None:
        raise click.UsageError("--take reads notes and writes no report: leave out --to.")
    carry_out(
        "report meeting",
        inside(folder, lambda ws: meeting_verbs.meeting(ws, to, key=key, take=take, replace=replace)),
        as_json=as_json,
    )


@report.command()
@of_a_measure
@TO
@REPLACE
@FOLDER
@JSON
def effect(
    table: str,
    since: datetime,
    when: str,
    to: Path | None,
    folder: Path,
    *,
    replace: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Did a measure work? The counts of TABLE before and after it, as a report with a chart."""
    from .. import measuring, report_verbs

    asked = measuring.Measure(since.date(), when, **options)
    carry_out(
        "report effect",
        inside(folder, lambda ws: report_verbs.effect(ws, table, asked, to, replace=replace)),
        as_json=as_json,
    )


@report.command()
@click.argument("incident")
@click.option(
    "--record",
    is_flag=True,
    help="Also write its summary to the table of case studies, in a run that can be undone.",
)
@click.option("--link", default="", metavar="URL", help="With --record: where the study can be read.")
@TO
@REPLACE
@FOLDER
@JSON
def study(
    incident: str, to: Path | None, link: str, folder: Path, *, record: bool, replace: bool, as_json: bool
) -> None:
    """Study the INCIDENT of a signal or of counts: what, when, how large, what explains it, what else changed, what next.

    Changes at the same time are graded, with what speaks for and against each; none is said to be the cause.
    """
    from .. import study_verbs

    carry_out(
        "report study",
        inside(
            folder, lambda ws: study_verbs.study(ws, incident, to, record=record, link=link, replace=replace)
        ),
        as_json=as_json,
    )


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
@JSON
def verify(package: Path, *, as_json: bool) -> None:
    """Check the evidence PACKAGE against its manifest. Ends with 1 when something differs."""
    from .. import report_verbs

    carry_out("verify", lambda: report_verbs.verify(package), as_json=as_json)
