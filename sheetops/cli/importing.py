"""The command `import`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .running import FOLDER, JSON, carry_out, inside

if TYPE_CHECKING:
    from ..actions import Outcome
    from ..library import Workspace


@click.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--into", metavar="TABLE", help="The table the rows go into.")
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path),
    help="The mapping to use, or to make; default: the one in imports/ that fits the file.",
)  # fmt: skip
@click.option(
    "--dates", "--tracker-dates", "dates", type=click.Choice(["day first", "month first"]),
    help="How 5/1/2024 is read in this file; default: as its own dates show.",
)  # fmt: skip
@click.option(
    "--sheet", metavar="NAME", help="The tab of a workbook; default: the one with the largest table."
)
@click.option("--encoding", metavar="NAME", help="The encoding of a text file; default: as its letters show.")
@click.option(
    "--history", metavar="COLUMN",
    help="Several rows tell the course of one record: the column that says when each was so.",
)  # fmt: skip
@click.option(
    "--draft", is_flag=True, help="Only write the mapping into imports/, to be read and edited first."
)
@click.option("--yes", is_flag=True, help="Do it unasked. What is not certain is left alone.")
@click.option("--retry", is_flag=True, help="Instead of a file: try the open rows of the intake again.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["unreadable", "nameless"]),
    help="Go on although most rows cannot be taken, or no column says which record a row is.",
)
@click.option("--all", "everything", is_flag=True, help="Show every line, not the first 20 of each kind.")
@FOLDER
@JSON
def import_command(
    file: Path | None, into: str | None, folder: Path, *, retry: bool, as_json: bool, **options: Any
) -> None:
    """Bring the rows of FILE into a table: CSV, a workbook, Parquet, with other headers and spellings.

    Shows what it would do and asks. Rows that are there already are left as they are; cells that people filled in are
    kept; a row that cannot be taken goes to the table `intake`, with the reason. What columns and values mean is
    remembered in imports/NAME.toml.
    """
    if (file is None) is not retry or (file is not None and not into):
        raise click.UsageError("Say a FILE and --into TABLE, or --retry.")

    def act(ws: Workspace) -> Outcome:
        from .. import import_verbs
        from ..import_job import Wishes

        options["allow"] = frozenset(options["allow"])
        wishes = Wishes(**options)
        ask = None if as_json or wishes.yes else _ask
        if file is None:
            return import_verbs.retry(ws, wishes, ask)
        return import_verbs.import_file(ws, file, into or "", wishes, ask)

    carry_out("import", inside(folder, act), as_json=as_json)


def _ask(lines: Sequence[str], question: str) -> bool:
    """Show what was found and ask; no answer is a no."""
    for line in lines:
        click.echo(line)
    click.echo()
    try:
        return click.confirm(question, default=False)
    except click.Abort:
        click.echo()
        return False
