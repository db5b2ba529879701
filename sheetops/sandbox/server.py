"""The HTTP server: one port, one thread per connection, the service behind it."""

from __future__ import annotations

import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import pages
from .errors import ApiError
from .faults import Script
from .http import Answer, Request, as_json, compressed
from .service import Service, route

LARGEST_BODY = 64 * 1024 * 1024
LOG_LENGTH = 20_000
LOCAL = ("127.0.0.1", "localhost")


@dataclass(slots=True)
class Front:
    """What stands before the service: latency, injected faults, people who act, and a log of requests."""

    service: Service
    latency_ms: float = 0
    script: Script = field(default_factory=Script)
    log: deque[Request] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))

    def answer(self, request: Request) -> Answer:
        """Answer a request from the network."""
        if _from_elsewhere(request):
            return as_json(ApiError("The sandbox answers this machine only.", 403).to_json(), 403)
        page = pages.answer(self.service, request)
        if page:
            return compressed(page, request)
        if self.latency_ms:
            time.sleep(self.latency_ms / 1000)
        self.log.append(request)
        kind = _kind(request)
        if kind == "write" and self.script.before_write:
            self.script.before_write.pop(0)()
        fault = self.script.fault_for(kind)
        if fault and not fault.committed and fault.cut is None:
            return fault.answer(None)
        answer = compressed(self.service.answer(request), request)
        if kind == "read" and self.script.after_read:
            self.script.after_read.pop(0)()
        return fault.answer(answer) if fault else answer


def _from_elsewhere(request: Request) -> bool:
    """Whether a page of another site sent it: browsers say so in Origin, and a rebound name shows in Host."""
    host, origin = request.headers.get("host", LOCAL[0]), request.headers.get("origin")
    return host.partition(":")[0] not in LOCAL or (origin is not None and origin != f"http://{host}")


def _kind(request: Request) -> str:
    try:
        return route(request)[0]
    except ApiError:
        return "other"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet: two would wait for each other (delayed ACK)
    timeout = 120
    front: Front

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names are the base class's

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._send(Answer(413, b"", "text/html"))
            return
        body = self.rfile.read(length)
        self._send(self.front.answer(Request.of(self.command, self.path, dict(self.headers), body)))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut])
        self.wfile.flush()
        if answer.cut is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: a terminal that people watch shows what the program says."""


class Server(ThreadingHTTPServer):
    """A server on the local machine only."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, front: Front, port: int, host: str = "127.0.0.1") -> None:
        handler = type("Handler", (_Handler,), {"front": front})
        self._open: set[socket.socket] = set()
        super().__init__((host, port), handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, and remember it while it is open."""
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def server_close(self) -> None:
        """Stop listening and hang up: a client that kept its connection must not go on talking to what was closed."""
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""
