"""The commands about SLA goals."""

from __future__ import annotations

from pathlib import Path

import click

from .running import FOLDER, JSON, carry_out, inside

_TABLE = click.option("--table", default="", help="The table, where several have goals.")


@click.group()
def sla() -> None:
    """Look into SLA goals: what is wrong, what a change would flip, who had the cases for how long."""


@sla.command()
@_TABLE
@FOLDER
@JSON
def check(table: str, folder: Path, *, as_json: bool) -> None:
    """Say what looks wrong in policies, calendars and cases. Ends with 1 when a verdict is wrong or missing by it."""
    from .. import sla_verbs

    carry_out("sla check", inside(folder, lambda ws: sla_verbs.check(ws, table)), as_json=as_json)


@sla.command("what-if")
@click.option(
    "--set",
    "edits",
    multiple=True,
    metavar="POLICY.COLUMN=VALUE",
    help="A cell that would be otherwise; may be given several times.",
)
@_TABLE
@FOLDER
@JSON
def what_if(edits: tuple[str, ...], table: str, folder: Path, *, as_json: bool) -> None:
    """Say which cases would flip by policies that were edited and not synced yet, and by --set. Nothing is written."""
    from .. import sla_verbs

    carry_out("sla what-if", inside(folder, lambda ws: sla_verbs.what_if(ws, edits, table)), as_json=as_json)


@sla.command()
@click.argument("goal")
@click.option(
    "--percentile",
    type=click.FloatRange(1, 100),
    default=90.0,
    show_default=True,
    help="So many percent of the past would have kept it.",
)
@_TABLE
@FOLDER
@JSON
def propose(goal: str, percentile: float, table: str, folder: Path, *, as_json: bool) -> None:
    """Propose a target for GOAL from the history."""
    from .. import sla_verbs

    carry_out(
        "sla propose",
        inside(folder, lambda ws: sla_verbs.propose(ws, goal, percentile, table)),
        as_json=as_json,
    )


@sla.command()
@click.option(
    "--by",
    type=click.Choice(["owner", "team", "status"]),
    default="owner",
    show_default=True,
    help="What to add up by.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Also write a workbook with a tab for each view, and one for each case.",
)
@_TABLE
@FOLDER
@JSON
def time(by: str, out: Path | None, table: str, folder: Path, *, as_json: bool) -> None:
    """Say who had the cases for how long, and how often they went back and forth."""
    from .. import sla_verbs

    carry_out("sla time", inside(folder, lambda ws: sla_verbs.time(ws, by, out, table)), as_json=as_json)


@sla.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write them as a workbook, for a tracker of policies."
)
@JSON
def policies(out: Path | None, *, as_json: bool) -> None:
    """List the goals that sheetops ships, with their sources."""
    from .. import sla_verbs

    carry_out("sla policies", lambda: sla_verbs.policies(out), as_json=as_json)
