"""The commands that make buttons, and the one that a button starts."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model.errors import SheetopsError
from .running import FOLDER, JSON, carry_out, who

if TYPE_CHECKING:
    from ..outcome import Outcome


@click.group()
def button() -> None:
    """Make a button that people press where they work."""


@button.command("excel")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("--server", default="", metavar="URL", help="Ask this `sheetops serve`; default: start Python.")
@click.option(
    "--token", type=click.Path(path_type=Path), metavar="FILE", help="Holds the token for the service."
)
@click.option(
    "--python", type=click.Path(path_type=Path), default=Path(sys.executable), show_default="this one",
    help="The Python that has sheetops, on the computer where people press.",
)  # fmt: skip
@JSON
def excel(workbook: Path, server: str, token: Path | None, python: Path, *, as_json: bool) -> None:
    """Put a button bar on the tab `sheetops` of a tracker's WORKBOOK: Preview, Sync, Refresh, Undo, Explain row.

    An .xlsx becomes an .xlsm, which sheetops.toml then names; the .xlsx is kept in the backups.
    """
    from ..buttons.excel.installing import button_excel

    carry_out(
        "button excel",
        lambda: button_excel(workbook, python=python, server=server, token=token),
        as_json=as_json,
    )


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


@click.command()
@click.argument("action")
@click.option("--key", default="", help="The record of the selected row, for `explain`.")
@click.option("--workbook", type=click.Path(path_type=Path), help="The workbook whose button was pressed.")
@click.option(
    "--answer", type=click.Path(path_type=Path), help="Also write the answer to this file, as JSON."
)
@FOLDER
@JSON
def press(
    action: str, key: str, workbook: Path | None, answer: Path | None, folder: Path, *, as_json: bool
) -> None:
    """Do what a button does, and say in one sentence what came of it.

    ACTION is preview, sync, refresh, held, explain, undo or weekly.
    """
    if answer is not None:
        with suppress(SheetopsError):
            from ..buttons.excel.delivering import announce

            announce(answer)

    def act() -> Outcome:
        from ..buttons.excel.delivering import deliver, press_from
        from ..library import open_workspace
        from ..outcome import Outcome

        said = press_from(lambda at: open_workspace(at, who=who()), action, workbook, folder, key)
        if answer is not None:
            with suppress(SheetopsError):  # the macro says itself that no answer came
                deliver(said, answer)
        lines = [said.sentence, *(line for line in said.lines if line != said.sentence)]
        return Outcome("press", lines, said.to_json(), said.exit_code)

    carry_out("press", act, as_json=as_json)
