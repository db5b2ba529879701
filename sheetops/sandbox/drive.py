"""The part of the Drive API that spreadsheet clients use: files, copies, exports, permissions, a version.

Source: https://developers.google.com/workspace/drive/api/reference/rest/v3
"""

from __future__ import annotations

import copy as copying
import csv
import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from . import defaults, fields
from .entry import placed, typed
from .errors import DriveError, Json
from .formulas import Calculation
from .grid import Area, Cell, Sheet, Spreadsheet
from .http import Answer, Request
from .locales import locale_of
from .people import WRITERS, role_of
from .values import Rendering, read

if TYPE_CHECKING:
    from .service import Service

MIME = "application/vnd.google-apps.spreadsheet"
_DEFAULT_FIELDS = "kind,id,name,mimeType"
_SEPARATORS = {"text/csv": ",", "text/tab-separated-values": "\t"}


def timestamp(when: datetime) -> str:
    """Return the time as Drive writes it: UTC, with milliseconds."""
    utc = when.astimezone(UTC) if when.tzinfo else when
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def new_file(service: Service, owner: str) -> Json:
    """Return what Drive knows about a new file."""
    now = timestamp(service.clock())
    mine = _permission(service, {"type": "user", "role": "owner", "emailAddress": owner})
    return {
        "createdTime": now, "modifiedTime": now, "version": 0, "owner": owner, "trashed": False,
        "permissions": [mine], "parents": ["root"],
    }  # fmt: skip


def share(service: Service, book: Spreadsheet, email: str) -> None:
    """Let somebody edit the file."""
    given = {"type": "user", "role": "writer", "emailAddress": email}
    book.file["permissions"].append(_permission(service, given))


def _permission(service: Service, given: Json) -> Json:
    names = ("type", "role", "emailAddress", "domain", "allowFileDiscovery")
    kept = {name: given[name] for name in names if given.get(name) is not None}
    number = "anyoneWithLink" if given.get("type") == "anyone" else f"{service.new_id():020d}"
    return {"kind": "drive#permission", "id": number} | kept


def _found(service: Service, file_id: str, user: str, *, write: bool = False) -> Spreadsheet:
    """Return the file. One that the user may not see is not found, as in Drive."""
    book = next((one for one in service.store.all() if one.id == file_id), None)
    role = role_of(book, user) if book else None
    if book is None or role is None:
        raise DriveError(f"File not found: {file_id}.", 404, "notFound", "fileId")
    if write and role not in WRITERS:
        text = "The user does not have sufficient permissions for this file."
        raise DriveError(text, 403, "insufficientFilePermissions")
    return book


def described(book: Spreadsheet, user: str, mask: str) -> Json:
    """Return the file with the fields asked for, by default its kind, id, name and type."""
    file = book.file
    full: Json = {
        "kind": "drive#file",
        "id": book.id,
        "name": book.properties["title"],
        "mimeType": MIME,
        "createdTime": file["createdTime"],
        "modifiedTime": file["modifiedTime"],
        "version": str(file.get("version", 0)),
        "trashed": bool(file.get("trashed")),
        "parents": file.get("parents", ["root"]),
        "owners": [{"kind": "drive#user", "displayName": file["owner"], "emailAddress": file["owner"]}],
        "permissions": file["permissions"],
        "ownedByMe": file["owner"] == user,
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{book.id}/edit?usp=drivesdk",
        "lastModifyingUser": {
            "kind": "drive#user",
            "emailAddress": file.get("lastModifyingUser", file["owner"]),
        },
        "capabilities": {"canEdit": role_of(book, user) in WRITERS},
        "description": file.get("description"),
    }
    full = {name: value for name, value in full.items() if value is not None}
    selected: Json = fields.select(full, fields.parse(mask or _DEFAULT_FIELDS))
    return selected


def list_files(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the files that the query matches and the user may see, the newest first."""
    del parts
    books = [
        book for book in service.store.all() if role_of(book, user) and _queried(book, request.option("q"))
    ]
    size, start = int(request.option("pageSize") or 100), int(request.option("pageToken") or 0)
    mask = fields.parse(request.option("fields"))
    inner = ",".join(mask.get("files", {})) if mask.get("files") else ("*" if mask.get("files") == {} else "")
    answer: Json = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(books):
        answer["nextPageToken"] = str(start + size)
    answer["files"] = [described(book, user, inner) for book in books[start : start + size]]
    return {name: part for name, part in answer.items() if not mask or name in mask or "*" in mask}


_TERM = re.compile(
    r"""\s*(?P<name>\w+)\s*(?P<how>=|!=|contains|in|has)\s*(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|true|false)"""
    r"""|\s*(?P<left>"[^"]*"|'[^']*')\s+in\s+(?P<right>\w+)"""
)


