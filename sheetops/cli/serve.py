"""The commands about buttons that press over HTTP: the service, and the tokens it lets in."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model.errors import SheetopsError
from .running import FOLDER, JSON, carry_out, fail

if TYPE_CHECKING:
    from ..buttons.serving.tokens import Token, TokenFile


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen. The default is reached by this machine only.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one."
)
@click.option(
    "--allow-remote", is_flag=True, help="Let other machines in, with --host. Use TLS: docs/serve.md."
)
@click.option(
    "--login", is_flag=True, help="The status page asks for a token on this machine too, as behind a proxy."
)
@FOLDER
def serve(folder: Path, host: str, port: int, *, allow_remote: bool, login: bool) -> None:
    """Carry out presses of buttons that come over HTTP, until Ctrl+C. Open the address in a browser for the status.

    A button needs a token: sheetops token add NAME.
    """
    from ..buttons.schedules.verbs import next_words
    from ..buttons.serving.running import Server
    from ..workspace import find_workspace

    try:
        where = find_workspace(folder).parent
        server = Server(
            folder, host, port, allow_remote=allow_remote, login=login, environ=os.environ,
            next_run=lambda: next_words(where, datetime.now(UTC).astimezone()),
        )  # fmt: skip
    except SheetopsError as error:
        fail("serve", error, as_json=False)
        return
    click.echo(f"sheetops serves '{server.name}' at {server.url} (Ctrl+C stops it, when the press that runs has ended)")  # fmt: skip
    server.run()
    click.echo("Stopped. No press was cut off.")


@click.group()
def token() -> None:
    """Make and end the tokens that buttons press with."""


@token.command()
@click.argument("name")
@click.option(
    "--actions",
    multiple=True,
    default=("preview,sync,refresh,held,explain",),
    show_default=True,
    metavar="ACTION,...",
    help="What the button may do: preview, sync, refresh, held, explain, undo, weekly.",
)
@FOLDER
@JSON
def add(name: str, actions: tuple[str, ...], folder: Path, *, as_json: bool) -> None:
    """Make a token for the button NAME, and print it once: only a hash of it is kept."""
    from ..actions import Outcome

    def act() -> Outcome:
        made, text = _tokens(folder).add(
            name, actions, made=datetime.now(UTC).date().isoformat(), random=os.urandom
        )
        lines = [
            f"The token of '{made.name}', which may {', '.join(made.actions)}:", "", f"    {text}", "",
            "It is shown this once. Put it into the button, and nowhere else.",
            f"To end it: sheetops token revoke {made.id}",
        ]  # fmt: skip
        return Outcome("token add", lines, {**_plain(made), "token": text})

    carry_out("token add", act, as_json=as_json)


@token.command()
@click.argument("name", metavar="NAME|ID")
@FOLDER
@JSON
def revoke(name: str, folder: Path, *, as_json: bool) -> None:
    """End a token. Its button is refused from this moment on."""
    from ..actions import Outcome

    def act() -> Outcome:
        ended = _tokens(folder).revoke(name)
        return Outcome("token revoke", [f"Revoked '{ended.name}' ({ended.id}). Its button is refused from now on."], _plain(ended))  # fmt: skip

    carry_out("token revoke", act, as_json=as_json)


@token.command("list")
@FOLDER
@JSON
def list_(folder: Path, *, as_json: bool) -> None:
    """List the tokens and what each may do."""
    from ..actions import Outcome

    def act() -> Outcome:
        known = _tokens(folder).all()
        lines = [f"{one.id:24} {one.name}: {', '.join(one.actions)} (made {one.made})" for one in known]
        return Outcome("token list", lines or ["No token yet. Make one: sheetops token add NAME"], {"tokens": [_plain(one) for one in known]})  # fmt: skip

    carry_out("token list", act, as_json=as_json)


def _tokens(folder: Path) -> TokenFile:
    from ..buttons.serving.tokens import TokenFile
    from ..workspace import find_workspace

    return TokenFile(find_workspace(folder).parent)


def _plain(token: Token) -> dict[str, object]:
    return {"id": token.id, "name": token.name, "actions": [*token.actions], "made": token.made}
