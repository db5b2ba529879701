"""The status page for a browser: how the workspace stands. It shows and changes nothing."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ... import __version__
from ...model.errors import SheetopsError
from .loopback import is_loopback
from .refusals import Refused
from .service import Service

COOKIE = "sheetops_session"
SESSION_SECONDS = 12 * 3600
_STATIC = files(__package__) / "static"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


class Pages:
    """The page at `/`, its login and its style sheet.

    With `login` a token is asked for. Without, the page is open to whoever sits at this machine: a request that was
    passed on by a proxy, or that names another host, has to log in all the same.
    """

    def __init__(self, service: Service, *, login: bool, new_session: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:  # fmt: skip
        from jinja2 import DictLoader, Environment

        self._service, self._login, self._new_session = service, login, new_session
        self._sessions: dict[str, tuple[str, float]] = {}
        texts = {name: (_STATIC / name).read_text(encoding="utf-8") for name in ("status.html", "login.html", "frame.html")}  # fmt: skip
        self._templates = Environment(
            loader=DictLoader(texts), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route("/", self._page, methods=["GET"]),
            Route("/login", self._log_in, methods=["POST"]),
            Route("/logout", self._log_out, methods=["POST"]),
            Route("/status.css", _style, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        try:
            if not self._open_to(request) and not await run_in_threadpool(self._knows, request):
                return self._show("login.html", 401, said="")
            stands = await run_in_threadpool(lambda: self._service.status(with_held=True))
        except SheetopsError as error:
            status = error.status if isinstance(error, Refused) else 503
            return self._show("login.html", status, said=str(error), only_said=True)
        local = _clock(stands["timezone"])
        return self._show("status.html", 200, **stands, local=local, logged_in=not self._open_to(request))

    async def _log_in(self, request: Request) -> Response:
        from .application import read_body

        body = await read_body(request, "application/x-www-form-urlencoded")
        said = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        try:
            token = await run_in_threadpool(self._service.admission.bearer, said)
        except Refused:
            return self._show("login.html", 401, said="This token is not known here. It has two parts with a dot between them; paste it whole.")  # fmt: skip
        if "held" not in token.actions:
            return self._show("login.html", 403, said="This token may not see held items, which the page shows. Take one that may: sheetops token add NAME --actions held")  # fmt: skip
        session, now = self._new_session(), time.monotonic()
        self._sessions = {one: kept for one, kept in self._sessions.items() if kept[1] > now}
        self._sessions[session] = (token.id, now + SESSION_SECONDS)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=_is_tls(request),
        )
        return answer

    async def _log_out(self, request: Request) -> Response:
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(COOKIE)
        return answer

    def _open_to(self, request: Request) -> bool:
        passed_on = any(name in request.headers for name in _FORWARDED)
        return not self._login and not passed_on and is_loopback(request.url.hostname or "")

    def _knows(self, request: Request) -> bool:
        token_id, end = self._sessions.get(request.cookies.get(COOKIE, ""), ("", 0.0))
        return time.monotonic() < end and self._service.admission.holds(token_id)

    def _show(self, name: str, status: int, **said: Any) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(version=__version__, **said), status)


def _is_tls(request: Request) -> bool:
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))


def _clock(timezone: str) -> Callable[[str], Mapping[str, str]]:
    """Return what turns an instant of the status into the workspace's wall time."""
    zone = ZoneInfo(timezone)

    def local(instant: str) -> Mapping[str, str]:
        at = datetime.fromisoformat(instant).astimezone(zone)
        return {"day": f"{at:%a %d %b}", "time": f"{at:%H:%M}", "second": f"{at:%H:%M:%S}"}

    return local


async def _style(request: Request) -> Response:
    return Response((_STATIC / "status.css").read_text(encoding="utf-8"), media_type="text/css")