def _queried(book: Spreadsheet, query: str) -> bool:
    """Whether the file matches a query such as `mimeType="..." and name = "..." and trashed = false`."""
    known = {
        "mimeType": MIME, "name": book.properties["title"], "title": book.properties["title"],
        "trashed": "true" if book.file.get("trashed") else "false",
    }  # fmt: skip
    for term in _terms(query):
        if term["left"]:
            if term["right"] == "parents" and term["left"][1:-1] not in book.file.get("parents", []):
                return False
            continue
        name, how, value = term["name"], term["how"], re.sub(r"\\(.)", r"\1", term["value"].strip("\"'"))
        if name not in known:
            raise DriveError("Invalid Value", 400, "invalid", "q")
        mine = known[name]
        if how == "contains":
            if value.casefold() not in mine.casefold():
                return False
        elif (mine == value) != (how == "="):
            return False
    return True


def _terms(query: str) -> list[re.Match[str]]:
    found, place = [], 0
    while query[place:].strip():
        match = _TERM.match(query, place)
        if not match:
            raise DriveError("Invalid Value", 400, "invalid", "q")
        found.append(match)
        place = match.end()
        joint = re.match(r"\s*and\s+", query[place:])
        place += joint.end() if joint else 0
        if not joint and query[place:].strip():
            raise DriveError("Invalid Value", 400, "invalid", "q")
    return found


