"""The commands about the sheets that trackers are in: how they look, and the login to Google."""

from __future__ import annotations

import os
from pathlib import Path

import click

from .running import FOLDER, JSON, carry_out, inside


@click.group()
def tracker() -> None:
    """Look after the sheets that trackers are in."""


@tracker.command("format")
@click.argument("trackers", nargs=-1, metavar="[TRACKER]...")
@FOLDER
@JSON
def tracker_format(trackers: tuple[str, ...], folder: Path, *, as_json: bool) -> None:
    """Set up Google trackers for typing: number formats, drop-downs, notes, a frozen header, protected columns.

    Without TRACKER: all that are in Google Sheets. No value changes, and columns that nobody mapped stay as they are.
    """
    from .. import formatting

    carry_out(
        "tracker format",
        inside(folder, lambda ws: formatting.tracker_format(ws, trackers, os.environ)),
        as_json=as_json,
    )


@click.group()
def google() -> None:
    """Log in to Google Sheets."""


@google.command()
@click.argument("client_secret", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Keeps the login; default: in your own folder.")
@click.option("--drive-version", is_flag=True, help="Also ask to see names and versions of files in Drive.")
@JSON
def login(client_secret: Path, out: Path | None, *, drive_version: bool, as_json: bool) -> None:
    """Log in as yourself, in the browser, with the OAuth client in the file CLIENT_SECRET."""
    from .. import setting_up

    carry_out(
        "google login",
        lambda: setting_up.google_login(client_secret, out, os.environ, drive_version=drive_version),
        as_json=as_json,
    )
