"""The commands that make reports."""

from __future__ import annotations

from pathlib import Path

import click

from .running import FOLDER, JSON, carry_out, inside

TO = click.option(
    "--to", type=click.Path(path_type=Path), metavar="FILE",
    help="Write it to FILE: .md, .html, .docx or .xlsx. Default: Markdown on the screen.",
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
