"""The command that watches ticks in cells."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .running import FOLDER, JSON, carry_out

if TYPE_CHECKING:
    from ..outcome import Outcome


@click.command()
@click.option("--every", default="60s", show_default=True, metavar="TIME", help="How often to look: 30s, 5m.")
@click.option("--once", is_flag=True, help="Look once, do what is ticked, and end; as a schedule may.")
@click.option(
    "--for", "lasting", default="", metavar="TIME", help="End after this time: 8h. Default: Ctrl+C ends it."
)
@FOLDER
@JSON
def watch(every: str, lasting: str, folder: Path, *, once: bool, as_json: bool) -> None:
    """Do what people tick on the tab `sheetops` of their spreadsheet, and say beside the tick what came of it.

    Needs no macro, and no network that lets anybody in: it looks at each spreadsheet now and then, in Google Sheets and
    in shared folders alike.
    """

    def act() -> Outcome:
        from ..buttons.watching import verbs
        from ..buttons.watching.watch import World
        from ..library import open_workspace

        say = (lambda line: None) if as_json else click.echo
        world = World(lambda: datetime.now(UTC), time.sleep, random.random, say)
        if not once and not as_json:
            click.echo(f"Watching the tab 'sheetops' of every spreadsheet, every {every} (Ctrl+C ends it)")
        return verbs.watch(
            lambda who: open_workspace(folder, who=who), world, every=every, once=once, lasting=lasting
        )

    carry_out("watch", act, as_json=as_json)
