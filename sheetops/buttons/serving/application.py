"""The service over HTTP: Starlette, so that any number of clicks can wait for one run without a thread each."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...model.errors import SheetopsError
from ..pressing import failed
from .pages import Pages
from .presses import BODY_LIMIT, read_press
from .refusals import Refused, unreadable
from .service import Service, still_running

_LOG = logging.getLogger(__name__)
_BODY_SECONDS = 10.0
LONGEST_WAIT = 900.0
"""Seconds that an answer is waited for at most, whatever a button prefers."""
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}


def application(service: Service, pages: Pages) -> Any:
    """Return the ASGI application."""

    async def run(request: Request) -> Response:
        body = await read_body(request, "application/json")
        asked = read_press(body)
        answer = await run_in_threadpool(service.begin, asked, request.headers, body)
        waiting = asyncio.shield(asyncio.wrap_future(answer))
        try:
            pressed = await asyncio.wait_for(waiting, _seconds(request, service.patience.answer))
        except TimeoutError:
            return JSONResponse(still_running(asked.action).to_json(), 202)
        return JSONResponse(pressed.to_json())

    async def status(request: Request) -> Response:
        token = await run_in_threadpool(service.admission.look, request.headers)
        with_held = "held" in token.actions
        return JSONResponse(await run_in_threadpool(service.status, with_held=with_held))

    async def health(request: Request) -> Response:
        await run_in_threadpool(service.config)
        return JSONResponse({"sheetops": "ok"})

    routes = [
        Route("/v1/run", run, methods=["POST"]),
        Route("/v1/status", status, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
        *pages.routes(),
    ]
    answers: dict[Any, Any] = {
        SheetopsError: _in_words,
        404: _nothing_here,
        405: _other_method,
        Exception: _unforeseen,
    }
    app = Starlette(routes=routes, exception_handlers=answers)
    return with_headers(app)


def with_headers(app: Any) -> Any:
    """Return the application with headers on every answer that keep it out of caches, frames and other sites."""
    lines = [(name.lower().encode(), said.encode()) for name, said in HEADERS.items()]

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *lines]
            await send(message)

        await app(scope, receive, sending)

    return answer


def _seconds(request: Request, usual: float) -> float:
    """Return how long an answer is waited for: as long as the button says it can (RFC 7240), or as usual."""
    said = re.search(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])", request.headers.get("prefer", ""))
    return min(float(said[1]), LONGEST_WAIT) if said else usual


async def read_body(request: Request, kind: str) -> bytes:
    """Return a request's body. Raise Refused when it is of another kind, too long, or does not come."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        raise unreadable(f"The content type has to be {kind}.", 415)
    body = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > BODY_LIMIT:
                    raise unreadable(f"The body is longer than {BODY_LIMIT:,} bytes.", 413)
    except (TimeoutError, ClientDisconnect):
        raise unreadable("The body did not come whole: the connection was cut or is too slow.", 408) from None
    return body


async def _in_words(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        return JSONResponse(error.to_json(), error.status, headers)
    if isinstance(error, SheetopsError):
        return JSONResponse(failed("", error).to_json(), 503)
    raise error


async def _nothing_here(request: Request, error: Exception) -> Response:
    return await _in_words(request, unreadable("There is nothing at this address.", 404))


async def _other_method(request: Request, error: Exception) -> Response:
    return await _in_words(request, unreadable(f"{request.method} is not for this address.", 405))


async def _unforeseen(request: Request, error: Exception) -> Response:
    said = Refused(500, "unforeseen", "Something went wrong that sheetops did not foresee.", next_step="Look into the service's log, and run: sheetops doctor")  # fmt: skip
    return await _in_words(request, said)
