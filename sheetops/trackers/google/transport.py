"""Everything below the protocol of a Google tracker: requests with a quota, retries, a deadline and errors in words."""

from __future__ import annotations

import json
import random as dice
import re
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from ...config.google import GoogleSettings, sandbox_folder, server_url
from ...model.errors import SheetopsError, TrackerChanged
from .answers import Json, Refused
from .auth import SANDBOX_USER, is_person, load_credentials, named_bearer, need_google, robot_address
from .own_sandbox import OwnSandbox

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

_SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
_FILES = "https://www.googleapis.com/drive/v3/files"
_LONGEST_QUERY = 2000
_COMPACT = {"prettyPrint": "false"}
"""Google indents its JSON unless told otherwise: a third more bytes, compressed, for a tracker of 5,000 rows.
Source: https://docs.cloud.google.com/apis/docs/system-parameters
"""
DEADLINE = 120.0
"""Seconds after which no further attempt of a request begins."""


@dataclass(frozen=True)
class Sent:
    """A batch that was carried out. `resent`: some attempt before it may have been carried out as well."""

    answer: Json
    resent: bool


class IdInUse(TrackerChanged):
    """The batch would create developer metadata whose id is there already: nothing of it was carried out.

    Another program was first; or, where `resent` is true, it may be this very batch, whose answer was lost.
    """

    def __init__(self, *, resent: bool, spreadsheet: str = "") -> None:
        where = f"'{spreadsheet}'" if spreadsheet else "the spreadsheet"
        super().__init__(
            f"Another program wrote to {where} after it was read.",
            not_done="Nothing was overwritten.",
            next_step="Run: sheetops sync",
        )
        self.resent = resent


@dataclass
class _Request:
    """One request, and what became of its attempts. `kind` is read, write or drive.

    `resend` says that it may be carried out twice; `stamps` are the metadata ids that it creates; with `or_none`
    what is not there is an answer. `began` and `latest` are times of the transport's clock.
    """

    kind: str
    spreadsheet: str
    method: str
    endpoint: str
    params: Json
    body: Json | None = None
    resend: bool = True
    stamps: Sequence[int] = ()
    or_none: bool = False
    began: float = 0.0
    latest: float = 0.0
    attempts: int = 0
    failed: list[BaseException] = field(default_factory=list)


def open_transport(
    settings: GoogleSettings, folder: Path, environ: Mapping[str, str], *,
    user: str = SANDBOX_USER, deadline: float = DEADLINE,
    clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep,
    random: Callable[[], float] = dice.random,
) -> Transport:  # fmt: skip
    """Return the transport that the settings describe. Raise TrackerUnreadable without usable credentials.

    On another server than Google no credentials are loaded; `user` is the name that is sent in their place.
    `clock` is in seconds, `random` gives 0 to 1. `close` it where the settings name a sandbox.
    """
    need_google()
    place = sandbox_folder(settings, folder, environ)
    sandbox = OwnSandbox(place) if place else None
    url = sandbox.url() if sandbox else server_url(settings, environ)
    credentials = named_bearer(user) if url else load_credentials(settings, folder, environ)
    return Transport(
        credentials, url=url, per_minute=settings.per_minute, asks_drive=settings.drive_version,
        deadline=deadline, clock=clock, sleep=sleep, random=random, sandbox=sandbox,
    )  # fmt: skip


