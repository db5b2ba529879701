"""The commands. Heavy imports happen inside them, so that `--help` and `status` start at once."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..model.errors import TrackerNotWritten
from .button import button, press
from .columns import columns
from .importing import import_command
from .report import report, verify
from .running import FOLDER, JSON, carry_out, fail, inside, who
from .schedule import schedule
from .serve import serve, token
from .sheets import google, tracker
from .sla import sla
from .templates import template
from .watch import watch

if TYPE_CHECKING:
    from ..actions import Outcome

_ALL = click.option(
    "--all", "everything", is_flag=True, help="Show every line, not the first 20 of each kind."
)
_ONLY = click.option(
    "--only", multiple=True, metavar="TRACKER", help="Only this tracker; may be given several times."
)
_GUARDS = ("deletes", "emptied", "mass-edit", "stamp", "mapping", "duplicates", "unparsable")
_ALLOW = click.option(
    "--allow", multiple=True, metavar="GUARD", type=click.Choice(_GUARDS),
    help=f"Go on where this guard would stop: {', '.join(_GUARDS)}.",
)  # fmt: skip


class _Commands(click.Group):
    """The group; it says errors in words, and ends with the exit code of the error."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="sheetops")
def cli() -> None:
    """Keep ops spreadsheets and one canonical case dataset in two-way agreement, cell by cell.

    \b
    Begin:       sheetops init live-cases     or     sheetops adopt TRACKER.xlsx
    Every day:   sheetops plan                and    sheetops sync

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, but items are held; 4 a guard stopped it, nothing
    written; 5 busy, try later; 6 changes waiting (only plan --exit-code).
    """


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    cli()


@cli.command()
@click.argument("template", required=False)
@click.option("--folder", "-C", type=click.Path(path_type=Path), default=Path(), help="Where; default: here.")
@click.option("--template", "named", metavar="TEMPLATE", help="The same as TEMPLATE.")
@click.option(
    "--example", is_flag=True,
    help="Of live-governance: filled with eighteen months of invented cases, up to now (takes half a minute).",
)  # fmt: skip
@click.option("--list", "list_them", is_flag=True, help="List the templates and pieces.")
@JSON
def init(
    template: str | None, folder: Path, *, named: str | None, example: bool, list_them: bool, as_json: bool
) -> None:
    """Begin a workspace from TEMPLATE (or a piece): a commented sheetops.toml and ready workbooks."""
    from .. import setting_up

    if template and named and template != named:
        raise click.UsageError(f"Two templates are named: {template} and {named}. Name one.")
    template = template or named
    if list_them or template is None:
        carry_out("init", setting_up.templates, as_json=as_json)
    else:
        begin = setting_up.init_example if example else setting_up.init
        carry_out("init", lambda: begin(folder, template), as_json=as_json)


@cli.command()
@click.argument("spreadsheet", metavar="FILE|LINK")
@click.option("--tab", help="The tab to adopt; default: the one most like a table.")
@click.option("--timezone", "zone", help="The clock of the people who type dates, such as Europe/London.")
@click.option(
    "--format", "format_it", is_flag=True, help="Of a Google spreadsheet: then run `sheetops tracker format`."
)
@click.option(
    "--folder", "-C", type=click.Path(path_type=Path),
    help="The workspace; default: the workbook's folder, for a link: here.",
)  # fmt: skip
@JSON
def adopt(spreadsheet: str, folder: Path | None, *, as_json: bool, **options: Any) -> None:
    """Look at a spreadsheet you have and write what sheetops.toml should say about it.

    It is a workbook's FILE, or the LINK or id of a spreadsheet in Google Sheets. Finds the header row, proposes key,
    types and choices, with comments. Nothing in the spreadsheet changes without --format.
    """
    from .. import adopting

    carry_out("adopt", lambda: adopting.adopt(spreadsheet, folder, os.environ, **options), as_json=as_json)


@cli.command()
@_ONLY
@_ALLOW
@_ALL
@click.option(
    "--save", type=click.Path(path_type=Path), help="Save the plan; `sync --plan` then does exactly this."
)
@click.option("--exit-code", "tell", is_flag=True, help="Exit with 6 when changes are waiting.")
@FOLDER
@JSON
def plan(folder: Path, *, as_json: bool, **options: Any) -> None:
    """Say everything a sync would do. Writes nothing."""
    from .. import actions

    carry_out("plan", inside(folder, lambda ws: actions.plan(ws, **options)), as_json=as_json)


@cli.command()
@_ONLY
@_ALLOW
@_ALL
@click.option(
    "--plan", "saved", type=click.Path(path_type=Path), help="Do exactly what this saved plan says."
)
@FOLDER
@JSON
def sync(folder: Path, *, as_json: bool, **options: Any) -> None:
    """Bring trackers and dataset into agreement, both ways, cell by cell.

    What two people changed differently, and what cannot be read, is held and left as it was typed.
    """
    from .. import actions

    carry_out("sync", inside(folder, lambda ws: actions.sync(ws, **options)), as_json=as_json)


@cli.command()
@FOLDER
@JSON
def status(folder: Path, *, as_json: bool) -> None:
    """Say how each tracker stands, what is held, and what the last run did."""
    from .. import actions

    carry_out("status", inside(folder, actions.status), as_json=as_json)


@cli.command()
@FOLDER
@JSON
def held(folder: Path, *, as_json: bool) -> None:
    """List the cells and rows that wait for a decision, and the ways to decide."""
    from .. import actions

    carry_out("held", inside(folder, actions.held), as_json=as_json)


