"""The pages that people see: a list of the spreadsheets, and each as a grid to edit.

Edits go through the same store as the API's, as the person who sits at the page. A page of another site cannot send
them: they have to be JSON, which a browser sends to another address only after asking, and nobody answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from . import batch, defaults, drive
from .call import Call
from .errors import ApiError, Json
from .grid import Area
from .http import Answer, Request, as_json
from .people import PERSON, ROBOT
from .person import Person, typed_by_hand
from .service import Service
from .values import Rendering
from .view import tab_view

_STATIC = files(__package__)
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


def answer(service: Service, request: Request) -> Answer | None:
    """Answer a request for a page; None when it is one for the APIs."""
    parts = [unquote(part) for part in request.path.strip("/").split("/")]
    try:
        match (request.method, *parts):
            case ("GET", ""):
                return _list(service)
            case ("GET", "static", name):
                return _static(name)
            case ("GET", "sheets", _):
                return _static("grid.html")
            case ("GET", "sheets", spreadsheet_id, "view"):
                return _view(service, spreadsheet_id, request)
            case ("POST", "sheets"):
                return _edit(request, lambda body: _new(service, body))
            case ("POST", "sheets", spreadsheet_id, verb) if verb in VERBS:
                person = Person(service, spreadsheet_id)
                return _edit(request, lambda body: VERBS[verb](person, body))
            case ("GET", "favicon.ico"):
                return Answer(204, b"", "image/x-icon")
    except ApiError as error:
        return as_json(error.to_json(), error.code)
    return None


def _static(name: str) -> Answer:
    path = _STATIC / "static" / name
    kind = next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), "")
    if not kind or "/" in name or not path.is_file():
        raise ApiError("There is no such page.", 404)
    return Answer(200, path.read_bytes(), f"{kind}; charset=UTF-8", (("Cache-Control", "no-cache"),))


def _list(service: Service) -> Answer:
    rows = [
        f'<tr><td><a href="/sheets/{escape(book.id)}">{escape(book.properties["title"])}</a></td>'
        f"<td>{', '.join(escape(sheet.title) for sheet in book.sheets)}</td>"
        f"<td>{escape(book.file['owner'])}</td><td>{book.file['modifiedTime'][:19].replace('T', ' ')}</td>"
        f"<td><code>{escape(book.id)}</code></td></tr>"
        for book in service.store.all()
        if not book.file.get("trashed")
    ]
    none = (
        '<tr><td colspan="5" class="none">No spreadsheets yet. Make one here, or through the API.</td></tr>'
    )
    page = _static("list.html").body.decode().replace("<!-- rows -->", "\n".join(rows) or none)
    return Answer(200, page.encode(), "text/html; charset=UTF-8", (("Cache-Control", "no-store"),))


def _view(service: Service, spreadsheet_id: str, request: Request) -> Answer:
    with service.lock:
        book = service.store.get(spreadsheet_id)
        if request.option("version") == str(book.file["version"]):
            return Answer(304)
        wanted = request.option("tab")
        sheet = book.sheet(int(wanted), "sheet") if wanted else book.first()
        view = tab_view(book, sheet, PERSON, service.clock())
    body = json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(200, body, headers=(("Cache-Control", "no-store"),))


def _edit(request: Request, act: Callable[[Json], Any]) -> Answer:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ApiError("Edits are sent as JSON.", 415)
    return as_json({"result": act(request.json())})


def _new(service: Service, body: Json) -> str:
    with service.lock:
        book = defaults.new_spreadsheet(service.new_file_id(), body.get("title") or "Untitled spreadsheet")
        book.file = drive.new_file(service, PERSON)
        drive.share(
            service, book, ROBOT
        )  # the page has no dialog for it, and programs are what a sandbox is for
        service.keep(book, PERSON)
    return book.id


def _type(person: Person, body: Json) -> None:
    """Type a rectangle of texts, from one cell on."""

    def act(call: Call) -> None:
        top, left, texts = body["row"], body["column"], body["texts"]
        width = max(map(len, texts))
        _refuse_changed(call, body)
        area = Area(body["tab"], top, top + len(texts), left, left + width)
        typed_by_hand(call, area, texts)

    person.change(act)


def _refuse_changed(call: Call, body: Json) -> None:
    """Raise when the cell is not what it was when the person began to type: a row may have come in between."""
    if "before" not in body:
        return
    sheet = call.book.sheet(body["tab"])
    cell = sheet.cell(body["row"], body["column"])
    shown = cell.formula or Rendering.of(call.book, {}, call.now).shown(sheet, body["row"], body["column"])
    if str(shown) != body["before"]:
        raise ApiError("This cell changed while you were typing. Nothing was saved.", 409)


def _rows(person: Person, body: Json) -> None:
    """Insert, delete or add rows."""
    span = {"sheetId": body["tab"], "dimension": "ROWS"}
    place = span | {"startIndex": body.get("row", 0), "endIndex": body.get("row", 0) + body.get("count", 1)}
    requests = {
        "insert": {"insertDimension": {"range": place, "inheritFromBefore": body.get("row", 0) > 0}},
        "delete": {"deleteDimension": {"range": place}},
        "add": {"appendDimension": span | {"length": body.get("count", 1)}},
    }
    person.batch(requests[body["do"]])


def _sort(person: Person, body: Json) -> None:
    """Sort what is below the frozen rows, or below the first row, by one column."""

    def act(call: Call) -> None:
        sheet = call.book.sheet(body["tab"])
        used = sheet.used()
        area = Area(sheet.id, body["from"], used.bottom, 0, used.right)
        order = "DESCENDING" if body.get("descending") else "ASCENDING"
        spec = {"dimensionIndex": body["column"], "sortOrder": order}
        batch.apply(call, [{"sortRange": {"range": area.to_json(), "sortSpecs": [spec]}}])

    person.change(act)


def _tab(person: Person, body: Json) -> int:
    """Add a tab and return its id."""
    reply = person.batch({"addSheet": {"properties": {"title": body["title"]} if body.get("title") else {}}})
    return int(reply[0]["addSheet"]["properties"]["sheetId"])


VERBS: dict[str, Callable[[Person, Json], Any]] = {"type": _type, "rows": _rows, "sort": _sort, "tabs": _tab}
