"""The two APIs without a socket: a request goes in, an answer comes out, the store has changed or has not."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from . import drive, sheets_api
from .call import Call
from .errors import EXPIRED, INTERNAL, ApiError, DriveError, Json
from .grid import Spreadsheet
from .http import Answer, Request, as_json, segment
from .people import ROBOT, refuse_strangers
from .quota import Quota
from .store import Store

Handler = Callable[["Service", Request, str, list[str]], Any]


@dataclass(slots=True)
class Service:
    """One Google, as far as a spreadsheet client sees it."""

    store: Store
    clock: Callable[[], datetime]
    new_id: Callable[[], int]
    new_file_id: Callable[[], str]
    quota: Quota
    metadata_follows_sort: bool = False
    users: dict[str, str] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    lock: RLock = field(default_factory=RLock)

    def answer(self, request: Request) -> Answer:
        """Answer one request. Refusals are answers too."""
        try:
            kind, handler, parts = route(request)
            user = self.user_of(request)
            with self.lock:
                if kind in ("read", "write"):
                    self.quota.spend(kind, user, self.clock())
                result = handler(self, request, user, parts)
            return result if isinstance(result, Answer) else as_json(result)
        except ApiError as error:
            return as_json(error.to_json(), error.code)
        except (
            Exception
        ):  # a mistake of the sandbox's own: the client hears of it as Google's mistakes are heard of
            traceback.print_exc(file=sys.stderr)
            return as_json(ApiError(INTERNAL, 500).to_json(), 500)

    def user_of(self, request: Request) -> str:
        """Return who asks: the address that the token stands for, or is. Raise when the token has expired."""
        token = request.token
        if token in self.expired:
            raise ApiError(EXPIRED, 401)
        return self.users.get(token) or (token if "@" in token else ROBOT)

    def call(self, book: Spreadsheet, user: str, options: Json | None = None) -> Call:
        """Return the call that handlers work with."""
        return Call(book, user, self.clock(), options or {}, self.new_id, self.metadata_follows_sort)

    def reading(self, spreadsheet_id: str, user: str, options: Json | None = None) -> Call:
        """Return the call for a request that changes nothing."""
        book = self.store.get(spreadsheet_id)
        refuse_strangers(book, user, write=False)
        return self.call(book, user, options)

    @contextmanager
    def writing(self, spreadsheet_id: str, user: str, options: Json | None = None) -> Iterator[Call]:
        """Give a call on a copy of the spreadsheet; it is kept when nothing was raised, else thrown away."""
        with self.lock:
            book = self.store.get(spreadsheet_id)
            refuse_strangers(book, user, write=True)
            call = self.call(book.copy(), user, options)
            yield call
            self.keep(call.book, user)

    def keep(self, book: Spreadsheet, user: str) -> None:
        """Keep the changed spreadsheet; Drive's version goes up with every change (documented)."""
        book.file["modifiedTime"] = drive.timestamp(self.clock())
        book.file["version"] = book.file.get("version", 0) + 1
        book.file["lastModifyingUser"] = user
        self.store.put(book)


_ID = r"([^/:]+)"
_V4, _FILES = "/v4/spreadsheets", "/drive/v3/files"

ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", _V4, "write", sheets_api.create),
    ("GET", f"{_V4}/{_ID}", "read", sheets_api.get),
    ("POST", f"{_V4}/{_ID}:getByDataFilter", "read", sheets_api.get_by_filter),
    ("POST", f"{_V4}/{_ID}:batchUpdate", "write", sheets_api.batch_update),
    ("GET", f"{_V4}/{_ID}/values:batchGet", "read", sheets_api.values_batch_get),
    ("POST", f"{_V4}/{_ID}/values:batchUpdate", "write", sheets_api.values_batch_update),
    ("POST", f"{_V4}/{_ID}/values:batchClear", "write", sheets_api.values_batch_clear),
    ("POST", f"{_V4}/{_ID}/values:batchGetByDataFilter", "read", sheets_api.values_get_by_filter),
    ("POST", f"{_V4}/{_ID}/values:batchUpdateByDataFilter", "write", sheets_api.values_update_by_filter),
    ("POST", f"{_V4}/{_ID}/values:batchClearByDataFilter", "write", sheets_api.values_clear_by_filter),
    ("POST", f"{_V4}/{_ID}/values/(.+):append", "write", sheets_api.values_append),
    ("POST", f"{_V4}/{_ID}/values/(.+):clear", "write", sheets_api.values_clear),
    ("GET", f"{_V4}/{_ID}/values/(.+)", "read", sheets_api.values_get),
    ("PUT", f"{_V4}/{_ID}/values/(.+)", "write", sheets_api.values_update),
    ("POST", f"{_V4}/{_ID}/developerMetadata:search", "read", sheets_api.metadata_search),
    ("GET", f"{_V4}/{_ID}/developerMetadata/(\\d+)", "read", sheets_api.metadata_get),
    ("POST", f"{_V4}/{_ID}/sheets/(\\d+):copyTo", "write", sheets_api.copy_to),
    ("GET", _FILES, "drive", drive.list_files),
    ("POST", _FILES, "drive", drive.create),
    ("GET", f"{_FILES}/{_ID}", "drive", drive.get),
    ("PATCH", f"{_FILES}/{_ID}", "drive", drive.update),
    ("DELETE", f"{_FILES}/{_ID}", "drive", drive.delete),
    ("POST", f"{_FILES}/{_ID}/copy", "drive", drive.copy),
    ("GET", f"{_FILES}/{_ID}/export", "drive", drive.export),
    ("GET", f"{_FILES}/{_ID}/comments", "drive", drive.list_comments),
    ("POST", f"{_FILES}/{_ID}/comments", "drive", drive.create_comment),
    ("GET", f"{_FILES}/{_ID}/permissions", "drive", drive.list_permissions),
    ("POST", f"{_FILES}/{_ID}/permissions", "drive", drive.create_permission),
    ("GET", f"{_FILES}/{_ID}/permissions/{_ID}", "drive", drive.get_permission),
    ("PATCH", f"{_FILES}/{_ID}/permissions/{_ID}", "drive", drive.update_permission),
    ("DELETE", f"{_FILES}/{_ID}/permissions/{_ID}", "drive", drive.delete_permission),
    ("PUT", f"/upload/drive/v[23]/files/{_ID}", "drive", drive.upload),
    ("PATCH", f"/upload/drive/v[23]/files/{_ID}", "drive", drive.upload),
)

_COMPILED = [(method, re.compile(pattern), kind, handler) for method, pattern, kind, handler in ROUTES]


def route(request: Request) -> tuple[str, Handler, list[str]]:
    """Return what kind of request it is, who answers it, and the variable parts of its path."""
    path = re.sub("%3A(?=(append|clear|batch|get|search|copyTo))", ":", request.path, flags=re.IGNORECASE)
    for method, pattern, kind, handler in _COMPILED:
        match = pattern.fullmatch(path) if method == request.method else None
        if match:
            return kind, handler, [segment(part) for part in match.groups()]
    what = f"{request.method} {request.path}"
    if "/drive/" in path:
        raise DriveError(f"The sandbox does not implement {what}.", 400, "notImplemented")
    raise ApiError(f"The sandbox does not implement {what}.")
