"""The commands about computed columns."""

from __future__ import annotations

from pathlib import Path

import click

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
