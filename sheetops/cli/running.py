"""What all commands share: options, carrying out a verb, and saying what came of it."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model.errors import SheetopsError

if TYPE_CHECKING:
    from ..actions import Outcome
    from ..library import Workspace

FOLDER = click.option(
    "--folder", "-C", type=click.Path(path_type=Path), default=Path(), show_default="here",
    help="The workspace: the folder with sheetops.toml, or one below it.",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, for programs.")


def carry_out(command: str, act: Callable[[], Outcome], *, as_json: bool) -> None:
    """Carry out a verb, print its outcome, and end with its exit code."""
    try:
        outcome = act()
    except SheetopsError as error:
        fail(command, error, as_json=as_json)
        return
    if as_json:
        click.echo(json.dumps(outcome.to_json(), indent=1, ensure_ascii=False, default=str))
    else:
        for line in outcome.lines:
            click.echo(line)
    sys.exit(outcome.exit_code)


def fail(command: str, error: SheetopsError, *, as_json: bool) -> None:
    """Say an error in words, and end with its exit code."""
    from ..actions import outcome_error

    plan = getattr(error, "plan", None)
    if as_json:
        data = outcome_error(command, error).to_json()
        if plan is not None:
            data["plan"] = plan.to_json()
        click.echo(json.dumps(data, indent=1, ensure_ascii=False, default=str))
    else:
        for part in (error.what, error.not_done, error.next_step):
            if part:
                click.echo(part, err=True)
    sys.exit(error.exit_code)


def who() -> str:
    """Return the name of whoever runs the program; "" where the machine does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def inside(folder: Path, act: Callable[[Workspace], Outcome]) -> Callable[[], Outcome]:
    """Return the verb with the workspace opened for it, and closed after it."""

    def acting() -> Outcome:
        from ..library import open_workspace
        from .progress import Progress

        with Progress() as progress, open_workspace(folder, who=who(), progress=progress) as ws:
            return act(ws)

    return acting
