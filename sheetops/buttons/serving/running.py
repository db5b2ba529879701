"""Starts and stops the service: an address to listen at, uvicorn as the server, a stop that finishes what runs."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from ...model.errors import SheetopsError, UnknownName
from ...workspace import find_workspace, load_config
from .line import Line
from .loopback import is_loopback
from .service import Patience, Service

LARGEST_WAIT = 1000
"""Connections that are answered at once; more are turned away with 503."""


class CannotServe(SheetopsError):
    """The service could not be started."""

    code = "serve"


class Server:
    """The service, listening at `url` from the moment it is made. `run` answers until `stop`, or Ctrl+C.

    `login` makes the status page ask for a token on this machine too; `now` returns seconds since 1970. Raise
    UnknownName for an address that other machines reach, unless `allow_remote`; CannotServe when the port is taken.
    """

    def __init__(
        self, folder: Path, host: str = "127.0.0.1", port: int = 8787, *, allow_remote: bool = False, login: bool = False,
        environ: Mapping[str, str] = os.environ, patience: Patience | None = None, line: Line | None = None,
        next_run: Callable[[], str] = lambda: "", now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        if not is_loopback(host) and not allow_remote:
            raise UnknownName(
                f"At {host} other machines could reach the service, and that has to be wanted.",
                not_done="Nothing was started.",
                next_step=f"Read about TLS in docs/serve.md, then: sheetops serve --host {host} --allow-remote",
            )
        config = load_config(find_workspace(folder))
        self.name = config.name
        self._stopping = Event()
        self.service = Service(
            config.folder.resolve(), environ, patience=patience or Patience(), next_run=next_run, now=now,
            line=line or Line(stopping=self._stopping.is_set),
        )  # fmt: skip
        self._server = _server(self.service, login=login or not is_loopback(host), stopping=self._stopping)
        self._socket = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._socket.getsockname()[1]}"

    def run(self) -> None:
        """Answer until the service is stopped; then finish the press that runs, and tell those that wait."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._stopping.set()
            self.service.close()
            self._socket.close()

    def stop(self) -> None:
        """Have `run` end, from another thread."""
        self._stopping.set()
        self._server.should_exit = True


def _server(service: Service, *, login: bool, stopping: Event) -> Any:
    """Return uvicorn's server for the service. Raise CannotServe when the extra is not installed."""
    try:
        import uvicorn

        from .application import application
        from .pages import Pages

        app = application(service, Pages(service, login=login))
    except ModuleNotFoundError as error:
        raise CannotServe(
            f"To serve, the package {error.name} is needed, and it is not installed.",
            not_done="Nothing was started.", next_step='Run: pip install "sheetops[serve]"',
        ) from None  # fmt: skip
    server: Any = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            lifespan="off", ws="none", limit_concurrency=LARGEST_WAIT, timeout_keep_alive=5,
        )
    )  # fmt: skip
    ends = server.handle_exit

    def handle_exit(number: int, frame: object) -> None:
        stopping.set()  # at once: what waits is not begun, while uvicorn still waits for what runs
        ends(number, frame)

    server.handle_exit = handle_exit
    return server


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there the option would let two services listen at one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise CannotServe(
            f"The service cannot listen at {host}, port {port}: {error.strerror or error}.",
            not_done="Nothing was started.",
            next_step=f"Another service may be there already: open http://{host}:{port}/ or try sheetops serve --port 0",
        ) from None
    return listener