@cli.command()
@click.argument("number", type=int)
@click.option("--mine", "choice", flag_value="keep mine", help="The tracker's side counts.")
@click.option("--dataset", "choice", flag_value="take the dataset's", help="The dataset's side counts.")
@click.option(
    "--new-key", "choice", flag_value="give mine a new key", help="The row becomes a record of its own."
)
@click.option("--use", "value", help="Both sides get this value.")
@FOLDER
@JSON
def resolve(number: int, choice: str | None, value: str | None, folder: Path, *, as_json: bool) -> None:
    """Decide about the held item NUMBER; the next sync does it."""
    from .. import actions

    if (choice is None) == (value is None):
        raise click.UsageError("Say one of --mine, --dataset, --new-key or --use VALUE.")
    chosen = choice or "use this:"
    carry_out(
        "resolve", inside(folder, lambda ws: actions.resolve(ws, number, chosen, value)), as_json=as_json
    )


@cli.command()
@click.argument("key", required=False)
@click.argument("field", required=False)
@FOLDER
@JSON
def history(key: str | None, field: str | None, folder: Path, *, as_json: bool) -> None:
    """Say who changed what of the record KEY (and its FIELD), where and when. Without KEY: the runs."""
    from .. import actions

    carry_out("history", inside(folder, lambda ws: actions.history(ws, key, field)), as_json=as_json)


@cli.command()
@click.argument("run")
@_ALLOW
@_ALL
@FOLDER
@JSON
def undo(run: str, folder: Path, *, as_json: bool, **options: Any) -> None:
    """Take RUN back in dataset and trackers, as a new run. What people changed since is held."""
    from .. import actions

    carry_out("undo", inside(folder, lambda ws: actions.undo(ws, run, **options)), as_json=as_json)


@cli.command()
@click.argument("key")
@click.argument("column", required=False)
@click.option(
    "--chart", type=click.Path(path_type=Path), metavar="FILE",
    help="Also write the series of an anomaly: .png a picture, .xlsx a workbook with its numbers.",
)  # fmt: skip
@FOLDER
@JSON
def explain(key: str, column: str | None, chart: Path | None, folder: Path, *, as_json: bool) -> None:
    """Say where the values of the record KEY come from, or all about one COLUMN of it.

    COLUMN may be `sla`, or a goal: then every interval of its clock, with sums to the second.
    """
    from .. import actions

    carry_out("explain", inside(folder, lambda ws: actions.explain(ws, key, column, chart)), as_json=as_json)


@cli.command()
@click.argument("table")
@click.argument("out", type=click.Path(path_type=Path))
@FOLDER
@JSON
def export(table: str, out: Path, folder: Path, *, as_json: bool) -> None:
    """Write TABLE to the file OUT: .csv, .parquet or .xlsx."""
    from .. import setting_up

    carry_out("export", inside(folder, lambda ws: setting_up.export(ws, table, out)), as_json=as_json)


@cli.command()
@click.argument("statement")
@FOLDER
@JSON
def sql(statement: str, folder: Path, *, as_json: bool) -> None:
    """Answer a SQL STATEMENT over the dataset. It can only read."""
    from .. import actions

    carry_out("sql", inside(folder, lambda ws: actions.sql(ws, statement)), as_json=as_json)


@cli.command()
@FOLDER
@JSON
def doctor(folder: Path, *, as_json: bool) -> None:
    """Check config, dataset, journal, trackers and buttons, and say what to do about each problem."""
    from .. import setting_up
    from ..buttons.excel.checking import checks
    from ..library import open_workspace

    carry_out(
        "doctor",
        lambda: setting_up.doctor(lambda: open_workspace(folder, who=who()), os.environ, more=(checks,)),
        as_json=as_json,
    )


cli.add_command(import_command)
cli.add_command(template)
cli.add_command(tracker)
cli.add_command(google)
cli.add_command(sla)
cli.add_command(button)
cli.add_command(press)
cli.add_command(serve)
cli.add_command(token)
cli.add_command(columns)
cli.add_command(schedule)
cli.add_command(watch)
cli.add_command(report)
cli.add_command(verify)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@JSON
def demo(folder: Path, *, as_json: bool) -> None:
    """Show the main job on example trackers in FOLDER: edits on both sides, plan, sync, held items, undo."""
    from ..demo import run_demo
    from .progress import Progress

    def play() -> Outcome:
        with Progress() as progress:
            return run_demo(folder, progress=progress)

    carry_out("demo", play, as_json=as_json)


@cli.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("sandbox"),
    show_default=True,
    help="Keeps the spreadsheets.",
)
@click.option(
    "--quota",
    type=click.IntRange(1),
    help="Reads, and writes, a person may make in a minute; default: any number.",
)
@click.option(
    "--latency",
    type=click.FloatRange(0),
    default=0,
    metavar="MS",
    help="Milliseconds every answer takes longer.",
)
def sandbox(port: int, data: Path, quota: int | None, latency: float) -> None:
    """Answer as Google Sheets does, on this machine, until Ctrl+C. Open the address in a browser to type."""
    from ..sandbox import FolderInUse, serve

    def started(url: str) -> None:
        click.echo(f"The sandbox answers at {url} (Ctrl+C stops it; its spreadsheets stay in {data})")

    try:
        serve(port, data, quota, latency, started)
    except FolderInUse as error:
        busy = TrackerNotWritten(
            f"Nothing was started: {error}.",
            next_step=f"Open {error.url}, or give another folder: sheetops sandbox --data OTHER",
        )
        fail("sandbox", busy, as_json=False)
    except OSError as error:
        taken = TrackerNotWritten(
            f"The sandbox cannot listen on port {port} or write {data}: {error.strerror or error}.",
            next_step="Try another port: sheetops sandbox --port 0",
        )
        fail("sandbox", taken, as_json=False)
