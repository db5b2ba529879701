"""The commands about schedules."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .running import FOLDER, JSON, carry_out, who

if TYPE_CHECKING:
    from ..buttons.schedules.systems import System
    from ..outcome import Outcome


@click.group()
def schedule() -> None:
    """Run sheetops at times: every 15 minutes, every morning, every Monday."""


def _now() -> datetime:
    """Return the time on the clock of this machine, as cron and the like have it."""
    return datetime.now(UTC).astimezone()


def _systems() -> Callable[[str], System]:
    from ..buttons.schedules.systems import run_program, the_system

    return lambda name: the_system(
        name, run_program, environ=os.environ, home=Path.home(), user=who(), today=_now().date().isoformat()
    )


@schedule.command()
@click.argument("phrase")
@click.option(
    "--run", "runs", type=click.Choice(["sync", "refresh", "weekly"]), default="sync", show_default=True,
    help="What is run; `refresh` also computes all columns anew.",
)  # fmt: skip
@click.option(
    "--as", "system", type=click.Choice(["cron", "systemd", "windows"]),
    help="Whose schedule it becomes; default: what this machine has.",
)  # fmt: skip
@click.option(
    "--heartbeat", default="", metavar="URL", help="Ping this after a run; with /fail when it failed."
)
@click.option(
    "--python", type=click.Path(path_type=Path), default=Path(sys.executable), show_default="this one",
    help="The Python that is started.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Write it without asking.")
@FOLDER
@JSON
def add(
    phrase: str, runs: str, system: str | None, heartbeat: str, python: Path, folder: Path, *, yes: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Run sheetops as PHRASE says: "every 15 min on workdays 8-19". Shows what it would write, and asks.

    It becomes lines of your crontab, a systemd timer of yours, or a task of the Windows Task Scheduler. Adding the same
    again changes nothing; nothing of anybody else's is touched.
    """

    def agreed(shown: Sequence[str]) -> bool:
        if not as_json:
            click.echo("\n".join([*shown, ""]))
        try:
            return yes or (not as_json and click.confirm("Write this?", default=False))
        except click.Abort:
            raise click.UsageError(
                "Nothing was written, because nobody answered. To write it, add --yes."
            ) from None

    def act() -> Outcome:
        from ..buttons.schedules import systems, verbs
        from ..workspace import find_workspace, load_config

        return verbs.add(
            load_config(find_workspace(folder)), phrase, runs=runs,
            system=system or systems.likely_system(sys.platform, systems.run_program),
            python=systems.quiet_python(python.absolute()), heartbeat=heartbeat, now=_now(),
            systems=_systems(), agreed=agreed,
        )  # fmt: skip

    carry_out("schedule add", act, as_json=as_json)


@schedule.command("list")
@FOLDER
@JSON
def list_(folder: Path, *, as_json: bool) -> None:
    """Say what is scheduled, when it runs next, how the last run went, and what keeps it from running."""

    def act() -> Outcome:
        from ..buttons.schedules import verbs
        from ..workspace import find_workspace

        return verbs.list_schedules(find_workspace(folder).parent, _now(), _systems())

    carry_out("schedule list", act, as_json=as_json)


@schedule.command()
@click.argument("name")
@FOLDER
@JSON
def remove(name: str, folder: Path, *, as_json: bool) -> None:
    """Take the schedule NAME away. What others have in the crontab, or anywhere, stays as it is."""

    def act() -> Outcome:
        from ..buttons.schedules import verbs
        from ..workspace import find_workspace

        return verbs.remove(find_workspace(folder).parent, name, _systems())

    carry_out("schedule remove", act, as_json=as_json)


@schedule.command()
@click.argument("name")
@click.option("--if-missed", is_flag=True, help="Only when a run was due since the last one began.")
@click.option("--quiet", is_flag=True, help="Print nothing; the log is in .sheetops/schedules.")
@FOLDER
@JSON
def run(name: str, folder: Path, *, if_missed: bool, quiet: bool, as_json: bool) -> None:
    """Do what the schedule NAME does at its times. This is what cron, systemd and the Task Scheduler start."""

    def act() -> Outcome:
        from ..buttons.schedules.carrying_out import run_schedule, this_world
        from ..buttons.schedules.kept import Schedules
        from ..library import open_workspace
        from ..outcome import Outcome
        from ..workspace import find_workspace

        kept = Schedules(find_workspace(folder).parent)
        lines: list[str] = []
        went = run_schedule(
            kept.find(name), kept, lambda: open_workspace(kept.folder, who=f"schedule {name}"),
            this_world(lines.append), if_missed=if_missed,
        )  # fmt: skip
        if went is None:
            return Outcome(
                "schedule run", [] if quiet else ["No run was missed."], {"schedule": name, "ran": False}
            )
        data = {
            "schedule": name,
            "ran": True,
            "attempts": went.attempts,
            "trackers": [*went.trackers],
            **went.pressed.to_json(),
        }
        return Outcome("schedule run", [] if quiet else lines, data, went.pressed.exit_code)

    carry_out("schedule run", act, as_json=as_json)
