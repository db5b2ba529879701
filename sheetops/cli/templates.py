"""The commands about templates: which there are, and adding a piece to a workspace."""

from __future__ import annotations

import os
from pathlib import Path

import click

from .running import FOLDER, JSON, carry_out


@click.group()
def template() -> None:
    """List ready trackers, and add one to a workspace."""


@template.command("list")
@JSON
def template_list(*, as_json: bool) -> None:
    """List templates of whole workspaces, and the pieces that they are made of."""
    from .. import setting_up

    carry_out("template list", setting_up.template_list, as_json=as_json)


@template.command("add")
@click.argument("piece")
@click.option("--google", is_flag=True, help="Make new Google spreadsheets in place of workbooks.")
@click.option("--into", metavar="LINK", help="Make its tabs in this Google spreadsheet.")
@FOLDER
@JSON
def template_add(piece: str, folder: Path, *, google: bool, into: str | None, as_json: bool) -> None:
    """Add PIECE, and the pieces that it needs, to a workspace: tables, trackers, clocks and workbooks.

    Its part is appended to sheetops.toml; what stands there stays as it is, byte for byte.
    """
    from .. import setting_up

    carry_out(
        "template add",
        lambda: setting_up.template_add(folder, piece, os.environ, google=google, into=into),
        as_json=as_json,
    )
