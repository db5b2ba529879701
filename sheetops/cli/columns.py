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