class Transport:
    """Requests to one Google (or one server like it), as one account.

    `calls` counts them. `names` is what people call each spreadsheet, for errors: the title, where nobody says.
    """

    def __init__(
        self, credentials: Credentials, *, url: str = "", per_minute: int = 60, asks_drive: bool = False,
        deadline: float = DEADLINE, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep, random: Callable[[], float] = dice.random,
        sandbox: OwnSandbox | None = None,
    ) -> None:  # fmt: skip
        from .client import Calls, Client

        self.calls = Calls()
        self.names: dict[str, str] = {}
        self.person, self.asks_drive = is_person(credentials), asks_drive
        self.sandbox = sandbox
        self.close = weakref.finalize(self, sandbox.close) if sandbox else _nothing_to_close
        self._credentials = credentials
        self._client = Client(credentials, url, self.calls)
        self._account = (url, self.robot or getattr(credentials, "client_id", None))
        self._per_minute, self._deadline = per_minute, deadline
        self._clock, self._sleep, self._random = clock, sleep, random
        self._read: set[str] = set()

    @property
    def robot(self) -> str | None:
        """Return the address to share sheets with; None for a person. A virtual machine learns its own by asking."""
        return robot_address(self._credentials)

    # Requests

    def read(self, spreadsheet: str, *, ranges: Sequence[str] = (), fields: str) -> Json:
        """Return the spreadsheet, or these ranges of it, with the fields of the mask."""
        params = {"ranges": list(ranges), "fields": fields}
        if len(urlencode(params, doseq=True)) > _LONGEST_QUERY:
            return self.read_by_filter(spreadsheet, [{"a1Range": one} for one in ranges], fields)
        return self._learn(
            self._ask(_Request("read", spreadsheet, "GET", _at(spreadsheet), params)), spreadsheet
        )

    def read_by_filter(self, spreadsheet: str, filters: Sequence[Json], fields: str) -> Json:
        """Return what the data filters select, with the fields of the mask."""
        endpoint, body = _at(spreadsheet, ":getByDataFilter"), {"dataFilters": list(filters)}
        request = _Request("read", spreadsheet, "POST", endpoint, {"fields": fields}, body)
        return self._learn(self._ask(request), spreadsheet)

    def batch(
        self, spreadsheet: str, requests: Sequence[Json], *, response_ranges: Sequence[str] = (), fields: str = ""
    ) -> Sent:  # fmt: skip
        """Carry out all the requests or none, and return the answer with `response_ranges` read back in it.

        With developer metadata that it creates by an explicit id, it is sent again after an answer that was lost: Google
        takes that id once. Without, a lost answer ends it, because what it does might be done twice.
        Raise IdInUse when that id is in use.
        """
        body: Json = {"requests": list(requests)}
        if response_ranges:
            body |= {"includeSpreadsheetInResponse": True, "responseIncludeGridData": True,
                     "responseRanges": list(response_ranges)}  # fmt: skip
        params, stamps = {"fields": fields} if fields else {}, _ids_created(requests)
        return self._ask(
            _Request("write", spreadsheet, "POST", _at(spreadsheet, ":batchUpdate"), params, body,
                     resend=bool(stamps), stamps=stamps)
        )  # fmt: skip

    def metadata(self, spreadsheet: str, id: int) -> Json | None:  # noqa: A002 - Google's name for it
        """Return one developer metadata by its id; None when there is none."""
        endpoint = _at(spreadsheet, f"/developerMetadata/{id}")
        return self._ask(_Request("read", spreadsheet, "GET", endpoint, {}, or_none=True)).answer or None

    def drive_version(self, spreadsheet: str) -> str:
        """Return Drive's version of the file, which grows with every change. Raise when it is in the bin."""
        from .problems import trashed

        params = {"fields": "version,trashed", "supportsAllDrives": "true"}
        endpoint = f"{_FILES}/{quote(spreadsheet, safe='')}"
        answer = self._ask(_Request("drive", spreadsheet, "GET", endpoint, params)).answer
        if answer.get("trashed"):
            raise trashed(self._name(spreadsheet))
        return str(answer.get("version", ""))

    def create(self, title: str, sheets: Sequence[Json]) -> Json:
        """Make a spreadsheet and return it. After a lost answer it is not sent again: there might be two."""
        body = {"properties": {"title": title}, "sheets": list(sheets)}
        return self._ask(_Request("write", title, "POST", _SHEETS, {}, body, resend=False)).answer

    # One request through all its attempts

    def _ask(self, request: _Request) -> Sent:
        """Send a request until it is answered, refused for good, or out of time. Raise our errors."""
        from .problems import FAILURES
        from .retrying import maybe_done

        request.began = self._clock()
        request.latest = request.began + self._deadline
        data = _encoded(request.body)

        def once() -> Json:
            self._wait_for_turn(request)
            if self.sandbox:
                self._client.url = self.sandbox.url()
            return self._client.ask(request.method, request.endpoint, request.params | _COMPACT, data)

        try:
            answer = self._policy(request)(once)
        except FAILURES as error:
            if request.or_none and isinstance(error, Refused) and _not_there(error):
                return Sent({}, resent=False)
            raise self._explained(error, request) from None
        return Sent(answer, any(maybe_done(one) for one in request.failed))

    def _policy(self, request: _Request) -> Any:
        from .retrying import maybe_done, passes, policy

        def again(error: BaseException) -> bool:
            return passes(error) and (request.resend or not maybe_done(error))

        def noted(error: BaseException) -> None:
            request.failed.append(error)
            self.calls.retries += 1

        return policy(
            again=again, noted=noted, latest=request.latest,
            clock=self._clock, sleep=self._wait, random=self._random,
        )  # fmt: skip

    def _wait_for_turn(self, request: _Request) -> None:
        """Keep to the quota of the account, and count the request. Drive's own quota is too wide to matter."""
        from .pace import pace_of
        from .retrying import OutOfTurns

        if request.kind == "drive":
            self.calls.drive += 1
        else:
            now = self._clock()
            pace = pace_of(self._clock, self._account, request.kind)
            turn = pace.take(self._per_minute, now, request.latest)
            if turn is None:
                raise OutOfTurns(self._per_minute, request.kind)
            if turn > now:
                self._wait(turn - now)
            self.calls.reads += request.kind == "read"
            self.calls.writes += request.kind == "write"
        request.attempts += 1

    def _wait(self, seconds: float) -> None:
        self.calls.waited_seconds += seconds
        self._sleep(seconds)

    # Errors

    def _explained(self, error: Exception, request: _Request) -> SheetopsError:
        from .problems import Asked, explain
        from .retrying import maybe_done

        failed = [*request.failed, error]
        unsure = [maybe_done(one) for one in failed]
        if isinstance(error, Refused) and self._stamped(error, request, resent=any(unsure)):
            return IdInUse(resent=any(unsure), spreadsheet=self._name(request.spreadsheet))
        host = urlsplit(self._client.url or _SHEETS).hostname or ""
        asked = Asked(
            self._name(request.spreadsheet), request.kind == "write", self.robot, self.person, host,
            was_read=request.spreadsheet in self._read, maybe_done=any(unsure),
            attempts=request.attempts, seconds=self._clock() - request.began,
            sandbox=self.sandbox.folder if self.sandbox else None,
        )  # fmt: skip
        return explain(error, asked)

    def _stamped(self, refused: Refused, request: _Request, *, resent: bool) -> bool:
        """Return whether a batch was refused because its metadata id is there already.

        Google's text for it is not documented, and a batch that is sent twice may trip over another of its own
        requests first (a tab it adds is there already). So where the text does not say it, the id is looked up.
        """
        if refused.status not in (400, 409) or not request.stamps:
            return False
        named = _METADATA.search(refused.message) is not None
        if named and _IN_USE.search(refused.message):
            return True
        if named or resent:
            with suppress(SheetopsError):
                return any(self.metadata(request.spreadsheet, stamp) is not None for stamp in request.stamps)
        return False

    def _name(self, spreadsheet: str) -> str:
        return self.names.get(spreadsheet) or spreadsheet

    def _learn(self, sent: Sent, spreadsheet: str) -> Json:
        """Return the answer; remember the title, and that it could be read, for the words of later errors."""
        answer = sent.answer
        self._read.add(spreadsheet)
        title = (answer.get("properties") or {}).get("title")
        if title:
            self.names.setdefault(spreadsheet, title)
        return answer


def _nothing_to_close() -> None:
    """Do nothing: a line to a server that others run is not ours to stop."""


def _at(spreadsheet: str, what: str = "") -> str:
    return f"{_SHEETS}/{quote(spreadsheet, safe='')}{what}"


def _encoded(body: Json | None) -> bytes | None:
    """Return compact UTF-8: requests' own JSON has spaces and writes each letter outside ASCII as six."""
    if body is None:
        return None
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


_METADATA = re.compile(r"developer\s*metadata|metadata\s*id", re.IGNORECASE)
_IN_USE = re.compile(r"already|in use|exists|duplicate", re.IGNORECASE)


def _ids_created(requests: Sequence[Json]) -> list[int]:
    """Return the explicit ids of the developer metadata that a batch would create."""
    made = (one.get("createDeveloperMetadata", {}).get("developerMetadata", {}) for one in requests)
    return [metadata["metadataId"] for metadata in made if "metadataId" in metadata]


def _not_there(refused: Refused) -> bool:
    return refused.status == 404 or (refused.status == 400 and "metadata" in refused.message.lower())
