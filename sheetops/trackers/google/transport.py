"""Everything below the protocol of a Google tracker: requests with a quota, retries, a deadline and errors in words."""

from __future__ import annotations

import json
import random as dice
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from ...config.google import GoogleSettings, server_url
from ...model.errors import SheetopsError, TrackerChanged, TrackerUnreadable
from .answers import Json, Refused
from .auth import SANDBOX_USER, is_person, load_credentials, named_bearer, need_google, robot_address

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
class _Try:
    """One request through all its attempts."""

    kind: str
    spreadsheet: str
    began: float
    latest: float
    resend: bool = True
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
    `clock` is in seconds, `random` gives 0 to 1.
    """
    need_google()
    url = server_url(settings, environ)
    credentials = named_bearer(user) if url else load_credentials(settings, folder, environ)
    return Transport(
        credentials, url=url, per_minute=settings.per_minute, asks_drive=settings.drive_version,
        deadline=deadline, clock=clock, sleep=sleep, random=random,
    )  # fmt: skip


class Transport:
    """Requests to one Google (or one server like it), as one account.

    `calls` counts them. `names` is what people call each spreadsheet, for errors: titles are learnt by reading.
    """

    def __init__(
        self, credentials: Credentials, *, url: str = "", per_minute: int = 60, asks_drive: bool = False,
        deadline: float = DEADLINE, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep, random: Callable[[], float] = dice.random,
    ) -> None:  # fmt: skip
        from .client import Calls, Client

        self.calls = Calls()
        self.names: dict[str, str] = {}
        self.person, self.asks_drive = is_person(credentials), asks_drive
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
            spreadsheet, self._ask(spreadsheet, "read", "GET", _at(spreadsheet), params).answer
        )

    def read_by_filter(self, spreadsheet: str, filters: Sequence[Json], fields: str) -> Json:
        """Return what the data filters select, with the fields of the mask."""
        body = {"dataFilters": list(filters)}
        path = _at(spreadsheet, ":getByDataFilter")
        return self._learn(
            spreadsheet, self._ask(spreadsheet, "read", "POST", path, {"fields": fields}, body).answer
        )

    def batch(
        self,
        spreadsheet: str,
        requests: Sequence[Json],
        *,
        response_ranges: Sequence[str] = (),
        fields: str = "",
    ) -> Sent:
        """Carry out all the requests or none, and return the answer with `response_ranges` read back in it.

        It is sent again after an answer that was lost, so its requests have to create developer metadata with an id.
        Raise IdInUse when that id is in use.
        """
        body: Json = {"requests": list(requests)}
        if response_ranges:
            body |= {"includeSpreadsheetInResponse": True, "responseIncludeGridData": True,
                     "responseRanges": list(response_ranges)}  # fmt: skip
        params = {"fields": fields} if fields else {}
        return self._ask(spreadsheet, "write", "POST", _at(spreadsheet, ":batchUpdate"), params, body)

    def metadata(self, spreadsheet: str, id: int) -> Json | None:  # noqa: A002 - Google's name for it
        """Return one developer metadata by its id; None when there is none."""
        path = _at(spreadsheet, f"/developerMetadata/{id}")
        try:
            return self._ask(spreadsheet, "read", "GET", path, {}, none=_no_metadata).answer
        except _NoneThere:
            return None

    def drive_version(self, spreadsheet: str) -> str:
        """Return Drive's version of the file, which grows with every change. Raise when it is in the bin."""
        from .problems import trashed

        params = {"fields": "version,trashed", "supportsAllDrives": "true"}
        path = f"{_FILES}/{quote(spreadsheet, safe='')}"
        answer = self._ask(spreadsheet, "drive", "GET", path, params).answer
        if answer.get("trashed"):
            words, name = trashed(self._name(spreadsheet)), self._name(spreadsheet)
            raise TrackerUnreadable(words.what, not_done=f"'{name}' was not read.", next_step=words.next_step)
        return str(answer.get("version", ""))

    def create(self, title: str, sheets: Sequence[Json]) -> Json:
        """Make a spreadsheet and return it. After a lost answer it is not sent again: there might be two."""
        body = {"properties": {"title": title}, "sheets": list(sheets)}
        return self._ask(title, "write", "POST", _SHEETS, {}, body, resend=False).answer

    # One request through all its attempts

    def _ask(
        self, spreadsheet: str, kind: str, method: str, endpoint: str, params: Json, body: Json | None = None, *,
        resend: bool = True, none: Callable[[Refused], bool] = lambda refused: False,
    ) -> Sent:  # fmt: skip
        from .retrying import maybe_done

        now = self._clock()
        trying = _Try(kind, spreadsheet, now, now + self._deadline, resend)
        data = _encoded(body)

        def once() -> Json:
            self._wait_for_turn(trying)
            return self._client.ask(method, endpoint, params | _COMPACT, data)

        try:
            answer = self._policy(trying)(once)
        except SheetopsError:
            raise
        except Exception as error:
            if isinstance(error, Refused) and none(error):
                raise _NoneThere from None
            raise self._explained(error, trying) from None
        return Sent(answer, any(maybe_done(one) for one in trying.failed))

    def _policy(self, trying: _Try) -> Any:
        from .retrying import maybe_done, passes, policy

        def again(error: BaseException) -> bool:
            return passes(error) and (trying.resend or not maybe_done(error))

        def noted(error: BaseException) -> None:
            trying.failed.append(error)
            self.calls.retries += 1

        return policy(
            again=again, noted=noted, latest=trying.latest,
            clock=self._clock, sleep=self._wait, random=self._random,
        )  # fmt: skip

    def _wait_for_turn(self, trying: _Try) -> None:
        """Keep to the quota of the account, and count the request. Drive's own quota is too wide to matter."""
        from .pace import pace_of
        from .retrying import OutOfTurns

        if trying.kind == "drive":
            self.calls.drive += 1
        else:
            now = self._clock()
            pace = pace_of(self._clock, self._account, trying.kind)
            turn = pace.take(self._per_minute, now, trying.latest)
            if turn is None:
                raise OutOfTurns(self._per_minute, trying.kind)
            if turn > now:
                self._wait(turn - now)
            self.calls.reads += trying.kind == "read"
            self.calls.writes += trying.kind == "write"
        trying.attempts += 1

    def _wait(self, seconds: float) -> None:
        self.calls.waited_seconds += seconds
        self._sleep(seconds)

    # Errors

    def _explained(self, error: Exception, trying: _Try) -> SheetopsError:
        from .problems import Asked, explain
        from .retrying import maybe_done

        failed = [*trying.failed, error]
        unsure = [maybe_done(one) for one in failed]
        if isinstance(error, Refused) and _id_in_use(error):
            return IdInUse(resent=any(unsure), spreadsheet=self._name(trying.spreadsheet))
        host = urlsplit(self._client.url or _SHEETS).hostname or ""
        asked = Asked(
            self._name(trying.spreadsheet), trying.kind == "write", self.robot, self.person, host,
            was_read=trying.spreadsheet in self._read, maybe_done=any(unsure),
            attempts=trying.attempts, seconds=self._clock() - trying.began,
        )  # fmt: skip
        return explain(error, asked)

    def _name(self, spreadsheet: str) -> str:
        return self.names.get(spreadsheet) or spreadsheet

    def _learn(self, spreadsheet: str, answer: Json) -> Json:
        """Remember the title, and that it could be read, for the words of later errors."""
        self._read.add(spreadsheet)
        title = (answer.get("properties") or {}).get("title")
        if title:
            self.names[spreadsheet] = title
        return answer


class _NoneThere(Exception):
    """What was asked for does not exist, and that is an answer."""


def _at(spreadsheet: str, what: str = "") -> str:
    return f"{_SHEETS}/{quote(spreadsheet, safe='')}{what}"


def _encoded(body: Json | None) -> bytes | None:
    """Return compact UTF-8: requests' own JSON has spaces and writes each letter outside ASCII as six."""
    if body is None:
        return None
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


_IN_USE = re.compile(r"already|in use|exists|duplicate", re.IGNORECASE)


def _id_in_use(refused: Refused) -> bool:
    """Return whether it is the metadata's id. Google's text is not documented, so any words for it will do."""
    named = re.search(r"developer\s*metadata|metadata\s*id", refused.message, re.IGNORECASE)
    return refused.status in (400, 409) and named is not None and _IN_USE.search(refused.message) is not None


def _no_metadata(refused: Refused) -> bool:
    return refused.status == 404 or (refused.status == 400 and "metadata" in refused.message.lower())
