"""The commands that make buttons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .running import FOLDER, JSON, carry_out

if TYPE_CHECKING:
    from ..actions import Outcome


@click.group()
def button() -> None:
    """Make a button that people press where they work."""


@button.command("google")
@click.option("--url", required=True, help="Where Google reaches `sheetops serve`: https://...")
@click.option(
    "--token", "name", required=True, metavar="NAME|ID", help="The button's token: sheetops token add NAME"
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the files into this folder; default: print them."
)
@click.option("--push", is_flag=True, help="Have clasp push the folder.")
@FOLDER
@JSON
def google(url: str, name: str, out: Path | None, folder: Path, *, push: bool, as_json: bool) -> None:
    """Make the menu and the button for Google Sheets: Code.gs and appsscript.json.

    The token's secret is not in them: people paste it once, in the spreadsheet, under sheetops > Connect.
    """

    def act() -> Outcome:
        from ..buttons.google.project import button_google
        from ..buttons.serving.tokens import TokenFile
        from ..workspace import find_workspace, load_config

        path = find_workspace(folder)
        return button_google(load_config(path), TokenFile(path.parent).find(name), url, out, push=push)

    carry_out("button google", act, as_json=as_json)