def create(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Make an empty spreadsheet."""
    del parts
    body = request.json()
    if body.get("mimeType") != MIME:
        raise DriveError(
            f"The sandbox does not implement files of type {body.get('mimeType')}.", 400, "invalid"
        )
    book = defaults.new_spreadsheet(service.new_file_id(), body.get("name") or "Untitled")
    book.file = new_file(service, user) | {"parents": body.get("parents") or ["root"]}
    service.keep(book, user)
    return described(book, user, request.option("fields"))


def get(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the file."""
    return described(_found(service, parts[0], user), user, request.option("fields"))


def update(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Rename, trash, restore or move the file."""
    book, body = _found(service, parts[0], user, write=True).copy(), request.json()
    if "name" in body:
        book.properties["title"] = body["name"]
    for name in ("trashed", "description"):
        if name in body:
            book.file[name] = body[name]
    if request.option("addParents"):
        book.file["parents"] = request.option("addParents").split(",")
    service.keep(book, user)
    return described(book, user, request.option("fields"))


def delete(service: Service, request: Request, user: str, parts: list[str]) -> Answer:
    """Delete the file for good; only its owner may."""
    del request
    book = _found(service, parts[0], user)
    if book.file["owner"] != user:
        text = "The user does not have sufficient permissions for this file."
        raise DriveError(text, 403, "insufficientFilePermissions")
    service.store.remove(book.id)
    return Answer(204, b"", "text/html")


def copy(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Copy the file: cells, metadata and all, but not whom it is shared with."""
    source, body = _found(service, parts[0], user), request.json()
    book = source.copy()
    book.id = service.new_file_id()
    book.properties["title"] = body.get("name") or f"Copy of {source.properties['title']}"
    book.file = new_file(service, user) | {"parents": body.get("parents") or ["root"]}
    service.keep(book, user)
    return described(book, user, request.option("fields"))


def export(service: Service, request: Request, user: str, parts: list[str]) -> Answer:
    """Return the first sheet as CSV or TSV."""
    book, kind = _found(service, parts[0], user), request.option("mimeType")
    if kind not in _SEPARATORS:
        raise DriveError(f"The sandbox does not implement an export as {kind}.", 400, "badRequest")
    rendering = Rendering(book, Calculation(book, service.clock()))
    lines = read(rendering, Area(book.first().id)).get("values", [])
    width = max(map(len, lines), default=0)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_SEPARATORS[kind], lineterminator="\r\n")
    writer.writerows(line + [""] * (width - len(line)) for line in lines)
    return Answer(200, text.getvalue().removesuffix("\r\n").encode(), kind)


def upload(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Replace the file's content by CSV: one sheet, named as the file (recorded)."""
    book = _found(service, parts[0], user, write=True).copy()
    locale, now = locale_of(book.properties["locale"]), service.clock()
    lines = list(csv.reader(io.StringIO(request.body.decode("utf-8-sig"))))
    sheet: Sheet = defaults.new_sheet(service.new_id(), book.properties["title"])
    sheet.resize(max(1000, len(lines)), max([26, *map(len, lines)]))
    for row, line in enumerate(lines):
        for column, text in enumerate(line):
            sheet.put(row, column, placed(Cell(), typed(text, locale, now)))
    book.sheets = [sheet]
    book.properties["timeZone"] = "America/Los_Angeles"  # recorded: the imported file is in its maker's zone
    service.keep(book, user)
    return {
        "kind": "drive#file", "id": book.id, "title": book.properties["title"], "mimeType": MIME,
        "version": str(book.file["version"]), "labels": {"trashed": bool(book.file["trashed"])},
    }  # fmt: skip


def list_comments(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the comments on the file."""
    del request
    book = _found(service, parts[0], user)
    return {"kind": "drive#commentList", "comments": copying.deepcopy(book.file.get("comments", []))}


def create_comment(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Add a comment to the file."""
    book, body = _found(service, parts[0], user).copy(), request.json()
    made: Json = {
        "kind": "drive#comment",
        "id": str(service.new_id()),
        "createdTime": timestamp(service.clock()),
    }
    made |= {name: body[name] for name in ("content", "anchor") if body.get(name)}
    book.file.setdefault("comments", []).append(made)
    service.keep(book, user)
    return made


def list_permissions(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return whom the file is shared with."""
    book = _found(service, parts[0], user)
    answer: Json = {"kind": "drive#permissionList", "permissions": copying.deepcopy(book.file["permissions"])}
    selected: Json = fields.select(answer, fields.parse(request.option("fields")))
    return selected


def create_permission(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Share the file."""
    book, body = _found(service, parts[0], user, write=True).copy(), request.json()
    if body.get("type") not in ("user", "group", "domain", "anyone") or not body.get("role"):
        raise DriveError("The permission type field is required.", 400, "required", "permission.type")
    made = _permission(service, body)
    if body["role"] == "owner":
        _hand_over(book, made)
    others = [one for one in book.file["permissions"] if not _same_person(one, made)]
    book.file["permissions"] = [*others, made]
    service.keep(book, user)
    return made


def _hand_over(book: Spreadsheet, to: Json) -> None:
    """Make somebody the owner; the one before stays a writer."""
    book.file["owner"] = to.get("emailAddress")
    for one in book.file["permissions"]:
        one["role"] = "writer" if one["role"] == "owner" else one["role"]


def _same_person(one: Json, other: Json) -> bool:
    return all(one.get(name) == other.get(name) for name in ("type", "emailAddress", "domain"))


def _shared(book: Spreadsheet, permission_id: str) -> Json:
    for one in book.file["permissions"]:
        if one["id"] == permission_id:
            found: Json = one
            return found
    raise DriveError(f"Permission not found: {permission_id}.", 404, "notFound", "permissionId")


def get_permission(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return one permission."""
    del request
    return _shared(_found(service, parts[0], user), parts[1])


def update_permission(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Change a role. An owner offers the file (`pendingOwner`); who takes it over is the owner from then on."""
    book, body = _found(service, parts[0], user, write=True).copy(), request.json()
    one = _shared(book, parts[1])
    if body.get("role") == "owner":
        _hand_over(book, one)
        one.pop("pendingOwner", None)
    one |= {name: body[name] for name in ("role", "pendingOwner") if name in body}
    service.keep(book, user)
    return one


def delete_permission(service: Service, request: Request, user: str, parts: list[str]) -> Answer:
    """Stop sharing with somebody."""
    del request
    book = _found(service, parts[0], user, write=True).copy()
    one = _shared(book, parts[1])
    if one["role"] == "owner":
        raise DriveError("The owner of a file cannot be removed.", 403, "insufficientFilePermissions")
    book.file["permissions"].remove(one)
    service.keep(book, user)
    return Answer(204, b"", "text/html")
