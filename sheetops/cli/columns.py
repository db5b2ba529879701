"""The commands about computed columns."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from .measures import of_a_measure
from .running import FOLDER, JSON, carry_out, inside


@click.group()
def columns() -> None:
    """Look into computed columns: what there is, how often they would flag, whether a measure worked, who decides alike."""


@columns.command("list")
@FOLDER
@JSON
def list_them(folder: Path, *, as_json: bool) -> None:
    """List computed columns: what they need, what they say of too little, when they were computed, why one failed."""
    from .. import column_verbs

    carry_out("columns list", inside(folder, column_verbs.listed), as_json=as_json)


@columns.command()
@click.argument("table", required=False, default="")
@click.option(
    "--want",
    type=click.FloatRange(0, 200, min_open=True),
    default=2.0,
    show_default=True,
    help="So many flags of 1,000 points you would put up with: which line of sheetops.toml makes it so.",
)
@click.option(
    "--shuffles", type=click.IntRange(1, 100), default=5, show_default=True,
    help="How often cases are shuffled, to count patterns where there are none.",
)  # fmt: skip
@FOLDER
@JSON
def calibrate(table: str, want: float, shuffles: int, folder: Path, *, as_json: bool) -> None:
    """Count what each rate would have flagged on your own history, in TABLE or everywhere, and say how to choose one."""
    from .. import calibrating

    carry_out(
        "columns calibrate",
        inside(folder, lambda ws: calibrating.calibrate(ws, table, want, shuffles)),
        as_json=as_json,
    )


@columns.command()
@of_a_measure
@FOLDER
@JSON
def effect(table: str, since: datetime, when: str, folder: Path, *, as_json: bool, **options: Any) -> None:
    """Did a measure work? Say how the counts of TABLE changed since it began, against what they would have been."""
    from .. import measuring

    asked = measuring.Measure(since.date(), when, **options)
    carry_out(
        "columns effect", inside(folder, lambda ws: measuring.effect(ws, table, asked)), as_json=as_json
    )


@columns.command()
@click.argument("table")
@click.option("--reviewer", required=True, metavar="FIELD", help="Who decided.")
@click.option("--policy", required=True, metavar="FIELD", help="By which policy.")
@click.option(
    "--overturned",
    default="",
    metavar="CONDITION",
    help="When a decision was overturned; default: as [patterns.TABLE.outcomes] has it.",
)
@click.option(
    "--case", default="", metavar="FIELD", help="Which case a record is a review of, where one has several."
)
@click.option("--label", default="", metavar="FIELD", help="What the review decided.")
@click.option(
    "--least",
    type=click.IntRange(5),
    default=20,
    show_default=True,
    help="Reviews of a policy below which nobody is named.",
)
@FOLDER
@JSON
def reviewers(table: str, folder: Path, *, as_json: bool, **options: Any) -> None:
    """Do reviewers decide alike? Overturned decisions of TABLE, policy by policy, and agreement where a case was reviewed twice."""
    from .. import measuring

    asked = measuring.Reviews(**options)
    carry_out(
        "columns reviewers", inside(folder, lambda ws: measuring.reviewers(ws, table, asked)), as_json=as_json
    )
